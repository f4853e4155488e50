//! How each step's changes are carried out.

pub(crate) mod a_application;
pub(crate) mod b_graph_permissions;
pub(crate) mod c_role_assignments;
pub(crate) mod d_custom_role;
pub(crate) mod e_key_vault_access;
pub(crate) mod f_certificate;
pub(crate) mod g_integration;
