//! What one access policy entry grants.

use std::fmt;

use spec::{Line, VaultPermissions};

use crate::privileged::vault_permission_only_reads;

/// Names as they are stored: their case may differ from ours and must be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    pub keys: Vec<String>,
    pub secrets: Vec<String>,
    pub certificates: Vec<String>,
    /// Of managed storage accounts, for which no scan asks.
    pub storage: Vec<String>,
}

impl Permissions {
    pub(super) fn new(lines: &VaultPermissions) -> Permissions {
        let VaultPermissions { keys, secrets, certificates } = lines;
        let names = |lines: &[Line]| lines.iter().map(|line| line.name.clone()).collect();
        Permissions {
            keys: names(keys),
            secrets: names(secrets),
            certificates: names(certificates),
            storage: Vec::new(),
        }
    }

    /// What `wanted` has beyond these. Case does not matter, and `all` covers everything here.
    pub(crate) fn missing(&self, wanted: &Permissions) -> Permissions {
        let Permissions { keys, secrets, certificates, storage } = self;
        Permissions {
            keys: beyond(keys, &wanted.keys),
            secrets: beyond(secrets, &wanted.secrets),
            certificates: beyond(certificates, &wanted.certificates),
            storage: beyond(storage, &wanted.storage),
        }
    }

    /// These and `more`, each once.
    pub(crate) fn and(&self, more: &Permissions) -> Permissions {
        let Permissions { keys, secrets, certificates, storage } = self.missing(more);
        Permissions {
            keys: [self.keys.clone(), keys].concat(),
            secrets: [self.secrets.clone(), secrets].concat(),
            certificates: [self.certificates.clone(), certificates].concat(),
            storage: [self.storage.clone(), storage].concat(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kinds().next().is_none()
    }

    /// The kinds of objects on which something is permitted.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let Permissions { keys, secrets, certificates, storage } = self;
        [("keys", keys), ("secrets", secrets), ("certificates", certificates), ("storage", storage)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(kind, names)| (kind, names.as_slice()))
    }

    /// The permissions and the kinds that have them, apart where all kinds have the same.
    pub(super) fn line(&self) -> (String, String) {
        let mut sets = self.kinds().map(|(_, names)| names);
        let first = sets.next().unwrap_or_default();
        if sets.all(|names| names == first) {
            let kinds: Vec<_> = self.kinds().map(|(kind, _)| kind).collect();
            (first.join(", "), kinds.join(", "))
        } else {
            ("permissions".to_owned(), self.to_string())
        }
    }

    /// Those that do more than read, as `keys: delete`.
    pub(super) fn privileged(&self) -> Vec<String> {
        let all = self.kinds().flat_map(|(kind, names)| names.iter().map(move |name| (kind, name)));
        let privileged = all.filter(|(_, name)| !vault_permission_only_reads(name));
        privileged.map(|(kind, name)| format!("{kind}: {name}")).collect()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.kinds().map(|(kind, names)| format!("{kind}: {}", names.join(", ")));
        f.write_str(&kinds.collect::<Vec<_>>().join("; "))
    }
}

fn beyond(live: &[String], wanted: &[String]) -> Vec<String> {
    let has = |name: &str| live.iter().any(|live| live.eq_ignore_ascii_case(name));
    wanted.iter().filter(|wanted| !has(wanted) && !has("all")).cloned().collect()
}
