//! `verify` of step G: what Mondoo holds, and what its last scan showed.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::g_integration::{SPACE, integrated, integration, keyless, scan_errors};
use crate::support::{Run, Tenant};
use crate::verify::{assert_only, named, text};

const POLICY: &str = "policy mondoo-azure-security";

fn verify(tenant: &Tenant, spec: &Path, more: &[&str]) -> Run {
    tenant.run(&[&["verify", "--format", "json", spec.to_str().unwrap()], more].concat())
}

#[track_caller]
fn assert_clean(tenant: &Tenant, spec: &Path) {
    let run = verify(tenant, spec, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_only(&run, &["missing", "notYet", "unreadable", "notApplicable"], &[]);
    let proven = named(&run, &["proven"]);
    let mine = ["integration Contoso Azure", "its certificate", "its last scan", POLICY];
    assert!(mine.iter().all(|name| proven.contains(*name)), "{run:?}");
}

/// Exactly that is missing; applying mends it.
#[track_caller]
fn assert_missing(tenant: &Tenant, spec: &Path, expected: &[&str]) {
    let run = verify(tenant, spec, &[]);
    assert_eq!(run.code, Some(7), "{expected:?}: {run:?}");
    assert_only(&run, &["missing", "notYet", "unreadable"], expected);
    tenant.apply(spec);
    assert_clean(tenant, spec);
}

fn update(tenant: &Tenant, options: &Value, labels: &Value) {
    const UPDATE: &str = "mutation($input: UpdateClientIntegrationConfigurationInput!) {
        updateClientIntegrationConfiguration(input: $input) { name }
    }";
    let live = integration(tenant);
    let ids = &live["configurationOptions"];
    let mut whole = json!({ "tenantId": ids["tenantId"], "clientId": ids["clientId"] });
    whole.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let input = json!({
        "mrn": live["mrn"], "type": "AZURE", "name": live["name"], "labels": labels,
        "configurationOptions": { "azureConfigurationOptions": whole },
    });
    tenant.mondoo(UPDATE, json!({ "input": input }));
}

/// The same integration once more, which nobody has scanned.
fn remake(tenant: &Tenant) {
    const CREATE: &str = "mutation($input: CreateClientIntegrationInput!) {
        createClientIntegration(input: $input) { integration { mrn } }
    }";
    let live = integration(tenant);
    delete(tenant);
    let pem = std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap();
    let ids = &live["configurationOptions"];
    let options =
        json!({ "tenantId": ids["tenantId"], "clientId": ids["clientId"], "certificate": pem });
    let input = json!({
        "name": live["name"], "type": "AZURE", "longLivedToken": false, "scopeMrn": SPACE,
        "labels": live["labels"],
        "configurationOptions": { "azureConfigurationOptions": options },
    });
    tenant.mondoo(CREATE, json!({ "input": input }));
}

fn delete(tenant: &Tenant) {
    const DELETE: &str = "mutation($mrn: String!) {
        deleteClientIntegration(input: { mrn: $mrn }) { mrn }
    }";
    tenant.mondoo(DELETE, json!({ "mrn": integration(tenant)["mrn"] }));
}

#[test]
fn each_thing_that_mondoo_lacks_is_named() {
    const UNASSIGN: &str =
        "mutation($input: PolicyAssignmentInput!) { unassignPolicy(input: $input) }";
    let tenant = Tenant::at_rest();
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    assert_clean(&tenant, &spec);
    let labels = integration(&tenant)["labels"].clone();

    delete(&tenant);
    assert_missing(&tenant, &spec, &["integration Contoso Azure"]);

    let mut other = labels.clone();
    let is_certificate = |label: &&mut Value| label["key"] == "mondoo-azure-certificate";
    other.as_array_mut().unwrap().iter_mut().find(is_certificate).unwrap()["value"] =
        json!("0".repeat(64));
    update(&tenant, &json!({}), &other);
    assert_missing(&tenant, &spec, &["its certificate"]);
    update(&tenant, &json!({ "clientSecret": "x" }), &labels);
    assert_missing(&tenant, &spec, &["its certificate"]);

    let policy = "//policy.api.mondoo.app/policies/mondoo-azure-security";
    let input = json!({ "assetMrn": SPACE, "policyMrns": [policy] });
    tenant.mondoo(UNASSIGN, json!({ "input": input }));
    assert_missing(&tenant, &spec, &[POLICY]);
}

