//! Directory objects as JSON, with the property names and kinds of recorded replies.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::graph::collection::{
    APPLICATION, DELEGATED_GRANT, FEDERATED_CREDENTIAL, GRANT, ORGANIZATION, SERVICE_PRINCIPAL,
    USER,
};
use crate::model::application::{
    Application, FederatedCredential, KeyCredential, PasswordCredential,
};
use crate::model::grant::{DelegatedGrant, Grant};
use crate::model::service_principal::ServicePrincipal;
use crate::model::tenant::Tenant;
use crate::model::user::User;
use crate::store::State;
use crate::timestamps::{seconds, ticks};

/// Whether the `key` of key credentials is shown: only to a `$select` on a single object
/// (documented).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Hidden,
    Shown,
}

pub(super) fn application(
    state: &State,
    application: &Application,
    keys: Keys,
) -> Map<String, Value> {
    let mut object = application.settings.over(APPLICATION.defaults);
    let credentials =
        application.key_credentials.iter().map(|credential| key_credential(credential, keys));
    let passwords = application.password_credentials.iter().map(password_credential);
    let typed = [
        ("id", json!(application.id)),
        ("appId", json!(application.app_id)),
        ("displayName", json!(application.display_name)),
        ("uniqueName", json!(application.unique_name)),
        ("signInAudience", json!(application.sign_in_audience)),
        ("createdByAppId", json!(application.created_by)),
        ("createdDateTime", json!(seconds(application.created))),
        ("deletedDateTime", optional(application.deleted)),
        ("publisherDomain", json!(state.tenant.default_domain())),
        ("tags", json!(application.tags)),
        ("requiredResourceAccess", json!(application.required_resource_access)),
        ("keyCredentials", credentials.map(Value::Object).collect()),
        ("passwordCredentials", passwords.map(Value::Object).collect()),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

/// Name and tags follow the application while that is in this tenant (documented for tags).
pub(super) fn service_principal(
    state: &State,
    principal: &ServicePrincipal,
    keys: Keys,
) -> Map<String, Value> {
    let mut object = principal.settings.over(SERVICE_PRINCIPAL.defaults);
    let application = state.application_of(principal.app_id);
    let name = application.map_or(&principal.display_name, |application| &application.display_name);
    let projected = application.map(|application| application.tags.as_slice()).unwrap_or_default();
    let own = principal.tags.iter().filter(|tag| !projected.contains(tag));
    let audience =
        application.map_or("AzureADMultipleOrgs", |application| &application.sign_in_audience);
    let uris = application.and_then(|one| one.settings.get("identifierUris")?.as_array());
    let names =
        uris.into_iter().flatten().cloned().chain(principal.names.iter().map(|one| json!(one)));
    let credentials =
        principal.key_credentials.iter().map(|credential| key_credential(credential, keys));
    let passwords = principal.password_credentials.iter().map(password_credential);
    let description = application.and_then(|one| one.settings.get("description").cloned());
    let typed = [
        ("id", json!(principal.id)),
        ("appId", json!(principal.app_id)),
        ("displayName", json!(name)),
        ("appDisplayName", json!(name)),
        ("appDescription", description.unwrap_or_default()),
        ("appOwnerOrganizationId", json!(principal.owner_tenant)),
        ("accountEnabled", json!(principal.account_enabled)),
        ("createdDateTime", optional(principal.created)),
        ("deletedDateTime", optional(principal.deleted)),
        ("servicePrincipalNames", names.collect()),
        ("signInAudience", json!(audience)),
        ("tags", projected.iter().chain(own).cloned().collect()),
        ("appRoles", json!(principal.app_roles)),
        ("keyCredentials", credentials.map(Value::Object).collect()),
        ("passwordCredentials", passwords.map(Value::Object).collect()),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn grant(state: &State, grant: &Grant) -> Map<String, Value> {
    let mut object = (**GRANT.defaults).clone();
    let name = |id| {
        state.service_principals.get(&id).map(|principal| {
            service_principal(state, principal, Keys::Hidden)["displayName"].clone()
        })
    };
    let typed = [
        ("id", json!(grant.id)),
        ("appRoleId", json!(grant.role)),
        ("createdDateTime", json!(ticks(grant.created))),
        ("principalDisplayName", name(grant.principal).unwrap_or_default()),
        ("principalId", json!(grant.principal)),
        ("resourceDisplayName", name(grant.resource).unwrap_or_default()),
        ("resourceId", json!(grant.resource)),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn delegated_grant(grant: &DelegatedGrant) -> Map<String, Value> {
    let mut object = (**DELEGATED_GRANT.defaults).clone();
    let consent = if grant.user.is_some() { "Principal" } else { "AllPrincipals" };
    let typed = [
        ("id", json!(grant.id)),
        ("clientId", json!(grant.client)),
        ("consentType", json!(consent)),
        ("principalId", json!(grant.user)),
        ("resourceId", json!(grant.resource)),
        ("scope", json!(grant.scope)),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn organization(tenant: &Tenant) -> Map<String, Value> {
    let mut object = (**ORGANIZATION.defaults).clone();
    let domain = |(index, name): (usize, &String)| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": index == 0,
            "isInitial": index == 0,
            "name": name,
            "type": "Managed",
        })
    };
    let typed = [
        ("id", json!(tenant.id)),
        ("createdDateTime", json!(seconds(tenant.created))),
        ("displayName", json!(tenant.display_name)),
        ("verifiedDomains", tenant.domains.iter().enumerate().map(domain).collect()),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn user(user: &User) -> Map<String, Value> {
    let mut object = (**USER.defaults).clone();
    let typed = [
        ("id", json!(user.id)),
        ("displayName", json!(user.display_name())),
        ("givenName", json!(user.given_name)),
        ("surname", json!(user.surname)),
        ("userPrincipalName", json!(user.principal_name)),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn federated_credential(credential: &FederatedCredential) -> Map<String, Value> {
    let mut object = (**FEDERATED_CREDENTIAL.defaults).clone();
    let typed = [
        ("id", json!(credential.id)),
        ("name", json!(credential.name)),
        ("issuer", json!(credential.issuer)),
        ("subject", json!(credential.subject)),
        ("description", json!(credential.description)),
        ("audiences", json!(credential.audiences)),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

pub(super) fn key_credential(credential: &KeyCredential, keys: Keys) -> Map<String, Value> {
    let named = [
        ("customKeyIdentifier", json!(credential.custom_key_identifier)),
        ("displayName", json!(credential.display_name)),
        ("endDateTime", json!(seconds(credential.end))),
        ("key", json!((keys == Keys::Shown).then_some(&credential.key))),
        ("keyId", json!(credential.key_id)),
        ("startDateTime", json!(seconds(credential.start))),
        ("type", json!(credential.kind)),
        ("usage", json!(credential.usage)),
    ];
    named.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

pub(super) fn password_credential(credential: &PasswordCredential) -> Map<String, Value> {
    let named = [
        ("customKeyIdentifier", Value::Null),
        ("displayName", json!(credential.display_name)),
        ("endDateTime", json!(seconds(credential.end))),
        ("hint", json!(credential.hint)),
        ("keyId", json!(credential.key_id)),
        ("secretText", Value::Null),
        ("startDateTime", json!(seconds(credential.start))),
    ];
    named.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

fn optional(at: Option<OffsetDateTime>) -> Value {
    at.map(seconds).into()
}
