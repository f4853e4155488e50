//! Sign-in of people: the resource owner password flow of public clients.

use axum::http::StatusCode;
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::http::Reply;
use crate::login::access_token::{AccessToken, Subject, SubjectKind};
use crate::login::audience::Audience;
use crate::login::error::{self, LoginError};
use crate::model::user::User;
use crate::service::Service;
use crate::store::State;

/// Microsoft's own public clients, which need no service principal in the tenant.
const AZURE_CLI: Uuid = uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");
const GRAPH_COMMAND_LINE: Uuid = uuid!("14d82eec-204b-4c2f-b7e8-296a70dab67e");

/// What Azure CLI may ask of Graph, whatever it asks for: what is in its real tokens, from memory.
const AZURE_CLI_SCOPES: [&str; 8] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Group.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
];

pub(super) fn issue(
    service: &Service,
    state: &State,
    parameter: impl Fn(&str) -> Option<String>,
) -> Result<Reply, LoginError> {
    let required = |name| parameter(name).ok_or_else(|| error::missing_parameter(name));
    let client_id = required("client_id")?;
    let (username, password, scope) =
        (required("username")?, required("password")?, required("scope")?);
    let client = Uuid::try_parse(&client_id).ok();
    let client = client.filter(|id| [AZURE_CLI, GRAPH_COMMAND_LINE].contains(id));
    let client = client.ok_or_else(|| refused_client(state, &client_id))?;
    let wanted = Wanted::of(&scope, service, state)?;
    let user = user(state, &username, &password)?;
    let scopes = consented(client, &wanted)?;

    let subject = Subject {
        application: client,
        object: user.id,
        directory_roles: state.directory_roles_of(user.id),
        kind: SubjectKind::User {
            principal_name: user.principal_name.clone(),
            scopes: scopes.join(" "),
        },
    };
    let now = service.clock.now();
    let token = AccessToken::new(state.tenant.id, &wanted.audience, subject, now)
        .sign(&service.signing_key);
    let full: Vec<String> =
        scopes.iter().map(|name| format!("{}/{name}", wanted.audience)).collect();
    let lifetime = AccessToken::LIFETIME.whole_seconds();
    let body = json!({
        "token_type": "Bearer", "scope": full.join(" "), "expires_in": lifetime,
        "ext_expires_in": lifetime, "access_token": token,
    });
    Ok(Reply::json(StatusCode::OK, body).with_header("cache-control", "no-store, no-cache"))
}

/// An application of the tenant is no public client here, so a secret is asked of it.
fn refused_client(state: &State, client: &str) -> LoginError {
    let application = Uuid::try_parse(client).ok().and_then(|id| state.application_of(id));
    match application {
        Some(_) => error::missing_credential(),
        None => error::application_not_found(client, &state.tenant.display_name),
    }
}

fn user<'a>(state: &'a State, name: &str, password: &str) -> Result<&'a User, LoginError> {
    let user = state.users.values().find(|user| user.principal_name.eq_ignore_ascii_case(name));
    let user = user.ok_or_else(|| error::user_not_found(state.tenant.id))?;
    user.has_password(password).then_some(user).ok_or_else(error::wrong_password)
}

/// The scopes of one resource, by name.
struct Wanted {
    audience: String,
    resource: Audience,
    names: Vec<String>,
}

impl Wanted {
    /// A name without a resource means Graph. The scopes of a token are all of one resource.
    fn of(text: &str, service: &Service, state: &State) -> Result<Self, LoginError> {
        const OF_OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];
        let mut wanted: Option<Self> = None;
        for scope in text.split_whitespace().filter(|scope| !OF_OPENID.contains(scope)) {
            let (audience, name) =
                scope.rsplit_once('/').unwrap_or(("https://graph.microsoft.com", scope));
            let resource = Audience::named(audience, &service.url)
                .ok_or_else(|| error::unknown_resource(audience, &state.tenant.display_name))?;
            match &mut wanted {
                None => {
                    let names = vec![name.to_owned()];
                    wanted = Some(Self { audience: audience.to_owned(), resource, names });
                }
                Some(wanted) if wanted.resource == resource => wanted.names.push(name.to_owned()),
                Some(_) => return Err(error::several_resources(text)),
            }
        }
        wanted.ok_or_else(|| error::invalid_scope(text))
    }
}

/// `.default` means all that the client has consent for. Graph's command line has everybody's
/// consent for what it asks for by name, as if an administrator had given it; that the token then
/// holds no more than was asked for is stricter than the service.
fn consented(client: Uuid, wanted: &Wanted) -> Result<Vec<&str>, LoginError> {
    let known: &[&str] = match (wanted.resource, client) {
        (Audience::Graph, GRAPH_COMMAND_LINE) => &["User.Read"],
        (Audience::Graph, _) => &AZURE_CLI_SCOPES,
        (Audience::ResourceManager | Audience::KeyVault, _) => &["user_impersonation"],
    };
    if wanted.names.iter().any(|name| name == ".default") {
        return Ok(known.to_vec());
    }
    let names = wanted.names.iter().map(String::as_str);
    if wanted.resource == Audience::Graph && client == GRAPH_COMMAND_LINE {
        return Ok(names.collect());
    }
    let names: Vec<&str> = names.collect();
    if names.iter().all(|name| known.contains(name)) {
        Ok(names)
    } else {
        Err(error::not_preauthorized(client))
    }
}
