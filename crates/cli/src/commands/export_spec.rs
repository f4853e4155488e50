//! `export --as spec`: what is live, as a spec that plans empty.

use std::io::Write;
use std::path::{Path, PathBuf};

use certificate::{Certificate, Held};
use observer::steps::f_certificate as source;
use planner::proposal::{Proposal, propose};
use planner::steps::f_certificate::Source;
use planner::{Desired, Observed, Plan, key_id};
use spec::{CertificateSource, Spec};
use time::OffsetDateTime;

use crate::advice::azure_failure;
use crate::arguments::Export;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::{Inputs, read_spec};
use crate::progress::Progress;
use crate::render::proposal::{Besides, yaml};
use crate::session::Session;

/// What is proposed may be at places that were not looked at: then they are.
const MORE_LOOKS: usize = 2;

pub(super) async fn run(arguments: &Export, console: &Console) -> Result<Exit, Failure> {
    let mut inputs = Inputs::of_target(&arguments.target)?;
    let session = Session::connect(&arguments.target.connection, &mut inputs, console).await?;
    let described = describe(arguments, &session, &mut inputs, console).await;
    session.close().await;
    let (text, plan) = described?;
    Console::document(&text)?;
    let left = plan.changes().len();
    if left > 0 && !console.quiet {
        console
            .say(&format!("A plan for this spec has {left} changes: its first lines have them."));
    }
    Ok(if plan.is_whole() { Exit::Done } else { Exit::Failed })
}

/// The spec, and what a plan for it would do.
async fn describe(
    arguments: &Export,
    session: &Session,
    inputs: &mut Inputs,
    console: &Console,
) -> Result<(String, Plan), Failure> {
    let progress = Progress::reading(console);
    let mut observed = session.observe(inputs, &|event| progress.report(&event)).await?.observed;
    if observed.application.application.is_none() {
        return Err(nothing_there(inputs));
    }
    let (besides, source) = besides(arguments, session, inputs, &observed).await?;
    for _ in 0..MORE_LOOKS {
        let next = parsed(&propose(&inputs.desired, &observed), &besides, &source)?;
        if looks_at_the_same(&next, &inputs.desired, &observed) {
            break;
        }
        inputs.desired = next;
        observed = session.observe(inputs, &|event| progress.report(&event)).await?.observed;
    }
    let proposal = propose(&inputs.desired, &observed);
    let plan = planner::plan(&parsed(&proposal, &besides, &source)?, &observed);
    Ok((yaml(&proposal, &besides, &left(&plan)), plan))
}

/// The proposal, read as anybody would read it.
fn parsed(proposal: &Proposal, besides: &Besides, source: &Source) -> Result<Desired, Failure> {
    let spec = Spec::parse(&yaml(proposal, besides, &[])).map_err(|errors| {
        let told = |message: &str| format!("what is live cannot be said by a spec: {message}");
        let messages = errors.as_slice().iter().map(|error| told(&error.message));
        Failure::several(Exit::Failed, messages.collect())
            .hint("correct what is named in Azure, and try again")
    })?;
    Ok(Desired::new(&spec, source.clone()))
}

fn looks_at_the_same(next: &Desired, looked: &Desired, observed: &Observed) -> bool {
    let scopes = |desired: &Desired| observed.directory.scopes(&desired.scopes);
    scopes(next) == scopes(looked)
        && next.role_assignments.added == looked.role_assignments.added
        && next.custom_role.defined_at == looked.custom_role.defined_at
}

/// What a plan still does, and what it is kept from.
fn left(plan: &Plan) -> Vec<String> {
    let changes = plan.changes().map(|(_, change)| {
        let (what, target) = change.action.line();
        format!("{} {what} {target}", change.action.verb().symbol())
    });
    let blocked = plan.blockers().chain(plan.blocked_lines());
    changes.chain(blocked.map(|finding| format!("x {}", finding.message))).collect()
}

fn nothing_there(inputs: &Inputs) -> Failure {
    let name = &inputs.desired.installation;
    let message = format!("there is no application of installation {name} to describe");
    Failure::new(Exit::NotPermitted, message)
        .hint("name another one with --app-id ID --tenant TENANT, whoever made it")
}

/// What live state does not tell: the spec's own, or what follows from the application's certificate.
async fn besides(
    arguments: &Export,
    session: &Session,
    inputs: &Inputs,
    observed: &Observed,
) -> Result<(Besides, Source), Failure> {
    let spec = read_spec(&arguments.target.spec)?;
    let (source, comment, held) = match &arguments.proposal.certificate_out {
        None => (spec.certificate.source, None, inputs.desired.certificate.source.clone()),
        out => trusted(out.as_deref(), session, observed).await?,
    };
    let renew_before_days = spec.certificate.renew_before_days;
    Ok((Besides { source, comment, renew_before_days, keep: spec.keep }, held))
}

/// The certificate that lasts longest of those that the application trusts and somebody could use.
async fn trusted(
    out: Option<&Path>,
    session: &Session,
    observed: &Observed,
) -> Result<(CertificateSource, Option<String>, Source), Failure> {
    let now = OffsetDateTime::now_utc();
    let application = observed.application.application.as_ref().map(|live| live.id);
    let mut usable = Vec::new();
    if let Some(id) = application {
        let found = session.reader.certificates(id).await.map_err(|error| azure_failure(&error))?;
        usable.extend(found.into_iter().filter_map(|(id, der)| {
            let certificate = Certificate::of_der(&der).ok()?;
            certificate.check(now).ok().map(|()| (id, certificate))
        }));
    }
    let rank = |(id, certificate): &(_, Certificate)| {
        (*id == key_id(&certificate.sha256()), certificate.not_after)
    };
    let file = out.map_or_else(|| PathBuf::from("./certificate.pem"), Path::to_owned);
    let Some((_, certificate)) = usable.into_iter().max_by_key(rank) else {
        let comment = "the application trusts no certificate that could be used: put one there";
        return Ok((CertificateSource::File(file), Some(comment.to_owned()), Source::Federated));
    };
    let comment = format!(
        "until {}, {}; its key is with whoever made it",
        certificate.not_after.date(),
        certificate.subject
    );
    if let Some(out) = out {
        write_new(out, &certificate.pem())?;
    }
    let source = Source::Held(source::facts(&Held::Alone(certificate)));
    Ok((CertificateSource::File(file), Some(comment), source))
}

/// A file that has it already is as good.
fn write_new(file: &Path, pem: &str) -> Result<(), Failure> {
    if std::fs::read(file).is_ok_and(|there| there == pem.as_bytes()) {
        return Ok(());
    }
    let new = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
    new.and_then(|mut new| new.write_all(pem.as_bytes())).map_err(|error| {
        let message = format!("{} cannot be written: {error}", file.display());
        Failure::new(Exit::BadInput, message).hint("name another file with --certificate-out")
    })
}
