// @microsoft/microsoft-graph-client: an application and its service principal, from making to deleting.

import assert from "node:assert/strict";

import { blocks, client, end, packages, refused, step } from "../support/scenario.mjs";

client("@microsoft/microsoft-graph-client");
const { graph } =
  await blocks(["@azure/identity", "@microsoft/microsoft-graph-client"], ["graph"]);
const { BatchRequestContent, BatchResponseContent, PageIterator } =
  packages("@microsoft/microsoft-graph-client");
const ada = "2c334455-6677-4889-9a9b-acbdcedfe0f1";

const made = await step("makes an application", async () => {
  const made = await graph.api("/applications").post({ displayName: "Scenario" });
  assert.equal(made.signInAudience, "AzureADMyOrg");
  return made;
});
const mine = `/applications/${made.id}`;

await step("reads an application", async () => {
  assert.equal((await graph.api(mine).get()).appId, made.appId);
  const chosen = await graph.api(`/applications(appId='${made.appId}')`).select(["id"]).get();
  assert.equal(chosen.id, made.id);
  assert.equal(chosen.displayName, undefined);
});

await step("lists applications page by page", async () => {
  for (const number of [0, 1, 2, 3, 4]) {
    await graph.api("/applications").post({ displayName: `Many ${number}` });
  }
  const first = await graph.api("/applications").top(2).filter("startswith(displayName,'Many')").get();
  assert.equal(first.value.length, 2);
  const names = [];
  await new PageIterator(graph, first, (one) => names.push(one.displayName)).iterate();
  assert.deepEqual(names.sort(), [0, 1, 2, 3, 4].map((number) => `Many ${number}`));
});

await step("changes an application", async () => {
  await graph.api(mine).update({ notes: "said later", tags: ["scenario"] });
  const { displayName, notes, tags } = await graph.api(mine).get();
  assert.deepEqual([displayName, notes, tags], ["Scenario", "said later", ["scenario"]]);
});

await step("adds an owner", async () => {
  const owner = { "@odata.id": `${new URL(process.env.SANDBOX_URL)}v1.0/users/${ada}` };
  await graph.api(`${mine}/owners/$ref`).post(owner);
  const owners = await graph.api(`${mine}/owners`).get();
  assert.ok(owners.value.some((one) => one.id === ada));
});

await step("makes a service principal and finds it by counting", async () => {
  const principal = await graph.api("/servicePrincipals").post({ appId: made.appId });
  const found = await graph.api("/servicePrincipals").header("ConsistencyLevel", "eventual")
    .count(true).search('"displayName:Scenario"').get();
  assert.equal(found["@odata.count"], 1);
  assert.equal(found.value[0].id, principal.id);
});

await step("sends several requests as one", async () => {
  const requests = [mine, "/applications/nonsense"].map((path, index) => ({
    id: String(index), request: new Request(`${process.env.SANDBOX_URL}${path}`),
  }));
  const content = await new BatchRequestContent(requests).getContent();
  const answers = new BatchResponseContent(await graph.api("/$batch").post(content));
  assert.equal(answers.getResponseById("0").status, 200);
  assert.equal(answers.getResponseById("1").status, 404);
});

await step("reports refusals", async () => {
  const twice = await refused(() => graph.api("/servicePrincipals").post({ appId: made.appId }));
  assert.deepEqual([twice.constructor.name, twice.statusCode], ["GraphError", 409]);
  assert.equal(twice.code, "Request_MultipleObjectsWithSameKeyValue");
  const empty = await refused(() => graph.api("/applications").post({}));
  assert.deepEqual([empty.statusCode, empty.code], [400, "Request_BadRequest"]);
});

await step("deletes an application, and restores it", async () => {
  await graph.api(mine).delete();
  const gone = await refused(() => graph.api(mine).get());
  assert.deepEqual([gone.statusCode, gone.code], [404, "Request_ResourceNotFound"]);
  await graph.api(`/directory/deletedItems/${made.id}/restore`).post({});
  assert.equal((await graph.api(mine).get()).appId, made.appId);
});

end();
