//! Arguments of work with certificates.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::values::{duration, thumbprint};
use super::{Connection, DEFAULT_SPEC, Following, Format, KeyFile, Writing};

/// Work with the certificate that the application trusts
#[derive(Debug, Subcommand)]
pub(crate) enum Certificate {
    Generate(GenerateCertificate),
    Inspect(Inspect),
    Rotate(Rotate),
}

/// Make an RSA key and a self-signed certificate, in the one file that Mondoo takes
#[derive(Debug, Args)]
pub(crate) struct GenerateCertificate {
    /// A spec whose `generate` source says what is left out here
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// Where to write key and certificate; a file that exists is left alone
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Subject of the certificate, such as CN=mondoo-security,O=Contoso
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// Bits of the key: 3072 or 4096
    #[arg(long, value_name = "BITS")]
    pub key_size: Option<u16>,
    /// Days for which it is valid
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub validity_days: Option<u16>,
    #[command(flatten)]
    pub key: KeyFile,
}

/// Tell what certificates are, and whether Entra ID and Mondoo would take them
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files in PEM or DER
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Let a new certificate take over where that is due, and remove what it has superseded
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    /// Have another certificate made although this one lasts
    #[arg(long)]
    pub now: bool,
    /// How long the new one must have been in use before the old one is removed
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration)]
    pub grace: Duration,
    /// Remove this certificate of ours although nothing proves that it is of no more use (SHA-1 or
    /// SHA-256)
    #[arg(long, value_name = "THUMBPRINT", value_parser = thumbprint)]
    pub remove_old: Vec<String>,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub following: Following,
    #[command(flatten)]
    pub key: KeyFile,
    #[command(flatten)]
    pub connection: Connection,
}
