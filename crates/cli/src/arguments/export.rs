//! Arguments of `export`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use spec::AppId;

use super::Target;
use super::values::client_id;

/// Print what the plan would do as a script, for somebody with the rights who reads it and runs it; or
/// what is live as a spec
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub target: Target,
    /// In which language
    #[arg(long = "as", value_enum, value_name = "LANGUAGE")]
    pub form: ExportForm,
    #[command(flatten)]
    pub proposal: ProposalOf,
}

/// What `--as spec` describes, where there is no spec yet.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --as spec")]
pub(crate) struct ProposalOf {
    /// Describe the application of this client id, whoever made it; without a spec
    #[arg(long, value_name = "ID", value_parser = client_id, requires = "tenant", conflicts_with = "spec")]
    pub app_id: Option<AppId>,
    /// Its tenant: an id, or a verified domain
    #[arg(long, value_name = "TENANT", requires = "app_id")]
    pub tenant: Option<String>,
    /// Write the certificate that the application trusts to FILE, without its key, and name it in the spec
    #[arg(long, value_name = "FILE")]
    pub certificate_out: Option<PathBuf>,
}

impl ProposalOf {
    pub(crate) fn is_asked_for(&self) -> bool {
        self.app_id.is_some() || self.certificate_out.is_some()
    }
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportForm {
    Script(ExportFormat),
    Spec,
}

impl ValueEnum for ExportForm {
    fn value_variants<'a>() -> &'a [ExportForm] {
        &[
            ExportForm::Script(ExportFormat::Az),
            ExportForm::Script(ExportFormat::Powershell),
            ExportForm::Script(ExportFormat::Terraform),
            ExportForm::Script(ExportFormat::Bicep),
            ExportForm::Spec,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            ExportForm::Script(format) => format.to_possible_value(),
            ExportForm::Spec => {
                Some(PossibleValue::new("spec").help("What is live, as a spec that plans empty"))
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Bash, for Azure CLI
    Az,
    /// For the modules Microsoft.Graph and Az
    Powershell,
    /// For the providers azuread and azurerm
    Terraform,
    /// With the Microsoft Graph extension
    Bicep,
}
