//! Whether a plan made now does only what a saved one said.

use std::collections::{HashMap, HashSet};

use spec::{PrincipalId, SpecDigest, TenantId, TenantRef};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{PlanDocument, PlannedChange, PlannedField};
use crate::{Step, Value, Verb};

/// Why a saved plan does not stand for what would be done now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    #[error("it expired at {}", .0.format(&Rfc3339).unwrap_or_default())]
    Expired(OffsetDateTime),
    #[error("it is for tenant {planned}, and the spec is for {wanted}")]
    OtherTenant { planned: TenantId, wanted: TenantRef },
    #[error("the spec is another one than it was made from, or was edited since")]
    OtherSpec,
    #[error(
        "it is for the service principal {planned}, and the application's is {}", shown(*now)
    )]
    OtherPrincipal { planned: PrincipalId, now: Option<PrincipalId> },
    /// Changes of the plan made now, by their place in it.
    #[error("{} of the changes to be made are not in it", .0.len())]
    Unreviewed(Vec<usize>),
}

fn shown(principal: Option<PrincipalId>) -> String {
    principal.map_or_else(|| "to be made".to_owned(), |id| id.to_string())
}

impl PlanDocument {
    /// What can be told before any service is asked.
    pub fn check_spec(
        &self,
        tenant: &TenantRef,
        spec: &SpecDigest,
        now: OffsetDateTime,
    ) -> Result<(), Stale> {
        if let TenantRef::Id(id) = tenant
            && *id != self.tenant
        {
            return Err(Stale::OtherTenant { planned: self.tenant, wanted: tenant.clone() });
        }
        if *spec != self.spec {
            return Err(Stale::OtherSpec);
        }
        match self.expires {
            Some(end) if end <= now => Err(Stale::Expired(end)),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether every change of `fresh` is in this plan. What is done of it already, or not needed
    /// any more, does not matter.
    pub fn check(&self, fresh: &PlanDocument) -> Result<(), Stale> {
        if fresh.tenant != self.tenant {
            let wanted = TenantRef::Id(fresh.tenant);
            return Err(Stale::OtherTenant { planned: self.tenant, wanted });
        }
        if let Some(planned) = self.principal
            && fresh.principal != Some(planned)
            && !fresh.changes.is_empty()
        {
            return Err(Stale::OtherPrincipal { planned, now: fresh.principal });
        }
        let unreviewed = self.unreviewed(fresh);
        if unreviewed.is_empty() { Ok(()) } else { Err(Stale::Unreviewed(unreviewed)) }
    }

    fn unreviewed(&self, fresh: &PlanDocument) -> Vec<usize> {
        let pending: HashSet<Key<'_>> = fresh.changes.iter().map(key).collect();
        let is_done = |need: &usize| !pending.contains(&key(&self.changes[*need]));
        let mut reviewed: HashMap<Key<'_>, Vec<&PlannedChange>> = HashMap::new();
        for change in &self.changes {
            reviewed.entry(key(change)).or_default().push(change);
        }
        let is_reviewed = |change: &PlannedChange| {
            let same = reviewed.get(&key(change)).into_iter().flatten();
            same.into_iter().any(|saved| {
                let known = saved.needs.iter().any(is_done);
                does_the_same(&saved.fields, &change.fields, known)
            })
        };
        let changes = fresh.changes.iter().enumerate();
        changes.filter(|(_, change)| !is_reviewed(change)).map(|(index, _)| index).collect()
    }
}

type Key<'a> = (Step, Verb, &'a str);

fn key(change: &PlannedChange) -> Key<'_> {
    (change.step, change.verb, &change.object)
}

/// `known`: something that the saved change waited for is done, so that what it left open may be
/// known by now.
fn does_the_same(saved: &[PlannedField], fresh: &[PlannedField], known: bool) -> bool {
    let same = |(saved, fresh): (&PlannedField, &PlannedField)| {
        let PlannedField { name, before, after } = saved;
        let is_now_known = known && *after == Value::AfterApply;
        *name == fresh.name && *before == fresh.before && (*after == fresh.after || is_now_known)
    };
    saved.len() == fresh.len() && saved.iter().zip(fresh).all(same)
}
