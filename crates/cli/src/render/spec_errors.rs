//! Errors of a spec, each with its place underlined.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use spec::{SpecError, SpecErrors};

/// Nobody mends more at a time.
const SHOWN: usize = 20;

/// One block for each error, without the word `error`, which the console says.
pub(crate) fn render(path: &Path, text: &str, errors: &SpecErrors) -> Vec<String> {
    let errors = errors.as_slice();
    let rest = errors.len().saturating_sub(SHOWN);
    let more = (rest > 0).then(|| format!("{rest} more errors like these in {}", path.display()));
    errors.iter().take(SHOWN).map(|error| block(path, text, error)).chain(more).collect()
}

fn block(path: &Path, text: &str, error: &SpecError) -> String {
    let SpecError { location, message, hint } = error;
    let path = path.display().to_string();
    let annotation = AnnotationKind::Primary.span(location.span.clone());
    let snippet = Snippet::source(text).path(path).annotation(annotation);
    let mut group = Level::ERROR.primary_title(message).element(snippet);
    if let Some(hint) = hint {
        group = group.element(Level::HELP.message(hint));
    }
    let rendered = Renderer::plain().render(&[group]);
    rendered.trim_start_matches("error: ").to_owned() + "\n"
}
