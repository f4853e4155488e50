"""azure-mgmt-managementgroups: a group in the hierarchy, and a subscription that moves into it."""

import os

from azure.core.exceptions import HttpResponseError
from azure.mgmt.managementgroups import models
from scenario import blocks, client, end, refused, step

client("azure-mgmt-managementgroups")
management = blocks("azure-identity", "azure-mgmt-managementgroups")["management_groups"]
groups, members = management.management_groups, management.management_group_subscriptions
ROOT, SUBSCRIPTION = os.environ["AZURE_TENANT_ID"], os.environ["SANDBOX_SUBSCRIPTION"]
PLATFORM = "/providers/Microsoft.Management/managementGroups/platform"
NAME = "scenario"
asked = models.CheckNameAvailabilityRequest(
    name=NAME, type="Microsoft.Management/managementGroups"
)


def children(group):
    return [one.name for one in groups.get(group, expand="children").properties.children or []]


with step("makes a group"):
    assert management.check_name_availability(asked).name_available
    parent = models.CreateParentGroupInfo(id=PLATFORM)
    made = groups.begin_create_or_update(
        NAME,
        models.CreateManagementGroupRequest(
            name=NAME,
            properties=models.CreateManagementGroupProperties(
                display_name="Before", details=models.CreateManagementGroupDetails(parent=parent)
            ),
        ),
    ).result()
    assert made.name == NAME and made.properties.details.parent.name == "platform"

with step("reads and lists groups"):
    assert groups.get(NAME).properties.display_name == "Before"
    assert {NAME, "platform", ROOT} <= {one.name for one in groups.list()}
    assert NAME in children("platform")
    tree = groups.get(ROOT, expand="children", recurse=True)
    [platform] = [one for one in tree.properties.children if one.name == "platform"]
    assert NAME in [one.name for one in platform.children]
    below = [one.name for one in groups.get_descendants(ROOT, top=1)]
    assert {"platform", NAME, SUBSCRIPTION} <= set(below) and len(below) == len(set(below))
    assert SUBSCRIPTION in [one.name for one in management.entities.list()]
    assert not management.check_name_availability(asked).name_available

with step("changes a group"):
    patch = models.PatchManagementGroupRequest(display_name="After")
    assert groups.update(NAME, patch).properties.display_name == "After"
    assert groups.get(NAME).properties.details.parent.name == "platform"

with step("moves a subscription into it"):
    moved = members.create(NAME, SUBSCRIPTION)
    assert moved.properties.parent.id.endswith(f"/{NAME}")
    assert members.get_subscription(NAME, SUBSCRIPTION).properties.state == "Active"
    inside = members.get_subscriptions_under_management_group(NAME)
    assert [one.name for one in inside] == [SUBSCRIPTION]
    assert SUBSCRIPTION not in children("platform")

with step("reports that a group with something in it stays"):
    refusal = refused(HttpResponseError, lambda: groups.begin_delete(NAME).result())
    assert "Cannot delete non-empty management group" in refusal.message, refusal.message
    assert groups.get(NAME).name == NAME

with step("moves the subscription back, and deletes the group"):
    members.create("platform", SUBSCRIPTION)
    assert SUBSCRIPTION in children("platform")
    groups.begin_delete(NAME).result()
    assert NAME not in children("platform")
    assert management.check_name_availability(asked).name_available

with step("reports a group that is not there as one that must not be read"):
    refusal = refused(HttpResponseError, lambda: groups.get(NAME))
    assert (refusal.status_code, refusal.error.code) == (403, "AuthorizationFailed")

end()
