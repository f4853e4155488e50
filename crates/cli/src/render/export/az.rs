//! A script for Bash and Azure CLI. Each step looks before it writes, so it can be run again.

use std::fmt::Write;

use spec::Cloud;

use super::Source;
use super::calls::{self, Argument, Call, Function};
use super::layout::{header, used};
use crate::console::{BREAKS_A_LOG, is_hidden};
use crate::render::json;

const LIBRARY: &str = include_str!("az/prelude.sh");
const MARK: &str = "#";

pub(super) fn script(source: &Source<'_>) -> String {
    let body = calls::body(source, MARK, lines);
    let tenant = source.observed.directory.tenant.id;
    let use_ = [
        format!(
            "Read it, sign in as somebody who holds the rights (docs/rights.md; az login --tenant \
             {tenant}, with --allow-no-subscriptions where you have none), and run: bash FILE"
        ),
        format!(
            "It takes Bash, openssl and Azure CLI, in {}. Each step looks first, and writes what is \
             missing: run again, it changes nothing, and a run that was stopped is finished by \
             another one.",
            cloud(source.desired.cloud)
        ),
    ];
    let header = header(source, MARK, &use_, &body);
    let known = known(source);
    let namespace = escaped_bytes(spec::NAMESPACE.as_bytes());
    let library = LIBRARY.replace("@NAMESPACE@", &namespace);
    let library = used(library.trim_end(), &(known.clone() + &body.text));
    format!("#!/usr/bin/env bash\n{header}{BEGIN}\n\n{library}\n\n{known}{}\n{DONE}", body.text)
}

/// Backticks have a meaning in queries, and none in single quotes; not every script needs every name.
const BEGIN: &str = "# shellcheck disable=SC2016,SC2034\nset -euo pipefail";

const DONE: &str = "printf 'Done: %s written, %s left.\\n' \"$WRITTEN\" \"$LEFT\"\n";

/// Who signed in, and what is there already.
fn known(source: &Source<'_>) -> String {
    let tenant = source.observed.directory.tenant.id;
    let mut text = format!("signed_in {}\n", quoted(&tenant.to_string()));
    if let Some((id, app_id)) = source.application() {
        let _ = writeln!(text, "APPLICATION='{id}' APP_ID='{app_id}'");
    }
    if let Some(id) = source.principal() {
        let _ = writeln!(text, "PRINCIPAL='{id}'");
    }
    text
}

fn cloud(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "the cloud where the tenant is (az cloud show tells which one is set)",
        Cloud::UsGovernment => "az cloud set --name AzureUSGovernment",
        Cloud::UsGovernmentDod => {
            "a cloud of your own for the Department of Defense (az cloud register)"
        }
        Cloud::China => "az cloud set --name AzureChinaCloud",
    }
}

fn escaped_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

/// One word of Bash that means the text, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains(is_hidden) && !text.contains(BREAKS_A_LOG) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut word = "$'".to_owned();
    for character in text.chars() {
        match character {
            '\'' | '\\' => word.extend(['\\', character]),
            // Bash has no such character.
            '\0' => {}
            '#' => word += "\\x23",
            hidden if is_hidden(hidden) => {
                let _ = write!(word, "\\U{:08x}", u32::from(hidden));
            }
            plain => word.push(plain),
        }
    }
    word + "'"
}

fn lines(heading: &str, calls: &[Call]) -> String {
    let step = format!("step {}\n", quoted(heading));
    calls.iter().fold(step, |lines, call| lines + &line(call) + "\n")
}

fn line(call: &Call) -> String {
    let words = call.arguments.iter().map(|argument| format!(" {}", word(argument)));
    let command = format!("{}{}", name(call.function), words.collect::<String>());
    let command = if call.deletes { format!("if may_delete; then {command}; fi") } else { command };
    call.arguments.iter().rev().fold(command, |command, argument| match argument {
        Argument::Ids(ids) => {
            let ids = ids.iter().map(|(id, name)| format!("  {} # {name}\n", quoted(id)));
            format!("ids=(\n{})\n{command}", ids.collect::<String>())
        }
        Argument::Text(_)
        | Argument::Json(_)
        | Argument::Document(_)
        | Argument::Words(_)
        | Argument::CertificateFile => command,
    })
}

fn name(function: Function) -> &'static str {
    match function {
        Function::MakeApplication => "make_application",
        Function::RestoreApplication => "restore_application",
        Function::PurgeApplication => "purge_application",
        Function::UpdateApplication => "update_application",
        Function::TagApplication => "tag_application",
        Function::AddOwner => "add_owner",
        Function::MakePrincipal => "make_principal",
        Function::RestorePrincipal => "restore_principal",
        Function::TagPrincipal => "tag_principal",
        Function::Request => "request",
        Function::Consent => "consent",
        Function::Revoke => "revoke",
        Function::Assign => "assign",
        Function::Unassign => "unassign",
        Function::Define => "define",
        Function::Undefine => "undefine",
        Function::OpenVault => "open_vault",
        Function::ReduceVault => "reduce_vault",
        Function::LeaveVault => "leave_vault",
        Function::Trust => "trust",
        Function::TrustFile => "trust_file",
        Function::Distrust => "distrust",
        Function::Federate => "federate",
    }
}

/// Only line breaks between its values are left in JSON that are no escapes.
fn word(argument: &Argument) -> String {
    let single = |json: &str| format!("'{}'", json.trim_end().replace('\'', "'\\''"));
    match argument {
        Argument::Text(text) => quoted(text),
        Argument::Json(value) => single(&json::line(value)),
        Argument::Document(value) => single(&json::document(value)),
        Argument::Words(texts) => {
            let words = texts.iter().map(|text| quoted(text));
            words.collect::<Vec<_>>().join(" ")
        }
        // `line` has put them there.
        Argument::Ids(_) => "\"${ids[@]}\"".to_owned(),
        Argument::CertificateFile => "\"${CERTIFICATE:-}\"".to_owned(),
    }
}
