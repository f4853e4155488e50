//! What the application may do in the vaults that are opened to it.

use super::lists::Names;
use super::problems::Problems;
use crate::similar::similar;
use crate::texts::Text;
use crate::{Caution, Line, VaultPermissions, document};

/// The permissions that are wanted: the profile's, where `written` says nothing of a kind.
pub(super) fn read(
    written: &document::VaultPermissions,
    profile: &VaultPermissions,
    problems: &mut Problems<'_>,
) -> VaultPermissions {
    let document::VaultPermissions { keys, secrets, certificates } = written;
    let wanted = VaultPermissions {
        keys: KEYS.wanted(keys.as_deref(), &profile.keys, problems),
        secrets: SECRETS.wanted(secrets.as_deref(), &profile.secrets, problems),
        certificates: CERTIFICATES.wanted(certificates.as_deref(), &profile.certificates, problems),
    };
    let given = [keys, secrets, certificates];
    if given.iter().all(|kind| kind.as_ref().is_some_and(Vec::is_empty)) {
        let message = "no permission is left to give in a vault";
        let hint = "to give none, set `keyVaults.accessPolicies: none`";
        problems.at_key("/keyVaults/permissions", message, hint);
    }
    wanted
}

/// What a vault holds, and every permission that Azure has for it.
struct Kind {
    name: &'static str,
    pointer: &'static str,
    permissions: &'static [&'static str],
    /// Permissions that read values, which no scan needs.
    reads_values: &'static [&'static str],
}

const KEYS: Kind = Kind {
    name: "keys",
    pointer: "/keyVaults/permissions/keys",
    permissions: &[
        "get",
        "list",
        "update",
        "create",
        "import",
        "delete",
        "recover",
        "backup",
        "restore",
        "decrypt",
        "encrypt",
        "unwrapKey",
        "wrapKey",
        "verify",
        "sign",
        "purge",
        "release",
        "rotate",
        "getrotationpolicy",
        "setrotationpolicy",
        "all",
    ],
    reads_values: &[],
};
const SECRETS: Kind = Kind {
    name: "secrets",
    pointer: "/keyVaults/permissions/secrets",
    permissions: &["get", "list", "set", "delete", "recover", "backup", "restore", "purge", "all"],
    reads_values: &["get", "all"],
};
const CERTIFICATES: Kind = Kind {
    name: "certificates",
    pointer: "/keyVaults/permissions/certificates",
    permissions: &[
        "get",
        "list",
        "delete",
        "create",
        "import",
        "update",
        "managecontacts",
        "getissuers",
        "listissuers",
        "setissuers",
        "deleteissuers",
        "manageissuers",
        "recover",
        "purge",
        "backup",
        "restore",
        "all",
    ],
    reads_values: &[],
};

impl Kind {
    /// The lines of the permissions that are given, in Azure's spelling.
    fn wanted(
        &self,
        given: Option<&[Text]>,
        profile: &[Line],
        problems: &mut Problems<'_>,
    ) -> Vec<Line> {
        let Some(given) = given else { return profile.to_vec() };
        let mut lines = Vec::new();
        let names = Names::new(self.pointer, given.iter().map(|name| &name.0));
        for (pointer, name) in names.each_once(problems) {
            match self.permissions.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) => lines.push(self.line(known, profile)),
                None => self.unknown(&pointer, name, problems),
            }
        }
        lines
    }

    fn line(&self, name: &str, profile: &[Line]) -> Line {
        let caution = self.reads_values.contains(&name).then_some(Caution::SecretValues);
        let ours = profile.iter().find(|line| line.is(name)).cloned();
        ours.unwrap_or_else(|| Line::added(name, caution))
    }

    fn unknown(&self, pointer: &str, name: &str, problems: &mut Problems<'_>) {
        let Kind { name: kind, pointer: _, permissions, reads_values: _ } = self;
        let hint = match similar(name, permissions) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", permissions.join(", ")),
        };
        problems.at_value(pointer, format!("`{name}` is no permission for {kind}"), &hint);
    }
}
