//! What a perfectly applied plan makes of a tenant.

use std::collections::{BTreeMap, BTreeSet};

use planner::steps::a_application::{
    self, Application, ApplicationUpdate, LISTED_TAG, NewApplication, Principal,
};
use planner::steps::c_role_assignments::{self, Assignment, Existing};
use planner::steps::e_key_vault_access::{Change, Model, Permissions};
use planner::steps::f_certificate::{self, EXCHANGE_AUDIENCE, FederatedCredential, KeyCredential};
use planner::steps::g_integration::{
    self, Credential, Federation, Integration, Scan, SignIn, Wanted,
};
use planner::steps::{b_graph_permissions, d_custom_role, e_key_vault_access};
use planner::{Action, Observed, Plan, Seen, key_id};
use spec::{IntegrationMrn, PrincipalId};

use crate::tenant::{NOW, certificate};

/// The tenant after `plan`, had every change gone as written.
pub fn applied(plan: &Plan, observed: Observed) -> Observed {
    applied_in_part(plan, plan.changes().len(), observed)
}

/// The tenant after the first changes of `plan`, so many of them.
pub fn applied_in_part(plan: &Plan, count: usize, mut observed: Observed) -> Observed {
    for (_, change) in plan.changes().take(count) {
        match change.action.clone() {
            Action::Application(action) => apply_application(action, &mut observed.application),
            Action::GraphPermission(action) => consent(action, &mut observed.graph_permissions),
            Action::RoleAssignment(c_role_assignments::Action::Assign(assignment))
            | Action::CustomRole(d_custom_role::Action::Assign(assignment)) => {
                observed.role_assignments.assignments.push(assigned(assignment));
            }
            Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
            | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => {
                observed.role_assignments.assignments.retain(|live| live.id != removal.id);
            }
            Action::CustomRole(
                d_custom_role::Action::Define { definition: after, .. }
                | d_custom_role::Action::Redefine { after, .. },
            ) => {
                let definitions = &mut observed.custom_role.definitions;
                definitions.retain(|definition| definition.id != after.id);
                definitions.push(after);
            }
            Action::CustomRole(d_custom_role::Action::Delete { definition, at: _ }) => {
                observed.custom_role.definitions.retain(|live| live.id != definition.id);
            }
            Action::KeyVaultAccess(action) => enter(&action, &mut observed),
            Action::Certificate(action) => trust(action, &mut observed),
            Action::Integration(action) => integrate(action, &mut observed),
        }
    }
    observed
}

fn assigned(assignment: Assignment) -> Existing {
    let Assignment { scope, place: _, role, role_name: _, privileged: _, description } = assignment;
    let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{role}");
    Existing {
        id,
        scope: scope.to_string(),
        role,
        description,
        has_condition: false,
        orphan_of: None,
    }
}

fn apply_application(action: a_application::Action, observed: &mut a_application::Observed) {
    match action {
        a_application::Action::CreateApplication(new) => {
            observed.application = Some(application(new));
        }
        a_application::Action::UpdateApplication(update) => {
            update_application(update, observed.application.as_mut().unwrap());
        }
        a_application::Action::RestoreApplication { .. } => {
            observed.application.as_mut().unwrap().standing = a_application::Standing::Live;
        }
        a_application::Action::PurgeApplication { .. } => observed.application = None,
        a_application::Action::DeleteApplication { .. } => {
            observed.application.as_mut().unwrap().standing = a_application::Standing::Deleted;
            let principal = observed.principal.iter_mut();
            principal.for_each(|live| live.standing = a_application::Standing::Deleted);
        }
        a_application::Action::ReleaseApplication { name: _, tag } => {
            observed.application.as_mut().unwrap().tags.remove(&tag);
        }
        a_application::Action::RestorePrincipal { .. } => {
            observed.principal.as_mut().unwrap().standing = a_application::Standing::Live;
        }
        a_application::Action::CreatePrincipal { .. } => observed.principal = Some(principal()),
        a_application::Action::TagPrincipal { .. } => {
            observed.principal.as_mut().unwrap().tags.insert(LISTED_TAG.to_owned());
        }
        a_application::Action::AddOwner { owner, name } => {
            observed.owners.insert(owner, name);
        }
    }
}

fn update_application(update: ApplicationUpdate, application: &mut Application) {
    for (name, (_, after)) in update.scalars() {
        match name {
            "displayName" => application.display_name.clone_from(after),
            "signInAudience" => application.sign_in_audience.clone_from(after),
            "notes" => application.notes = Some(after.clone()),
            _ => application.service_management_reference = Some(after.clone()),
        }
    }
    application.tags.extend(update.missing_tags);
    application.unique_name = application.unique_name.take().or(update.unique_name);
}

fn application(new: NewApplication) -> Application {
    let NewApplication { unique_name, display_name, notes, service_management_reference, tag } =
        new;
    Application {
        id: spec::ApplicationId::derived(&[&unique_name]),
        app_id: spec::AppId::derived(&[&unique_name]),
        unique_name: Some(unique_name),
        display_name,
        sign_in_audience: a_application::SINGLE_TENANT.to_owned(),
        notes,
        service_management_reference,
        tags: BTreeSet::from([tag]),
        created: Some(NOW),
        standing: a_application::Standing::Live,
    }
}

