# What mondoo-azure would do for mondoo-security in tenant Contoso
# (0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3), as of 2026-11-23 12:00 UTC: 25 to create, 0 to update, 0
# to restore, 0 to delete.
#
# Read it, sign in as somebody who holds the rights (docs/rights.md), and run it: pwsh FILE, with
# -AllowDeletes where something is to be taken away.
#
# Connect-AzAccount -Tenant 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3 ; Connect-MgGraph -TenantId
# 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3 -Scopes Application.ReadWrite.All,
# AppRoleAssignment.ReadWrite.All
#
# Each step looks first, and writes what is missing: run again, it changes nothing, and a run that
# was stopped is finished by another one.
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
#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication, Az.Accounts
param([switch] $AllowDeletes, [string] $Certificate = '')

# What the steps below are made of: each looks first, and writes only what is missing.

$ErrorActionPreference = 'Stop'
$Graph = '00000003-0000-0000-c000-000000000000'
$Roles = 'api-version=2022-04-01'
$Vaults = 'api-version=2023-07-01'
$Step = ''
$Consented = $null
$Written = 0
$Left = 0

# What is said where a new object is not known everywhere yet, and where something is there already.
$NotKnownYet = 'Request_ResourceNotFound|Directory_ObjectNotFound|NoBackingApplicationObject' +
    '|does not reference a valid application|does not match the application object' +
    '|backing application of the service principal|Not a valid reference update' +
    '|PrincipalNotFound|RoleDefinitionDoesNotExist|Directory_ConcurrencyViolation'
$ThereAlready = 'Permission being assigned already exists|EntitlementGrant entry already exists' +
    '|RoleAssignmentExists|added object references already exist'

function Start-Step([string] $Name) {
    $script:Step = $Name
}

function Write-Done {
    $script:Written += 1
    Write-Output "  $script:Step"
}

# Deletes need a yes, once for all: the switch -AllowDeletes.
function Test-MayDelete {
    if ($script:AllowDeletes) { return $true }
    $script:Left += 1
    Write-Warning "left, because -AllowDeletes is not given: $script:Step"
    return $false
}

function Assert-Tenant([string] $Tenant) {
    $azure = (Get-AzContext).Tenant.Id
    $entra = (Get-MgContext).TenantId
    if ($azure -ne $Tenant -or $entra -ne $Tenant) {
        throw "signed in to '$azure' (Az) and '$entra' (Microsoft Graph), not to $Tenant"
    }
}

# One request: status, and what was answered.
function Send-Once([string] $Service, [string] $Method, [string] $Path, [string] $Body) {
    if ($Service -eq 'Graph') {
        $request = @{ Method = $Method; Uri = "v1.0/$Path" }
        if ($Path -like '*(uniqueName=*') { $request.Headers = @{ Prefer = 'create-if-missing' } }
        if ($Body) { $request.Body = $Body; $request.ContentType = 'application/json' }
        $answer = Invoke-MgGraphRequest @request -OutputType HttpResponseMessage -SkipHttpErrorCheck
        $text = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    } else {
        $request = @{ Method = $Method; Path = $Path }
        if ($Body) { $request.Payload = $Body }
        $answer = Invoke-AzRestMethod @request
        $text = $answer.Content
    }
    return @{ Status = [int] $answer.StatusCode; Text = $text }
}

# The same, again for two minutes while it fails because something is new.
function Send-Request([string] $Service, [string] $Method, [string] $Path, [string] $Body) {
    foreach ($wait in 1, 1, 2, 4, 8, 16, 30, 30, 30, 0) {
        $answer = Send-Once $Service $Method $Path $Body
        if ($answer.Status -lt 300) {
            if ($answer.Text) { return $answer.Text | ConvertFrom-Json }
            return $null
        }
        if ($answer.Text -match $ThereAlready) { return $null }
        if ($wait -eq 0 -or $answer.Text -notmatch $NotKnownYet) { break }
        Start-Sleep -Seconds $wait
    }
    throw "$($script:Step): $Method $Path answered $($answer.Status): $($answer.Text)"
}

# What is there; nothing, where there is nothing.
function Get-Live([string] $Service, [string] $Path) {
    $answer = Send-Once $Service 'GET' $Path ''
    if ($answer.Status -eq 404) { return $null }
    if ($answer.Status -ge 300) { throw "GET $Path answered $($answer.Status): $($answer.Text)" }
    return $answer.Text | ConvertFrom-Json
}

function ConvertTo-Body($Value) {
    return ConvertTo-Json -InputObject $Value -Depth 20 -Compress
}

