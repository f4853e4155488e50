//! `verify`: does it work? As the application itself, with its own certificate.

use std::time::Duration;

use azure::{Credential, Reader};
use certificate::KeyPair;
use mondoo::Mondoo;
use observer::verify::Known;
use planner::Event;
use planner::steps::a_application::Standing;
use planner::steps::f_certificate::Source;
use planner::verify::{Answers, ApplicationAnswers, Outstanding, Probe, judge};
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
    let exit = Box::pin(verify(arguments, verifier, &services, operator, console)).await;
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
    let mondoo = services.mondoo(&inputs).await?;
    if pair.is_none() && mondoo.is_none() {
        return Err(nobody_signs_in());
    }
    progress.report(&Event::Reading { what: "which application it is" });
    let (client_id, outstanding) = match (arguments.client_id, operator) {
        (Some(id), _) => (id, None),
        (None, operator) => look_up(services, operator, mondoo.as_ref(), &inputs).await?,
    };
    progress.report(&Event::Reading { what: "what the application gets" });
    let trial = Trial { services, inputs: &inputs, pair, mondoo, client_id, outstanding };
    let probes = trial.until_proven(arguments.wait, console).await;
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

fn nobody_signs_in() -> Failure {
    let message = "verify has nothing to sign in with: the spec is keyless, and nobody has access to \
                   Mondoo's API, which tells how its scans went";
    Failure::new(Exit::NotPermitted, message.to_owned())
        .hint("set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md)")
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
    mondoo: Option<&Mondoo>,
    inputs: &Inputs,
) -> Result<(AppId, Option<Outstanding>), Failure> {
    const HINT: &str = "name the application with --client-id: then nobody else has to sign in";
    let operator = services.sign_in(operator, inputs).await?;
    let now = OffsetDateTime::now_utc();
    // With a certificate, the plan for the application is the same whatever Mondoo says.
    let mondoo = mondoo.filter(|_| inputs.desired.certificate.source == Source::Federated);
    let observation = observer::observe(&operator, mondoo, &inputs.desired, now, &|_| {}).await;
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

/// Who tries, and what is known before.
struct Trial<'a> {
    services: &'a Services,
    inputs: &'a Inputs,
    pair: Option<KeyPair>,
    mondoo: Option<Mondoo>,
    client_id: AppId,
    outstanding: Option<Outstanding>,
}

impl Trial<'_> {
    /// Asks again while something is on its way and there is time.
    async fn until_proven(&self, wait: Option<Duration>, console: &Console) -> Vec<Probe> {
        let end = Instant::now() + wait.unwrap_or_default();
        let mut pause = FIRST_PAUSE;
        loop {
            let probes = judge(&self.inputs.desired, &self.ask().await);
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

    /// One round: every answer is new, and so are the tokens, which tell what was granted when they
    /// were issued.
    async fn ask(&self) -> Answers {
        let (application, space) = tokio::join!(
            async {
                match &self.pair {
                    Some(pair) => Some(self.as_application(pair).await),
                    None => None,
                }
            },
            observer::verify::ask_mondoo(self.mondoo.as_ref(), &self.inputs.desired)
        );
        let (client_id, outstanding) = (self.client_id, self.outstanding.clone());
        Answers { now: OffsetDateTime::now_utc(), client_id, outstanding, application, space }
    }

    async fn as_application(&self, pair: &KeyPair) -> ApplicationAnswers {
        let Trial { services, inputs, .. } = self;
        let tenant = inputs.desired.tenant.to_string();
        let credential = with_certificate(self.client_id.to_string(), pair.signer());
        let signed_in = Reader::sign_in(&tenant, credential, &services.cloud, &services.transport);
        let (sha256, not_after) = (pair.certificate.sha256(), pair.certificate.not_after);
        let known = Known { sha256, not_after };
        observer::verify::ask(&signed_in.await, &inputs.desired, known).await
    }
}
