//! Saved plans: read back as written, and compared with what would be done now.

use planner::steps::c_role_assignments::Existing;
use planner::{
    Desired, FindingCode, Observed, PlanDocument, Service, Severity, Stale, Step, Unusable, Value,
    Verb, plan,
};
use proptest::prelude::*;
use serde_json::json;
use spec::{Spec, SpecDigest, TenantRef};

use crate::applied::applied;
use crate::laws::any_desired;
use crate::tenant::{DEVELOPMENT, NOW, PRODUCTION, certificate, desired, untouched};

fn digest(more: &str) -> SpecDigest {
    let yaml = format!(
        "version: 1\nname: mondoo-security\ntenant: contoso.onmicrosoft.com\n\
         certificate: {{ source: {{ generate: {{ output: mondoo.pem }} }} }}\n\
         scopes: [{{ tenantRoot: true }}]\n{more}"
    );
    Spec::parse(&yaml).unwrap().digest()
}

fn document(desired: &Desired, observed: &Observed) -> PlanDocument {
    PlanDocument::new(&plan(desired, observed), desired, observed, digest(""))
}

fn production() -> Desired {
    desired(&[&format!("subscription: {PRODUCTION}")])
}

fn json(document: &PlanDocument) -> String {
    serde_json::to_string_pretty(document).unwrap()
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let saved = document(&production(), &untouched());
    assert_eq!(saved.changes.len(), 24);
    assert_eq!(PlanDocument::parse(json(&saved).as_bytes()), Ok(saved.clone()));
    let compact = serde_json::to_vec(&saved).unwrap();
    assert_eq!(PlanDocument::parse(&compact), Ok(saved.clone()), "the layout does not count");
    let expiring = saved.expiring(NOW);
    assert_eq!(PlanDocument::parse(json(&expiring).as_bytes()), Ok(expiring));
}

#[test]
fn what_is_not_as_it_was_written_is_refused() {
    let text = json(&document(&production(), &untouched()));
    let parse = |text: &str| PlanDocument::parse(text.as_bytes()).unwrap_err();
    for length in [0, 1, text.len() / 2, text.len() - 2] {
        assert_eq!(parse(&text[..length]), Unusable::CutShort, "{length}");
    }
    let newer = text.replacen("\"formatVersion\": 1", "\"formatVersion\": 2, \"x\": 1", 1);
    assert_eq!(parse(&newer), Unusable::NewerFormat(2));
    assert!(matches!(parse("{}"), Unusable::NoPlan(_)));
    assert!(matches!(parse("version: 1"), Unusable::NoPlan(_)));
    for (before, after) in [
        ("\"verb\": \"create\"", "\"verb\": \"delete\""),
        ("Application.Read.All", "Application.ReadWrite.All"),
        ("\"privileged\": false", "\"privileged\": true"),
        ("\"unchanged\": 1", "\"unchanged\": 0"),
    ] {
        let edited = text.replacen(before, after, 1);
        assert!(edited != text, "{before}");
        assert_eq!(parse(&edited), Unusable::Edited, "{before}");
    }
}

/// The digest keeps nobody from writing one that fits; renderers walk along the needs.
#[test]
fn a_forged_plan_has_no_cycle() {
    let mut saved = document(&production(), &untouched());
    saved.changes[0].needs = vec![1];
    let forged = saved.expiring(NOW);
    assert_eq!(PlanDocument::parse(json(&forged).as_bytes()), Err(Unusable::Edited));
}

#[test]
fn only_what_the_spec_means_counts() {
    assert_eq!(digest(""), digest("# a comment\nextras: report\nprofile: documented\n"));
    for more in ["extras: prune\n", "profile: least-privilege\n", "scanVms: true\n"] {
        assert_ne!(digest(""), digest(more), "{more}");
    }
    // Changes only where the meaning does: a saved plan would be refused by a newer version.
    insta::assert_snapshot!(digest(""), @"ac3e10b4c6f9781a9ed83706f528af7c9a7e3342b7e68ffc77cc0e47a78678a0");
}

#[test]
fn another_tenant_another_spec_and_a_late_hour_are_told_before_anything_is_asked() {
    let saved = document(&production(), &untouched());
    let own = TenantRef::Id(saved.tenant);
    let domain = TenantRef::Domain("contoso.onmicrosoft.com".to_owned());
    let other = TenantRef::Id(spec::TenantId::derived(&["fabrikam"]));
    let spec = digest("");
    assert_eq!(saved.check_spec(&own, &spec, NOW), Ok(()));
    assert_eq!(saved.check_spec(&domain, &spec, NOW), Ok(()));
    let planned = saved.tenant;
    let stale = Stale::OtherTenant { planned, wanted: other.clone() };
    assert_eq!(saved.check_spec(&other, &spec, NOW), Err(stale));
    let edited = digest("extras: prune\n");
    assert_eq!(saved.check_spec(&own, &edited, NOW), Err(Stale::OtherSpec));
    let expiring = saved.expiring(NOW);
    assert_eq!(expiring.check_spec(&own, &spec, NOW), Err(Stale::Expired(NOW)));
    assert_eq!(expiring.check_spec(&own, &spec, NOW - time::Duration::SECOND), Ok(()));
}

