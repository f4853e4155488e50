//! What the tenant consists of, with the behaviour that belongs to the objects themselves.

pub(crate) mod app_management_policy;
pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod certificate;
pub(crate) mod directory_role;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod group_operation;
pub(crate) mod hierarchy;
pub(crate) mod lock;
pub(crate) mod mondoo;
pub(crate) mod role;
pub(crate) mod scope;
pub(crate) mod service_principal;
pub(crate) mod settings;
pub(crate) mod tenant;
pub(crate) mod user;
pub(crate) mod vault;
pub(crate) mod vault_item;
