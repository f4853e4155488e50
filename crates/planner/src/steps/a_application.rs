//! Step A: the app registration and its service principal exist, in this tenant alone.

use std::collections::BTreeSet;

use spec::{AppId, ApplicationId, PrincipalId};
use time::OffsetDateTime;

use crate::{
    ChangeId, Field, Finding, FindingCode, Marker, Object, Observed as All, Plan, Product, Verb,
};

/// The sign-in audience of an application that only its own tenant may use.
pub const SINGLE_TENANT: &str = "AzureADMyOrg";

/// Without this tag the portal does not list a service principal under Enterprise applications.
pub const LISTED_TAG: &str = "WindowsAzureActiveDirectoryIntegratedApp";

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub display_name: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The application whose `uniqueName` is the installation's name.
    pub application: Option<Application>,
    pub principal: Option<Principal>,
    /// Owners but for the operator, and passwords, each as it is named: together with foreign
    /// certificates, who else could change the application or sign in as it.
    pub other_hands: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub display_name: String,
    pub sign_in_audience: String,
    pub tags: BTreeSet<String>,
    pub created: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub id: PrincipalId,
    pub tags: BTreeSet<String>,
    pub created: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    CreateApplication { unique_name: String, display_name: String, tag: String },
    UpdateApplication(ApplicationUpdate),
    CreatePrincipal { display_name: String },
    TagPrincipal { display_name: String },
}

/// The properties that differ, each as it is and as it shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationUpdate {
    pub name: String,
    pub display_name: Option<(String, String)>,
    pub sign_in_audience: Option<(String, String)>,
    pub missing_tag: Option<String>,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { application, principal, other_hands } = &observed.application;
    let display_name = desired.application.display_name.clone();
    let application = match application {
        None => {
            let unique_name = desired.installation.to_string();
            let tag = desired.marker.to_string();
            let display_name = display_name.clone();
            Some(plan.push(Action::CreateApplication { unique_name, display_name, tag }, &[]))
        }
        Some(application) => {
            let certificates = observed.certificate.foreign(&desired.certificate.marker);
            let hands: Vec<_> = other_hands.iter().cloned().chain(certificates).collect();
            if let Some(finding) = application.not_ours(&desired.marker, &hands) {
                plan.find(finding);
            }
            application.updated(&desired.application, &desired.marker, plan)
        }
    };
    match principal {
        None => {
            // It must be called as its application is.
            plan.push(Action::CreatePrincipal { display_name }, application.as_slice());
        }
        Some(principal) if !principal.tags.contains(LISTED_TAG) => {
            plan.push(Action::TagPrincipal { display_name }, &[]);
        }
        Some(_) => plan.keep(),
    }
}

impl Application {
    /// Somebody else may have taken the name to be given our rights. One without our tag is
    /// ours only when a run was killed before it could tag it: then nobody else has a hand in it.
    fn not_ours(&self, marker: &Marker, hands: &[String]) -> Option<Finding> {
        if self.tags.contains(&marker.to_string()) || hands.is_empty() {
            return None;
        }
        let message = format!(
            "application {} ({}) has the uniqueName but not our tag, and others have a hand in it \
             ({}): if it is yours, give it the tag {marker}; if not, name the installation otherwise",
            self.display_name,
            self.app_id,
            hands.join(", ")
        );
        Some(Finding::blocks(FindingCode::ApplicationNotOurs, message))
    }

    /// Plans an update where this live application is not as wanted.
    fn updated(&self, desired: &Desired, marker: &Marker, plan: &mut Plan) -> Option<ChangeId> {
        let update = self.difference(desired, marker);
        if update.is_none() {
            plan.keep();
        }
        update.map(|update| plan.push(Action::UpdateApplication(update), &[]))
    }

    fn difference(&self, desired: &Desired, marker: &Marker) -> Option<ApplicationUpdate> {
        let Application { id: _, app_id: _, display_name, sign_in_audience, tags, created: _ } =
            self;
        let changed = |before: &String, after: &str| {
            (before != after).then(|| (before.clone(), after.to_owned()))
        };
        let tag = marker.to_string();
        let update = ApplicationUpdate {
            name: display_name.clone(),
            display_name: changed(display_name, &desired.display_name),
            sign_in_audience: changed(sign_in_audience, SINGLE_TENANT),
            missing_tag: (!tags.contains(&tag)).then_some(tag),
        };
        (!update.is_empty()).then_some(update)
    }
}

impl ApplicationUpdate {
    fn is_empty(&self) -> bool {
        let ApplicationUpdate { name: _, display_name, sign_in_audience, missing_tag } = self;
        display_name.is_none() && sign_in_audience.is_none() && missing_tag.is_none()
    }

    fn fields(&self) -> Vec<Field> {
        let ApplicationUpdate { name: _, display_name, sign_in_audience, missing_tag } = self;
        let changed = |name, change: &Option<(String, String)>| {
            change
                .as_ref()
                .map(|(before, after)| Field::changed(name, before.clone(), after.clone()))
        };
        let tag = missing_tag.as_ref().map(|tag| Field::set("tag", tag.clone()));
        [changed("displayName", display_name), changed("signInAudience", sign_in_audience), tag]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::CreateApplication { .. } | Action::CreatePrincipal { .. } => Verb::Create,
            Action::UpdateApplication(_) | Action::TagPrincipal { .. } => Verb::Update,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let (what, name) = match self {
            Action::CreateApplication { display_name, .. } => ("application", display_name),
            Action::UpdateApplication(update) => ("application", &update.name),
            Action::CreatePrincipal { display_name } | Action::TagPrincipal { display_name } => {
                ("service principal", display_name)
            }
        };
        (what.to_owned(), name.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::CreateApplication { unique_name, display_name, tag } => vec![
                Field::set("uniqueName", unique_name.clone()),
                Field::set("displayName", display_name.clone()),
                Field::set("signInAudience", SINGLE_TENANT.to_owned()),
                Field::set("tag", tag.clone()),
            ],
            Action::UpdateApplication(update) => update.fields(),
            Action::CreatePrincipal { .. } | Action::TagPrincipal { .. } => {
                vec![Field::set("tag", LISTED_TAG.to_owned())]
            }
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::CreateApplication { .. } | Action::UpdateApplication(_) => Object::Application,
            Action::CreatePrincipal { .. } | Action::TagPrincipal { .. } => Object::Principal,
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::CreateApplication { .. } => &[],
            Action::UpdateApplication(_) | Action::CreatePrincipal { .. } => {
                &[Product::Application]
            }
            Action::TagPrincipal { .. } => &[Product::Principal],
        }
    }

    pub(crate) fn makes(&self) -> Option<Product> {
        match self {
            Action::CreateApplication { .. } => Some(Product::Application),
            Action::CreatePrincipal { .. } => Some(Product::Principal),
            Action::UpdateApplication(_) | Action::TagPrincipal { .. } => None,
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::Application(action)
    }
}
