//! Values -> text, with colours that the console removes where they do not belong.

pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod outcome;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod spec_errors;
pub(crate) mod status;
pub(crate) mod verification;
