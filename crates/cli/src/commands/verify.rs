//! `verify`: does it work? As the application itself, with its own certificate.

use std::time::Duration;

use azure::{Credential, Reader};
use observer::verify::Known;
use planner::Event;
use planner::steps::a_application::Standing;
use planner::verify::{Answers, Outstanding, Probe, judge};
use spec::AppId;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use crate::advice::observe_failure;
use crate::arguments::{self, ReportFormat};
use crate::console::Console;
use crate::environment::with_certificate;
use crate::exit::{Exit, Failure};
use crate::inputs::{Inputs, Verifier};
use crate::progress::Progress;
use crate::render::verification::{self, Report};
use crate::session::Services;

/// Between two rounds of asking; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(crate) async fn run(arguments: &arguments::Verify, console: &Console) -> Result<Exit, Failure> {
    let verifier = Inputs::of_verifier(&arguments.spec, OffsetDateTime::now_utc())?;
    let operator = match arguments.client_id {
        Some(_) => None,
        None => Some(Services::operators(&arguments.connection, &verifier.inputs)?),
    };
    let services = Services::open(&arguments.connection, &verifier.inputs).await?;
    let exit = verify(arguments, verifier, &services, operator, console).await;
    services.close().await;
    exit
}

async fn verify(
    arguments: &arguments::Verify,
    verifier: Verifier,
    services: &Services,
    operator: Option<Vec<Credential>>,
    console: &Console,
) -> Result<Exit, Failure> {
    let Verifier { inputs, pair } = verifier;
    let progress = Progress::reading(console);
    progress.report(&Event::Reading { what: "which application it is" });
    let (client_id, outstanding) = match (arguments.client_id, operator) {
        (Some(id), _) => (id, None),
        (None, operator) => look_up(services, operator, &inputs).await?,
    };
    progress.report(&Event::Reading { what: "what the application gets" });
    let certificate = &pair.certificate;
    let (sha256, not_after) = (certificate.sha256(), certificate.not_after);
    let credential = with_certificate(client_id.to_string(), pair.signer());
    let ask = || {
        let now = OffsetDateTime::now_utc();
        let (sha256, outstanding) = (sha256.clone(), outstanding.clone());
        let known = Known { now, sha256, not_after, outstanding };
        ask(services, credential.clone(), &inputs, known)
    };
    let probes = until_proven(arguments.wait, console, &inputs, ask).await;
    drop(progress);
    let tenant = inputs.desired.tenant.to_string();
    let report = Report { tenant: &tenant, client_id, probes: &probes };
    console.result(&match arguments.format {
        ReportFormat::Text => verification::text(&report, console.verbose),
        ReportFormat::Json => verification::json(&report),
        ReportFormat::Junit => verification::junit(&report),
    })?;
    Ok(exit(&probes))
}

/// Firewalls and licences are not the set-up's.
fn exit(probes: &[Probe]) -> Exit {
    use planner::verify::Verdict;
    if probes.iter().any(|probe| probe.verdict.is_wrong()) {
        Exit::Wrong
    } else if probes.iter().any(|probe| matches!(probe.verdict, Verdict::Unreadable { .. })) {
        Exit::Failed
    } else {
        Exit::Done
    }
}

/// The operator knows the application by the name that we gave it, and what is left to do for it:
/// nothing of that is on its way.
async fn look_up(
    services: &Services,
    operator: Option<Vec<Credential>>,
    inputs: &Inputs,
) -> Result<(AppId, Option<Outstanding>), Failure> {
    const HINT: &str = "name the application with --client-id: then nobody else has to sign in";
    let operator = services.sign_in(operator, inputs).await?;
    let now = OffsetDateTime::now_utc();
    let mondoo = services.mondoo(inputs).await?;
    let observation =
        observer::observe(&operator, mondoo.as_ref(), &inputs.desired, now, &|_| {}).await;
    let failed = |error| {
        let failure = observe_failure(&error);
        if failure.exit == Exit::NotPermitted { failure.hint(HINT) } else { failure }
    };
    let observed = observation.map_err(failed)?.observed;
    let outstanding = Outstanding::of(&planner::plan(&inputs.desired, &observed));
    match observed.application.application {
        Some(application) if application.standing != Standing::Deleted => {
            Ok((application.app_id, Some(outstanding)))
        }
        Some(_) | None => {
            let name = inputs.desired.installation.as_str();
            let message = format!("the tenant has no application of the installation {name}");
            Err(Failure::new(Exit::Wrong, message)
                .hint("run mondoo-azure apply; an application of another name takes --client-id"))
        }
    }
}

/// One round: every answer is new, and so are the tokens, which tell what was granted when they were
/// issued.
async fn ask(
    services: &Services,
    credential: Credential,
    inputs: &Inputs,
    known: Known,
) -> Answers {
    let tenant = inputs.desired.tenant.to_string();
    let signed_in = Reader::sign_in(&tenant, credential, &services.cloud, &services.transport);
    observer::verify::ask(&signed_in.await, &inputs.desired, known).await
}

/// Asks again while something is on its way and there is time.
async fn until_proven<F: Future<Output = Answers>>(
    wait: Option<Duration>,
    console: &Console,
    inputs: &Inputs,
    ask: impl Fn() -> F,
) -> Vec<Probe> {
    let end = Instant::now() + wait.unwrap_or_default();
    let mut pause = FIRST_PAUSE;
    loop {
        let probes = judge(&inputs.desired, &ask().await);
        let pending = probes.iter().filter(|probe| probe.verdict.is_pending()).count();
        let left = end.saturating_duration_since(Instant::now());
        if pending == 0 || left.is_zero() {
            return probes;
        }
        if !console.quiet {
            console.say(&format!("Waiting: {pending} granted, and not there yet"));
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
