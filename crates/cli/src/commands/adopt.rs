//! `adopt`: an application that was made by hand becomes this installation's.

use observer::ask_which;

use super::apply::{Job, carry_out};
use super::plan::{Preview, preview};
use crate::advice::observe_failure;
use crate::arguments::Adopt;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::saved_plan::SavedPlan;
use crate::session::Session;

pub(crate) async fn run(arguments: &Adopt, console: &Console) -> Result<Exit, Failure> {
    let Adopt { target, app_id, review, writing, following } = arguments;
    review.check()?;
    let mut inputs = Inputs::of_target(target).map_err(|failure| match app_id {
        Some(app_id) if !target.spec.exists() => failure.hint(format!(
            "have one written that describes the application: mondoo-azure export --as spec --app-id \
             {app_id} --tenant TENANT > {}",
            target.spec.display()
        )),
        Some(_) | None => failure,
    })?;
    let connection = &target.connection;
    if app_id.is_none() {
        let session = Session::connect(connection, &mut inputs, console).await?;
        let name = &inputs.desired.application.display_name;
        let candidates = ask_which(&session.reader, name).await;
        session.close().await;
        return Err(observe_failure(&candidates));
    }
    inputs.desired.application.adopt = *app_id;
    if review.dry_run {
        let shown = Preview::of(review, writing, inputs, connection);
        return Box::pin(preview(shown, console)).await;
    }
    let saved = review.plan.as_deref().map(|file| SavedPlan::read(file, &inputs)).transpose()?;
    let job = Job { inputs, connection, writing, saved, follows: following.wait };
    Box::pin(carry_out(job, console)).await
}
