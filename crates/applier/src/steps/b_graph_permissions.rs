//! Step B. All consents that are ready together travel in one batch.

use azure::{GRAPH_APP_ID, Grant};
use planner::ChangeId;
use planner::steps::b_graph_permissions::Action;
use serde_json::{Value, json};

use crate::collections::{Collection, Owner, extend};
use crate::context::Context;
use crate::settle::{Blame, Waits};
use crate::{ApplyError, Results};

type Consent<'a> = (ChangeId, &'a Action);

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
    let principal = context.products.principal().id;
    let mut waits = Waits::new(context, first);
    let mut results = Results::new();
    while !open.is_empty() {
        let grants: Vec<_> = open
            .iter()
            .map(|(_, action)| Grant { principal, resource: action.graph, role: action.role })
            .collect();
        let outcomes = match context.writer.grant(&grants).await {
            Ok(outcomes) => outcomes,
            Err(error) => open.iter().map(|_| Err(error.clone())).collect(),
        };
        let (failed, done): (Vec<_>, Vec<_>) =
            open.into_iter().zip(outcomes).partition(|(_, outcome)| outcome.is_err());
        results.extend(done.into_iter().map(|((change, _), _)| (change, Ok(()))));
        let (consents, errors): (Vec<_>, Vec<_>) = failed
            .into_iter()
            .filter_map(|(consent, outcome)| Some((consent, outcome.err()?)))
            .unzip();
        // What one of them waits for, all of them wait for: the same principal.
        let again = match errors.first() {
            Some(error) => waits.wait(error, &[Blame::Principal]).await,
            None => false,
        };
        if !again {
            let failed = consents.iter().zip(errors);
            results.extend(failed.map(|((change, _), error)| (*change, Err(error.into()))));
            return results;
        }
        open = consents;
    }
    results
}
