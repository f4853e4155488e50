#!/usr/bin/env bash
# What mondoo-azure would do for mondoo-security in tenant Contoso
# (0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3), as of 2026-11-23 12:00 UTC: 25 to create, 0 to update, 0
# to restore, 0 to delete.
#
# Read it, sign in as somebody who holds the rights (docs/rights.md; az login --tenant
# 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3, with --allow-no-subscriptions where you have none), and
# run: bash FILE
#
# It takes Bash, openssl and Azure CLI, in the cloud where the tenant is (az cloud show tells
# which one is set). Each step looks first, and writes what is missing: run again, it changes
# nothing, and a run that was stopped is finished by another one.
#
# Not done here:
# - + key and certificate  ./mondoo.pem: a private key is made where it is kept in ./mondoo.pem:
#   by `mondoo-azure certificate generate`, on that machine alone
#
# To be known before:
# - mondoo-role may run any code on virtual machines although scanVms is off:
#   Microsoft.Compute/virtualMachines/runCommands/write,
#   Microsoft.Compute/virtualMachines/runCommand/action
# - mondoo-role reads settings and connection strings of web apps, which often hold secrets
# - mondoo-role may change things, though a scan only reads: Microsoft.Insights/alertRules/*,
#   Microsoft.Resources/deployments/*, Microsoft.Support/*
# - the access to vaults reads secret values; a scan needs their names alone:
#   keyVaults.permissions.secrets: [list]
# shellcheck disable=SC2016,SC2034
set -euo pipefail

# What the steps below are made of: each looks first, and writes only what is missing.

GRAPH="$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)"
GRAPH="${GRAPH%/}"
GRAPH_APP_ID='00000003-0000-0000-c000-000000000000'
ROLES_VERSION='api-version=2022-04-01'
VAULTS_VERSION='api-version=2023-07-01'
ERRORS="$(mktemp)"
trap 'rm -f "$ERRORS"' EXIT
STEP='' WRITTEN=0 LEFT=0

# What is said where a new object is not known everywhere yet, and where something is there already.
NOT_KNOWN_YET='Request_ResourceNotFound|Directory_ObjectNotFound|NoBackingApplicationObject'
NOT_KNOWN_YET+='|does not reference a valid application|does not match the application object'
NOT_KNOWN_YET+='|backing application of the service principal|Not a valid reference update'
NOT_KNOWN_YET+='|PrincipalNotFound|RoleDefinitionDoesNotExist|Directory_ConcurrencyViolation'
THERE_ALREADY='Permission being assigned already exists|EntitlementGrant entry already exists'
THERE_ALREADY+='|RoleAssignmentExists|added object references already exist'

step() { STEP="$1"; }
wrote() { WRITTEN=$((WRITTEN + 1)); printf '  %s\n' "$STEP"; }
fail() { printf 'error: %s\n' "$1" >&2; exit 1; }

# TENANT
signed_in() {
  local tenant
  tenant="$(az account show --query tenantId --output tsv)"
  [[ $tenant == "$1" ]] || fail "signed in to tenant $tenant, not to $1"
}

# Runs a command, again for two minutes while it fails because something is new.
retry() {
  local wait
  for wait in 1 1 2 4 8 16 30 30 30 0; do
    if "$@" 2>"$ERRORS" || grep -qE "$THERE_ALREADY" "$ERRORS"; then return 0; fi
    if [[ $wait == 0 ]] || ! grep -qE "$NOT_KNOWN_YET" "$ERRORS"; then break; fi
    sleep "$wait"
  done
  cat "$ERRORS" >&2
  return 1
}

# Microsoft Graph: METHOD PATH [OPTION...]
graph() {
  retry az rest --only-show-errors --method "$1" --url "$GRAPH/v1.0/$2" --resource "$GRAPH" "${@:3}"
}

# Azure Resource Manager: METHOD PATH [OPTION...]
arm() { retry az rest --only-show-errors --method "$1" --url "$2" "${@:3}"; }

# What a JMESPath finds at a URL; nothing, where there is nothing: URL QUERY [OPTION...]
look() {
  if az rest --only-show-errors --method get --url "$1" --query "$2" --output tsv "${@:3}" \
    2>"$ERRORS"; then return 0; fi
  if grep -qE '^ERROR: Not Found|NotFound' "$ERRORS"; then return 0; fi
  cat "$ERRORS" >&2
  return 1
}

