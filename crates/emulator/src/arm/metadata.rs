use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::http::{Reply, Request};
use crate::service::Service;

/// Where the services of this cloud are: all here. Needs no token. One object for the versions
/// since 2020, an array for 2019-05-01, which Azure CLI reads.
pub(super) fn endpoints(service: &Service, request: &Request) -> Result<Reply, ArmError> {
    let cloud = cloud(&service.url, service.tenant);
    match api_version(request)? {
        "2019-05-01" => Ok(Reply::json(StatusCode::OK, json!([cloud]))),
        version if version >= "2020" => Ok(Reply::json(StatusCode::OK, cloud)),
        version => Err(ArmError::bad_request(
            "InvalidApiVersionParameter",
            format!(
                "The api-version '{version}' is invalid. The supported versions are '2019-05-01, 2022-09-01'."
            ),
        )),
    }
}

/// Named like the public cloud, because Azure CLI looks for its active cloud by name.
fn cloud(url: &str, tenant: Uuid) -> Value {
    json!({
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": url,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "resourceManager": format!("{url}/"),
        "microsoftGraphResourceId": format!("{url}/"),
        "graph": format!("{url}/"),
        "graphAudience": format!("{url}/"),
        "batch": "https://batch.core.windows.net/",
        "gallery": "https://gallery.azure.com/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "",
        "suffixes": {
            "keyVaultDns": "vault.azure.net",
            "mhsmDns": "managedhsm.azure.net",
            "storage": "core.windows.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
        },
    })
}
