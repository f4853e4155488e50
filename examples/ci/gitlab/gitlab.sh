#!/usr/bin/env bash
# What only GitLab has, beside the scripts of .github/actions/mondoo-azure.
#
# gitlab.sh sign-in COMMAND…  runs it with GitLab's token where mondoo-azure looks for one
# gitlab.sh note              one note on the merge request: made once, and edited from then on
# gitlab.sh issue             one issue for drift: opened, brought up to date, and closed
#
# Notes and issues take MONDOO_AZURE_GITLAB_TOKEN, a project access token with the scope `api` and a role
# that may do no more (Reporter). Without it they are left out.
set -euo pipefail
# A list that could not be read is not an empty one.
shopt -s inherit_errexit

spec=${MONDOO_AZURE_SPEC:-mondoo-azure.yaml}
result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}

sign_in() {
  token=$(mktemp)
  trap 'rm -f "$token"' EXIT
  printf '%s' "${AZURE_ID_TOKEN:?the job needs id_tokens}" >"$token"
  # Only what signs in sees who it is, and nobody else's token.
  env -u AZURE_ID_TOKEN -u MONDOO_AZURE_GITLAB_TOKEN AZURE_FEDERATED_TOKEN_FILE="$token" "$@"
}

# GitLab's token goes by a file descriptor: arguments can be read by others on the machine.
gitlab() {
  local method=$1 path=$2
  shift 2
  curl --silent --show-error --fail --request "$method" --config <(
    printf 'header = "PRIVATE-TOKEN: %s"\n' "$MONDOO_AZURE_GITLAB_TOKEN"
  ) "$@" "$CI_API_V4_URL/$path"
}

# Whoever can comment can write a marker: only what this token's user wrote is changed.
own() {
  local list=$1 text=$2 id=$3 me page=1 found
  me=$(gitlab GET user | jq .id)
  while true; do
    found=$(gitlab GET "$list&per_page=100&page=$page")
    [ "$found" != "[]" ] || break
    jq --argjson me "$me" --arg marker "$marker" --arg text "$text" --arg id "$id" \
      '.[] | select(.author.id == $me and (.[$text] // "" | startswith($marker))) | .[$id]' <<<"$found"
    page=$((page + 1))
  done
}

# A body as JSON: GitLab would take a form apart at every sign.
body() {
  jq --null-input --arg marker "$marker" --rawfile report "$result/report.md" "$@"
}

# A line that begins with / would be a command of the one whose token it is.
tame() {
  sed -i 's|^\([[:space:]]*\)/|\1\&#47;|' "$result/report.md"
}

note() {
  jq '[.changes[].verb] | { create: map(select(. == "create" or . == "restore")) | length,
      update: map(select(. == "update")) | length, delete: map(select(. == "delete")) | length }' \
    "$result/plan.json" >"$result/counts.json" || true
  [ -n "${MONDOO_AZURE_GITLAB_TOKEN:-}" ] || return 0
  marker="<!-- mondoo-azure plan of $spec -->"
  local notes="projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes" found
  found=$(own "$notes?activity_filter=only_comments" body id)
  found=${found%%$'\n'*}
  tame
  body '{ body: ($marker + "\n" + $report) }' |
    if [ -n "$found" ]; then
      gitlab PUT "$notes/$found" --json @- >/dev/null
    else
      gitlab POST "$notes" --json @- >/dev/null
    fi
}

issue() {
  [ -n "${MONDOO_AZURE_GITLAB_TOKEN:-}" ] || return 0
  marker="<!-- mondoo-azure drift of $spec -->"
  local issues="projects/$CI_PROJECT_ID/issues" code found
  code=$(cat -- "$result/exit-code")
  found=$(own "$issues?state=opened" description iid)
  found=${found%%$'\n'*}
  tame
  if [ "$code" = 0 ] && [ -n "$found" ]; then
    gitlab PUT "$issues/$found" --json '{ "state_event": "close" }' >/dev/null
  elif [ "$code" != 0 ] && [ -n "$found" ]; then
    body '{ description: ($marker + "\n" + $report) }' | gitlab PUT "$issues/$found" --json @- >/dev/null
  elif [ "$code" != 0 ]; then
    body --arg title "Drift: $spec" '{ title: $title, description: ($marker + "\n" + $report) }' |
      gitlab POST "$issues" --json @- >/dev/null
  fi
}

case ${1:?sign-in, note or issue} in
  sign-in) shift && sign_in "$@" ;;
  note) note ;;
  issue) issue ;;
  *) echo "no such command: sign-in, note or issue" >&2 && exit 3 ;;
esac
