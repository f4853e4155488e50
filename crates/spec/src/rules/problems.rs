//! Broken rules, collected.

use crate::locations::Locations;
use crate::{SpecError, SpecErrors};

/// All that is wrong so far, each at its place in the text. Places are JSON pointers.
pub(super) struct Problems<'a> {
    locations: &'a Locations,
    errors: Vec<SpecError>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(locations: &'a Locations) -> Self {
        Problems { locations, errors: Vec::new() }
    }

    /// A key that should not be there, or not alone.
    pub(super) fn at_key(&mut self, pointer: &str, message: impl Into<String>, hint: &str) {
        let location = self.locations.key(pointer);
        let (message, hint) = (message.into(), Some(hint.to_owned()));
        self.errors.push(SpecError { location, message, hint });
    }

    /// A value that is wrong where it stands.
    pub(super) fn at_value(&mut self, pointer: &str, message: impl Into<String>, hint: &str) {
        let location = self.locations.value(pointer);
        let (message, hint) = (message.into(), Some(hint.to_owned()));
        self.errors.push(SpecError { location, message, hint });
    }

    pub(super) fn none(self) -> Result<(), SpecErrors> {
        SpecErrors::unless_empty(self.errors)
    }
}
