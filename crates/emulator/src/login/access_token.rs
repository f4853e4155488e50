use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::encoding::{base64url, sha256};
use crate::http::Request;
use crate::login::jwt::{self, Jwt};
use crate::login::signing::SigningKey;
use crate::model::directory_role::DirectoryRole;

/// An access token in the shape of version 1.0, which all three services are issued.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    pub(crate) exp: i64,
    pub(crate) appid: Uuid,
    /// How the client proved itself: "0" not at all, "1" by a secret, "2" by a certificate.
    appidacr: String,
    idtyp: String,
    pub(crate) oid: Uuid,
    /// App roles on the audience when the token was issued; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) roles: Vec<String>,
    /// What the client may do on behalf of a user; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scp: Option<String>,
    sub: String,
    tid: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    uti: String,
    ver: String,
    /// Templates of the directory roles that were active when the token was issued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wids: Vec<Uuid>,
}

pub(super) struct Subject {
    pub(super) application: Uuid,
    /// The service principal or the user.
    pub(super) object: Uuid,
    pub(super) directory_roles: BTreeSet<DirectoryRole>,
    pub(super) kind: SubjectKind,
}

pub(super) enum SubjectKind {
    Application {
        roles: Vec<String>,
        by_certificate: bool,
    },
    /// A user, through the application.
    User {
        principal_name: String,
        scopes: String,
    },
}

/// Why a bearer token was not accepted; each service has its own words for it.
pub(crate) enum TokenFault {
    Missing,
    Malformed,
    WrongSignature,
    /// The issuer is another tenant.
    WrongTenant(String),
    WrongAudience(String),
    Expired(OffsetDateTime),
}

impl AccessToken {
    pub(super) const LIFETIME: Duration = Duration::seconds(3599);

    pub(super) fn new(tenant: Uuid, audience: &str, subject: Subject, now: OffsetDateTime) -> Self {
        let Subject { application, object, directory_roles, kind } = subject;
        let issued = now.unix_timestamp();
        let (idtyp, appidacr, sub) = match &kind {
            SubjectKind::Application { by_certificate: true, .. } => {
                ("app", "2", object.to_string())
            }
            SubjectKind::Application { by_certificate: false, .. } => {
                ("app", "1", object.to_string())
            }
            // Another one for every client, so that clients cannot compare notes (documented).
            SubjectKind::User { .. } => {
                ("user", "0", base64url(&sha256(format!("{application} {object}").as_bytes())))
            }
        };
        let (roles, scp, upn) = match kind {
            SubjectKind::Application { roles, .. } => (roles, None, None),
            SubjectKind::User { principal_name, scopes } => {
                (Vec::new(), Some(scopes), Some(principal_name))
            }
        };
        Self {
            aud: audience.to_owned(),
            iss: issuer(tenant),
            iat: issued,
            nbf: issued,
            exp: issued + Self::LIFETIME.whole_seconds(),
            appid: application,
            appidacr: appidacr.to_owned(),
            idtyp: idtyp.to_owned(),
            oid: object,
            roles,
            scp,
            sub,
            tid: tenant,
            upn,
            uti: base64url(&sha256(Uuid::new_v4().as_bytes())[..16]),
            ver: "1.0".to_owned(),
            wids: directory_roles.into_iter().map(DirectoryRole::template).collect(),
        }
    }

    /// Whether a user is behind the request.
    pub(crate) fn is_delegated(&self) -> bool {
        self.scp.is_some()
    }

    /// What the application may do on behalf of the user.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scp.iter().flat_map(|scopes| scopes.split(' '))
    }

    pub(crate) fn is_in(&self, role: DirectoryRole) -> bool {
        self.wids.contains(&role.template())
    }

    /// What refusals call the caller: a user by its name, an application by its id (observed).
    pub(crate) fn name(&self) -> String {
        self.upn.clone().unwrap_or_else(|| self.appid.to_string())
    }

    pub(super) fn sign(&self, key: &SigningKey) -> String {
        jwt::sign(self, key)
    }

    /// The token of a request, if it is ours, current and meant for one of the audiences.
    pub(crate) fn of(
        request: &Request,
        key: &SigningKey,
        tenant: Uuid,
        accepts: impl Fn(&str) -> bool,
        now: OffsetDateTime,
    ) -> Result<Self, TokenFault> {
        let token = request.header("authorization").and_then(bearer).ok_or(TokenFault::Missing)?;
        let jwt = Jwt::parse(token).ok_or(TokenFault::Malformed)?;
        // The keys of other tenants are not known here, so their tokens are told by what they say.
        let is_other = |one: &&str| one.starts_with(ISSUERS) && *one != issuer(tenant);
        if let Some(issuer) = jwt.claim("iss").filter(is_other) {
            return Err(TokenFault::WrongTenant(issuer.to_owned()));
        }
        if jwt.header("alg") != Some("RS256") || !key.verify(jwt.signed.as_bytes(), &jwt.signature)
        {
            return Err(TokenFault::WrongSignature);
        }
        let token: Self =
            serde_json::from_value(Value::Object(jwt.claims)).map_err(|_| TokenFault::Malformed)?;
        if !accepts(&token.aud) {
            return Err(TokenFault::WrongAudience(token.aud));
        }
        let seconds = now.unix_timestamp();
        if seconds < token.nbf || seconds >= token.exp {
            let expiry = OffsetDateTime::from_unix_timestamp(token.exp)
                .map_err(|_| TokenFault::Malformed)?;
            return Err(TokenFault::Expired(expiry));
        }
        Ok(token)
    }
}

const ISSUERS: &str = "https://sts.windows.net/";

pub(crate) fn issuer(tenant: Uuid) -> String {
    format!("{ISSUERS}{tenant}/")
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
