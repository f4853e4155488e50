// @azure/arm-authorization: a custom role and its assignment, from making to deleting.

import assert from "node:assert/strict";

import { all, blocks, client, end, refused, step } from "../support/scenario.mjs";

client("@azure/arm-authorization");
const { authorization } =
  await blocks(["@azure/identity", "@azure/arm-authorization"], ["authorization"]);
const { roleDefinitions: roles, roleAssignments: assignments } = authorization;
const scope = `/subscriptions/${process.env.SANDBOX_SUBSCRIPTION}`;
const [role, name, another] = [1, 2, 3].map(() => crypto.randomUUID());
const ada = "2c334455-6677-4889-9a9b-acbdcedfe0f1";

const wanted = {
  roleName: "Scenario",
  description: "before",
  roleType: "CustomRole",
  permissions: [{ actions: ["Microsoft.Resources/subscriptions/read"] }],
  assignableScopes: [scope],
};
await step("makes a role", async () => {
  const made = await roles.createOrUpdate(scope, role, wanted);
  assert.equal(made.name, role);
  assert.deepEqual(made.permissions[0].notActions, []);
});

await step("reads and lists roles", async () => {
  assert.equal((await roles.get(scope, role)).description, "before");
  const listed = (await all(roles.list(scope))).map((one) => one.roleName);
  assert.ok(listed.includes("Scenario") && listed.includes("Reader"), listed);
  const found = await all(roles.list(scope, { filter: "roleName eq 'Scenario'" }));
  assert.deepEqual(found.map((one) => one.name), [role]);
});

await step("changes a role", async () => {
  const changed = { ...wanted, description: "after" };
  assert.equal((await roles.createOrUpdate(scope, role, changed)).description, "after");
  assert.equal((await roles.get(scope, role)).description, "after");
});

const roleDefinitionId = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
const toAda = { roleDefinitionId, principalId: ada, principalType: "User" };

await step("assigns it", async () => {
  const made = await assignments.create(scope, name, toAda);
  assert.deepEqual([made.scope, made.principalId], [scope, ada]);
  assert.equal(made.createdOn.getFullYear(), new Date().getFullYear());
});

await step("reads and lists assignments", async () => {
  const { id } = await assignments.get(scope, name);
  assert.equal((await assignments.getById(id)).name, name);
  const filter = `principalId eq '${ada}'`;
  const ofAda = await all(assignments.listForSubscription({ filter }));
  assert.ok(ofAda.some((one) => one.name === name));
  const inGroup = await all(assignments.listForResourceGroup("rg-vaults"));
  assert.ok(inGroup.some((one) => one.name === name));
});

await step("reports refusals", async () => {
  const twice = await refused(() => assignments.create(scope, another, toAda));
  assert.deepEqual([twice.name, twice.statusCode], ["RestError", 409]);
  assert.equal(twice.code, "RoleAssignmentExists");
  const used = await refused(() => roles.delete(scope, role));
  assert.deepEqual([used.statusCode, used.code], [400, "RoleDefinitionHasAssignments"]);
  const nobody = { roleDefinitionId, principalId: another };
  const unknown = await refused(() => assignments.create(scope, another, nobody));
  assert.deepEqual([unknown.statusCode, unknown.code], [400, "PrincipalNotFound"]);
});

await step("deletes both, and finds nothing to delete twice", async () => {
  assert.equal((await assignments.delete(scope, name)).name, name);
  assert.equal((await assignments.delete(scope, name)).name, undefined);
  assert.equal((await roles.delete(scope, role)).name, role);
  const gone = await refused(() => roles.get(scope, role));
  assert.deepEqual([gone.statusCode, gone.code], [404, "RoleDefinitionDoesNotExist"]);
});

end();
