//! A script for Bash and Azure CLI. Each step looks before it writes, so it can be run again.

mod steps;

use planner::{Action, Step};
use spec::Cloud;

use super::Source;
use super::layout::{Language, body, header, used};
use crate::console::{BREAKS_A_LOG, is_hidden};
use crate::render::json;

const LIBRARY: &str = include_str!("az/prelude.sh");
const MARK: &str = "#";

pub(super) fn script(source: &Source<'_>) -> String {
    let begin = |step: Step, actions: &[&Action]| steps::begin(source, step, actions);
    let piece = |action: &Action| steps::piece(source, action);
    let body = body(source.plan, &Language { comment: MARK, begin: &begin, piece: &piece });
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
    format!(
        "#!/usr/bin/env bash\n{header}set -euo pipefail\n\n{library}\n\n{known}{}\n{DONE}",
        body.text
    )
}

const DONE: &str = "printf 'Done: %s written, %s left.\\n' \"$WRITTEN\" \"$LEFT\"\n";

/// Who signed in, and what is there already.
fn known(source: &Source<'_>) -> String {
    let tenant = source.observed.directory.tenant.id;
    let mut text = format!("signed_in {}\n", quoted(&tenant.to_string()));
    if let Some((id, app_id)) = source.application() {
        text += &format!("APPLICATION='{id}' APP_ID='{app_id}'\n");
    }
    if let Some(id) = source.principal() {
        text += &format!("PRINCIPAL='{id}'\n");
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
            hidden if is_hidden(hidden) => word += &format!("\\U{:08x}", u32::from(hidden)),
            plain => word.push(plain),
        }
    }
    word + "'"
}

/// JSON in lines, as one word.
fn document_of(value: &serde_json::Value) -> String {
    quoted_json(&json::document(value))
}

/// The same in one line.
fn body_of(value: &serde_json::Value) -> String {
    quoted_json(&json::line(value))
}

/// Only its own line breaks are left in it that are no escapes.
fn quoted_json(json: &str) -> String {
    format!("'{}'", json.trim_end().replace('\'', "'\\''"))
}
