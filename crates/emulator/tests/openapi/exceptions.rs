//! Where the descriptions are older than the services, or say less.

/// Properties that the descriptions do not have: the end of the place, the name, and why.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("", "createdByAppId", NEWER),
    ("", "isDisabled", NEWER),
    ("", "nativeAuthenticationApisEnabled", NEWER),
    ("", "createdDateTime", "service principals have it in every recording"),
    ("", "count", "lists of subscriptions have it in every recording"),
    ("/properties/parent", "displayName", "subscriptions of management groups have it (observed)"),
    ("/properties/parent", "name", "subscriptions of management groups have it (observed)"),
    ("/error", "innererror", "Microsoft Graph spells innerError so at times (observed)"),
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

/// Values that are not as described: the end of the place, and why.
const VALUES: &[(&str, &str)] = &[
    ("/sku/name", "comes back in whatever case it was written in (observed)"),
    ("/data", "a list of objects, if that is the format that was asked for (documented)"),
    ("/line", POSITION),
    ("/characterPositionInLine", POSITION),
    ("/token", POSITION),
    ("/expectedToken", POSITION),
    ("/type", "children of management groups have the longer one in older versions (observed)"),
];

const POSITION: &str =
    "Resource Graph's details are described as structures, and are none (observed)";

pub(super) fn may_deviate(place: &str) -> bool {
    VALUES.iter().any(|(end, _)| place.ends_with(end))
}

pub(super) fn is_known(place: &str, name: &str) -> bool {
    is_in(PROPERTIES, place, name)
}

pub(super) fn may_be_left_out(place: &str, name: &str) -> bool {
    is_in(LEFT_OUT, place, name)
}

fn is_in(exceptions: &[(&str, &str, &str)], place: &str, name: &str) -> bool {
    exceptions.iter().any(|(end, known, _)| place.ends_with(end) && *known == name)
}
