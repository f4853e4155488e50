//! Microsoft Graph v1.0, as far as app registrations need it.

mod answer;
mod app_management_policy;
mod app_role_assignments;
mod application_properties;
mod applications;
mod batch;
mod call;
mod collection;
mod completion;
mod delegated_grants;
mod deleted_items;
mod directory_audits;
mod directory_objects;
mod directory_roles;
mod error;
mod federated_credentials;
mod filter;
mod groups;
mod holder;
mod key_credentials;
mod keys;
mod member_of;
mod owners;
mod passwords;
mod posture;
mod query;
mod render;
mod request_ids;
mod rights;
mod route;
mod service_principals;
mod subject;
mod throttling;
mod users;

pub(crate) use answer::{answer, refuse};
use call::{Call, created, creates_if_missing, entity};
