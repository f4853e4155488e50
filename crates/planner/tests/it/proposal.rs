//! Live state as a spec. What it says is tried by reading it as a spec, as anybody would.

use insta::assert_snapshot;
use planner::proposal::{Item, Patch, Policies, Proposal, propose};
use planner::steps::c_role_assignments::Existing;
use planner::steps::e_key_vault_access::{Model, Permissions};
use planner::{Desired, Observed, plan};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use spec::{ScopeId, Spec};

use crate::laws::{any_desired, any_observed};
use crate::plans::ONE_SUBSCRIPTION;
use crate::safety::done;
use crate::tenant::{DEVELOPMENT, PRODUCTION, desired, desired_with, legacy_vault};

/// JSON is YAML: a spec without comments.
fn written(proposal: &Proposal) -> String {
    let list = |items: &[Item]| items.iter().map(|item| json!(item.text)).collect::<Value>();
    let patch = |patch: &Patch| json!({ "add": list(&patch.add), "remove": list(&patch.remove) });
    let scopes = proposal.scopes.iter().map(|place| match &place.scope {
        ScopeId::Subscription(id) => json!({ "subscription": id, "name": place.name }),
        ScopeId::ManagementGroup(_) if place.is_root => json!({ "tenantRoot": true }),
        ScopeId::ManagementGroup(group) => json!({ "managementGroup": group }),
    });
    let custom = &proposal.custom_role;
    let mut custom_role = json!({
        "addActions": list(&custom.actions.add),
        "removeActions": list(&custom.actions.remove),
        "addDataActions": list(&custom.data_actions.add),
        "removeDataActions": list(&custom.data_actions.remove),
    });
    let mut set = |key: &str, value: Value| custom_role[key] = value;
    custom.name.iter().for_each(|name| set("name", json!(name)));
    let group = custom.defined_at.iter();
    group.for_each(|group| set("assignableScopes", json!({ "managementGroup": group })));
    let spec = json!({
        "version": 1,
        "name": proposal.name,
        "tenant": proposal.tenant,
        "profile": proposal.profile.as_str(),
        "scanVms": proposal.scan_vms,
        "application": application(proposal),
        "graphPermissions": patch(&proposal.graph_permissions),
        "allowPrivileged": list(&proposal.allow_privileged),
        "scopes": scopes.collect::<Value>(),
        "roles": { "builtIn": patch(&proposal.built_in_roles), "custom": custom_role },
        "keyVaults": key_vaults(proposal),
        "certificate": { "source": { "generate": { "output": "mondoo.pem" } } },
    });
    serde_json::to_string_pretty(&spec).unwrap()
}

fn key_vaults(proposal: &Proposal) -> Value {
    let mut vaults = match &proposal.key_vaults.policies {
        Policies::Discover => json!({ "accessPolicies": "discover" }),
        Policies::None => json!({ "accessPolicies": "none" }),
        Policies::Listed(vaults) => {
            let ids: Vec<_> = vaults.iter().map(|vault| &vault.text).collect();
            json!({ "accessPolicies": "listed", "include": ids })
        }
    };
    if let Some(lists) = &proposal.key_vaults.permissions {
        vaults["permissions"] = json!({
            "keys": lists.keys, "secrets": lists.secrets, "certificates": lists.certificates,
        });
    }
    vaults
}

fn application(proposal: &Proposal) -> Value {
    let live = &proposal.application;
    let texts = [
        ("displayName", &live.display_name),
        ("notes", &live.notes),
        ("serviceManagementReference", &live.service_management_reference),
    ];
    let texts =
        texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?))));
    let owners: Value = live.owners.iter().map(|owner| json!(owner.text)).collect();
    let mut application: Map<String, Value> = texts.collect();
    application.insert("owners".to_owned(), owners);
    Value::Object(application)
}

/// What a spec wants that describes what was observed.
fn described(desired: &Desired, observed: &Observed) -> (Desired, Proposal) {
    let proposal = propose(desired, observed);
    let text = written(&proposal);
    let spec = Spec::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    (Desired::new(&spec, desired.certificate.source.clone()), proposal)
}

fn changes(desired: &Desired, observed: &Observed) -> Vec<String> {
    let plan = plan(desired, observed);
    let lines = plan.changes().map(|(_, change)| change.action.line());
    lines.map(|(what, target)| format!("{what} {target}")).collect()
}

/// Of a spec that changes the manual's rights, in some of its lists.
fn any_patched() -> impl Strategy<Value = Desired> {
    let scopes = [
        format!("subscription: {PRODUCTION}"),
        format!("subscription: {DEVELOPMENT}"),
        "managementGroup: platform".to_owned(),
    ];
    let keys = [
        "graphPermissions: { add: [Files.Read.All], remove: [Domain.Read.All, Policy.Read.All] }\n",
        "roles:\n  builtIn: { remove: [Key Vault Reader] }\n  custom:\n    name: scanner\n    \
         addActions: [Microsoft.Sql/servers/read]\n    \
         removeActions: [Microsoft.Web/sites/read, Microsoft.Support/*]\n    \
         removeDataActions: [Microsoft.KeyVault/vaults/*/read]\n",
        "keyVaults: { accessPolicies: listed, include: [kv-legacy], permissions: { keys: [list] } }\n",
        "application: { displayName: Scanner, notes: \"a: # b\" }\n",
    ];
    let scopes = proptest::sample::subsequence(scopes.to_vec(), 1..=3);
    let keys = proptest::sample::subsequence(keys.to_vec(), 0..=4);
    (scopes, keys).prop_map(|(scopes, keys)| {
        let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
        desired_with(&scopes, &keys.concat())
    })
}

