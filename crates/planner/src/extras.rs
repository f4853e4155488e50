//! What is granted beyond the spec and cannot carry our marker, or does not.

use crate::steps::a_application;
use crate::{Desired, Finding, FindingCode, Object, Observed, Plan, Purpose};

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
    let is_ours = a_application::is_made_by_us(desired, observed);
    if let Purpose::Destroy { purge: _ } = desired.purpose {
        return goes_along(sentence, object, is_ours, desired, plan);
    }
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

/// Whether what cannot carry our mark goes with the installation: from our own application, of which
/// it is a part. What could carry the mark and does not is somebody else's.
fn goes_along(
    sentence: &str,
    object: Object,
    is_ours: bool,
    desired: &Desired,
    plan: &mut Plan,
) -> bool {
    let could_be_marked = matches!(object, Object::RoleAssignment(_, _));
    let finding = match (is_ours, could_be_marked, desired.extras) {
        (true, false, _) | (true, true, spec::Extras::Prune) => return true,
        (true, true, spec::Extras::Report) => {
            let message = format!(
                "{sentence}, by somebody else: it stays, and is of no use once the application is \
                 gone; `extras: prune` removes it, too"
            );
            Finding::warning(FindingCode::Kept, message)
        }
        (false, _, _) => {
            let message = format!("{sentence}: it stays, because others made the application");
            Finding::note(FindingCode::Kept, message)
        }
    };
    plan.find(finding.of(object));
    false
}

/// Says that something is not deleted because its kind could not be read whole.
pub(crate) fn postponed(sentence: &str, reason: &str, plan: &mut Plan) {
    let message =
        format!("{sentence} is not deleted: not everything of its kind could be read ({reason})");
    plan.find(Finding::note(FindingCode::DeletePostponed, message));
}
