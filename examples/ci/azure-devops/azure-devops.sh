#!/usr/bin/env bash
# What only Azure DevOps has, beside the scripts of .github/actions/mondoo-azure.
#
# azure-devops.sh install          builds mondoo-azure from this checkout, if it is the commit that
#                                  MONDOO_AZURE_COMMIT names: a tag can be moved
# azure-devops.sh thread           one thread on the pull request: made once, and edited from then on
# azure-devops.sh verdict COMMAND  the report on the page of the run, and how the job ends
set -euo pipefail
# A list that could not be read is not an empty one.
shopt -s inherit_errexit

tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
scripts="$tool/.github/actions/mondoo-azure"
spec=${MONDOO_AZURE_SPEC:-mondoo-azure.yaml}
result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}

install() {
  local commit
  commit=$(git -C "$tool" rev-parse HEAD)
  if [ "$commit" != "${MONDOO_AZURE_COMMIT:?the commit of mondoo-azure that you trust}" ]; then
    echo "##vso[task.logissue type=error]mondoo-azure is at $commit, and MONDOO_AZURE_COMMIT names another"
    exit 3
  fi
  "$scripts/install.sh"
}

# The token goes by a file descriptor: arguments can be read by others on the machine.
devops() {
  local method=$1 url=$2
  shift 2
  curl --silent --show-error --fail --request "$method" --config <(
    printf 'header = "Authorization: Bearer %s"\n' "${SYSTEM_ACCESSTOKEN:?}"
  ) "$@" "$url"
}

thread() {
  local marker="<!-- mondoo-azure plan of $spec -->" threads me own
  threads="$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis/git/repositories/$BUILD_REPOSITORY_ID/pullRequests/$SYSTEM_PULLREQUEST_PULLREQUESTID/threads"
  # Whoever can comment can write a marker: only a comment of our own is edited.
  me=$(devops GET "${SYSTEM_COLLECTIONURI}_apis/connectionData" | jq -r .authenticatedUser.id)
  own=$(devops GET "$threads?api-version=7.1" | jq --arg me "$me" --arg marker "$marker" \
    '[.value[] | select(.isDeleted != true and .comments[0].author.id == $me
      and (.comments[0].content // "" | startswith($marker))) | .id][0] // empty')
  jq --null-input --arg marker "$marker" --rawfile report "$result/report.md" \
    --arg commit "${SYSTEM_PULLREQUEST_SOURCECOMMITID:-}" \
    '{ content: ($marker + "\n" + $report + "\nPlanned for `" + $commit + "`.\n") }' |
    if [ -n "$own" ]; then
      devops PATCH "$threads/$own/comments/1?api-version=7.1" --json @- >/dev/null
    else
      # Closed: a thread that is open would keep the pull request from being completed.
      jq '{ comments: [. + { parentCommentId: 0, commentType: 1 }], status: 4 }' |
        devops POST "$threads?api-version=7.1" --json @- >/dev/null
    fi
}

verdict() {
  local command=$1
  echo "##vso[task.uploadsummary]$PWD/$result/report.md"
  if [ "$command" = drift ] && [ "$(cat -- "$result/exit-code")" = 2 ]; then
    echo "##vso[task.logissue type=warning]Live state differs from $spec: the report is on the page of this run."
    echo "##vso[task.complete result=SucceededWithIssues]"
  fi
  "$scripts/verdict.sh" "$command"
}

case ${1:?install, thread or verdict} in
  install) install ;;
  thread) thread ;;
  verdict) verdict "${2:?plan, drift or apply}" ;;
  *) echo "no such command: install, thread or verdict" >&2 && exit 3 ;;
esac
