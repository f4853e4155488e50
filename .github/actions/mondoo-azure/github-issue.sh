#!/usr/bin/env bash
# One issue for what a check of drift has found: opened, brought up to date, and closed when all is
# well again. Needs GH_TOKEN with `issues: write` and GITHUB_REPOSITORY.
set -euo pipefail

spec=${MONDOO_AZURE_SPEC:-mondoo-azure.yaml}
result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}
code=$(cat -- "$result/exit-code")

# Anybody may open an issue with this marker: only one of our own is changed.
export MARKER="<!-- mondoo-azure drift of $spec -->"
export AUTHOR=${MONDOO_AZURE_AUTHOR:-github-actions[bot]}
issues="repos/$GITHUB_REPOSITORY/issues"
own=$(gh api --paginate "$issues?state=open&per_page=100" \
  --jq '.[] | select(.user.login == env.AUTHOR and (.body // "" | startswith(env.MARKER))) | .number')
own=${own%%$'\n'*}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf '%s\n' "$MARKER"
  cat -- "$result/report.md"
  printf '\nFound by %s\n' "${RUN_URL:-the nightly check}."
} >"$body"

if [ "$code" = 0 ] && [ -n "$own" ]; then
  gh api --silent --method POST "$issues/$own/comments" --raw-field "body=Everything is as the spec says again."
  gh api --silent --method PATCH "$issues/$own" --raw-field state=closed --raw-field state_reason=completed
elif [ "$code" != 0 ] && [ -n "$own" ]; then
  gh api --silent --method PATCH "$issues/$own" --field "body=@$body"
elif [ "$code" != 0 ]; then
  gh api --silent --method POST "$issues" --raw-field "title=Drift: $spec" --field "body=@$body"
fi
