# Stock Azure CLI, every command that a set-up takes: make, read, list, change, delete, be refused.
. "$(dirname "$0")/../az-session.sh"
echo "client azure-cli $az_version"
development=2c3d4e5f-6071-4829-ba3c-4d5e6f708192

# Sign-in, as docs/emulator.md says it.
run_block azure-cli
shows 'sign in with a secret' $'Production\tTrue\nDevelopment\tFalse' \
  az account list --query '[].[name, isDefault]'
run_block azure-cli-certificate
shows 'sign in with a certificate' "$AZURE_CLIENT_ID" az account show --query user.name
AZURE_CORE_OUTPUT=json run_block azure-cli-rest
compare 'rest, of Microsoft Graph and of Resource Manager' $'Contoso\nProduction' \
  "$(sed -n 's/.*"displayName": "\(.*\)".*/\1/p' "$HOME/output")"

# Management groups.
shows 'account management-group list' $'Platform\tplatform\nTenant Root Group\t'"$AZURE_TENANT_ID" \
  az account management-group list --query 'sort_by([].[displayName, name], &[0])'
shows 'account management-group show' $'Development\nProduction' \
  az account management-group show --name platform --expand --no-register --query 'sort(children[].displayName)'

# Applications and service principals.
app=$(az ad app create --display-name rehearsal --sign-in-audience AzureADMyOrg --query appId)
shows 'ad app create' rehearsal az ad app show --id "$app" --query displayName
shows 'ad app list' "$app" az ad app list --display-name rehearsal --query '[].appId'
works 'ad app update' az ad app update --id "$app" --display-name rehearsed --set notes=changed
shows 'ad app update, read' $'rehearsed\tchanged' az ad app show --id "$app" --query '[[displayName, notes]]'
principal=$(az ad sp create --id "$app" --query id)
shows 'ad sp create' $'rehearsed\tApplication' \
  az ad sp show --id "$app" --query '[[displayName, servicePrincipalType]]'
shows 'ad sp show, by object id' "$app" az ad sp show --id "$principal" --query appId
shows 'ad sp list' "$app" az ad sp list --display-name rehearsed --query '[].appId'
refuses 'ad sp create, again' 'already in use' az ad sp create --id "$app"
openssl req -newkey rsa:2048 -x509 -days 30 -nodes -subj /CN=rehearsal -out cert.pem -keyout key.pem 2>/dev/null
works 'ad app credential reset --cert' az ad app credential reset --id "$app" --cert @cert.pem --append
thumbprint=$(openssl x509 -in cert.pem -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
shows 'ad app credential list --cert' "$thumbprint" \
  az ad app credential list --id "$app" --cert --query '[].customKeyIdentifier'
shows 'ad app credential list, of passwords' '' az ad app credential list --id "$app" --query '[].keyId'
works 'ad app owner add' az ad app owner add --id "$app" --owner-object-id "$principal"
shows 'ad app owner list' rehearsed az ad app owner list --id "$app" --query '[].displayName'
works 'ad app owner remove' az ad app owner remove --id "$app" --owner-object-id "$principal"
federated='{"name": "ci", "issuer": "https://token.example.com", "subject": "main",
  "audiences": ["api://AzureADTokenExchange"]}'
works 'ad app federated-credential create' \
  az ad app federated-credential create --id "$app" --parameters "$federated"
shows 'ad app federated-credential list' $'ci\tmain' \
  az ad app federated-credential list --id "$app" --query '[].[name, subject]'
works 'ad app federated-credential delete' \
  az ad app federated-credential delete --id "$app" --federated-credential-id ci

# Roles.
role() { # ACTIONS
  printf '{"Name": "rehearsal", "Description": "To try", "Actions": [%s], "DataActions": [],
    "AssignableScopes": ["%s"]}' "$1" "$subscription"
}
works 'role definition create' az role definition create --role-definition "$(role '"Microsoft.Web/sites/read"')"
definition=$(az role definition list --name rehearsal --query '[].name')
shows 'role definition list' $'rehearsal\tCustomRole\tTo try' \
  az role definition list --custom-role-only --query '[].[roleName, roleType, description]'
works 'role definition update' az role definition update \
  --role-definition "$(role '"Microsoft.Web/sites/read", "Microsoft.Web/serverFarms/read"')"
shows 'role definition update, read' $'Microsoft.Web/sites/read\nMicrosoft.Web/serverFarms/read' \
  az role definition list --name rehearsal --query '[0].permissions[0].actions'
refuses 'role definition create, again' RoleDefinitionWithSameNameExists \
  az role definition create --role-definition "$(role '"Microsoft.Web/sites/read"')"

# Assignments.
works 'role assignment create, by object id' az role assignment create --role "$definition" \
  --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --scope "$subscription"
