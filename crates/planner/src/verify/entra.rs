//! Verdicts of Entra ID and Microsoft Graph.

use time::OffsetDateTime;

use super::answers::SignInFailure;
use super::outstanding::unless_granted;
use super::{APPLY, ApplicationAnswers, EntraAnswers, Failure, Outstanding, Probe, Verdict};
use crate::{Desired, Step};

/// Numbers of Entra ID's refusals (documented).
const NO_SUCH_APPLICATION: u32 = 700_016;
const NO_SUCH_TENANT: u32 = 90_002;
const NO_PRINCIPAL: u32 = 7_000_229;
const UNTRUSTED: u32 = 700_027;
const CLOCK: u32 = 700_024;
const DISABLED: u32 = 7_000_112;

pub(super) fn sign_in(answers: &ApplicationAnswers, seen: Option<&Outstanding>) -> Vec<Probe> {
    let sign_ins = &answers.sign_ins;
    let services = [
        ("Microsoft Graph", &sign_ins.graph),
        ("Azure Resource Manager", &sign_ins.arm),
        ("Key Vault", &sign_ins.vaults),
    ];
    // What keeps somebody from signing in keeps them from it everywhere.
    let first = sign_ins.graph.as_ref().err();
    let probes = services.into_iter().enumerate().map(|(index, (service, answer))| {
        let verdict = match answer {
            Ok(()) => Verdict::Proven,
            Err(failure) if index > 0 && first.is_some_and(|one| one.code == failure.code) => {
                Verdict::not_applicable("as for Microsoft Graph")
            }
            Err(failure) => refused(failure, seen),
        };
        Probe::new(Step::A, format!("sign-in to {service}"), verdict)
    });
    probes.collect()
}

fn refused(failure: &SignInFailure, seen: Option<&Outstanding>) -> Verdict {
    let words = &failure.words;
    let is_there = seen.is_some_and(|one| !one.registration);
    match failure.code {
        Some(NO_SUCH_APPLICATION) if is_there => not_yet("the application is there"),
        Some(NO_PRINCIPAL) if is_there => not_yet("the service principal is there"),
        Some(NO_SUCH_APPLICATION) => Verdict::missing(
            format!("this tenant has no such application: {words}"),
            format!("correct --client-id or the spec's tenant, or {APPLY}"),
        ),
        Some(NO_SUCH_TENANT) => Verdict::missing(
            format!("there is no such tenant: {words}"),
            "correct the spec's tenant, or the cloud",
        ),
        Some(NO_PRINCIPAL) => {
            Verdict::missing(format!("it has no service principal: {words}"), APPLY)
        }
        Some(UNTRUSTED) => Verdict::not_applicable("the certificate is not trusted: see step F"),
        Some(CLOCK) => Verdict::missing(
            format!("this machine's clock is off: {words}"),
            "set the clock and run it again",
        ),
        Some(DISABLED) => Verdict::missing(
            format!("the application is disabled: {words}"),
            "find out who disabled it, and why",
        ),
        Some(_) => Verdict::missing(words.clone(), "do what Entra ID says, and run it again"),
        None => Verdict::Unreadable { why: words.clone() },
    }
}

fn not_yet(what: &str) -> Verdict {
    Verdict::NotYet { what: format!("{what}, and sign-in does not know it yet") }
}

pub(super) fn certificate(
    desired: &Desired,
    answers: &ApplicationAnswers,
    seen: Option<&Outstanding>,
    now: OffsetDateTime,
) -> Probe {
    let end = answers.not_after.date();
    let renew = now + desired.certificate.renew_before;
    let ends_soon = (answers.not_after < renew)
        .then(|| format!("it is valid until {end} only: let a new one take its place"));
    let untrusted = answers.sign_ins.graph.as_ref().err().map(|failure| failure.code);
    let is_listed = seen.is_some_and(|one| !one.trust);
    let verdict = match untrusted {
        None => Verdict::Proven,
        Some(Some(UNTRUSTED)) if is_listed => Verdict::NotYet {
            what: "the application trusts it, and sign-in does not know it yet".to_owned(),
        },
        Some(Some(UNTRUSTED)) => {
            Verdict::missing("the application does not trust this certificate", APPLY)
        }
        Some(_) => Verdict::not_applicable("the application cannot sign in: see step A"),
    };
    let hex = &answers.sha256[..answers.sha256.len().min(16)];
    Probe::new(Step::F, format!("certificate {hex}…, valid until {end}"), verdict).noting(ends_soon)
}

/// The token decides. The call explains: it may need a licence besides.
pub(super) fn permissions(
    desired: &Desired,
    entra: &EntraAnswers,
    seen: Option<&Outstanding>,
) -> Vec<Probe> {
    let wanted = &desired.graph_permissions;
    let probes = wanted.permissions.iter().map(|permission| {
        let name = &permission.name;
        let verdict = if entra.roles.contains(name) {
            held(entra.calls.get(name))
        } else if wanted.retired.contains(name) {
            Verdict::not_applicable("it is not granted, and reaches no Graph API any more")
        } else {
            let is_outstanding = |one: &Outstanding| one.has_consent(name);
            match not_held(name, entra) {
                verdict @ Verdict::Missing { .. } => unless_granted(verdict, seen, is_outstanding),
                verdict => verdict,
            }
        };
        Probe::new(Step::B, name, verdict)
    });
    probes.collect()
}

fn held(call: Option<&Result<(), Failure>>) -> Verdict {
    match call {
        None | Some(Ok(())) => Verdict::Proven,
        // What this cloud's Graph does not have proves nothing against the grant.
        Some(Err(failure)) if failure.is_unknown() => Verdict::Proven,
        Some(Err(failure)) if failure.is_licence() => {
            Verdict::NoLicence { what: failure.words().to_owned() }
        }
        Some(Err(failure)) => {
            Verdict::Unreadable { why: format!("it is in the token, and yet: {}", failure.words()) }
        }
    }
}

fn not_held(name: &str, entra: &EntraAnswers) -> Verdict {
    let role = match &entra.offered {
        Ok(offered) => match offered.get(name) {
            Some(role) => Some(*role),
            None => {
                return Verdict::not_applicable(
                    "this tenant's Microsoft Graph has no such permission",
                );
            }
        },
        Err(_) => None,
    };
    let is_granted = match (&entra.granted, role) {
        (Ok(granted), Some(role)) => granted.contains(&role),
        _ => false,
    };
    if is_granted {
        return Verdict::NotYet { what: "it is consented, and not in the token yet".to_owned() };
    }
    let mend = format!("{APPLY}: consenting takes a Privileged Role Administrator");
    Verdict::missing("it is not consented", mend)
}
