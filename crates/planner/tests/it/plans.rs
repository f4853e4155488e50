//! What is planned, as somebody would read it.

use std::fmt::Write;

use insta::assert_snapshot;
use planner::steps::e_key_vault_access::{Model, Permissions};
use planner::steps::f_certificate::{KeyCredential, Source};
use planner::{Desired, Object, Observed, Reason, Seen, Standing, Value, plan};
use time::Duration;

use crate::applied::applied;
use crate::tenant::{DEVELOPMENT, NOW, PRODUCTION, certificate, desired, legacy_vault, untouched};

pub const ONE_SUBSCRIPTION: &[&str] = &["subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"];
pub const ONE_GROUP: &[&str] = &["managementGroup: platform"];

/// The plan's lines, needs and findings.
pub fn check(desired: &Desired, observed: &Observed) -> String {
    let plan = plan(desired, observed);
    let mut text = String::new();
    let ids: Vec<_> = plan.changes().map(|(id, _)| id).collect();
    for (index, (_, change)) in plan.changes().enumerate() {
        let position = |need| ids.iter().position(|id| id == need).unwrap().to_string();
        let needs = change.needs().iter().map(position).collect::<Vec<_>>().join(" ");
        let (what, target) = change.action.line();
        let symbol = change.action.verb().symbol();
        let step = change.action.step();
        let _ = writeln!(text, "{index} {step:?} {symbol} {what}: {target} [{needs}]");
    }
    let _ = writeln!(text, "{} unchanged", plan.unchanged());
    for finding in plan.findings() {
        let severity = finding.severity;
        let _ = writeln!(text, "{severity:?} {}: {}", finding.code, finding.message);
    }
    text
}

