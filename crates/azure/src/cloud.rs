//! Where a cloud's services are.

use azure_core::http::Url;
use serde::Deserialize;

use crate::Transport;

#[derive(Clone, Debug)]
pub struct Cloud {
    /// Where tokens are issued.
    pub login: Url,
    pub graph: Url,
    pub arm: Url,
    /// What ARM tokens are issued for.
    pub arm_audience: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    #[error("{url} got no answer: {reason}")]
    NoAnswer { url: String, reason: String },
    #[error("{url} does not describe a cloud: {reason}")]
    Senseless { url: String, reason: String },
}

impl Cloud {
    /// The public Azure cloud.
    pub fn public() -> Cloud {
        let url = |text| Url::parse(text).expect("a constant URL");
        Cloud {
            login: url("https://login.microsoftonline.com"),
            graph: url("https://graph.microsoft.com"),
            arm: url("https://management.azure.com"),
            arm_audience: "https://management.azure.com".to_owned(),
        }
    }

    /// Reads the endpoints from `{base}/metadata/endpoints`, as other Azure tools do.
    pub async fn from_metadata(base: &Url, transport: &Transport) -> Result<Cloud, CloudError> {
        let mut url = base.clone();
        url.set_path("/metadata/endpoints");
        url.set_query(Some("api-version=2022-09-01"));
        let no_answer = |reason: String| CloudError::NoAnswer { url: base.to_string(), reason };
        let body = transport.get(&url).await.map_err(no_answer)?;
        let senseless = |reason: String| CloudError::Senseless { url: base.to_string(), reason };
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
        Ok(Cloud {
            login: parse(&endpoints.authentication.login_endpoint)?,
            graph: parse(&endpoints.microsoft_graph_resource_id)?,
            arm: parse(&endpoints.resource_manager)?,
            arm_audience: endpoints
                .authentication
                .audiences
                .into_iter()
                .next()
                .unwrap_or(endpoints.resource_manager),
        })
    }
}

/// The parts of the metadata document that are used; its other fields vary by version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    resource_manager: String,
    microsoft_graph_resource_id: String,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: String,
    #[serde(default)]
    audiences: Vec<String>,
}
