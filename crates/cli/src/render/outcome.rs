//! What became of a plan, as text.

use applier::Outcome;
use planner::Verb;

/// The last line of an apply. The wording is an interface: scripts read it.
pub(crate) fn summary(outcome: &Outcome, blocked_lines: usize) -> String {
    let created = outcome.applied_count(Verb::Create);
    let updated = outcome.applied_count(Verb::Update);
    let restored = outcome.applied_count(Verb::Restore);
    let deleted = outcome.applied_count(Verb::Delete);
    let failed = outcome.failed_count();
    let skipped = outcome.skipped_count() + blocked_lines;
    format!(
        "Apply complete: {created} created, {updated} updated, {restored} restored, \
         {deleted} deleted, {failed} failed, {skipped} skipped.\n"
    )
}
