//! Where the descriptions are older than the services, or say less.

/// Properties that the descriptions do not have: the end of the place, the name, and why.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("", "createdByAppId", NEWER),
    ("", "isDisabled", NEWER),
    ("", "nativeAuthenticationApisEnabled", NEWER),
    ("", "createdDateTime", "service principals have it in every recording"),
    ("", "count", "lists of subscriptions have it in every recording"),
    ("/error", "additionalInfo", DISALLOWED),
    ("/error", "target", DISALLOWED),
];

const DISALLOWED: &str = "Azure Policy's refusals have it (documented), whichever service is asked";

/// The `OpenAPI` description of Microsoft Graph is of March 2024.
const NEWER: &str = "it is in the service's metadata of 2026";

/// Properties that are described as required and yet left out: the end of the place, the name, and
/// why.
const LEFT_OUT: &[(&str, &str, &str)] =
    &[("", "nextLink", "no recorded list of subscriptions on one page has it")];

pub(super) fn is_known(place: &str, name: &str) -> bool {
    is_in(PROPERTIES, place, name)
}

pub(super) fn may_be_left_out(place: &str, name: &str) -> bool {
    is_in(LEFT_OUT, place, name)
}

fn is_in(exceptions: &[(&str, &str, &str)], place: &str, name: &str) -> bool {
    exceptions.iter().any(|(end, known, _)| place.ends_with(end) && *known == name)
}
