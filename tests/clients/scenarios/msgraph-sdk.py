"""msgraph-sdk: an application with its service principal and consents, from making to deleting."""

import asyncio
from uuid import UUID

from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import (
    AddPasswordPostRequestBody,
)
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from scenario import blocks, client, end, step

client("msgraph-sdk")
graph = blocks("azure-identity", "msgraph-sdk")["graph"]
ADA = "2c334455-6677-4889-9a9b-acbdcedfe0f1"
MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"


async def refused(request):
    try:
        await request
    except APIError as refusal:
        return refusal
    raise AssertionError("it was not refused")


async def make_and_change():
    """What the application is called by, and what it is asked with."""
    with step("makes an application"):
        made = await graph.applications.post(
            Application(display_name="Scenario", sign_in_audience="AzureADMyOrg")
        )
        assert UUID(made.app_id) and made.publisher_domain and made.created_date_time
    mine = graph.applications.by_application_id(made.id)
    with step("reads an application"):
        assert (await mine.get()).app_id == made.app_id
        by_app_id = await graph.applications_with_app_id(made.app_id).get()
        assert by_app_id.id == made.id
    with step("changes an application"):
        await mine.patch(Application(notes="said later", tags=["scenario"]))
        changed = await mine.get()
        assert (changed.notes, changed.tags) == ("said later", ["scenario"])
        assert changed.display_name == "Scenario"
    return made, mine


async def list_by_page():
    with step("lists applications page by page"):
        for number in range(5):
            await graph.applications.post(Application(display_name=f"Many {number}"))
        of_list = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters
        wanted = of_list(
            top=2, filter="startswith(displayName,'Many')", select=["id", "displayName"]
        )
        page = await graph.applications.get(RequestConfiguration(query_parameters=wanted))
        names = []
        while page:
            assert 0 < len(page.value) <= 2
            names += [one.display_name for one in page.value]
            following = page.odata_next_link
            page = await graph.applications.with_url(following).get() if following else None
        assert sorted(names) == [f"Many {number}" for number in range(5)], names


async def secrets_and_owners(mine):
    with step("adds a secret and takes it away"):
        asked = PasswordCredential(display_name="scenario")
        body = AddPasswordPostRequestBody(password_credential=asked)
        secret = await mine.add_password.post(body)
        assert secret.secret_text and secret.hint == secret.secret_text[:3]
        [shown] = (await mine.get()).password_credentials
        assert shown.key_id == secret.key_id and shown.secret_text is None
        await mine.remove_password.post(RemovePasswordPostRequestBody(key_id=secret.key_id))
        assert (await mine.get()).password_credentials == []
    with step("adds an owner"):
        reference = ReferenceCreate(odata_id=f"{graph.request_adapter.base_url}/users/{ADA}")
        await mine.owners.ref.post(reference)
        assert ADA in [one.id for one in (await mine.owners.get()).value]


async def consent(made):
    with step("makes a service principal and consents to a permission"):
        principal = await graph.service_principals.post(ServicePrincipal(app_id=made.app_id))
        resource = await graph.service_principals_with_app_id(MICROSOFT_GRAPH).get()
        [role] = [one for one in resource.app_roles if one.value == "Directory.Read.All"]
        held = graph.service_principals.by_service_principal_id(principal.id)
        grant = await held.app_role_assignments.post(
            AppRoleAssignment(
                principal_id=UUID(principal.id),
                resource_id=UUID(resource.id),
                app_role_id=role.id,
            )
        )
        assert grant.principal_display_name == "Scenario"
        assert [one.id for one in (await held.app_role_assignments.get()).value] == [grant.id]
        await held.app_role_assignments.by_app_role_assignment_id(grant.id).delete()
        assert (await held.app_role_assignments.get()).value == []


async def refusals(made):
    with step("reports refusals"):
        wrong = Application(display_name="x", sign_in_audience="Nobody")
        refusal = await refused(graph.applications.post(wrong))
        assert (refusal.response_status_code, refusal.error.code) == (400, "Request_BadRequest")
        again = ServicePrincipal(app_id=made.app_id)
        refusal = await refused(graph.service_principals.post(again))
        assert refusal.response_status_code == 409, refusal.response_status_code
        assert refusal.error.code == "Request_MultipleObjectsWithSameKeyValue", refusal.error.code


async def delete(made, mine):
    with step("deletes an application, restores it, and deletes it for good"):
        await mine.delete()
        gone = await refused(mine.get())
        assert (gone.response_status_code, gone.error.code) == (404, "Request_ResourceNotFound")
        deleted = graph.directory.deleted_items.by_directory_object_id(made.id)
        assert (await deleted.restore.post()).id == made.id
        assert (await mine.get()).app_id == made.app_id
        await mine.delete()
        await deleted.delete()
        gone = await refused(deleted.get())
        assert gone.response_status_code == 404


async def scenario():
    made, mine = await make_and_change()
    await list_by_page()
    await secrets_and_owners(mine)
    await consent(made)
    await refusals(made)
    await delete(made, mine)


asyncio.run(scenario())
end()
