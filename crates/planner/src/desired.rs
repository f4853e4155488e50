//! What a spec wants, in the shape in which it is compared.

use std::collections::BTreeSet;

use spec::{Cloud, Extras, InstallationName, Scope, Spec, TenantRef};

use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};
use crate::{Marker, Steps};

/// What a run is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To make live state what the spec says.
    #[default]
    Converge,
    /// To take away what is ours; `purge` leaves nothing of the application that could be restored.
    Destroy { purge: bool },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub purpose: Purpose,
    pub installation: InstallationName,
    pub marker: Marker,
    pub tenant: TenantRef,
    pub cloud: Cloud,
    pub scopes: Vec<Scope>,
    /// What this run is to do of it.
    pub only: Steps,
    pub extras: Extras,
    /// Extras that are known and not spoken of.
    pub keep: Names,
    /// Privileged rights that are wanted all the same.
    pub allow_privileged: Names,
    pub application: a_application::Desired,
    pub graph_permissions: b_graph_permissions::Desired,
    pub role_assignments: c_role_assignments::Desired,
    pub custom_role: d_custom_role::Desired,
    pub key_vault_access: e_key_vault_access::Desired,
    pub certificate: f_certificate::Desired,
    /// Not managed where there is none.
    pub integration: Option<g_integration::Desired>,
}

impl Desired {
    /// `source` is what the spec's certificate source holds now.
    pub fn new(spec: &Spec, source: f_certificate::Source) -> Desired {
        let marker = Marker::new(&spec.name);
        Desired {
            purpose: Purpose::default(),
            installation: spec.name.clone(),
            tenant: spec.tenant.clone(),
            cloud: spec.cloud,
            scopes: spec.scopes.clone(),
            only: Steps::all(),
            extras: spec.extras,
            keep: Names::new(&spec.keep),
            allow_privileged: Names::new(&spec.allow_privileged),
            application: a_application::Desired::new(spec),
            graph_permissions: b_graph_permissions::Desired::new(spec),
            role_assignments: c_role_assignments::Desired::new(spec),
            custom_role: d_custom_role::Desired::new(spec, &marker),
            key_vault_access: e_key_vault_access::Desired::new(spec),
            certificate: f_certificate::Desired::new(spec, source),
            integration: g_integration::Desired::new(spec),
            marker,
        }
    }
}

/// Names as somebody writes them, which Azure compares without case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names(BTreeSet<String>);

impl Names {
    pub fn new(names: &[String]) -> Names {
        Names(names.iter().map(|name| name.to_lowercase()).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&name.to_lowercase())
    }
}
