//! Key Vault's data plane, under `/vaults/NAME/`: keys, secrets and certificates, for those whom
//! access policies or data actions let in.

mod answer;
mod error;
mod items;
mod material;
mod render;
mod rights;
mod route;
mod secrets;

pub(crate) use answer::{answer, refuse};
