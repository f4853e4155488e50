//! Steps C, D and E: what is in Azure Resource Manager.

use planner::Action;
use planner::steps::c_role_assignments::{Action as Role, Assignment};
use planner::steps::d_custom_role::{Action as CustomRole, Definition};
use planner::steps::e_key_vault_access::{Action as Vault, Change};
use serde_json::json;
use spec::{KeyId, RoleAssignmentId, RoleDefinitionId, ScopeId};

use super::syntax::{Node, expression, inner, quoted, resource, text};
use super::{Home, NAME, Names, principal};
use crate::render::export::layout::Piece;
use crate::render::export::requests::{role_definition, vault_permissions};
use crate::render::export::{Source, left};

const ROLES_VERSION: &str = "2022-04-01";

/// A resource that is declared here, or in a deployment of its own elsewhere.
struct Declared {
    symbol: String,
    kind: &'static str,
    version: &'static str,
    name: String,
    /// But for the principal, which is another one in a deployment of its own.
    properties: Node,
    /// The symbol of what has to be there before.
    needs: Option<String>,
}

/// Of the principal, within a deployment of its own.
const PARAMETER: &str = "[parameters('principalId')]";

pub(super) fn role(source: &Source<'_>, names: &Names, home: &Home, action: &Role) -> Piece {
    match action {
        Role::Assign(assignment) => assign(source, names, home, assignment),
        Role::Remove(_) => Piece::Left(left::delete(NAME)),
    }
}

pub(super) fn custom_role(
    source: &Source<'_>,
    names: &Names,
    home: &Home,
    action: &CustomRole,
) -> Piece {
    match action {
        CustomRole::Define { definition, at, privileged: _ } => {
            define(source, home, definition, at, &[])
        }
        CustomRole::Redefine { before: _, after, at, dropped, privileged: _ } => {
            define(source, home, after, at, dropped)
        }
        CustomRole::Assign(assignment) => assign(source, names, home, assignment),
        CustomRole::Unassign(_) | CustomRole::Delete { .. } => Piece::Left(left::delete(NAME)),
    }
}

/// The name of an assignment hangs on the principal. One that is made here is not known when names
/// are: the installation stands for it, and mondoo-azure takes that for right, too.
fn assign(source: &Source<'_>, names: &Names, home: &Home, assignment: &Assignment) -> Piece {
    let Assignment { scope, place: _, role, role_name, privileged: _, description } = assignment;
    let path = scope.to_string();
    let installation = source.desired.installation.as_str();
    let unknown = || RoleAssignmentId::derived(&[&path, installation, &role.to_string()]);
    let name = source.known_principal().map_or_else(unknown, |known| assignment.id(known));
    let prefix = match scope {
        ScopeId::Subscription(_) => path.as_str(),
        ScopeId::ManagementGroup(_) => "",
    };
    let last = path.rsplit('/').next().unwrap_or_default();
    let declared = Declared {
        symbol: names.label("assignment", &format!("assign {role_name} {last}")),
        kind: "Microsoft.Authorization/roleAssignments",
        version: ROLES_VERSION,
        name: name.to_string(),
        properties: Node::Object(vec![
            (
                "roleDefinitionId",
                text(&format!("{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role}")),
            ),
            ("principalId", expression(PARAMETER)),
            ("principalType", text("ServicePrincipal")),
            ("description", text(description)),
        ]),
        needs: is_defined(source, *role).then(|| symbol(*role)),
    };
    place(source, home, scope, declared)
}

fn is_defined(source: &Source<'_>, role: RoleDefinitionId) -> bool {
    source.plan.changes().any(|(_, change)| match &change.action {
        Action::CustomRole(
            CustomRole::Define { definition, .. } | CustomRole::Redefine { after: definition, .. },
        ) => definition.id == role,
        _ => false,
    })
}

fn symbol(role: RoleDefinitionId) -> String {
    format!("role_{}", role.to_string().replace('-', "_"))
}

/// Scopes that are to go stay: the assignments there have to go first, which is not done here.
fn define(
    source: &Source<'_>,
    home: &Home,
    definition: &Definition,
    at: &ScopeId,
    dropped: &[String],
) -> Piece {
    let mut whole = definition.clone();
    whole.assignable_scopes.extend_from_slice(dropped);
    let declared = Declared {
        symbol: symbol(definition.id),
        kind: "Microsoft.Authorization/roleDefinitions",
        version: ROLES_VERSION,
        name: definition.id.to_string(),
        properties: Node::from(&role_definition(&whole)["properties"]),
        needs: None,
    };
    place(source, home, at, declared)
}

