//! Plays one recorded session to a sandbox of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use super::claimed::claim;
use super::recording::{Interaction, Session};
use super::shape::differences;
use super::substitution::Substitution;
use super::world::World;
use super::world_directory::is_unknown_at_first;
use super::world_resources::assignment_properties;
use crate::support::{Answer, TENANT, Tenant, fresh_directory, now};

/// What came of one interaction.
pub(super) struct Outcome {
    pub(super) place: String,
    /// As the list of claimed endpoints has it.
    pub(super) endpoint: &'static str,
    pub(super) topic: &'static str,
    /// None when emulator and recording agree.
    pub(super) differences: BTreeSet<String>,
}

/// Requests that are not claimed are left out, and those of which too little was recorded.
pub(super) async fn play(session: &Session) -> Vec<Outcome> {
    if !session.iter().any(|interaction| claim(&interaction.endpoint).is_some()) {
        return Vec::new();
    }
    let mut tenant = prepared(session).await;
    let mut nobody = None;
    if session.iter().any(|one| one.response.status == 403) {
        nobody = Some(Nobody::sign_up(&tenant).await);
    }
    let mut signed_in = tenant.now();
    let mut known = Substitution::default();
    let mut outcomes = Vec::new();
    for interaction in session {
        let Some((endpoint, topic)) = claim(&interaction.endpoint) else { continue };
        let page = interaction.is_further_page() && !known.knows_link(&interaction.request.url);
        let Some(body) = interaction.request_body().filter(|_| !page) else { continue };
        if interaction.succeeded() {
            principal_appears(&mut tenant, &mut known, session, &body).await;
        }
        catch_up(&mut tenant, &mut signed_in, interaction).await;
        let answer = send(&tenant, nobody.as_ref(), &known, interaction, &body).await;
        known.learn(&interaction.response.body, &answer.body);
        learn_links(&mut known, interaction, &answer);
        let differences = compare(interaction, &answer);
        outcomes.push(Outcome { place: interaction.place(), endpoint, topic, differences });
    }
    tenant.sandbox.stop().await;
    outcomes
}

/// The operator may consent on behalf of people, as the recorded people could.
const CONSENTS: &str = concat!(
    r#"[{"Grant":{"id":"recorded","principal":"60718293-a4b5-4c6d-9e7f-809102132435","#,
    r#""resource":"a4b5c6d7-e8f9-4001-9213-243546576879","#,
    r#""role":"8e8e4742-1d95-4f68-9d56-6ee75648c72a","created":"2010-01-01T00:00:00Z"}}]"#,
    "\n",
);

/// With what the recording takes for granted, at the time of the recording.
async fn prepared(session: &Session) -> Tenant {
    let directory = fresh_directory();
    let path = directory.path().join("state.jsonl");
    // The tenant is older than the recordings, or its secret would not be valid yet.
    let seeded = std::fs::read_to_string(&path).unwrap().replace("2025-01-01", "2010-01-01");
    std::fs::write(&path, seeded + &World::of(session).lines() + CONSENTS).unwrap();
    let mut tenant = Tenant::start_with_in(directory, &faults(session)).await;
    if let Some(at) = session.iter().find_map(recorded_at) {
        tenant.advance(at - now());
        tenant.sign_in_again().await;
    }
    tenant
}

/// When it was recorded, if the recorder left that.
fn recorded_at(interaction: &Interaction) -> Option<OffsetDateTime> {
    let date = interaction.date.as_deref()?.replace("GMT", "+0000");
    let at = OffsetDateTime::parse(&date, &Rfc2822).ok()?;
    (2015..2030).contains(&at.year()).then_some(at)
}

/// Failures that no request is to blame for, and new principals that are not known at once.
fn faults(session: &Session) -> String {
    let mut faults = json!({});
    if let [one] = session.as_slice()
        && (one.response.status >= 500 || one.response.status == 429)
    {
        // The operator signs in twice, for two services.
        let refusal = json!({ "status": { "code": one.response.status } });
        faults["faults"] = json!([{ "after": 4, "do": refusal }]);
    }
    if session.iter().any(|one| one.code() == Some("PrincipalNotFound")) {
        faults["replication"] = json!({ "servicePrincipals": { "references": HOURS } });
    }
    faults.to_string()
}

/// Lets as much time pass as did when it was recorded, or a minute where the recorder left no dates.
async fn catch_up(tenant: &mut Tenant, signed_in: &mut OffsetDateTime, interaction: &Interaction) {
    let at = recorded_at(interaction).unwrap_or(tenant.now() + Duration::minutes(1));
    if at <= tenant.now() {
        return;
    }
    tenant.advance(at - tenant.now());
    if at - *signed_in > Duration::minutes(30) {
        tenant.sign_in_again().await;
        *signed_in = at;
    }
}

const HOURS: &str = "3h";

