"""azure-mgmt-keyvault: a vault with access policies, from making to purging."""

import os

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.keyvault import models
from scenario import blocks, client, end, refused, step

client("azure-mgmt-keyvault")
vaults = blocks("azure-identity", "azure-mgmt-keyvault")["key_vault"].vaults
GROUP, NAME, LOCATION = "rg-vaults", "kv-scenario", "westeurope"
TENANT = os.environ["AZURE_TENANT_ID"]
ADA = "2c334455-6677-4889-9a9b-acbdcedfe0f1"


def policy(*secrets):
    permissions = models.Permissions(secrets=list(secrets))
    return models.AccessPolicyEntry(tenant_id=TENANT, object_id=ADA, permissions=permissions)


def policies(*entries):
    properties = models.VaultAccessPolicyProperties(access_policies=list(entries))
    return models.VaultAccessPolicyParameters(properties=properties)


def of_ada():
    [entry] = vaults.get(GROUP, NAME).properties.access_policies
    return entry.object_id, sorted(entry.permissions.secrets)


wanted = models.VaultCreateOrUpdateParameters(
    location=LOCATION,
    tags={"team": "web"},
    properties=models.VaultProperties(
        tenant_id=TENANT,
        sku=models.Sku(family="A", name="standard"),
        enable_rbac_authorization=False,
        access_policies=[],
        soft_delete_retention_in_days=7,
    ),
)
asked = models.VaultCheckNameAvailabilityParameters(name=NAME, type="Microsoft.KeyVault/vaults")

with step("makes a vault"):
    assert vaults.check_name_availability(asked).name_available
    made = vaults.begin_create_or_update(GROUP, NAME, wanted).result()
    assert made.name == NAME and made.properties.provisioning_state == "Succeeded"
    assert made.properties.enable_soft_delete and made.system_data.created_by

with step("reads and lists vaults"):
    assert vaults.get(GROUP, NAME).properties.vault_uri == made.properties.vault_uri
    assert NAME in [one.name for one in vaults.list_by_subscription()]
    by_group = [one.name for one in vaults.list_by_resource_group(GROUP, top=1)]
    assert NAME in by_group and len(by_group) == len(set(by_group)) > 1
    assert NAME in [one.name for one in vaults.list()]

with step("changes a vault"):
    tags = {"team": "database"}
    assert vaults.update(GROUP, NAME, models.VaultPatchParameters(tags=tags)).tags == tags
    assert vaults.get(GROUP, NAME).properties.soft_delete_retention_in_days == 7

with step("adds to, replaces and removes an access policy"):
    vaults.update_access_policy(GROUP, NAME, "add", policies(policy("get")))
    vaults.update_access_policy(GROUP, NAME, "add", policies(policy("list")))
    assert of_ada() == (ADA, ["get", "list"])
    vaults.update_access_policy(GROUP, NAME, "replace", policies(policy("set")))
    assert of_ada() == (ADA, ["set"])
    vaults.update_access_policy(GROUP, NAME, "remove", policies(policy("set")))
    assert vaults.get(GROUP, NAME).properties.access_policies == []

with step("reports refusals"):
    refusal = refused(ResourceNotFoundError, lambda: vaults.get(GROUP, "kv-nowhere"))
    assert refusal.error.code == "ResourceNotFound"
    refusal = refused(
        ResourceNotFoundError,
        lambda: vaults.begin_create_or_update("rg-nowhere", "kv-other", wanted).result(),
    )
    assert refusal.error.code == "ResourceGroupNotFound"
    short = models.VaultPatchParameters(
        properties=models.VaultPatchProperties(enable_soft_delete=False)
    )
    refusal = refused(HttpResponseError, lambda: vaults.update(GROUP, NAME, short))
    assert (refusal.status_code, refusal.error.code) == (400, "BadRequest")

with step("deletes a vault, which keeps its name"):
    vaults.delete(GROUP, NAME)
    assert refused(ResourceNotFoundError, lambda: vaults.get(GROUP, NAME)).status_code == 404
    deleted = vaults.get_deleted(NAME, LOCATION)
    assert deleted.properties.vault_id == made.id and deleted.properties.tags == tags
    assert NAME in [one.name for one in vaults.list_deleted()]
    assert vaults.check_name_availability(asked).reason == "AlreadyExists"
    refusal = refused(
        ResourceExistsError, lambda: vaults.begin_create_or_update(GROUP, NAME, wanted).result()
    )
    assert refusal.error.code == "VaultAlreadyExists"

with step("recovers a vault"):
    recovering = models.VaultCreateOrUpdateParameters(
        location=LOCATION,
        properties=models.VaultProperties(
            tenant_id=TENANT,
            sku=models.Sku(family="A", name="standard"),
            create_mode=models.CreateMode.RECOVER,
        ),
    )
    recovered = vaults.begin_create_or_update(GROUP, NAME, recovering).result()
    assert recovered.tags == tags and recovered.properties.soft_delete_retention_in_days == 7

with step("purges a vault, which frees its name"):
    vaults.delete(GROUP, NAME)
    vaults.begin_purge_deleted(NAME, LOCATION, polling_interval=1).result()
    gone = refused(ResourceNotFoundError, lambda: vaults.get_deleted(NAME, LOCATION))
    assert gone.error.code == "DeletedVaultNotFound"
    assert vaults.check_name_availability(asked).name_available

end()
