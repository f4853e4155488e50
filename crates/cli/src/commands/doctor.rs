//! `doctor`: may this operator do what the plan takes?

use observer::{Look, observe_rights};
use planner::rights::{self, Obstacle, Standing, Verdict};
use planner::{Desired, Plan};

use crate::advice::observe_failure;
use crate::arguments::{Doctor, Format};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;
use crate::render;
use crate::session::Session;

/// What was found.
pub(crate) struct Report {
    /// Who asked, where, and what it took.
    pub header: render::doctor::Header,
    /// By step, in the order of the plan.
    pub verdicts: Vec<Verdict>,
    pub obstacles: Vec<Obstacle>,
    /// What could not be looked at, as sentences.
    pub unread: Vec<String>,
}

pub(crate) async fn run(arguments: &Doctor, console: &Console) -> Result<Exit, Failure> {
    let target = &arguments.target;
    let mut inputs = Inputs::of_target(target)?;
    let session = Session::connect(&target.connection, &mut inputs, console).await?;
    let report = examine(&session, &inputs, console).await;
    session.close().await;
    let report = report?;
    let only = &inputs.desired.only;
    console.result(&match arguments.format {
        Format::Text => render::doctor::text(&report, only),
        Format::Json => render::doctor::json(&report, only),
    })?;
    Ok(if report.is_wrong() { Exit::Wrong } else { Exit::Done })
}

impl Report {
    fn is_wrong(&self) -> bool {
        let is_missing = |verdict: &Verdict| matches!(verdict.standing, Standing::Missing { .. });
        self.verdicts.iter().any(is_missing) || self.obstacles.iter().any(|found| found.blocks)
    }
}

async fn examine(session: &Session, inputs: &Inputs, console: &Console) -> Result<Report, Failure> {
    let progress = Progress::reading(console);
    let desired = &inputs.desired;
    let observation = match session.try_observe(inputs, &|event| progress.report(&event)).await {
        Ok(observation) => observation,
        Err(error) => {
            let lacks = error.lacks();
            if lacks.is_empty() {
                return Err(observe_failure(&error));
            }
            return Ok(without_reading(session, desired, &lacks));
        }
    };
    let observed = &observation.observed;
    let plan = planner::plan(desired, observed);
    let needed = rights::needed(plan.actions(), observed);
    let held = observe_rights(&session.reader, &needed, &plan, observed, Look::Obstacles).await;
    let tenant = &observed.directory.tenant;
    Ok(Report {
        header: render::doctor::Header {
            tenant: tenant.id.to_string(),
            tenant_name: tenant.name.clone(),
            operator: observation.operator.to_string(),
            effort: session.effort(),
        },
        verdicts: rights::judge(&needed, &plan, observed, &held),
        obstacles: rights::obstacles(&plan, desired, observed, &held),
        unread: [held.unread, said(&plan)].concat(),
    })
}

/// Where nothing can be planned, only that is known.
fn without_reading(session: &Session, desired: &Desired, lacks: &[rights::Right]) -> Report {
    let verdicts = lacks.iter().flat_map(|right| rights::unreadable(desired, right));
    Report {
        header: render::doctor::Header {
            tenant: desired.tenant.to_string(),
            tenant_name: None,
            operator: session.reader.operator().to_string(),
            effort: session.effort(),
        },
        verdicts: verdicts.collect(),
        obstacles: Vec::new(),
        unread: way_out(desired, lacks).into_iter().collect(),
    }
}

fn way_out(desired: &Desired, lacks: &[rights::Right]) -> Option<String> {
    let in_entra = lacks.iter().any(|right| matches!(right, rights::Right::Entra(_)));
    let note = "steps C, D and E take no right in Microsoft Graph: have somebody else do A, B and F, \
                give its service principal as application.principalId, and say --only C,D,E";
    (in_entra && desired.only.touch_azure()).then(|| note.to_owned())
}

/// That there is more to it than rights.
fn said(plan: &Plan) -> Vec<String> {
    let blocked = plan.blockers().chain(plan.blocked_lines()).count();
    let blocked = (blocked > 0)
        .then(|| format!("{blocked} findings block the plan or a part of it: see `plan`"));
    blocked.into_iter().collect()
}
