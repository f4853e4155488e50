//! Repeating what fails only because Azure has not heard everywhere of what was just made.
//!
//! No service level is documented; minutes have been seen. An error counts as such only while the
//! object that it blames is young: a wrong id fails at once, and a run that follows a killed one
//! still waits.

use std::time::Duration;

use azure::Refusal;
use planner::{ChangeId, Event};
use spec::RoleDefinitionId;
use time::OffsetDateTime;

use crate::context::Context;

/// An object older than this is known everywhere; what says otherwise is true.
const YOUNG: time::Duration = time::Duration::minutes(15);
/// For how long others may be in the way of a write.
const CONTENTION: time::Duration = time::Duration::minutes(1);
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// An object that an error may blame.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Blame {
    Application,
    Principal,
    RoleDefinition(RoleDefinitionId),
}

/// Calls `attempt` until it succeeds, or fails for a reason that waiting does not mend.
pub(crate) async fn settle<T>(
    context: &Context<'_>,
    change: ChangeId,
    blames: &[Blame],
    mut attempt: impl AsyncFnMut() -> Result<T, azure::Error>,
) -> Result<T, azure::Error> {
    let mut waits = Waits::new(context, change);
    loop {
        match attempt().await {
            Err(error) if waits.help(&error, blames) && waits.wait(&error).await => {}
            other => return other,
        }
    }
}

/// Growing delays between attempts of one change.
pub(crate) struct Waits<'a> {
    context: &'a Context<'a>,
    change: ChangeId,
    began: OffsetDateTime,
    delay: Duration,
}

impl<'a> Waits<'a> {
    pub(crate) fn new(context: &'a Context<'a>, change: ChangeId) -> Self {
        Waits { context, change, began: context.now(), delay: FIRST_DELAY }
    }

    /// Whether `error` may be gone after a while.
    pub(crate) fn help(&self, error: &azure::Error, blames: &[Blame]) -> bool {
        let Some(refusal) = error.refusal() else { return false };
        let now = self.context.now();
        let young = |blame: &Blame| {
            let created = self.context.products.created(*blame);
            blames_it(refusal, *blame) && created.is_some_and(|created| now - created < YOUNG)
        };
        let contended = is_contention(refusal) && now - self.began < CONTENTION;
        contended || blames.iter().any(young)
    }

    /// Waits a little longer each time. False when the run is interrupted.
    pub(crate) async fn wait(&mut self, reason: &impl std::fmt::Display) -> bool {
        self.context.report(Event::Waiting { change: self.change, reason: reason.to_string() });
        let delay = self.delay;
        self.delay = (delay * 2).min(LONGEST_DELAY);
        self.context.pause(delay).await
    }
}

/// Whether `refusal` is what a service says that has not heard of the object yet. Several cases
/// share a code, so some are told by their message.
fn blames_it(refusal: &Refusal, blame: Blame) -> bool {
    let unknown_in_directory = refusal.has_code("Request_ResourceNotFound")
        || refusal.has_code("Directory_ObjectNotFound");
    match blame {
        Blame::Application => {
            unknown_in_directory
                || refusal.has_code("NoBackingApplicationObject")
                || refusal.message.contains("does not reference a valid application")
                // Its new name is not known there yet.
                || refusal.message.contains("does not match the application object")
                || refusal.message.contains("the backing application of the service principal")
        }
        Blame::Principal => {
            unknown_in_directory
                || refusal.has_code("PrincipalNotFound")
                || refusal.message.contains("Not a valid reference update")
        }
        Blame::RoleDefinition(_) => refusal.has_code("RoleDefinitionDoesNotExist"),
    }
}

/// Others are at the same object, or a grant is there that is not listed yet.
fn is_contention(refusal: &Refusal) -> bool {
    refusal.has_code("Directory_ConcurrencyViolation")
        || refusal.has_code("ConflictError")
        || refusal.says_granted()
}
