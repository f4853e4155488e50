//! Where the logs would tell how a line came about.

use spec::{ScopeId, SubscriptionId};

use crate::directory::scope_of;
use crate::steps::c_role_assignments::{Assignment, Removal};
use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};
use crate::{Action, Desired, Finding, FindingCode, Object, Observed};

/// What to look for in the logs.
#[derive(Clone, Debug, PartialEq)]
pub enum Trail {
    Directory(DirectoryTrail),
    Azure(AzureTrail),
}

#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryTrail {
    pub about: About,
    /// Parts of the names of activities, of which one is meant.
    pub activities: &'static [&'static str],
    /// What the event must speak of, all of it.
    pub mentions: Vec<String>,
}

/// The target of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Id(String),
    /// Of an object that is gone for good, and whose id nobody remembers.
    Name(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct AzureTrail {
    /// In whose logs it can be; nothing is the tenant's own.
    pub subscriptions: Vec<Option<SubscriptionId>>,
    pub provider: &'static str,
    /// Of which one is meant.
    pub operations: &'static [&'static str],
    /// A part of the path.
    pub resource: String,
    /// Or another part of the path, and parts of what was answered.
    pub or_answered: Option<(String, Vec<String>)>,
}

/// One list of events, to be asked for at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    Directory(About),
    Azure { subscription: Option<SubscriptionId>, provider: &'static str },
}

impl Trail {
    pub(super) fn logs(&self) -> Vec<Log> {
        match self {
            Trail::Directory(trail) => vec![Log::Directory(trail.about.clone())],
            Trail::Azure(trail) => trail.logs(),
        }
    }
}

impl AzureTrail {
    pub(super) fn logs(&self) -> Vec<Log> {
        let provider = self.provider;
        let logs = self.subscriptions.iter();
        logs.map(|subscription| Log::Azure { subscription: *subscription, provider }).collect()
    }
}

const GONE: &[&str] = &["Delete application", "Hard Delete application"];
const PRINCIPAL_GONE: &[&str] = &[
    "Remove service principal",
    "Hard delete service principal",
    "Delete application",
    "Hard Delete application",
];
const UPDATED: &[&str] = &["Update application"];
const SECRETS: &[&str] = &["Certificates and secrets management"];
const PRINCIPAL_SECRETS: &[&str] = &["Add service principal credentials"];
const OWNER_ADDED: &[&str] = &["Add owner to application", "Add owner to service principal"];
const OWNER_REMOVED: &[&str] =
    &["Remove owner from application", "Remove owner from service principal"];
const GRANTED: &[&str] = &["Add app role assignment to service principal"];
const TAKEN_BACK: &[&str] = &["Remove app role assignment from service principal"];

const AUTHORIZATION: &str = "Microsoft.Authorization";
const ASSIGNED: &[&str] = &["Microsoft.Authorization/roleAssignments/write"];
const UNASSIGNED: &[&str] = &["Microsoft.Authorization/roleAssignments/delete"];
const DEFINED: &[&str] = &["Microsoft.Authorization/roleDefinitions/write"];
const UNDEFINED: &[&str] = &["Microsoft.Authorization/roleDefinitions/delete"];
const VAULT_WRITTEN: &[&str] =
    &["Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/write"];

pub(super) fn of_action(action: &Action, desired: &Desired, observed: &Observed) -> Vec<Trail> {
    match action {
        Action::Application(action) => of_application(action, desired, observed),
        Action::GraphPermission(action) => of_permission(action, observed),
        Action::RoleAssignment(c_role_assignments::Action::Assign(assignment)) => {
            assigned(assignment, observed)
        }
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal)) => vec![left(removal)],
        Action::CustomRole(action) => of_custom_role(action, observed),
        Action::KeyVaultAccess(e_key_vault_access::Action { vault, .. }) => {
            vec![of_vault(&vault.to_string())]
        }
        // Files of this machine are in no log, and Mondoo's own is not asked.
        Action::Certificate(
            f_certificate::Action::Make { .. }
            | f_certificate::Action::Install { .. }
            | f_certificate::Action::Copy(_),
        )
        | Action::Integration(_) => Vec::new(),
        Action::Certificate(
            f_certificate::Action::Trust { .. } | f_certificate::Action::Distrust { .. },
        ) => of_our_application(SECRETS, Vec::new(), observed),
        Action::Certificate(
            f_certificate::Action::Federate { .. } | f_certificate::Action::Unfederate { .. },
        ) => of_our_application(UPDATED, Vec::new(), observed),
    }
}

