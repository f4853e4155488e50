//! `certificate rotate`: steps F and G, with what else is asked for.

use planner::steps::f_certificate::{Removal, Rotation};
use planner::{Step, Steps};
use time::{Duration, OffsetDateTime};

use super::apply::{Job, carry_out};
use crate::arguments::Rotate;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;

pub(crate) async fn run(arguments: &Rotate, console: &Console) -> Result<Exit, Failure> {
    let Rotate { spec, now, grace, remove_old, writing, following, key, connection } = arguments;
    let mut inputs = Inputs::read(spec, key, OffsetDateTime::now_utc())?;
    inputs.desired.only = Steps::of([Step::F, Step::G]);
    let grace = Duration::try_from(*grace).unwrap_or(Duration::MAX);
    let removal = if remove_old.is_empty() {
        Removal::Superseded { grace }
    } else {
        Removal::Named { grace, thumbprints: remove_old.clone() }
    };
    inputs.desired.certificate.rotation = Rotation { now: *now, removal };
    let job = Job { inputs, connection, writing, saved: None, follows: following.wait };
    Box::pin(carry_out(job, console)).await
}