fn principal() -> Principal {
    Principal {
        id: PrincipalId::derived(&["ours"]),
        tags: BTreeSet::from([LISTED_TAG.to_owned()]),
        created: Some(NOW),
        standing: a_application::Standing::Live,
    }
}

fn consent(action: b_graph_permissions::Action, observed: &mut b_graph_permissions::Observed) {
    match action {
        b_graph_permissions::Action::Consent(consent) => {
            observed.requested.insert(consent.role);
            observed.granted.insert(consent.role, consent.permission);
        }
        b_graph_permissions::Action::Revoke { role, .. } => {
            observed.granted.remove(&role);
        }
    }
}

fn enter(action: &e_key_vault_access::Action, observed: &mut Observed) {
    for vaults in observed.key_vault_access.vaults.values_mut() {
        let Seen::Read(vaults) = vaults else { continue };
        for vault in vaults.iter_mut().filter(|vault| vault.id == action.vault) {
            let Model::AccessPolicies { ours, entries: _ } = &mut vault.model else {
                unreachable!()
            };
            match action.change.clone() {
                Change::Add(add) => {
                    let Permissions { keys, secrets, certificates, storage } = add;
                    let ours = ours.get_or_insert_default();
                    ours.keys.extend(keys);
                    ours.secrets.extend(secrets);
                    ours.certificates.extend(certificates);
                    ours.storage.extend(storage);
                }
                Change::Reduce { wanted } => *ours = Some(wanted),
                Change::Remove => *ours = None,
            }
        }
    }
}

fn trust(action: f_certificate::Action, observed: &mut Observed) {
    let federation = observed.integration.iter().flat_map(|space| &space.integrations);
    let mut federation = federation.filter_map(|live| match &live.credential {
        Credential::Federated(federation) => Some(federation.clone()),
        Credential::Certificate | Credential::Other(_) => None,
    });
    let made = federation.next_back();
    let observed = &mut observed.certificate;
    match action {
        f_certificate::Action::Federate { name, replaced, federation } => {
            let Federation { issuer, subject } = federation.or(made).unwrap();
            observed.federated.retain(|live| Some(live) != replaced.as_ref());
            let audiences = vec![EXCHANGE_AUDIENCE.to_owned()];
            let id = "made".to_owned();
            observed.federated.push(FederatedCredential { id, name, issuer, subject, audiences });
        }
        f_certificate::Action::Make { .. }
        | f_certificate::Action::Install { .. }
        | f_certificate::Action::Copy(_) => {}
        f_certificate::Action::Unfederate { id, name: _ } => {
            observed.federated.retain(|live| live.id != id);
        }
        f_certificate::Action::Distrust { id, name: _ } => {
            observed.trusted.retain(|live| live.id != id);
        }
        f_certificate::Action::Trust { marker, held } => {
            let held = held.unwrap_or_else(|| certificate(365));
            observed.trusted.push(KeyCredential {
                thumbprint: held.sha256[24..].to_uppercase(),
                id: key_id(&held.sha256),
                sha256: None,
                display_name: marker,
                end: held.not_after,
            });
        }
    }
}

fn integrate(action: g_integration::Action, observed: &mut Observed) {
    let client_id = observed.application.application.as_ref().unwrap().app_id.to_string();
    let tenant_id = observed.directory.tenant.id.to_string();
    let space = observed.integration.as_mut().unwrap();
    match action {
        g_integration::Action::Create(wanted) => {
            let mrn = IntegrationMrn::new(format!("//{}", space.integrations.len()));
            let labels = BTreeMap::new();
            space.integrations.push(integration(mrn, wanted, labels, client_id, tenant_id));
        }
        g_integration::Action::Update(update) => {
            space.integrations.retain(|live| live.mrn != update.mrn);
            let live = integration(update.mrn, update.wanted, update.labels, client_id, tenant_id);
            space.integrations.push(live);
        }
        g_integration::Action::Assign { space: _, policy } => {
            space.active_policies.insert(policy);
        }
        g_integration::Action::Delete { mrn, name: _ } => {
            space.integrations.retain(|live| live.mrn != mrn);
        }
        g_integration::Action::Scan { .. } => {
            space.integrations.iter_mut().for_each(|live| live.scan.attempted = Some(NOW));
        }
    }
}

fn integration(
    mrn: IntegrationMrn,
    wanted: Wanted,
    mut labels: BTreeMap<String, String>,
    client_id: String,
    tenant_id: String,
) -> Integration {
    let Wanted { space: _, installation, name, subscriptions, scan_vms, sign_in, proof: _ } =
        wanted;
    labels.insert(g_integration::INSTALLATION_LABEL.to_owned(), installation);
    let sha256 = match sign_in {
        SignIn::Certificate { sha256, has_key: _ } => Some(sha256),
        SignIn::New => Some(certificate(365).sha256),
        SignIn::Federated | SignIn::Kept => None,
    };
    let credential = match &sha256 {
        Some(_) => Credential::Certificate,
        None => Credential::Federated(Federation {
            issuer: "https://mondoo".to_owned(),
            subject: mrn.to_string(),
        }),
    };
    labels.extend(sha256.map(|sha256| (g_integration::CERTIFICATE_LABEL.to_owned(), sha256)));
    let (management_group, created, scan) = (None, Some(NOW), Scan::default());
    Integration {
        mrn,
        name,
        tenant_id,
        client_id,
        subscriptions,
        scan_vms,
        management_group,
        credential,
        labels,
        created,
        scan,
    }
}
