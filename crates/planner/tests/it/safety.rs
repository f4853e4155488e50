//! What keeps a tenant safe: whose hands, which rights, what is taken away and what is not.

use insta::assert_snapshot;
use planner::steps::a_application::{LookAlike, Standing};
use planner::steps::c_role_assignments::BuiltIn;
use planner::steps::d_custom_role::Permissions as Actions;
use planner::steps::e_key_vault_access::Model;
use planner::steps::f_certificate::KeyCredential;
use planner::{Desired, Observed, plan};
use spec::{AppId, ManagementGroupId, ObjectId, RoleDefinitionId};

use crate::applied::applied;
use crate::plans::{ONE_SUBSCRIPTION, check};
use crate::tenant::{
    DEVELOPMENT, PRODUCTION, desired, desired_with, legacy_vault, untouched, vault_id,
};

pub fn done(desired: &Desired) -> Observed {
    applied(&plan(desired, &untouched()), untouched())
}

/// What is planned and said beyond what every plan of a finished tenant says.
pub fn news(desired: &Desired, observed: &Observed) -> String {
    let usual = check(&self::desired(ONE_SUBSCRIPTION), &done(&self::desired(ONE_SUBSCRIPTION)));
    let usual: Vec<_> = usual.lines().filter(|line| !line.ends_with(" unchanged")).collect();
    let text = check(desired, observed);
    let lines = text.lines().filter(|l| !usual.contains(l) && !l.ends_with(" unchanged"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The news of a finished tenant in which `change` was made behind our back.
pub fn drift(more: &str, change: impl FnOnce(&mut Observed)) -> String {
    let mut observed = done(&desired(ONE_SUBSCRIPTION));
    change(&mut observed);
    news(&desired_with(ONE_SUBSCRIPTION, more), &observed)
}

fn strangers(observed: &mut Observed) {
    observed.application.credentials = vec!["password x".to_owned()];
    let ours = observed.certificate.trusted[0].clone();
    observed.certificate.trusted.push(KeyCredential {
        thumbprint: String::new(),
        sha256: None,
        display_name: "y".to_owned(),
        ..ours
    });
    observed.application.owners.insert(ObjectId::derived(&["eve"]), "Eve".to_owned());
    let operator = ObjectId::derived(&["operator"]);
    observed.application.owners.insert(operator, "Operator".to_owned());
    observed.application.operator = Some(operator);
}

/// A tag is no proof: whoever takes our name can write it too.
#[test]
fn other_hands_forbid_the_first_grant_and_are_told_later() {
    assert_snapshot!(drift("", strangers), @"
    Warning foreign-hand: owner Eve of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Warning foreign-hand: certificate y of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Warning foreign-hand: password x of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    ");
    let first = drift("", |observed| {
        strangers(observed);
        observed.graph_permissions.granted.clear();
        observed.role_assignments.assignments.clear();
    });
    assert_snapshot!(first.lines().find(|line| line.starts_with("Blocks")).unwrap(), @"Blocks application-in-other-hands: application mondoo-security (c759df12-c8d3-587e-a0c4-1a9dfbc4bbf0) holds no role of ours that this sign-in sees, and others have a hand in it (owner Eve, certificate mondoo-azure:mondoo-security, certificate y, password x): remove them, or add the owners that you know to application.owners; if it is not yours, name the installation otherwise");
}

/// Neither our tag nor a credential that is called as ours are is a proof, nor is a right that
/// somebody else gave.
#[test]
fn a_squatted_application_is_given_nothing_however_it_is_labelled() {
    let blocked = drift("", |observed| {
        for existing in &mut observed.role_assignments.assignments {
            "Made by hand".clone_into(&mut existing.description);
        }
    });
    assert!(blocked.contains("(certificate mondoo-azure:mondoo-security)"), "{blocked}");
    let deleted = drift("", |observed| {
        observed.application.application.as_mut().unwrap().standing = Standing::Deleted;
        observed.role_assignments.assignments.clear();
    });
    assert_snapshot!(deleted.lines().find(|line| line.starts_with("Blocks")).unwrap(), @"Blocks application-in-other-hands: a deleted application mondoo-security (c759df12-c8d3-587e-a0c4-1a9dfbc4bbf0) has our tag, which anybody can write, and holds no role of ours, so it is not restored: --purge-deleted makes a new one");
}

#[test]
fn owners_of_the_spec_are_added_and_known() {
    let eve = ObjectId::derived(&["eve"]);
    let more = format!("application: {{ owners: [{eve}, ada@contoso.com, bob@contoso.com] }}\n");
    assert_snapshot!(drift(&more, |observed| {
        observed.application.owners.insert(eve, "Eve".to_owned());
        let users = &mut observed.application.users;
        users.insert("ada@contoso.com".to_owned(), Some(ObjectId::derived(&["ada"])));
        users.insert("bob@contoso.com".to_owned(), None);
    }), @"
    0 A + owner: ada@contoso.com []
    Blocks owner-unknown: no user is called bob@contoso.com: correct application.owners
    ");
}

#[test]
fn what_somebody_disabled_stays_so() {
    assert_snapshot!(drift("", |observed| {
        observed.application.principal.as_mut().unwrap().standing = Standing::Disabled;
    }), @"Blocks disabled: service principal of mondoo-security is disabled, which somebody decided: ask who did, and enable it in Entra ID");
    assert_snapshot!(drift("", |observed| {
        observed.application.application.as_mut().unwrap().standing = Standing::Disabled;
    }), @"Blocks disabled: application mondoo-security is disabled, which somebody decided: ask who did, and enable it in Entra ID");
}

#[test]
fn a_deleted_application_is_restored_purged_or_anothers() {
    let delete = |observed: &mut Observed| {
        observed.application.application.as_mut().unwrap().standing = Standing::Deleted;
        observed.application.principal.as_mut().unwrap().standing = Standing::Deleted;
        observed.application.credentials = vec!["password x".to_owned()];
    };
    assert_snapshot!(drift("", delete), @"
    0 A ^ application: mondoo-security []
    1 A ^ service principal: mondoo-security [0]
    Warning foreign-hand: password x of application mondoo-security is not ours and works again once it is restored: remove it then, or make a new application with --purge-deleted
    ");
    let mut purging = desired(ONE_SUBSCRIPTION);
    purging.application.purge_deleted = true;
    let mut observed = done(&purging);
    delete(&mut observed);
    observed.application.principal = None;
    observed.role_assignments.assignments.clear();
    let text = news(&purging, &observed);
    assert_snapshot!(text.lines().take(3).collect::<Vec<_>>().join("\n"), @"
    0 A - deleted application: mondoo-security []
    1 A + application: mondoo-security [0]
    2 A + service principal: mondoo-security [1]
    ");
    let foreign = drift("", |observed| {
        delete(observed);
        observed.application.application.as_mut().unwrap().tags.clear();
    });
    assert_snapshot!(foreign.lines().find(|line| line.starts_with("Blocks")).unwrap(), @"Blocks name-held: a deleted application mondoo-security (c759df12-c8d3-587e-a0c4-1a9dfbc4bbf0) that is not ours still holds the name mondoo-security: restore or purge it (Entra ID, App registrations, Deleted applications), or name the installation otherwise");
}

#[test]
fn a_look_alike_is_told_and_left_alone() {
    assert_snapshot!(drift("", |observed| {
        let app_id = AppId::derived(&["other"]);
        let display_name = "mondoo-security".to_owned();
        observed.application.look_alikes.push(LookAlike { app_id, display_name });
    }), @"Warning look-alike: another application is called mondoo-security (client id ffb23c2d-6a5b-5db0-bb0e-d76034b2a6f7) and is not ours: it is left alone; look whether it still is of use");
}

#[test]
fn a_principal_that_is_given_is_given_roles_alone() {
    let id = "3d4e5f60-7182-493a-8b4c-5d6e7f809102";
    let more = format!("application: {{ principalId: {id} }}\n");
    let text = check(&desired_with(ONE_SUBSCRIPTION, &more), &untouched());
    let lines = text.lines().filter(|line| !line.contains(" grants-"));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    0 C + Reader: subscription Production (1b2c3d4e-…) []
    1 C + Key Vault Reader: subscription Production (1b2c3d4e-…) []
    2 D + role definition: mondoo-role (23 actions, 2 data actions) []
    3 D + mondoo-role: subscription Production (1b2c3d4e-…) [2]
    4 E + get, list: vault kv-legacy (keys, secrets, certificates) []
    1 unchanged
    Note principal-given: application.principalId is given: steps A, B and F are somebody else's, and are not looked at
    ");
}

#[test]
fn scopes_by_name_and_the_root_are_told() {
    let said = |scopes: &[&str], observed: &Observed| {
        let text = check(&desired(scopes), observed);
        let is_told = |line: &&str| {
            [" subscription-", " scope-", " tenant-root"].iter().any(|code| line.contains(code))
        };
        text.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(said(&["subscription: production"], &untouched()), @"Warning subscription-by-name: subscription Production is named by its display name, which anybody who owns it may change: write subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081, name: Production");
    assert_snapshot!(said(&["subscription: Staging"], &untouched()), @"Blocks scope-unknown: no subscription is called Staging: name it by its id");
    assert_snapshot!(said(&["tenantRoot: true"], &untouched()), @"Warning tenant-root: the tenant root group is a scope: what is granted there holds in every present and future subscription");
    let mut twins = untouched();
    for subscription in twins.directory.subscriptions.values_mut() {
        subscription.name = "Production".to_owned();
    }
    let mut delegated = twins.clone();
    let development = delegated.directory.subscriptions.get_mut(&DEVELOPMENT.parse().unwrap());
    development.unwrap().standing =
        planner::Standing::OfAnotherTenant(spec::TenantId::derived(&["fabrikam"]));
    let text = said(&["subscription: Production"], &delegated);
    assert!(text.contains(PRODUCTION), "{text}");
    assert_snapshot!(said(&["subscription: Production"], &twins), @"Blocks scope-unknown: several subscriptions are called Production: name it by its id");
}

#[test]
fn privileged_rights_block_unless_they_are_named_twice() {
    let more = "graphPermissions: { add: [Files.ReadWrite.All, Files.Read.All] }\n\
                roles: { builtIn: { add: [Contributor, Auditor, Writer] }, \
                custom: { addActions: [Microsoft.Compute/disks/write, Microsoft.Compute/disks/read] } }\n\
                keyVaults: { permissions: { secrets: [list, set] } }\n";
    let allow = "allowPrivileged: [files.readwrite.all, Contributor, Writer, \
                 Microsoft.Compute/disks/write, 'secrets: set']\n";
    let role = |name: &str, action: &str| BuiltIn {
        id: RoleDefinitionId::derived(&[name]),
        name: name.to_owned(),
        permissions: Actions { actions: vec![action.to_owned()], ..Actions::default() },
    };
    let known = |observed: &mut Observed| {
        let mut writer = role("Writer", "*/read");
        writer.permissions.data_actions = vec!["Microsoft.Storage/x/write".to_owned()];
        observed.role_assignments.built_in =
            vec![role("Contributor", "*"), role("Auditor", "*/READ"), writer];
    };
    assert_snapshot!(drift(more, known), @r#"
    0 B + consent: Files.ReadWrite.All PRIVILEGED []
    1 B + consent: Files.Read.All []
    2 C + Contributor PRIVILEGED: subscription Production (1b2c3d4e-…) []
    3 C + Auditor: subscription Production (1b2c3d4e-…) []
    4 C + Writer PRIVILEGED: subscription Production (1b2c3d4e-…) []
    5 D ~ role definition: mondoo-role (25 actions, 2 data actions) PRIVILEGED []
    6 E ~ set PRIVILEGED: vault kv-legacy (secrets) []
    Blocks privileged-right: permission Files.ReadWrite.All is PRIVILEGED: by its name it does more than read; leave it out, or add allowPrivileged: ["Files.ReadWrite.All"]
    Blocks privileged-right: role Contributor is PRIVILEGED: by its name it does more than read; leave it out, or add allowPrivileged: ["Contributor"]
    Blocks privileged-right: role Writer is PRIVILEGED: by its name it does more than read; leave it out, or add allowPrivileged: ["Writer"]
    Blocks privileged-right: action Microsoft.Compute/disks/write is PRIVILEGED: by its name it does more than read; leave it out, or add allowPrivileged: ["Microsoft.Compute/disks/write"]
    Warning extra: access to vault kv-legacy (secrets: get), which the spec does not ask for: `extras: prune` removes it; keep: [kv-legacy] hides it
    Blocks privileged-right: vault permission secrets: set is PRIVILEGED: by its name it does more than read; leave it out, or add allowPrivileged: ["secrets: set"]
    "#);
    let allowed = drift(&format!("{more}{allow}"), known);
    assert!(!allowed.contains("Blocks"), "{allowed}");
    assert!(allowed.contains("Files.ReadWrite.All PRIVILEGED"), "{allowed}");
    let unknown = drift("roles: { builtIn: { add: [Auditer] } }\n", |_| {});
    assert_snapshot!(unknown, @"Blocks role-unknown: no role is called Auditer: correct roles.builtIn.add");
}

#[test]
fn a_permission_that_is_not_offered_blocks_only_when_it_was_added() {
    let text = drift("graphPermissions: { add: [Sites.Read.All] }\n", |observed| {
        observed.graph_permissions.offered.remove("Domain.Read.All");
    });
    assert_snapshot!(text, @"
    Warning permission-not-offered: Domain.Read.All is not offered by this tenant's Microsoft Graph: left out
    Blocks permission-not-offered: Sites.Read.All is not offered by this tenant's Microsoft Graph: correct graphPermissions.add
    ");
}

#[test]
fn a_role_may_be_defined_at_a_group_and_assigned_below() {
    let more = "roles: { custom: { assignableScopes: { managementGroup: platform } } }\n";
    let desired = desired_with(ONE_SUBSCRIPTION, more);
    let observed = done(&desired);
    let scopes = &observed.custom_role.definitions[0].assignable_scopes;
    assert_eq!(*scopes, ["/providers/Microsoft.Management/managementGroups/platform"]);
    let group = ManagementGroupId::new("platform".to_owned());
    assert!(observed.directory.groups.contains_key(&group));
    assert!(plan(&desired, &observed).is_empty());
}

#[test]
fn vaults_are_those_that_are_listed_and_not_excluded() {
    let vaults = |more: &str, change: &dyn Fn(&mut Observed)| {
        let mut observed = untouched();
        change(&mut observed);
        let text = check(&desired_with(ONE_SUBSCRIPTION, more), &observed);
        let said = |line: &&str| line.contains(" E ") || line.contains(" vault-");
        text.lines().filter(said).collect::<Vec<_>>().join("\n")
    };
    let development = vault_id(DEVELOPMENT, "kv-legacy");
    let listed = format!("keyVaults: {{ accessPolicies: listed, include: ['{development}'] }}\n");
    let unchanged = |_: &mut Observed| {};
    assert_snapshot!(vaults(&listed, &unchanged), @"21 E + get, list: vault kv-legacy (keys, secrets, certificates) [1]");
    let missing = "keyVaults: { accessPolicies: listed, include: [kv-missing] }\n";
    assert_snapshot!(vaults(missing, &unchanged), @"Blocks vault-unknown: no vault kv-missing can be seen: correct keyVaults.include");
    assert_snapshot!(vaults("keyVaults: { accessPolicies: none }\n", &unchanged), @"");
    assert_snapshot!(vaults("keyVaults: { exclude: [KV-Legacy, kv-missing] }\n", &unchanged), @"Warning vault-unknown: no vault kv-missing can be seen, which keyVaults.exclude names");
    let subscription = format!("keyVaults: {{ exclude: [{PRODUCTION}] }}\n");
    assert_snapshot!(vaults(&subscription, &unchanged), @"");
    assert_snapshot!(vaults("", &|observed| {
        let model = Model::AccessPolicies { ours: None, entries: 1024 };
        legacy_vault(observed, PRODUCTION).model = model;
    }), @"Blocks vault-full: vault kv-legacy has 1024 access policies and takes no more: remove one, or switch it to RBAC, or add it to keyVaults.exclude");
}

#[test]
fn a_cloud_that_mondoo_does_not_scan_is_warned_about() {
    for cloud in ["usgovernment", "usgovernment-dod", "china"] {
        let said = drift(&format!("cloud: {cloud}"), |_| {});
        assert_eq!(
            said,
            format!(
                "Warning cloud-not-scanned: Mondoo scans the public cloud only: what is set up in \
                 `cloud: {cloud}` cannot be used by it yet"
            )
        );
    }
    assert_eq!(drift("cloud: public", |_| {}), "");
}
