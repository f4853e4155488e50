//! A forge for the files of examples/ci: what their scripts say to it stays in a directory.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use super::{PRODUCTION, Run, Tenant, program, spec};
use crate::permissions::{Least, least_to_plan};

/// A repository, the checkout of it, and whatever the forge keeps.
pub struct Forge<'a> {
    pub tenant: &'a Tenant,
    directory: PathBuf,
}

/// Whether what the scripts need is on this machine.
pub fn has_tools() -> bool {
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    let found = has("bash") && has("jq");
    if !found {
        eprintln!("skipped: no bash or jq on this machine (apt-get install jq)");
    }
    found
}

/// Lets workloads of these names sign in as an application.
pub fn trust_workload_of(tenant: &Tenant, client_id: &str, subjects: &[&str]) {
    let path = format!("/applications(appId='{client_id}')/federatedIdentityCredentials");
    for (index, subject) in subjects.iter().enumerate() {
        let credential = json!({
            "name": format!("workload-{index}"),
            "issuer": format!("{}/_sandbox", tenant.sandbox.url()),
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        });
        tenant.graph(Method::POST, &path, credential);
    }
}

/// Of this repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl<'a> Forge<'a> {
    pub fn new(tenant: &'a Tenant) -> Forge<'a> {
        let directory = tenant.path().join("forge");
        let bin = directory.join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        for name in ["gh", "curl"] {
            symlink(root().join("tests/it/support/forge.sh"), bin.join(name)).unwrap();
        }
        std::fs::create_dir(directory.join("checkout")).unwrap();
        let forge = Forge { tenant, directory };
        // The files know nothing of a sandbox.
        let binary = env!("CARGO_BIN_EXE_mondoo-azure");
        let wrapper = format!(
            "case $1 in show | --version) exec '{binary}' \"$@\" ;; esac\n\
             exec '{binary}' \"$@\" --cloud-metadata '{}' --ca-certificate '{}'",
            tenant.sandbox.url(),
            tenant.sandbox.ca_file().display(),
        );
        forge.tool("mondoo-azure", &wrapper);
        forge
    }

    /// Puts a spec into the checkout, and makes somebody who may plan it and nothing else.
    pub fn spec_and_reader(&self) -> Least {
        let path = spec(&self.checkout(), &[PRODUCTION]);
        let renamed = self.checkout().join("mondoo-azure.yaml");
        std::fs::rename(path, &renamed).unwrap();
        least_to_plan(self.tenant, &renamed)
    }

    /// Where jobs run.
    pub fn checkout(&self) -> PathBuf {
        self.directory.join("checkout")
    }

    /// Commands of that name go before those of the machine.
    pub fn bin(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// Puts a script there.
    pub fn tool(&self, name: &str, script: &str) {
        program(&self.bin().join(name), script);
    }

    pub fn artifact(&self, name: &str) -> PathBuf {
        self.directory.join("artifacts").join(name)
    }

    /// A shell step, in the environment of a job and nothing else.
    pub fn step(&self, script: &str, environment: &BTreeMap<String, String>) -> Run {
        self.tenant.advance(1);
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(self.checkout())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.bin().display()))
            .env("HOME", &self.directory)
            .env("FORGE", &self.directory)
            .envs(environment)
            .stdin(Stdio::null());
        Run::of(&mut command)
    }

    /// A list that the forge keeps: comments, issues, notes, threads, pulls or runs.
    pub fn list(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.directory.join(format!("{name}.json")));
        text.map_or_else(|_| Vec::new(), |text| serde_json::from_str(&text).unwrap())
    }

    pub fn set(&self, name: &str, list: &[Value]) {
        let file = self.directory.join(format!("{name}.json"));
        std::fs::write(file, json!(list).to_string()).unwrap();
    }

    /// All that the scripts asked the forge, token and texts included.
    pub fn calls(&self) -> String {
        std::fs::read_to_string(self.directory.join("calls")).unwrap_or_default()
    }

    pub fn run_directory(&self, run: u32, artifact: &str) -> PathBuf {
        self.directory.join("runs").join(run.to_string()).join(artifact)
    }
}

/// Copies what a job has made, as an artifact is.
pub fn keep(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
