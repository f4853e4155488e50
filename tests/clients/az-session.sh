# What scenarios of Azure CLI share: the stock client, its version, and its sign-in as the operator.
[ -x "$CLIENTS/az/bin/az" ] || exit 77
PATH="$CLIENTS/az/bin:$PATH"
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_ONLY_SHOW_ERRORS=true AZURE_CORE_OUTPUT=tsv
az_version=$(az version --query '"azure-cli"')
subscription="/subscriptions/$SANDBOX_SUBSCRIPTION"

# Runs a block of docs/emulator.md in this shell, as a reader would.
run_block() { # NAME
  local block
  block=$("$CLIENTS_BLOCK" "$1") && eval "$block" >"$HOME/output" 2>"$errors" ||
    fail "block $1 of docs/emulator.md" "$(tr '\n' ' ' <"$errors")"
}

ours() { # ARGUMENTS…
  "$MONDOO_AZURE" "$@" --cloud-metadata "$SANDBOX_URL" --ca-certificate "$SANDBOX_CA"
}
