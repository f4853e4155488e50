#!/usr/bin/env bash
# run.sh plan|drift|apply: runs that command, and keeps what comes of it in a directory:
#   exit-code     how it ended
#   report.md     what to tell people
#   plan.json     of plan: the saved plan, and plan.html for reviewers
#   outcome.json  of apply: what became of each change
# It ends well whatever comes of it, so that the steps that follow can tell; verdict.sh ends the job.
#
# MONDOO_AZURE_SPEC    the spec
# MONDOO_AZURE_RESULT  that directory
# MONDOO_AZURE_PLAN    of apply: the saved plan
# MONDOO_AZURE_ONLY    steps to do alone, such as A,B,C,D,E,F
# MONDOO_AZURE_AUTH    the one way to sign in
# MONDOO_AZURE_ALLOW_DELETES  `true` lets apply delete what the plan says
set -euo pipefail

command=${1:?plan, drift or apply}
spec=${MONDOO_AZURE_SPEC:-mondoo-azure.yaml}
result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The path becomes part of a marker and of a title.
if ! [[ $spec =~ ^[A-Za-z0-9_/][A-Za-z0-9._/-]*$ ]]; then
  echo "MONDOO_AZURE_SPEC may hold letters, digits and . _ / - alone" >&2
  exit 3
fi

# A branch may hold a link of this name. What it leads to is not touched.
rm -rf -- "${result%/}"
mkdir -p -- "$result"

arguments=()
if [ -n "${MONDOO_AZURE_ONLY:-}" ]; then
  arguments+=("--only=$MONDOO_AZURE_ONLY")
fi
if [ -n "${MONDOO_AZURE_AUTH:-}" ]; then
  arguments+=("--auth=$MONDOO_AZURE_AUTH")
fi

code=0
case $command in
  plan)
    mondoo-azure plan --detailed-exitcode --out "$result/plan.json" --format markdown \
      "${arguments[@]}" "$spec" >"$result/report.md" || code=$?
    echo "$code" >"$result/exit-code"
    if [ -s "$result/plan.json" ]; then
      mondoo-azure show --format html "$result/plan.json" >"$result/plan.html"
    fi
    ;;
  drift)
    mondoo-azure drift --who --format markdown "${arguments[@]}" "$spec" >"$result/report.md" || code=$?
    echo "$code" >"$result/exit-code"
    ;;
  apply)
    if [ "${MONDOO_AZURE_ALLOW_DELETES:-false}" = true ]; then
      arguments+=(--allow-deletes)
    fi
    mondoo-azure apply --plan "${MONDOO_AZURE_PLAN:?the saved plan}" --format json \
      "${arguments[@]}" "$spec" >"$result/outcome.json" || code=$?
    echo "$code" >"$result/exit-code"
    if [ -s "$result/outcome.json" ]; then
      # Counts and names of ours alone: what the tenant says stays in the file.
      jq -r '"**Apply: \(.created) created, \(.updated) updated, \(.restored) restored, "
        + "\(.deleted) deleted, \(.failed) failed, \(.skipped) skipped.**"' \
        "$result/outcome.json" >"$result/report.md"
    fi
    ;;
  *)
    echo "no such command: plan, drift or apply" >&2
    exit 3
    ;;
esac

if [ "$code" != 0 ] && [ "$code" != 2 ]; then
  printf '\n%s\n' "$("$here/verdict.sh" --explain "$command" "$code")" >>"$result/report.md"
fi
