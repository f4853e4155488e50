//! A year of daily runs, by a clock that tests move: the certificate is renewed exactly when it is due,
//! the old one goes a week later, and Mondoo's sign-in works on every day.

use std::path::Path;

use applier::{Clients, Options, Products};
use azure::{Cloud, Credential, Reader, Roots, Transport, Writer};
use mondoo::Mondoo;
use planner::steps::f_certificate::{Removal, Rotation};
use planner::{Desired, Plan, Product, Verb};
use spec::Spec;
use time::{Duration, OffsetDateTime};
use tokio::sync::watch;
use url::Url;

use crate::g_integration::{SPACE, scan_errors};
use crate::support::Tenant;

const DAY: i64 = 86_400;
const VALIDITY: i64 = 120;
const RENEW_BEFORE: i64 = 30;
const GRACE: i64 = 7;

#[test]
fn for_a_year_of_daily_runs_the_certificate_is_renewed_in_time_and_always_works() {
    let tenant = Tenant::at_rest();
    let text = format!(
        "version: 1\nname: mondoo-security\ntenant: 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3\n\
         scopes: [{{ subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081 }}]\n\
         keyVaults: {{ accessPolicies: none }}\n\
         certificate: {{ renewBefore: {RENEW_BEFORE}d, source: {{ generate: {{ output: mondoo.pem, \
         keySize: 3072, validityDays: {VALIDITY} }} }} }}\n\
         integration: {{ space: {SPACE}, name: Contoso }}\n"
    );
    let spec = Spec::parse(&text).unwrap();
    let (mut renewed, mut removed) = (Vec::new(), Vec::new());
    for day in 0..365 {
        let plan = tenant.wait_for(run(&tenant, &spec, day));
        if plan.makes(Product::Certificate) {
            renewed.push(day);
        } else if plan.changes().any(|(_, change)| change.action.verb() == Verb::Delete) {
            removed.push(day);
        } else {
            assert!(plan.is_empty(), "on day {day}: {plan:?}");
        }
        assert_eq!(scan_errors(&tenant), [] as [String; 0], "on day {day}");
        tenant.advance(DAY);
    }
    // Each lasts 120 days, and is renewed on the first day with less than 30 left.
    assert_eq!(renewed, [0, 90, 180, 270, 360]);
    assert_eq!(removed, [97, 187, 277]);
    let (application, _) = tenant.application();
    assert_eq!(application["keyCredentials"].as_array().unwrap().len(), 2);
}

/// One run on that day, as `certificate rotate` and `apply` do it; the plan that it carried out.
async fn run(tenant: &Tenant, spec: &Spec, day: i64) -> Plan {
    let now = tenant.now();
    let directory = tenant.path();
    let (reader, mondoo) = sign_in(tenant).await;
    let (mut desired, held) = desired(spec, directory, now);
    let seen = observer::observe(&reader, Some(&mondoo), &desired, now, &|_| {}).await.unwrap();
    desired.only = planner::Steps::all();
    let plan = planner::plan(&desired, &seen.observed);
    let products = Products::found(&desired, &seen.observed, &plan, held);
    let clients = Clients { writer: Writer::new(reader.clone()), mondoo: Some(mondoo.clone()) };
    let (_stop, interrupted) = watch::channel(false);
    let directory = directory.to_owned();
    let options = Options { parallelism: 10, directory: directory.clone(), now, interrupted };
    let outcome = applier::apply(&clients, &plan, &products, options, &|_| {}).await;
    assert!(outcome.is_complete(), "on day {day}: {outcome:?}");
    if !plan.is_empty() {
        let (desired, _) = self::desired(spec, &directory, now);
        let seen = observer::observe(&reader, Some(&mondoo), &desired, now, &|_| {}).await.unwrap();
        assert!(planner::plan(&desired, &seen.observed).is_empty(), "on day {day}");
    }
    plan
}

fn desired(
    spec: &Spec,
    directory: &Path,
    now: OffsetDateTime,
) -> (Desired, Option<certificate::Held>) {
    let (source, held) = observer::steps::f_certificate::read_source(spec, directory, now).unwrap();
    let mut desired = Desired::new(spec, source);
    let removal = Removal::Superseded { grace: Duration::days(GRACE) };
    desired.certificate.rotation = Rotation { now: false, removal };
    (desired, held)
}

async fn sign_in(tenant: &Tenant) -> (Reader, Mondoo) {
    let sandbox = &tenant.sandbox;
    let ca = std::fs::read(sandbox.ca_file()).unwrap();
    let transport = Transport::new(&Roots::Only(ca)).unwrap();
    let url = Url::parse(sandbox.url()).unwrap();
    let cloud = Cloud::from_metadata(&url, &transport).await.unwrap();
    let operator = sandbox.operator();
    let credential = Credential::ClientSecret {
        client_id: operator.client_id.clone(),
        secret: operator.client_secret.expose().to_owned().into(),
    };
    let reader =
        Reader::sign_in(&operator.tenant_id, credential, &cloud, &transport).await.unwrap();
    let token = mondoo::Credential::ApiToken(sandbox.mondoo().api_token.expose().to_owned().into());
    let transport = mondoo::Transport {
        reading: transport.reading(),
        writing: transport.writing(),
        creating: transport.creating(),
    };
    let mondoo = Mondoo::connect(token, Some(url), transport).await.unwrap();
    (reader, mondoo)
}
