//! Sign-in: the token endpoint, access tokens and what tells clients where they are.

mod access_token;
mod assertion;
mod audience;
mod client;
mod discovery;
mod error;
mod federated;
mod jwt;
mod password;
mod signing;
mod token;

use axum::http::Method;

pub(crate) use access_token::{AccessToken, TokenFault, issuer};
pub(crate) use assertion::signed_claims;
pub(crate) use audience::{Audience, GRAPH_APP_ID};
pub(crate) use federated::{
    MONDOO_ISSUER, issue as issue_workload_token, issuer as sandbox_issuer, token as workload_token,
};
pub(crate) use jwt::Jwt;
pub(crate) use signing::SigningKey;

use crate::behaviour::{Look, Refusal};
use crate::http::{Reply, Request};
use crate::login::error::LoginError;
use crate::service::Service;
use crate::store::{Answer, State};

pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let now = service.clock.now();
    let result = service.store.transact(now, |views| {
        route(service, views.seen(Look::Reference), request).map(Answer::from)
    });
    result.unwrap_or_else(|error| error.reply(request, &service.url, now))
}

/// Signs in on a state that somebody looks at already: an access token, or the description of the
/// error.
pub(crate) fn sign_in(
    service: &Service,
    state: &State,
    request: &Request,
) -> Result<String, String> {
    let reply = route(service, state, request)
        .map_err(|error| error.reply(request, &service.url, service.clock.now()));
    let text = |reply: Reply, name: &str| {
        let body = reply.body.unwrap_or_default();
        body[name].as_str().unwrap_or_default().to_owned()
    };
    match reply {
        Ok(reply) => Ok(text(reply, "access_token")),
        Err(reply) => Err(text(reply, "error_description")),
    }
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(service: &Service, request: &Request, refusal: &Refusal) -> Reply {
    let error = error::refused(refusal.status);
    refusal.stamp(error.reply(request, &service.url, service.clock.now()))
}

fn route(service: &Service, state: &State, request: &Request) -> Result<Reply, LoginError> {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (segments.as_slice(), &request.method) {
        ([tenant, "oauth2", "v2.0", "token"], &Method::POST) => {
            token::issue(service, state, tenant, request)
        }
        ([_, "oauth2", "v2.0", "token"], method) => Err(error::wrong_method(method)),
        (["common", "discovery", "instance"], &Method::GET) => {
            discovery::instance(service, state, request)
        }
        ([tenant, "v2.0", ".well-known", "openid-configuration"], &Method::GET) => {
            discovery::configuration(service, state, tenant)
        }
        ([_, "discovery", "v2.0", "keys"], &Method::GET) => Ok(discovery::keys(service)),
        _ => Err(error::unknown_endpoint()),
    }
}