# The id that follows from these lines: version 5 of RFC 9562, in the namespace of mondoo-azure.
function Get-DerivedId([string[]] $Lines) {
    $namespace = [Convert]::FromHexString('6d0ad00a2ce54b7e9f1d7a430b5c91e2')
    $name = [Text.Encoding]::UTF8.GetBytes(($Lines -join "`n").ToLowerInvariant())
    $hash = [Security.Cryptography.SHA1]::HashData([byte[]] ($namespace + $name))
    $hash[6] = ($hash[6] -band 0x0f) -bor 0x50
    $hash[8] = ($hash[8] -band 0x3f) -bor 0x80
    $hex = [Convert]::ToHexString($hash, 0, 16).ToLowerInvariant()
    return $hex -replace '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '$1-$2-$3-$4-$5'
}

function Confirm-Application([string] $UniqueName, [string] $Body) {
    $live = Get-Live 'Graph' "applications(uniqueName='$UniqueName')"
    if (-not $live) {
        $live = Send-Request 'Graph' 'PATCH' "applications(uniqueName='$UniqueName')" $Body
        Write-Done
    }
    if (-not $live.appId) { throw "application $UniqueName was made meanwhile: run this again" }
    $script:Application = $live.id
    $script:AppId = $live.appId
}

function Confirm-Principal {
    $live = Get-Live 'Graph' "servicePrincipals(appId='$script:AppId')"
    if (-not $live) {
        $live = Send-Request 'Graph' 'POST' 'servicePrincipals' (ConvertTo-Body @{ appId = $script:AppId })
        Write-Done
    }
    $script:Principal = $live.id
}

# Tags of others stay.
function Add-Tag([string] $Path, [string] $Tag) {
    $live = Send-Request 'Graph' 'GET' $Path
    if ($live.tags -cnotcontains $Tag) {
        $null = Send-Request 'Graph' 'PATCH' $Path (ConvertTo-Body @{ tags = @($live.tags) + $Tag })
        Write-Done
    }
}

function Add-ApplicationTag([string] $Tag) {
    Add-Tag "applications/$script:Application" $Tag
}

function Add-PrincipalTag([string] $Tag) {
    Add-Tag "servicePrincipals/$script:Principal" $Tag
}

# Declares permissions of Microsoft Graph; what is declared already stays.
function Add-Request([string[]] $Ids) {
    $live = Send-Request 'Graph' 'GET' "applications/$script:Application"
    $ours = $live.requiredResourceAccess | Where-Object { $_.resourceAppId -eq $Graph }
    $known = @($ours.resourceAccess | Where-Object { $_ })
    $missing = $Ids | Where-Object { ($known | Where-Object type -EQ 'Role').id -notcontains $_ }
    if ($missing) {
        $access = $known + @($missing | ForEach-Object { @{ id = $_; type = 'Role' } })
        $others = @($live.requiredResourceAccess | Where-Object { $_ -and $_.resourceAppId -ne $Graph })
        $all = $others + @{ resourceAppId = $Graph; resourceAccess = $access }
        $body = ConvertTo-Body @{ requiredResourceAccess = $all }
        $null = Send-Request 'Graph' 'PATCH' "applications/$script:Application" $body
        Write-Done
    }
}

function Add-Consent([string] $GraphPrincipal, [string] $Role) {
    if ($null -eq $script:Consented) {
        $path = "servicePrincipals/$script:Principal/appRoleAssignments?`$top=999"
        $script:Consented = @((Send-Request 'Graph' 'GET' $path).value |
            Where-Object { $_.resourceId -eq $GraphPrincipal } | ForEach-Object { $_.appRoleId })
    }
    if ($script:Consented -notcontains $Role) {
        $body = @{ principalId = $script:Principal; resourceId = $GraphPrincipal; appRoleId = $Role }
        $path = "servicePrincipals/$GraphPrincipal/appRoleAssignedTo"
        $null = Send-Request 'Graph' 'POST' $path (ConvertTo-Body $body)
        Write-Done
    }
}

# The description is JSON.
function Add-Assignment([string] $Scope, [string] $Role, [string] $Description) {
    $name = Get-DerivedId $Scope, $script:Principal, $Role
    $path = "$Scope/providers/Microsoft.Authorization/roleAssignments/${name}?$Roles"
    if (-not (Get-Live 'Azure' $path)) {
        $body = @{ properties = @{
            roleDefinitionId = "$Scope/providers/Microsoft.Authorization/roleDefinitions/$Role"
            principalId = $script:Principal
            principalType = 'ServicePrincipal'
            description = $Description | ConvertFrom-Json
        } }
        $null = Send-Request 'Azure' 'PUT' $path (ConvertTo-Body $body)
        Write-Done
    }
}

function Test-Same($One, $Other) {
    $sorted = foreach ($list in $One, $Other) {
        ($list | Where-Object { $_ } | Sort-Object) -join "`n"
    }
    return $sorted[0] -eq $sorted[1]
}

