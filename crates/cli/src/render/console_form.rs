//! What is left to do in the Mondoo Console, for those who have no access to its API: the fields of
//! its page Integrations > Add > Azure, in their order.

use std::fmt::Write;
use std::path::PathBuf;

use planner::steps::g_integration::Subscriptions;

use crate::console::{BOLD, one_line};

pub(crate) struct ConsoleForm<'a> {
    pub name: &'a str,
    pub client_id: String,
    pub tenant_id: String,
    pub subscriptions: Subscriptions,
    pub scan_vms: bool,
    pub file: PemFile,
    pub policies: Vec<&'a str>,
}

/// Where the file is that the Console takes: the private key first, then the certificate.
pub(crate) enum PemFile {
    Ready(PathBuf),
    /// Both are in this file, in another form.
    InAnotherForm(PathBuf),
    /// They came from somewhere else, in words.
    FromElsewhere(String),
}

pub(crate) fn text(form: &ConsoleForm<'_>) -> String {
    let ConsoleForm { name, client_id, tenant_id, subscriptions, scan_vms, file, policies } = form;
    let mut text = format!(
        "\n{BOLD}Left to do in the Mondoo Console{BOLD:#}: Integrations > Add New Integration > Azure\n"
    );
    let mut field = |label: &str, value: &str| {
        let _ = writeln!(text, "   {label:<46} {}", one_line(value));
    };
    field("Choose an integration name", name);
    field("Enter the application (client) ID", client_id);
    field("Enter the directory (tenant) ID", tenant_id);
    let all = subscriptions.allow.is_empty() && subscriptions.deny.is_empty();
    field("Scan all subscriptions connected to the tenant", if all { "on" } else { "off" });
    for (list, ids) in [("Allow list", &subscriptions.allow), ("Deny list", &subscriptions.deny)] {
        ids.iter().for_each(|id| field(&format!("   {list}"), id));
    }
    field("Scan VMs", if *scan_vms { "on" } else { "off" });
    field("Drag and drop your .pem file here", &drop_file(file));
    if policies.is_empty() {
        field("then START SCANNING, and enable policies", "those that you want to be measured by");
    } else {
        field("then START SCANNING, and enable policies", &policies.join(", "));
    }
    text + "   then FINALIZE SETUP\n"
}

fn drop_file(file: &PemFile) -> String {
    match file {
        PemFile::Ready(path) => path.display().to_string(),
        PemFile::InAnotherForm(path) => {
            let path = path.display();
            format!(
                "mondoo.pem, after: (umask 077; {{ openssl pkey -in {path}; openssl x509 -in {path}; }} \
                 > mondoo.pem)"
            )
        }
        PemFile::FromElsewhere(words) => words.clone(),
    }
}