proptest! {
    #[test]
    fn whatever_was_applied_is_described_so_that_nothing_is_left_to_do(
        desired in prop_oneof![any_desired(), any_patched()],
    ) {
        let observed = done(&desired);
        let (next, proposal) = described(&desired, &observed);
        prop_assert_eq!(changes(&next, &observed), Vec::<String>::new(), "{:#?}", proposal);
    }

    /// Half of it is somebody else's, or gone: it is a spec all the same, and says the same again.
    #[test]
    fn whatever_is_there_is_described_by_a_spec_that_describes_itself(
        desired in any_desired(),
        observed in any_observed(),
    ) {
        let (next, proposal) = described(&desired, &observed);
        prop_assert_eq!(written(&propose(&next, &observed)), written(&proposal));
    }
}

#[test]
fn a_role_that_is_held_in_part_is_in_where_it_is_ours_and_out_where_it_is_not() {
    let both =
        [&format!("subscription: {PRODUCTION}")[..], &format!("subscription: {DEVELOPMENT}")];
    let wanted = desired(&both);
    let mut observed = done(&wanted);
    let held = &mut observed.role_assignments.assignments;
    let reader = held.iter().position(|held| held.scope.ends_with(DEVELOPMENT)).unwrap();
    held.remove(reader);
    let (next, proposal) = described(&wanted, &observed);
    assert_eq!(changes(&next, &observed), ["Reader subscription Development (2c3d4e5f-…)"]);
    assert_eq!(proposal.remarks.len(), 1, "{proposal:#?}");

    for held in &mut observed.role_assignments.assignments {
        held.description = String::new();
    }
    let (next, proposal) = described(&wanted, &observed);
    assert_eq!(changes(&next, &observed), Vec::<String>::new());
    assert_eq!(proposal.built_in_roles.remove[0].text, "Reader");
    assert!(proposal.remarks[0].ends_with("it stays, and is told as an extra"), "{proposal:#?}");
}

#[test]
fn what_a_spec_cannot_say_is_a_remark() {
    let wanted = desired(ONE_SUBSCRIPTION);
    let mut observed = done(&wanted);
    let assignments = &mut observed.role_assignments.assignments;
    assignments[0].has_condition = true;
    let below = Existing {
        scope: format!("/subscriptions/{PRODUCTION}/resourceGroups/rg"),
        ..assignments[1].clone()
    };
    assignments.push(below);
    observed.graph_permissions.elsewhere.insert("Payroll API".to_owned());
    observed.custom_role.definitions[0].permissions.not_actions = vec!["*/delete".to_owned()];
    observed.application.credentials.push("password deploy".to_owned());
    let vault = legacy_vault(&mut observed, PRODUCTION);
    let Model::AccessPolicies { ours: Some(ours), entries: _ } = &mut vault.model else { panic!() };
    ours.storage.push("get".to_owned());
    let remarks = propose(&wanted, &observed).remarks;
    assert_snapshot!(remarks.join("\n"), @"
    password deploy of the application is not ours, and stays
    it holds permissions of Payroll API, which no spec grants, and they stay
    Reader at subscription Production (1b2c3d4e-…) is assigned under a condition, which a spec cannot say
    Key Vault Reader is assigned at resourceGroups/rg in subscription Production (1b2c3d4e-…), which is no scope of a spec
    custom role mondoo-role has exceptions, which no spec has
    vault kv-legacy permits more than the spec says: keys: get, list; secrets: get, list; certificates: get, list; storage: get
    ");
}

#[test]
fn vaults_that_permit_different_things_are_described_by_what_all_of_them_do() {
    let wanted = desired(&["managementGroup: platform"]);
    let mut observed = done(&wanted);
    let vault = legacy_vault(&mut observed, DEVELOPMENT);
    let less = Permissions { keys: vec!["List".to_owned()], ..Permissions::default() };
    vault.model = Model::AccessPolicies { ours: Some(less), entries: 1 };
    let (next, proposal) = described(&wanted, &observed);
    assert_eq!(changes(&next, &observed), Vec::<String>::new());
    let lists = proposal.key_vaults.permissions.unwrap();
    assert_eq!((lists.keys, lists.secrets), (vec!["list".to_owned()], Vec::new()));
    assert!(proposal.remarks[0].contains("kv-legacy permits more than the spec says"));
}

#[test]
fn a_right_that_does_more_than_read_is_named_twice_with_a_word_on_it() {
    let more = "graphPermissions: { add: [Files.ReadWrite.All] }\n\
                allowPrivileged: [Files.ReadWrite.All, Microsoft.Sql/servers/write, \"keys: delete\"]\n\
                roles: { custom: { addActions: [Microsoft.Sql/servers/write] } }\n\
                keyVaults: { permissions: { keys: [get, delete] } }\n";
    let wanted = desired_with(ONE_SUBSCRIPTION, more);
    let observed = done(&wanted);
    let (next, proposal) = described(&wanted, &observed);
    assert_eq!(plan(&next, &observed).blockers().count(), 0);
    let allowed: Vec<_> = proposal.allow_privileged.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(allowed, ["Files.ReadWrite.All", "Microsoft.Sql/servers/write", "keys: delete"]);
    let added = [&proposal.graph_permissions.add[0], &proposal.custom_role.actions.add[0]];
    assert!(added.iter().all(|item| item.comment.as_ref().unwrap().starts_with("PRIVILEGED")));
}
