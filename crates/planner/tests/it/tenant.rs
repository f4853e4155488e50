//! An invented tenant, and what a perfectly applied plan makes of it.

use std::collections::{BTreeMap, BTreeSet};

use planner::steps::a_application::{self, Application, LISTED_TAG, Principal};
use planner::steps::c_role_assignments::{self, Assignment, Existing};
use planner::steps::e_key_vault_access::{Model, Permissions, Vault};
use planner::steps::f_certificate::{self, Certificate, KeyCredential, Source};
use planner::steps::{b_graph_permissions, d_custom_role, e_key_vault_access};
use planner::{
    Action, Desired, Directory, Group, Observed, Plan, Seen, Standing, Subscription, Tenant, key_id,
};
use spec::{
    CertificateSource, Generate, ManagementGroupId, PrincipalId, Spec, SubscriptionId, VaultId,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
pub const PRODUCTION: &str = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
pub const DEVELOPMENT: &str = "2c3d4e5f-6071-4829-ba3c-4d5e6f708192";

/// A desired state with these scopes, each written as in a spec.
pub fn desired(scopes: &[&str]) -> Desired {
    let scopes: String = scopes.iter().map(|scope| format!("  - {scope}\n")).collect();
    let yaml = format!(
        "version: 1\nname: mondoo-security\ntenant: contoso.onmicrosoft.com\n\
         certificate: {{ source: {{ generate: {{ output: mondoo.pem }} }} }}\nscopes:\n{scopes}"
    );
    let spec = Spec::parse(&yaml).unwrap();
    let CertificateSource::Generate(generate) = &spec.certificate.source else { unreachable!() };
    Desired::new(&spec, Source::Generate(generate.clone()))
}

/// Two subscriptions under the group `platform`, each with a vault on access policies and one on
/// RBAC. Nothing of ours.
pub fn untouched() -> Observed {
    let subscriptions =
        [(PRODUCTION, "Production"), (DEVELOPMENT, "Development")].map(|(id, name)| {
            (
                id.parse().unwrap(),
                Subscription { name: name.to_owned(), standing: Standing::Writable },
            )
        });
    let group = Group {
        name: "Platform".to_owned(),
        subscriptions: subscriptions.iter().map(|(id, _)| *id).collect(),
    };
    let offered = spec::Profile::documented().graph_permissions.iter().map(|line| &line.name);
    let offered = offered.map(|name| (name.clone(), spec::AppRoleId::derived(&[name])));
    let graph = PrincipalId::derived(&["graph"]);
    Observed {
        now: NOW,
        key_vault_access: e_key_vault_access::Observed {
            vaults: subscriptions.iter().map(|(id, _)| (*id, Seen::Read(vaults(*id)))).collect(),
        },
        directory: Directory {
            tenant: Tenant {
                id: spec::TenantId::derived(&["contoso"]),
                name: "Contoso".to_owned(),
            },
            subscriptions: subscriptions.into(),
            groups: BTreeMap::from([(ManagementGroupId::new("platform".to_owned()), group)]),
        },
        application: a_application::Observed::default(),
        graph_permissions: b_graph_permissions::Observed {
            graph,
            offered: offered.collect(),
            requested: BTreeSet::new(),
            granted: BTreeSet::new(),
        },
        role_assignments: c_role_assignments::Observed::default(),
        custom_role: d_custom_role::Observed::default(),
        certificate: f_certificate::Observed::default(),
    }
}

fn vaults(subscription: SubscriptionId) -> Vec<Vault> {
    let vault = |name: &str, model| Vault {
        id: VaultId::new(format!("/subscriptions/{subscription}/vaults/{name}")),
        tenant: spec::TenantId::derived(&["contoso"]),
        model,
    };
    vec![
        vault("kv-legacy", Model::AccessPolicies { ours: Permissions::default() }),
        vault("kv-rbac", Model::Rbac),
    ]
}

/// The vault on access policies of one subscription.
pub fn legacy_vault<'a>(observed: &'a mut Observed, subscription: &str) -> &'a mut Vault {
    let vaults = observed.key_vault_access.vaults.get_mut(&subscription.parse().unwrap());
    match vaults.unwrap() {
        Seen::Read(vaults) => &mut vaults[0],
        Seen::Unreadable(_) => unreachable!("the invented tenant is readable"),
    }
}

