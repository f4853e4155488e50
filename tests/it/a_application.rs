//! Step A.

use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::f_certificate::add_foreign_certificate;
use crate::support::{DEVELOPMENT, PRODUCTION, Run, Tenant, spec, spec_with};

#[test]
fn the_application_and_its_service_principal_are_as_the_manual_makes_them() {
    let tenant = Tenant::new();
    let more = "application: { displayName: Mondoo Security }\n";
    tenant.apply(&spec_with(tenant.path(), &[PRODUCTION], more));
    let (application, principal) = tenant.application();
    assert_eq!(application["displayName"], "Mondoo Security");
    assert_eq!(application["signInAudience"], "AzureADMyOrg");
    assert_eq!(application["tags"], json!(["mondoo-azure:mondoo-security"]));
    assert_eq!(principal["accountEnabled"], true);
    let tags = principal["tags"].as_array().unwrap();
    assert!(tags.contains(&json!("WindowsAzureActiveDirectoryIntegratedApp")), "{tags:?}");
}

#[test]
fn changes_by_hand_are_mended_and_additions_by_hand_stay() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (before, _) = tenant.application();
    let path = format!("/applications/{}", before["id"].as_str().unwrap());
    let by_hand = json!({
        "displayName": "Renamed",
        "signInAudience": "AzureADMultipleOrgs",
        "notes": "ask Ada",
        "tags": ["cost-centre-42"],
    });
    tenant.graph(Method::PATCH, &path, by_hand);
    let run = tenant.apply(&spec);
    assert_eq!(run.changes(), ["~ application Renamed"]);
    let (after, _) = tenant.application();
    assert_eq!(after["displayName"], before["displayName"]);
    assert_eq!(after["signInAudience"], before["signInAudience"]);
    assert_eq!(after["notes"], "ask Ada");
    assert_eq!(after["tags"], json!(["cost-centre-42", "mondoo-azure:mondoo-security"]));
    assert_eq!(after["keyCredentials"], before["keyCredentials"]);
}

#[test]
fn a_deleted_application_is_restored_with_its_service_principal() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (before, principal) = tenant.application();
    let path = format!("/applications/{}", before["id"].as_str().unwrap());
    tenant.graph(Method::DELETE, &path, None);
    let run = tenant.apply(&spec);
    assert_eq!(
        run.changes()[..2],
        ["^ application mondoo-security", "^ service principal mondoo-security"]
    );
    let (after, restored) = tenant.application();
    assert_eq!((&after["id"], &restored["id"]), (&before["id"], &principal["id"]));
    assert_eq!(after["keyCredentials"], before["keyCredentials"]);
}

/// A run that was killed between the two is finished by the next one.
#[test]
fn a_service_principal_that_was_left_deleted_is_restored() {
    let tenant = Tenant::new();
    let both = spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]);
    tenant.apply(&both);
    let (_, before) = tenant.application();
    let path = format!("/servicePrincipals/{}", before["id"].as_str().unwrap());
    tenant.graph(Method::DELETE, &path, None);
    // What leaves the spec at the same time goes once the principal is back.
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.changes()[0], "^ service principal mondoo-security");
    assert_eq!(tenant.application().1["id"], before["id"]);
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
}

