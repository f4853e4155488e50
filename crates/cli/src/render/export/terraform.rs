//! A configuration for Terraform with the providers azuread and azurerm.

mod azure;
mod entra;
mod hcl;

use planner::{Action, Step};
use spec::{Cloud, ScopeId};

use super::layout::{Language, Piece, body, header};
use super::names::Names;
use super::{Source, left};
pub(super) use hcl::Block;
use hcl::quoted;

const MARK: &str = "#";

pub(super) fn script(source: &Source<'_>) -> String {
    let names = Names::default();
    let begin = |step: Step, actions: &[&Action]| entra::begin(source, step, actions);
    let piece = |action: &Action| piece(source, &names, action);
    let body =
        body(source.plan, &Language { comment: MARK, tells: false, begin: &begin, piece: &piece });
    let header = header(source, MARK, &how_to_use(source), &body);
    format!("{header}\n{}{}{}", providers(source), locals(source), body.text)
}

fn how_to_use(source: &Source<'_>) -> Vec<String> {
    let mut paragraphs = vec![
        "Put it into a directory of its own as main.tf, sign in (az login), read what terraform init \
         and terraform plan say, and run terraform apply. Terraform keeps a state: what it made is \
         taken away again when it is taken out of here, and terraform destroy takes all of it away."
            .to_owned(),
        "Terraform knows what is in its state alone. It deletes nothing here that it has not made, \
         and fails where something is made meanwhile by somebody else: then export again."
            .to_owned(),
    ];
    if source.is_first() {
        paragraphs.push(
            "The provider cannot give an application its uniqueName and its mark, by which \
             mondoo-azure finds it again: run once what the output after_apply says. Until then, \
             mondoo-azure would make another application."
                .to_owned(),
        );
    }
    paragraphs
}

fn piece(source: &Source<'_>, names: &Names, action: &Action) -> Piece {
    match action {
        Action::Application(action) => entra::application(source, action),
        Action::GraphPermission(action) => entra::permission(source, names, action),
        Action::RoleAssignment(action) => azure::role(source, names, action),
        Action::CustomRole(action) => azure::custom_role(source, names, action),
        Action::KeyVaultAccess(action) => azure::vault(source, names, action),
        Action::Certificate(action) => entra::certificate(source, action),
        Action::Integration(_) => Piece::Left(left::INTEGRATION.to_owned()),
    }
}

fn providers(source: &Source<'_>) -> String {
    let provider = |name: &str, version: &str| {
        format!("{{\n  source  = \"hashicorp/{name}\"\n  version = \"{version}\"\n}}")
    };
    let required = Block::new("required_providers")
        .with("azuread", provider("azuread", "~> 3.0"))
        .with("azurerm", provider("azurerm", "~> 4.0"));
    let terraform = Block::new("terraform").text("required_version", ">= 1.5").block(required);
    let tenant = source.observed.directory.tenant.id.to_string();
    let azuread = in_cloud(Block::new("provider \"azuread\""), source).text("tenant_id", &tenant);
    let mut azurerm = in_cloud(Block::new("provider \"azurerm\""), source)
        .text("tenant_id", &tenant)
        .text("resource_provider_registrations", "none");
    if let Some(subscription) = subscription(source) {
        azurerm = azurerm.text("subscription_id", &subscription);
    }
    let azurerm = azurerm.block(Block::new("features"));
    [terraform, azuread, azurerm].map(|block| block.print()).join("\n")
}

fn in_cloud(provider: Block, source: &Source<'_>) -> Block {
    match source.desired.cloud {
        Cloud::Public => provider,
        Cloud::UsGovernment => provider.text("environment", "usgovernment"),
        Cloud::UsGovernmentDod => provider
            .comment(
                "The Department of Defense has endpoints of its own: metadata_host names them.",
            )
            .text("environment", "usgovernment"),
        Cloud::China => provider.text("environment", "china"),
    }
}

/// The provider asks for one, whatever is done elsewhere.
fn subscription(source: &Source<'_>) -> Option<String> {
    let directory = &source.observed.directory;
    let scopes = directory.scopes(&source.desired.scopes);
    let named = scopes.iter().find_map(|scope| match scope {
        ScopeId::Subscription(id) => Some(*id),
        ScopeId::ManagementGroup(_) => None,
    });
    let any = || directory.subscriptions.keys().next().copied();
    named.or_else(any).map(|id| id.to_string())
}

/// What everything below refers to.
fn locals(source: &Source<'_>) -> String {
    let (application, client_id, principal) = references(source);
    let locals = Block::new("locals")
        .comment("Ids of role assignments follow from this, so that mondoo-azure finds them again.")
        .text("namespace", &spec::NAMESPACE.to_string())
        .with("application", application)
        .with("client_id", client_id)
        .with("principal", principal);
    format!("\n{}", locals.print())
}

/// Application, client id and principal: what is there, or what is made here.
fn references(source: &Source<'_>) -> (String, String, String) {
    let made = |attribute: &str| format!("azuread_application_registration.mondoo.{attribute}");
    let (application, client_id) = match source.known_application() {
        Some((id, app_id)) => (quoted(&format!("/applications/{id}")), quoted(&app_id.to_string())),
        None if source.is_first() => (made("id"), made("client_id")),
        None => ("null".to_owned(), "null".to_owned()),
    };
    let principal = match source.known_principal() {
        Some(id) => quoted(&id.to_string()),
        None => "azuread_service_principal.mondoo.object_id".to_owned(),
    };
    (application, client_id, principal)
}
