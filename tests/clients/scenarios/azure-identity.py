"""azure-identity: signs in as an application that comes, changes what it signs in with, and goes."""

import base64
import json
import time
from datetime import datetime, timedelta, timezone

import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from scenario import blocks, client, end, refused, step

client("azure-identity")
page = blocks("azure-identity")
url, ca, sandbox, credential = (page[one] for one in ("url", "ca", "sandbox", "credential"))
ARM = "https://management.azure.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
TENANT = credential._tenant_id


def claims(token):
    body = token.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def graph(method, path, body=None):
    headers = {"Authorization": f"Bearer {credential.get_token(GRAPH).token}"}
    reply = requests.request(method, f"{url}/v1.0{path}", json=body, headers=headers, verify=ca)
    reply.raise_for_status()
    return reply.json() if reply.content else None


def certificate():
    """A key with its certificate in PEM, and the certificate in DER."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "scenario")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    der = made.public_bytes(serialization.Encoding.DER)
    return private + made.public_bytes(serialization.Encoding.PEM), der


with step("signs in with a secret"):
    token = credential.get_token(ARM)
    assert claims(token)["aud"] == "https://management.azure.com", claims(token)
    assert claims(token)["tid"] == TENANT and claims(token)["appidacr"] == "1"
    assert 3000 < token.expires_on - time.time() <= 3600

with step("keeps a token"):
    assert credential.get_token(ARM).token == token.token

with step("shows what the application may do in Graph"):
    assert "Application.ReadWrite.All" in claims(credential.get_token(GRAPH))["roles"]

pem, der = certificate()
key_credential = {
    "type": "AsymmetricX509Cert",
    "usage": "Verify",
    "key": base64.b64encode(der).decode(),
}
application = graph(
    "POST", "/applications", {"displayName": "scenario", "keyCredentials": [key_credential]}
)
principal = graph("POST", "/servicePrincipals", {"appId": application["appId"]})
path = f"/applications/{application['id']}"

with step("signs in with a certificate"):
    by_certificate = CertificateCredential(
        TENANT, application["appId"], certificate_data=pem, **sandbox
    )
    found = claims(by_certificate.get_token(ARM))
    assert found["oid"] == principal["id"] and found["appidacr"] == "2", found

with step("signs in with another issuer's token"):
    asked = f"{url}/_sandbox/id-token?subject=build&audience=api://AzureADTokenExchange"
    job = {"Authorization": "Bearer of-the-job"}
    assertion = requests.get(asked, headers=job, verify=ca).json()["value"]
    issuer = json.loads(base64.urlsafe_b64decode(assertion.split(".")[1] + "=="))["iss"]
    federation = {
        "name": "build",
        "issuer": issuer,
        "subject": "build",
        "audiences": ["api://AzureADTokenExchange"],
    }
    graph("POST", f"{path}/federatedIdentityCredentials", federation)
    by_assertion = ClientAssertionCredential(
        TENANT, application["appId"], lambda: assertion, **sandbox
    )
    assert claims(by_assertion.get_token(ARM))["oid"] == principal["id"]

with step("signs in with a new secret, and no more when it is taken away"):
    secret = graph("POST", f"{path}/addPassword", {"passwordCredential": {}})
    by_secret = (TENANT, application["appId"], secret["secretText"])
    assert ClientSecretCredential(*by_secret, **sandbox).get_token(ARM).token
    graph("POST", f"{path}/removePassword", {"keyId": secret["keyId"]})
    refusal = refused(
        ClientAuthenticationError,
        lambda: ClientSecretCredential(*by_secret, **sandbox).get_token(ARM),
    )
    assert "AADSTS7000215" in refusal.message, refusal.message

with step("reports who is refused, and why"):
    nobody = "00000000-0000-4000-8000-000000000000"
    other, _ = certificate()
    refusals = {
        "AADSTS700016": (ClientSecretCredential(TENANT, nobody, "x", **sandbox), ARM),
        # MSAL's own words for a tenant without metadata.
        "Unable to get authority": (ClientSecretCredential(nobody, nobody, "x", **sandbox), ARM),
        "AADSTS500011": (credential, "https://nowhere.example/.default"),
        "AADSTS700027": (
            CertificateCredential(TENANT, application["appId"], certificate_data=other, **sandbox),
            ARM,
        ),
    }
    for code, (wrong, scope) in refusals.items():
        refusal = refused(ClientAuthenticationError, lambda: wrong.get_token(scope))
        assert code in refusal.message, f"{code}: {refusal.message}"

with step("is refused when the application is deleted"):
    graph("DELETE", path)
    again = CertificateCredential(TENANT, application["appId"], certificate_data=pem, **sandbox)
    refusal = refused(ClientAuthenticationError, lambda: again.get_token(ARM))
    assert "AADSTS700016" in refusal.message, refusal.message

end()
