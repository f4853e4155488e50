//! The least spec, changed a little.

use std::fmt::Write;

use spec::Spec;

pub(crate) const LEAST: &str = "\
version: 1
name: mondoo-security
tenant: 0A9B3C7D-5e1f-4a2b-8c6d-7e8f90a1b2c3
scopes:
  - subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081
certificate:
  source: { generate: { output: ./mondoo.pem } }
";
pub(crate) const NAME: &str = "name: mondoo-security";
pub(crate) const VERSION: &str = "version: 1";
pub(crate) const SCOPE: &str = "- subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
pub(crate) const SOURCE: &str = "generate: { output: ./mondoo.pem }";

/// The errors as `line:column [underlined text] message (hint)`.
pub(crate) fn check(yaml: &str) -> String {
    let Err(errors) = Spec::parse(yaml) else { return "right".to_owned() };
    errors.as_slice().iter().fold(String::new(), |mut text, error| {
        let place = &error.location;
        let underlined = &yaml[place.span.clone()];
        let _ = write!(text, "{}:{} [{underlined}] {}", place.line, place.column, error.message);
        let hint = error.hint.as_deref().unwrap_or("-");
        let _ = writeln!(text, " ({hint})");
        text
    })
}

/// The least spec with one of its parts replaced.
pub(crate) fn with(from: &str, to: &str) -> String {
    assert!(LEAST.contains(from), "{from} is not in the least spec");
    LEAST.replace(from, to)
}

/// Its errors.
pub(crate) fn changed(from: &str, to: &str) -> String {
    check(&with(from, to))
}

/// The errors of the least spec with `keys` at its end.
pub(crate) fn also(keys: &str) -> String {
    check(&format!("{LEAST}{keys}\n"))
}

/// The least spec with `keys` at its end, which must be right.
pub(crate) fn parsed(keys: &str) -> Spec {
    Spec::parse(&format!("{LEAST}{keys}\n")).unwrap()
}
