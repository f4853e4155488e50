use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::login::access_token::{AccessToken, Subject, SubjectKind};
use crate::login::assertion::Realm;
use crate::login::audience::Audience;
use crate::login::client::{Client, Trusted};
use crate::login::error::{self, LoginError};
use crate::login::{federated, password};
use crate::model::application::Application;
use crate::model::service_principal::ServicePrincipal;
use crate::model::tenant::Tenant;
use crate::service::Service;
use crate::store::State;

/// Secret, assertion or password in, access token out.
pub(super) fn issue(
    service: &Service,
    state: &State,
    tenant: &str,
    request: &Request,
) -> Result<Reply, LoginError> {
    if !state.tenant.answers_to(tenant) {
        return Err(error::tenant_not_found(tenant));
    }
    let form = form(request);
    let parameter =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    match parameter("grant_type").ok_or_else(|| error::missing_parameter("grant_type"))?.as_str() {
        "client_credentials" => client_credentials(service, state, request, parameter),
        "password" => password::issue(service, state, parameter),
        other => Err(error::unsupported_grant(other)),
    }
}

fn client_credentials(
    service: &Service,
    state: &State,
    request: &Request,
    parameter: impl Fn(&str) -> Option<String>,
) -> Result<Reply, LoginError> {
    let scope = parameter("scope");
    let client = Client::of(request, parameter)?;
    let scope = scope.ok_or_else(|| error::missing_parameter("scope"))?;
    let (audience, resource) = audience(&scope, &service.url, &state.tenant)?;

    let now = service.clock.now();
    let application = application(state, &client.id)?;
    let own = state.service_principal_of(application.app_id);
    let trusted = Trusted::of(application, own);
    let realm = Realm {
        audiences: assertion_audiences(&service.url, &state.tenant),
        issuer: federated::issuer(&service.url),
        key: &service.signing_key,
    };
    client.credential.check(&trusted, &realm, now)?;
    let principal = service_principal(state, application)?;
    let subject = Subject {
        application: application.app_id,
        object: principal.id,
        directory_roles: state.directory_roles_of(principal.id),
        kind: SubjectKind::Application {
            roles: roles(state, principal, resource),
            by_certificate: client.credential.is_assertion(),
        },
    };
    let token =
        AccessToken::new(state.tenant.id, audience, subject, now).sign(&service.signing_key);
    let lifetime = AccessToken::LIFETIME.whole_seconds();
    let body = json!({
        "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token,
    });
    Ok(Reply::json(StatusCode::OK, body).with_header("cache-control", "no-store, no-cache"))
}

/// A body that is no form has no parameters, and the first required one is reported as missing.
fn form(request: &Request) -> Vec<(String, String)> {
    let bytes = request.bytes().map(|bytes| bytes.to_vec()).unwrap_or_default();
    url::form_urlencoded::parse(&bytes).into_owned().collect()
}

/// `https://host/.default` and `https://host//.default` both occur; the audience is what stands
/// before `/.default`.
fn audience<'a>(
    scope: &'a str,
    sandbox: &str,
    tenant: &Tenant,
) -> Result<(&'a str, Audience), LoginError> {
    const OF_OPENID: [&str; 3] = ["openid", "profile", "offline_access"];
    let mut scopes = scope.split_whitespace().filter(|scope| !OF_OPENID.contains(scope));
    let (Some(wanted), None) = (scopes.next(), scopes.next()) else {
        return Err(error::invalid_scope(scope));
    };
    let audience = wanted.strip_suffix("/.default").ok_or_else(|| error::invalid_scope(scope))?;
    let resource = Audience::named(audience, sandbox);
    let resource =
        resource.ok_or_else(|| error::unknown_resource(audience, &tenant.display_name))?;
    Ok((audience, resource))
}

fn application<'a>(state: &'a State, client: &str) -> Result<&'a Application, LoginError> {
    let application = Uuid::try_parse(client).ok().and_then(|id| state.application_of(id));
    application.ok_or_else(|| error::application_not_found(client, &state.tenant.display_name))
}

fn service_principal<'a>(
    state: &'a State,
    application: &Application,
) -> Result<&'a ServicePrincipal, LoginError> {
    let principal = state.service_principal_of(application.app_id);
    let principal = principal
        .ok_or_else(|| error::missing_service_principal(application.app_id, state.tenant.id))?;
    if principal.is_disabled() || application.is_disabled() {
        return Err(error::disabled(application.app_id, &application.display_name));
    }
    Ok(principal)
}

/// The token endpoint under every name of the tenant.
fn assertion_audiences(url: &str, tenant: &Tenant) -> Vec<String> {
    let names = std::iter::once(tenant.id.to_string()).chain(tenant.domains.iter().cloned());
    names.map(|name| format!("{url}/{name}/oauth2/v2.0/token")).collect()
}

/// Only Graph has app roles here.
fn roles(state: &State, principal: &ServicePrincipal, resource: Audience) -> Vec<String> {
    let held = state
        .grants
        .values()
        .filter(|grant| resource == Audience::Graph && grant.principal == principal.id);
    held.filter_map(|grant| {
        Some(state.live_service_principal(grant.resource)?.app_role(grant.role)?.value.clone())
    })
    .collect()
}
