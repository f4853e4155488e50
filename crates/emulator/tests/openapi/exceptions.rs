//! Where the descriptions are older than the services, or say less.

/// Properties that the descriptions do not have: the end of the place, the name, and why.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("", "createdByAppId", NEWER),
    ("", "isDisabled", NEWER),
    ("", "nativeAuthenticationApisEnabled", NEWER),
    ("", "createdDateTime", "service principals have it in every recording"),
    ("", "count", "lists of subscriptions have it in every recording"),
];

/// The `OpenAPI` description of Microsoft Graph is of March 2024.
const NEWER: &str = "it is in the service's metadata of 2026";

/// Values that are not of the described type: the end of the place, and why.
const VALUES: &[(&str, &str)] = &[];

pub(super) fn is_known(place: &str, name: &str) -> bool {
    PROPERTIES.iter().any(|(end, known, _)| place.ends_with(end) && *known == name)
}

pub(super) fn may_deviate(place: &str) -> bool {
    VALUES.iter().any(|(end, _)| place.ends_with(end))
}
