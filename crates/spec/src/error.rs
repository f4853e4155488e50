//! What is wrong with a spec, and where.

use std::fmt;
use std::ops::Range;

/// A place in the spec's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Bytes of the text to underline; never across a line end.
    pub span: Range<usize>,
    /// Counted from 1.
    pub line: usize,
    /// Characters, counted from 1.
    pub column: usize,
}

impl Location {
    /// The place of `span` in `text`, cut at the end of its first line.
    pub(crate) fn new(text: &str, span: Range<usize>) -> Location {
        let start = span.start.min(text.len());
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[start..span.end.clamp(start, text.len())];
        let length = rest.lines().next().unwrap_or_default().trim_end().len();
        Location {
            span: start..start + length,
            line: before.matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    pub location: Location,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// At least one error, in the order of the text.
#[derive(Debug, PartialEq, Eq)]
pub struct SpecErrors(Vec<SpecError>);

impl SpecErrors {
    pub(crate) fn one(location: Location, message: String, hint: Option<String>) -> Self {
        SpecErrors(vec![SpecError { location, message, hint }])
    }

    /// `Err` of all of `errors`, or `Ok` when there is none.
    pub(crate) fn unless_empty(mut errors: Vec<SpecError>) -> Result<(), Self> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by_key(|error| error.location.span.start);
        errors.dedup();
        Err(SpecErrors(errors))
    }

    pub fn as_slice(&self) -> &[SpecError] {
        &self.0
    }
}

impl fmt::Display for SpecErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.0 {
            let Location { line, column, .. } = error.location;
            writeln!(f, "{line}:{column}: {}", error.message)?;
            if let Some(hint) = &error.hint {
                writeln!(f, "  {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for SpecErrors {}
