//! Microsoft Graph.

use std::collections::BTreeMap;

use azure::{OwnGrants, Reader};
use planner::verify::{Answer, EntraAnswers, Failure, GraphQuestion, Questions};

use super::failure;
use crate::steps::b_graph_permissions::is_offered;

/// Two requests: one batch of all, and one for the beta version. Nothing, where the token does not
/// say who it is for.
pub(super) async fn ask(reader: &Reader, questions: &Questions) -> Option<EntraAnswers> {
    let principal = reader.operator().object_id()?;
    let (beta, stable): (Vec<_>, Vec<_>) = questions.graph.iter().partition(|one| one.beta);
    let paths: Vec<_> = stable.iter().map(|question| question.path).collect();
    let (own, beta_calls) = futures::join!(
        reader.own_grants(principal, &paths),
        crate::ask::each(&beta, |question| reader.beta_answers(question.path)),
    );
    let mut calls = named(&beta, beta_calls.into_iter().map(|call| call.map_err(|e| failure(&e))));
    let (offered, granted) = match own {
        Ok(OwnGrants { offered, granted, calls: answers }) => {
            let answers = answers.into_iter().map(|call| call.map_err(|error| failure(&error)));
            calls.extend(named(&stable, answers));
            (offered.map_err(|error| failure(&error)), granted.map_err(|error| failure(&error)))
        }
        Err(error) => {
            let failed: Failure = failure(&error);
            calls.extend(named(&stable, stable.iter().map(|_| Err(failed.clone()))));
            (Err(failed.clone()), Err(failed))
        }
    };
    let offered = offered.map(|roles| {
        let roles = roles.into_iter().filter(is_offered);
        roles.filter_map(|role| Some((role.value?, role.id))).collect()
    });
    let granted = granted.map(|grants| grants.iter().map(|grant| grant.app_role_id).collect());
    let roles = reader.app_roles().iter().cloned().collect();
    Some(EntraAnswers { roles, offered, granted, calls })
}

fn named(
    questions: &[&GraphQuestion],
    answers: impl Iterator<Item = Answer<()>>,
) -> BTreeMap<String, Answer<()>> {
    questions.iter().map(|question| question.permission.clone()).zip(answers).collect()
}
