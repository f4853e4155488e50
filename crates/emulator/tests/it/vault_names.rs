//! Vaults under the names that they have in Azure.

use reqwest::{Client, Proxy};
use serde_json::{Value, json};

use crate::support::{TENANT, Tenant, client_builder};
use crate::vault_data::Caller;

/// A client for which the sandbox is the proxy.
fn client(tenant: &Tenant) -> Client {
    let proxy = Proxy::https(tenant.sandbox.proxy()).unwrap();
    client_builder(tenant.sandbox.ca_file()).proxy(proxy).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_reached_under_its_own_name_and_its_ids_begin_with_it() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    caller.entry("kv-legacy", json!({ "secrets": ["list"] })).await;
    let client = client(&tenant);
    let get = async |url: &str, token: &str| {
        let reply = client.get(url).bearer_auth(token).send().await.unwrap();
        let challenge = reply.headers().get("www-authenticate").cloned();
        let challenge = challenge.map(|one| one.to_str().unwrap().to_owned());
        (
            reply.status().as_u16(),
            challenge,
            serde_json::from_slice::<Value>(&reply.bytes().await.unwrap()).unwrap(),
        )
    };
    let url = "https://kv-legacy.vault.azure.net/secrets?api-version=7.6&maxresults=1";
    let (status, challenge, _) = get(url, "").await;
    assert_eq!(status, 401);
    let address = tenant.url(&format!("/{TENANT}"));
    let expected =
        format!(r#"Bearer authorization="{address}", resource="https://vault.azure.net""#);
    assert_eq!(challenge, Some(expected));
    let (status, _, first) = get(url, &caller.token).await;
    assert_eq!(status, 200, "{first}");
    let id = "https://kv-legacy.vault.azure.net/secrets/database-password";
    assert_eq!(first["value"][0]["id"], id);
    let next = first["nextLink"].as_str().unwrap();
    assert!(next.starts_with("https://kv-legacy.vault.azure.net/secrets?"), "{next}");
    let (_, _, second) = get(next, &caller.token).await;
    assert_eq!(second["value"][0]["id"], "https://kv-legacy.vault.azure.net/secrets/web");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_leads_to_vaults_and_nowhere_else() {
    let tenant = Tenant::start().await;
    let client = client(&tenant);
    for host in ["example.com", "management.azure.com", "a.b.vault.azure.net", "vault.azure.net"] {
        let refused = client.get(format!("https://{host}/")).send().await;
        assert!(refused.is_err(), "{host}: {refused:?}");
    }
}
