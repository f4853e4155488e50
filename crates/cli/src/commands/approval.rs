//! Whether changes may be made: by somebody's word, and by the rights that there are.

use observer::{Look, observe_rights};
use planner::rights::{self, Verdict};
use planner::{Change, Desired, Observed, Plan, Purpose, Sweep, Verb};

use crate::arguments::Writing;
use crate::console::{Console, YELLOW, one_line};
use crate::exit::{Exit, Failure};
use crate::render;
use crate::session::Session;

/// A reviewed plan is an answer, but for what it deletes: that has to be said twice.
pub(super) fn is_asked(writing: &Writing, is_reviewed: bool, plan: &Plan) -> Result<bool, Failure> {
    let Writing { auto_approve, allow_deletes, .. } = writing;
    match (auto_approve, is_reviewed) {
        (false, false) => Ok(true),
        (true, _) | (false, true) if *allow_deletes => Ok(false),
        (false, true) if Console::can_ask() => Ok(deletes(plan) > 0),
        (true, _) | (false, true) => refuse_deletes(plan).map(|()| false),
    }
}

fn deletes(plan: &Plan) -> usize {
    let deletes = |change: &Change| change.action.verb() == Verb::Delete;
    plan.changes().filter(|(_, change)| deletes(change)).count()
}

/// What somebody did not look at takes nothing away.
fn refuse_deletes(plan: &Plan) -> Result<(), Failure> {
    let count = deletes(plan);
    if count == 0 {
        return Ok(());
    }
    let message = format!("nothing was written: the plan deletes {count} objects");
    Err(Failure::new(Exit::Blocked, message)
        .hint("look at the lines that begin with -, then say --allow-deletes"))
}

/// Whether somebody says yes: to go by the installation's name, to a large part of what there is twice.
pub(super) fn confirmed(
    plan: &Plan,
    desired: &Desired,
    writing: &Writing,
    console: &Console,
) -> bool {
    let count = plan.changes().len();
    if let Purpose::Destroy { purge: _ } = desired.purpose {
        let name = desired.installation.as_str();
        return console.ask(&format!("Destroy it, by {count} changes? Only `{name}` does:"), name);
    }
    console.ask(&format!("Apply these {count} changes? Only `yes` does:"), "yes")
        && plan.sweep().filter(|_| !writing.allow_deletes).is_none_or(|sweep| {
            console.ask(&format!("{} Only `yes` does:", question(sweep)), "yes")
        })
}

fn question(sweep: Sweep) -> String {
    let Sweep { deleted, existing, consents } = sweep;
    let consents = if consents > 0 { format!(" (consents: {consents})") } else { String::new() };
    format!("This takes away {deleted} of {existing} objects{consents}. Really?")
}

/// What would be refused in the midst of it is refused before: but only where that is proven.
pub(super) async fn refuse_unpermitted(
    session: &Session,
    desired: &Desired,
    plan: &Plan,
    observed: &Observed,
    console: &Console,
) -> Result<(), Failure> {
    let verdicts = judge(session, desired, plan, observed, console).await;
    match render::doctor::refusals(&verdicts) {
        missing if missing.is_empty() => Ok(()),
        missing => Err(Failure::several(Exit::NotPermitted, missing).hint(
            "nothing was written. Ask for these roles; activate one that is eligible in Privileged \
             Identity Management and sign in again; or leave steps to others with --only",
        )),
    }
}

/// Whether the operator holds the rights that the plan takes. What is doubtful is told; and locks are,
/// where everything is to go: of an apply, the service tells.
pub(super) async fn judge(
    session: &Session,
    desired: &Desired,
    plan: &Plan,
    observed: &Observed,
    console: &Console,
) -> Vec<Verdict> {
    let look = match desired.purpose {
        Purpose::Converge => Look::Rights,
        Purpose::Destroy { purge: _ } => Look::Obstacles,
    };
    let needed = rights::needed(plan.changes().map(|(_, change)| &change.action), observed);
    let held = observe_rights(&session.reader, &needed, plan, observed, look).await;
    let verdicts = rights::judge(&needed, plan, observed, &held);
    let obstacles = rights::obstacles(plan, desired, observed, &held);
    let in_the_way = obstacles.into_iter().filter(|one| one.blocks).map(|one| one.message);
    for doubt in render::doctor::doubts(&verdicts).into_iter().chain(in_the_way) {
        console.say(&format!("{YELLOW}warning{YELLOW:#}: {}", one_line(&doubt)));
    }
    verdicts
}
