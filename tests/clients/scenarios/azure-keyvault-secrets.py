"""azure-keyvault-secrets: secrets in a vault, from setting to purging."""

import os

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.mgmt.keyvault import models
from scenario import blocks, client, end, refused, step

client("azure-keyvault-secrets")
page = blocks("azure-identity", "azure-mgmt-keyvault", "azure-keyvault-secrets")
secrets, vaults, credential = page["secrets"], page["key_vault"].vaults, page["credential"]
NAME = "scenario"


def reason(refusal):
    return refusal.status_code, refusal.error.code, refusal.error.innererror.get("code")


def allow(*permissions):
    entry = models.AccessPolicyEntry(
        tenant_id=os.environ["AZURE_TENANT_ID"],
        # The object id of the operator's service principal.
        object_id="60718293-a4b5-4c6d-9e7f-809102132435",
        permissions=models.Permissions(secrets=list(permissions)),
    )
    properties = models.VaultAccessPolicyProperties(access_policies=[entry])
    parameters = models.VaultAccessPolicyParameters(properties=properties)
    vaults.update_access_policy("rg-vaults", "kv-legacy", "replace", parameters)


with step("reports that it may not, and what it lacks"):
    refusal = refused(HttpResponseError, lambda: secrets.get_secret("database-password"))
    assert reason(refusal) == (403, "Forbidden", "AccessDenied"), refusal
    allow("get", "list")
    assert secrets.get_secret("database-password").value == "made-up value"
    refusal = refused(HttpResponseError, lambda: secrets.set_secret(NAME, "one"))
    assert reason(refusal) == (403, "Forbidden", "ForbiddenByPolicy"), refusal
    assert "does not have secrets set permission" in refusal.message

allow("get", "list", "set", "delete", "recover", "purge")

with step("makes a secret"):
    made = secrets.set_secret(NAME, "one", content_type="text", tags={"team": "web"})
    assert made.id.startswith(f"https://kv-legacy.vault.azure.net/secrets/{NAME}/"), made.id
    assert made.properties.vault_url == "https://kv-legacy.vault.azure.net"
    assert made.properties.recovery_level == "Recoverable+Purgeable"

with step("reads it, and each of its versions"):
    second = secrets.set_secret(NAME, "two")
    assert secrets.get_secret(NAME).value == "two"
    assert secrets.get_secret(NAME, made.properties.version).properties.tags == {"team": "web"}
    versions = {one.version for one in secrets.list_properties_of_secret_versions(NAME)}
    assert versions == {made.properties.version, second.properties.version}

with step("lists secrets page by page"):
    for number in range(30):
        secrets.set_secret(f"many-{number}", "x")
    pages = [list(page) for page in secrets.list_properties_of_secrets().by_page()]
    names = [one.name for page in pages for one in page]
    assert len(pages[0]) == 25 and len(names) == len(set(names)) == 33, pages
    assert len(list(secrets.list_properties_of_secrets(max_page_size=10).by_page())) == 4

with step("changes a secret"):
    changed = secrets.update_secret_properties(NAME, enabled=False, tags={"team": "database"})
    assert changed.version == second.properties.version and not changed.enabled
    refusal = refused(HttpResponseError, lambda: secrets.get_secret(NAME))
    assert reason(refusal) == (403, "Forbidden", "SecretDisabled"), refusal
    assert secrets.update_secret_properties(NAME, enabled=True).tags == {"team": "database"}

with step("deletes a secret, which keeps its name"):
    poller = secrets.begin_delete_secret(NAME)
    purged = secrets.begin_delete_secret("many-1")
    busy = refused(ResourceExistsError, lambda: secrets.set_secret(NAME, "three"))
    assert reason(busy) == (409, "Conflict", "ObjectIsBeingDeleted"), busy
    poller.wait()
    deleted = secrets.get_deleted_secret(NAME)
    assert deleted.recovery_id == poller.result().recovery_id and deleted.scheduled_purge_date
    assert NAME in [one.name for one in secrets.list_deleted_secrets()]
    assert refused(ResourceNotFoundError, lambda: secrets.get_secret(NAME)).status_code == 404
    taken = refused(ResourceExistsError, lambda: secrets.set_secret(NAME, "three"))
    assert reason(taken) == (409, "Conflict", "ObjectIsDeletedButRecoverable"), taken

with step("recovers a secret, and purges another"):
    recovery = secrets.begin_recover_deleted_secret(NAME)
    purged.wait()
    secrets.purge_deleted_secret("many-1")
    gone = refused(ResourceNotFoundError, lambda: secrets.get_deleted_secret("many-1"))
    assert gone.error.code == "SecretNotFound"
    recovery.wait()
    assert secrets.get_secret(NAME).value == "two"
    assert secrets.set_secret("many-1", "y").value == "y"

with step("reports a name that no secret can have"):
    refusal = refused(HttpResponseError, lambda: secrets.set_secret("under_score", "x"))
    assert (refusal.status_code, refusal.error.code) == (400, "BadParameter"), refusal

end()
