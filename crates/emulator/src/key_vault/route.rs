use axum::http::Method;

use crate::behaviour::Look;
use crate::http::Request;
use crate::key_vault::error::VaultError;
use crate::model::vault_item::ItemKind;

/// What a path below a vault names. Collections are recognised in any case.
#[derive(Debug)]
pub(super) enum Route {
    Items(ItemKind),
    Versions(ItemKind, String),
    /// Of a version, or of the newest one.
    Item(ItemKind, String, Option<String>),
    RotationPolicy(String),
    /// A new version of a secret.
    SetSecret(String),
    /// Of a version, or of the newest one.
    UpdateSecret(String, Option<String>),
    DeleteSecret(String),
    DeletedSecrets,
    DeletedSecret(String),
    RecoverSecret(String),
    PurgeSecret(String),
}

impl Route {
    /// `path` is what follows the vault's name.
    pub(super) fn parse(request: &Request, path: &[String]) -> Result<Self, VaultError> {
        let unknown = || VaultError::unknown_route(&request.method, path);
        let [collection, rest @ ..] = path else { return Err(unknown()) };
        if collection.eq_ignore_ascii_case("deletedsecrets") {
            return Self::deleted(&request.method, rest).ok_or_else(unknown);
        }
        let kind = ItemKind::parse(collection).ok_or_else(unknown)?;
        match (&request.method, rest) {
            (&Method::GET, []) => Ok(Self::Items(kind)),
            (&Method::GET, [name]) => Ok(Self::Item(kind, name.clone(), None)),
            (&Method::GET, [name, versions]) if versions.eq_ignore_ascii_case("versions") => {
                Ok(Self::Versions(kind, name.clone()))
            }
            (&Method::GET, [name, policy])
                if kind == ItemKind::Key && policy.eq_ignore_ascii_case("rotationpolicy") =>
            {
                Ok(Self::RotationPolicy(name.clone()))
            }
            (&Method::GET, [name, version]) => {
                Ok(Self::Item(kind, name.clone(), Some(version.clone())))
            }
            (method, rest) if kind == ItemKind::Secret => {
                Self::write(method, rest).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }

    fn write(method: &Method, path: &[String]) -> Option<Self> {
        match (method, path) {
            (&Method::PUT, [name]) => Some(Self::SetSecret(name.clone())),
            (&Method::PATCH, [name]) => Some(Self::UpdateSecret(name.clone(), None)),
            (&Method::PATCH, [name, version]) => {
                Some(Self::UpdateSecret(name.clone(), Some(version.clone())))
            }
            (&Method::DELETE, [name]) => Some(Self::DeleteSecret(name.clone())),
            _ => None,
        }
    }

    fn deleted(method: &Method, path: &[String]) -> Option<Self> {
        match (method, path) {
            (&Method::GET, []) => Some(Self::DeletedSecrets),
            (&Method::GET, [name]) => Some(Self::DeletedSecret(name.clone())),
            (&Method::DELETE, [name]) => Some(Self::PurgeSecret(name.clone())),
            (&Method::POST, [name, recover]) if recover.eq_ignore_ascii_case("recover") => {
                Some(Self::RecoverSecret(name.clone()))
            }
            _ => None,
        }
    }

    /// Items are seen at once; what lags are the rights to them.
    pub(super) fn look(&self) -> Look {
        match self {
            Self::Items(_) | Self::Versions(..) | Self::DeletedSecrets => Look::List,
            Self::Item(..)
            | Self::RotationPolicy(_)
            | Self::SetSecret(_)
            | Self::UpdateSecret(..)
            | Self::DeleteSecret(_)
            | Self::DeletedSecret(_)
            | Self::RecoverSecret(_)
            | Self::PurgeSecret(_) => Look::Read,
        }
    }
}
