//! Document -> Spec: what the keys mean together, and which of them work in this version.

use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::path::PathBuf;

use serde_json::Value;

use crate::document::{self, AccessPolicies, AssignableScopes, Cloud, Document, ProfileName};
use crate::locations::Locations;
use crate::{
    Certificate, CertificateSource, Generate, InstallationName, Profile, Scope, ScopeId, Spec,
    SpecError, SpecErrors, TenantRef,
};

/// Checks every rule at once. `value` has the structure of a [`Document`].
pub(crate) fn check(value: Value, locations: &Locations) -> Result<Spec, SpecErrors> {
    let document: Document = serde_json::from_value(value)
        .map_err(|error| SpecErrors::one(locations.value(""), error.to_string(), None))?;
    let mut errors: Vec<_> =
        not_supported(&document).iter().map(|pointer| not_yet(pointer, locations)).collect();
    let scopes = scopes(&document.scopes, locations, &mut errors);
    let source = certificate_source(&document.certificate.source, &document.name);
    if source.is_none() {
        errors.push(not_yet(SOURCE, locations));
    }
    SpecErrors::unless_empty(errors)?;
    let profile = Profile::documented();
    let display_name = document.application.and_then(|application| application.display_name);
    let custom_role_name = document.roles.and_then(|roles| roles.custom?.name);
    Ok(Spec {
        tenant: tenant(&document.tenant),
        display_name: display_name.unwrap_or_else(|| document.name.to_string()),
        profile,
        scopes,
        custom_role_name: custom_role_name.unwrap_or_else(|| profile.custom_role.name.clone()),
        certificate: Certificate {
            source: source.expect("a missing source is an error above"),
            renew_before_days: document.certificate.renew_before.as_deref().map_or(30, days),
        },
        name: document.name,
    })
}

const SOURCE: &str = "/certificate/source";

/// Pointers of all keys that say something this version does not do.
fn not_supported(document: &Document) -> Vec<&'static str> {
    let Document {
        version: _,
        name: _,
        tenant: _,
        cloud,
        profile,
        scan_vms,
        application,
        graph_permissions,
        allow_privileged,
        scopes: _,
        roles,
        key_vaults,
        certificate: _,
        extras,
        keep,
        integration,
    } = document;
    let said = |list: &Option<Vec<document::Text>>| list.as_ref().is_some_and(|l| !l.is_empty());
    let mut found: Vec<_> = [
        ("/cloud", cloud.is_some_and(|cloud| cloud != Cloud::Public)),
        ("/profile", profile.is_some_and(|profile| profile != ProfileName::Documented)),
        ("/scanVms", scan_vms.is_some_and(|scan| scan)),
        ("/graphPermissions", graph_permissions.as_ref().is_some_and(patches)),
        ("/allowPrivileged", said(allow_privileged)),
        ("/extras", extras.is_some()),
        ("/keep", said(keep)),
        ("/integration", integration.is_some()),
    ]
    .into_iter()
    .filter_map(|(pointer, given)| given.then_some(pointer))
    .collect();
    found.extend(application.as_ref().map_or_else(Vec::new, not_supported_of_application));
    found.extend(roles.as_ref().map_or_else(Vec::new, not_supported_of_roles));
    found.extend(key_vaults.as_ref().map_or_else(Vec::new, not_supported_of_key_vaults));
    found
}

fn not_supported_of_application(application: &document::Application) -> Vec<&'static str> {
    let document::Application {
        display_name: _,
        owners,
        notes,
        service_management_reference,
        principal_id,
    } = application;
    let given = [
        ("/application/owners", owners.as_ref().is_some_and(|owners| !owners.is_empty())),
        ("/application/notes", notes.is_some()),
        ("/application/serviceManagementReference", service_management_reference.is_some()),
        ("/application/principalId", principal_id.is_some()),
    ];
    given.into_iter().filter_map(|(pointer, given)| given.then_some(pointer)).collect()
}

fn not_supported_of_roles(roles: &document::Roles) -> Vec<&'static str> {
    let document::Roles { built_in, custom } = roles;
    let mut found = Vec::new();
    if built_in.as_ref().is_some_and(patches) {
        found.push("/roles/builtIn");
    }
    if let Some(custom) = custom {
        let document::CustomRole {
            name: _,
            add_actions,
            remove_actions,
            add_data_actions,
            remove_data_actions,
            assignable_scopes,
        } = custom;
        let given = [
            ("/roles/custom/addActions", !add_actions.is_empty()),
            ("/roles/custom/removeActions", !remove_actions.is_empty()),
            ("/roles/custom/addDataActions", !add_data_actions.is_empty()),
            ("/roles/custom/removeDataActions", !remove_data_actions.is_empty()),
            (
                "/roles/custom/assignableScopes",
                assignable_scopes
                    .as_ref()
                    .is_some_and(|scopes| *scopes != AssignableScopes::Scopes),
            ),
        ];
        found.extend(given.into_iter().filter_map(|(pointer, given)| given.then_some(pointer)));
    }
    found
}

