//! Who calls: an API token, or a service account by a token that it signs for each request.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use time::{Duration, OffsetDateTime};

use crate::http::Request;
use crate::login::Jwt;
use crate::mondoo::accounts::{Accounts, ServiceAccount};
use crate::mondoo::error::{Refused, RpcError};
use crate::mondoo::spaces::{self, ORGANIZATION, Space};

pub(super) struct Caller<'a> {
    pub(super) name: &'a str,
    /// The organization or a space.
    scope: &'a str,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Editor,
    Agent,
}

const LIFETIME: f64 = 60.0;
const ISSUER: &str = "mondoo/ams";

impl<'a> Caller<'a> {
    pub(super) fn of(
        accounts: &'a Accounts,
        request: &Request,
        now: OffsetDateTime,
    ) -> Result<Self, Refused> {
        let header = request.header("authorization").unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refused::Unauthenticated);
        }
        if token == accounts.api_token.expose() {
            return Ok(Self { name: "api-token", scope: ORGANIZATION, role: Role::Editor });
        }
        let mut known =
            [(&accounts.editor, Role::Editor), (&accounts.agent, Role::Agent)].into_iter();
        let (account, role) = known
            .find(|(account, _)| is_token_of(account, token, now))
            .ok_or(Refused::Unauthenticated)?;
        Ok(Self { name: account.name, scope: account.scope, role })
    }

    /// The space, if the caller may edit it. Agents may not, and nobody may outside of the scope of
    /// its account; that it is told which spaces exist there is a guess.
    pub(super) fn space(&self, mrn: &str) -> Result<&'static Space, RpcError> {
        self.is_editor()?;
        if mrn == ORGANIZATION {
            let message = "the sandbox keeps integrations and policies of spaces only";
            return Err(RpcError::unimplemented(message));
        }
        let space = spaces::find(mrn).ok_or_else(|| RpcError::not_found("space"))?;
        let allowed = self.scope == ORGANIZATION || self.scope == space.mrn;
        allowed.then_some(space).ok_or_else(RpcError::permission_denied)
    }

    pub(super) fn is_editor(&self) -> Result<(), RpcError> {
        match self.role {
            Role::Editor => Ok(()),
            Role::Agent => Err(RpcError::permission_denied()),
        }
    }
}

/// The account's own token: signed with ES384, of its key, for a minute at most (documented). That no
/// skew of clocks is forgiven is a guess.
fn is_token_of(account: &ServiceAccount, token: &str, now: OffsetDateTime) -> bool {
    let Some(jwt) = Jwt::parse(token) else { return false };
    let names_it = jwt.header("alg") == Some("ES384")
        && jwt.header("kid") == Some(&account.mrn)
        && jwt.claim("sub") == Some(&account.mrn)
        && jwt.claim("iss") == Some(ISSUER);
    let (issued, start, end) = (jwt.time("iat"), jwt.time("nbf"), jwt.time("exp"));
    let lifetime = end.zip(issued).map(|(end, issued)| end - issued);
    let is_short = start.is_some() && lifetime.is_some_and(|lasts| lasts <= LIFETIME);
    let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, &account.public_key);
    let is_signed = key.verify(jwt.signed.as_bytes(), &jwt.signature).is_ok();
    names_it && is_short && jwt.is_current(now, Duration::ZERO) && is_signed
}
