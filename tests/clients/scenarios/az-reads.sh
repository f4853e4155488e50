# A set-up made by mondoo-azure, as Azure CLI shows it; and what az changes, as our plan shows it.
. "$(dirname "$0")/../az-session.sh"
echo "client mondoo-azure+azure-cli $az_version"
run_block azure-cli
cp "$(dirname "$0")/../../../examples/documented.yaml" mondoo-azure.yaml
works 'apply' ours apply --auto-approve
app=$(az ad app list --display-name mondoo-security --query '[].appId')
principal=$(az ad sp show --id "$app" --query id)

shows 'ad app show' $'mondoo-security\tmondoo-security\tAzureADMyOrg\tmondoo-azure:mondoo-security' \
  az ad app show --id "$app" --query '[[displayName, uniqueName, signInAudience, tags[0]]]'
shows 'ad sp show' $'mondoo-security\tTrue\tWindowsAzureActiveDirectoryIntegratedApp' \
  az ad sp show --id "$app" --query '[[displayName, accountEnabled, sort(tags)[0]]]'
shows 'ad app permission list' 15 az ad app permission list --id "$app" --query 'length([0].resourceAccess)'
thumbprint=$(openssl x509 -in mondoo.pem -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
shows 'ad app credential list --cert' "$thumbprint" \
  az ad app credential list --id "$app" --cert --query '[].customKeyIdentifier'
graph=$(az cloud show --query endpoints.microsoftGraphResourceId)
shows 'consents' 15 az rest --url "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments" \
  --resource "$graph" --query 'length(value)'
mine="sort([?principalId=='$principal'].roleDefinitionName)"
shows 'role assignment list --scope' $'Key Vault Reader\nReader\nmondoo-role' \
  az role assignment list --scope "$subscription" --query "$mine"
shows 'role assignment list --all' $'Key Vault Reader\nReader\nmondoo-role' \
  az role assignment list --all --query "$mine"
shows 'role definition list' $'mondoo-role\t23\t2' az role definition list --name mondoo-role \
  --query '[].[roleName, length(permissions[0].actions), length(permissions[0].dataActions)]'
entry="properties.accessPolicies[?objectId=='$principal'].permissions | [].[join(' ', sort(keys)), join(' ', sort(secrets)), join(' ', sort(certificates))]"
for vault in kv-legacy kv-shared; do
  shows "keyvault show, $vault" $'get list\tget list\tget list' az keyvault show --name $vault --query "$entry"
done
shows 'keyvault show, of others' 4 az keyvault show --name kv-shared --query 'length(properties.accessPolicies)'

# What az takes away, our plan wants back; what az adds, drift reports.
ours plan --detailed-exitcode >plan.txt 2>"$errors"
compare 'plan is empty' 0 $?
works 'role assignment delete' az role assignment delete --assignee "$app" --role Reader --scope "$subscription"
works 'keyvault delete-policy' az keyvault delete-policy --name kv-legacy --object-id "$principal"
ours plan --detailed-exitcode >plan.txt 2>"$errors"
compare 'plan wants it back' 2 $?
compare 'plan says what' 'Plan: 2 to create, 0 to update, 0 to restore, 0 to delete.' "$(tail -n 1 plan.txt)"
works 'apply, again' ours apply --auto-approve
shows 'role assignment list, again' $'Key Vault Reader\nReader\nmondoo-role' \
  az role assignment list --all --query "$mine"

# As the application, with the certificate that apply made.
works 'sign in as the application' az login --service-principal --tenant "$AZURE_TENANT_ID" \
  --username "$app" --certificate mondoo.pem
shows 'as the application, see vaults' $'kv-legacy\nkv-rbac\nkv-shared' az keyvault list --query '[].name'
exit "$failures"
