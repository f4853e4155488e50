//! `export --as spec`: what is live, as a spec that plans empty.

use std::io::Write;
use std::num::NonZeroU16;
use std::path::Path;

use certificate::{Certificate, Held, first_certificate};
use observer::steps::f_certificate as source;
use planner::proposal::{Proposal, propose};
use planner::steps::a_application::{ADOPTED_TAG, Application};
use planner::steps::f_certificate::{Maker, Source};
use planner::{Desired, Observed, Plan, Steps, key_id};
use spec::{AppId, CertificateSource, Generate, Spec};
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

/// An application is looked up by its id, whoever holds the name that it is to have.
const NOBODYS_NAME: &str = "described-by-export";

pub(super) async fn run(arguments: &Export, console: &Console) -> Result<Exit, Failure> {
    let of = &arguments.proposal;
    let mut inputs = match (of.app_id, &of.tenant) {
        (Some(app_id), Some(tenant)) => Inputs::of_application(app_id, tenant, NOBODYS_NAME)?,
        (_, _) => Inputs::of_target(&arguments.target)?,
    };
    refuse_parts(&inputs)?;
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

/// A spec is about all steps, and takes somebody who sees all of them.
fn refuse_parts(inputs: &Inputs) -> Result<(), Failure> {
    let desired = &inputs.desired;
    let reason = if desired.only != Steps::all() {
        "--only leaves out steps, and a spec describes all of them"
    } else if desired.application.given.is_some() {
        "application.principalId leaves out Entra ID, and a spec describes what is there, too"
    } else {
        return Ok(());
    };
    Err(Failure::new(Exit::BadInput, reason.to_owned()).hint("leave it out"))
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
    let Some(application) = &observed.application.application else {
        return Err(nothing_there(inputs));
    };
    let mut desired = match (arguments.proposal.app_id, &arguments.proposal.tenant) {
        (Some(app_id), Some(tenant)) => {
            Inputs::of_application(app_id, tenant, &name_for(application))?.desired
        }
        (_, _) => inputs.desired.clone(),
    };
    let is_adopted = application.tags.contains(ADOPTED_TAG);
    if application.tags.contains(&desired.marker.to_string()) && !is_adopted {
        desired.application.adopt = None;
    }
    let to_adopt = desired.application.adopt.filter(|_| !is_adopted);
    let besides = besides(arguments, session, inputs, &observed, to_adopt).await?;
    for _ in 0..MORE_LOOKS {
        let next = parsed(&propose(&desired, &observed), &besides, &desired)?;
        if looks_at_the_same(&next, &inputs.desired, &observed) {
            break;
        }
        let (installation, adopt) =
            (inputs.desired.installation.clone(), inputs.desired.application.adopt);
        inputs.desired = Desired { installation, ..next.clone() };
        inputs.desired.application.adopt = adopt;
        observed = session.observe(inputs, &|event| progress.report(&event)).await?.observed;
        desired = next;
    }
    let proposal = propose(&desired, &observed);
    let plan = planner::plan(&parsed(&proposal, &besides, &desired)?, &observed);
    Ok((yaml(&proposal, &besides.0, &left(&plan)), plan))
}

/// As the installation is to be called: by the key that the application has for good, else as it is
/// shown.
fn name_for(application: &Application) -> String {
    let shown = application.unique_name.as_ref().unwrap_or(&application.display_name);
    let dashed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let parts: String = shown.chars().map(dashed).take(64).collect();
    let name = parts.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if name.is_empty() { "mondoo-security".to_owned() } else { name }
}

/// The proposal, read as anybody would read it.
fn parsed(
    proposal: &Proposal,
    (besides, source): &(Besides, Source),
    desired: &Desired,
) -> Result<Desired, Failure> {
    let spec = Spec::parse(&yaml(proposal, besides, &[])).map_err(|errors| {
        let told = |message: &str| format!("what is live cannot be said by a spec: {message}");
        let messages = errors.as_slice().iter().map(|error| told(&error.message));
        Failure::several(Exit::Failed, messages.collect())
            .hint("correct what is named in Azure, and try again")
    })?;
    let mut next = Desired::new(&spec, source.clone());
    next.application.adopt = desired.application.adopt;
    Ok(next)
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
    to_adopt: Option<AppId>,
) -> Result<(Besides, Source), Failure> {
    let out = arguments.proposal.certificate_out.as_deref();
    let written = match arguments.proposal.app_id {
        Some(_) => None,
        None => Some(read_spec(&arguments.target.spec)?),
    };
    let renew_before_days = written.as_ref().map_or(30, |spec| spec.certificate.renew_before_days);
    let keep = written.as_ref().map(|spec| spec.keep.clone()).unwrap_or_default();
    let (source, comment, held) = match (written, out) {
        (Some(spec), None) => {
            (spec.certificate.source, None, inputs.desired.certificate.source.clone())
        }
        (_, out) => trusted(out, session, observed).await?,
    };
    Ok((Besides { to_adopt, source, comment, renew_before_days, keep }, held))
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
        let found =
            session.reader.trusted_certificates(id).await.map_err(|error| azure_failure(&error))?;
        usable.extend(found.into_iter().filter_map(|(id, der)| {
            let certificate = first_certificate(&der)?;
            certificate.check(now).ok().map(|()| (id, certificate))
        }));
    }
    let rank = |(id, certificate): &(_, Certificate)| {
        (*id == key_id(&certificate.sha256()), certificate.not_after)
    };
    let Some((_, certificate)) = usable.into_iter().max_by_key(rank) else {
        return Ok(none_trusted());
    };
    let until = format!("{}, until {}", certificate.subject, certificate.not_after.date());
    let (file, comment) = if let Some(out) = out {
        write_new(out, &certificate.pem())?;
        (out.to_owned(), format!("{until}; its key is with whoever made it"))
    } else {
        let file = "./certificate.pem";
        (file.into(), format!("{until}: --certificate-out {file} writes it"))
    };
    let source = Source::Held(source::facts(&Held::Alone(certificate)));
    Ok((CertificateSource::File(file), Some(comment), source))
}

/// A new one, then.
fn none_trusted() -> (CertificateSource, Option<String>, Source) {
    let comment = "the application trusts no certificate that it could sign in with";
    let new = Generate {
        output: "./mondoo.pem".into(),
        subject: "CN=mondoo-security".to_owned(),
        key_bits: 4096,
        validity_days: NonZeroU16::new(365).expect("a year has days"),
    };
    let source = Source::Make(Maker::Generate(new.clone()));
    (CertificateSource::Generate(new), Some(comment.to_owned()), source)
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
