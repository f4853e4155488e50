//! A plan with every kind of action, in which each text that a tenant or a spec can choose is given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use planner::steps::a_application::{self, Action as A, ApplicationUpdate, NewApplication};
use planner::steps::b_graph_permissions::{self, Action as B, Consent};
use planner::steps::c_role_assignments::{self, Action as C, Assignment, Removal};
use planner::steps::d_custom_role::{self, Action as D, Definition, Permissions as Actions};
use planner::steps::e_key_vault_access::{self, Action as E, Change, Permissions};
use planner::steps::f_certificate::{
    self, Action as F, Certificate, FederatedCredential, FileCopy, Maker, Source as Held,
};
use planner::steps::g_integration::{
    Action as G, Federation, Proof, SignIn, Subscriptions, Wanted,
};
use planner::{Desired, Directory, Finding, FindingCode, Observed, Plan, Severity, Tenant};
use spec::{
    AppId, AppRoleId, ApplicationId, Command, Generate, KeyId, ManagementGroupId, ObjectId,
    PolicyMrn, PrincipalId, RoleDefinitionId, ScopeId, SpaceMrn, Spec, TenantId, VaultId,
};
use time::{Duration, OffsetDateTime};

use super::{ExportFormat, Source, script};

/// 2026-11-23.
const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::days(20_780));
const SUBSCRIPTION: &str = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

/// The script for all of it. `first` is of a tenant in which nothing is; the other one, of what there
/// is to mend and to take away.
pub(super) fn sample(format: ExportFormat, name: &str, first: bool) -> String {
    let desired = desired();
    let observed = observed(name);
    let plan = if first { making(name) } else { mending(name) };
    let certificate = Some(b"DER".as_slice());
    script(format, &Source { plan: &plan, desired: &desired, observed: &observed, certificate })
}

fn desired() -> Desired {
    let yaml = format!(
        "version: 1\nname: mondoo-security\ntenant: contoso.onmicrosoft.com\n\
         certificate: {{ source: {{ file: x.pem }} }}\nscopes: [{{ subscription: {SUBSCRIPTION} }}]"
    );
    Desired::new(&Spec::parse(&yaml).unwrap(), Held::Held(certificate()))
}

fn certificate() -> Certificate {
    Certificate {
        subject: "CN=x".to_owned(),
        sha256: "ab".repeat(32),
        not_before: NOW,
        not_after: NOW + Duration::days(365),
        has_key: true,
    }
}

fn observed(name: &str) -> Observed {
    let id = PrincipalId::derived(&["graph"]);
    let tenant = Tenant { id: TenantId::derived(&["contoso"]), name: Some(name.to_owned()) };
    let (subscriptions, groups) = (BTreeMap::new(), BTreeMap::new());
    Observed {
        now: NOW,
        directory: Directory { tenant, subscriptions, groups },
        application: observed_application(name),
        graph_permissions: b_graph_permissions::Observed {
            graph: id,
            offered: BTreeMap::new(),
            names: BTreeMap::new(),
            requested: BTreeSet::new(),
            granted: BTreeMap::new(),
            elsewhere: BTreeSet::new(),
        },
        role_assignments: c_role_assignments::Observed::default(),
        custom_role: d_custom_role::Observed::default(),
        key_vault_access: e_key_vault_access::Observed::default(),
        certificate: f_certificate::Observed::default(),
        integration: None,
    }
}

fn observed_application(name: &str) -> a_application::Observed {
    let id = ApplicationId::derived(&["application"]);
    a_application::Observed {
        application: Some(a_application::Application {
            id,
            app_id: AppId::derived(&["app"]),
            unique_name: Some(name.to_owned()),
            display_name: name.to_owned(),
            sign_in_audience: name.to_owned(),
            notes: Some(name.to_owned()),
            service_management_reference: None,
            tags: BTreeSet::from([name.to_owned()]),
            created: None,
            standing: a_application::Standing::Live,
        }),
        principal: Some(a_application::Principal {
            id: PrincipalId::derived(&["principal"]),
            tags: BTreeSet::new(),
            created: None,
            standing: a_application::Standing::Live,
        }),
        ..a_application::Observed::default()
    }
}