#[test]
fn what_was_not_reviewed_is_told_by_its_place() {
    let saved = document(&production(), &untouched());
    let scopes = [PRODUCTION, DEVELOPMENT].map(|id| format!("subscription: {id}"));
    let wider = desired(&scopes.each_ref().map(String::as_str));
    let fresh = document(&wider, &untouched());
    let Err(Stale::Unreviewed(unreviewed)) = saved.check(&fresh) else { unreachable!() };
    let told: Vec<_> = unreviewed.iter().map(|index| &fresh.changes[*index]).collect();
    let development = told.iter().filter(|change| change.target.contains("Development"));
    assert_eq!(development.count(), 3, "{told:#?}");
    let definition = told.iter().filter(|change| change.what == "role definition");
    assert_eq!(definition.count(), 1, "it would be assignable there, too: {told:#?}");
    assert_eq!(told.len(), 5, "{told:#?}");
}

/// The generated key is there after a run that was cut short, and its certificate known by then.
#[test]
fn what_was_left_open_may_be_known_once_its_need_is_done() {
    let mut wanted = production();
    let saved = document(&wanted, &untouched());
    let trust = saved.changes.last().unwrap();
    assert_eq!(trust.fields[1].after, Value::AfterApply);
    wanted.certificate.source = planner::steps::f_certificate::Source::Held(certificate(365));
    let rest = document(&wanted, &untouched());
    assert_eq!(saved.check(&rest), Ok(()));
    assert!(matches!(rest.check(&saved), Err(Stale::Unreviewed(_))), "but not the other way");
}

#[test]
fn an_other_principal_is_given_nothing() {
    let wanted = production();
    let mut observed = applied(&plan(&wanted, &untouched()), untouched());
    observed.role_assignments.assignments.clear();
    let saved = document(&wanted, &observed);
    assert_eq!(saved.changes.len(), 3);
    assert!(saved.principal.is_some());
    assert_eq!(saved.check(&document(&wanted, &observed)), Ok(()));
    let principal = observed.application.principal.as_mut().unwrap();
    principal.id = spec::PrincipalId::derived(&["somebody else's"]);
    let stale = saved.check(&document(&wanted, &observed));
    assert!(matches!(stale, Err(Stale::OtherPrincipal { .. })), "{stale:?}");
}

#[test]
fn rights_afterwards_are_what_is_held_and_what_comes() {
    let wanted = production();
    let mut observed = untouched();
    let foreign = Existing {
        id: format!(
            "/subscriptions/{DEVELOPMENT}/providers/Microsoft.Authorization/roleAssignments/x"
        ),
        scope: format!("/subscriptions/{DEVELOPMENT}"),
        role: spec::RoleDefinitionId::derived(&["a role"]),
        description: String::new(),
        has_condition: true,
        orphan_of: None,
    };
    observed.role_assignments.assignments.push(foreign);
    let rights = document(&wanted, &observed).rights_afterwards;
    let held = rights.iter().filter(|right| right.of != Service::MicrosoftGraph);
    let lines: Vec<_> =
        held.map(|right| format!("{} at {}", right.right, right.places.join(", "))).collect();
    assert_eq!(rights.len() - lines.len(), 15, "{rights:?}");
    insta::assert_snapshot!(lines.join("\n"), @r"
    Key Vault Reader at subscription Production (1b2c3d4e-…)
    Reader at subscription Production (1b2c3d4e-…)
    mondoo-role at subscription Production (1b2c3d4e-…)
    role edc6d2b0-924d-59f6-a65f-a83f8fdc2afd at subscription Development (2c3d4e5f-…) (under a condition)
    keys: get, list; secrets: get, list; certificates: get, list at vault kv-legacy
    ");
    let done = applied(&plan(&wanted, &observed), observed);
    assert_eq!(
        document(&wanted, &done).rights_afterwards,
        rights,
        "applying changes nothing of it"
    );
}

#[test]
fn names_in_json_are_those_of_the_text() {
    for code in FindingCode::ALL {
        assert_eq!(json!(code), json!(code.as_str()));
    }
    for verb in Verb::ALL {
        assert_eq!(json!(verb), json!(verb.to_string()));
    }
    for step in Step::ALL {
        assert_eq!(json!(step), json!(step.to_string()));
    }
    assert_eq!(json!(Severity::Blocks), json!("blocks"));
}

proptest! {
    #[test]
    fn a_rest_of_a_plan_is_in_it(wanted in any_desired(), left in any::<u64>()) {
        let saved = document(&wanted, &untouched());
        let mut kept = (0..).map(|index| left >> (index % 64) & 1 == 1);
        let mut observed = applied(&plan(&wanted, &untouched()), untouched());
        observed.role_assignments.assignments.retain(|_| kept.next() == Some(true));
        observed.graph_permissions.granted.retain(|_, _| kept.next() == Some(true));
        if kept.next() == Some(true) {
            observed.certificate.trusted.clear();
        }
        let rest = document(&wanted, &observed);
        prop_assert_eq!(saved.check(&rest), Ok(()));
        prop_assert_eq!(saved.check(&saved), Ok(()));
    }
}
