//! What was asked, and how it went.

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppId, AppRoleId, ManagementGroupId, RoleDefinitionId, ScopeId, SubscriptionId};
use time::OffsetDateTime;

use super::Outstanding;
use crate::Directory;
use crate::steps::c_role_assignments::Existing;
use crate::steps::d_custom_role::Permissions;
use crate::steps::e_key_vault_access::Vault;
use crate::steps::g_integration;

pub type Answer<T> = Result<T, Failure>;

/// Why a call did not answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The service said no. `codes` are all that it gave, the precise ones too.
    Refused {
        status: u16,
        codes: Vec<String>,
        words: String,
    },
    NoAnswer {
        reason: String,
    },
}

impl Failure {
    pub(super) fn words(&self) -> &str {
        match self {
            Failure::Refused { words, .. } => words,
            Failure::NoAnswer { reason } => reason,
        }
    }

    /// A right is missing; not a licence, and no firewall.
    pub(super) fn is_denied(&self) -> bool {
        match self {
            Failure::Refused { status, .. } => {
                matches!(status, 401 | 403) && !self.is_licence() && !self.is_network()
            }
            Failure::NoAnswer { .. } => false,
        }
    }

    /// The scanner itself goes by the word, in either spelling.
    pub(super) fn is_licence(&self) -> bool {
        match self {
            Failure::Refused { status: 403, codes, words } => {
                let words = words.to_lowercase();
                words.contains("license")
                    || words.contains("licence")
                    || codes.iter().any(|code| code.contains("NonPremiumTenant"))
            }
            Failure::Refused { .. } | Failure::NoAnswer { .. } => false,
        }
    }

    pub(super) fn is_network(&self) -> bool {
        match self {
            Failure::Refused { codes, .. } => codes.iter().any(|code| {
                matches!(code.as_str(), "ForbiddenByFirewall" | "ForbiddenByConnection")
            }),
            Failure::NoAnswer { .. } => false,
        }
    }

    /// The service does not have what was asked for.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Failure::Refused { status: 400 | 404, .. })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    pub now: OffsetDateTime,
    pub client_id: AppId,
    /// What is left to do, where an operator has looked.
    pub outstanding: Option<Outstanding>,
    /// Nothing, where the set-up is keyless: then only Mondoo can sign in.
    pub application: Option<ApplicationAnswers>,
    /// Nothing, where the spec has no integration.
    pub space: Option<SpaceAnswer>,
}

/// What the application itself is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationAnswers {
    /// Of the certificate's DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_after: OffsetDateTime,
    pub sign_ins: SignIns,
    /// Nothing, where the application could not sign in.
    pub entra: Option<EntraAnswers>,
    pub azure: Option<AzureAnswers>,
}

/// What Mondoo says of the space.
#[derive(Clone, Debug, PartialEq)]
pub enum SpaceAnswer {
    /// Nobody has access to its API.
    NoAccess,
    NoSuchSpace,
    Failed(Failure),
    Holds(g_integration::Observed),
}

/// Whether the application gets a token.
pub type SignIn = Result<(), SignInFailure>;

#[derive(Clone, Debug, PartialEq)]
pub struct SignInFailure {
    /// The number of Entra ID's refusal.
    pub code: Option<u32>,
    pub words: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SignIns {
    pub graph: SignIn,
    pub arm: SignIn,
    pub vaults: SignIn,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EntraAnswers {
    /// Of the token: what really counts.
    pub roles: BTreeSet<String>,
    /// Application permissions that this tenant's Microsoft Graph has, by name.
    pub offered: Answer<BTreeMap<String, AppRoleId>>,
    /// App role assignments that are kept for us.
    pub granted: Answer<BTreeSet<AppRoleId>>,
    /// One call per permission that has one.
    pub calls: BTreeMap<String, Answer<()>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AzureAnswers {
    /// As the application sees it.
    pub directory: Directory,
    /// Why subscriptions could not be listed.
    pub unlisted: Option<Failure>,
    pub groups: BTreeMap<ManagementGroupId, Failure>,
    /// The spec's scopes.
    pub places: BTreeMap<ScopeId, PlaceAnswers>,
    /// Roles that the spec adds by name.
    pub added_roles: BTreeMap<String, Answer<Option<RoleDefinitionId>>>,
    pub custom_roles: BTreeMap<RoleDefinitionId, Answer<Option<Permissions>>>,
    /// The first web app of each subscription in scope; nothing, where there is none.
    pub web_apps: BTreeMap<SubscriptionId, Answer<Option<WebAppAnswers>>>,
    pub vaults: BTreeMap<SubscriptionId, Answer<Vec<VaultAnswers>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlaceAnswers {
    /// What reaches the scope.
    pub assignments: Answer<Vec<Existing>>,
    /// What all roles together allow there, an entry for each. Nothing, where no subscription below
    /// a group can be asked about.
    pub permissions: Option<Answer<Vec<Permissions>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WebAppAnswers {
    pub name: String,
    pub configuration: Answer<()>,
    pub settings: Answer<()>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VaultAnswers {
    pub vault: Vault,
    /// Nothing, where the application has no token for vaults.
    pub contents: Option<Contents>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    pub keys: Answer<()>,
    pub secrets: Answer<()>,
    pub certificates: Answer<()>,
    /// Of the first key, where there is one.
    pub rotation_policy: Option<Answer<()>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str, words: &str) -> Failure {
        Failure::Refused { status, codes: vec![code.to_owned()], words: words.to_owned() }
    }

    #[test]
    fn a_refusal_is_a_right_a_licence_or_a_firewall_and_one_of_them_alone() {
        let cases = [
            (refused(403, "Authorization_RequestDenied", "Insufficient privileges"), [1, 0, 0]),
            (refused(401, "Unauthorized", "AKV10022: Invalid audience."), [1, 0, 0]),
            (refused(403, "Forbidden", "Your tenant is not licensed for this feature."), [0, 1, 0]),
            (refused(403, "Forbidden", "This takes a premium LICENCE."), [0, 1, 0]),
            (
                refused(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither"),
                [0, 1, 0],
            ),
            (refused(403, "ForbiddenByFirewall", "Client address is not authorized"), [0, 0, 1]),
            (refused(403, "ForbiddenByConnection", "Public network access is disabled"), [0, 0, 1]),
            (refused(500, "InternalServerError", "license server is down"), [0, 0, 0]),
            (Failure::NoAnswer { reason: "connection refused".to_owned() }, [0, 0, 0]),
        ];
        for (failure, expected) in cases {
            let found = [failure.is_denied(), failure.is_licence(), failure.is_network()];
            assert_eq!(found.map(u8::from), expected, "{failure:?}");
        }
    }
}
