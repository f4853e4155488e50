//! A Bicep file with the Microsoft Graph extension.

mod azure;
mod entra;
mod syntax;

use planner::steps::c_role_assignments::Action as Role;
use planner::steps::d_custom_role::Action as CustomRole;
use planner::{Action, Step};
use spec::ScopeId;

use super::layout::{Language, Piece, body, header};
use super::names::Names;
use super::{Source, left};
use syntax::quoted;

const MARK: &str = "//";
const NAME: &str = "Bicep";

pub(super) fn script(source: &Source<'_>) -> String {
    let names = Names::default();
    let home = Home::of(source);
    let begin = |_: Step, _: &[&Action]| String::new();
    let piece = |action: &Action| match action {
        Action::Application(action) => entra::application(source, action),
        Action::GraphPermission(action) => entra::permission(source, &names, action),
        Action::RoleAssignment(action) => azure::role(source, &names, &home, action),
        Action::CustomRole(action) => azure::custom_role(source, &names, &home, action),
        Action::KeyVaultAccess(action) => azure::vault(source, &names, action),
        Action::Certificate(action) => entra::certificate(source, action),
        Action::Integration(_) => Piece::Left(left::INTEGRATION.to_owned()),
    };
    let body =
        body(source.plan, &Language { comment: MARK, tells: false, begin: &begin, piece: &piece });
    let header = header(source, MARK, &how_to_use(source, &home), &body);
    let target = home.target();
    format!("{header}\ntargetScope = '{target}'\n\nextension microsoftGraphV1\n{}", body.text)
}

/// Where the file is deployed. What is elsewhere is deployed from there.
struct Home(Option<ScopeId>);

impl Home {
    /// The first management group, because subscriptions can be reached from it and not the other
    /// way round; else the first subscription.
    fn of(source: &Source<'_>) -> Home {
        let scopes: Vec<_> = source.plan.changes().filter_map(|(_, c)| scope(&c.action)).collect();
        let group = scopes.iter().find(|scope| matches!(scope, ScopeId::ManagementGroup(_)));
        let of_spec = || {
            let scopes = source.observed.directory.scopes(&source.desired.scopes);
            scopes.into_iter().find(|scope| matches!(scope, ScopeId::Subscription(_)))
        };
        let here = group.or(scopes.first()).map(|scope| (*scope).clone());
        Home(here.or_else(of_spec))
    }

    fn target(&self) -> &'static str {
        match self.0 {
            Some(ScopeId::ManagementGroup(_)) => "managementGroup",
            Some(ScopeId::Subscription(_)) | None => "subscription",
        }
    }

    fn command(&self) -> String {
        let of = "--location westeurope --template-file main.bicep";
        match &self.0 {
            Some(ScopeId::ManagementGroup(group)) => {
                format!("az deployment mg create --management-group-id {group} {of}")
            }
            Some(ScopeId::Subscription(id)) => {
                format!("az deployment sub create --subscription {id} {of}")
            }
            None => format!("az deployment sub create {of}"),
        }
    }
}

/// Where something is assigned or defined.
fn scope(action: &Action) -> Option<&ScopeId> {
    match action {
        Action::RoleAssignment(Role::Assign(assignment))
        | Action::CustomRole(CustomRole::Assign(assignment)) => Some(&assignment.scope),
        Action::CustomRole(CustomRole::Define { at, .. } | CustomRole::Redefine { at, .. }) => {
            Some(at)
        }
        Action::RoleAssignment(Role::Remove(_))
        | Action::CustomRole(CustomRole::Unassign(_) | CustomRole::Delete { .. })
        | Action::Application(_)
        | Action::GraphPermission(_)
        | Action::KeyVaultAccess(_)
        | Action::Certificate(_)
        | Action::Integration(_) => None,
    }
}

fn how_to_use(source: &Source<'_>, home: &Home) -> Vec<String> {
    let mut paragraphs = vec![
        "Put it into a directory of its own as main.bicep, beside a bicepconfig.json that names the \
         extension: {\"extensions\": {\"microsoftGraphV1\": \
         \"br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0\"}}"
            .to_owned(),
        format!("Read it, sign in as somebody who holds the rights, and run: {}", home.command()),
        "Consents are app role assignments, which take AppRoleAssignment.ReadWrite.All: whoever does \
         not hold it leaves them to an administrator. Nothing is taken away by a deployment, and what \
         is assigned already under another name lets it fail: then export again."
            .to_owned(),
    ];
    if source.is_first() {
        paragraphs.push(
            "Deploy it once. A deployment sets the lists of an application, such as its certificates \
             and tags, to what is here: what others have put there since would be lost."
                .to_owned(),
        );
    }
    paragraphs
}

/// The service principal: what is there, or what is made here.
fn principal(source: &Source<'_>) -> String {
    match source.known_principal() {
        Some(id) => quoted(&id.to_string()),
        None => "principal.id".to_owned(),
    }
}
