//! How a change is taken back.

use planner::{Step, Verb};

const RESTORE: &str = "Restore a deleted application in Entra ID, under App registrations, Deleted applications, \
                       within 30 days. One that is removed for good is not to be had again.";

pub(crate) fn undo(step: Step, verb: Verb) -> &'static str {
    match (step, verb) {
        (Step::A, Verb::Create | Verb::Restore) => {
            "Delete the application in Entra ID: its service principal and all its grants go with it, and \
             for 30 days it can be restored. An owner is removed under Owners."
        }
        (Step::A, Verb::Update) => "Set the fields in Entra ID to what stands before.",
        (Step::A, Verb::Delete) => RESTORE,
        (Step::B, Verb::Create | Verb::Update | Verb::Restore) => {
            "Put the permission under graphPermissions.remove, with extras: prune, and apply; or remove it \
             from the enterprise application in Entra ID, under Permissions."
        }
        (Step::B, Verb::Delete) => "Put the permission under graphPermissions.add, and apply.",
        (Step::C, Verb::Create | Verb::Update | Verb::Restore) => {
            "Take the scope or the role out of the spec, and apply: what carries our mark is deleted."
        }
        (Step::C, Verb::Delete) => "Put the scope or the role back into the spec, and apply.",
        (Step::D, Verb::Create | Verb::Restore) => {
            "Take the scope out of the spec, and apply: first the assignment is deleted, then the \
             definition, once nobody uses it."
        }
        (Step::D, Verb::Update) => "Put into the spec what the definition had before, and apply.",
        (Step::D, Verb::Delete) => {
            "Put the scope back into the spec, and apply: the definition gets the same id."
        }
        (Step::E, Verb::Create | Verb::Update | Verb::Restore) => {
            "Put the vault under keyVaults.exclude, with extras: prune, and apply: our entry goes, others \
             stay."
        }
        (Step::E, Verb::Delete) => "Ask for the permissions in the spec again, and apply.",
        (Step::F, Verb::Create | Verb::Update | Verb::Restore) => {
            "Remove the certificate from the application in Entra ID, under Certificates & secrets, and \
             delete the file of its key."
        }
        (Step::G, Verb::Create | Verb::Update | Verb::Restore) => {
            "Edit or delete the integration in the Mondoo Console, under Integrations; a policy is turned \
             off under Policies of the space."
        }
        (Step::G, Verb::Delete) => "Put the integration back into the spec, and apply.",
        (Step::F, Verb::Delete) => "Add the certificate to the application again.",
    }
}
