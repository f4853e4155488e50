//! A proposal as YAML, with a comment on each line that is unusual.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use planner::proposal::{Item, Patch, Place, Policies, Proposal, VaultLists};
use spec::{AppId, CertificateSource, Generate, ScopeId};

use crate::console::{is_hidden, one_line};

/// What live state does not tell, and a spec has to say.
pub(crate) struct Besides {
    /// The application is not ours yet.
    pub to_adopt: Option<AppId>,
    pub source: CertificateSource,
    /// What is unusual about it.
    pub comment: Option<String>,
    pub renew_before_days: u16,
    /// Known extras.
    pub keep: Vec<String>,
}

/// What a plan for the spec would still do, each in a line.
pub(crate) fn yaml(proposal: &Proposal, besides: &Besides, left: &[String]) -> String {
    let mut yaml = Yaml(head(proposal, besides.to_adopt, left));
    yaml.line(0, "version", "1", None);
    yaml.line(0, "name", proposal.name.as_str(), None);
    let tenant = proposal.tenant.to_string();
    yaml.line(0, "tenant", &tenant, proposal.tenant_name.as_deref());
    if proposal.cloud != spec::Cloud::Public {
        yaml.line(0, "cloud", &proposal.cloud.to_string(), None);
    }
    yaml.line(0, "profile", proposal.profile.as_str(), None);
    if proposal.scan_vms {
        yaml.line(0, "scanVms", "true", None);
    }
    application(proposal, &mut yaml);
    yaml.patch(0, "graphPermissions", &proposal.graph_permissions);
    yaml.list(0, "allowPrivileged", &proposal.allow_privileged);
    scopes(&proposal.scopes, &mut yaml);
    roles(proposal, &mut yaml);
    key_vaults(proposal, &mut yaml);
    certificate(proposal, besides, &mut yaml);
    integration(proposal, &mut yaml);
    let keep = besides.keep.iter().map(|text| Item { text: text.clone(), comment: None });
    yaml.list(0, "keep", &keep.collect::<Vec<_>>());
    yaml.0
}

fn head(proposal: &Proposal, to_adopt: Option<AppId>, left: &[String]) -> String {
    let mut text =
        "# What is live, as a spec. Read it before you take it for what is wanted.\n".to_owned();
    if let Some(app_id) = to_adopt {
        let _ = writeln!(text, "# To go by it: mondoo-azure adopt SPEC --app-id {app_id}");
    }
    let mut list = |title: &str, lines: &[String]| {
        if !lines.is_empty() {
            let _ = writeln!(text, "#\n# {title}");
            for line in lines {
                let _ = writeln!(text, "# - {}", one_line(line));
            }
        }
    };
    list("What a spec cannot say:", &proposal.remarks);
    let title = match to_adopt {
        Some(_) => "What adopting it changes:",
        None => "A plan for it is not empty:",
    };
    list(title, left);
    text
}

fn application(proposal: &Proposal, yaml: &mut Yaml) {
    let live = &proposal.application;
    let texts = [
        ("displayName", &live.display_name),
        ("notes", &live.notes),
        ("serviceManagementReference", &live.service_management_reference),
    ];
    if live.owners.is_empty() && texts.iter().all(|(_, text)| text.is_none()) {
        return;
    }
    yaml.key(0, "application");
    for (key, text) in texts {
        if let Some(text) = text {
            yaml.line(1, key, &quoted(text), None);
        }
    }
    yaml.list(1, "owners", &live.owners);
}

fn scopes(places: &[Place], yaml: &mut Yaml) {
    yaml.key(0, "scopes");
    for Place { scope, is_root, name, comment } in places {
        let entry = match scope {
            ScopeId::ManagementGroup(_) if *is_root => "tenantRoot: true".to_owned(),
            ScopeId::ManagementGroup(group) => {
                format!("managementGroup: {}", quoted(group.as_str()))
            }
            ScopeId::Subscription(id) => format!("subscription: {id}"),
        };
        yaml.entry(1, &entry, comment.as_deref());
        if let Some(name) = name {
            yaml.line(2, "name", &quoted(name), None);
        }
    }
}

fn roles(proposal: &Proposal, yaml: &mut Yaml) {
    let custom = &proposal.custom_role;
    let is_custom = custom.name.is_some();
    if !is_custom && proposal.built_in_roles.is_empty() {
        return;
    }
    yaml.key(0, "roles");
    yaml.patch(1, "builtIn", &proposal.built_in_roles);
    let Some(name) = &custom.name else { return };
    yaml.key(1, "custom");
    yaml.line(2, "name", &quoted(name), None);
    yaml.list(2, "addActions", &custom.actions.add);
    yaml.list(2, "removeActions", &custom.actions.remove);
    yaml.list(2, "addDataActions", &custom.data_actions.add);
    yaml.list(2, "removeDataActions", &custom.data_actions.remove);
    if let Some(group) = &custom.defined_at {
        yaml.key(2, "assignableScopes");
        yaml.line(3, "managementGroup", &quoted(group.as_str()), None);
    }
}

fn key_vaults(proposal: &Proposal, yaml: &mut Yaml) {
    let vaults = &proposal.key_vaults;
    if vaults.policies == Policies::Discover && vaults.permissions.is_none() {
        return;
    }
    yaml.key(0, "keyVaults");
    match &vaults.policies {
        Policies::Discover => {}
        Policies::None => yaml.line(1, "accessPolicies", "none", None),
        Policies::Listed(vaults) => {
            let comment = "not all vaults in scope, or others, are open to it";
            yaml.line(1, "accessPolicies", "listed", Some(comment));
            yaml.list(1, "include", vaults);
        }
    }
    if let Some(VaultLists { keys, secrets, certificates }) = &vaults.permissions {
        yaml.key(1, "permissions");
        for (kind, names) in [("keys", keys), ("secrets", secrets), ("certificates", certificates)]
        {
            yaml.line(2, kind, &format!("[{}]", names.join(", ")), None);
        }
    }
}

