// What mondoo-azure would do for mondoo-security in tenant Contoso
// (0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3), as of 2026-11-23 12:00 UTC: 25 to create, 0 to update,
// 0 to restore, 0 to delete.
//
// Put it into a directory of its own as main.bicep, beside a bicepconfig.json that names the
// extension: {"extensions": {"microsoftGraphV1":
// "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0"}}
//
// Read it, sign in as somebody who holds the rights, and run: az deployment sub create
// --subscription 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081 --location westeurope --template-file
// main.bicep
//
// Consents are app role assignments, which take AppRoleAssignment.ReadWrite.All: whoever does not
// hold it leaves them to an administrator. Nothing is taken away by a deployment, and what is
// assigned already under another name lets it fail: then export again.
//
// Deploy it once. A deployment sets the lists of an application, such as its certificates and
// tags, to what is here: what others have put there since would be lost.
//
// Not done here:
// - + key and certificate  ./mondoo.pem: a private key is made where it is kept in ./mondoo.pem:
//   by `mondoo-azure certificate generate`, on that machine alone
// - + trusted certificate  the new one: the certificate has to be there before: make it where the
//   spec names it, and export again
//
// To be known before:
// - mondoo-role may run any code on virtual machines although scanVms is off:
//   Microsoft.Compute/virtualMachines/runCommands/write,
//   Microsoft.Compute/virtualMachines/runCommand/action
// - mondoo-role reads settings and connection strings of web apps, which often hold secrets
// - mondoo-role may change things, though a scan only reads: Microsoft.Insights/alertRules/*,
//   Microsoft.Resources/deployments/*, Microsoft.Support/*
// - the access to vaults reads secret values; a scan needs their names alone:
//   keyVaults.permissions.secrets: [list]

targetScope = 'subscription'

extension microsoftGraphV1

// A  Application
// The app registration that Mondoo signs in as, for this tenant alone, and its service principal,
// which holds the rights.

// + application  mondoo-security
resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'mondoo-security'
  displayName: 'mondoo-security'
  signInAudience: 'AzureADMyOrg'
  tags: [
    'mondoo-azure:mondoo-security'
  ]
  requiredResourceAccess: [
    {
      resourceAppId: '00000003-0000-0000-c000-000000000000'
      resourceAccess: [
        {
          id: '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30'
          type: 'Role'
        }
        {
          id: 'b0afded3-3588-46d8-8b3d-9842eff778da'
          type: 'Role'
        }
        {
          id: '7ab1d382-f21e-4acd-a863-ba3e13f7da61'
          type: 'Role'
        }
        {
          id: 'dbb9058a-0e50-45d7-ae91-66909b5d4664'
          type: 'Role'
        }
        {
          id: 'e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0'
          type: 'Role'
        }
        {
          id: '6e472fd1-ad78-48da-a0f0-97ab2c6b769e'
          type: 'Role'
        }
        {
          id: 'dc5007c0-2d7d-4c42-879c-2dab87571379'
          type: 'Role'
        }
        {
          id: '246dd0d5-5bd0-4def-940b-0421030a5b68'
          type: 'Role'
        }
        {
          id: '37730810-e9ba-4e46-b07e-8ca78d182097'
          type: 'Role'
        }
        {
          id: '9e640839-a198-48fb-8b9a-013fd6f6cbcd'
          type: 'Role'
        }
        {
          id: 'c7fbd983-d9aa-4fa7-84b8-17382c103bc4'
          type: 'Role'
        }
        {
          id: '5e0edab9-c148-49d0-b423-ac253e121825'
          type: 'Role'
        }
        {
          id: 'bf394140-e372-4bf9-a898-299cfc7564e5'
          type: 'Role'
        }
        {
          id: 'f8f035bb-2cce-47fb-8bf5-7baf3ecbee48'
          type: 'Role'
        }
        {
          id: '197ee4e9-b993-4066-898f-d6aecc55125b'
          type: 'Role'
        }
      ]
    }
  ]
}

// + service principal  mondoo-security
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
  tags: [
    'WindowsAzureActiveDirectoryIntegratedApp'
  ]
}

// B  Microsoft Graph permissions
// Application permissions of Microsoft Graph: declared on the application, and consented to for
// the tenant, which is what grants them.

