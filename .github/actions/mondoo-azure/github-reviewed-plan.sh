#!/usr/bin/env bash
# Gets the plan that was saved for the last commit of the pull request that GITHUB_SHA has merged.
# Needs GH_TOKEN with `actions: read` and `pull-requests: read`, and GITHUB_REPOSITORY.
#
# What is in the file is compared and never executed: apply plans again, and does nothing that is not in it.
set -euo pipefail

result=${MONDOO_AZURE_RESULT:-mondoo-azure-result}
workflow=${MONDOO_AZURE_WORKFLOW:-mondoo-azure-plan.yml}
repository="repos/$GITHUB_REPOSITORY"
by_hand="Run this workflow by hand: then a plan is made anew, and approved in the environment."

refuse() {
  echo "::error::$1 $by_hand"
  exit 6
}

export GITHUB_REPOSITORY GITHUB_SHA
head=$(gh api "$repository/commits/$GITHUB_SHA/pulls" \
  --jq '.[] | select(.merged_at != null and .merge_commit_sha == env.GITHUB_SHA) | .head.sha')
head=${head%%$'\n'*}
[ -n "$head" ] || refuse "This commit has merged no pull request."

# A fork may have a run for the same commit.
run=$(gh api "$repository/actions/workflows/$workflow/runs?event=pull_request&status=success&head_sha=$head" \
  --jq '.workflow_runs[] | select(.head_repository.full_name == env.GITHUB_REPOSITORY) | .id')
run=${run%%$'\n'*}
[ -n "$run" ] || refuse "No plan of the pull request has succeeded."

found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name mondoo-azure-plan --dir "$found" ||
  refuse "The saved plan is not kept any more."
if [ ! -f "$found/plan.json" ] || [ -L "$found/plan.json" ]; then
  refuse "The run of the pull request has saved no plan."
fi

# The plan alone is taken, and shown anew: whoever approves sees what is in it, and nothing else.
rm -rf -- "${result%/}"
mkdir -p -- "$result"
cp "$found/plan.json" "$result/plan.json"
mondoo-azure show --format markdown "$result/plan.json" >"$result/report.md"
mondoo-azure show --format html "$result/plan.json" >"$result/plan.html"
echo 0 >"$result/exit-code"
