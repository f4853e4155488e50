// @azure/identity: signs in with what an application has, and reports why it may not.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { blocks, client, end, packages, refused, step } from "../support/scenario.mjs";

client("@azure/identity");
const { credential, url } = await blocks(["@azure/identity"], ["credential", "url"]);
const { ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential } =
  packages("@azure/identity");

const tenant = process.env.AZURE_TENANT_ID;
const sandbox = { authorityHost: url, disableInstanceDiscovery: true };
const arm = "https://management.azure.com/.default";
const claims = ({ token }) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

async function graph(method, path, body) {
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const reply = await fetch(`${url}/v1.0${path}`, { method, headers, body: JSON.stringify(body) });
  assert.ok(reply.ok, `${method} ${path}: ${reply.status}`);
  return reply.status === 204 ? undefined : reply.json();
}

await step("signs in with a secret, and keeps the token", async () => {
  const token = await credential.getToken(arm);
  assert.equal(claims(token).aud, "https://management.azure.com");
  assert.equal(claims(token).tid, tenant);
  assert.ok(token.expiresOnTimestamp > Date.now() + 3000 * 1000);
  assert.equal((await credential.getToken(arm)).token, token.token);
});

execFileSync("openssl", [
  ..."req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=scenario -keyout".split(" "),
  ..."key.pem -out certificate.pem".split(" "),
], { stdio: "ignore" });
const pem = readFileSync("certificate.pem", "utf8");
const key = pem.replace(/-----[A-Z ]+-----|\n/g, "");
const application = await graph("POST", "/applications", {
  displayName: "scenario",
  keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key }],
});
const principal = await graph("POST", "/servicePrincipals", { appId: application.appId });
const path = `/applications/${application.id}`;
const certificate = { certificate: readFileSync("key.pem", "utf8") + pem };

await step("signs in with a certificate", async () => {
  const signer = new ClientCertificateCredential(tenant, application.appId, certificate, sandbox);
  const found = claims(await signer.getToken(arm));
  assert.deepEqual([found.oid, found.appidacr], [principal.id, "2"]);
});

await step("signs in with another issuer's token", async () => {
  const audience = "api://AzureADTokenExchange";
  const asked = `${url}/_sandbox/id-token?subject=build&audience=${audience}`;
  const job = await fetch(asked, { headers: { Authorization: "Bearer of-the-job" } });
  const { value } = await job.json();
  const { iss: issuer } = claims({ token: value });
  await graph("POST", `${path}/federatedIdentityCredentials`, {
    name: "build", issuer, subject: "build", audiences: [audience],
  });
  const signer = new ClientAssertionCredential(
    tenant, application.appId, async () => value, sandbox,
  );
  assert.equal(claims(await signer.getToken(arm)).oid, principal.id);
});

await step("signs in with a new secret, and no more when it is taken away", async () => {
  const added = await graph("POST", `${path}/addPassword`, { passwordCredential: {} });
  const signer = () =>
    new ClientSecretCredential(tenant, application.appId, added.secretText, sandbox);
  assert.ok((await signer().getToken(arm)).token);
  await graph("POST", `${path}/removePassword`, { keyId: added.keyId });
  const refusal = await refused(() => signer().getToken(arm));
  assert.equal(refusal.name, "AuthenticationRequiredError");
  assert.match(refusal.message, /AADSTS7000215/);
});

await step("reports who is refused, and why", async () => {
  const nobody = "00000000-0000-4000-8000-000000000000";
  const unknown = new ClientSecretCredential(tenant, nobody, "x", sandbox);
  assert.match((await refused(() => unknown.getToken(arm))).message, /AADSTS700016/);
  const nowhere = "https://nowhere.example/.default";
  assert.match((await refused(() => credential.getToken(nowhere))).message, /AADSTS500011/);
});

await step("is refused when the application is deleted", async () => {
  await graph("DELETE", path);
  const signer = new ClientCertificateCredential(tenant, application.appId, certificate, sandbox);
  assert.match((await refused(() => signer.getToken(arm))).message, /AADSTS700016/);
});

end();
