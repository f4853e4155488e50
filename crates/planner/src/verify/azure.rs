//! Verdicts of roles in Azure Resource Manager.

use std::collections::BTreeSet;

use spec::{RoleDefinitionId, ScopeId};

use super::outstanding::unless_granted;
use super::{
    APPLY, Answer, AzureAnswers, Failure, Outstanding, PlaceAnswers, Probe, Verdict, actions,
    questions,
};
use crate::steps::d_custom_role::Permissions;
use crate::{Desired, Step};

/// The built-in roles at each scope, by the assignments; and whether they have an effect.
pub(super) fn roles(
    desired: &Desired,
    azure: &AzureAnswers,
    seen: Option<&Outstanding>,
) -> Vec<Probe> {
    let mut probes = unresolved(desired, azure);
    for (scope, place) in &azure.places {
        let at = azure.directory.describe(scope);
        for role in &desired.role_assignments.roles {
            let verdict = match assigned(role.id, &place.assignments) {
                // Both roles of the profiles may read assignments, so without them nobody answers.
                Err(failure) if failure.is_denied() => not_assigned(),
                Err(failure) => unreadable(&failure),
                Ok(Verdict::Proven) if role.name == READER => effect(scope, azure),
                Ok(verdict) => verdict,
            };
            let verdict = granted(verdict, scope, role.id, seen);
            probes.push(Probe::new(Step::C, format!("{} at {at}", role.name), verdict));
        }
        for name in &desired.role_assignments.added {
            let verdict = match azure.added_roles.get(name) {
                Some(Ok(Some(id))) => {
                    let verdict = assigned(*id, &place.assignments);
                    let verdict = verdict.unwrap_or_else(|failure| unreadable(&failure));
                    granted(verdict, scope, *id, seen)
                }
                Some(Ok(None)) => {
                    Verdict::missing("there is no such role", "correct roles.builtIn")
                }
                Some(Err(failure)) => unreadable(failure),
                None => Verdict::not_applicable("it was not looked up"),
            };
            probes.push(Probe::new(Step::C, format!("{name} at {at}"), verdict));
        }
    }
    probes
}

const READER: &str = "Reader";

/// Scopes that the application cannot make out.
fn unresolved(desired: &Desired, azure: &AzureAnswers) -> Vec<Probe> {
    if let Some(failure) = &azure.unlisted {
        return vec![Probe::new(Step::C, "subscriptions", unreadable(failure))];
    }
    let lost = desired.scopes.iter().filter(|scope| azure.directory.resolve(&scope.place).is_err());
    let probes = lost.map(|scope| {
        let name = match &scope.place {
            spec::ScopeRef::SubscriptionNamed(name) => format!("subscription {name}"),
            spec::ScopeRef::Id(id) => azure.directory.describe(id),
            spec::ScopeRef::TenantRoot => "tenant root group".to_owned(),
        };
        let what = "the application sees no subscription, or several, of that name";
        Probe::new(Step::C, name, Verdict::missing(what, APPLY))
    });
    probes.collect()
}

/// Whether a role reaches a scope.
fn assigned(
    role: RoleDefinitionId,
    assignments: &Answer<Vec<crate::steps::c_role_assignments::Existing>>,
) -> Result<Verdict, Failure> {
    let found: Vec<_> = match assignments {
        Ok(assignments) => assignments.iter().filter(|one| one.role == role).collect(),
        Err(failure) => return Err(failure.clone()),
    };
    Ok(if found.iter().any(|one| !one.has_condition) {
        Verdict::Proven
    } else if found.is_empty() {
        not_assigned()
    } else {
        Verdict::missing("it is assigned under a condition", "remove the condition, and apply")
    })
}

/// What is not assigned as the application sees it may be as an operator does.
fn granted(
    verdict: Verdict,
    scope: &ScopeId,
    role: RoleDefinitionId,
    seen: Option<&Outstanding>,
) -> Verdict {
    if verdict != not_assigned() {
        return verdict;
    }
    unless_granted(verdict, seen, |one| one.has_assignment(scope, role))
}

fn not_assigned() -> Verdict {
    Verdict::missing("it is not assigned", APPLY)
}

fn unreadable(failure: &Failure) -> Verdict {
    Verdict::Unreadable { why: failure.words().to_owned() }
}

/// With Reader, subscriptions can be seen.
fn effect(scope: &ScopeId, azure: &AzureAnswers) -> Verdict {
    let directory = &azure.directory;
    let group = match scope {
        ScopeId::ManagementGroup(id) => azure.groups.get(id),
        ScopeId::Subscription(_) => None,
    };
    let covered = directory.covered(std::slice::from_ref(scope));
    let hidden = covered.iter().filter(|id| !directory.subscriptions.contains_key(id)).count();
    match (group, hidden) {
        (Some(failure), _) if failure.is_denied() => {
            Verdict::NotYet { what: "it is assigned, and the group cannot be read yet".to_owned() }
        }
        (Some(failure), _) => unreadable(failure),
        (None, 0) => Verdict::Proven,
        (None, hidden) => Verdict::NotYet {
            what: format!("it is assigned, and {hidden} subscriptions cannot be seen yet"),
        },
    }
}

