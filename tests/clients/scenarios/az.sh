# Stock Azure CLI. A first sign of life.
az="$CLIENTS/az/bin/az"
[ -x "$az" ] || exit 77
export AZURE_CONFIG_DIR="$HOME/.azure" AZURE_CORE_COLLECT_TELEMETRY=false
echo "client azure-cli $("$az" version --query '"azure-cli"' -o tsv)"
curl -sS --cacert "$SANDBOX_CA" -X POST -d x=1 "$SANDBOX_URL/common/oauth2/token" >/dev/null && echo "ok metadata"