fn not_supported_of_key_vaults(key_vaults: &document::KeyVaults) -> Vec<&'static str> {
    let document::KeyVaults { access_policies, include, exclude, permissions } = key_vaults;
    let given = [
        (
            "/keyVaults/accessPolicies",
            access_policies.is_some_and(|policies| policies != AccessPolicies::Discover),
        ),
        ("/keyVaults/include", !include.is_empty()),
        ("/keyVaults/exclude", !exclude.is_empty()),
        ("/keyVaults/permissions", permissions.is_some()),
    ];
    given.into_iter().filter_map(|(pointer, given)| given.then_some(pointer)).collect()
}

fn patches(patch: &document::Patch) -> bool {
    let document::Patch { add, remove } = patch;
    !add.is_empty() || !remove.is_empty()
}

fn not_yet(pointer: &str, locations: &Locations) -> SpecError {
    let key = pointer.trim_start_matches('/').replace('/', ".");
    let hint = "leave it out: this version would not do what it says".to_owned();
    SpecError {
        location: locations.key(pointer),
        message: format!("`{key}` is not supported yet"),
        hint: Some(hint),
    }
}

fn scopes(
    written: &[document::Scope],
    locations: &Locations,
    errors: &mut Vec<SpecError>,
) -> Vec<Scope> {
    let mut seen = BTreeSet::new();
    let mut scopes = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let problem = match scope(written) {
            Err(problem) => problem,
            Ok(scope) if seen.insert(scope.id.clone()) => {
                scopes.push(scope);
                continue;
            }
            Ok(_) => ("this scope is listed twice", "remove one of the two"),
        };
        let (message, hint) = (problem.0.to_owned(), Some(problem.1.to_owned()));
        let location = locations.value(&format!("/scopes/{index}"));
        errors.push(SpecError { location, message, hint });
    }
    scopes
}

/// The scope, or what is wrong with it and what to do.
fn scope(written: &document::Scope) -> Result<Scope, (&'static str, &'static str)> {
    match written {
        document::Scope::Subscription(document::SubscriptionScope { subscription, name }) => {
            let name = name.as_ref().map(|name| name.0.clone());
            let id = subscription.0.parse();
            id.map(|id| Scope { id: ScopeId::Subscription(id), name })
                .map_err(|_| ("a subscription by its name is not supported yet", "use its id"))
        }
        document::Scope::ManagementGroup(document::ManagementGroupScope { management_group }) => {
            Ok(Scope { id: ScopeId::ManagementGroup(management_group.clone()), name: None })
        }
        document::Scope::TenantRoot(_) => Err((
            "`tenantRoot` is not supported yet",
            "name the subscriptions or groups that you mean",
        )),
    }
}

/// The source, or nothing when this version has no such source.
fn certificate_source(
    written: &document::CertificateSource,
    name: &InstallationName,
) -> Option<CertificateSource> {
    match written {
        document::CertificateSource::File(path) => {
            Some(CertificateSource::File(PathBuf::from(&path.0)))
        }
        document::CertificateSource::Generate(written) => {
            let document::Generate { output, subject, key_size, validity_days } = written;
            Some(CertificateSource::Generate(Generate {
                output: PathBuf::from(&output.0),
                subject: subject.clone().unwrap_or_else(|| format!("CN={name}")),
                key_bits: key_size.unwrap_or(4096),
                validity_days: validity_days.unwrap_or(YEAR),
            }))
        }
        document::CertificateSource::KeyVault(_)
        | document::CertificateSource::Command(_)
        | document::CertificateSource::Environment(_)
        | document::CertificateSource::Federated(_) => None,
    }
}

const YEAR: NonZeroU16 = NonZeroU16::new(365).expect("365 is not 0");

fn tenant(text: &str) -> TenantRef {
    text.parse().map_or_else(|_| TenantRef::Domain(text.to_lowercase()), TenantRef::Id)
}

/// `30d` -> 30; the schema admits no other form.
fn days(text: &str) -> u16 {
    text.trim_end_matches('d').parse().unwrap_or(u16::MAX)
}
