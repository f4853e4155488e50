//! `destroy`: what is ours goes, and nothing else.

use planner::Purpose;

use super::apply::{Job, rehearse_or_carry_out};
use crate::arguments::Destroy;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;

pub(crate) async fn run(arguments: &Destroy, console: &Console) -> Result<Exit, Failure> {
    let Destroy { spec, purge, review, writing, connection } = arguments;
    review.check()?;
    let mut inputs = Inputs::without_certificate(spec)?;
    inputs.desired.purpose = Purpose::Destroy { purge: *purge };
    let job = Job { inputs, connection, writing, saved: None, follows: false };
    Box::pin(rehearse_or_carry_out(review, job, console)).await
}
