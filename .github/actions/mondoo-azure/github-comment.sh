#!/usr/bin/env bash
# One comment on a pull request: made once, and edited from then on.
# Needs GH_TOKEN with `pull-requests: write`, GITHUB_REPOSITORY, GITHUB_SHA and PULL_REQUEST, its number.
set -euo pipefail

spec=${MONDOO_AZURE_SPEC:-mondoo-azure.yaml}
result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}
if ! [[ ${PULL_REQUEST:-} =~ ^[0-9]+$ ]]; then
  echo "PULL_REQUEST is no number" >&2
  exit 3
fi

# Whoever can comment can write a marker: only a comment of our own is edited.
export MARKER="<!-- mondoo-azure plan of $spec -->"
export AUTHOR=${MONDOO_AZURE_AUTHOR:-github-actions[bot]}
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
own=$(gh api --paginate "$comments?per_page=100" \
  --jq '.[] | select(.user.login == env.AUTHOR and (.body | startswith(env.MARKER))) | .id')
own=${own%%$'\n'*}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf '%s\n' "$MARKER"
  cat -- "$result/report.md"
  printf '\nPlanned for `%s`.\n' "${HEAD_SHA:-$GITHUB_SHA}"
  if [ -s "$result/plan.json" ]; then
    printf 'The saved plan has SHA-256 `%s`.\n' "$(sha256sum <"$result/plan.json" | cut -d ' ' -f 1)"
  fi
} >"$body"

if [ -n "$own" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$own" --field "body=@$body"
else
  gh api --silent --method POST "$comments" --field "body=@$body"
fi
