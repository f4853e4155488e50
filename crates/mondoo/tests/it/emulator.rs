//! Everything once, against the sandbox's platform, in each generation of its API.

use std::collections::{BTreeMap, BTreeSet};

use emulator::{Behaviour, Options, Sandbox};
use mondoo::{
    Configuration, Credential, Error, Held, MessageStatus, Mondoo, PolicyAction, Schema, Secret,
    SecretKind, ServiceAccount, Subscriptions,
};
use spec::{IntegrationMrn, PolicyMrn, SpaceMrn};
use tempfile::TempDir;

use crate::fake::{SPACE, transport};

struct Platform {
    sandbox: Sandbox,
    azure: azure::Transport,
    log: azure::HttpLog,
    _directory: TempDir,
}

impl Platform {
    async fn of(generation: u16) -> Platform {
        let directory = tempfile::tempdir().unwrap();
        let mut options = Options::in_directory(directory.path());
        let faults = format!("mondoo: {{ schema: {generation} }}");
        options.behaviour = Behaviour::parse(&faults).unwrap();
        let sandbox = Sandbox::start(options).await.unwrap();
        let ca = std::fs::read(sandbox.ca_file()).unwrap();
        let log = azure::HttpLog::default();
        let azure = azure::Transport::new(&azure::Roots::Only(ca)).unwrap().logged(log.clone());
        Platform { sandbox, azure, log, _directory: directory }
    }

    async fn with_token(&self) -> Mondoo {
        let token = Secret::from(self.sandbox.mondoo().api_token.expose().to_owned());
        let endpoint = self.sandbox.url().parse().unwrap();
        let credential = Credential::ApiToken(token);
        Mondoo::connect(credential, Some(endpoint), transport(&self.azure)).await.unwrap()
    }

    /// By the endpoint that the account names.
    async fn with_account(&self, json: &str) -> Mondoo {
        let credential = Credential::ServiceAccount(ServiceAccount::parse(json).unwrap());
        Mondoo::connect(credential, None, transport(&self.azure)).await.unwrap()
    }

    async fn with_editor(&self) -> Mondoo {
        self.with_account(self.sandbox.mondoo().service_account.expose()).await
    }
}

fn space() -> SpaceMrn {
    SPACE.parse().unwrap()
}

async fn schema(mondoo: &Mondoo) -> Schema {
    mondoo.look(&space()).await.unwrap().unwrap().schema
}

fn pem() -> String {
    let subject = "CN=mondoo-security".to_owned();
    let request = certificate::Request { subject, key_bits: 3072, validity_days: 30 };
    let pair = certificate::generate(&request, time::OffsetDateTime::now_utc()).unwrap();
    pair.pem().to_owned()
}

fn configuration(secret: Option<Held>) -> Configuration {
    Configuration {
        tenant_id: "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3".to_owned(),
        client_id: "7b6a5948-3d2c-4b1a-8908-17263544f5e6".to_owned(),
        subscriptions: Subscriptions::Allow(vec!["1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081".into()]),
        scan_vms: true,
        secret,
    }
}

