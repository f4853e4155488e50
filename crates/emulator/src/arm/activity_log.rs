//! The log of who changed what in Azure: of a subscription, or of what lies above all of them.

use axum::http::Method;
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::{Call, existence, subscription_scope};
use crate::audit;
use crate::encoding::uuid_of;
use crate::filter::Condition;
use crate::model::audit::{AuditEvent, ManagementRecord, Record};
use crate::model::scope::Scope;
use crate::store::Answer;
use crate::timestamps::ticks;

const READ: &str = "Microsoft.Insights/eventtypes/values/read";

/// Kept for 90 days (documented). That it comes the newest first is a guess, and so is that the
/// tenant's log has what happens in management groups.
pub(super) fn list(call: &Call<'_>, subscription: Option<Uuid>) -> Result<Answer, ArmError> {
    let scope = subscription.map_or_else(root, subscription_scope);
    existence::require(call.state, &scope)?;
    call.require_right(READ, &scope, scope.as_str())?;
    let parts = call.filter(part).filter(|parts| is_complete(parts, subscription));
    let parts = parts.ok_or_else(|| {
        ArmError::unsupported_filter(
            call.filter_text(),
            "eventTimestamp ge '…' and eventTimestamp le '…', with one of resourceGroupName, \
             resourceUri, resourceProvider or correlationId",
        )
    })?;
    let wanted: Option<Vec<&str>> =
        call.request.query("$select").map(|text| text.split(',').map(str::trim).collect());
    let mut items = Vec::new();
    for event in audit::readable(call, Duration::days(90)) {
        if let Record::Management(record) = &event.record
            && subscription_of(&record.resource) == subscription
            && parts.iter().all(|part| part.accepts(event, record))
        {
            // The beginning and the end of each operation (documented).
            items
                .extend([Status::Succeeded, Status::Started].map(|status| (event, record, status)));
        }
    }
    call.page_of(items, |(event, record, status)| {
        let mut rendered = render(call, event, record, status);
        if let Some(wanted) = &wanted {
            rendered.retain(|name, _| wanted.iter().any(|one| one.eq_ignore_ascii_case(name)));
        }
        Value::Object(rendered)
    })
}

fn root() -> Scope {
    Scope::parse("/").expect("the root is a scope")
}

fn subscription_of(path: &str) -> Option<Uuid> {
    let mut segments = path.trim_start_matches('/').split('/');
    let first = segments.next()?;
    Uuid::try_parse(segments.next()?).ok().filter(|_| first.eq_ignore_ascii_case("subscriptions"))
}

/// One part of the filter; no other form is admitted (documented).
enum Part {
    From(OffsetDateTime),
    To(OffsetDateTime),
    /// All that happens here is in both channels.
    Channels,
    Group(String),
    Resource(String),
    Provider(String),
    Correlation(String),
}

fn part(condition: Condition) -> Option<Part> {
    let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    match condition {
        Condition::AtLeast(name, Value::String(at)) if name == "eventTimestamp" => {
            moment(&at).map(Part::From)
        }
        Condition::AtMost(name, Value::String(at)) if name == "eventTimestamp" => {
            moment(&at).map(Part::To)
        }
        Condition::Equal(name, Value::String(value)) => match name.as_str() {
            "eventChannels" => Some(Part::Channels),
            "resourceGroupName" => Some(Part::Group(value)),
            "resourceUri" => Some(Part::Resource(value)),
            "resourceProvider" => Some(Part::Provider(value)),
            "correlationId" => Some(Part::Correlation(value)),
            _ => None,
        },
        _ => None,
    }
}

/// A subscription's log is asked for from some time on (documented).
fn is_complete(parts: &[Part], subscription: Option<Uuid>) -> bool {
    subscription.is_none() || parts.iter().any(|part| matches!(part, Part::From(_)))
}

impl Part {
    fn accepts(&self, event: &AuditEvent, record: &ManagementRecord) -> bool {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        match self {
            Self::From(from) => event.at >= *from,
            Self::To(to) => event.at <= *to,
            Self::Channels => true,
            Self::Group(name) => group_of(&record.resource).is_some_and(|group| same(group, name)),
            Self::Resource(id) => same(&record.resource, id),
            Self::Provider(name) => same(provider_of(&record.operation), name),
            Self::Correlation(id) => same(&event.id.to_string(), id),
        }
    }
}

fn group_of(path: &str) -> Option<&str> {
    let mut segments = path.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"))?;
    segments.next()
}

fn provider_of(operation: &str) -> &str {
    operation.split('/').next().unwrap_or_default()
}

#[derive(Clone, Copy)]
enum Status {
    Started,
    Succeeded,
}

fn render(
    call: &Call<'_>,
    event: &AuditEvent,
    record: &ManagementRecord,
    status: Status,
) -> Map<String, Value> {
    let ManagementRecord { operation, resource, method, status: code, response: _ } = record;
    let (word, code) = match status {
        Status::Started => ("Started", String::new()),
        Status::Succeeded => ("Succeeded", code.to_string()),
    };
    let id = uuid_of(&format!("{word} {}", event.id));
    let kind = operation.rsplit_once('/').map_or("", |(kind, _)| kind);
    let at = ticks(event.at);
    let rendered = json!({
        "authorization": { "action": operation, "scope": resource },
        "caller": caller(event),
        "channels": "Operation",
        "claims": claims(event),
        "correlationId": event.id,
        "description": "",
        "eventDataId": id,
        "eventName": text(if matches!(status, Status::Started) { "BeginRequest" } else { "EndRequest" }),
        "category": text("Administrative"),
        "httpRequest": { "clientRequestId": event.id, "clientIpAddress": "127.0.0.1", "method": method },
        "id": format!("{resource}/events/{id}/ticks/{}", event.at.unix_timestamp_nanos() / 100),
        "level": "Informational",
        "resourceGroupName": group_of(resource).unwrap_or_default(),
        "resourceProviderName": text(provider_of(operation)),
        "resourceId": resource,
        "resourceType": text(kind),
        "operationId": event.id,
        "operationName": text(operation),
        "properties": properties(record, &code, status),
        "status": text(word),
        "subStatus": text(&code),
        "eventTimestamp": at,
        "submissionTimestamp": at,
        "subscriptionId": subscription_of(resource).map_or_else(String::new, |id| id.to_string()),
        "tenantId": call.state.tenant.id,
    });
    rendered.as_object().cloned().unwrap_or_default()
}

fn text(value: &str) -> Value {
    json!({ "value": value, "localizedValue": value })
}

/// A user's name, or the object id of a service principal (quoted from logs).
fn caller(event: &AuditEvent) -> String {
    let actor = &event.actor;
    actor.principal_name.clone().unwrap_or_else(|| actor.object.to_string())
}

fn claims(event: &AuditEvent) -> Value {
    let actor = &event.actor;
    let mut claims = json!({
        "aud": "https://management.azure.com/",
        "appid": actor.application,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": actor.object,
        "idtyp": if actor.principal_name.is_some() { "user" } else { "app" },
    });
    if let Some(name) = &actor.principal_name {
        claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = json!(name);
        claims["name"] = json!(actor.name);
    }
    claims
}

/// Texts, among them what the service answered (documented).
fn properties(record: &ManagementRecord, code: &str, status: Status) -> Value {
    let mut properties = json!({
        "eventCategory": "Administrative",
        "entity": record.resource,
        "message": record.operation,
    });
    if let (Status::Succeeded, Some(response)) = (status, &record.response)
        && record.method != Method::GET.as_str()
    {
        properties["statusCode"] = json!(code);
        properties["responseBody"] = json!(response.to_string());
    }
    properties
}