// + consent  Application.Read.All
resource consent_application_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  AuditLog.Read.All
resource consent_auditlog_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'b0afded3-3588-46d8-8b3d-9842eff778da'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  Directory.Read.All
resource consent_directory_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '7ab1d382-f21e-4acd-a863-ba3e13f7da61'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  Domain.Read.All
resource consent_domain_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'dbb9058a-0e50-45d7-ae91-66909b5d4664'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  IdentityProvider.Read.All
resource consent_identityprovider_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  IdentityRiskEvent.Read.All
resource consent_identityriskevent_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '6e472fd1-ad78-48da-a0f0-97ab2c6b769e'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  IdentityRiskyUser.Read.All
resource consent_identityriskyuser_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'dc5007c0-2d7d-4c42-879c-2dab87571379'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  Policy.Read.All
resource consent_policy_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '246dd0d5-5bd0-4def-940b-0421030a5b68'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  Policy.Read.ConditionalAccess
resource consent_policy_read_conditionalaccess 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '37730810-e9ba-4e46-b07e-8ca78d182097'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  Policy.Read.PermissionGrant
resource consent_policy_read_permissiongrant 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '9e640839-a198-48fb-8b9a-013fd6f6cbcd'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  RoleManagement.Read.All
resource consent_rolemanagement_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'c7fbd983-d9aa-4fa7-84b8-17382c103bc4'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  SecurityActions.Read.All
resource consent_securityactions_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '5e0edab9-c148-49d0-b423-ac253e121825'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  SecurityEvents.Read.All
resource consent_securityevents_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'bf394140-e372-4bf9-a898-299cfc7564e5'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  ThreatAssessment.Read.All
resource consent_threatassessment_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'f8f035bb-2cce-47fb-8bf5-7baf3ecbee48'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// + consent  ThreatIndicators.Read.All
resource consent_threatindicators_read_all 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '197ee4e9-b993-4066-898f-d6aecc55125b'
  principalId: principal.id
  resourceId: 'a4b5c6d7-e8f9-4001-9213-243546576879'
}

// C  Role assignments
// Built-in roles, by which Mondoo finds and reads resources.

// + Reader  subscription Production (1b2c3d4e-…)
resource assign_reader_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: '4f061432-6de7-5089-b484-604a14c968cd'
  properties: {
    roleDefinitionId: '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7'
    principalId: principal.id
    principalType: 'ServicePrincipal'
    description: 'Lets Mondoo scan [mondoo-azure:mondoo-security]'
  }
}

// + Key Vault Reader  subscription Production (1b2c3d4e-…)
resource assign_key_vault_reader_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: '4ec12b74-85dc-56d5-bb49-9039f3c14857'
  properties: {
    roleDefinitionId: '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/21090545-7ca7-4776-b22c-e363652d74d2'
    principalId: principal.id
    principalType: 'ServicePrincipal'
    description: 'Lets Mondoo scan [mondoo-azure:mondoo-security]'
  }
}

// D  Custom role
// One custom role for what the built-in roles lack, and where it is assigned. It is found again
// by its id and by the mark that ends its description.

// + role definition  mondoo-role (23 actions, 2 data actions)
resource role_8c2271af_d7c5_5c03_be26_b4ce0584e70e 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: '8c2271af-d7c5-5c03-be26-b4ce0584e70e'
  properties: {
    assignableScopes: [
      '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081'
    ]
    description: 'Custom role for Mondoo integration [mondoo-azure:mondoo-security]'
    permissions: [
      {
        actions: [
          'Microsoft.Authorization/*/read'
          'Microsoft.ResourceHealth/availabilityStatuses/read'
          'Microsoft.Insights/alertRules/*'
          'Microsoft.Resources/deployments/*'
          'Microsoft.Resources/subscriptions/resourceGroups/read'
          'Microsoft.Support/*'
          'Microsoft.Web/listSitesAssignedToHostName/read'
          'Microsoft.Web/serverFarms/read'
          'Microsoft.Web/sites/config/read'
          'Microsoft.Web/sites/config/web/appsettings/read'
          'Microsoft.Web/sites/config/web/connectionstrings/read'
          'Microsoft.Web/sites/config/appsettings/read'
          'Microsoft.web/sites/config/snapshots/read'
          'Microsoft.Web/sites/config/list/action'
          'Microsoft.Web/sites/read'
          'Microsoft.KeyVault/checkNameAvailability/read'
          'Microsoft.KeyVault/deletedVaults/read'
          'Microsoft.KeyVault/locations/*/read'
          'Microsoft.KeyVault/vaults/*/read'
          'Microsoft.KeyVault/operations/read'
          'Microsoft.Compute/virtualMachines/runCommands/read'
          'Microsoft.Compute/virtualMachines/runCommands/write'
          'Microsoft.Compute/virtualMachines/runCommand/action'
        ]
        dataActions: [
          'Microsoft.KeyVault/vaults/*/read'
          'Microsoft.KeyVault/vaults/secrets/readMetadata/action'
        ]
        notActions: []
        notDataActions: []
      }
    ]
    roleName: 'mondoo-role'
    type: 'CustomRole'
  }
}

