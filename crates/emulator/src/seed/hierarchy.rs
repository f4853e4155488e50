//! Management groups, subscriptions and what is in them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::model::hierarchy::{
    ManagementGroup, Resource, ResourceGroup, Subscription, SubscriptionState,
};
use crate::model::vault::{Vault, VaultProperties};
use crate::model::vault_item::{
    CertificatePolicy, ContentType, ItemKind, ItemVersion, Life, SecretProperties, VaultItem,
};
use crate::seed::{DEVELOPMENT, OPERATOR_PRINCIPAL, PAYROLL_PRINCIPAL, PRODUCTION, TENANT, seeded};
use crate::store::Change;

const LOCATION: &str = "westeurope";
/// Of the two vaults on roles, the one that the operator may look into.
pub(super) const DEVELOPMENT_RBAC: &str = "kv-dev-rbac";
pub(super) const RESOURCE_GROUP: &str = "rg-vaults";

pub(super) fn changes() -> Vec<Change> {
    let root = TENANT.to_string();
    let mut changes = vec![
        Change::ManagementGroup(ManagementGroup {
            name: root.clone(),
            display_name: "Tenant Root Group".to_owned(),
            parent: None,
            changed: None,
        }),
        Change::ManagementGroup(ManagementGroup {
            name: "platform".to_owned(),
            display_name: "Platform".to_owned(),
            parent: Some(root),
            changed: None,
        }),
    ];
    changes.extend(subscription(
        PRODUCTION,
        "Production",
        ["kv-legacy", "kv-shared", "kv-rbac"],
        "shop-prod",
    ));
    changes.extend(subscription(
        DEVELOPMENT,
        "Development",
        ["kv-dev-legacy", "kv-dev-shared", DEVELOPMENT_RBAC],
        "shop-dev",
    ));
    changes
}

fn subscription(
    id: Uuid,
    name: &str,
    [legacy, shared, rbac]: [&str; 3],
    site: &str,
) -> Vec<Change> {
    let group = |name: &str| ResourceGroup::new(id, name);
    let web = group("rg-web");
    let site = Resource {
        id: format!("{}/providers/Microsoft.Web/sites/{site}", web.id()),
        name: site.to_owned(),
        kind: "Microsoft.Web/sites".to_owned(),
        location: LOCATION.to_owned(),
    };
    let vault = |name, properties| Vault { items: items(), ..vault(id, name, properties) };
    let rbac_items = if rbac == DEVELOPMENT_RBAC { certificates() } else { Vec::new() };
    let on_roles = json!({ "enableRbacAuthorization": true });
    let mut rbac = vault(rbac, &on_roles);
    rbac.items.extend(rbac_items);
    vec![
        Change::Subscription(Subscription {
            id,
            display_name: name.to_owned(),
            state: SubscriptionState::Enabled,
            parent: "platform".to_owned(),
            foreign_tenant: None,
            providers: Vec::new(),
        }),
        Change::ResourceGroup(group(RESOURCE_GROUP)),
        Change::ResourceGroup(web),
        Change::Resource(site),
        vault(legacy, &json!({ "enableRbacAuthorization": false })).into(),
        vault(shared, &json!({ "accessPolicies": foreign_policies() })).into(),
        rbac.into(),
    ]
}

/// `properties` come on top of what every vault has.
pub(super) fn vault(subscription: Uuid, name: &str, properties: &Value) -> Vault {
    let mut all: Map<String, Value> = Map::new();
    all.insert("sku".to_owned(), json!({ "family": "A", "name": "standard" }));
    all.insert("tenantId".to_owned(), json!(TENANT));
    all.extend(properties.as_object().cloned().unwrap_or_default());
    let properties: VaultProperties = serde_json::from_value(Value::Object(all))
        .expect("the seeded properties are those of a vault");
    Vault {
        subscription,
        resource_group: RESOURCE_GROUP.to_owned(),
        name: name.to_owned(),
        location: LOCATION.to_owned(),
        tags: Map::new(),
        properties,
        created_by: OPERATOR_PRINCIPAL,
        created_at: seeded(),
        modified_by: OPERATOR_PRINCIPAL,
        modified_at: seeded(),
        items: Vec::new(),
    }
}

/// A key, a secret, and a certificate with the key and the secret that it brings along.
fn items() -> Vec<VaultItem> {
    let item = |kind, name: &str, managed, version: u8| VaultItem {
        kind,
        name: name.to_owned(),
        versions: vec![ItemVersion {
            id: format!("{version:032x}"),
            created: seeded(),
            value: (kind == ItemKind::Secret).then(|| "made-up value".to_owned()),
            cer: None,
            properties: SecretProperties::default(),
        }],
        managed,
        policy: CertificatePolicy::default(),
        life: Life::default(),
    };
    vec![
        item(ItemKind::Key, "signing", false, 1),
        item(ItemKind::Secret, "database-password", false, 2),
        item(ItemKind::Certificate, "web", false, 3),
        item(ItemKind::Key, "web", true, 3),
        item(ItemKind::Secret, "web", true, 3),
    ]
}

/// Certificates for the integration: the key of one of them never leaves the vault.
fn certificates() -> Vec<VaultItem> {
    let mut items = certificate("mondoo", true, ContentType::Pem, 4).to_vec();
    items.extend(certificate("hsm-bound", false, ContentType::Pkcs12, 5));
    items
}

/// A certificate with the key and the secret that it brings along.
fn certificate(
    name: &str,
    exportable: bool,
    content_type: ContentType,
    version: u8,
) -> [VaultItem; 3] {
    [ItemKind::Certificate, ItemKind::Key, ItemKind::Secret].map(|kind| VaultItem {
        kind,
        name: name.to_owned(),
        versions: vec![ItemVersion {
            id: format!("{version:032x}"),
            created: seeded(),
            value: None,
            cer: None,
            properties: SecretProperties::default(),
        }],
        managed: kind != ItemKind::Certificate,
        policy: CertificatePolicy { exportable, content_type },
        life: Life::default(),
    })
}

/// Entries as the portal, a script and an application on behalf of users leave them: each spelled
/// in its own way.
pub(super) fn foreign_policies() -> Value {
    json!([
        {
            "tenantId": TENANT,
            "objectId": "d7e8f900-1122-4334-8546-5768798a9bac",
            "permissions": { "keys": ["Get", "List"], "secrets": ["Get", "List"], "certificates": ["Get", "List"] },
        },
        { "tenantId": TENANT, "objectId": PAYROLL_PRINCIPAL, "permissions": { "secrets": ["get", "set"] } },
        {
            "tenantId": TENANT,
            "objectId": "e8f90011-2233-4445-9657-68798a9bacbd",
            "applicationId": "f9001122-3344-4556-a768-798a9bacbdce",
            "permissions": { "keys": ["unwrapKey", "wrapKey"], "secrets": [], "certificates": [] },
        },
    ])
}
