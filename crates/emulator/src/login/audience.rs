/// Microsoft Graph's application id, the same in every tenant.
pub(crate) const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// A service that tokens are issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Graph,
    ResourceManager,
    KeyVault,
}

impl Audience {
    /// The service that an audience names. The sandbox's own URL means Graph, because Azure CLI
    /// uses the address of Graph as its audience.
    pub(crate) fn named(audience: &str, sandbox: &str) -> Option<Self> {
        match audience.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "https://graph.microsoft.com" | GRAPH_APP_ID => Some(Self::Graph),
            "https://management.azure.com" | "https://management.core.windows.net" => {
                Some(Self::ResourceManager)
            }
            "https://vault.azure.net" => Some(Self::KeyVault),
            own if own == sandbox => Some(Self::Graph),
            _ => None,
        }
    }
}