/// The custom role at each scope, and by what all roles together allow there, each of its features:
/// nothing is run.
pub(super) fn custom_role(
    desired: &Desired,
    azure: &AzureAnswers,
    seen: Option<&Outstanding>,
) -> Vec<Probe> {
    let tenant = azure.directory.tenant.id;
    let mut probes = Vec::new();
    for (scope, place) in &azure.places {
        let Some((id, wanted)) = questions::custom_role(desired, tenant, scope) else { continue };
        let role = Role { id, wanted, scope, place, azure, seen };
        let name = match scope {
            ScopeId::Subscription(_) => desired.custom_role.role_name.clone(),
            ScopeId::ManagementGroup(group) => {
                format!("{}-{group}", desired.custom_role.role_name)
            }
        };
        let at = azure.directory.describe(scope);
        let verdict = granted(role.assigned(), scope, id, seen);
        let is_there = verdict == Verdict::Proven;
        probes.push(Probe::new(Step::D, format!("{name} at {at}"), verdict));
        if is_there {
            probes.extend(role.features(&at));
        }
    }
    probes
}

/// The custom role at one scope.
struct Role<'a> {
    id: RoleDefinitionId,
    wanted: &'a Permissions,
    scope: &'a ScopeId,
    place: &'a PlaceAnswers,
    azure: &'a AzureAnswers,
    seen: Option<&'a Outstanding>,
}

impl Role<'_> {
    /// By its assignment, or by another role that allows the same.
    fn assigned(&self) -> Verdict {
        let is_covered = || match &self.place.permissions {
            Some(Ok(sets)) => lacking(self.wanted, sets).is_empty(),
            Some(Err(_)) | None => false,
        };
        match assigned(self.id, &self.place.assignments) {
            Ok(verdict) if verdict != Verdict::Proven && is_covered() => Verdict::Proven,
            Ok(verdict) => verdict,
            Err(failure) if failure.is_denied() && self.may_read_assignments() => not_assigned(),
            Err(failure) => unreadable(&failure),
        }
    }

    fn may_read_assignments(&self) -> bool {
        actions::allows(self.wanted, "Microsoft.Authorization/roleAssignments/read")
    }

    fn features(&self, at: &str) -> Vec<Probe> {
        let (run_commands, rest): (Vec<_>, Vec<_>) =
            self.wanted.actions.iter().cloned().partition(|action| actions::is_run_command(action));
        let (settings, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|action| actions::is_settings(action));
        let only = |actions| Permissions { actions, ..Permissions::default() };
        let data_actions = self.wanted.data_actions.clone();
        let features = [
            ("run commands on virtual machines", only(run_commands)),
            ("settings of web apps", only(settings)),
            ("other rights", Permissions { data_actions, ..only(others) }),
        ];
        let wanted = features
            .into_iter()
            .filter(|(_, wanted)| !wanted.actions.is_empty() || !wanted.data_actions.is_empty());
        let probes = wanted.map(|(name, wanted)| {
            let verdict = self.allowed(&wanted);
            let tries = verdict == Verdict::Proven
                && wanted.actions.iter().any(|action| actions::is_settings(action));
            let (verdict, note) = if tries { self.tried() } else { (verdict, None) };
            Probe::new(Step::D, format!("{name} at {at}"), verdict).noting(note)
        });
        probes.collect()
    }

    /// The role's definition says whether an action was taken away, or is on its way.
    fn allowed(&self, wanted: &Permissions) -> Verdict {
        let sets = match &self.place.permissions {
            None => return Verdict::not_applicable("no subscription below it can be asked about"),
            Some(Err(failure)) => return unreadable(failure),
            Some(Ok(sets)) => sets,
        };
        let refused = lacking(wanted, sets);
        if refused.is_empty() {
            return Verdict::Proven;
        }
        let defined = match self.azure.custom_roles.get(&self.id) {
            Some(Ok(Some(definition))) => {
                lacking(wanted, std::slice::from_ref(definition)).is_empty()
            }
            Some(Ok(None) | Err(_)) | None => false,
        };
        let names = refused.join(", ");
        if defined {
            return Verdict::NotYet {
                what: format!("the role has it, without effect yet: {names}"),
            };
        }
        let verdict = Verdict::missing(format!("not allowed: {names}"), APPLY);
        unless_granted(verdict, self.seen, |one| one.has_definition(self.id))
    }

    /// A right to settings that is there is tried on the first web app, whose settings nobody looks
    /// at.
    fn tried(&self) -> (Verdict, Option<String>) {
        let covered: BTreeSet<_> = self.azure.directory.covered(std::slice::from_ref(self.scope));
        let mut apps = covered.iter().filter_map(|id| self.azure.web_apps.get(id));
        let Some(app) = apps.find_map(|answer| answer.as_ref().ok()?.as_ref()) else {
            return (Verdict::Proven, Some("there is no web app to try it on".to_owned()));
        };
        let calls = [&app.configuration, &app.settings];
        let failed = calls.into_iter().find_map(|call| call.as_ref().err());
        let verdict = match failed {
            None => Verdict::Proven,
            Some(failure) if failure.is_denied() => Verdict::NotYet {
                what: format!("it is allowed, and {} refuses yet: {}", app.name, failure.words()),
            },
            Some(failure) => unreadable(failure),
        };
        (verdict, None)
    }
}

/// What no set allows.
fn lacking(wanted: &Permissions, sets: &[Permissions]) -> Vec<String> {
    let mut lacking = actions::missing(&wanted.actions, sets);
    lacking.extend(actions::missing_data(&wanted.data_actions, sets));
    lacking
}