/// The tenant after `plan`, had every change gone as written.
pub fn applied(plan: &Plan, mut observed: Observed) -> Observed {
    for (_, change) in plan.changes() {
        match change.action.clone() {
            Action::Application(action) => apply_application(action, &mut observed.application),
            Action::GraphPermission(action) => {
                observed.graph_permissions.requested.insert(action.role);
                observed.graph_permissions.granted.insert(action.role);
            }
            Action::RoleAssignment(c_role_assignments::Action::Assign(assignment))
            | Action::CustomRole(d_custom_role::Action::Assign(assignment)) => {
                let Assignment { scope, role, .. } = assignment;
                let existing = Existing { scope, role, has_condition: false };
                observed.role_assignments.assignments.push(existing);
            }
            Action::CustomRole(
                d_custom_role::Action::Define { definition: after, at: _ }
                | d_custom_role::Action::Redefine { before: _, after, at: _ },
            ) => {
                let definitions = &mut observed.custom_role.definitions;
                definitions.retain(|definition| definition.id != after.id);
                definitions.push(after);
            }
            Action::KeyVaultAccess(action) => grant(&action, &mut observed),
            Action::Certificate(action) => trust(action, &mut observed.certificate),
        }
    }
    observed
}

fn apply_application(action: a_application::Action, observed: &mut a_application::Observed) {
    match action {
        a_application::Action::CreateApplication { unique_name, display_name, tag } => {
            observed.application = Some(Application {
                id: spec::ApplicationId::derived(&[&unique_name]),
                app_id: spec::AppId::derived(&[&unique_name]),
                display_name,
                sign_in_audience: a_application::SINGLE_TENANT.to_owned(),
                tags: BTreeSet::from([tag]),
                created: Some(NOW),
            });
        }
        a_application::Action::UpdateApplication(update) => {
            let application = observed.application.as_mut().unwrap();
            let after = |change: Option<(String, String)>| change.map(|(_, after)| after);
            application.tags.extend(update.missing_tag);
            application.display_name =
                after(update.display_name).unwrap_or(application.display_name.clone());
            application.sign_in_audience =
                after(update.sign_in_audience).unwrap_or(application.sign_in_audience.clone());
        }
        a_application::Action::CreatePrincipal { .. } => {
            let id = PrincipalId::derived(&["ours"]);
            let tags = BTreeSet::from([LISTED_TAG.to_owned()]);
            observed.principal = Some(Principal { id, tags, created: Some(NOW) });
        }
        a_application::Action::TagPrincipal { .. } => {
            observed.principal.as_mut().unwrap().tags.insert(LISTED_TAG.to_owned());
        }
    }
}

fn grant(action: &e_key_vault_access::Action, observed: &mut Observed) {
    for vaults in observed.key_vault_access.vaults.values_mut() {
        let Seen::Read(vaults) = vaults else { continue };
        for vault in vaults.iter_mut().filter(|vault| vault.id == action.vault) {
            let Model::AccessPolicies { ours } = &mut vault.model else { unreachable!() };
            ours.keys.extend(action.add.keys.clone());
            ours.secrets.extend(action.add.secrets.clone());
            ours.certificates.extend(action.add.certificates.clone());
        }
    }
}

fn trust(action: f_certificate::Action, observed: &mut f_certificate::Observed) {
    match action {
        f_certificate::Action::Generate(Generate { .. }) => {}
        f_certificate::Action::Trust { marker, held } => {
            let held = held.unwrap_or_else(|| certificate(365));
            observed.trusted.push(KeyCredential {
                id: key_id(&held.sha256),
                display_name: marker,
                end: held.not_after,
            });
        }
    }
}

/// A certificate with so many days to live.
pub fn certificate(days: i64) -> Certificate {
    Certificate {
        subject: "CN=mondoo-security".to_owned(),
        sha256: format!("{days:064x}"),
        not_after: NOW + Duration::days(days),
    }
}
