//! YAML text -> JSON value, and where in the text each part of it stands.
//!
//! What the text means is `serde_yaml`'s word; the events of a second parser give the places, and
//! refuse what has no place in a spec: anchors, aliases, tags, more than one document.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScanError, Span};
use serde_json::Value;

use crate::{Location, MAX_BYTES, SpecErrors};

/// Nesting beyond this is no spec; the deepest key is 4 levels down.
const MAX_DEPTH: usize = 32;

/// Places by JSON pointer.
pub(crate) struct Locations {
    entries: HashMap<String, Entry>,
    start: Location,
}

struct Entry {
    key: Option<Location>,
    value: Location,
}

impl Locations {
    /// The key at `pointer`, or the item where it has none.
    pub(crate) fn key(&self, pointer: &str) -> Location {
        self.entries.get(pointer).map_or_else(
            || self.start.clone(),
            |entry| entry.key.clone().unwrap_or_else(|| entry.value.clone()),
        )
    }

    /// The value at `pointer`: the place to underline when it is wrong.
    pub(crate) fn value(&self, pointer: &str) -> Location {
        self.entries.get(pointer).map_or_else(|| self.start.clone(), |entry| entry.value.clone())
    }
}

/// Reads `text` as one YAML document.
///
/// # Errors
/// The first problem alone: what follows it would mislead.
pub(crate) fn read(text: &str) -> Result<(Value, Locations), SpecErrors> {
    let here = |message: &str| {
        let start = Location::new(text, 0..0);
        SpecErrors::one(start, message.to_owned(), Some(EXAMPLE_HINT.to_owned()))
    };
    if text.len() as u64 > MAX_BYTES {
        return Err(here("this file is larger than 1 MiB, which no spec is"));
    }
    let locations = Walk::new(text).run()?;
    let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index());
        let place = Location::new(text, at..text.len());
        not_yaml(place, &error.to_string())
    })?;
    match serde_json::to_value(value) {
        Ok(Value::Null) => Err(here("this spec is empty")),
        Ok(value @ Value::Object(_)) => Ok((value, locations)),
        Ok(_) => Err(here("a spec is a mapping of keys to values")),
        Err(_) => Err(here("the keys of a spec are text")),
    }
}

const EXAMPLE_HINT: &str = "the least spec has the keys version, name, tenant, scopes, certificate";

/// A walk over the parser's events that records places.
struct Walk<'a> {
    text: &'a str,
    /// Byte offset of each character, because the parser counts characters.
    offsets: Vec<usize>,
    entries: HashMap<String, Entry>,
    open: Vec<Open>,
}

/// A collection that has begun and not ended.
struct Open {
    pointer: String,
    kind: Kind,
}

enum Kind {
    List { next: usize },
    Map { key: Option<(String, Location)> },
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        let offsets = text.char_indices().map(|(offset, _)| offset).collect();
        Walk { text, offsets, entries: HashMap::new(), open: Vec::new() }
    }

    fn run(mut self) -> Result<Locations, SpecErrors> {
        let mut documents = 0;
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| self.syntax_error(&error))?;
            let place = self.place(span);
            match event {
                Event::DocumentStart(_) if documents == 1 => {
                    return Err(refused(place, "a second document begins here", "one spec a file"));
                }
                Event::DocumentStart(_) => documents += 1,
                Event::Scalar(_, _, 1.., _)
                | Event::SequenceStart(1.., _)
                | Event::MappingStart(1.., _) => {
                    let hint = "write the value out where it is used";
                    return Err(refused(place, "anchors are not read", hint));
                }
                Event::Scalar(_, _, 0, Some(_))
                | Event::SequenceStart(0, Some(_))
                | Event::MappingStart(0, Some(_)) => {
                    return Err(refused(place, "tags are not read", "leave the tag out"));
                }
                Event::Scalar(text, ..) => self.scalar(&text, place)?,
                Event::SequenceStart(..) => self.begin(Kind::List { next: 0 }, place)?,
                Event::MappingStart(..) => self.begin(Kind::Map { key: None }, place)?,
                Event::SequenceEnd | Event::MappingEnd => {
                    self.open.pop();
                }
                // Before an alias stands its anchor, which is refused.
                Event::Alias(_)
                | Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentEnd => {}
            }
        }
        let start = Location::new(self.text, 0..self.text.len());
        Ok(Locations { entries: self.entries, start })
    }

    fn scalar(&mut self, text: &str, place: Location) -> Result<(), SpecErrors> {
        if let Some(Open { pointer, kind: Kind::Map { key: key @ None } }) = self.open.last_mut() {
            let child = format!("{pointer}/{}", escape(text));
            if let Some(first) = self.entries.get(&child) {
                let line = first.key.as_ref().map_or(0, |first| first.line);
                let message = format!("`{text}` is given twice");
                return Err(refused(place, &message, &format!("it stands first in line {line}")));
            }
            *key = Some((child, place));
            return Ok(());
        }
        self.record(place)?;
        Ok(())
    }

    fn begin(&mut self, kind: Kind, place: Location) -> Result<(), SpecErrors> {
        if self.open.len() >= MAX_DEPTH {
            return Err(refused(place, "this is nested too deep for a spec", EXAMPLE_HINT));
        }
        let pointer = self.record(place)?;
        self.open.push(Open { pointer, kind });
        Ok(())
    }

    /// Records the value that begins at `place` and returns its pointer.
    fn record(&mut self, place: Location) -> Result<String, SpecErrors> {
        let (pointer, key) = match self.open.last_mut() {
            None => (String::new(), None),
            Some(Open { pointer, kind: Kind::List { next } }) => {
                *next += 1;
                (format!("{pointer}/{}", *next - 1), None)
            }
            Some(Open { kind: Kind::Map { key }, .. }) => match key.take() {
                Some((child, key)) => (child, Some(key)),
                None => return Err(refused(place, "a key must be text", "keys are plain words")),
            },
        };
        self.entries.insert(pointer.clone(), Entry { key, value: place });
        Ok(pointer)
    }

    /// What to underline of `span`: its first line, or, of an empty one as block mappings have, the
    /// line that it stands in.
    fn place(&self, span: Span) -> Location {
        let text = self.text;
        let byte = |mark: Marker| self.offsets.get(mark.index()).copied().unwrap_or(text.len());
        let start = byte(span.start);
        let end = if span.is_empty() || span.start.line() != span.end.line() {
            text[start..].find('\n').map_or(text.len(), |newline| start + newline)
        } else {
            byte(span.end)
        };
        let shown = text[start..end].trim_end().len();
        let (line, column) = (span.start.line(), span.start.col() + 1);
        Location { span: start..start + shown, line, column }
    }

    fn syntax_error(&self, error: &ScanError) -> SpecErrors {
        let mark = *error.marker();
        not_yaml(self.place(Span::empty(mark)), error.info())
    }
}

fn not_yaml(place: Location, reason: &str) -> SpecErrors {
    let hint = "check indentation, brackets and quotes here and in the line above";
    refused(place, &format!("this is not valid YAML: {reason}"), hint)
}

fn refused(place: Location, message: &str, hint: &str) -> SpecErrors {
    SpecErrors::one(place, message.to_owned(), Some(hint.to_owned()))
}

/// `text` as one part of a JSON pointer.
pub(crate) fn escape(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}