pub(super) fn of_finding(finding: &Finding, observed: &Observed) -> Vec<Trail> {
    match (&finding.object, finding.code) {
        (Some(Object::Owner(owner)), _) => {
            let mentions = vec![owner.to_string()];
            of_our_application(OWNER_ADDED, mentions.clone(), observed)
                .into_iter()
                .chain(of_our_principal(OWNER_ADDED, mentions, observed))
                .collect()
        }
        (Some(Object::Principal), _) => of_our_principal(PRINCIPAL_SECRETS, Vec::new(), observed),
        (Some(Object::Application), _) => {
            let activities =
                if finding.message.starts_with("federated") { UPDATED } else { SECRETS };
            of_our_application(activities, Vec::new(), observed)
        }
        (Some(Object::Consent(role)), _) => vec![of_grant(GRANTED, &role.to_string(), observed)],
        (Some(Object::RoleAssignment(id, _)), _) => vec![of_assignment(ASSIGNED, id)],
        (Some(Object::Vault(vault)), _) => vec![of_vault(&vault.to_string())],
        (None, FindingCode::Disabled) => {
            of_our_principal(&["Update service principal"], Vec::new(), observed)
                .into_iter()
                .chain(of_our_application(UPDATED, Vec::new(), observed))
                .collect()
        }
        (
            Some(
                Object::RoleDefinition(_)
                | Object::CertificateFile
                | Object::FederatedCredential
                | Object::Integration
                | Object::Policy(_),
            )
            | None,
            _,
        ) => Vec::new(),
    }
}

fn directory(about: About, activities: &'static [&'static str], mentions: Vec<String>) -> Trail {
    Trail::Directory(DirectoryTrail { about, activities, mentions })
}

fn of_our_application(
    activities: &'static [&'static str],
    mentions: Vec<String>,
    observed: &Observed,
) -> Vec<Trail> {
    let ours = observed.application.application.as_ref();
    let about = ours.map(|live| About::Id(live.id.to_string()));
    about.map(|about| directory(about, activities, mentions)).into_iter().collect()
}

fn of_our_principal(
    activities: &'static [&'static str],
    mentions: Vec<String>,
    observed: &Observed,
) -> Vec<Trail> {
    let ours = observed.application.principal.as_ref();
    let about = ours.map(|live| About::Id(live.id.to_string()));
    about.map(|about| directory(about, activities, mentions)).into_iter().collect()
}

fn of_application(
    action: &a_application::Action,
    desired: &Desired,
    observed: &Observed,
) -> Vec<Trail> {
    use a_application::Action as A;
    let by_name = |activities| {
        let name = About::Name(desired.application.display_name.clone());
        vec![directory(name, activities, Vec::new())]
    };
    let of_application = |activities| of_our_application(activities, Vec::new(), observed);
    match action {
        A::CreateApplication(_) => by_name(GONE),
        A::RestoreApplication { .. } | A::PurgeApplication { .. } => of_application(GONE),
        A::UpdateApplication(_) | A::DeleteApplication { .. } | A::ReleaseApplication { .. } => {
            of_application(UPDATED)
        }
        A::CreatePrincipal { .. } => by_name(PRINCIPAL_GONE),
        A::RestorePrincipal { .. } => of_our_principal(PRINCIPAL_GONE, Vec::new(), observed),
        A::TagPrincipal { .. } => {
            of_our_principal(&["Update service principal"], Vec::new(), observed)
        }
        A::AddOwner { owner, name: _ } => {
            of_our_application(OWNER_REMOVED, vec![owner.to_string()], observed)
        }
    }
}

