//! Endpoints of the clouds, and where tokens for vaults may go.

use std::sync::Arc;

use async_trait::async_trait;
use azure::{Cloud, CloudError, Transport};
use azure_core::http::headers::Headers;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request, Url};
use serde_json::{Value, json};

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// As published for national clouds.
#[test]
fn every_cloud_has_its_own_endpoints() {
    let hosts = |cloud: &Cloud| {
        let urls = [&cloud.login, &cloud.graph, &cloud.arm];
        let hosts = urls.map(|url| url.host_str().unwrap().to_owned());
        [hosts.join(" "), cloud.arm_audience.clone(), cloud.vault_suffix.clone()].join(" ")
    };
    let clouds =
        [Cloud::public(), Cloud::us_government(), Cloud::us_government_dod(), Cloud::china()];
    assert_eq!(
        clouds.each_ref().map(hosts),
        [
            "login.microsoftonline.com graph.microsoft.com management.azure.com \
             https://management.azure.com vault.azure.net",
            "login.microsoftonline.us graph.microsoft.us management.usgovcloudapi.net \
             https://management.usgovcloudapi.net vault.usgovcloudapi.net",
            "login.microsoftonline.us dod-graph.microsoft.us management.usgovcloudapi.net \
             https://management.usgovcloudapi.net vault.usgovcloudapi.net",
            "login.partner.microsoftonline.cn microsoftgraph.chinacloudapi.cn \
             management.chinacloudapi.cn https://management.chinacloudapi.cn vault.azure.cn",
        ]
    );
}

#[test]
fn a_vault_is_known_by_its_host() {
    let cloud = Cloud::public();
    assert!(cloud.holds_vault(&url("https://kv-legacy.vault.azure.net/")));
    for foreign in [
        "https://kv.vault.azure.cn/",
        "https://vault.azure.net/",
        "https://evilvault.azure.net/",
        "https://kv.vault.azure.net.evil.example/",
        "http://kv.vault.azure.net/",
        "https://management.azure.com/vaults/kv/",
    ] {
        assert!(!cloud.holds_vault(&url(foreign)), "{foreign}");
    }
}

#[derive(Debug)]
struct Metadata(Value);

#[async_trait]
impl Policy for Metadata {
    async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        Ok(AsyncRawResponse::from_bytes(200.into(), Headers::new(), self.0.to_string()))
    }
}

async fn read(metadata: Value) -> Result<Cloud, CloudError> {
    let transport = Transport::answered_by(Arc::new(Metadata(metadata)));
    Cloud::from_metadata(&url("https://stack.example:9/"), &transport).await
}

#[tokio::test]
async fn any_other_cloud_describes_itself() {
    let metadata = json!({
        "resourceManager": "https://stack.example:9/",
        "microsoftGraphResourceId": "https://graph.stack.example/",
        "authentication": { "loginEndpoint": "https://login.stack.example", "audiences": ["https://arm/"] },
        "suffixes": { "keyVaultDns": ".vault.stack.example" },
    });
    let cloud = read(metadata.clone()).await.unwrap();
    assert_eq!(cloud.graph.as_str(), "https://graph.stack.example/");
    assert!(cloud.holds_vault(&url("https://kv.vault.stack.example/")));
    assert!(cloud.holds_vault(&url("https://stack.example:9/vaults/kv/")));
    assert!(!cloud.holds_vault(&url("https://stack.example/vaults/kv/")));
    let mut plain = metadata;
    plain["authentication"]["loginEndpoint"] = "http://login.stack.example".into();
    let error = read(plain).await.unwrap_err();
    assert!(error.to_string().contains("not https"), "{error}");
}