# Scopes that others added stay. Those that are dropped are a delete.
function Set-Role([string] $Path, [string] $Body, [string] $DroppedScopes = '[]') {
    $wanted = $Body | ConvertFrom-Json
    $dropped = @($DroppedScopes | ConvertFrom-Json)
    $live = (Get-Live 'Azure' "${Path}?$Roles").properties
    if ($dropped -and -not (Test-MayDelete)) { $dropped = @() }
    $scopes = @(@($live.assignableScopes) + $wanted.properties.assignableScopes | Where-Object { $_ } |
        Where-Object { $dropped -notcontains $_ } | Select-Object -Unique)
    $same = $live -and $live.roleName -ceq $wanted.properties.roleName
    $same = $same -and $live.description -ceq $wanted.properties.description
    $same = $same -and (Test-Same $live.assignableScopes $scopes)
    foreach ($kind in 'actions', 'notActions', 'dataActions', 'notDataActions') {
        $new = $wanted.properties.permissions[0].$kind
        $same = $same -and (Test-Same $live.permissions[0].$kind $new)
    }
    if (-not $same) {
        $wanted.properties.assignableScopes = $scopes
        $null = Send-Request 'Azure' 'PUT' "${Path}?$Roles" (ConvertTo-Body $wanted)
        Write-Done
    }
}

function Get-VaultEntry([string] $Vault) {
    $live = Send-Request 'Azure' 'GET' "${Vault}?$Vaults"
    return $live.properties.accessPolicies |
        Where-Object { $_.objectId -eq $script:Principal -and -not $_.applicationId }
}

# The kind is add or replace; entries of others stay.
function Set-VaultEntry([string] $Kind, [string] $Vault, [string] $Tenant, [string] $Permissions) {
    $live = (Get-VaultEntry $Vault).permissions
    $wanted = $Permissions | ConvertFrom-Json
    $right = $true
    foreach ($of in 'keys', 'secrets', 'certificates', 'storage') {
        if ($Kind -eq 'add') {
            $lacks = $wanted.$of | Where-Object { $_ -and $live.$of -notcontains $_ }
        } else {
            $lacks = $live.$of | Where-Object { $_ -and $wanted.$of -notcontains $_ }
        }
        if ($lacks) { $right = $false }
    }
    if (-not $right) {
        $entry = @{ tenantId = $Tenant; objectId = $script:Principal; permissions = $wanted }
        $body = ConvertTo-Body @{ properties = @{ accessPolicies = @($entry) } }
        $null = Send-Request 'Azure' 'PUT' "$Vault/accessPolicies/${Kind}?$Vaults" $body
        Write-Done
    }
}

function Open-Vault([string] $Vault, [string] $Tenant, [string] $Permissions) {
    Set-VaultEntry 'add' $Vault $Tenant $Permissions
}

# Certificates of others stay.
function Add-Certificate([string] $Body) {
    $wanted = $Body | ConvertFrom-Json
    $path = "applications/$script:Application"
    $live = Send-Request 'Graph' 'GET' "${path}?`$select=keyCredentials"
    if ($live.keyCredentials.keyId -notcontains $wanted.keyId) {
        $all = @($live.keyCredentials | Where-Object { $_ }) + $wanted
        $null = Send-Request 'Graph' 'PATCH' $path (ConvertTo-Body @{ keyCredentials = $all })
        Write-Done
    }
}

# The certificate in a PEM file; a private key in it is not read.
function Add-CertificateFile([string] $Marker, [string] $File) {
    if (-not $File) {
        $script:Left += 1
        Write-Warning "left, because -Certificate does not name the PEM file: $script:Step"
        return
    }
    $path = (Resolve-Path -LiteralPath $File).ProviderPath
    $all = [Security.Cryptography.X509Certificates.X509Certificate2Collection]::new()
    $all.ImportFromPemFile($path)
    $found = $all[0]
    $sha256 = $found.GetCertHashString([Security.Cryptography.HashAlgorithmName]::SHA256)
    # Entra ID takes dates that lie inside the certificate's own.
    $start = $found.NotBefore.ToUniversalTime().AddSeconds(1)
    $end = $found.NotAfter.ToUniversalTime().AddSeconds(-1)
    Add-Certificate (ConvertTo-Body @{
        type = 'AsymmetricX509Cert'
        usage = 'Verify'
        keyId = Get-DerivedId $sha256
        displayName = "$Marker until $($end.ToString('yyyy-MM-dd'))"
        startDateTime = $start.ToString('yyyy-MM-ddTHH:mm:ssZ')
        endDateTime = $end.ToString('yyyy-MM-ddTHH:mm:ssZ')
        key = [Convert]::ToBase64String($found.RawData)
    })
}