/// Lets time pass until a principal is known that was not at first; if the recording does not show
/// how it was made, it is made now.
async fn principal_appears(
    tenant: &mut Tenant,
    known: &mut Substitution,
    session: &Session,
    body: &Value,
) {
    let Some(id) = assignment_properties(body)["principalId"].as_str() else { return };
    if !is_unknown_at_first(session, id) {
        return;
    }
    if !known.knows(id) {
        known.add(id, &tenant.principal("late").await.1);
    }
    tenant.advance(Duration::hours(4));
    tenant.sign_in_again().await;
}

/// A caller without any right.
struct Nobody {
    graph_token: String,
    arm_token: String,
}

impl Nobody {
    async fn sign_up(tenant: &Tenant) -> Self {
        let (id, app_id) = tenant.application("nobody").await;
        tenant.service_principal(&app_id).await;
        let secret = tenant.post(&format!("/v1.0/applications/{id}/addPassword"), json!({})).await;
        let secret = secret.text("/secretText");
        let token = |scope: &'static str| {
            let form = [
                ("client_id", app_id.clone()),
                ("client_secret", secret.clone()),
                ("grant_type", "client_credentials".to_owned()),
                ("scope", scope.to_owned()),
            ];
            async move {
                let form: Vec<(&str, &str)> =
                    form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                tenant.sign_in(&form).await.text("/access_token")
            }
        };
        Self {
            graph_token: token("https://graph.microsoft.com/.default").await,
            arm_token: token("https://management.azure.com/.default").await,
        }
    }
}

async fn send(
    tenant: &Tenant,
    nobody: Option<&Nobody>,
    known: &Substitution,
    interaction: &Interaction,
    body: &Value,
) -> Answer {
    let url = known.url(&interaction.request.url);
    let method = interaction.request.method.as_str();
    let body = match body {
        Value::Null => None,
        body => Some(in_this_tenant(serde_json::from_str(&known.text(&body.to_string())).unwrap())),
    };
    let headers: Vec<(&str, &str)> = ["consistencylevel", "prefer", "if-match"]
        .into_iter()
        .filter_map(|name| Some((name, header(&interaction.request.headers, name)?)))
        .collect();
    match (interaction.response.status, nobody) {
        (401, _) => tenant.send(method, &url, &headers, String::new()).await,
        (403, Some(nobody)) => {
            let graph = url.starts_with("/v1.0");
            let token = if graph { &nobody.graph_token } else { &nobody.arm_token };
            tenant.call_as(token, method, &url, &headers, body).await
        }
        _ => tenant.call(method, &url, &headers, body).await,
    }
}

fn in_this_tenant(body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| match name.as_str() {
                "tenantId" => (name, json!(TENANT)),
                _ => (name, in_this_tenant(value)),
            };
            fields.into_iter().map(field).collect()
        }
        Value::Array(elements) => elements.into_iter().map(in_this_tenant).collect(),
        value => value,
    }
}

fn header<'a>(headers: &'a serde_json::Map<String, Value>, name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str())
}

fn learn_links(known: &mut Substitution, interaction: &Interaction, answer: &Answer) {
    for name in ["location", "azure-asyncoperation"] {
        known.learn_link(header(&interaction.response.headers, name), Some(answer.header(name)));
    }
    for name in ["nextLink", "@odata.nextLink"] {
        known.learn_link(interaction.response.body[name].as_str(), answer.body[name].as_str());
    }
}

fn compare(interaction: &Interaction, answer: &Answer) -> BTreeSet<String> {
    let recorded = &interaction.response;
    if recorded.status != answer.status {
        let code = |code: Option<&str>| code.map(|code| format!(" {code}")).unwrap_or_default();
        return BTreeSet::from([format!(
            "{}{}, not {}{}",
            answer.status,
            code(answer.body.pointer("/error/code").and_then(Value::as_str)),
            recorded.status,
            code(interaction.code()),
        )]);
    }
    if recorded.body.get("_text").is_some() {
        return BTreeSet::new();
    }
    let mut found = differences(&comparable(&recorded.body), &comparable(&answer.body));
    let codes = [&answer.body, &recorded.body].map(|body| body.pointer("/error/code"));
    if let [Some(emulated), Some(recorded)] = codes
        && emulated != recorded
    {
        found.insert(format!("code {emulated}, not {recorded}"));
    }
    if recorded.body.is_null() != answer.body.is_null() {
        found.insert(format!(
            "a body: {}, not {}",
            !answer.body.is_null(),
            !recorded.body.is_null()
        ));
    }
    found
}

/// Without what a recorder put in, and without the address of a further page: where a list is cut
/// depends on how much there is.
fn comparable(body: &Value) -> Value {
    let mut body = body.clone();
    if let Value::Object(fields) = &mut body {
        fields.remove("encodedContent");
        fields.retain(|name, value| !(name.ends_with("nextLink") && value.is_string()));
    }
    body
}