look_graph() { look "$GRAPH/v1.0/$1" "$2" --resource "$GRAPH"; }

# The id that follows from these lines: version 5 of RFC 9562, in the namespace of mondoo-azure.
guid() {
  local name hash
  name="$(printf '%s\n' "$@" | tr '[:upper:]' '[:lower:]')"
  hash="$({ printf '\x6d\x0a\xd0\x0a\x2c\xe5\x4b\x7e\x9f\x1d\x7a\x43\x0b\x5c\x91\xe2'; printf '%s' "$name"; } | openssl dgst -sha1)"
  hash="${hash##* }"
  printf '%s-%s-5%s-%x%s-%s' "${hash:0:8}" "${hash:8:4}" "${hash:13:3}" \
    "$((0x${hash:16:1} & 3 | 8))" "${hash:17:3}" "${hash:20:12}"
}

# Deletes need a yes, once for all: ALLOW_DELETES=yes bash SCRIPT
may_delete() {
  if [[ ${ALLOW_DELETES:-} == yes ]]; then return 0; fi
  LEFT=$((LEFT + 1))
  printf '  left, because ALLOW_DELETES is not yes: %s\n' "$STEP"
  return 1
}

# UNIQUE_NAME BODY
make_application() {
  local found
  found="$(look_graph "applications(uniqueName='$1')" '[[id, appId]]')"
  if [[ -z $found ]]; then
    found="$(graph patch "applications(uniqueName='$1')" --headers 'Prefer=create-if-missing' \
      --body "$2" --query '[[id, appId]]' --output tsv)"
    wrote
  fi
  read -r APPLICATION APP_ID <<<"$found"
  [[ -n ${APP_ID:-} ]] || fail "application $1 was made meanwhile: run this again"
}

make_principal() {
  PRINCIPAL="$(look_graph "servicePrincipals(appId='$APP_ID')" id)"
  if [[ -z $PRINCIPAL ]]; then
    PRINCIPAL="$(graph post servicePrincipals --body "{\"appId\":\"$APP_ID\"}" \
      --query id --output tsv)"
    wrote
  fi
}

# PATH TAG: tags of others stay.
add_tag() {
  local tagged body
  tagged="$(graph get "$1" --query "contains(tags, '$2')" --output json)"
  if [[ $tagged != true ]]; then
    body="$(graph get "$1" --query "{tags: [tags, ['$2']][]}" --output json)"
    graph patch "$1" --body "$body" --output none
    wrote
  fi
}

# TAG
tag_application() { add_tag "applications/$APPLICATION" "$1"; }

# TAG
tag_principal() { add_tag "servicePrincipals/$PRINCIPAL" "$1"; }

# ROLE...: declares permissions of Microsoft Graph; those that are declared already stay.
request() {
  local ours known others body
  ours="$(printf '"%s",' "$@")"
  ours="contains(\`[${ours%,}]\`, id)"
  known="requiredResourceAccess[?resourceAppId=='$GRAPH_APP_ID'].resourceAccess[]"
  if [[ $(graph get "applications/$APPLICATION" --output json \
    --query "length($known | [?type=='Role' && $ours])") == "$#" ]]; then return 0; fi
  others="$known | [?type!='Role' || !$ours]"
  body="$(printf '{"id":"%s","type":"Role"},' "$@")"
  body="{resourceAppId: '$GRAPH_APP_ID', resourceAccess: [($others), \`[${body%,}]\`][]}"
  body="{requiredResourceAccess: [requiredResourceAccess[?resourceAppId!='$GRAPH_APP_ID'], [$body]][]}"
  body="$(graph get "applications/$APPLICATION" --query "$body" --output json)"
  graph patch "applications/$APPLICATION" --body "$body" --output none
  wrote
}

# GRAPH_PRINCIPAL ROLE
consent() {
  if [[ -z ${CONSENTED+set} ]]; then
    CONSENTED="$(graph get "servicePrincipals/$PRINCIPAL/appRoleAssignments?\$top=999" \
      --query "value[?resourceId=='$1'].appRoleId" --output tsv)"
  fi
  if [[ $CONSENTED != *"$2"* ]]; then
    graph post "servicePrincipals/$1/appRoleAssignedTo" --output none \
      --body "{\"principalId\":\"$PRINCIPAL\",\"resourceId\":\"$1\",\"appRoleId\":\"$2\"}"
    wrote
  fi
}

