//! Policies that the platform offers to every space. The Azure ones exist under these names
//! (documented); versions and categories are made up.

pub(super) struct Policy {
    pub(super) uid: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) category: &'static str,
    pub(super) platform: &'static str,
    pub(super) featured: bool,
}

pub(super) const POLICIES: [Policy; 5] = [
    policy("mondoo-azure-security", "Mondoo Azure Security", "azure", true),
    policy("cis-microsoft-azure-foundations", "CIS Microsoft Azure Foundations", "azure", false),
    policy("mondoo-kubernetes-security", "Mondoo Kubernetes Security", "k8s", true),
    policy("mondoo-linux-security", "Mondoo Linux Security", "linux", true),
    policy("mondoo-windows-security", "Mondoo Windows Security", "windows", true),
];

const fn policy(
    uid: &'static str,
    name: &'static str,
    platform: &'static str,
    featured: bool,
) -> Policy {
    Policy { uid, name, version: "5.1.0", category: "security", platform, featured }
}

impl Policy {
    pub(super) fn mrn(&self) -> String {
        mrn(self.uid)
    }
}

pub(super) fn mrn(uid: &str) -> String {
    format!("//policy.api.mondoo.app/policies/{uid}")
}

pub(super) fn find(mrn: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.mrn() == mrn)
}
