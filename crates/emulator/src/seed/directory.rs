//! Microsoft Graph's service principal, the operator, and an application that has nothing to do with
//! either.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::{Uuid, uuid};

use crate::encoding::upper_hex;
use crate::login::GRAPH_APP_ID;
use crate::model::application::{Application, KeyCredential, PasswordCredential};
use crate::model::certificate::Certificate;
use crate::model::grant::Grant;
use crate::model::service_principal::{AppRole, ServicePrincipal};
use crate::seed::{OPERATOR, OPERATOR_PRINCIPAL, PAYROLL_PRINCIPAL, TENANT, seeded};
use crate::store::Change;

/// The object id of Microsoft Graph differs from tenant to tenant; this is Contoso's.
const GRAPH_PRINCIPAL: Uuid = uuid!("a4b5c6d7-e8f9-4001-9213-243546576879");
/// The tenant that Microsoft's own applications are registered in.
const MICROSOFT: Uuid = uuid!("f8cdef31-a31e-4b4a-93e4-5f571e91255a");

const OPERATOR_APPLICATION: Uuid = uuid!("4e5f6071-8293-4a4b-9c5d-6e7f80910213");
const OPERATOR_SECRET: Uuid = uuid!("b5c6d7e8-f900-4112-a324-35465768798a");
const PAYROLL_APPLICATION: Uuid = uuid!("718293a4-b5c6-4d7e-8f80-910213243546");
const PAYROLL: Uuid = uuid!("8293a4b5-c6d7-4e8f-9091-021324354657");
const PAYROLL_CERTIFICATE: Uuid = uuid!("c6d7e8f9-0011-4223-b435-465768798a9b");

/// What the operator needs of Graph: manage applications, grant app roles, read the tenant, and who
/// changed what in it.
const OPERATOR_ROLES: [&str; 4] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "Directory.Read.All",
];
const PAYROLL_ROLES: [&str; 1] = ["User.Read.All"];

pub(super) fn changes(operator_secret: &str) -> Vec<Change> {
    let graph = microsoft_graph();
    let grants = |principal, roles: &'static [&str]| {
        let held: Vec<Change> = roles.iter().map(|value| grant(principal, &graph, value)).collect();
        held
    };
    let mut changes = grants(OPERATOR_PRINCIPAL, &OPERATOR_ROLES);
    changes.extend(grants(PAYROLL_PRINCIPAL, &PAYROLL_ROLES));
    changes.extend([graph.into(), operator(operator_secret).into(), payroll().into()]);
    changes.extend([
        principal(OPERATOR_PRINCIPAL, OPERATOR, "deployer").into(),
        principal(PAYROLL_PRINCIPAL, PAYROLL, "Payroll").into(),
    ]);
    changes
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphPermissions {
    app_roles: Vec<GraphRole>,
    oauth2_permission_scopes: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphRole {
    id: Uuid,
    value: String,
    display_name: String,
    description: String,
}

fn microsoft_graph() -> ServicePrincipal {
    let permissions: GraphPermissions =
        serde_json::from_str(include_str!("data/microsoft_graph.json"))
            .expect("the file is part of this crate and of this shape");
    let app_id = Uuid::try_parse(GRAPH_APP_ID).expect("the constant is a GUID");
    let mut graph = ServicePrincipal::new(GRAPH_PRINCIPAL, app_id, "Microsoft Graph", MICROSOFT);
    graph.names.extend([
        "https://graph.microsoft.com".to_owned(),
        "https://graph.microsoft.com/".to_owned(),
    ]);
    graph.app_roles = permissions.app_roles.into_iter().map(app_role).collect();
    graph.settings = serde_json::from_value(
        json!({ "oauth2PermissionScopes": permissions.oauth2_permission_scopes }),
    )
    .expect("settings are any object");
    graph
}

fn app_role(role: GraphRole) -> AppRole {
    AppRole {
        id: role.id,
        value: role.value,
        display_name: role.display_name,
        description: role.description,
        allowed_member_types: vec!["Application".to_owned()],
        is_enabled: true,
        origin: "Application".to_owned(),
    }
}

fn operator(secret: &str) -> Application {
    operator_application(OPERATOR_APPLICATION, OPERATOR, OPERATOR_SECRET, "deployer", secret)
}

/// One that signs in with the secret for a hundred years.
pub(super) fn operator_application(
    id: Uuid,
    client: Uuid,
    password: Uuid,
    name: &str,
    secret: &str,
) -> Application {
    let mut application = Application::new(id, client, name, seeded());
    let end = seeded() + Duration::days(36_500);
    application.password_credentials =
        vec![PasswordCredential::new(password, secret, seeded(), end)];
    application
}

fn payroll() -> Application {
    let key = STANDARD.encode(include_str!("data/payroll.pem"));
    let certificate =
        Certificate::from_key(&key).expect("the file is part of this crate and a certificate");
    let mut application = Application::new(PAYROLL_APPLICATION, PAYROLL, "Payroll", seeded());
    application.key_credentials = vec![KeyCredential {
        key_id: PAYROLL_CERTIFICATE,
        display_name: Some(certificate.subject.clone()),
        custom_key_identifier: upper_hex(&certificate.sha1()),
        start: certificate.not_before,
        end: certificate.not_after,
        usage: "Verify".to_owned(),
        kind: "AsymmetricX509Cert".to_owned(),
        key: STANDARD.encode(&certificate.der),
    }];
    application
}

pub(super) fn principal(id: Uuid, app_id: Uuid, name: &str) -> ServicePrincipal {
    let mut principal = ServicePrincipal::new(id, app_id, name, TENANT);
    principal.created = Some(seeded());
    principal.tags = vec!["WindowsAzureActiveDirectoryIntegratedApp".to_owned()];
    principal
}

fn grant(principal: Uuid, graph: &ServicePrincipal, value: &str) -> Change {
    let role = graph
        .app_roles
        .iter()
        .find(|role| role.value == value)
        .expect("the seeded roles are in the file");
    Change::Grant(Grant::new(principal, graph.id, role.id, seeded()))
}
