//! Verdicts of Mondoo: the integration, what it signs in with, and what its last scan showed.

use spec::TenantRef;

use super::{APPLY, Answers, Outstanding, Probe, SpaceAnswer, Verdict};
use crate::steps::g_integration::{Credential, Desired, Integration, Observed, preferred};
use crate::{Desired as All, Step};

/// What can be said of a set-up in which nobody but Mondoo can sign in as the application.
pub(super) fn keyless(seen: Option<&Outstanding>) -> Vec<Probe> {
    let sign_in = Verdict::not_applicable(
        "the spec is keyless, and only Mondoo can sign in as the application: what its scans show \
         is all that can be proven from here",
    );
    let trust = seen.map(|outstanding| {
        let lacks = "the application does not trust the integration's tokens";
        let verdict =
            if outstanding.trust { Verdict::missing(lacks, APPLY) } else { Verdict::Proven };
        Probe::new(Step::F, "federated credential", verdict)
    });
    [Probe::new(Step::A, "sign-in", sign_in)].into_iter().chain(trust).collect()
}

pub(super) fn judge(desired: &All, answers: &Answers) -> Vec<Probe> {
    let (Some(wanted), Some(space)) = (&desired.integration, &answers.space) else {
        return Vec::new();
    };
    let name = format!("space {}", wanted.space);
    let verdict = match space {
        SpaceAnswer::Holds(observed) => return in_space(desired, wanted, observed, answers),
        SpaceAnswer::NoAccess => Verdict::not_applicable(
            "nobody has access to Mondoo's API: set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN to have \
             the integration looked at, too",
        ),
        SpaceAnswer::NoSuchSpace => Verdict::missing(
            "there is no such space, or this Mondoo account may not see it",
            "correct integration.space, or sign in to Mondoo as one of its editors",
        ),
        SpaceAnswer::Failed(failure) => Verdict::Unreadable { why: failure.words().to_owned() },
    };
    vec![Probe::new(Step::G, name, verdict)]
}

fn in_space(desired: &All, wanted: &Desired, space: &Observed, answers: &Answers) -> Vec<Probe> {
    let client = answers.client_id.to_string();
    let of_client =
        || space.integrations.iter().filter(|one| one.client_id.eq_ignore_ascii_case(&client));
    let of_tenant = of_client().filter(|one| is_of_tenant(one, desired));
    let live = preferred(of_tenant, wanted).or_else(|| preferred(of_client(), wanted));
    let name = live.map_or(&wanted.name, |live| &live.name);
    let mut probes =
        vec![Probe::new(Step::G, format!("integration {name}"), exists(live, desired))];
    if let Some(live) = live {
        let sha256 = answers.application.as_ref().map(|application| &*application.sha256);
        let (what, verdict) = match sha256 {
            Some(sha256) => ("its certificate", certificate(live, sha256, space.has_labels)),
            None => ("its tokens", federated(live)),
        };
        probes.push(Probe::new(Step::G, what, verdict));
        probes.push(Probe::new(Step::G, "its last scan", scan(live)));
    }
    let policies = wanted.policies.iter().map(|policy| {
        let verdict = if space.active_policies.contains(policy) {
            Verdict::Proven
        } else if space.unknown_policies.contains(policy) {
            Verdict::missing("there is no such policy", "correct integration.policies")
        } else {
            Verdict::missing("it is not on in the space", APPLY)
        };
        Probe::new(Step::G, format!("policy {}", policy.short()), verdict)
    });
    probes.extend(policies);
    probes
}

/// Client ids are unique, so one of ours in another tenant is a slip of the pen.
fn exists(live: Option<&Integration>, desired: &All) -> Verdict {
    match live {
        Some(live) if is_of_tenant(live, desired) => Verdict::Proven,
        Some(live) => {
            let what = format!("it names tenant {}, which is not the spec's", live.tenant_id);
            Verdict::missing(what, APPLY)
        }
        None => Verdict::missing("the space has no integration of this application", APPLY),
    }
}

fn is_of_tenant(live: &Integration, desired: &All) -> bool {
    match &desired.tenant {
        TenantRef::Id(id) => live.tenant_id.eq_ignore_ascii_case(&id.to_string()),
        TenantRef::Domain(_) => true,
    }
}

fn certificate(live: &Integration, sha256: &str, has_labels: bool) -> Verdict {
    let what = match (&live.credential, live.certificate()) {
        (Credential::Certificate, Some(recorded)) if recorded == sha256 => return Verdict::Proven,
        (Credential::Certificate, Some(recorded)) => {
            let hex: String = recorded.chars().take(16).collect();
            format!("it holds another certificate than the one here: {hex}…")
        }
        (Credential::Certificate, None) if !has_labels => {
            return Verdict::not_applicable(
                "this space's API keeps no record of it: what the last scan shows must do",
            );
        }
        (Credential::Certificate, None) => "which one it holds is not recorded".to_owned(),
        (Credential::Federated(_), _) => "it signs in without a certificate".to_owned(),
        (Credential::Other(kind), _) => format!("it holds something else: {kind}"),
    };
    Verdict::missing(what, APPLY)
}

fn federated(live: &Integration) -> Verdict {
    match &live.credential {
        Credential::Federated(_) => Verdict::Proven,
        Credential::Certificate => {
            Verdict::missing("it signs in with a certificate, and the spec is keyless", APPLY)
        }
        Credential::Other(kind) => Verdict::missing(format!("it signs in with: {kind}"), APPLY),
    }
}

/// Only a scan that ended after the certificate was given shows that it works. While another one
/// runs, what the one before complained of may be mended already.
fn scan(live: &Integration) -> Verdict {
    let scan = &live.scan;
    let (Some(attempted), false) = (scan.attempted, live.awaits_scan()) else {
        return Verdict::missing("none was started since it got what it signs in with", APPLY);
    };
    let runs = scan.finished.is_none_or(|finished| finished < attempted);
    let since = live.since().or(live.created);
    // Mondoo tells whole seconds.
    let shows = scan.finished.is_some_and(|finished| {
        since.is_none_or(|since| finished.unix_timestamp() >= since.unix_timestamp())
    });
    if shows && scan.errors.is_empty() && scan.assets > 0 {
        return Verdict::Proven;
    }
    if runs {
        return Verdict::NotYet { what: "it was started, and has not ended yet".to_owned() };
    }
    if !shows {
        let what = "none has ended since it got what it signs in with";
        return Verdict::NotYet { what: what.to_owned() };
    }
    match scan.errors.first() {
        Some(first) => Verdict::missing(
            format!("it reports: {first}"),
            "mend what else is missing here, and scan again in the Mondoo Console",
        ),
        None => Verdict::missing(
            "it ended without an error and found nothing",
            "see whether integration.subscriptions leaves anything to scan",
        ),
    }
}