/// What is planned once everything was applied and `change` was made behind our back.
fn drift(scopes: &[&str], change: impl FnOnce(&mut Observed)) -> String {
    let desired = desired(scopes);
    let mut observed = applied(&plan(&desired, &untouched()), untouched());
    change(&mut observed);
    let text = check(&desired, &observed);
    let said = |line: &&str| !line.contains(" grants-") && !line.contains(" permission-retired");
    text.lines().filter(said).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_applied_plan_leaves_nothing_to_do() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |_| {}), @"
    24 unchanged
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn one_subscription_as_the_manual_has_it() {
    assert_snapshot!(check(&desired(ONE_SUBSCRIPTION), &untouched()), @"
    0 A + application: mondoo-security []
    1 A + service principal: mondoo-security [0]
    2 B + consent: Application.Read.All [0 1]
    3 B + consent: AuditLog.Read.All [0 1]
    4 B + consent: Directory.Read.All [0 1]
    5 B + consent: Domain.Read.All [0 1]
    6 B + consent: IdentityProvider.Read.All [0 1]
    7 B + consent: IdentityRiskEvent.Read.All [0 1]
    8 B + consent: IdentityRiskyUser.Read.All [0 1]
    9 B + consent: Policy.Read.All [0 1]
    10 B + consent: Policy.Read.ConditionalAccess [0 1]
    11 B + consent: Policy.Read.PermissionGrant [0 1]
    12 B + consent: RoleManagement.Read.All [0 1]
    13 B + consent: SecurityActions.Read.All [0 1]
    14 B + consent: SecurityEvents.Read.All [0 1]
    15 B + consent: ThreatAssessment.Read.All [0 1]
    16 B + consent: ThreatIndicators.Read.All [0 1]
    17 C + Reader: subscription Production (1b2c3d4e-…) [1]
    18 C + Key Vault Reader: subscription Production (1b2c3d4e-…) [1]
    19 D + role definition: mondoo-role (23 actions, 2 data actions) []
    20 D + mondoo-role: subscription Production (1b2c3d4e-…) [1 19]
    21 E + get, list: vault kv-legacy (keys, secrets, certificates) [1]
    22 F + key and certificate: mondoo.pem []
    23 F + trusted certificate: the new one [0 22]
    1 unchanged
    Note permission-retired: ThreatIndicators.Read.All reaches no Graph API any more; the manual still lists it
    Warning grants-code-execution: mondoo-role may run any code on virtual machines although scanVms is off: Microsoft.Compute/virtualMachines/runCommands/write, Microsoft.Compute/virtualMachines/runCommand/action
    Warning grants-app-settings: mondoo-role reads settings and connection strings of web apps, which often hold secrets
    Warning grants-writes: mondoo-role may change things, though a scan only reads: Microsoft.Insights/alertRules/*, Microsoft.Resources/deployments/*, Microsoft.Support/*
    Warning grants-secret-values: the access to vaults reads secret values; a scan needs their names alone: keyVaults.permissions.secrets: [list]
    Note self-signed: the new certificate is self-signed, which Mondoo's manual calls for testing only: where your security team issues certificates, name theirs as the source
    ");
}

#[test]
fn a_management_group_has_its_own_role_without_data_actions() {
    let text = check(&desired(ONE_GROUP), &untouched());
    let lines = text.lines().skip_while(|line| !line.contains(" C "));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    17 C + Reader: management group Platform (platform) [1]
    18 C + Key Vault Reader: management group Platform (platform) [1]
    19 D + role definition: mondoo-role-platform (13 actions, 0 data actions) []
    20 D + mondoo-role-platform: management group Platform (platform) [1 19]
    21 E + get, list: vault kv-legacy (keys, secrets, certificates) [1]
    22 E + get, list: vault kv-legacy (keys, secrets, certificates) [1]
    23 F + key and certificate: mondoo.pem []
    24 F + trusted certificate: the new one [0 23]
    2 unchanged
    Note permission-retired: ThreatIndicators.Read.All reaches no Graph API any more; the manual still lists it
    Warning grants-app-settings: mondoo-role reads settings and connection strings of web apps, which often hold secrets
    Warning grants-secret-values: the access to vaults reads secret values; a scan needs their names alone: keyVaults.permissions.secrets: [list]
    Note self-signed: the new certificate is self-signed, which Mondoo's manual calls for testing only: where your security team issues certificates, name theirs as the source
    ");
}

#[test]
fn subscriptions_share_one_definition_and_groups_do_not() {
    let production = format!("subscription: {PRODUCTION}");
    let development = format!("subscription: {DEVELOPMENT}");
    let mixed = ["managementGroup: platform", &production, &development];
    let text = check(&desired(&mixed), &untouched());
    let role = text.lines().filter(|line| line.contains(" D + "));
    assert_snapshot!(role.collect::<Vec<_>>().join("\n"), @"
    23 D + role definition: mondoo-role (23 actions, 2 data actions) []
    24 D + mondoo-role: subscription Production (1b2c3d4e-…) [1 23]
    25 D + mondoo-role: subscription Development (2c3d4e5f-…) [1 23]
    26 D + role definition: mondoo-role-platform (13 actions, 0 data actions) []
    27 D + mondoo-role-platform: management group Platform (platform) [1 26]
    ");
}

#[test]
fn what_vanished_is_planned_alone() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        observed.role_assignments.assignments.remove(0);
        observed.graph_permissions.granted.pop_first();
        observed.graph_permissions.requested.pop_last();
        let ours = Some(Permissions { secrets: vec!["GET".to_owned()], ..Permissions::default() });
        legacy_vault(observed, PRODUCTION).model = Model::AccessPolicies { ours, entries: 2 };
    }), @"
    0 B ~ request: IdentityProvider.Read.All []
    1 B + consent: Policy.Read.ConditionalAccess []
    2 C + Reader: subscription Production (1b2c3d4e-…) []
    3 E ~ permissions: vault kv-legacy (keys: get, list; secrets: list; certificates: get, list) []
    20 unchanged
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn the_application_is_mended_field_by_field() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        let application = observed.application.application.as_mut().unwrap();
        application.display_name = "Renamed".to_owned();
        application.sign_in_audience = "AzureADMultipleOrgs".to_owned();
        application.tags.clear();
        observed.application.principal.as_mut().unwrap().tags.clear();
    }), @"
    0 A ~ application: Renamed []
    1 A ~ service principal: mondoo-security []
    22 unchanged
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_role_edited_by_hand_is_restored_and_keeps_foreign_scopes() {
    let desired = desired(ONE_SUBSCRIPTION);
    let mut observed = applied(&plan(&desired, &untouched()), untouched());
    let role = &mut observed.custom_role.definitions[0];
    role.permissions.actions[0] = "Microsoft.Compute/*".to_owned();
    role.permissions.actions[1].make_ascii_uppercase();
    role.assignable_scopes.push("/subscriptions/foreign".to_owned());
    let plan = plan(&desired, &observed);
    let (_, change) = plan.changes().next().unwrap();
    let field = change.action.fields().remove(0);
    let (Value::Text(before), Value::Text(after)) = (field.before, field.after) else {
        panic!("an update has both sides");
    };
    let gone = before.lines().filter(|line| !after.contains(line)).map(|line| format!("-{line}\n"));
    let come = after.lines().filter(|line| !before.contains(line)).map(|line| format!("+{line}\n"));
    assert_snapshot!(gone.chain(come).collect::<String>(), @"
    -  Microsoft.Compute/*
    -  MICROSOFT.RESOURCEHEALTH/AVAILABILITYSTATUSES/READ
    +  Microsoft.Authorization/*/read
    +  Microsoft.ResourceHealth/availabilityStatuses/read
    ");
    assert!(after.contains("/subscriptions/foreign"));
}

#[test]
fn a_wider_role_and_other_letter_case_are_right() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        let role = &mut observed.custom_role.definitions[0];
        role.permissions.actions.iter_mut().for_each(|action| action.make_ascii_lowercase());
        role.assignable_scopes.push("/subscriptions/foreign".to_owned());
        let ours = Permissions {
            keys: vec!["all".to_owned()],
            secrets: vec!["Get".to_owned(), "List".to_owned(), "Set".to_owned()],
            certificates: vec!["LIST".to_owned(), "get".to_owned()],
            storage: Vec::new(),
        };
        let ours = Some(ours);
        legacy_vault(observed, PRODUCTION).model = Model::AccessPolicies { ours, entries: 2 };
    }), @"
    24 unchanged
    Warning extra: access to vault kv-legacy (keys: all; secrets: Set), which the spec does not ask for: `extras: prune` removes it; keep: [kv-legacy] hides it
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_foreign_role_of_the_name_blocks_and_a_marked_one_is_used() {
    let foreign = |marked: bool| {
        drift(ONE_SUBSCRIPTION, |observed| {
            let role = &mut observed.custom_role.definitions[0];
            role.id = spec::RoleDefinitionId::derived(&["foreign"]);
            if !marked {
                role.description = "Made by hand".to_owned();
            }
        })
    };
    assert_snapshot!(foreign(false), @"
    22 unchanged
    Blocks role-name-taken: a custom role mondoo-role (feefc656-60e7-571d-b0b4-e4b5a1d1f725) exists that is not ours (another installation's, perhaps): set roles.custom.name in the spec, or rename that role
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
    assert_snapshot!(foreign(true), @"
    0 D - role 3e18dcb3-28da-523d-a4d6-02b63786f033: subscription Production (1b2c3d4e-…) []
    1 D + mondoo-role: subscription Production (1b2c3d4e-…) []
    23 unchanged
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_conditioned_assignment_blocks_its_scope_alone() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        let assignments = &mut observed.role_assignments.assignments;
        assignments[0].has_condition = true;
    }), @"
    23 unchanged
    Blocks conditioned-assignment: Reader is assigned at subscription Production (1b2c3d4e-…) under a condition, which Azure counts as assigned: remove that assignment or its condition
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_renamed_subscription_is_told() {
    let named = [&format!("{{ subscription: {PRODUCTION}, name: Prod }}") as &str];
    let text = check(&desired(&named), &untouched());
    let line = text.lines().find(|line| line.contains(" subscription-"));
    assert_snapshot!(line.unwrap(), @"Warning subscription-renamed: subscription Production (1b2c3d4e-…) is called Prod in the spec: look whether it is the right one, and correct its name there");
}

/// Once more with the subscription below a group, where only its vaults are concerned.
#[test]
fn where_nothing_can_be_written_nothing_is_planned() {
    let fabrikam = Standing::OfAnotherTenant(spec::TenantId::derived(&["fabrikam"]));
    let planned = |scopes: &[&str], standing: Standing| {
        let mut observed = untouched();
        let production = observed.directory.subscriptions.get_mut(&PRODUCTION.parse().unwrap());
        production.unwrap().standing = standing;
        let plan = plan(&desired(scopes), &observed);
        for (_, change) in plan.changes() {
            if let Object::Vault(vault) = change.action.object() {
                assert!(!vault.to_string().contains(PRODUCTION), "{vault}");
            }
        }
        let text = check(&desired(scopes), &observed);
        let here = |line: &&str| line.contains("Production") || line.contains(" E ");
        text.lines().filter(here).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(planned(ONE_SUBSCRIPTION, Standing::Disabled), @"Blocks subscription-disabled: subscription Production (1b2c3d4e-…) is disabled: nothing can be written there");
    assert_snapshot!(planned(ONE_SUBSCRIPTION, fabrikam), @"Blocks subscription-of-another-tenant: subscription Production (1b2c3d4e-…) belongs to tenant 48085086-c5f0-5b33-a74e-26d8bc5a68a7: set it up there");
    assert_snapshot!(planned(ONE_GROUP, Standing::Disabled), @"
    21 E + get, list: vault kv-legacy (keys, secrets, certificates) [1]
    Note subscription-disabled: vaults of subscription Production (1b2c3d4e-…) are left out: it is disabled: nothing can be written there
    ");
}

#[test]
fn the_root_group_is_never_meant_by_its_id() {
    let root = untouched().directory.tenant.id.to_string().to_uppercase();
    let text = check(&desired(&[&format!("managementGroup: {root}")]), &untouched());
    assert_snapshot!(text.lines().find(|line| line.starts_with("Blocks")).unwrap(), @"Blocks root-group: management group BD2804A9-DC59-5588-8BD4-DE7B93419AC4 is the tenant's root, which holds every present and future subscription: write tenantRoot: true if you mean it");
}

/// Entra ID wants both to be called the same.
#[test]
fn a_principal_is_made_after_its_application_has_its_name() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        observed.application.application.as_mut().unwrap().display_name = "Renamed".to_owned();
        observed.application.principal = None;
    }).lines().take(2).collect::<Vec<_>>().join("\n"), @"
    0 A ~ application: Renamed []
    1 A + service principal: mondoo-security [0]
    ");
}

#[test]
fn vaults_that_cannot_be_had_are_left_out() {
    assert_snapshot!(drift(ONE_GROUP, |observed| {
        legacy_vault(observed, PRODUCTION).tenant = spec::TenantId::derived(&["fabrikam"]);
        let vaults = &mut observed.key_vault_access.vaults;
        let denied = Seen::Unreadable(Reason("AuthorizationFailed".to_owned()));
        vaults.insert(DEVELOPMENT.parse().unwrap(), denied);
    }), @"
    23 unchanged
    Warning vault-of-another-tenant: vault kv-legacy belongs to tenant 48085086-c5f0-5b33-a74e-26d8bc5a68a7: left out
    Warning unreadable: vaults of subscription Development (2c3d4e5f-…) could not be read: AuthorizationFailed
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_permission_that_the_tenant_does_not_offer_is_left_out() {
    assert_snapshot!(drift(ONE_SUBSCRIPTION, |observed| {
        observed.graph_permissions.offered.remove("Domain.Read.All");
    }), @"
    23 unchanged
    Warning permission-not-offered: Domain.Read.All is not offered by this tenant's Microsoft Graph: left out
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
}

#[test]
fn a_certificate_of_ours_elsewhere_is_enough_until_it_ends() {
    let ours = |name: &str, days: i64| {
        drift(ONE_SUBSCRIPTION, |observed| {
            observed.certificate.trusted = vec![KeyCredential {
                thumbprint: String::new(),
                id: spec::KeyId::derived(&["another"]),
                sha256: None,
                display_name: name.to_owned(),
                end: NOW + Duration::days(days),
            }];
        })
    };
    assert_snapshot!(ours("mondoo-azure:mondoo-security until 2027", 100), @"
    24 unchanged
    Note certificate-elsewhere: the application trusts a certificate of ours; mondoo.pem is not here: if its key is lost, remove that certificate from the application, and a new one is made
    ");
    assert_snapshot!(ours("mondoo-azure:mondoo-security", 29), @"
    0 F + key and certificate: mondoo.pem []
    1 F + trusted certificate: the new one [0]
    23 unchanged
    Note self-signed: the new certificate is self-signed, which Mondoo's manual calls for testing only: where your security team issues certificates, name theirs as the source
    ");
    assert_snapshot!(ours("mondoo-azure:mondoo-security", -1), @"
    0 F + key and certificate: mondoo.pem []
    1 F + trusted certificate: the new one [0]
    23 unchanged
    Note self-signed: the new certificate is self-signed, which Mondoo's manual calls for testing only: where your security team issues certificates, name theirs as the source
    ");
    assert_snapshot!(ours("mondoo-azure:mondoo-security-eu", 100), @"
    0 F + key and certificate: mondoo.pem []
    1 F + trusted certificate: the new one [0]
    23 unchanged
    Warning foreign-hand: certificate mondoo-azure:mondoo-security-eu of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Note self-signed: the new certificate is self-signed, which Mondoo's manual calls for testing only: where your security team issues certificates, name theirs as the source
    ");
}

#[test]
fn a_held_certificate_is_added_beside_foreign_ones() {
    let mut wanted = desired(ONE_SUBSCRIPTION);
    // As a file's would be.
    wanted.certificate.renewal = None;
    wanted.certificate.source = Source::Held(certificate(20));
    let first = applied(&plan(&wanted, &untouched()), untouched());
    wanted.certificate.source = Source::Held(certificate(200));
    assert_snapshot!(check(&wanted, &first).lines().next().unwrap(), @"0 F + trusted certificate: CN=mondoo-security (until 2027-06-11) []");
    let second = applied(&plan(&wanted, &first), first);
    assert_eq!(second.certificate.trusted.len(), 2);
    wanted.certificate.source = Source::Held(certificate(20));
    assert_snapshot!(check(&wanted, &second).lines().last().unwrap(), @"Warning certificate-expires: the certificate expires on 2026-12-13: put a new one in its place before that day; the old one stays trusted beside it");
}