/// The log tells of grants at the API that gives them; what a service principal held went with it.
fn of_permission(action: &b_graph_permissions::Action, observed: &Observed) -> Vec<Trail> {
    use b_graph_permissions::Action as A;
    match action {
        A::Consent(consent) if consent.granted => of_our_application(UPDATED, Vec::new(), observed),
        A::Consent(consent) => {
            let taken_back = of_grant(TAKEN_BACK, &consent.role.to_string(), observed);
            let gone = of_our_principal(PRINCIPAL_GONE, Vec::new(), observed);
            [taken_back].into_iter().chain(gone).collect()
        }
        A::Revoke { graph: _, permission: _, role, assignment: _ } => {
            vec![of_grant(GRANTED, &role.to_string(), observed)]
        }
    }
}

fn of_grant(activities: &'static [&'static str], role: &str, observed: &Observed) -> Trail {
    let principal = observed.application.principal.as_ref();
    let principal = principal.map(|live| live.id.to_string());
    let mentions = [Some(role.to_owned()), principal].into_iter().flatten().collect();
    let api = About::Id(observed.graph_permissions.graph.to_string());
    directory(api, activities, mentions)
}

/// Under the name that we give it, or as what it granted.
fn assigned(assignment: &Assignment, observed: &Observed) -> Vec<Trail> {
    let Some(principal) = observed.application.principal.as_ref().map(|live| live.id) else {
        return Vec::new();
    };
    let scope = assignment.scope.to_string();
    let place = format!("{scope}/providers/{AUTHORIZATION}/roleAssignments/");
    let granted = vec![principal.to_string(), assignment.role.to_string()];
    vec![Trail::Azure(AzureTrail {
        subscriptions: vec![subscription_of(&scope)],
        provider: AUTHORIZATION,
        operations: UNASSIGNED,
        resource: format!("/roleAssignments/{}", assignment.id(principal)),
        or_answered: Some((place, granted)),
    })]
}

fn left(removal: &Removal) -> Trail {
    of_assignment(ASSIGNED, &removal.id)
}

fn of_assignment(operations: &'static [&'static str], id: &str) -> Trail {
    let name = id.rsplit('/').next().unwrap_or(id);
    Trail::Azure(AzureTrail {
        subscriptions: vec![subscription_of(id)],
        provider: AUTHORIZATION,
        operations,
        resource: format!("/roleAssignments/{name}"),
        or_answered: None,
    })
}

fn of_custom_role(action: &d_custom_role::Action, observed: &Observed) -> Vec<Trail> {
    use d_custom_role::Action as A;
    let (definition, operations) = match action {
        A::Assign(assignment) => return assigned(assignment, observed),
        A::Unassign(removal) => return vec![left(removal)],
        A::Define { definition, .. } => (definition, UNDEFINED),
        A::Redefine { after: definition, .. } | A::Delete { definition, at: _ } => {
            (definition, DEFINED)
        }
    };
    // It is written through any of the scopes where it can be assigned.
    let mut subscriptions: Vec<_> =
        definition.assignable_scopes.iter().map(|scope| subscription_of(scope)).collect();
    subscriptions.dedup();
    vec![Trail::Azure(AzureTrail {
        subscriptions,
        provider: AUTHORIZATION,
        operations,
        resource: format!("/roleDefinitions/{}", definition.id),
        or_answered: None,
    })]
}

fn of_vault(id: &str) -> Trail {
    Trail::Azure(AzureTrail {
        subscriptions: vec![subscription_of(id)],
        provider: "Microsoft.KeyVault",
        operations: VAULT_WRITTEN,
        resource: id.to_owned(),
        or_answered: None,
    })
}

fn subscription_of(path: &str) -> Option<SubscriptionId> {
    match scope_of(path)? {
        (ScopeId::Subscription(id), _) => Some(id),
        (ScopeId::ManagementGroup(_), _) => None,
    }
}
