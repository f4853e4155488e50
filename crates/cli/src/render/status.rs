//! What is managed here, as text or as JSON.

use std::fmt::Write;

use planner::status::{Certificate, Condition, Integration, Owner, Status, StepStatus};
use serde::Serialize;

use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, one_line};

pub(crate) fn text(status: &Status) -> String {
    let parts = [
        installation(status),
        steps(&status.steps),
        certificates(&status.certificates),
        integration(status.integration.as_ref()),
        hands(status),
    ];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    let incomplete = if status.is_whole {
        ""
    } else {
        "Incomplete: not everything could be read; `mondoo-azure plan` tells what.\n"
    };
    let text: String = parts.map(|part| part + "\n").collect();
    format!("{text}{incomplete}{}\n", summary(status))
}

fn installation(status: &Status) -> String {
    let mut text =
        format!("{BOLD}Installation {}{BOLD:#}\n", one_line(status.installation.as_str()));
    match &status.application {
        Some(application) => {
            let adopted = if application.is_adopted { ", adopted" } else { "" };
            let _ = writeln!(
                text,
                "   application        {} ({}{adopted})\n   client id          {}\n   object id          {}",
                one_line(&application.name),
                condition(application.standing),
                application.client_id,
                application.object_id
            );
        }
        None => text += "   application        none\n",
    }
    match &status.service_principal {
        Some(principal) => {
            let (id, condition) = (principal.object_id, condition(principal.standing));
            let _ = writeln!(text, "   service principal  {id} ({condition})");
        }
        None => text += "   service principal  none\n",
    }
    text
}

fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Live => "live",
        Condition::Disabled => "disabled",
        Condition::Deleted => "deleted, restorable for 30 days",
    }
}

fn steps(steps: &[StepStatus]) -> String {
    let mut text = format!("{BOLD}Managed{BOLD:#}\n");
    for StepStatus { step, title, managed, pending } in steps {
        let pending = match pending {
            0 => String::new(),
            pending => format!(", {YELLOW}{pending} to change{YELLOW:#}"),
        };
        let _ = writeln!(text, "   {step}  {title:<28} {managed} as wanted{pending}");
    }
    text
}

fn certificates(certificates: &[Certificate]) -> String {
    if certificates.is_empty() {
        return String::new();
    }
    let mut text = format!("{BOLD}Certificates{BOLD:#}\n");
    for certificate in certificates {
        let Certificate { key_id, thumbprint, name, .. } = certificate;
        let whose = match (certificate.is_ours, certificate.is_current) {
            (_, true) => "ours, the spec's",
            (true, false) => "ours",
            (false, false) => "foreign",
        };
        let style = match (certificate.days_left, certificate.is_expiring) {
            (..=0, _) => RED,
            (_, true) => YELLOW,
            (_, false) => GREEN,
        };
        let _ = writeln!(
            text,
            "   {} ({whose})\n      {style}{}{style:#}, {}\n      {DIM}key id {key_id}, thumbprint {}{DIM:#}",
            one_line(name),
            left(certificate.days_left),
            certificate.expires.date(),
            one_line(thumbprint.as_deref().unwrap_or("unknown"))
        );
    }
    text
}

fn left(days: i64) -> String {
    match days {
        ..0 => format!("ended {} days ago", -days),
        0 => "ends today".to_owned(),
        days => format!("{days} days left"),
    }
}

fn integration(integration: Option<&Integration>) -> String {
    let Some(Integration { mrn, name, certificate_sha256, last_scan, errors }) = integration else {
        return String::new();
    };
    let certificate = certificate_sha256.as_deref().unwrap_or("not recorded");
    let scan = last_scan.map_or_else(|| "none yet".to_owned(), |at| at.date().to_string());
    let mut text = format!(
        "{BOLD}Mondoo{BOLD:#}\n   integration        {}\n   mrn                {}\n   \
         certificate        {}\n   last scan          {scan}\n",
        one_line(name),
        one_line(mrn),
        one_line(certificate)
    );
    for error in errors {
        let _ = writeln!(text, "   {RED}!{RED:#} {}", one_line(error));
    }
    text
}

/// Whoever may change the application, and what else signs in as it.
fn hands(status: &Status) -> String {
    let mut text = String::new();
    for Owner { object_id, name, is_known } in &status.owners {
        let known = if *is_known { "known" } else { "foreign" };
        let _ = writeln!(text, "   owner {} ({known}, {object_id})", one_line(name));
    }
    for credential in &status.foreign_credentials {
        let _ = writeln!(text, "   {} (foreign)", one_line(credential));
    }
    if text.is_empty() { text } else { format!("{BOLD}Other hands{BOLD:#}\n{text}") }
}

/// The wording is an interface: scripts read it.
fn summary(status: &Status) -> String {
    let Summary { managed, pending, certificates, expiring, foreign } = Summary::of(status);
    format!(
        "Status: {managed} objects as wanted, {pending} to change, {certificates} certificates of \
         which {expiring} expire soon, {foreign} foreign hands."
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    managed: usize,
    pending: usize,
    certificates: usize,
    expiring: usize,
    /// Owners that nobody named and credentials that are not ours.
    foreign: usize,
}

impl Summary {
    fn of(status: &Status) -> Summary {
        let owners = status.owners.iter().filter(|owner| !owner.is_known).count();
        let certificates = status.certificates.iter();
        let foreign = certificates.clone().filter(|one| !one.is_ours && !one.is_current).count();
        Summary {
            managed: status.steps.iter().map(|step| step.managed).sum(),
            pending: status.steps.iter().map(|step| step.pending).sum(),
            certificates: status.certificates.len(),
            expiring: certificates.filter(|one| one.is_expiring).count(),
            foreign: owners + status.foreign_credentials.len() + foreign,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format_version: u32,
    #[serde(flatten)]
    status: &'a Status,
    summary: Summary,
}

pub(crate) fn json(status: &Status) -> String {
    let document = Document { format_version: 1, status, summary: Summary::of(status) };
    super::json::document(&document)
}
