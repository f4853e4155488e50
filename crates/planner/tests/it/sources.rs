//! Certificates from key vaults and commands.

use insta::assert_snapshot;
use planner::steps::f_certificate::{Certificate, FileCopy, Source};
use planner::{Desired, plan};
use spec::VaultCertificate;

use crate::applied::applied;
use crate::plans::{ONE_SUBSCRIPTION, check};
use crate::tenant::{certificate, desired, untouched};

fn in_vault() -> VaultCertificate {
    VaultCertificate {
        vault: "https://corp.vault.azure.net".to_owned(),
        name: "mondoo".to_owned(),
        version: None,
        output: None,
    }
}

fn held(source: Source) -> Desired {
    let mut wanted = desired(ONE_SUBSCRIPTION);
    wanted.certificate.renewal = None;
    wanted.certificate.source = source;
    wanted
}

/// What is planned for step F, when all else is there.
fn of_step_f(wanted: &Desired) -> String {
    let there = desired(ONE_SUBSCRIPTION);
    let mut there = applied(&plan(&there, &untouched()), untouched());
    there.certificate.trusted.clear();
    let lines = check(wanted, &there);
    let is_of_f = |line: &&str| line.contains(" F ") || line.contains("key-not-exportable");
    lines.lines().filter(is_of_f).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_pair_from_elsewhere_is_trusted_and_written_to_its_file() {
    let mut wanted = held(Source::Held(certificate(365)));
    let file = FileCopy { output: "mondoo.pem".into(), replaces: false };
    wanted.certificate.copy = Some(file.clone());
    assert_snapshot!(of_step_f(&wanted), @"
    0 F + trusted certificate: CN=mondoo-security (until 2027-11-23) []
    1 F + key and certificate: mondoo.pem []
    ");
    wanted.certificate.copy = Some(FileCopy { replaces: true, ..file });
    assert!(of_step_f(&wanted).contains("1 F ~ key and certificate: mondoo.pem"));
}

#[test]
fn a_key_that_never_leaves_its_vault_is_told() {
    let alone = Certificate { has_key: false, ..certificate(365) };
    let mut wanted = held(Source::Held(alone));
    wanted.certificate.bound = Some(in_vault());
    assert_snapshot!(of_step_f(&wanted), @"
    0 F + trusted certificate: CN=mondoo-security (until 2027-11-23) []
    Warning key-not-exportable: the key of https://corp.vault.azure.net/certificates/mondoo never leaves its vault: Entra ID can trust the certificate, but Mondoo needs the key; make a certificate there whose key is exportable
    ");
}

#[test]
fn of_a_vault_that_is_not_read_nothing_is_planned() {
    assert_eq!(of_step_f(&held(Source::InVault(in_vault()))), "");
}
