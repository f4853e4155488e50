#!/usr/bin/env bash
# Puts mondoo-azure on PATH: one that is there already, or else the one whose source this script came
# with. Nothing is downloaded but what Cargo.lock names.
set -euo pipefail

if command -v mondoo-azure >/dev/null; then
  mondoo-azure --version
  exit
fi

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
built=${RUNNER_TEMP:-${AGENT_TEMPDIRECTORY:?nowhere to build}}/mondoo-azure-build

# Cargo obeys files in the directory where it runs. A pull request has a say in the checkout, and none here.
cd "$source"
cargo build --release --locked --target-dir "$built"

# Each forge has its own way to say it to the steps that follow.
if [ -n "${GITHUB_PATH:-}" ]; then
  echo "$built/release" >>"$GITHUB_PATH"
else
  echo "##vso[task.prependpath]$built/release"
fi