works 'role assignment create, by --assignee' \
  az role assignment create --role Reader --assignee "$app" --scope "$subscription"
shows 'role assignment create, again' Reader az role assignment create --role Reader --assignee "$app" \
  --scope "$subscription" --query roleDefinitionName
mine="[?principalId=='$principal'] | sort_by([].[roleDefinitionName, principalName], &[0])"
both=$(printf 'Reader\t%s\nrehearsal\t%s' "$app" "$app")
shows 'role assignment list --scope' "$both" az role assignment list --scope "$subscription" --query "$mine"
shows 'role assignment list --all' "$both" az role assignment list --all --query "$mine"
shows 'role assignment list --assignee' "$both" az role assignment list --assignee "$app" --query "$mine"
refuses 'role definition delete, in use' RoleDefinitionHasAssignments az role definition delete --name rehearsal
works 'role assignment delete' az role assignment delete --assignee "$app" --role Reader --scope "$subscription"
works 'role assignment delete, by id' az role assignment delete --ids \
  "$(az role assignment list --assignee "$app" --query '[0].id')"
shows 'role assignment delete, read' '' az role assignment list --all --query "$mine"
works 'role definition delete' az role definition delete --name rehearsal
shows 'role definition delete, read' '' az role definition list --name rehearsal --query '[].name'

# Vaults.
shows 'keyvault list' $'kv-legacy\nkv-rbac\nkv-shared' az keyvault list --query '[].name'
policies="properties.accessPolicies[?objectId=='$principal'].permissions | [].[join(' ', sort(keys)), join(' ', sort(secrets))]"
works 'keyvault set-policy' az keyvault set-policy --name kv-shared --object-id "$principal" \
  --key-permissions get list --secret-permissions get list --certificate-permissions get list
shows 'keyvault show' $'get list\tget list' az keyvault show --name kv-shared --query "$policies"
works 'keyvault set-policy, by --spn' az keyvault set-policy --name kv-shared --spn "$app" --secret-permissions get
shows 'keyvault set-policy, read' $'get list\tget' az keyvault show --name kv-shared --query "$policies"
works 'keyvault delete-policy' az keyvault delete-policy --name kv-shared --object-id "$principal"
shows 'keyvault delete-policy, read' 3 az keyvault show --name kv-shared --query 'length(properties.accessPolicies)'
operator=$(az ad sp show --id "$AZURE_CLIENT_ID" --query id)
shows 'keyvault create, with access for who makes it' "$operator" az keyvault create --name kv-rehearsal \
  --resource-group rg-vaults --enable-rbac-authorization false --query 'properties.accessPolicies[].objectId'
works 'keyvault delete' az keyvault delete --name kv-rehearsal
refuses 'keyvault delete, read' 'kv-rehearsal' az keyvault show --name kv-rehearsal
works 'keyvault recover' az keyvault recover --name kv-rehearsal
works 'lock create' az lock create --name rehearsal --lock-type CanNotDelete --resource-group rg-web
shows 'lock list' $'rehearsal\tCanNotDelete' az lock list --query '[].[name, level]'
refuses 'group delete, locked' ScopeLocked az group delete --name rg-web --yes
works 'lock delete' az lock delete --name rehearsal --resource-group rg-web

# Refusals, to somebody who may only read.
reader=$(az ad app list --display-name reader --query '[].appId')
export AZURE_CONFIG_DIR="$HOME/reader"
mkdir "$AZURE_CONFIG_DIR"
cp "$HOME/.mondoo-azure/az/"{config,clouds.config} "$AZURE_CONFIG_DIR"
refuses 'sign in with a wrong secret' AADSTS7000215 az login --service-principal \
  --tenant "$AZURE_TENANT_ID" --username "$reader" --password nonsense
works 'sign in as a reader' az login --service-principal --tenant "$AZURE_TENANT_ID" \
  --username "$reader" --password="$AZURE_CLIENT_SECRET"
shows 'account list, of a reader' Production az account list --query '[].name'
refuses 'role assignment create, refused' AuthorizationFailed az role assignment create --role Reader \
  --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --scope "$subscription"
refuses 'ad app create, refused' 'Insufficient privileges to complete the operation.' \
  az ad app create --display-name other
refuses 'keyvault set-policy, refused' AuthorizationFailed az keyvault set-policy --name kv-shared \
  --object-id "$principal" --secret-permissions get
refuses 'account set, of another subscription' "doesn't exist" az account set --subscription "$development"
export AZURE_CONFIG_DIR="$HOME/.mondoo-azure/az"

works 'ad app delete' az ad app delete --id "$app"
refuses 'ad app delete, read' "does not exist" az ad app show --id "$app"
shows 'ad app delete, and its service principal' '' az ad sp list --display-name rehearsed --query '[].appId'
exit "$failures"