fn making(name: &str) -> Plan {
    let mut plan = Plan::default();
    let owned = name.to_owned();
    let mut push = |action: planner::Action| {
        plan.push(action, &[]);
    };
    push(
        A::CreateApplication(NewApplication {
            unique_name: "mondoo-security".to_owned(),
            display_name: owned.clone(),
            notes: Some(owned.clone()),
            service_management_reference: Some(owned.clone()),
            tag: "mondoo-azure:mondoo-security".to_owned(),
        })
        .into(),
    );
    push(A::CreatePrincipal { display_name: owned.clone() }.into());
    push(A::AddOwner { owner: ObjectId::derived(&["owner"]), name: owned.clone() }.into());
    push(B::Consent(consent(name, false)).into());
    push(C::Assign(assignment(name)).into());
    let at = group(name);
    push(D::Define { definition: definition(name), at, privileged: true }.into());
    push(D::Assign(Assignment { role: definition(name).id, ..assignment(name) }).into());
    push(vault(name, None, Change::Add(permissions(name))).into());
    push(F::Trust { marker: owned.clone(), held: Some(certificate()) }.into());
    let federation = Some(Federation { issuer: owned.clone(), subject: owned.clone() });
    push(F::Federate { name: owned, replaced: None, federation }.into());
    plan.find(Finding {
        code: FindingCode::LookAlike,
        severity: Severity::Warning,
        step: None,
        subject: None,
        object: None,
        message: name.to_owned(),
    });
    plan
}

fn mending(name: &str) -> Plan {
    let mut plan = Plan::default();
    let parts = [of_the_application(name), of_azure(name), of_sign_in(name), of_mondoo(name)];
    for action in parts.into_iter().flatten() {
        plan.push(action, &[]);
    }
    plan
}

fn of_the_application(name: &str) -> Vec<planner::Action> {
    let owned = || name.to_owned();
    let id = ApplicationId::derived(&["application"]);
    let change = || Some((owned(), owned()));
    let update = ApplicationUpdate {
        name: owned(),
        unique_name: None,
        display_name: change(),
        sign_in_audience: change(),
        notes: change(),
        service_management_reference: change(),
        missing_tags: vec!["mondoo-azure:mondoo-security".to_owned()],
    };
    let (app_id, credentials) = (AppId::derived(&["app"]), vec![owned()]);
    let graph = PrincipalId::derived(&["graph"]);
    let role = AppRoleId::derived(&["role"]);
    vec![
        A::PurgeApplication { id, name: owned(), tag: owned() }.into(),
        A::RestoreApplication { id, app_id, name: owned(), credentials }.into(),
        A::RestorePrincipal { id: PrincipalId::derived(&["principal"]), name: owned() }.into(),
        A::UpdateApplication(update).into(),
        A::DeleteApplication { id, name: owned(), tag: owned() }.into(),
        A::ReleaseApplication { name: owned(), tag: owned() }.into(),
        A::TagPrincipal { display_name: owned() }.into(),
        B::Consent(consent(name, true)).into(),
        B::Consent(consent(name, false)).into(),
        B::Revoke { graph, permission: owned(), role, assignment: owned() }.into(),
    ]
}

fn of_azure(name: &str) -> Vec<planner::Action> {
    let removal = || Removal {
        id: format!("/subscriptions/{name}/roleAssignments/x"),
        role: RoleDefinitionId::derived(&["role"]),
        role_name: name.to_owned(),
        place: name.to_owned(),
        orphan_of: None,
    };
    let (before, after) = (definition(name), definition(name));
    let (at, dropped) = (group(name), vec![name.to_owned()]);
    let wanted = permissions("get");
    let some = Some(permissions(name));
    vec![
        C::Assign(assignment(name)).into(),
        C::Remove(removal()).into(),
        D::Unassign(removal()).into(),
        D::Unassign(Removal { orphan_of: Some(PrincipalId::derived(&["gone"])), ..removal() })
            .into(),
        D::Redefine { before, after, at, dropped, privileged: false }.into(),
        D::Delete { definition: definition(name), at: name.to_owned() }.into(),
        vault(name, some.clone(), Change::Add(permissions(name))).into(),
        vault(name, some.clone(), Change::Reduce { wanted }).into(),
        vault(name, some, Change::Remove).into(),
    ]
}

