//! An invented tenant.

use std::collections::{BTreeMap, BTreeSet};

use planner::steps::e_key_vault_access::{Model, Vault};
use planner::steps::f_certificate::{self, Certificate, Maker, Source};
use planner::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
};
use planner::{Desired, Directory, Group, Observed, Seen, Standing, Subscription, Tenant};
use spec::{CertificateSource, ManagementGroupId, PrincipalId, Spec, SubscriptionId, VaultId};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
pub const PRODUCTION: &str = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
pub const DEVELOPMENT: &str = "2c3d4e5f-6071-4829-ba3c-4d5e6f708192";

/// A desired state with these scopes, each written as in a spec.
pub fn desired(scopes: &[&str]) -> Desired {
    desired_with(scopes, "")
}

/// With `more` keys of a spec.
pub fn desired_with(scopes: &[&str], more: &str) -> Desired {
    let spec = spec_with(scopes, "generate: { output: mondoo.pem }", more);
    let CertificateSource::Generate(generate) = &spec.certificate.source else { unreachable!() };
    Desired::new(&spec, Source::Make(Maker::Generate(generate.clone())))
}

/// A spec with that source of its certificate.
pub fn spec_with(scopes: &[&str], source: &str, more: &str) -> Spec {
    let scopes: String = scopes.iter().map(|scope| format!("  - {scope}\n")).collect();
    let yaml = format!(
        "version: 1\nname: mondoo-security\ntenant: contoso.onmicrosoft.com\n\
         certificate: {{ source: {{ {source} }} }}\nscopes:\n{scopes}{more}"
    );
    Spec::parse(&yaml).unwrap()
}

/// Two subscriptions under the group `platform`, each with a vault on access policies and one on
/// RBAC. Nothing of ours.
pub fn untouched() -> Observed {
    let subscriptions = [PRODUCTION, DEVELOPMENT].map(|id| id.parse().unwrap());
    Observed {
        now: NOW,
        key_vault_access: e_key_vault_access::Observed {
            vaults: subscriptions.iter().map(|id| (*id, Seen::Read(vaults(*id)))).collect(),
        },
        directory: directory(subscriptions),
        application: a_application::Observed::default(),
        graph_permissions: graph_permissions(),
        role_assignments: c_role_assignments::Observed::default(),
        custom_role: d_custom_role::Observed::default(),
        certificate: f_certificate::Observed::default(),
        integration: None,
    }
}

fn directory([production, development]: [SubscriptionId; 2]) -> Directory {
    let id = spec::TenantId::derived(&["contoso"]);
    let subscription =
        |name: &str| Subscription { name: name.to_owned(), standing: Standing::Writable };
    let group =
        |name: &str| Group { name: name.to_owned(), subscriptions: vec![production, development] };
    Directory {
        tenant: Tenant { id, name: Some("Contoso".to_owned()) },
        subscriptions: BTreeMap::from([
            (production, subscription("Production")),
            (development, subscription("Development")),
        ]),
        groups: BTreeMap::from([
            (ManagementGroupId::new("platform".to_owned()), group("Platform")),
            (ManagementGroupId::new(id.to_string()), group("Tenant Root Group")),
        ]),
    }
}

fn graph_permissions() -> b_graph_permissions::Observed {
    let profile = spec::Profile::documented().graph_permissions.iter().map(|line| &line.name[..]);
    let offered = profile.chain(["Files.Read.All", "Files.ReadWrite.All"]);
    let offered = offered.map(|name| (name.to_owned(), spec::AppRoleId::derived(&[name])));
    let offered: BTreeMap<_, _> = offered.collect();
    b_graph_permissions::Observed {
        graph: PrincipalId::derived(&["graph"]),
        names: offered.iter().map(|(name, id)| (*id, name.clone())).collect(),
        offered,
        requested: BTreeSet::new(),
        granted: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
    }
}

fn vaults(subscription: SubscriptionId) -> Vec<Vault> {
    let vault = |name: &str, model| Vault {
        id: VaultId::new(vault_id(&subscription.to_string(), name)),
        tenant: spec::TenantId::derived(&["contoso"]),
        model,
        has_firewall: false,
    };
    vec![
        vault("kv-legacy", Model::AccessPolicies { ours: None, entries: 1 }),
        vault("kv-rbac", Model::Rbac),
    ]
}

pub fn vault_id(subscription: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/{name}"
    )
}

/// The vault on access policies of one subscription.
pub fn legacy_vault<'a>(observed: &'a mut Observed, subscription: &str) -> &'a mut Vault {
    let vaults = observed.key_vault_access.vaults.get_mut(&subscription.parse().unwrap());
    match vaults.unwrap() {
        Seen::Read(vaults) => &mut vaults[0],
        Seen::Unreadable(_) => unreachable!("the invented tenant is readable"),
    }
}

/// A certificate with so many days to live.
pub fn certificate(days: i64) -> Certificate {
    Certificate {
        subject: "CN=mondoo-security".to_owned(),
        sha256: format!("{days:064x}"),
        not_before: NOW,
        not_after: NOW + Duration::days(days),
        has_key: true,
    }
}
