# What mondoo-azure would do for mondoo-security in tenant Contoso
# (0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3), as of 2026-11-23 12:00 UTC: 25 to create, 0 to update, 0
# to restore, 0 to delete.
#
# Put it into a directory of its own as main.tf, sign in (az login), read what terraform init and
# terraform plan say, and run terraform apply. Terraform keeps a state: what it made is taken away
# again when it is taken out of here, and terraform destroy takes all of it away.
#
# Terraform knows what is in its state alone. It deletes nothing here that it has not made, and
# fails where something is made meanwhile by somebody else: then export again.
#
# The provider cannot give an application its uniqueName and its mark, by which mondoo-azure finds
# it again: run once what the output after_apply says. Until then, mondoo-azure would make another
# application.
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

terraform {
  required_version = ">= 1.5"
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

provider "azuread" {
  tenant_id = "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3"
}

provider "azurerm" {
  tenant_id                       = "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3"
  resource_provider_registrations = "none"
  subscription_id                 = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
  features {}
}

locals {
  # Ids of role assignments follow from this, so that mondoo-azure finds them again.
  namespace   = "6d0ad00a-2ce5-4b7e-9f1d-7a430b5c91e2"
  application = azuread_application_registration.mondoo.id
  client_id   = azuread_application_registration.mondoo.client_id
  principal   = azuread_service_principal.mondoo.object_id
}

# A  Application
# The app registration that Mondoo signs in as, for this tenant alone, and its service principal,
# which holds the rights.

# + application  mondoo-security
resource "azuread_application_registration" "mondoo" {
  display_name     = "mondoo-security"
  sign_in_audience = "AzureADMyOrg"
}

output "after_apply" {
  description = "Run this once: then mondoo-azure finds the application again."
  value       = "az rest --method patch --url https://graph.microsoft.com/v1.0${local.application} --body '{\"tags\":[\"mondoo-azure:mondoo-security\"],\"uniqueName\":\"mondoo-security\"}'"
}

# + service principal  mondoo-security
resource "azuread_service_principal" "mondoo" {
  client_id = local.client_id
  tags      = ["WindowsAzureActiveDirectoryIntegratedApp"]
}

# B  Microsoft Graph permissions
# Application permissions of Microsoft Graph: declared on the application, and consented to for
# the tenant, which is what grants them.

resource "azuread_application_api_access" "graph" {
  application_id = local.application
  api_client_id  = "00000003-0000-0000-c000-000000000000"
  role_ids = [
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", # Application.Read.All
    "b0afded3-3588-46d8-8b3d-9842eff778da", # AuditLog.Read.All
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61", # Directory.Read.All
    "dbb9058a-0e50-45d7-ae91-66909b5d4664", # Domain.Read.All
    "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0", # IdentityProvider.Read.All
    "6e472fd1-ad78-48da-a0f0-97ab2c6b769e", # IdentityRiskEvent.Read.All
    "dc5007c0-2d7d-4c42-879c-2dab87571379", # IdentityRiskyUser.Read.All
    "246dd0d5-5bd0-4def-940b-0421030a5b68", # Policy.Read.All
    "37730810-e9ba-4e46-b07e-8ca78d182097", # Policy.Read.ConditionalAccess
    "9e640839-a198-48fb-8b9a-013fd6f6cbcd", # Policy.Read.PermissionGrant
    "c7fbd983-d9aa-4fa7-84b8-17382c103bc4", # RoleManagement.Read.All
    "5e0edab9-c148-49d0-b423-ac253e121825", # SecurityActions.Read.All
    "bf394140-e372-4bf9-a898-299cfc7564e5", # SecurityEvents.Read.All
    "f8f035bb-2cce-47fb-8bf5-7baf3ecbee48", # ThreatAssessment.Read.All
    "197ee4e9-b993-4066-898f-d6aecc55125b", # ThreatIndicators.Read.All
  ]
}

# + consent  Application.Read.All
resource "azuread_app_role_assignment" "application_read_all" {
  app_role_id         = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  AuditLog.Read.All
resource "azuread_app_role_assignment" "auditlog_read_all" {
  app_role_id         = "b0afded3-3588-46d8-8b3d-9842eff778da"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  Directory.Read.All
resource "azuread_app_role_assignment" "directory_read_all" {
  app_role_id         = "7ab1d382-f21e-4acd-a863-ba3e13f7da61"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  Domain.Read.All
resource "azuread_app_role_assignment" "domain_read_all" {
  app_role_id         = "dbb9058a-0e50-45d7-ae91-66909b5d4664"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  IdentityProvider.Read.All
resource "azuread_app_role_assignment" "identityprovider_read_all" {
  app_role_id         = "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  IdentityRiskEvent.Read.All
resource "azuread_app_role_assignment" "identityriskevent_read_all" {
  app_role_id         = "6e472fd1-ad78-48da-a0f0-97ab2c6b769e"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  IdentityRiskyUser.Read.All
resource "azuread_app_role_assignment" "identityriskyuser_read_all" {
  app_role_id         = "dc5007c0-2d7d-4c42-879c-2dab87571379"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  Policy.Read.All
resource "azuread_app_role_assignment" "policy_read_all" {
  app_role_id         = "246dd0d5-5bd0-4def-940b-0421030a5b68"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  Policy.Read.ConditionalAccess
resource "azuread_app_role_assignment" "policy_read_conditionalaccess" {
  app_role_id         = "37730810-e9ba-4e46-b07e-8ca78d182097"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  Policy.Read.PermissionGrant
resource "azuread_app_role_assignment" "policy_read_permissiongrant" {
  app_role_id         = "9e640839-a198-48fb-8b9a-013fd6f6cbcd"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  RoleManagement.Read.All
resource "azuread_app_role_assignment" "rolemanagement_read_all" {
  app_role_id         = "c7fbd983-d9aa-4fa7-84b8-17382c103bc4"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  SecurityActions.Read.All
resource "azuread_app_role_assignment" "securityactions_read_all" {
  app_role_id         = "5e0edab9-c148-49d0-b423-ac253e121825"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  SecurityEvents.Read.All
resource "azuread_app_role_assignment" "securityevents_read_all" {
  app_role_id         = "bf394140-e372-4bf9-a898-299cfc7564e5"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  ThreatAssessment.Read.All
resource "azuread_app_role_assignment" "threatassessment_read_all" {
  app_role_id         = "f8f035bb-2cce-47fb-8bf5-7baf3ecbee48"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# + consent  ThreatIndicators.Read.All
resource "azuread_app_role_assignment" "threatindicators_read_all" {
  app_role_id         = "197ee4e9-b993-4066-898f-d6aecc55125b"
  principal_object_id = local.principal
  resource_object_id  = "a4b5c6d7-e8f9-4001-9213-243546576879"
}

# C  Role assignments
# Built-in roles, by which Mondoo finds and reads resources.

# + Reader  subscription Production (1b2c3d4e-…)
resource "azurerm_role_assignment" "reader_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081" {
  name               = uuidv5(local.namespace, join("\n", ["/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081", local.principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))
  scope              = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
  role_definition_id = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
  principal_id       = local.principal
  principal_type     = "ServicePrincipal"
  description        = "Lets Mondoo scan [mondoo-azure:mondoo-security]"
}

# + Key Vault Reader  subscription Production (1b2c3d4e-…)
resource "azurerm_role_assignment" "key_vault_reader_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081" {
  name               = uuidv5(local.namespace, join("\n", ["/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081", local.principal, "21090545-7ca7-4776-b22c-e363652d74d2"]))
  scope              = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
  role_definition_id = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/21090545-7ca7-4776-b22c-e363652d74d2"
  principal_id       = local.principal
  principal_type     = "ServicePrincipal"
  description        = "Lets Mondoo scan [mondoo-azure:mondoo-security]"
}

# D  Custom role
# One custom role for what the built-in roles lack, and where it is assigned. It is found again by
# its id and by the mark that ends its description.

# + role definition  mondoo-role (23 actions, 2 data actions)
resource "azurerm_role_definition" "role_8c2271af_d7c5_5c03_be26_b4ce0584e70e" {
  role_definition_id = "8c2271af-d7c5-5c03-be26-b4ce0584e70e"
  name               = "mondoo-role"
  scope              = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
  description        = "Custom role for Mondoo integration [mondoo-azure:mondoo-security]"
  assignable_scopes  = ["/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"]
  permissions {
    actions = [
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
      "Microsoft.Compute/virtualMachines/runCommand/action",
    ]
    data_actions = [
      "Microsoft.KeyVault/vaults/*/read",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ]
  }
}

# + mondoo-role  subscription Production (1b2c3d4e-…)
resource "azurerm_role_assignment" "mondoo_role_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081" {
  name               = uuidv5(local.namespace, join("\n", ["/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081", local.principal, "8c2271af-d7c5-5c03-be26-b4ce0584e70e"]))
  scope              = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"
  role_definition_id = azurerm_role_definition.role_8c2271af_d7c5_5c03_be26_b4ce0584e70e.role_definition_resource_id
  principal_id       = local.principal
  principal_type     = "ServicePrincipal"
  description        = "Lets Mondoo scan [mondoo-azure:mondoo-security]"
}

# E  Key vault access
# Vaults on access policies do not look at roles. Each gets one entry more; the vault itself and
# the entries of others stay as they are.

# + get, list  vault kv-legacy (keys, secrets, certificates)
resource "azurerm_key_vault_access_policy" "kv_legacy" {
  key_vault_id            = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
  tenant_id               = "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3"
  object_id               = local.principal
  key_permissions         = ["Get", "List"]
  secret_permissions      = ["Get", "List"]
  certificate_permissions = ["Get", "List"]
}

# + get, list  vault kv-shared (keys, secrets, certificates)
resource "azurerm_key_vault_access_policy" "kv_shared" {
  key_vault_id            = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-shared"
  tenant_id               = "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3"
  object_id               = local.principal
  key_permissions         = ["Get", "List"]
  secret_permissions      = ["Get", "List"]
  certificate_permissions = ["Get", "List"]
}

# F  Certificate
# What Mondoo signs in with. A certificate is added beside those that are there; its private key
# is not in here, and nobody needs it here.

# + key and certificate  ./mondoo.pem
# Not done here: a private key is made where it is kept in ./mondoo.pem: by `mondoo-azure
# certificate generate`, on that machine alone

# + trusted certificate  the new one
variable "certificate" {
  type        = string
  description = "The certificate in DER: openssl x509 -in mondoo.pem -outform DER -out mondoo.der"
}

variable "certificate_end" {
  type        = string
  description = "A second before its end, such as 2030-01-01T00:00:00Z"
}

# The provider gives it no display name: mondoo-azure knows it by its key id alone, and lists it
# among the credentials of others.
resource "azuread_application_certificate" "mondoo" {
  application_id = local.application
  type           = "AsymmetricX509Cert"
  encoding       = "base64"
  key_id         = uuidv5(local.namespace, filesha256(var.certificate))
  value          = filebase64(var.certificate)
  end_date       = var.certificate_end
}
