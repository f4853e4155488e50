#!/usr/bin/env bash
# What Mondoo's manual asks for, steps A to F, in one subscription, by Azure CLI alone. Prints the
# application's client id. Who runs it has signed `az` in, and
# names application, subscription and a file with the certificate (no key).
set -euo pipefail
name=$1 subscription=$2 certificate=$3
here=$(cd "$(dirname "$0")" && pwd)
scope="/subscriptions/$subscription"
microsoft_graph=00000003-0000-0000-c000-000000000000
permissions=(Application.Read.All AuditLog.Read.All Directory.Read.All Domain.Read.All
  IdentityProvider.Read.All IdentityRiskEvent.Read.All IdentityRiskyUser.Read.All Policy.Read.All
  Policy.Read.ConditionalAccess Policy.Read.PermissionGrant RoleManagement.Read.All
  SecurityActions.Read.All SecurityEvents.Read.All ThreatAssessment.Read.All ThreatIndicators.Read.All)
export AZURE_CORE_OUTPUT=tsv AZURE_CORE_ONLY_SHOW_ERRORS=true

# A: the app registration and its service principal.
app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId)
principal=$(az ad sp create --id "$app" --query id)

# B: the permissions of Microsoft Graph, and consent to them: what the portal's button does, without it.
wanted=$(printf "|| value=='%s' " "${permissions[@]}")
api=$(az ad sp show --id "$microsoft_graph" --query id)
roles=$(az ad sp show --id "$microsoft_graph" --query "appRoles[?${wanted#|| }].id")
# shellcheck disable=SC2086
az ad app permission add --id "$app" --api "$microsoft_graph" --api-permissions ${roles//$'\n'/=Role }=Role
requests=
for role in $roles; do
  requests+=${requests:+,}$(printf '{"id": "%s", "method": "POST", "url": "/servicePrincipals/%s/appRoleAssignments",
    "headers": {"Content-Type": "application/json"},
    "body": {"principalId": "%s", "resourceId": "%s", "appRoleId": "%s"}}' \
    "$role" "$principal" "$principal" "$api" "$role")
done
graph=$(az cloud show --query endpoints.microsoftGraphResourceId)
az rest --method POST --url "${graph%/}/v1.0/\$batch" --resource "$graph" --body "{\"requests\": [$requests]}" \
  --query "responses[?status!=\`201\`]" | { ! grep .; }

# C: read access, and the metadata of vaults.
for role in Reader 'Key Vault Reader'; do
  az role assignment create --role "$role" --scope "$scope" --assignee-object-id "$principal" \
    --assignee-principal-type ServicePrincipal --output none
done

# D: the custom role.
definition=$(sed "s/YOUR-SUBSCRIPTION-ID/$subscription/" "$here/mondoo-role.json")
role=$(az role definition create --subscription "$subscription" --role-definition "$definition" --query name)
az role assignment create --role "$role" --scope "$scope" --assignee-object-id "$principal" \
  --assignee-principal-type ServicePrincipal --output none

# E: every vault that is on access policies, which the list does not say.
for vault in $(az keyvault list --subscription "$subscription" --query '[].name'); do
  rbac=$(az keyvault show --subscription "$subscription" --name "$vault" \
    --query 'properties.enableRbacAuthorization')
  [ "$rbac" = true ] || az keyvault set-policy --subscription "$subscription" --name "$vault" \
    --object-id "$principal" --key-permissions get list --secret-permissions get list \
    --certificate-permissions get list --output none
done

# F: the certificate.
az ad app credential reset --id "$app" --append --display-name 'Mondoo certificate' \
  --cert "@$certificate" --output none
echo "$app"
