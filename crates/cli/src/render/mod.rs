//! Values -> text, with colours that the console removes where they do not belong.

pub(crate) mod adoption;
pub(crate) mod certificate;
pub(crate) mod console_form;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod export;
pub(crate) mod graph;
#[cfg(test)]
mod hostile;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod outcome;
pub(crate) mod outcome_document;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod proposal;
pub(crate) mod spec_errors;
pub(crate) mod status;
pub(crate) mod undo;
pub(crate) mod verification;
pub(crate) mod view;
