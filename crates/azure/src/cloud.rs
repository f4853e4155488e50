//! Where a cloud's services are.

use azure_core::http::Url;
use serde::Deserialize;

use crate::Transport;
use crate::error::Silence;
use crate::transport::Fetch;

#[derive(Clone, Debug)]
pub struct Cloud {
    /// Where tokens are issued.
    pub login: Url,
    pub graph: Url,
    pub arm: Url,
    /// What ARM tokens are issued for.
    pub arm_audience: String,
    /// How the hosts of key vaults end, without a dot in front.
    pub vault_suffix: String,
    /// Vaults may be at ARM's own host: the cloud was read from there.
    vaults_at_arm: bool,
}

/// A service that tokens are issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Graph,
    ResourceManager,
    KeyVault,
}

#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    #[error("{url} got no answer: {reason}")]
    NoAnswer { url: String, reason: Silence },
    #[error("{url} does not describe a cloud: {reason}")]
    Senseless { url: String, reason: String },
}

impl Cloud {
    /// The public Azure cloud.
    pub fn public() -> Cloud {
        Cloud::of([
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://management.azure.com",
            "vault.azure.net",
        ])
    }

    /// Azure Government.
    pub fn us_government() -> Cloud {
        Cloud::of([
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://management.usgovcloudapi.net",
            "vault.usgovcloudapi.net",
        ])
    }

    /// Azure Government for the Department of Defense: only Microsoft Graph is another.
    pub fn us_government_dod() -> Cloud {
        let graph = Url::parse("https://dod-graph.microsoft.us").expect("a constant URL");
        Cloud { graph, ..Cloud::us_government() }
    }

    /// Azure in China, which 21Vianet runs.
    pub fn china() -> Cloud {
        Cloud::of([
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "vault.azure.cn",
        ])
    }

    fn of([login, graph, arm, vault_suffix]: [&str; 4]) -> Cloud {
        let url = |text| Url::parse(text).expect("a constant URL");
        Cloud {
            login: url(login),
            graph: url(graph),
            arm: url(arm),
            arm_audience: arm.to_owned(),
            vault_suffix: vault_suffix.to_owned(),
            vaults_at_arm: false,
        }
    }

    /// Reads the endpoints from `{base}/metadata/endpoints`, as other Azure tools do.
    pub async fn from_metadata(base: &Url, transport: &Transport) -> Result<Cloud, CloudError> {
        let mut url = base.clone();
        url.set_path("/metadata/endpoints");
        url.set_query(Some("api-version=2022-09-01"));
        let senseless = |reason: String| CloudError::Senseless { url: base.to_string(), reason };
        let body = transport.get(&url).await.map_err(|error| match error {
            Fetch::NoAnswer(reason) => CloudError::NoAnswer { url: base.to_string(), reason },
            Fetch::Senseless(reason) => senseless(reason),
        })?;
        let endpoints: Endpoints =
            serde_json::from_slice(&body).map_err(|error| senseless(error.to_string()))?;
        let parse = |text: &str| {
            let url = Url::parse(text).map_err(|error| senseless(format!("{text}: {error}")))?;
            if url.scheme() == "https" {
                Ok(url)
            } else {
                Err(senseless(format!("{text}: not https")))
            }
        };
        let Authentication { login_endpoint, audiences } = endpoints.authentication;
        Ok(Cloud {
            login: parse(&login_endpoint)?,
            graph: parse(&endpoints.microsoft_graph_resource_id)?,
            arm: parse(&endpoints.resource_manager)?,
            arm_audience: audiences.into_iter().next().unwrap_or(endpoints.resource_manager),
            vault_suffix: endpoints.suffixes.key_vault_dns.trim_start_matches('.').to_owned(),
            vaults_at_arm: true,
        })
    }

    /// What is asked for to get a token for a service.
    pub(crate) fn scope(&self, audience: Audience) -> String {
        let vaults = format!("https://{}", self.vault_suffix);
        let resource = match audience {
            Audience::Graph => self.graph.as_str(),
            Audience::ResourceManager => &self.arm_audience,
            Audience::KeyVault => &vaults,
        };
        format!("{}/.default", resource.trim_end_matches('/'))
    }

    /// Whether a vault's address is one of this cloud: a token goes nowhere else.
    pub fn holds_vault(&self, uri: &Url) -> bool {
        let suffix = &self.vault_suffix;
        let host = uri.host_str().unwrap_or_default();
        let named = host.strip_suffix(suffix.as_str()).is_some_and(|name| name.ends_with('.'));
        let by_suffix = uri.scheme() == "https" && !suffix.is_empty() && named;
        by_suffix || (self.vaults_at_arm && uri.origin() == self.arm.origin())
    }
}

/// The parts of the metadata document that are used; its other fields vary by version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    resource_manager: String,
    microsoft_graph_resource_id: String,
    authentication: Authentication,
    #[serde(default)]
    suffixes: Suffixes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: String,
    #[serde(default)]
    audiences: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Suffixes {
    key_vault_dns: String,
}
