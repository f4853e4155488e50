# What the steps below are made of: each looks first, and writes only what is missing.

$ErrorActionPreference = 'Stop'
$Graph = '@GRAPH_APP_ID@'
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
    $namespace = [Convert]::FromHexString('@NAMESPACE@')
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

# The texts of these names.
function Update-Application([string] $Body, [string[]] $Names) {
    $live = Send-Request 'Graph' 'GET' "applications/$script:Application"
    $wanted = $Body | ConvertFrom-Json
    if ($Names | Where-Object { $live.$_ -cne $wanted.$_ }) {
        $null = Send-Request 'Graph' 'PATCH' "applications/$script:Application" $Body
        Write-Done
    }
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

function Restore-Deleted([string] $Kind, [string] $Id) {
    if (-not (Get-Live 'Graph' "$Kind/$Id")) {
        $null = Send-Request 'Graph' 'POST' "directory/deletedItems/$Id/restore"
        Write-Done
    }
}

function Restore-Application([string] $Id, [string] $AppId) {
    Restore-Deleted 'applications' $Id
    $script:Application = $Id
    $script:AppId = $AppId
}

function Restore-Principal([string] $Id) {
    Restore-Deleted 'servicePrincipals' $Id
    $script:Principal = $Id
}

# The deleted application goes for good, if it carries that tag.
function Remove-DeletedApplication([string] $Id, [string] $Tag) {
    $live = Get-Live 'Graph' "directory/deletedItems/$Id"
    if ($live -and $live.tags -ccontains $Tag) {
        $null = Send-Request 'Graph' 'DELETE' "directory/deletedItems/$Id"
        Write-Done
    }
}

function Add-Owner([string] $Owner) {
    $owners = Send-Request 'Graph' 'GET' "applications/$script:Application/owners"
    if ($owners.value.id -notcontains $Owner) {
        $root = (Get-MgEnvironment -Name (Get-MgContext).Environment).GraphEndpoint
        $body = ConvertTo-Body @{ '@odata.id' = "$root/v1.0/directoryObjects/$Owner" }
        $null = Send-Request 'Graph' 'POST' "applications/$script:Application/owners/`$ref" $body
        Write-Done
    }
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

function Remove-Consent([string] $GraphPrincipal, [string] $Assignment) {
    $path = "servicePrincipals/$GraphPrincipal/appRoleAssignedTo/$Assignment"
    if (Get-Live 'Graph' $path) {
        $null = Send-Request 'Graph' 'DELETE' $path
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

# Only while it gives that role to our principal.
function Remove-Assignment([string] $Id, [string] $Role) {
    $live = (Get-Live 'Azure' "${Id}?$Roles").properties
    if ($live -and $live.principalId -eq $script:Principal -and $live.roleDefinitionId -like "*/$Role") {
        $null = Send-Request 'Azure' 'DELETE' "${Id}?$Roles"
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

# Only while it is what was planned to go. Name and description are JSON.
function Remove-Role([string] $Path, [string] $Name, [string] $Description) {
    $live = (Get-Live 'Azure' "${Path}?$Roles").properties
    $same = $live -and $live.roleName -ceq ($Name | ConvertFrom-Json)
    if ($same -and $live.description -ceq ($Description | ConvertFrom-Json)) {
        $null = Send-Request 'Azure' 'DELETE' "${Path}?$Roles"
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

function Limit-Vault([string] $Vault, [string] $Tenant, [string] $Permissions) {
    Set-VaultEntry 'replace' $Vault $Tenant $Permissions
}

# Our entry goes, spelled as it is there.
function Remove-VaultEntry([string] $Vault) {
    $entry = Get-VaultEntry $Vault
    if ($entry) {
        $body = ConvertTo-Body @{ properties = @{ accessPolicies = @($entry) } }
        $null = Send-Request 'Azure' 'PUT' "$Vault/accessPolicies/remove?$Vaults" $body
        Write-Done
    }
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

# A certificate of ours goes; those of others stay.
function Remove-Certificate([string] $KeyId) {
    $path = "applications/$script:Application"
    $live = Send-Request 'Graph' 'GET' "${path}?`$select=keyCredentials"
    if ($live.keyCredentials.keyId -contains $KeyId) {
        $others = @($live.keyCredentials | Where-Object { $_.keyId -ne $KeyId })
        $null = Send-Request 'Graph' 'PATCH' $path (ConvertTo-Body @{ keyCredentials = $others })
        Write-Done
    }
}

# Tokens that the application trusts: new, or in place of those of the credential with that id.
function Set-Federation([string] $Body, [string] $Id = '') {
    $wanted = $Body | ConvertFrom-Json
    $path = "applications/$script:Application/federatedIdentityCredentials"
    $live = (Send-Request 'Graph' 'GET' $path).value | Where-Object {
        $_.issuer -ceq $wanted.issuer -and $_.subject -ceq $wanted.subject -and
        $_.audiences -ccontains $wanted.audiences[0]
    }
    if (-not $live) {
        if ($Id) {
            $null = Send-Request 'Graph' 'PATCH' "$path/$Id" $Body
        } else {
            $null = Send-Request 'Graph' 'POST' $path $Body
        }
        Write-Done
    }
}
