//! What a spec wants, in the shape in which it is compared.

use spec::{InstallationName, Scope, Spec, TenantRef};

use crate::Marker;
use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub installation: InstallationName,
    pub marker: Marker,
    pub tenant: TenantRef,
    pub scopes: Vec<Scope>,
    pub application: a_application::Desired,
    pub graph_permissions: b_graph_permissions::Desired,
    pub role_assignments: c_role_assignments::Desired,
    pub custom_role: d_custom_role::Desired,
    pub key_vault_access: e_key_vault_access::Desired,
    pub certificate: f_certificate::Desired,
}

impl Desired {
    /// `source` is what the spec's certificate source holds now.
    pub fn new(spec: &Spec, source: f_certificate::Source) -> Desired {
        let marker = Marker::new(&spec.name);
        Desired {
            installation: spec.name.clone(),
            tenant: spec.tenant.clone(),
            scopes: spec.scopes.clone(),
            application: a_application::Desired { display_name: spec.display_name.clone() },
            graph_permissions: b_graph_permissions::Desired::new(spec),
            role_assignments: c_role_assignments::Desired::new(spec),
            custom_role: d_custom_role::Desired::new(spec, &marker),
            key_vault_access: e_key_vault_access::Desired::new(spec),
            certificate: f_certificate::Desired::new(spec, source),
            marker,
        }
    }
}
