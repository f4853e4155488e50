//! Azure CLI as Microsoft ships it, signed in to a tenant.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Run, Tenant};

pub struct AzureCli {
    directory: PathBuf,
}

impl AzureCli {
    /// Signed in as the operator of `tenant`; none, and a message, where this machine has none.
    pub fn sign_in(tenant: &Tenant) -> Option<AzureCli> {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/clients/az/bin");
        let Ok(directory) = clients.canonicalize() else {
            eprintln!("skipped: {} is not there (tests/clients/install)", clients.display());
            return None;
        };
        let cli = AzureCli { directory };
        cli.az(tenant, "config set core.instance_discovery=false core.collect_telemetry=false");
        let url = tenant.sandbox.url();
        cli.az(
            tenant,
            &format!(
                "cloud register --name Sandbox --endpoint-resource-manager {url} \
                 --endpoint-management {url} --endpoint-active-directory {url} \
                 --endpoint-active-directory-resource-id https://management.azure.com/ \
                 --endpoint-active-directory-graph-resource-id https://graph.microsoft.com/ \
                 --endpoint-microsoft-graph-resource-id {url} --suffix-keyvault-dns .vault.azure.net"
            ),
        );
        cli.az(tenant, "cloud set --name Sandbox");
        let operator = tenant.sandbox.operator();
        let (id, secret) = (&operator.client_id, operator.client_secret.expose());
        // A secret may begin with a dash.
        let login = format!("login --service-principal --username {id} --password={secret}");
        let tenant_id = &operator.tenant_id;
        cli.az(tenant, &format!("{login} --tenant {tenant_id} --allow-no-subscriptions"));
        Some(cli)
    }

    fn az(&self, tenant: &Tenant, arguments: &str) {
        let mut command = self.command(tenant, "az");
        let run = Run::of(command.args(arguments.split_whitespace()).args(["--output", "none"]));
        assert_eq!(run.code, Some(0), "az {arguments}: {run:?}");
    }

    /// A program that finds `az`, in the tenant's directory.
    pub fn command(&self, tenant: &Tenant, program: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.directory.display());
        let mut command =
            Command::new(if program == "az" { self.directory.join("az") } else { program.into() });
        command
            .current_dir(tenant.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", tenant.path())
            .env("AZURE_CONFIG_DIR", tenant.path().join("az"))
            .env("REQUESTS_CA_BUNDLE", tenant.sandbox.ca_file());
        command
    }
}