#[test]
fn a_scan_that_failed_or_never_was_is_named() {
    let tenant = Tenant::at_rest();
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    remake(&tenant);
    assert_missing(&tenant, &spec, &["its last scan"]);
    let labels = integration(&tenant)["labels"].clone();
    update(&tenant, &json!({ "subscriptionsAllowlist": ["x"] }), &labels);
    assert_eq!(scan_errors(&tenant).len(), 1);
    let run = verify(&tenant, &spec, &[]);
    assert!(run.stdout.contains("it reports: cannot find an azure subscription"), "{run:?}");
    assert_missing(&tenant, &spec, &["its last scan"]);
}

#[test]
fn a_scan_that_has_not_ended_is_not_there_yet() {
    let tenant = Tenant::with("mondoo: { scanTakes: 240s }");
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    let run = verify(&tenant, &spec, &[]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["notYet"], &["its last scan"]);
    assert_only(&run, &["missing", "unreadable"], &[]);
    tenant.advance(241);
    assert_clean(&tenant, &spec);
}

#[test]
fn a_space_that_is_not_there_fails_and_one_without_access_does_not() {
    let tenant = Tenant::at_rest();
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    let mut command = tenant.command(&["verify", "--format", "json", spec.to_str().unwrap()]);
    let run = Run::of(command.env_remove("MONDOO_API_TOKEN"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_only(&run, &["missing", "notYet", "unreadable"], &[]);
    assert_only(&run, &["notApplicable"], &[&format!("space {SPACE}")]);
    let elsewhere = std::fs::read_to_string(&spec).unwrap().replace("spaces/abc", "spaces/nowhere");
    std::fs::write(&spec, elsewhere).unwrap();
    let run = verify(&tenant, &spec, &[]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing"], &["space //captain.api.mondoo.app/spaces/nowhere"]);
}

#[test]
fn keyless_mondoos_scans_are_the_proof() {
    let tenant = Tenant::at_rest();
    let spec = keyless(&tenant);
    tenant.apply(&spec);
    let clean = |more: &[&str]| {
        let run = verify(&tenant, &spec, more);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_only(&run, &["missing", "notYet", "unreadable"], &[]);
        assert_only(&run, &["notApplicable"], &["sign-in"]);
        named(&run, &["proven"])
    };
    let mine = ["integration Contoso Azure", "its last scan", "its tokens", POLICY];
    let with_operator = [&["federated credential"], mine.as_slice()].concat();
    assert_eq!(clean(&[]), with_operator.iter().map(ToString::to_string).collect());
    let (application, _) = tenant.application();
    let client = text(&application, "/appId");
    assert_eq!(clean(&["--client-id", client]), mine.iter().map(ToString::to_string).collect());

    let path = format!("/applications/{}/federatedIdentityCredentials", text(&application, "/id"));
    let federated = tenant.graph(Method::GET, &path, None);
    let id = text(&federated, "/value/0/id");
    tenant.graph(Method::DELETE, &format!("{path}/{id}"), None);
    let run = verify(&tenant, &spec, &[]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing"], &["federated credential"]);
    assert!(!scan_errors(&tenant).is_empty());
    let run = verify(&tenant, &spec, &["--client-id", client]);
    assert_only(&run, &["missing"], &["its last scan"]);

    let mut command = tenant.command(&["verify", spec.to_str().unwrap()]);
    let run = Run::of(command.env_remove("MONDOO_API_TOKEN"));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("the spec is keyless"), "{run:?}");
}
