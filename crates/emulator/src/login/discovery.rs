use axum::http::StatusCode;
use serde_json::json;

use crate::http::{Reply, Request};
use crate::login::error::{self, LoginError};
use crate::service::Service;
use crate::store::State;

/// The `OpenID` configuration of a tenant.
pub(super) fn configuration(
    service: &Service,
    state: &State,
    tenant: &str,
) -> Result<Reply, LoginError> {
    if !state.tenant.answers_to(tenant) {
        return Err(error::tenant_not_found(tenant));
    }
    let (url, id) = (&service.url, state.tenant.id);
    let body = json!({
        "token_endpoint": format!("{url}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{url}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{url}/{id}/v2.0"),
        "authorization_endpoint": format!("{url}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{url}/{id}/oauth2/v2.0/devicecode"),
        "tenant_region_scope": "EU",
        "cloud_instance_name": host(url),
    });
    Ok(Reply::json(StatusCode::OK, body))
}

/// Tells MSAL that this host is an authority of its own.
pub(super) fn instance(
    service: &Service,
    state: &State,
    request: &Request,
) -> Result<Reply, LoginError> {
    let endpoint = request
        .query("authorization_endpoint")
        .ok_or_else(|| error::missing_parameter("authorization_endpoint"))?;
    let path = endpoint.strip_prefix(service.url.as_str()).unwrap_or_default();
    let tenant = path.trim_start_matches('/').split('/').next().filter(|name| !name.is_empty());
    let tenant = tenant.map_or_else(|| state.tenant.id.to_string(), str::to_owned);
    let host = host(&service.url);
    let body = json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", service.url),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    });
    Ok(Reply::json(StatusCode::OK, body))
}

pub(super) fn keys(service: &Service) -> Reply {
    Reply::json(StatusCode::OK, service.signing_key.key_set())
}

fn host(url: &str) -> &str {
    url.trim_start_matches("https://")
}
