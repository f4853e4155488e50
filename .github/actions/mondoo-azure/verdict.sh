#!/usr/bin/env bash
# verdict.sh plan|drift|apply: ends as the job should, after what run.sh has kept.
# verdict.sh --explain COMMAND CODE: only says what the code means.
# docs/ci.md has the table.
set -euo pipefail

explain() {
  case "$1 $2" in
    "reviewed-plan "*) echo "The reviewed plan is there." ;;
    "plan 0") echo "Exit code 0: nothing is to be done." ;;
    "plan 2") echo "Exit code 2: changes are pending, and the plan is saved." ;;
    "plan 6") echo "Exit code 6: a finding blocks the plan, or a part of it. Correct the spec, or what the finding names." ;;
    "drift 0") echo "Exit code 0: as the spec says." ;;
    "drift 2") echo "Exit code 2: live state differs from the spec." ;;
    "apply 0") echo "Exit code 0: done." ;;
    "apply 5") echo "Exit code 5: some changes failed or were skipped. The outcome has the reasons; plan and apply again to finish it." ;;
    "apply 6") echo "Exit code 6: nothing was written. The plan is blocked, deletes were not allowed, or live state or the spec is not what was reviewed any more: plan again." ;;
    "plan 1" | "drift 1") echo "Exit code 1: not everything could be read, or the spec forbids itself." ;;
    "apply 1") echo "Exit code 1: it failed, or what came of it could not be read whole." ;;
    *" 3") echo "Exit code 3: the spec, its certificate or an argument is wrong. Nothing was sent." ;;
    *" 4") echo "Exit code 4: not signed in, a right is missing, or a scope is not found. Nothing was written." ;;
    *" 130") echo "Exit code 130: interrupted, after what was in flight." ;;
    *) echo "Exit code $2, which $1 does not document." ;;
  esac
}

if [ "${1:-}" = --explain ]; then
  explain "$2" "$3"
  exit
fi

command=${1:?plan, drift or apply}
code=$(cat -- "${MONDOO_AZURE_RESULT:-mondoo-azure-result}/exit-code")
explain "$command" "$code"
case "$command $code" in
  # Pending changes are what a pull request is for. Drift is told where people look: see docs/ci.md.
  "plan 2" | "drift 2") exit 0 ;;
  *) exit "$code" ;;
esac
