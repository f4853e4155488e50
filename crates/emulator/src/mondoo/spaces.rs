//! The organization and its spaces, which are the same in every sandbox, and what is in them at first.

use time::OffsetDateTime;
use uuid::uuid;

use crate::model::mondoo::{
    AzureOptions, HeldSecret, Integration, KeyValue, MondooChange, PolicyAction,
};
use crate::mondoo::catalog;
use crate::store::Change;

pub(super) struct Space {
    pub(super) mrn: &'static str,
    pub(super) name: &'static str,
}

pub(super) const ORGANIZATION: &str = "//captain.api.mondoo.app/organizations/contoso";
pub(super) const ORGANIZATION_NAME: &str = "Contoso";
pub(super) const SPACE: &str = "//captain.api.mondoo.app/spaces/abc";

const SPACES: [Space; 2] = [
    Space { mrn: SPACE, name: "Contoso" },
    Space { mrn: "//captain.api.mondoo.app/spaces/empty", name: "Empty" },
];

pub(super) fn find(mrn: &str) -> Option<&'static Space> {
    SPACES.iter().find(|space| space.mrn == mrn)
}

impl Space {
    pub(super) fn id(&self) -> &str {
        id(self.mrn)
    }
}

/// The last part of an MRN.
pub(super) fn id(mrn: &str) -> &str {
    mrn.rsplit('/').next().unwrap_or_default()
}

/// Somebody else's integration with another tenant, and a policy that is not about Azure.
pub(crate) fn seeded(at: OffsetDateTime) -> Vec<Change> {
    let foreign = Integration {
        mrn: integration_mrn(SPACE, "2mFabrikam"),
        space: SPACE.to_owned(),
        name: "fabrikam".to_owned(),
        created: at,
        modified: at,
        created_by: "Grace Hopper".to_owned(),
        options: AzureOptions {
            tenant_id: uuid!("9d8c7b6a-5f4e-4d3c-8b2a-19081726354f").to_string(),
            client_id: uuid!("8c7b6a59-4e3d-4c2b-9a19-0817263544f5").to_string(),
            allowed: Vec::new(),
            denied: Vec::new(),
            scan_vms: false,
            discovery_targets: Vec::new(),
            management_group: String::new(),
        },
        secret: HeldSecret::ClientSecret("made-up value".to_owned()),
        annotations: Vec::new(),
        labels: vec![KeyValue { key: "team".to_owned(), value: Some("fabrikam".to_owned()) }],
        scans: Vec::new(),
    };
    let policy = MondooChange::Policy {
        space: SPACE.to_owned(),
        policy: catalog::mrn("mondoo-linux-security"),
        action: PolicyAction::Active,
    };
    vec![Change::Mondoo(MondooChange::Integration(Box::new(foreign))), Change::Mondoo(policy)]
}

/// An integration's own MRN names its space (documented).
pub(super) fn integration_mrn(space: &str, id: &str) -> String {
    let space = space.trim_start_matches("//captain.api.mondoo.app");
    format!("//integration.api.mondoo.app{space}/integrations/{id}")
}