/// Labels where this API has them.
fn labels(schema: &Schema) -> BTreeMap<String, String> {
    let labels = BTreeMap::from([("certificate".to_owned(), "sha256".to_owned())]);
    if schema.offers_labels() { labels } else { BTreeMap::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_generation_of_the_api_is_spoken() {
    let pem = pem();
    for (generation, wif, labelled) in
        [(2024, false, false), (2025, false, false), (2026, true, true)]
    {
        let platform = Platform::of(generation).await;
        let mondoo = platform.with_editor().await;
        let schema = schema(&mondoo).await;
        assert_eq!((schema.offers_wif(), schema.offers_labels()), (wif, labelled), "{generation}");
        a_life(&mondoo, &schema, &pem).await;
        platform.sandbox.stop().await;
    }
}

/// Of an integration, from its making to its end.
async fn a_life(mondoo: &Mondoo, schema: &Schema, pem: &str) {
    let held = Some(Held::Certificate(Secret::from(pem.to_owned())));
    let (space, labels) = (space(), labels(schema));
    let before = mondoo.integrations(&space, schema).await.unwrap().len();
    let first = configuration(held);
    let mrn = mondoo.create(&space, schema, "one", &first, &labels).await.unwrap();
    let made = mondoo.integration(&mrn, schema).await.unwrap().unwrap();
    assert_eq!((made.mrn.clone(), made.name.as_str()), (mrn.clone(), "one"));
    assert_eq!((&made.tenant_id, &made.client_id), (&first.tenant_id, &first.client_id));
    assert_eq!(made.subscriptions, first.subscriptions);
    assert_eq!((made.scan_vms, &made.labels), (Some(true), &labels));
    assert_eq!((made.secret_kind, made.wif), (SecretKind::Certificate, None));
    assert!(made.created.is_some());

    let denied = Subscriptions::Deny(vec!["2c3d4e5f-6071-4829-ba3c-4d5e6f708192".to_owned()]);
    let second =
        Configuration { subscriptions: denied.clone(), scan_vms: false, ..configuration(None) };
    mondoo.update(&mrn, schema, "two", &second, &labels).await.unwrap();
    let listed = mondoo.integrations(&space, schema).await.unwrap();
    assert_eq!(listed.len(), before + 1);
    let changed = listed.into_iter().find(|one| one.mrn == mrn).unwrap();
    assert_eq!((changed.name.as_str(), changed.scan_vms), ("two", Some(false)));
    assert_eq!(changed.subscriptions, denied);
    assert_eq!((changed.secret_kind, changed.labels), (SecretKind::Certificate, labels));

    // Nobody has heard of that client in that tenant.
    mondoo.start_scan(&mrn).await.unwrap();
    let scanned = mondoo.integration(&mrn, schema).await.unwrap().unwrap();
    assert!(scanned.scan.attempted.is_some() && scanned.assets == 0, "{scanned:?}");
    let message = scanned.messages.iter().find(|told| told.status == MessageStatus::Error).unwrap();
    assert!(message.text.contains("AADSTS700016"), "{message:?}");

    mondoo.delete(&mrn).await.unwrap();
    assert_eq!(mondoo.integration(&mrn, schema).await, Ok(None));
    mondoo.delete(&mrn).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_integration_tells_what_to_trust() {
    let platform = Platform::of(2026).await;
    let mondoo = platform.with_editor().await;
    let (space, schema) = (space(), schema(&mondoo).await);
    let (configuration, labels) = (configuration(Some(Held::Wif)), labels(&schema));
    let mrn = mondoo.create(&space, &schema, "one", &configuration, &labels).await.unwrap();
    let made = mondoo.integration(&mrn, &schema).await.unwrap().unwrap();
    assert_eq!(made.secret_kind, SecretKind::Wif);
    let wif = made.wif.unwrap();
    assert!(wif.issuer.starts_with("https://") && !wif.subject.is_empty(), "{wif:?}");
    platform.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_found_and_assigned() {
    let platform = Platform::of(2026).await;
    let (mondoo, space) = (platform.with_token().await, space());
    let policy = PolicyMrn::new("mondoo-azure-security");
    let before = mondoo.look(&space).await.unwrap().unwrap();
    assert_eq!(before.name, "Contoso");
    assert!(!before.active_policies.is_empty());
    assert!(!before.active_policies.contains_key(&policy));
    let wanted = BTreeSet::from([policy.clone(), PolicyMrn::new("mondoo-azure-secruity")]);
    for schema in [before.schema, Schema::default()] {
        let found = mondoo.existing_policies(&space, &schema, &wanted).await;
        assert_eq!(found, Ok(BTreeSet::from([policy.clone()])));
    }
    mondoo.assign_policies(&space, std::slice::from_ref(&policy)).await.unwrap();
    let mut after = mondoo.look(&space).await.unwrap().unwrap().active_policies;
    assert_eq!(after.remove(&policy), Some(PolicyAction::Active));
    assert_eq!(after, before.active_policies);
    platform.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so() {
    let platform = Platform::of(2026).await;
    let agent = platform.with_account(platform.sandbox.mondoo().agent.expose()).await;
    assert!(matches!(agent.look(&space()).await, Err(Error::NotPermitted { .. })));
    let token = Credential::ApiToken(Secret::from("hunter2".to_owned()));
    let endpoint = Some(platform.sandbox.url().parse().unwrap());
    let nobody = Mondoo::connect(token, endpoint, transport(&platform.azure)).await.unwrap();
    let refused = nobody.look(&space()).await;
    assert!(matches!(refused, Err(Error::NotSignedIn { clock_ahead: None, .. })), "{refused:?}");
    platform.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_none() {
    let platform = Platform::of(2026).await;
    let mondoo = platform.with_token().await;
    let nowhere = "//captain.api.mondoo.app/spaces/nowhere".parse().unwrap();
    assert_eq!(mondoo.look(&nowhere).await, Ok(None));
    let mrn = IntegrationMrn::new(
        "//integration.api.mondoo.app/spaces/abc/integrations/nothing".to_owned(),
    );
    assert_eq!(mondoo.integration(&mrn, &schema(&mondoo).await).await, Ok(None));
    assert!(matches!(mondoo.start_scan(&mrn).await, Err(Error::NotFound { .. })));
    platform.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_in_no_log() {
    let platform = Platform::of(2026).await;
    let mondoo = platform.with_editor().await;
    let (schema, pem) = (schema(&mondoo).await, pem());
    let held = Some(Held::Certificate(Secret::from(pem.clone())));
    let (configuration, labels) = (configuration(held), labels(&schema));
    let mrn = mondoo.create(&space(), &schema, "one", &configuration, &labels).await.unwrap();
    mondoo.update(&mrn, &schema, "one", &configuration, &labels).await.unwrap();
    mondoo.integration(&mrn, &schema).await.unwrap();
    let log = platform.log.to_har();
    let entries = log["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 4);
    let line = pem.lines().nth(1).unwrap();
    let text = log.to_string();
    assert!(!text.contains(line) && !text.contains("Bearer"));
    // What is read is there to be looked at.
    let answer = entries[3]["response"]["content"]["text"].as_str().unwrap();
    assert!(answer.contains(&mrn.to_string()), "{answer}");
    platform.sandbox.stop().await;
}
