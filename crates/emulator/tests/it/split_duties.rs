//! The seeded operators, and who of them may do what.

use emulator::operator_names;
use serde_json::{Value, json};

use crate::callers::{ARM_SCOPE, GRAPH_SCOPE};
use crate::support::{ASSIGNMENTS, Answer, PRODUCTION, READER, ROLES, TENANT, Tenant};

const GRAPH_DENIED: &str = "Authorization_RequestDenied";
const ARM_DENIED: &str = "AuthorizationFailed";

/// One operator with its two tokens.
struct Operator<'a> {
    tenant: &'a Tenant,
    graph: String,
    arm: String,
}

impl<'a> Operator<'a> {
    async fn sign_in(tenant: &'a Tenant, name: &str) -> Self {
        let graph = tenant.token_of(name, GRAPH_SCOPE).await;
        let arm = tenant.token_of(name, ARM_SCOPE).await;
        Self { tenant, graph, arm }
    }

    async fn create_application(&self) -> Answer {
        let body = Some(json!({ "displayName": "new" }));
        self.tenant.call_as(&self.graph, "POST", "/v1.0/applications", &[], body).await
    }

    async fn grant_graph_role(&self) -> Answer {
        let (_, principal) = self.tenant.principal("scanner").await;
        let graph = self.tenant.graph_principal().await;
        let role = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
        let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": role });
        let path = format!("/v1.0/servicePrincipals/{graph}/appRoleAssignedTo");
        self.tenant.call_as(&self.graph, "POST", &path, &[], Some(body)).await
    }

    async fn assign_reader(&self) -> Answer {
        let (_, principal) = self.tenant.principal("scanner").await;
        let body = json!({ "properties": {
            "roleDefinitionId": format!("/{ROLES}/{READER}"),
            "principalId": principal,
            "principalType": "ServicePrincipal",
        } });
        self.put(&format!("{ASSIGNMENTS}/{}", uuid::Uuid::new_v4()), body, "2022-04-01").await
    }

    async fn write_role_definition(&self) -> Answer {
        let name = uuid::Uuid::new_v4();
        let body = json!({ "properties": {
            "roleName": name,
            "assignableScopes": [PRODUCTION],
            "permissions": [{ "actions": ["*/read"] }],
        } });
        self.put(&format!("{ROLES}/{name}"), body, "2022-04-01").await
    }

    async fn set_access_policy(&self) -> Answer {
        let entry = json!({
            "tenantId": TENANT,
            "objectId": "11111111-2222-4333-8444-555555555555",
            "permissions": { "secrets": ["list"] },
        });
        let body = json!({ "properties": { "accessPolicies": [entry] } });
        let vault = "resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy";
        self.put(&format!("{vault}/accessPolicies/add"), body, "2026-02-01").await
    }

    async fn put(&self, path: &str, body: Value, version: &str) -> Answer {
        let path = format!("{PRODUCTION}/{path}?api-version={version}");
        self.tenant.call_as(&self.arm, "PUT", &path, &[], Some(body)).await
    }
}

/// Who may: create an application, grant a role of Graph, assign Reader at Production, write a role
/// definition, set an access policy.
const DUTIES: [(&str, [bool; 5]); 10] = [
    ("deployer", [true, true, true, true, true]),
    ("global-administrator", [true, true, false, false, false]),
    ("application-administrator", [true, false, false, false, false]),
    ("privileged-role-administrator", [false, true, false, false, false]),
    ("subscription-owner", [false, false, true, true, true]),
    ("user-access-administrator", [false, false, true, true, false]),
    ("rbac-administrator", [false, false, true, false, false]),
    ("contributor", [false, false, false, false, true]),
    ("reader", [false, false, false, false, false]),
    ("nobody", [false, false, false, false, false]),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_operator_may_do_its_own_duty_and_no_other() {
    let tenant = Tenant::start().await;
    for (name, expected) in DUTIES {
        let operator = Operator::sign_in(&tenant, name).await;
        let answers = [
            (operator.create_application().await, GRAPH_DENIED),
            (operator.grant_graph_role().await, GRAPH_DENIED),
            (operator.assign_reader().await, ARM_DENIED),
            (operator.write_role_definition().await, ARM_DENIED),
            (operator.set_access_policy().await, ARM_DENIED),
        ];
        for ((answer, code), allowed) in answers.into_iter().zip(expected) {
            if allowed {
                assert!(answer.status < 300, "{name}: {answer:?}");
            } else {
                answer.is_error(403, code, "");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seeded_operator_has_a_name_and_the_same_secret() {
    let tenant = Tenant::start().await;
    let names: Vec<&str> = operator_names().collect();
    assert_eq!(names, DUTIES.map(|(name, _)| name));
    let operators = tenant.sandbox.operators();
    assert_eq!(operators.len(), names.len());
    let deployer = tenant.sandbox.operator();
    assert_eq!(operators["deployer"].client_id, deployer.client_id);
    for operator in operators.values() {
        assert_eq!(operator.client_secret.expose(), deployer.client_secret.expose());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rbac_administrator_cannot_write_role_definitions() {
    let tenant = Tenant::start().await;
    let operator = Operator::sign_in(&tenant, "rbac-administrator").await;
    let answer = operator.write_role_definition().await;
    let message = "does not have authorization to perform action 'Microsoft.Authorization/roleDefinitions/write'";
    answer.is_error(403, "AuthorizationFailed", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_definition_takes_the_right_at_all_of_its_scopes() {
    let tenant = Tenant::start().await;
    let operator = Operator::sign_in(&tenant, "user-access-administrator").await;
    let development = crate::support::DEVELOPMENT;
    let name = uuid::Uuid::new_v4();
    let body = json!({ "properties": {
        "roleName": name,
        "assignableScopes": [PRODUCTION, development],
        "permissions": [{ "actions": ["*/read"] }],
    } });
    let answer = operator.put(&format!("{ROLES}/{name}"), body, "2022-04-01").await;
    let message = format!(
        "does not have permission to perform action 'Microsoft.Authorization/roleDefinitions/write' on the linked scope(s)'{development}' or the linked scope(s)are invalid"
    );
    answer.is_error(403, "LinkedAuthorizationFailed", &message);
}
