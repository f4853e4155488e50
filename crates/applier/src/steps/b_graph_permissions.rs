//! Step B. All consents that are ready together travel in one batch.

use azure::{GRAPH_APP_ID, Grant, Refusal};
use planner::ChangeId;
use planner::steps::b_graph_permissions::Consent as Wanted;
use serde_json::{Value, json};
use spec::{AppRoleId, PrincipalId};

use crate::collections::{Collection, Owner, extend};
use crate::context::Context;
use crate::settle::{Blame, Waits};
use crate::{ApplyError, Results};

type Consent<'a> = (ChangeId, &'a Wanted);

/// Requests all permissions on the application, then consents to each that is not granted yet.
pub(crate) async fn execute(context: &Context<'_>, consents: &[Consent<'_>]) -> Results {
    let Some((first, _)) = consents.first() else { return Vec::new() };
    if let Err(error) = request(context, *first, consents).await {
        return consents.iter().map(|(change, _)| (*change, Err(error.clone()))).collect();
    }
    let (granted, open): (Vec<_>, Vec<_>) =
        consents.iter().copied().partition(|(_, action)| action.granted);
    let mut results: Results = granted.into_iter().map(|(change, _)| (change, Ok(()))).collect();
    results.extend(grant(context, *first, open).await);
    results
}

/// Takes a consent away. The request for it stays, and grants nothing.
pub(crate) async fn revoke(
    context: &Context<'_>,
    graph: PrincipalId,
    assignment: &str,
) -> Result<(), ApplyError> {
    Ok(context.writer.revoke(graph, assignment).await?)
}

async fn request(
    context: &Context<'_>,
    change: ChangeId,
    consents: &[Consent<'_>],
) -> Result<(), ApplyError> {
    let role = |(_, action): &Consent<'_>| json!({ "id": action.role, "type": "Role" });
    let access: Vec<Value> = consents.iter().map(role).collect();
    let ours = json!([{ "resourceAppId": GRAPH_APP_ID, "resourceAccess": access }]);
    let owner = Owner::Application(context.products.application().id);
    extend(context, change, owner, Collection::RequiredResourceAccess, ours).await
}

/// Sends the open consents until each is granted or refused for good.
async fn grant(context: &Context<'_>, first: ChangeId, mut open: Vec<Consent<'_>>) -> Results {
    let mut waits = Waits::new(context, first);
    let mut results = Results::new();
    while !open.is_empty() {
        let mut again = Vec::new();
        let mut last = None;
        for (consent, outcome) in send(context, open).await {
            match outcome {
                Err(error) if waits.help(&error, &[Blame::Principal]) => {
                    again.push(consent);
                    last = Some(error);
                }
                other => results.push((consent.0, other.map_err(ApplyError::from))),
            }
        }
        if let Some(error) = last
            && !waits.wait(&error).await
        {
            let interrupted =
                again.drain(..).map(|(change, _)| (change, Err(error.clone().into())));
            results.extend(interrupted);
        }
        open = again;
    }
    results
}

/// One batch. Of consents that Graph calls granted, the list decides.
async fn send<'a>(
    context: &Context<'_>,
    open: Vec<Consent<'a>>,
) -> Vec<(Consent<'a>, Result<(), azure::Error>)> {
    let principal = context.products.principal().id;
    let to_grant =
        |(_, action): &Consent<'_>| Grant { principal, resource: action.graph, role: action.role };
    let grants: Vec<_> = open.iter().map(to_grant).collect();
    let mut outcomes = match context.writer.grant(&grants).await {
        Ok(outcomes) => outcomes,
        Err(error) => vec![Err(error); grants.len()],
    };
    let says_granted = |outcome: &Result<(), azure::Error>| {
        outcome.as_ref().is_err_and(|e| e.refusal().is_some_and(Refusal::says_granted))
    };
    if outcomes.iter().any(says_granted) {
        let listed = listed(context, grants[0].resource).await;
        for (outcome, grant) in outcomes.iter_mut().zip(&grants) {
            if says_granted(outcome) && listed.contains(&grant.role) {
                *outcome = Ok(());
            }
        }
    }
    open.into_iter().zip(outcomes).collect()
}

/// What our principal holds on `graph`. Nothing, where that cannot be read now: it is asked again.
async fn listed(context: &Context<'_>, graph: PrincipalId) -> Vec<AppRoleId> {
    let app_id = context.products.application().app_id;
    let state = context.writer.reader().principal(app_id).await;
    let granted = state.map_or_else(|_| Vec::new(), |state| state.granted);
    let on_graph = granted.into_iter().filter(|grant| grant.resource_id == graph);
    on_graph.map(|grant| grant.app_role_id).collect()
}
