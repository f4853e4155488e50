//! A script for PowerShell, with the modules of Microsoft Graph and Az. Each step looks before it
//! writes, so it can be run again.

use std::fmt::Write;

use spec::Cloud;

use super::Source;
use super::calls::{self, Argument, Call, Function};
use super::layout::{header, used};
use crate::console::{BREAKS_A_LOG, is_hidden};
use crate::render::json;

const LIBRARY: &str = include_str!("powershell/prelude.ps1");
const MARK: &str = "#";

pub(super) fn script(source: &Source<'_>) -> String {
    let body = calls::body(source, MARK, lines);
    let header = header(source, MARK, &how_to_use(source), &body);
    let known = known(source);
    let namespace = spec::NAMESPACE.simple().to_string();
    let library = LIBRARY.replace("@NAMESPACE@", &namespace);
    let library = library.replace("@GRAPH_APP_ID@", azure::GRAPH_APP_ID);
    let library = used(library.trim_end(), &(known.clone() + &body.text));
    format!("{header}{BEGIN}\n{library}\n\n{known}{}\n{DONE}", body.text)
}

const BEGIN: &str = "\
#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication, Az.Accounts
param([switch] $AllowDeletes, [string] $Certificate = '')
";

const DONE: &str = "Write-Output \"Done: $Written written, $Left left.\"\n";

fn how_to_use(source: &Source<'_>) -> [String; 3] {
    let tenant = source.observed.directory.tenant.id;
    let (entra, azure) = match source.desired.cloud {
        Cloud::Public => ("", ""),
        Cloud::UsGovernment => (" -Environment USGov", " -Environment AzureUSGovernment"),
        Cloud::UsGovernmentDod => {
            (" -Environment USGovDoD", " -Environment (one of Add-AzEnvironment)")
        }
        Cloud::China => (" -Environment China", " -Environment AzureChinaCloud"),
    };
    [
        "Read it, sign in as somebody who holds the rights (docs/rights.md), and run it:".to_owned()
            + " pwsh FILE, with -AllowDeletes where something is to be taken away.",
        format!(
            "Connect-AzAccount -Tenant {tenant}{azure} ; Connect-MgGraph -TenantId {tenant}{entra} \
             -Scopes Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All"
        ),
        "Each step looks first, and writes what is missing: run again, it changes nothing, and a run \
         that was stopped is finished by another one."
            .to_owned(),
    ]
}

/// Who signed in, and what is there already.
fn known(source: &Source<'_>) -> String {
    let tenant = source.observed.directory.tenant.id;
    let mut text = format!("Assert-Tenant {}\n", quoted(&tenant.to_string()));
    if let Some((id, app_id)) = source.application() {
        let _ = write!(text, "$Application = '{id}'\n$AppId = '{app_id}'\n");
    }
    if let Some(id) = source.principal() {
        let _ = writeln!(text, "$Principal = '{id}'");
    }
    text
}

fn lines(heading: &str, calls: &[Call]) -> String {
    let step = format!("Start-Step {}\n", quoted(heading));
    calls.iter().fold(step, |lines, call| lines + &line(call) + "\n")
}

fn line(call: &Call) -> String {
    let words: String =
        call.arguments.iter().map(|argument| format!(" {}", word(argument))).collect();
    let command = format!("{}{words}", name(call.function));
    if call.deletes { format!("if (Test-MayDelete) {{ {command} }}") } else { command }
}

fn name(function: Function) -> &'static str {
    match function {
        Function::MakeApplication => "Confirm-Application",
        Function::RestoreApplication => "Restore-Application",
        Function::PurgeApplication => "Remove-DeletedApplication",
        Function::UpdateApplication => "Update-Application",
        Function::TagApplication => "Add-ApplicationTag",
        Function::AddOwner => "Add-Owner",
        Function::MakePrincipal => "Confirm-Principal",
        Function::RestorePrincipal => "Restore-Principal",
        Function::TagPrincipal => "Add-PrincipalTag",
        Function::Request => "Add-Request",
        Function::Consent => "Add-Consent",
        Function::Revoke => "Remove-Consent",
        Function::Assign => "Add-Assignment",
        Function::Unassign => "Remove-Assignment",
        Function::Define => "Set-Role",
        Function::Undefine => "Remove-Role",
        Function::OpenVault => "Open-Vault",
        Function::ReduceVault => "Limit-Vault",
        Function::LeaveVault => "Remove-VaultEntry",
        Function::Trust => "Add-Certificate",
        Function::TrustFile => "Add-CertificateFile",
        Function::Distrust => "Remove-Certificate",
        Function::Federate => "Set-Federation",
    }
}

fn word(argument: &Argument) -> String {
    match argument {
        Argument::Text(text) => quoted(text),
        Argument::Json(value) => single(json::line(value).trim_end()),
        Argument::Document(value) => single(json::document(value).trim_end()),
        Argument::Words(texts) => {
            let words: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            format!("@({})", words.join(", "))
        }
        Argument::Ids(ids) => {
            let ids = ids.iter().map(|(id, name)| format!("    {} # {name}\n", quoted(id)));
            format!("@(\n{})", ids.collect::<String>())
        }
        Argument::CertificateFile => "$Certificate".to_owned(),
    }
}

/// PowerShell takes typographic quotes for plain ones (documented).
fn single(text: &str) -> String {
    let mut word = "'".to_owned();
    for character in text.chars() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            word.push(character);
        }
        word.push(character);
    }
    word + "'"
}

/// A text, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains(is_hidden) && !text.contains(BREAKS_A_LOG) {
        return single(text);
    }
    let mut word = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '`' | '$' | '\u{201c}'..='\u{201e}' => word.extend(['`', character]),
            escaped if escaped == '#' || is_hidden(escaped) => {
                let _ = write!(word, "`u{{{:x}}}", u32::from(escaped));
            }
            plain => word.push(plain),
        }
    }
    word + "\""
}