fn certificate(proposal: &Proposal, besides: &Besides, yaml: &mut Yaml) {
    yaml.key(0, "certificate");
    if let Some(comment) = &besides.comment {
        yaml.comment(1, comment);
    }
    yaml.key(1, "source");
    let path = |path: &std::path::Path| quoted(&path.display().to_string());
    match &besides.source {
        CertificateSource::File(file) => yaml.line(2, "file", &path(file), None),
        CertificateSource::Environment(name) => yaml.line(2, "environment", name, None),
        CertificateSource::Federated => yaml.line(2, "federated", "true", None),
        CertificateSource::Generate(new) => {
            let Generate { output, subject, key_bits, validity_days } = new;
            yaml.key(2, "generate");
            yaml.line(3, "output", &path(output), None);
            if *subject != format!("CN={}", proposal.name) {
                yaml.line(3, "subject", &quoted(subject), None);
            }
            yaml.line(3, "keySize", &key_bits.to_string(), None);
            yaml.line(3, "validityDays", &validity_days.to_string(), None);
        }
        CertificateSource::KeyVault(vault) => {
            yaml.key(2, "keyVault");
            yaml.line(3, "url", &quoted(&vault.to_string()), None);
            if let Some(output) = &vault.output {
                yaml.line(3, "output", &path(output), None);
            }
        }
        CertificateSource::Command(command) => {
            yaml.key(2, "command");
            let run = std::iter::once(&command.program).chain(&command.arguments);
            let run: Vec<_> = run.map(|part| in_quotes(part)).collect();
            yaml.line(3, "run", &format!("[{}]", run.join(", ")), None);
            if let Some(output) = &command.output {
                yaml.line(3, "output", &path(output), None);
            }
        }
    }
    if besides.renew_before_days != 30 {
        yaml.line(1, "renewBefore", &format!("{}d", besides.renew_before_days), None);
    }
}

fn integration(proposal: &Proposal, yaml: &mut Yaml) {
    let Some(live) = &proposal.integration else { return };
    let items = |texts: &[String]| -> Vec<Item> {
        texts.iter().map(|text| Item { text: text.clone(), comment: None }).collect()
    };
    yaml.key(0, "integration");
    yaml.line(1, "space", &quoted(&live.space.to_string()), None);
    yaml.line(1, "name", &quoted(&live.name), None);
    if !(live.allow.is_empty() && live.deny.is_empty()) {
        yaml.key(1, "subscriptions");
        // A spec has one of the two.
        if live.allow.is_empty() {
            yaml.list(2, "deny", &items(&live.deny));
        } else {
            yaml.list(2, "allow", &items(&live.allow));
        }
    }
    yaml.list(1, "policies", &items(&live.policies));
}

/// Lines, each at its depth.
struct Yaml(String);

impl Yaml {
    fn key(&mut self, depth: usize, key: &str) {
        let _ = writeln!(self.0, "{}{key}:", indent(depth));
    }

    /// `value` is YAML.
    fn line(&mut self, depth: usize, key: &str, value: &str, comment: Option<&str>) {
        let _ = writeln!(self.0, "{}{key}: {value}{}", indent(depth), remark(comment));
    }

    /// `entry` is YAML.
    fn entry(&mut self, depth: usize, entry: &str, comment: Option<&str>) {
        let _ = writeln!(self.0, "{}- {entry}{}", indent(depth), remark(comment));
    }

    fn comment(&mut self, depth: usize, comment: &str) {
        let _ = writeln!(self.0, "{}# {}", indent(depth), one_line(comment));
    }

    /// Nothing, where it is empty.
    fn list(&mut self, depth: usize, key: &str, items: &[Item]) {
        if items.is_empty() {
            return;
        }
        self.key(depth, key);
        for Item { text, comment } in items {
            self.entry(depth + 1, &quoted(text), comment.as_deref());
        }
    }

    fn patch(&mut self, depth: usize, key: &str, patch: &Patch) {
        if patch.is_empty() {
            return;
        }
        self.key(depth, key);
        self.list(depth + 1, "add", &patch.add);
        self.list(depth + 1, "remove", &patch.remove);
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn remark(comment: Option<&str>) -> String {
    comment.map(|comment| format!(" # {}", one_line(comment))).unwrap_or_default()
}

/// As it is where that can mean nothing else, else in quotes.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/*- ()".contains(c);
    let is_guid = text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let begins =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.starts_with(['/', '.']);
    let is_word = begins && !text.ends_with(' ') && text.chars().all(is_plain);
    // YAML 1.1 knows more of them than 1.2.
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"];
    let means_more = reserved.contains(&text.to_lowercase().as_str());
    let is_number = text.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    if is_guid || (is_word && !means_more && !is_number) {
        text.to_owned()
    } else {
        in_quotes(text)
    }
}

/// With escapes for all that a terminal or a log would obey, or YAML would not take.
pub(crate) fn in_quotes(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '#' if before == '#' => quoted += "\\x23",
            c if is_hidden(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
            c => quoted.push(c),
        }
        before = c;
    }
    quoted + "\""
}
