//! What no script does, and who does it.

use std::path::Path;

use planner::steps::f_certificate::{Maker, staged};

pub(super) const INTEGRATION: &str = "it is done in Mondoo: by `mondoo-azure apply`, once everything here is done and where the key \
     is, or in the Mondoo Console";

pub(super) const LEAVING: &str = "`mondoo-azure destroy` does it";

pub(super) const ORPHAN: &str =
    "`mondoo-azure apply` removes it, once it has seen that its service principal is gone";

pub(super) const NO_CERTIFICATE: &str =
    "the certificate could not be read: put it where the spec names it, and export again";

pub(super) const FEDERATION: &str =
    "issuer and subject are known once the integration is made: do that, and export again";

/// A private key is made by whoever keeps it, and is nobody else's business.
pub(super) fn make(maker: &Maker, beside: bool) -> String {
    let output = maker.output().map(|output| {
        let output = if beside { staged(output) } else { output.to_owned() };
        format!(" in {}", output.display())
    });
    let output = output.unwrap_or_default();
    match maker {
        Maker::Generate(_) => format!(
            "a private key is made where it is kept{output}: by `mondoo-azure certificate generate`, \
             on that machine alone"
        ),
        Maker::Command(_) => format!(
            "a private key is made where it is kept{output}: by the command of the spec's \
             certificate.source"
        ),
    }
}

pub(super) fn install(from: &Path, to: &Path) -> String {
    format!(
        "once a sign-in with the new certificate works, move {} to {} where the key is kept",
        from.display(),
        to.display()
    )
}

pub(super) fn copy(output: &Path) -> String {
    format!("`mondoo-azure apply` writes {} where the key is to be kept", output.display())
}

pub(super) fn delete(language: &str) -> String {
    format!(
        "{language} takes away only what it has made: `mondoo-azure apply`, or an export for az or \
         powershell, does it"
    )
}

pub(super) fn restore(language: &str) -> String {
    format!(
        "{language} brings nothing back that was deleted: restore it in the portal, or by an export \
         for az or powershell, before this"
    )
}

/// What others put there would be lost.
pub(super) fn taken_over(language: &str) -> String {
    format!(
        "{language} would have to take the whole of it over, with what others put there: `mondoo-azure \
         apply`, or an export for az or powershell, changes this alone"
    )
}

/// Bicep derives no ids as mondoo-azure does.
pub(super) const NOT_MADE_YET: &str =
    "the certificate has to be there before: make it where the spec names it, and export again";

pub(super) const ANOTHER_GROUP: &str = "a file is deployed to one management group: export for az or powershell, or deploy another file \
     to this group";

pub(super) const ODD_VAULT: &str = "its id is not understood: export for az or powershell";
