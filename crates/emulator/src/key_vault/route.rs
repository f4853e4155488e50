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
}

impl Route {
    /// `path` is what follows the vault's name.
    pub(super) fn parse(request: &Request, path: &[String]) -> Result<Self, VaultError> {
        let unknown = || VaultError::unknown_route(&request.method, path);
        let [collection, rest @ ..] = path else { return Err(unknown()) };
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
            (&Method::PUT, [name]) if kind == ItemKind::Secret => Ok(Self::SetSecret(name.clone())),
            _ => Err(unknown()),
        }
    }

    /// Items are seen at once; what lags are the rights to them.
    pub(super) fn look(&self) -> Look {
        match self {
            Self::Items(_) | Self::Versions(..) => Look::List,
            Self::Item(..) | Self::RotationPolicy(_) | Self::SetSecret(_) => Look::Read,
        }
    }
}