# SCOPE ROLE DESCRIPTION: the description is JSON.
assign() {
  local role="$1/providers/Microsoft.Authorization/roleDefinitions/$2" path body
  path="$1/providers/Microsoft.Authorization/roleAssignments/$(guid "$1" "$PRINCIPAL" "$2")"
  if [[ -z "$(look "$path?$ROLES_VERSION" id)" ]]; then
    body="\"roleDefinitionId\":\"$role\",\"principalId\":\"$PRINCIPAL\""
    body+=",\"principalType\":\"ServicePrincipal\",\"description\":$3"
    arm put "$path?$ROLES_VERSION" --body "{\"properties\":{$body}}" --output none
    wrote
  fi
}

# JSON as a value in a JMESPath.
value() { printf '`%s`' "${1//\`/\\\`}"; }

# LIVE WANTED: a JMESPath that is true where a list has everything of another one.
has_all() { printf 'length(%s[?contains(%s, @)]) == length(%s)' "$1" "$2" "$2"; }

# LIVE WANTED: the same, where it has nothing else.
has_only() { printf 'length(%s[?contains(%s, @)]) == length(%s)' "$1" "$2" "$1"; }

# PATH BODY [DROPPED]: scopes that others added stay. Those DROPPED, a JSON list, are a delete.
define() {
  local wanted dropped='`[]`' check kind body="$2"
  wanted="$(value "$2").properties"
  if [[ -n ${3:-} ]] && may_delete; then dropped="$(value "$3")"; fi
  check="properties.roleName == $wanted.roleName && properties.description == $wanted.description"
  for kind in actions notActions dataActions notDataActions; do
    kind="permissions[0].$kind"
    check+=" && length(properties.$kind) == length($wanted.$kind)"
    check+=" && $(has_all "properties.$kind" "$wanted.$kind")"
  done
  check+=" && $(has_all properties.assignableScopes "$wanted.assignableScopes")"
  check+=" && length(properties.assignableScopes[?contains($dropped, @)]) == \`0\`"
  case "$(look "$1?$ROLES_VERSION" "$check")" in
    [Tt]rue) return 0 ;;
    [Ff]alse)
      body="[properties.assignableScopes[?!contains($wanted.assignableScopes, @)], $wanted.assignableScopes][]"
      body="{properties: {roleName: $wanted.roleName, description: $wanted.description,
        type: 'CustomRole', permissions: $wanted.permissions,
        assignableScopes: $body | [?!contains($dropped, @)]}}"
      body="$(arm get "$1?$ROLES_VERSION" --query "$body" --output json)"
      ;;
  esac
  arm put "$1?$ROLES_VERSION" --body "$body" --output none
  wrote
}

# add|replace VAULT TENANT PERMISSIONS: entries of others stay.
write_vault() {
  local wanted kind live check='' entry
  wanted="$(value "$4")"
  for kind in keys secrets certificates storage; do
    live="($kind || \`[]\`)"
    kind="($wanted.$kind || \`[]\`)"
    if [[ $1 == add ]]; then
      check+=" && $(has_all "$live" "$kind")"
    else
      check+=" && $(has_only "$live" "$kind")"
    fi
  done
  entry="properties.accessPolicies[?objectId=='$PRINCIPAL' && !applicationId].permissions | [0]"
  check="(${entry} || \`{}\`) | ${check# && }"
  if [[ "$(look "$2?$VAULTS_VERSION" "$check")" != [Tt]rue ]]; then
    entry="{\"tenantId\":\"$3\",\"objectId\":\"$PRINCIPAL\",\"permissions\":$4}"
    arm put "$2/accessPolicies/$1?$VAULTS_VERSION" --output none \
      --body "{\"properties\":{\"accessPolicies\":[$entry]}}"
    wrote
  fi
}

# VAULT TENANT PERMISSIONS
open_vault() { write_vault add "$@"; }

# CREDENTIAL: certificates of others stay.
trust() {
  local wanted known body
  wanted="$(value "$1")"
  known="length(keyCredentials[?keyId==$wanted.keyId])"
  if [[ "$(graph get "applications/$APPLICATION" --query "$known" --output json)" == 0 ]]; then
    body="$(graph get "applications/$APPLICATION?\$select=keyCredentials" --output json \
      --query "{keyCredentials: [keyCredentials, [$wanted]][]}")"
    graph patch "applications/$APPLICATION" --body "$body" --output none
    wrote
  fi
}

