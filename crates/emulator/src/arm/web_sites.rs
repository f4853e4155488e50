//! Web apps: what a scanner reads of them, and the settings that take more than reading.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::{Call, existence};
use crate::http::Reply;
use crate::model::hierarchy::Resource;
use crate::model::scope::{Scope, ScopeKind};
use crate::store::Answer;

/// What a path of the provider names. A deployment slot is a site below its site.
#[derive(Debug, Clone)]
pub(super) enum WebRoute {
    /// Of a subscription or a resource group.
    Sites(Scope),
    Site(Scope),
    Slots(Scope),
    /// `config/web`, which holds no secret.
    Configuration(Scope),
    /// Settings that may hold secrets: they are listed by POST.
    Settings(Scope, Settings),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Settings {
    Application,
    ConnectionStrings,
    Authentication,
    Metadata,
}

impl WebRoute {
    pub(super) fn parse(segments: &[String], lower: &[&str]) -> Option<Self> {
        let at = lower.windows(2).position(|pair| pair == ["providers", "microsoft.web"])?;
        if let ["sites"] = &lower[at + 2..] {
            let scope = Scope::from_segments(&segments[..at])?;
            let whole = matches!(
                scope.kind,
                ScopeKind::Subscription { .. } | ScopeKind::ResourceGroup { .. }
            );
            return whole.then_some(Self::Sites(scope));
        }
        let ["sites", _, rest @ ..] = &lower[at + 2..] else { return None };
        let (depth, rest) = match rest {
            ["slots", _, rest @ ..] => (at + 6, rest),
            rest => (at + 4, rest),
        };
        let site = Scope::from_segments(&segments[..depth])?;
        match rest {
            [] => Some(Self::Site(site)),
            ["slots"] => Some(Self::Slots(site)),
            ["config", "web"] => Some(Self::Configuration(site)),
            ["config", settings, "list"] => Some(Self::Settings(site, Settings::parse(settings)?)),
            _ => None,
        }
    }
}

impl Settings {
    const ALL: [Self; 4] =
        [Self::Application, Self::ConnectionStrings, Self::Authentication, Self::Metadata];

    fn parse(lower: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|settings| settings.name() == lower)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Application => "appsettings",
            Self::ConnectionStrings => "connectionstrings",
            Self::Authentication => "authsettings",
            Self::Metadata => "metadata",
        }
    }
}

/// Each part of a site is a right of its own, and a slot's are others than its site's (documented).
pub(super) fn answer(call: &Call<'_>, route: &WebRoute) -> Result<Answer, ArmError> {
    match (&call.request.method, route) {
        (&Method::GET, WebRoute::Sites(scope)) => sites(call, scope),
        (&Method::GET, WebRoute::Site(site)) => {
            let resource = find(call, site, "read")?;
            Ok(Reply::json(StatusCode::OK, render(resource)).into())
        }
        (&Method::GET, WebRoute::Slots(site)) => {
            call.require(SLOTS_READ, site, site.as_str())?;
            existence::require(call.state, site)?;
            let within = format!("{}/slots/", site.key());
            call.page_of(resources(call, &within), render)
        }
        (&Method::GET, WebRoute::Configuration(site)) => {
            let resource = find(call, site, "config/read")?;
            Ok(configuration(resource, "web", &web()))
        }
        (&Method::POST, WebRoute::Settings(site, settings)) => {
            let resource = find(call, site, "config/list/action")?;
            Ok(configuration(resource, settings.name(), &values(*settings)))
        }
        (method, _) => Err(ArmError::method_not_allowed(method)),
    }
}

const SLOTS_READ: &str = "Microsoft.Web/sites/slots/read";

/// Above the sites, whoever reads them there is shown them all, others are refused.
fn sites(call: &Call<'_>, scope: &Scope) -> Result<Answer, ArmError> {
    call.require("Microsoft.Web/sites/read", scope, scope.as_str())?;
    existence::require(call.state, scope)?;
    call.page_of(resources(call, &format!("{}/", scope.key())), render)
}

fn resources<'a>(call: &Call<'a>, within: &str) -> Vec<&'a Resource> {
    let below = call.state.resources.range(within.to_owned()..);
    let below = below.take_while(|(key, _)| key.starts_with(within)).map(|(_, one)| one);
    let depth = if within.ends_with("/slots/") { "microsoft.web/sites/slots" } else { SITES };
    below.filter(|one| one.kind.eq_ignore_ascii_case(depth)).collect()
}

const SITES: &str = "microsoft.web/sites";

/// `right` is what follows the site's or the slot's type.
fn find<'a>(call: &Call<'a>, site: &Scope, right: &str) -> Result<&'a Resource, ArmError> {
    let is_slot = site.key().contains("/slots/");
    let kind = if is_slot { "Microsoft.Web/sites/slots" } else { "Microsoft.Web/sites" };
    call.require(&format!("{kind}/{right}"), site, site.as_str())?;
    existence::require(call.state, site)?;
    let missing = || ArmError::unknown_route(site.as_str());
    call.state.resources.get(&site.key()).ok_or_else(missing)
}

fn render(resource: &Resource) -> Value {
    let Resource { id, name, kind, location } = resource;
    json!({
        "id": id,
        "name": name,
        "type": kind,
        "kind": "app",
        "location": location,
        "properties": {
            "state": "Running",
            "enabled": true,
            "hostNames": [format!("{name}.azurewebsites.net")],
            "defaultHostName": format!("{name}.azurewebsites.net"),
            "httpsOnly": true,
        },
    })
}

fn configuration(resource: &Resource, name: &str, properties: &Value) -> Answer {
    let Resource { id, kind, location, .. } = resource;
    let body = json!({
        "id": format!("{id}/config/{name}"),
        "name": name,
        "type": format!("{kind}/config"),
        "location": location,
        "properties": properties,
    });
    Reply::json(StatusCode::OK, body).into()
}

/// A part of what there is, as documented.
fn web() -> Value {
    json!({
        "numberOfWorkers": 1,
        "linuxFxVersion": "NODE|20-lts",
        "remoteDebuggingEnabled": false,
        "httpLoggingEnabled": false,
        "http20Enabled": true,
        "minTlsVersion": "1.2",
        "ftpsState": "FtpsOnly",
        "alwaysOn": true,
    })
}

fn values(settings: Settings) -> Value {
    match settings {
        Settings::Application => json!({ "SHOP_API_KEY": "made-up value" }),
        Settings::ConnectionStrings => {
            json!({ "shop": { "value": "made-up value", "type": "SQLAzure" } })
        }
        Settings::Authentication => json!({ "enabled": false }),
        Settings::Metadata => json!({ "CURRENT_STACK": "node" }),
    }
}
