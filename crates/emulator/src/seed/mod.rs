//! The tenant that a fresh sandbox holds: always the same objects with the same ids, but for the
//! operators' secret.

mod directory;
mod given;
mod hierarchy;
mod large;
mod operators;
mod people;
mod roles;

pub(crate) use given::given;

use time::OffsetDateTime;
use uuid::{Uuid, uuid};

pub use operators::operator_names;
pub(crate) use operators::operators;

use crate::model::tenant::Tenant;
use crate::mondoo;
use crate::store::Change;

pub(crate) const TENANT: Uuid = uuid!("0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3");
pub(crate) const PRODUCTION: Uuid = uuid!("1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081");
/// The tenant's only domain.
const DOMAIN: &str = "contoso.onmicrosoft.com";
const DEVELOPMENT: Uuid = uuid!("2c3d4e5f-6071-4829-ba3c-4d5e6f708192");

/// The operator's client id.
pub(crate) const OPERATOR: Uuid = uuid!("5f607182-93a4-4b5c-8d6e-7f8091021324");
const CONTRIBUTOR: Uuid = uuid!("b24988ac-6180-42a0-ab88-20f7382dd24c");
const OPERATOR_PRINCIPAL: Uuid = uuid!("60718293-a4b5-4c6d-9e7f-809102132435");
const PAYROLL_PRINCIPAL: Uuid = uuid!("93a4b5c6-d7e8-4f90-8102-132435465768");

/// 1 January 2025: the tenant is older than whatever happens in it.
const SEEDED: i64 = 1_735_689_600;

pub(crate) fn fresh(operator_secret: &str) -> (Tenant, Vec<Change>) {
    let tenant = Tenant {
        id: TENANT,
        display_name: "Contoso".to_owned(),
        domains: vec![DOMAIN.to_owned()],
        created: seeded(),
    };
    let changes = hierarchy::changes()
        .into_iter()
        .chain(directory::changes(operator_secret))
        .chain(operators::changes(operator_secret))
        .chain(people::changes(operator_secret))
        .chain(roles::changes())
        .chain(mondoo::seeded_changes(seeded()));
    (tenant, changes.collect())
}

/// How much a large tenant has besides.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub management_groups: u32,
    pub subscriptions: u32,
    pub vaults: u32,
}

/// A fresh tenant, grown.
pub(crate) fn large(operator_secret: &str, size: Size) -> (Tenant, Vec<Change>) {
    let (tenant, mut changes) = fresh(operator_secret);
    changes.extend(large::changes(size));
    (tenant, changes)
}

fn seeded() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(SEEDED).expect("the constant is a moment in this century")
}
