use time::OffsetDateTime;
use uuid::Uuid;

use crate::behaviour::Refusal;
use crate::http::{Reply, Request};
use crate::key_vault::error::VaultError;
use crate::key_vault::route::Route;
use crate::key_vault::{items, rights, secrets};
use crate::login::{AccessToken, Audience};
use crate::model::vault::Vault;
use crate::service::{Call, Service};
use crate::store::Answer;

/// One request to one vault: token, version, route, vault, rights, and then the handler.
pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let now = service.clock.now();
    let reply = authenticate(service, request, now)
        .map_err(|fault| VaultError::unauthenticated(&fault))
        .and_then(|caller| respond(service, request, &caller, now))
        .unwrap_or_else(|error| error.reply(&service.url, service.tenant));
    stamp(reply)
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(service: &Service, refusal: &Refusal) -> Reply {
    let reply = VaultError::refused(refusal.status).reply(&service.url, service.tenant);
    stamp(refusal.stamp(reply))
}

/// The audience is compared to the letter: not even a slash at its end is forgiven (observed).
fn authenticate(
    service: &Service,
    request: &Request,
    now: OffsetDateTime,
) -> Result<AccessToken, crate::login::TokenFault> {
    let accepts = |audience: &str| {
        Audience::named(audience, &service.url) == Some(Audience::KeyVault)
            && !audience.ends_with('/')
    };
    AccessToken::of(request, &service.signing_key, service.tenant, accepts, now)
}

fn respond(
    service: &Service,
    request: &Request,
    caller: &AccessToken,
    now: OffsetDateTime,
) -> Result<Reply, VaultError> {
    check_version(request)?;
    let (name, path) = match request.segments.as_slice() {
        [_, name, path @ ..] => (name.as_str(), path),
        _ => ("", &[][..]),
    };
    let route = Route::parse(request, path)?;
    service.store.transact(now, |views| {
        let call = Call::new(service, views, route.look(), request, caller);
        let vault = vault(&call, name).ok_or_else(|| VaultError::no_vault(name))?;
        rights::check(&call, vault, &route)?;
        handle(&call, vault, &route)
    })
}

/// Names of vaults are unique in all of Azure.
fn vault<'a>(call: &Call<'a>, name: &str) -> Option<&'a Vault> {
    call.state.vaults.values().find(|vault| vault.name.eq_ignore_ascii_case(name))
}

fn handle(call: &Call<'_>, vault: &Vault, route: &Route) -> Result<Answer, VaultError> {
    match route {
        Route::Items(kind) => items::list(call, vault, *kind),
        Route::Versions(kind, name) => items::versions(call, vault, *kind, name),
        Route::Item(kind, name, version) => {
            items::get(call, vault, *kind, name, version.as_deref())
        }
        Route::RotationPolicy(name) => items::rotation_policy(call, vault, name),
        Route::SetSecret(name) => secrets::set(call, vault, name),
        Route::UpdateSecret(name, version) => {
            secrets::update(call, vault, name, version.as_deref())
        }
        Route::DeleteSecret(name) => secrets::delete(call, vault, name),
        Route::DeletedSecrets => secrets::list_deleted(call, vault),
        Route::DeletedSecret(name) => secrets::get_deleted(call, vault, name),
        Route::RecoverSecret(name) => secrets::recover(call, vault, name),
        Route::PurgeSecret(name) => secrets::purge(call, vault, name),
    }
}

/// The text is documented; that a request without a version gets the same code is a guess.
fn check_version(request: &Request) -> Result<(), VaultError> {
    let Some(version) = request.query("api-version").filter(|version| !version.is_empty()) else {
        return Err(VaultError::bad_parameter("api-version must be specified"));
    };
    if VERSIONS.contains(&version) {
        return Ok(());
    }
    Err(VaultError::bad_parameter(format!(
        "The specified version ({version}) is not recognized. Consider using the latest supported version (7.6)."
    )))
}

const VERSIONS: [&str; 13] = [
    "2016-10-01",
    "7.0",
    "7.1",
    "7.2",
    "7.3",
    "7.4",
    "7.5-preview.1",
    "7.5",
    "7.6-preview.2",
    "7.6",
    "2025-06-01-preview",
    "2025-07-01",
    "2026-04-01",
];

fn stamp(reply: Reply) -> Reply {
    reply
        .with_header("cache-control", "no-cache")
        .with_header("x-ms-request-id", Uuid::new_v4().to_string())
        .with_header("x-ms-keyvault-service-version", "1.9.787.1")
}