// + mondoo-role  subscription Production (1b2c3d4e-…)
resource assign_mondoo_role_1b2c3d4e_5f60_4718_a92b_3c4d5e6f7081 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: '8a550757-6bea-58a8-aa4d-5f062df0750f'
  properties: {
    roleDefinitionId: '/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/providers/Microsoft.Authorization/roleDefinitions/8c2271af-d7c5-5c03-be26-b4ce0584e70e'
    principalId: principal.id
    principalType: 'ServicePrincipal'
    description: 'Lets Mondoo scan [mondoo-azure:mondoo-security]'
  }
  dependsOn: [
    role_8c2271af_d7c5_5c03_be26_b4ce0584e70e
  ]
}

// E  Key vault access
// Vaults on access policies do not look at roles. Each gets one entry more; the vault itself and
// the entries of others stay as they are.

// + get, list  vault kv-legacy (keys, secrets, certificates)
resource vault_kv_legacy 'Microsoft.Resources/deployments@2024-03-01' = {
  name: 'mondoo-azure-663dd58b-e3fb-50bf-b463-595eff5f32fc'
  subscriptionId: '1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081'
  resourceGroup: 'rg-vaults'
  properties: {
    mode: 'Incremental'
    expressionEvaluationOptions: {
      scope: 'inner'
    }
    parameters: {
      principalId: {
        value: principal.id
      }
    }
    template: {
      '$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
      contentVersion: '1.0.0.0'
      parameters: {
        principalId: {
          type: 'string'
        }
      }
      resources: [
        {
          type: 'Microsoft.KeyVault/vaults/accessPolicies'
          apiVersion: '2023-07-01'
          name: 'kv-legacy/add'
          properties: {
            accessPolicies: [
              {
                tenantId: '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3'
                objectId: '[parameters(\'principalId\')]'
                permissions: {
                  certificates: [
                    'get'
                    'list'
                  ]
                  keys: [
                    'get'
                    'list'
                  ]
                  secrets: [
                    'get'
                    'list'
                  ]
                }
              }
            ]
          }
        }
      ]
    }
  }
}

// + get, list  vault kv-shared (keys, secrets, certificates)
resource vault_kv_shared 'Microsoft.Resources/deployments@2024-03-01' = {
  name: 'mondoo-azure-94b98509-b3b2-5d51-a631-c094a0d8c7b4'
  subscriptionId: '1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081'
  resourceGroup: 'rg-vaults'
  properties: {
    mode: 'Incremental'
    expressionEvaluationOptions: {
      scope: 'inner'
    }
    parameters: {
      principalId: {
        value: principal.id
      }
    }
    template: {
      '$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
      contentVersion: '1.0.0.0'
      parameters: {
        principalId: {
          type: 'string'
        }
      }
      resources: [
        {
          type: 'Microsoft.KeyVault/vaults/accessPolicies'
          apiVersion: '2023-07-01'
          name: 'kv-shared/add'
          properties: {
            accessPolicies: [
              {
                tenantId: '0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3'
                objectId: '[parameters(\'principalId\')]'
                permissions: {
                  certificates: [
                    'get'
                    'list'
                  ]
                  keys: [
                    'get'
                    'list'
                  ]
                  secrets: [
                    'get'
                    'list'
                  ]
                }
              }
            ]
          }
        }
      ]
    }
  }
}

// F  Certificate
// What Mondoo signs in with. A certificate is added beside those that are there; its private key
// is not in here, and nobody needs it here.

// + key and certificate  ./mondoo.pem
// Not done here: a private key is made where it is kept in ./mondoo.pem: by `mondoo-azure
// certificate generate`, on that machine alone

// + trusted certificate  the new one
// Not done here: the certificate has to be there before: make it where the spec names it, and
// export again
