//! `destroy`: what is ours goes, and nothing else.

use planner::Purpose;

use super::apply::{Job, carry_out};
use super::plan::{Preview, preview};
use crate::arguments::Destroy;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::saved_plan::SavedPlan;

pub(crate) async fn run(arguments: &Destroy, console: &Console) -> Result<Exit, Failure> {
    let Destroy { spec, purge, review, writing, connection } = arguments;
    review.check()?;
    let mut inputs = Inputs::without_certificate(spec)?;
    inputs.desired.purpose = Purpose::Destroy { purge: *purge };
    if review.dry_run {
        let shown = Preview::of(review, writing, inputs, connection);
        return Box::pin(preview(shown, console)).await;
    }
    let saved = review.plan.as_deref().map(|file| SavedPlan::read(file, &inputs)).transpose()?;
    let job = Job { inputs, connection, writing, saved, follows: false };
    Box::pin(carry_out(job, console)).await
}
