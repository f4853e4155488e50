//! `adopt`: an application that was made by hand becomes this installation's.

use observer::ask_which;

use super::apply::{Job, rehearse_or_carry_out};
use crate::advice::observe_failure;
use crate::arguments::Adopt;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::session::Session;

pub(crate) async fn run(arguments: &Adopt, console: &Console) -> Result<Exit, Failure> {
    let Adopt { target, app_id, review, writing, following } = arguments;
    review.check()?;
    propose(arguments)?;
    let mut inputs = Inputs::of_target(target)?;
    let connection = &target.connection;
    if app_id.is_none() {
        let session = Session::connect(connection, &mut inputs, console).await?;
        let name = &inputs.desired.application.display_name;
        let candidates = ask_which(&session.reader, name).await;
        session.close().await;
        return Err(observe_failure(&candidates));
    }
    inputs.desired.application.adopt = *app_id;
    let job = Job { inputs, connection, writing, saved: None, follows: following.wait };
    Box::pin(rehearse_or_carry_out(review, job, console)).await
}

/// Where there is no spec yet, what is there says what it would be.
fn propose(arguments: &Adopt) -> Result<(), Failure> {
    let spec = &arguments.target.spec;
    let Some(app_id) = arguments.app_id.filter(|_| !spec.exists()) else { return Ok(()) };
    let message = format!("there is no {} to adopt the application for", spec.display());
    Err(Failure::new(Exit::BadInput, message).hint(format!(
        "have it proposed, and look it through: mondoo-azure export --as spec --app-id {app_id} \
         --tenant TENANT --certificate-out certificate.pem > {}",
        spec.display()
    )))
}