Assert-Tenant '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3'

# A  Application
# The app registration that Mondoo signs in as, for this tenant alone, and its service principal,
# which holds the rights.

Start-Step '+ application  mondoo-security'
Confirm-Application 'mondoo-security' '{"displayName":"mondoo-security","signInAudience":"AzureADMyOrg"}'
Add-ApplicationTag 'mondoo-azure:mondoo-security'

Start-Step '+ service principal  mondoo-security'
Confirm-Principal
Add-PrincipalTag 'WindowsAzureActiveDirectoryIntegratedApp'

# B  Microsoft Graph permissions
# Application permissions of Microsoft Graph: declared on the application, and consented to for
# the tenant, which is what grants them.

Start-Step 'request of permissions'
Add-Request @(
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

Start-Step '+ consent  Application.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30'

Start-Step '+ consent  AuditLog.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'b0afded3-3588-46d8-8b3d-9842eff778da'

Start-Step '+ consent  Directory.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '7ab1d382-f21e-4acd-a863-ba3e13f7da61'

Start-Step '+ consent  Domain.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'dbb9058a-0e50-45d7-ae91-66909b5d4664'

Start-Step '+ consent  IdentityProvider.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0'

Start-Step '+ consent  IdentityRiskEvent.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '6e472fd1-ad78-48da-a0f0-97ab2c6b769e'

Start-Step '+ consent  IdentityRiskyUser.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'dc5007c0-2d7d-4c42-879c-2dab87571379'

Start-Step '+ consent  Policy.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '246dd0d5-5bd0-4def-940b-0421030a5b68'

Start-Step '+ consent  Policy.Read.ConditionalAccess'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '37730810-e9ba-4e46-b07e-8ca78d182097'

Start-Step '+ consent  Policy.Read.PermissionGrant'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '9e640839-a198-48fb-8b9a-013fd6f6cbcd'

Start-Step '+ consent  RoleManagement.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'c7fbd983-d9aa-4fa7-84b8-17382c103bc4'

Start-Step '+ consent  SecurityActions.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '5e0edab9-c148-49d0-b423-ac253e121825'

Start-Step '+ consent  SecurityEvents.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'bf394140-e372-4bf9-a898-299cfc7564e5'

Start-Step '+ consent  ThreatAssessment.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' 'f8f035bb-2cce-47fb-8bf5-7baf3ecbee48'

Start-Step '+ consent  ThreatIndicators.Read.All'
Add-Consent 'a4b5c6d7-e8f9-4001-9213-243546576879' '197ee4e9-b993-4066-898f-d6aecc55125b'

# C  Role assignments
# Built-in roles, by which Mondoo finds and reads resources.

Start-Step '+ Reader  subscription Production (1b2c3d4e-…)'
Add-Assignment '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' 'acdd72a7-3385-48ef-bd42-f606fba81ae7' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

Start-Step '+ Key Vault Reader  subscription Production (1b2c3d4e-…)'
Add-Assignment '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' '21090545-7ca7-4776-b22c-e363652d74d2' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

# D  Custom role
# One custom role for what the built-in roles lack, and where it is assigned. It is found again by
# its id and by the mark that ends its description.

Start-Step '+ role definition  mondoo-role (23 actions, 2 data actions)'
Set-Role '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/8c2271af-d7c5-5c03-be26-b4ce0584e70e' '{
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

Start-Step '+ mondoo-role  subscription Production (1b2c3d4e-…)'
Add-Assignment '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081' '8c2271af-d7c5-5c03-be26-b4ce0584e70e' '"Lets Mondoo scan [mondoo-azure:mondoo-security]"'

# E  Key vault access
# Vaults on access policies do not look at roles. Each gets one entry more; the vault itself and
# the entries of others stay as they are.

Start-Step '+ get, list  vault kv-legacy (keys, secrets, certificates)'
Open-Vault '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy' '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3' '{"certificates":["get","list"],"keys":["get","list"],"secrets":["get","list"]}'

Start-Step '+ get, list  vault kv-shared (keys, secrets, certificates)'
Open-Vault '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-shared' '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3' '{"certificates":["get","list"],"keys":["get","list"],"secrets":["get","list"]}'

# F  Certificate
# What Mondoo signs in with. A certificate is added beside those that are there; its private key
# is not in here, and nobody needs it here.

# + key and certificate  ./mondoo.pem
# Not done here: a private key is made where it is kept in ./mondoo.pem: by `mondoo-azure
# certificate generate`, on that machine alone

Start-Step '+ trusted certificate  the new one'
Add-CertificateFile 'mondoo-azure:mondoo-security' $Certificate

Write-Output "Done: $Written written, $Left left."
