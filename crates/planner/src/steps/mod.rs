//! The steps of Mondoo's manual, one file each: what is wanted, what was found, what to do.

pub mod a_application;
pub mod b_graph_permissions;
pub mod c_role_assignments;
pub mod d_custom_role;
pub mod e_key_vault_access;
pub mod f_certificate;
pub mod g_integration;