# MARKER FILE: the certificate in a PEM file; a private key in it is not read.
trust_file() {
  local sha256 start end base64 body
  if [[ -z $2 ]]; then
    LEFT=$((LEFT + 1))
    printf '  left, because CERTIFICATE does not name the PEM file: %s\n' "$STEP"
    return 0
  fi
  sha256="$(openssl x509 -in "$2" -outform DER | openssl dgst -sha256)"
  base64="$(openssl x509 -in "$2" -outform DER | openssl base64 -A)"
  start="$(openssl x509 -in "$2" -noout -startdate)"
  end="$(openssl x509 -in "$2" -noout -enddate)"
  # Entra ID takes dates that lie inside the certificate's own.
  start="$(second "${start#*=}" +)"
  end="$(second "${end#*=}" -)"
  body="\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"keyId\":\"$(guid "${sha256##* }")\""
  body+=",\"displayName\":\"$1 until ${end%T*}\",\"startDateTime\":\"$start\""
  trust "{$body,\"endDateTime\":\"$end\",\"key\":\"$base64\"}"
}

# A second after or before a date as openssl prints it, for GNU and for BSD.
second() {
  date -u -d "$1 $2 1 second" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null ||
    date -u -j -v "${2}1S" -f '%b %e %T %Y %Z' "$1" +%Y-%m-%dT%H:%M:%SZ
}

signed_in '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3'

# A  Application
# The app registration that Mondoo signs in as, for this tenant alone, and its service principal,
# which holds the rights.

step '+ application  mondoo-security'
make_application 'mondoo-security' '{"displayName":"mondoo-security","signInAudience":"AzureADMyOrg"}'
tag_application 'mondoo-azure:mondoo-security'

step '+ service principal  mondoo-security'
make_principal
tag_principal 'WindowsAzureActiveDirectoryIntegratedApp'

# B  Microsoft Graph permissions
# Application permissions of Microsoft Graph: declared on the application, and consented to for
# the tenant, which is what grants them.

step 'request of permissions'
ids=(
  '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30' # Application.Read.All
  'b0afded3-3588-46d8-8b3d-9842eff778da' # AuditLog.Read.All
  '7ab1d382-f21e-4acd-a863-ba3e13f7da61' # Directory.Read.All
  'dbb9058a-0e50-45d7-ae91-66909b5d4664' # Domain.Read.All
  'e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0' # IdentityProvider.Read.All
  '6e472fd1-ad78-48da-a0f0-97ab2c6b769e' # IdentityRiskEvent.Read.All
  'dc5007c0-2d7d-4c42-879c-2dab87571379' # IdentityRiskyUser.Read.All
  '246dd0d5-5bd0-4def-940b-0421030a5b68' # Policy.Read.All
  '37730810-e9ba-4e46-b07e-8ca78d182097' # Policy.Read.ConditionalAccess
  '9e640839-a198-48fb-8b9a-013fd6f6cbcd' # Policy.Read.PermissionGrant
  'c7fbd983-d9aa-4fa7-84b8-17382c103bc4' # RoleManagement.Read.All
  '5e0edab9-c148-49d0-b423-ac253e121825' # SecurityActions.Read.All
  'bf394140-e372-4bf9-a898-299cfc7564e5' # SecurityEvents.Read.All
  'f8f035bb-2cce-47fb-8bf5-7baf3ecbee48' # ThreatAssessment.Read.All
  '197ee4e9-b993-4066-898f-d6aecc55125b' # ThreatIndicators.Read.All
)
request "${ids[@]}"

step '+ consent  Application.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30'

step '+ consent  AuditLog.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'b0afded3-3588-46d8-8b3d-9842eff778da'

step '+ consent  Directory.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '7ab1d382-f21e-4acd-a863-ba3e13f7da61'

step '+ consent  Domain.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'dbb9058a-0e50-45d7-ae91-66909b5d4664'

step '+ consent  IdentityProvider.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0'

step '+ consent  IdentityRiskEvent.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '6e472fd1-ad78-48da-a0f0-97ab2c6b769e'

step '+ consent  IdentityRiskyUser.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'dc5007c0-2d7d-4c42-879c-2dab87571379'

step '+ consent  Policy.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '246dd0d5-5bd0-4def-940b-0421030a5b68'

step '+ consent  Policy.Read.ConditionalAccess'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '37730810-e9ba-4e46-b07e-8ca78d182097'

step '+ consent  Policy.Read.PermissionGrant'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '9e640839-a198-48fb-8b9a-013fd6f6cbcd'

step '+ consent  RoleManagement.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'c7fbd983-d9aa-4fa7-84b8-17382c103bc4'

step '+ consent  SecurityActions.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '5e0edab9-c148-49d0-b423-ac253e121825'

step '+ consent  SecurityEvents.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'bf394140-e372-4bf9-a898-299cfc7564e5'

step '+ consent  ThreatAssessment.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'f8f035bb-2cce-47fb-8bf5-7baf3ecbee48'

step '+ consent  ThreatIndicators.Read.All'
consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '197ee4e9-b993-4066-898f-d6aecc55125b'

# C  Role assignments
# Built-in roles, by which Mondoo finds and reads resources.

step '+ Reader  subscription Production (1b2c3d4e-…)'
assign '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' 'acdd72a7-3385-48ef-bd42-f606fba81ae7' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

step '+ Key Vault Reader  subscription Production (1b2c3d4e-…)'
assign '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' '21090545-7ca7-4776-b22c-e363652d74d2' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

# D  Custom role
# One custom role for what the built-in roles lack, and where it is assigned. It is found again by
# its id and by the mark that ends its description.

step '+ role definition  mondoo-role (23 actions, 2 data actions)'
define '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/8c2271af-d7c5-5c03-be26-b4ce0584e70e' '{
  "properties": {
    "assignableScopes": [
      "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
    ],
    "description": "Custom role for Mondoo integration [mondoo-azure:mondoo-security]",
    "permissions": [
      {
        "actions": [
          "Microsoft.Authorization/*/read",
          "Microsoft.ResourceHealth/availabilityStatuses/read",
          "Microsoft.Insights/alertRules/*",
          "Microsoft.Resources/deployments/*",
          "Microsoft.Resources/subscriptions/resourceGroups/read",
          "Microsoft.Support/*",
          "Microsoft.Web/listSitesAssignedToHostName/read",
          "Microsoft.Web/serverFarms/read",
          "Microsoft.Web/sites/config/read",
          "Microsoft.Web/sites/config/web/appsettings/read",
          "Microsoft.Web/sites/config/web/connectionstrings/read",
          "Microsoft.Web/sites/config/appsettings/read",
          "Microsoft.web/sites/config/snapshots/read",
          "Microsoft.Web/sites/config/list/action",
          "Microsoft.Web/sites/read",
          "Microsoft.KeyVault/checkNameAvailability/read",
          "Microsoft.KeyVault/deletedVaults/read",
          "Microsoft.KeyVault/locations/*/read",
          "Microsoft.KeyVault/vaults/*/read",
          "Microsoft.KeyVault/operations/read",
          "Microsoft.Compute/virtualMachines/runCommands/read",
          "Microsoft.Compute/virtualMachines/runCommands/write",
          "Microsoft.Compute/virtualMachines/runCommand/action"
        ],
        "dataActions": [
          "Microsoft.KeyVault/vaults/*/read",
          "Microsoft.KeyVault/vaults/secrets/readMetadata/action"
        ],
        "notActions": [],
        "notDataActions": []
      }
    ],
    "roleName": "mondoo-role",
    "type": "CustomRole"
  }
}'

step '+ mondoo-role  subscription Production (1b2c3d4e-…)'
assign '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' '8c2271af-d7c5-5c03-be26-b4ce0584e70e' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

# E  Key vault access
# Vaults on access policies do not look at roles. Each gets one entry more; the vault itself and
# the entries of others stay as they are.

step '+ get, list  vault kv-legacy (keys, secrets, certificates)'
open_vault '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy' '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3' '{"certificates":["get","list"],"keys":["get","list"],"secrets":["get","list"]}'

step '+ get, list  vault kv-shared (keys, secrets, certificates)'
open_vault '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-shared' '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3' '{"certificates":["get","list"],"keys":["get","list"],"secrets":["get","list"]}'

# F  Certificate
# What Mondoo signs in with. A certificate is added beside those that are there; its private key
# is not in here, and nobody needs it here.

# + key and certificate  ./mondoo.pem
# Not done here: a private key is made where it is kept in ./mondoo.pem: by `mondoo-azure
# certificate generate`, on that machine alone

step '+ trusted certificate  the new one'
trust_file 'mondoo-azure:mondoo-security' "${CERTIFICATE:-}"

printf 'Done: %s written, %s left.\n' "$WRITTEN" "$LEFT"