fn of_sign_in(name: &str) -> Vec<planner::Action> {
    let owned = || name.to_owned();
    let output = || PathBuf::from(name);
    let generate = Generate {
        output: output(),
        subject: owned(),
        key_bits: 4096,
        validity_days: 365.try_into().unwrap(),
    };
    let command = Command { program: owned(), arguments: vec![owned()], output: None };
    let make = |maker, beside| F::Make { maker, beside, lasts: Duration::DAY };
    let federation = Federation { issuer: owned(), subject: owned() };
    let replaced = FederatedCredential {
        id: owned(),
        name: owned(),
        issuer: owned(),
        subject: owned(),
        audiences: vec![owned()],
    };
    vec![
        make(Maker::Generate(generate), true).into(),
        make(Maker::Command(command), false).into(),
        F::Trust { marker: owned(), held: None }.into(),
        F::Install { output: output() }.into(),
        F::Copy(FileCopy { output: output(), replaces: true }).into(),
        F::Distrust { id: KeyId::derived(&["key"]), name: owned() }.into(),
        F::Federate { name: owned(), replaced: None, federation: None }.into(),
        F::Unfederate { id: owned(), name: owned() }.into(),
        F::Federate { name: owned(), replaced: Some(replaced), federation: Some(federation) }
            .into(),
    ]
}

fn of_mondoo(name: &str) -> Vec<planner::Action> {
    let owned = || name.to_owned();
    let space = "//captain.api.mondoo.app/spaces/abc".parse::<SpaceMrn>().unwrap();
    let wanted = Wanted {
        space: space.clone(),
        installation: owned(),
        name: owned(),
        subscriptions: Subscriptions::default(),
        scan_vms: false,
        sign_in: SignIn::New,
        proof: Proof::default(),
    };
    vec![
        G::Create(wanted).into(),
        G::Assign { space, policy: PolicyMrn::new(name) }.into(),
        G::Scan { name: owned(), proof: Proof::default() }.into(),
    ]
}

fn consent(name: &str, granted: bool) -> Consent {
    Consent {
        graph: PrincipalId::derived(&["graph"]),
        permission: name.to_owned(),
        role: AppRoleId::derived(&["role"]),
        granted,
        requested: false,
        privileged: true,
    }
}

fn group(name: &str) -> ScopeId {
    ScopeId::ManagementGroup(ManagementGroupId::new(name.to_owned()))
}

fn assignment(name: &str) -> Assignment {
    Assignment {
        scope: group(name),
        place: name.to_owned(),
        role: RoleDefinitionId::derived(&["reader"]),
        role_name: name.to_owned(),
        privileged: true,
        description: name.to_owned(),
    }
}

fn definition(name: &str) -> Definition {
    let names = || vec![name.to_owned()];
    Definition {
        id: RoleDefinitionId::derived(&["custom"]),
        name: name.to_owned(),
        description: name.to_owned(),
        permissions: Actions {
            actions: names(),
            not_actions: names(),
            data_actions: names(),
            not_data_actions: names(),
        },
        assignable_scopes: vec![group(name).to_string()],
    }
}

fn permissions(name: &str) -> Permissions {
    let names = || vec![name.to_owned()];
    Permissions { keys: names(), secrets: names(), certificates: names(), storage: names() }
}

fn vault(name: &str, before: Option<Permissions>, change: Change) -> E {
    // No part of a path has the sign that parts them.
    let name = name.replace('/', "-");
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}/providers/Microsoft.KeyVault/vaults/{name}"
    );
    E { vault: VaultId::new(id), tenant: TenantId::derived(&["contoso"]), before, change }
}
