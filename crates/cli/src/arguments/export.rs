//! Arguments of `export`.

use clap::{Args, ValueEnum};

use super::Target;

/// Print what the plan would do as a script, for somebody with the rights who reads it and runs it
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub target: Target,
    /// In which language
    #[arg(long = "as", value_enum, value_name = "LANGUAGE")]
    pub format: ExportFormat,
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
