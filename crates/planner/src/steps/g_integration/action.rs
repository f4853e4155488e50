//! What is done in Mondoo, and how a plan shows it.

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppId, IntegrationMrn, PolicyMrn, SpaceMrn, SubscriptionId};

use super::{Credential, INSTALLATION_LABEL, Integration, Subscriptions};
use crate::{Field, Object, Product, Verb};

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Create(Wanted),
    Update(Update),
    /// Turns a policy on in the space.
    Assign {
        space: SpaceMrn,
        policy: PolicyMrn,
    },
    Scan {
        name: String,
        proof: Proof,
    },
    Delete {
        mrn: IntegrationMrn,
        name: String,
    },
}

/// An integration as the spec wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub space: SpaceMrn,
    pub installation: String,
    pub name: String,
    pub subscriptions: Subscriptions,
    pub scan_vms: bool,
    pub sign_in: SignIn,
    pub proof: Proof,
}

/// What an integration is to sign in with.
#[derive(Clone, Debug, PartialEq)]
pub enum SignIn {
    /// `has_key`: it can be given to Mondoo from here; else it has it already.
    Certificate {
        sha256: String,
        has_key: bool,
    },
    /// A certificate that this plan makes.
    New,
    /// The certificate that it holds already, which is not known.
    Kept,
    Federated,
}

/// What a sign-in as the application must show before a scan can begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// Permissions of Microsoft Graph in its token.
    pub permissions: BTreeSet<String>,
    pub subscriptions: BTreeSet<SubscriptionId>,
}

/// What is not as the spec wants it. Mondoo takes an integration's whole configuration at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    pub mrn: IntegrationMrn,
    pub wanted: Wanted,
    /// Labels that it has, ours and others'.
    pub labels: BTreeMap<String, String>,
    differences: Vec<Field>,
}

impl Update {
    /// None, where nothing differs.
    pub(super) fn new(
        live: &Integration,
        wanted: Wanted,
        client: Option<AppId>,
        has_labels: bool,
    ) -> Option<Update> {
        let Integration {
            mrn,
            name,
            tenant_id: _,
            client_id,
            subscriptions,
            scan_vms,
            management_group,
            credential,
            labels,
            created: _,
            scan: _,
        } = live;
        let differs = |field, before: String, after: String| {
            (before != after).then(|| Field::changed(field, before, after))
        };
        let label = labels.get(INSTALLATION_LABEL).cloned().unwrap_or_default();
        let differences = [
            differs("name", name.clone(), wanted.name.clone()),
            match client {
                Some(client) => differs("clientId", client_id.to_lowercase(), client.to_string()),
                None => Some(Field::after_apply("clientId")),
            },
            differs("subscriptions", subscriptions.to_string(), wanted.subscriptions.to_string()),
            differs("scanVms", scan_vms.to_string(), wanted.scan_vms.to_string()),
            management_group.clone().map(|group| Field::unset("managementGroupId", group)),
            sign_in_differs(credential, live.certificate(), &wanted.sign_in),
            has_labels
                .then(|| differs(INSTALLATION_LABEL, label, wanted.installation.clone()))
                .flatten(),
        ];
        let differences: Vec<_> = differences.into_iter().flatten().collect();
        let (mrn, labels) = (mrn.clone(), labels.clone());
        (!differences.is_empty()).then_some(Update { mrn, wanted, labels, differences })
    }
}

fn sign_in_differs(live: &Credential, recorded: Option<&str>, wanted: &SignIn) -> Option<Field> {
    let field = "certificate";
    let before = match live {
        Credential::Certificate => recorded.unwrap_or("not recorded").to_owned(),
        Credential::Federated(_) => FEDERATED.to_owned(),
        Credential::Other(kind) => kind.clone(),
    };
    match wanted {
        SignIn::New => {
            let after = Field::after_apply(field);
            Some(Field { before: crate::Value::Text(before), ..after })
        }
        SignIn::Kept => None,
        SignIn::Federated if before == FEDERATED => None,
        SignIn::Federated => Some(Field::changed(field, before, FEDERATED.to_owned())),
        SignIn::Certificate { sha256, .. } if before == *sha256 => None,
        SignIn::Certificate { sha256, .. } => Some(Field::changed(field, before, sha256.clone())),
    }
}

const FEDERATED: &str = "none: federated";

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::Create(_) | Action::Assign { .. } | Action::Scan { .. } => Verb::Create,
            Action::Update(_) => Verb::Update,
            Action::Delete { .. } => Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let (what, name) = match self {
            Action::Create(wanted) => ("integration", wanted.name.clone()),
            Action::Update(update) => ("integration", update.wanted.name.clone()),
            Action::Assign { space: _, policy } => ("policy", policy.short().to_owned()),
            Action::Delete { mrn: _, name } => ("integration", name.clone()),
            Action::Scan { name, proof: _ } => ("scan", name.clone()),
        };
        (what.to_owned(), name)
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Create(wanted) => wanted.fields(),
            Action::Update(update) => update.differences.clone(),
            Action::Assign { space, policy } => vec![
                Field::set("space", space.to_string()),
                Field::set("policyMrn", policy.to_string()),
            ],
            Action::Scan { name: _, proof: _ } => Vec::new(),
            Action::Delete { mrn, name: _ } => vec![Field::unset("mrn", mrn.to_string())],
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Create(_) | Action::Update(_) | Action::Scan { .. } | Action::Delete { .. } => {
                Object::Integration
            }
            Action::Assign { space: _, policy } => Object::Policy(policy.clone()),
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        let sign_in = match self {
            Action::Create(wanted) => &wanted.sign_in,
            Action::Update(update) => &update.wanted.sign_in,
            Action::Scan { .. } => return &[Product::Integration],
            Action::Assign { .. } | Action::Delete { .. } => return &[],
        };
        match sign_in {
            SignIn::Certificate { .. } | SignIn::New => {
                &[Product::Application, Product::Principal, Product::Certificate]
            }
            SignIn::Federated | SignIn::Kept => &[Product::Application, Product::Principal],
        }
    }

    pub(crate) fn makes(&self) -> Option<Product> {
        match self {
            // An update may be what gives it the federation that the application is to trust.
            Action::Create(_) | Action::Update(_) => Some(Product::Integration),
            Action::Assign { .. } | Action::Scan { .. } | Action::Delete { .. } => None,
        }
    }
}

impl Wanted {
    fn fields(&self) -> Vec<Field> {
        let Wanted { space, installation, name, subscriptions, scan_vms, sign_in, proof: _ } = self;
        let certificate = match sign_in {
            SignIn::Certificate { sha256, has_key: _ } => Field::set("certificate", sha256.clone()),
            SignIn::New => Field::after_apply("certificate"),
            SignIn::Kept => Field::set("certificate", "as it is".to_owned()),
            SignIn::Federated => Field::set("certificate", FEDERATED.to_owned()),
        };
        vec![
            Field::set("space", space.to_string()),
            Field::set("name", name.clone()),
            Field::set("subscriptions", subscriptions.to_string()),
            Field::set("scanVms", scan_vms.to_string()),
            certificate,
            Field::set(INSTALLATION_LABEL, installation.clone()),
        ]
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::Integration(action)
    }
}
