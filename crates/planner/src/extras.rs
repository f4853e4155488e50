//! What is granted beyond the spec and cannot carry our marker, or does not.

use crate::steps::a_application::ADOPTED_TAG;
use crate::{Desired, Finding, FindingCode, Object, Observed, Plan};

/// Tells of an extra unless it is known, and says whether to remove it.
///
/// `name` is how the spec's `keep` would name it; `sentence` says what it is. Nothing is removed
/// from an application that was taken over or that somebody else gave: what it holds may serve
/// them.
pub(crate) fn remove(
    name: &str,
    sentence: &str,
    object: Object,
    desired: &Desired,
    observed: &Observed,
    plan: &mut Plan,
) -> bool {
    if desired.keep.has(name) {
        return false;
    }
    let application = observed.application.application.as_ref();
    let has = |tag: &str| application.is_some_and(|live| live.tags.contains(tag));
    let is_ours = has(&desired.marker.to_string()) && !has(ADOPTED_TAG);
    let hint = match desired.extras {
        spec::Extras::Prune if is_ours => return true,
        spec::Extras::Prune => "extras are removed only from an application that we made",
        spec::Extras::Report => "`extras: prune` removes it",
    };
    let message =
        format!("{sentence}, which the spec does not ask for: {hint}; keep: [{name}] hides it");
    plan.find(Finding::warning(FindingCode::Extra, message).of(object));
    false
}

/// Says that something is not deleted because its kind could not be read whole.
pub(crate) fn postponed(sentence: &str, reason: &str, plan: &mut Plan) {
    let message =
        format!("{sentence} is not deleted: not everything of its kind could be read ({reason})");
    plan.find(Finding::note(FindingCode::DeletePostponed, message));
}
