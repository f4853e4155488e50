//! Somebody changes the tenant with Azure's own tool.

use std::path::PathBuf;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::support::{Run, Tenant, root};

/// Renames our application: with stock `az`, or where there is none, by the request that it sends.
pub fn rename_application(tenant: &Tenant, name: &str) {
    let (application, _) = tenant.application();
    let id = application["id"].as_str().unwrap();
    let Some(az) = az() else {
        eprintln!("no az on this machine (tests/clients/install): a raw request stands in for it");
        tenant.graph(Method::PATCH, &format!("/applications/{id}"), json!({ "displayName": name }));
        return;
    };
    let home = tenant.path().join("az");
    let az = |arguments: &[&str]| {
        let mut command = Command::new(&az);
        command.args(arguments).env("AZURE_CONFIG_DIR", &home);
        command.env("REQUESTS_CA_BUNDLE", tenant.sandbox.ca_file());
        command.env("AZURE_CORE_INSTANCE_DISCOVERY", "false");
        command.env("AZURE_CORE_COLLECT_TELEMETRY", "false");
        let run = Run::of(&mut command);
        assert_eq!(run.code, Some(0), "az {}: {run:?}", arguments[0]);
    };
    if !home.exists() {
        sign_in(tenant, az);
    }
    az(&["ad", "app", "update", "--id", id, "--display-name", name]);
}

fn sign_in(tenant: &Tenant, az: impl Fn(&[&str])) {
    let cloud = cloud(tenant.sandbox.url());
    az(&["cloud", "register", "--name", "sandbox", "--cloud-config", &cloud]);
    az(&["cloud", "set", "--name", "sandbox"]);
    let operator = tenant.sandbox.operator();
    let (user, secret) = (&operator.client_id, operator.client_secret.expose());
    // A secret may begin with a dash.
    let password = format!("--password={secret}");
    let login = ["login", "--service-principal", "--username", user, &password, "--tenant"];
    az(&[&login[..], &[&operator.tenant_id]].concat());
}

fn az() -> Option<PathBuf> {
    let az = root().join("target/clients/az/bin/az");
    az.exists().then_some(az)
}

fn cloud(url: &str) -> String {
    json!({
        "endpoints": {
            "activeDirectory": url,
            "activeDirectoryResourceId": "https://management.azure.com/",
            "activeDirectoryGraphResourceId": "https://graph.microsoft.com/",
            "microsoftGraphResourceId": url,
            "resourceManager": url,
            "management": url,
        },
        "suffixes": { "keyvaultDns": ".vault.azure.net" },
    })
    .to_string()
}
