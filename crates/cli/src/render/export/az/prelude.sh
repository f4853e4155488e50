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
  hash="$({ printf '@NAMESPACE@'; printf '%s' "$name"; } | openssl dgst -sha1)"
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

# BODY NAME...: the properties of these names, which are texts.
update_application() {
  local path="applications/$APPLICATION" right check='' name
  for name in "${@:2}"; do check+=" && $name == $(value "$1").$name"; done
  right="$(graph get "$path" --query "${check# && }" --output json)"
  if [[ $right != true ]]; then
    graph patch "$path" --body "$1" --output none
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

# WHERE IT IS AFTERWARDS, ID
restore() {
  if [[ -z "$(look_graph "$1/$2" id)" ]]; then
    graph post "directory/deletedItems/$2/restore" --output none
    wrote
  fi
}

# ID APP_ID
restore_application() {
  restore applications "$1"
  APPLICATION="$1" APP_ID="$2"
}

# ID
restore_principal() {
  restore servicePrincipals "$1"
  PRINCIPAL="$1"
}

# ID TAG: the deleted application of that id goes for good, if it carries that tag.
purge_application() {
  local tagged
  tagged="$(look_graph "directory/deletedItems/$1" "contains(tags || \`[]\`, '$2')")"
  if [[ $tagged == [Tt]rue ]]; then
    graph delete "directory/deletedItems/$1" --output none
    wrote
  fi
}

# OWNER
add_owner() {
  local owners
  owners="$(graph get "applications/$APPLICATION/owners" --query 'value[].id' --output tsv)"
  if [[ $owners != *"$1"* ]]; then
    graph post "applications/$APPLICATION/owners/\$ref" --output none \
      --body "{\"@odata.id\":\"$GRAPH/v1.0/directoryObjects/$1\"}"
    wrote
  fi
}

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

# GRAPH_PRINCIPAL ASSIGNMENT
revoke() {
  if [[ -n "$(look_graph "servicePrincipals/$1/appRoleAssignedTo/$2" id)" ]]; then
    graph delete "servicePrincipals/$1/appRoleAssignedTo/$2" --output none
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

# ASSIGNMENT ROLE: only while it gives that role to our principal.
unassign() {
  local live
  live="$(look "$1?$ROLES_VERSION" '[[properties.principalId, properties.roleDefinitionId]]')"
  if [[ $live == "$PRINCIPAL"*"$2" ]]; then
    arm delete "$1?$ROLES_VERSION" --output none
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

# PATH NAME DESCRIPTION: only while it is what was planned to go; both are JSON.
undefine() {
  local check
  check="properties.roleName == $(value "$2") && properties.description == $(value "$3")"
  if [[ "$(look "$1?$ROLES_VERSION" "$check")" == [Tt]rue ]]; then
    arm delete "$1?$ROLES_VERSION" --output none
    wrote
  fi
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

# VAULT TENANT PERMISSIONS
reduce_vault() { write_vault replace "$@"; }

# VAULT: our entry goes, spelled as it is there.
leave_vault() {
  local ours body
  ours="properties.accessPolicies[?objectId=='$PRINCIPAL' && !applicationId]"
  if [[ "$(look "$1?$VAULTS_VERSION" "length($ours)")" == 1 ]]; then
    body="$(arm get "$1?$VAULTS_VERSION" --query "{properties: {accessPolicies: $ours}}" \
      --output json)"
    arm put "$1/accessPolicies/remove?$VAULTS_VERSION" --body "$body" --output none
    wrote
  fi
}

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

# KEY_ID: a certificate of ours goes; those of others stay.
distrust() {
  local known body
  known="length(keyCredentials[?keyId=='$1'])"
  if [[ "$(graph get "applications/$APPLICATION" --query "$known" --output json)" != 0 ]]; then
    body="$(graph get "applications/$APPLICATION?\$select=keyCredentials" --output json \
      --query "{keyCredentials: keyCredentials[?keyId!='$1']}")"
    graph patch "applications/$APPLICATION" --body "$body" --output none
    wrote
  fi
}

# BODY [ID]: tokens that the application trusts, new or in place of others.
federate() {
  local path="applications/$APPLICATION/federatedIdentityCredentials" wanted known
  wanted="$(value "$1")"
  known="issuer == $wanted.issuer && subject == $wanted.subject"
  known="length(value[?$known && contains(audiences, $wanted.audiences[0])])"
  if [[ "$(graph get "$path" --query "$known" --output json)" == 0 ]]; then
    if [[ -n ${2:-} ]]; then
      graph patch "$path/$2" --body "$1" --output none
    else
      graph post "$path" --body "$1" --output none
    fi
    wrote
  fi
}
