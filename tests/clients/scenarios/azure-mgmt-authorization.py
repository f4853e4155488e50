"""azure-mgmt-authorization: a custom role and its assignment, from making to deleting."""

import os
from uuid import uuid4

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from scenario import blocks, client, end, refused, step

client("azure-mgmt-authorization")
authorization = blocks("azure-identity", "azure-mgmt-authorization")["authorization"]
roles, assignments = authorization.role_definitions, authorization.role_assignments
scope = f"/subscriptions/{os.environ['SANDBOX_SUBSCRIPTION']}"
role, name = str(uuid4()), str(uuid4())
ADA = "2c334455-6677-4889-9a9b-acbdcedfe0f1"
READ = "Microsoft.Resources/subscriptions/read"

with step("makes a role"):
    made = roles.create_or_update(
        scope,
        role,
        {
            "role_name": "Scenario",
            "description": "before",
            "role_type": "CustomRole",
            "permissions": [{"actions": [READ]}],
            "assignable_scopes": [scope],
        },
    )
    assert made.name == role and made.role_type == "CustomRole" and made.created_on
    assert made.permissions[0].not_actions == []

with step("reads and lists roles"):
    assert roles.get(scope, role).description == "before"
    assert roles.get_by_id(made.id).permissions[0].actions == [READ]
    all_roles = {one.role_name: one.role_type for one in roles.list(scope)}
    assert all_roles["Scenario"] == "CustomRole" and all_roles["Reader"] == "BuiltInRole"
    found = list(roles.list(scope, filter="roleName eq 'Scenario'"))
    assert [one.name for one in found] == [role]

with step("changes a role"):
    changed = roles.get(scope, role)
    changed.description = "after"
    assert roles.create_or_update(scope, role, changed).description == "after"
    assert roles.get(scope, role).description == "after"

wanted = {"role_definition_id": made.id, "principal_id": ADA, "principal_type": "User"}

with step("assigns it"):
    assigned = assignments.create(scope, name, wanted)
    assert assigned.scope == scope and assigned.principal_id == ADA and assigned.condition is None

with step("reads and lists assignments"):
    assert assignments.get(scope, name).role_definition_id == made.id
    assert assignments.get_by_id(assigned.id).name == name
    of_ada = assignments.list_for_subscription(filter=f"principalId eq '{ADA}'")
    assert name in [one.name for one in of_ada]
    at_scope = [one.scope for one in assignments.list_for_scope(scope, filter="atScope()")]
    assert scope in at_scope and not any("/resourceGroups/" in one for one in at_scope)
    inherited = assignments.list_for_resource(
        "rg-vaults", "Microsoft.KeyVault", "vaults", "kv-legacy"
    )
    assert name in [one.name for one in inherited]

with step("changes an assignment"):
    changed = assignments.create(scope, name, {**wanted, "description": "said later"})
    assert changed.description == "said later"
    assert changed.created_on == assignments.get(scope, name).created_on

with step("shows what the caller may do"):
    [owner, *_] = authorization.permissions.list_for_resource_group("rg-vaults")
    assert owner.actions == ["*"]

with step("reports a second assignment of the same"):
    refusal = refused(
        ResourceExistsError, lambda: assignments.create(scope, str(uuid4()), wanted)
    )
    assert refusal.status_code == 409 and refusal.error.code == "RoleAssignmentExists"
    assert name.replace("-", "") in refusal.message, refusal.message

with step("reports other refusals"):
    another = {**wanted, "principal_id": str(uuid4()), "principal_type": None}
    refusal = refused(
        HttpResponseError, lambda: assignments.create(scope, str(uuid4()), another)
    )
    assert (refusal.status_code, refusal.error.code) == (400, "PrincipalNotFound")
    refusal = refused(HttpResponseError, lambda: assignments.create(scope, name, another))
    assert refusal.error.code in ("PrincipalNotFound", "RoleAssignmentUpdateNotPermitted")
    refusal = refused(HttpResponseError, lambda: roles.delete(scope, role))
    assert (refusal.status_code, refusal.error.code) == (400, "RoleDefinitionHasAssignments")
    wrong = {
        "role_name": "Wrong",
        "permissions": [{"actions": ["Microsoft.Nonsense/read"]}],
        "assignable_scopes": [scope],
    }
    refusal = refused(
        HttpResponseError, lambda: roles.create_or_update(scope, str(uuid4()), wrong)
    )
    assert refusal.error.code == "InvalidActionOrNotAction", refusal.error.code

with step("deletes both, and finds nothing to delete twice"):
    assert assignments.delete(scope, name).name == name
    assert assignments.delete(scope, name) is None
    assert roles.delete(scope, role).name == role
    assert roles.delete(scope, role) is None
    refusal = refused(HttpResponseError, lambda: assignments.get(scope, name))
    assert (refusal.status_code, refusal.error.code) == (404, "RoleAssignmentNotFound")
    refusal = refused(HttpResponseError, lambda: roles.get(scope, role))
    assert (refusal.status_code, refusal.error.code) == (404, "RoleDefinitionDoesNotExist")

end()