/// Here, or in a subscription that can be reached from here.
fn place(source: &Source<'_>, home: &Home, scope: &ScopeId, declared: Declared) -> Piece {
    if home.0.as_ref() == Some(scope) {
        return Piece::Code(here(source, declared));
    }
    match scope {
        ScopeId::Subscription(id) => {
            let schema = "2018-05-01/subscriptionDeploymentTemplate.json#";
            let place = vec![
                ("subscriptionId", text(id)),
                ("location", expression("deployment().location")),
            ];
            Piece::Code(elsewhere(source, place, schema, declared))
        }
        ScopeId::ManagementGroup(_) => Piece::Left(left::ANOTHER_GROUP.to_owned()),
    }
}

fn here(source: &Source<'_>, declared: Declared) -> String {
    let Declared { symbol, kind, version, name, properties, needs } = declared;
    let properties = with_principal(properties, &principal(source));
    let mut all = vec![("name", text(&name)), ("properties", properties)];
    all.extend(needs.map(depends_on));
    resource(&symbol, &format!("{kind}@{version}"), all)
}

fn depends_on(symbol: String) -> (&'static str, Node) {
    ("dependsOn", Node::List(vec![expression(symbol)]))
}

/// A deployment within this one: a file has one scope, and modules would be other files.
fn elsewhere(
    source: &Source<'_>,
    place: Vec<(&'static str, Node)>,
    schema: &str,
    declared: Declared,
) -> String {
    let Declared { symbol, kind, version, name, properties, needs } = declared;
    let schema = format!("https://schema.management.azure.com/schemas/{schema}");
    let parameter = json!({ "principalId": { "type": "string" } });
    let item = Node::Object(vec![
        ("type", text(kind)),
        ("apiVersion", text(version)),
        ("name", inner(text(&name))),
        ("properties", with_principal(inner(properties), &quoted(PARAMETER))),
    ]);
    let template = Node::Map(vec![
        ("$schema".to_owned(), text(&schema)),
        ("contentVersion".to_owned(), text("1.0.0.0")),
        ("parameters".to_owned(), Node::from(&parameter)),
        ("resources".to_owned(), Node::List(vec![item])),
    ]);
    let value = Node::Object(vec![("value", expression(principal(source)))]);
    let properties = Node::Object(vec![
        ("mode", text("Incremental")),
        ("expressionEvaluationOptions", Node::Object(vec![("scope", text("inner"))])),
        ("parameters", Node::Object(vec![("principalId", value)])),
        ("template", template),
    ]);
    let id = KeyId::derived(&[&symbol, &name]);
    let mut all = vec![("name", text(&format!("mondoo-azure-{id}")))];
    all.extend(place);
    all.push(("properties", properties));
    all.extend(needs.map(depends_on));
    resource(&symbol, "Microsoft.Resources/deployments@2024-03-01", all)
}

/// Puts the principal where the parameter stands for it.
fn with_principal(node: Node, principal: &str) -> Node {
    let list = |nodes: Vec<Node>| nodes.into_iter().map(|node| with_principal(node, principal));
    match node {
        Node::Expression(place) if place == PARAMETER => expression(principal),
        Node::Expression(other) => Node::Expression(other),
        Node::Text(text) => Node::Text(text),
        Node::List(nodes) => Node::List(list(nodes).collect()),
        Node::Object(properties) => {
            let properties = properties.into_iter();
            Node::Object(properties.map(|(n, node)| (n, with_principal(node, principal))).collect())
        }
        Node::Map(properties) => {
            let properties = properties.into_iter();
            Node::Map(properties.map(|(n, node)| (n, with_principal(node, principal))).collect())
        }
    }
}

/// Adding to an entry leaves what is in it, so nothing has to be known of it.
pub(super) fn vault(source: &Source<'_>, names: &Names, action: &Vault) -> Piece {
    let Vault { vault, tenant, before: _, change } = action;
    let add = match change {
        Change::Add(add) => add,
        Change::Reduce { .. } | Change::Remove => return Piece::Left(left::delete(NAME)),
    };
    let path = vault.to_string();
    let parts: Vec<_> = path.split('/').collect();
    let ["", "subscriptions", subscription, _, group, "providers", _, _, name] = parts[..] else {
        return Piece::Left(left::ODD_VAULT.to_owned());
    };
    let entry = Node::Object(vec![
        ("tenantId", text(tenant)),
        ("objectId", expression(PARAMETER)),
        ("permissions", Node::from(&vault_permissions(add))),
    ]);
    let declared = Declared {
        symbol: names.label("vault", &format!("vault {name}")),
        kind: "Microsoft.KeyVault/vaults/accessPolicies",
        version: "2023-07-01",
        name: format!("{name}/add"),
        properties: Node::Object(vec![("accessPolicies", Node::List(vec![entry]))]),
        needs: None,
    };
    let place = vec![("subscriptionId", text(subscription)), ("resourceGroup", text(group))];
    Piece::Code(elsewhere(source, place, "2019-04-01/deploymentTemplate.json#", declared))
}