#[test]
fn a_deleted_application_is_purged_when_asked_and_allowed() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (before, _) = tenant.application();
    let path = format!("/applications/{}", before["id"].as_str().unwrap());
    tenant.graph(Method::DELETE, &path, None);
    let apply = ["apply", "--auto-approve", "--purge-deleted", spec.to_str().unwrap()];
    let run = tenant.run(&apply);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("--allow-deletes"), "{run:?}");
    let run = tenant.run(&[&apply[..], &["--allow-deletes"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    assert_ne!(tenant.application().0["id"], before["id"]);
}

#[test]
fn an_application_that_somebody_put_in_our_place_is_given_nothing() {
    let tenant = Tenant::new();
    let squatted = json!({
        "displayName": "Mondoo",
        "uniqueName": "mondoo-security",
        "tags": ["mondoo-azure:mondoo-security"],
    });
    let application = tenant.graph(Method::POST, "/applications", squatted);
    add_foreign_certificate(&tenant, &application);
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let before = tenant.graph(Method::GET, &path, None);
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("others have a hand in it (certificate by hand)"), "{run:?}");
    assert_eq!(tenant.graph(Method::GET, &path, None), before);
    tenant.graph(Method::PATCH, &path, json!({ "keyCredentials": [] }));
    tenant.apply(&spec);
}

#[test]
fn owners_by_name_are_added_and_others_told() {
    let tenant = Tenant::new();
    let owners = |names: &str| {
        spec_with(tenant.path(), &[PRODUCTION], &format!("application: {{ owners: [{names}] }}\n"))
    };
    let unknown = owners("nobody@contoso.onmicrosoft.com");
    let run = tenant.run(&["apply", "--auto-approve", unknown.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("[owner-unknown]"), "{run:?}");
    tenant.apply(&owners("Ada@contoso.onmicrosoft.com, grace@contoso.onmicrosoft.com"));
    let run = tenant.apply(&owners("grace@contoso.onmicrosoft.com"));
    assert!(run.stdout.contains("! owner Ada"), "{run:?}");
    assert!(!run.stdout.contains("! owner Grace"), "{run:?}");
}

#[test]
fn a_disabled_principal_blocks_everything() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    let path = format!("/servicePrincipals/{}", principal["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "accountEnabled": false }));
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("[disabled]"), "{run:?}");
}

/// Somebody else made the service principal, and whoever runs this may do nothing in Entra ID.
#[test]
fn a_principal_that_is_given_needs_no_right_in_graph() {
    let tenant = Tenant::new();
    let operator = Operator::new(&tenant, "azure-only");
    operator.assign(PRODUCTION, OWNER);
    let (given, _) = principal(&tenant, "scanner");
    let more = format!("application: {{ principalId: {} }}\n", given["id"].as_str().unwrap());
    let spec = spec_with(tenant.path(), &[PRODUCTION], &more);
    let spec = spec.to_str().unwrap();
    let apply = operator.run(&["apply", "--auto-approve", spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(apply.changes().iter().all(|change| !change.contains("consent")), "{apply:?}");
    let plan = operator.run(&["plan", "--detailed-exitcode", spec]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
}

/// What we hold in a subscription that this operator may not read is neither known nor deleted.
#[test]
fn what_cannot_be_read_is_not_deleted_and_is_told() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT, "managementGroup: platform"]));
    let role = "7f3b1c52-6a54-4d0e-9d2b-1f0a5c7e9b11";
    let scope = DEVELOPMENT.replace("subscription: ", "/subscriptions/");
    let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let properties = json!({
        "roleName": "glance",
        "assignableScopes": [scope],
        "permissions": [{ "actions": ["Microsoft.Resources/subscriptions/read"] }],
    });
    tenant.arm(Method::PUT, &path, "2022-04-01", json!({ "properties": properties }));
    let operator = Operator::new(&tenant, "half-blind");
    operator.assign(PRODUCTION, OWNER);
    // It shows the subscription, and nothing of what is looked for.
    operator.assign(DEVELOPMENT, role);
    for permission in ["Application.Read.All", "Directory.Read.All"] {
        consent(&tenant, operator.principal["id"].as_str().unwrap(), permission);
    }
    let left = spec(tenant.path(), &[PRODUCTION]);
    let plan = operator.run(&["plan", left.to_str().unwrap()]);
    assert_eq!(plan.code, Some(1), "{plan:?}");
    assert!(plan.stdout.contains("[not-looked-at]"), "{plan:?}");
    assert!(plan.stdout.contains("[delete-postponed]"), "{plan:?}");
    assert!(plan.stdout.contains("\nIncomplete: not everything could be read"), "{plan:?}");
    assert!(plan.changes().iter().all(|change| !change.starts_with('-')), "{plan:?}");
    for command in ["drift", "status"] {
        let run = operator.run(&[command, left.to_str().unwrap()]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stdout.contains("\nIncomplete: "), "{run:?}");
        assert!(!run.stdout.contains("No drift."), "{run:?}");
    }
}

const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// Somebody who may do less than the tenant's own operator.
struct Operator<'a> {
    tenant: &'a Tenant,
    principal: Value,
    secret: Value,
}

impl<'a> Operator<'a> {
    fn new(tenant: &'a Tenant, name: &str) -> Operator<'a> {
        let (principal, _) = principal(tenant, name);
        let secret = json!({ "passwordCredential": { "displayName": "x" } });
        let path = format!("/servicePrincipals/{}/addPassword", principal["id"].as_str().unwrap());
        let secret = tenant.graph(Method::POST, &path, secret);
        Operator { tenant, principal, secret }
    }

    fn assign(&self, scope: &str, role: &str) {
        let scope = scope.replace("subscription: ", "/subscriptions/");
        let scope = format!("{scope}/providers/Microsoft.Authorization");
        let id = spec::RoleAssignmentId::derived(&[&scope, role]);
        let assignment = format!("{scope}/roleAssignments/{id}");
        let properties = json!({
            "roleDefinitionId": format!("{scope}/roleDefinitions/{role}"),
            "principalId": self.principal["id"],
            "principalType": "ServicePrincipal",
        });
        self.tenant.arm(
            Method::PUT,
            &assignment,
            "2022-04-01",
            json!({ "properties": properties }),
        );
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.tenant.command(arguments);
        command.env("AZURE_CLIENT_ID", self.principal["appId"].as_str().unwrap());
        command.env("AZURE_CLIENT_SECRET", self.secret["secretText"].as_str().unwrap());
        Run::of(&mut command)
    }
}

/// An application that is none of ours, with its service principal.
fn principal(tenant: &Tenant, name: &str) -> (Value, Value) {
    let body = json!({ "displayName": name });
    let application = tenant.graph(Method::POST, "/applications", body);
    let body = json!({ "appId": application["appId"] });
    (tenant.graph(Method::POST, "/servicePrincipals", body), application)
}
