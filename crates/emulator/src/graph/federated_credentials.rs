//! Trust of an application in tokens of other issuers.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use crate::graph::collection::{FEDERATED_CREDENTIAL, list};
use crate::graph::error::GraphError;
use crate::graph::route::ApplicationKey;
use crate::graph::{Call, applications, entity, render};
use crate::http::Reply;
use crate::model::application::{Application, FederatedCredential};
use crate::store::{Answer, Change};

/// Documented per application.
const MOST: usize = 20;

pub(super) fn collection(call: &Call<'_>, key: &ApplicationKey) -> Result<Answer, GraphError> {
    let application = applications::reach(call, key)?;
    match call.request.method {
        Method::GET => {
            let objects =
                application.federated_credentials.iter().map(render::federated_credential);
            Ok(list(call, &FEDERATED_CREDENTIAL, &context(application), objects)?.into())
        }
        Method::POST => create(call, application),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// `name` is an id or a name (recorded).
pub(super) fn one(call: &Call<'_>, key: &ApplicationKey, name: &str) -> Result<Answer, GraphError> {
    let application = applications::reach(call, key)?;
    let is_meant = |one: &FederatedCredential| {
        one.name == name || Uuid::try_parse(name).is_ok_and(|id| id == one.id)
    };
    let credentials = &application.federated_credentials;
    let found = credentials.iter().find(|one| is_meant(one));
    let found = found.ok_or_else(|| GraphError::not_found(name))?;
    match call.request.method {
        Method::GET => {
            let context = format!("{}/$entity", context(application));
            let object = render::federated_credential(found);
            Ok(entity(call, StatusCode::OK, &context, object).into())
        }
        Method::PATCH => update(call, application, found),
        Method::DELETE => {
            let rest = credentials.iter().filter(|one| one.id != found.id).cloned().collect();
            Ok(Answer::with_changes(
                Reply::empty(StatusCode::NO_CONTENT),
                vec![with(application, rest)],
            ))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    issuer: String,
    subject: String,
    description: Option<String>,
    audiences: Vec<String>,
    #[serde(rename = "@odata.type")]
    _type: Option<String>,
}

fn create(call: &Call<'_>, application: &Application) -> Result<Answer, GraphError> {
    let Body { name, issuer, subject, description, audiences, _type } = call.request.json()?;
    let credential =
        FederatedCredential { id: Uuid::new_v4(), name, issuer, subject, description, audiences };
    validate(&credential)?;
    refuse_clash(&application.federated_credentials, &credential)?;
    let context = format!("{}/$entity", context(application));
    let object = render::federated_credential(&credential);
    let (url, tenant, id) = (call.url, call.state.tenant.id, credential.id);
    let reply = entity(call, StatusCode::CREATED, &context, object)
        .with_header("location", format!("{url}/v2/{tenant}/federatedIdentityCredentials/{id}"));
    let all = application.federated_credentials.iter().cloned().chain([credential]).collect();
    Ok(Answer::with_changes(reply, vec![with(application, all)]))
}

/// What an update leaves out keeps its value. The name is immutable (documented).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    issuer: Option<String>,
    subject: Option<String>,
    description: Option<String>,
    audiences: Option<Vec<String>>,
    #[serde(rename = "@odata.type")]
    _type: Option<String>,
}

fn update(
    call: &Call<'_>,
    application: &Application,
    current: &FederatedCredential,
) -> Result<Answer, GraphError> {
    let Patch { issuer, subject, description, audiences, _type } = call.request.json()?;
    let current = current.clone();
    let changed = FederatedCredential {
        issuer: issuer.unwrap_or(current.issuer),
        subject: subject.unwrap_or(current.subject),
        description: description.or(current.description),
        audiences: audiences.unwrap_or(current.audiences),
        ..current
    };
    validate(&changed)?;
    let mut all = application.federated_credentials.clone();
    all.retain(|one| one.id != changed.id);
    refuse_clash(&all, &changed)?;
    all.push(changed);
    Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![with(application, all)]))
}

/// The lengths are documented; a name has to fit into an address.
fn validate(credential: &FederatedCredential) -> Result<(), GraphError> {
    let FederatedCredential { id: _, name, issuer, subject, description, audiences } = credential;
    let fits = |text: &str, most| (1..=most).contains(&text.chars().count());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let one_audience = matches!(audiences.as_slice(), [one] if fits(one, 600));
    let wrong = [
        ("Name", name.as_str(), fits(name, 120) && name.chars().all(is_plain)),
        ("Issuer", issuer, fits(issuer, 600)),
        ("Subject", subject, fits(subject, 600)),
        ("Description", "", description.as_ref().is_none_or(|text| text.chars().count() <= 600)),
        ("Audiences", "", one_audience),
    ];
    match wrong.iter().find(|(_, _, valid)| !valid) {
        Some((property, value, _)) => {
            let message = format!("The value of the property {property} is not valid.");
            Err(GraphError::federated_credential(&message, property, value))
        }
        None => Ok(()),
    }
}

fn refuse_clash(
    others: &[FederatedCredential],
    new: &FederatedCredential,
) -> Result<(), GraphError> {
    let FederatedCredential { name, issuer, subject, .. } = new;
    if others.iter().any(|other| other.name == *name) {
        return Err(GraphError::federated_credential_exists(name));
    }
    if others.iter().any(|other| (&other.issuer, &other.subject) == (issuer, subject)) {
        let message = format!(
            "The combination of issuer and subject must be unique for the application. Issuer \
             {issuer} and Subject: {subject} already exist."
        );
        return Err(GraphError::federated_credential(&message, "Subject", subject));
    }
    if others.len() >= MOST {
        // The limit is documented, its answer is not.
        let message = format!("An application has at most {MOST} federated identity credentials.");
        return Err(GraphError::federated_credential(&message, "Name", name));
    }
    Ok(())
}

fn with(application: &Application, federated_credentials: Vec<FederatedCredential>) -> Change {
    Application { federated_credentials, ..application.clone() }.into()
}

fn context(application: &Application) -> String {
    format!("applications('{}')/federatedIdentityCredentials", application.id)
}
