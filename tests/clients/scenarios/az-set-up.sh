# A set-up made by Azure CLI alone, as Mondoo's manual has it: it works, and our plan says what it is.
. "$(dirname "$0")/../az-session.sh"
clients=$(dirname "$0")/..
echo "client azure-cli+mondoo-azure $az_version"
run_block azure-cli
openssl req -newkey rsa:2048 -x509 -days 365 -nodes -subj /CN=mondoo -out certificate.pem -keyout key.pem \
  2>/dev/null
cat key.pem certificate.pem >combined.pem
set_up() { app=$("$clients/manual-setup.sh" mondoo-security "$SANDBOX_SUBSCRIPTION" certificate.pem); }
set_up 2>"$errors" && ok 'the set-up' || fail 'the set-up' "$(cat "$errors")"
principal=$(az ad sp show --id "$app" --query id)

# What az shows of it.
shows 'permissions' 15 az ad app permission list --id "$app" --query 'length([0].resourceAccess)'
graph=$(az cloud show --query endpoints.microsoftGraphResourceId)
shows 'consents' 15 az rest --url "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments" \
  --resource "$graph" --query 'length(value)'
shows 'roles' $'Key Vault Reader\nReader\nmondoo-role' az role assignment list --all --assignee "$app" \
  --query 'sort([].roleDefinitionName)'
shows 'custom role' $'23\t2' az role definition list --name mondoo-role \
  --query '[].permissions[0].[length(actions), length(dataActions)]'
entry="length(properties.accessPolicies[?objectId=='$principal'])"
for vault in kv-legacy kv-shared; do shows "vault $vault" 1 az keyvault show --name $vault --query "$entry"; done
shows 'vault kv-rbac' 0 az keyvault show --name kv-rbac --query "$entry"

# What our plan says: that application is not ours, and its role has the name that we would take.
cp "$clients/../../examples/documented.yaml" mondoo-azure.yaml
ours plan >plan.txt 2>"$errors"
compare 'plan is blocked' 6 $?
said() { # STEP WORDS
  if grep -qF -- "$2" plan.txt; then ok "$1"; else fail "$1" "'$2' is not in the plan"; fi
}
said 'plan knows the look-alike' "another application is called mondoo-security (client id $app)"
said 'plan knows the role' 'a custom role mondoo-role'
said 'plan would make all but the role' 'Plan: 23 to create, 0 to update, 0 to restore, 0 to delete.'
(unset AZURE_CLIENT_ID AZURE_CLIENT_SECRET && ours plan --auth azure-cli) >plan.txt 2>"$errors"
compare 'plan, signed in by az' 6 $?
said 'plan, signed in by az, is the same' 'Plan: 23 to create, 0 to update, 0 to restore, 0 to delete.'
ours apply --auto-approve >"$HOME/output" 2>"$errors"
compare 'apply changes nothing' 6 $?
shows 'apply made no second application' 1 az ad app list --display-name mondoo-security --query 'length([])'

# As the application, with its certificate.
works 'sign in as the application' az login --service-principal --tenant "$AZURE_TENANT_ID" \
  --username "$app" --certificate combined.pem
shows 'as the application, see the subscription' Production az account list --query "[?user.name=='$app'].name"
shows 'as the application, read the directory' Contoso \
  az rest --url "$graph/v1.0/organization" --resource "$graph" --query 'value[0].displayName'
refuses 'as the application, write nothing' AuthorizationFailed az role assignment create --role Reader \
  --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --scope "$subscription"
exit "$failures"
