//! Input that cannot be used: one clear message each, what to do, and nothing sent.

use std::path::Path;

use insta::assert_snapshot;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use time::{Duration, OffsetDateTime};

use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

/// Exit code and messages of a validation.
fn check(directory: &Path, spec: &str) -> String {
    let run = Run::of(binary(directory).args(["validate", spec]));
    format!("exit {}\n{}{}", run.code.unwrap(), run.stdout, run.stderr)
}

/// The verdicts on several specs, each a file that this makes first.
fn check_all(files: &[(&str, &[u8])]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let verdict = |(name, bytes): &(&str, &[u8])| {
        std::fs::write(directory.path().join(name), bytes).unwrap();
        check(directory.path(), name)
    };
    files.iter().map(verdict).collect()
}

#[test]
fn files_that_are_no_text() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::File::create(directory.path().join("huge.yaml"))
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    let verdicts = ["none.yaml", ".", "huge.yaml"].map(|name| check(directory.path(), name));
    assert_snapshot!(verdicts.concat(), @"
    exit 3
    error: none.yaml cannot be read: No such file or directory (os error 2)
    hint: name a spec that is there
    exit 3
    error: . cannot be read: it is a directory
    hint: name the spec in it
    exit 3
    error: huge.yaml cannot be read: it is larger than 1 MiB, which no spec is
    hint: name a spec: YAML of some hundred lines at most
    ");
    assert_snapshot!(check_all(&[("binary.yaml", b"version: 1\nname: \xff\xfe\n")]), @"
    exit 3
    error: binary.yaml cannot be read: it is not UTF-8 from byte 17 on
    hint: save it as UTF-8
    ");
}

#[test]
fn texts_that_are_no_spec() {
    assert_snapshot!(check_all(&[
        ("not.yaml", b"{ this is\n\tnot: [yaml"),
        ("bomb.yaml", b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"),
        ("twice.yaml", b"version: 1\nversion: 1\n"),
        ("empty.yaml", b""),
    ]), @"
    exit 3
    error: this is not valid YAML: while parsing a flow sequence, expected ',' or ']'
     --> not.yaml:2:12
      |
    2 |     not: [yaml
      |               ^
      |
      = help: check indentation, brackets and quotes here and in the line above

    exit 3
    error: anchors are not read
     --> bomb.yaml:1:4
      |
    1 | a: &a [x,x]
      |    ^^^^
      |
      = help: write the value out where it is used

    exit 3
    error: `version` is given twice
     --> twice.yaml:2:1
      |
    2 | version: 1
      | ^^^^^^^
      |
      = help: it stands first in line 1

    exit 3
    error: this spec is empty
     --> empty.yaml:1:1
      |
    1 |
      | ^
      |
      = help: the least spec has the keys version, name, tenant, scopes, certificate
    ");
}

/// The verdict on a spec whose certificate file holds `pem`, or is missing.
fn check_certificate(pem: Option<&str>) -> String {
    let directory = tempfile::tempdir().unwrap();
    spec(directory.path(), &[PRODUCTION]);
    let file = directory.path().join("certificate.pem");
    match pem {
        Some(pem) => std::fs::write(file, pem).unwrap(),
        None => std::fs::remove_file(file).unwrap(),
    }
    check(directory.path(), "spec.yaml")
}

#[test]
fn certificates_that_nobody_can_sign_in_with() {
    let rsa = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let (key, other) = (rsa(), rsa());
    let elliptic = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let now = OffsetDateTime::now_utc();
    let certificate = signed(&key, now);
    let (key, other) = (key.serialize_pem(), other.serialize_pem());
    let encrypted = key.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let files = [
        format!("{encrypted}{certificate}"),
        signed(&elliptic, now),
        format!("{other}{certificate}"),
        format!("{key}{other}{certificate}"),
    ];
    assert_snapshot!(check_certificate(None), @"
    exit 3
    error: certificate.pem cannot be read: No such file or directory (os error 2)
    hint: put the certificate there, or use `source: { generate: … }` to have one made
    ");
    assert_snapshot!(files.map(|pem| check_certificate(Some(&pem))).concat(), @"
    exit 3
    error: certificate.pem cannot be used: its private key is encrypted, and Mondoo takes no password
    hint: decrypt it: (umask 077; { openssl pkey -in certificate.pem; openssl x509 -in certificate.pem; } > plain.pem), and name plain.pem
    exit 3
    error: certificate.pem cannot be used: its key is not an RSA key, and Entra ID accepts no other
    hint: use another certificate, or `source: { generate: … }` to have one made
    exit 3
    error: certificate.pem cannot be used: its private key does not belong to its certificate
    hint: put the key there that the certificate was made for: then `openssl pkey -in certificate.pem -pubout` and `openssl x509 -in certificate.pem -noout -pubkey` print the same
    exit 3
    error: certificate.pem cannot be used: it holds 2 private keys, and nothing says which one is meant
    hint: leave one key in the file, and the certificate that was made for it
    ");
    let expired = check_certificate(Some(&signed(&rsa(), now - Duration::days(9))));
    assert!(expired.contains("its certificate expired on "), "{expired}");
}

/// A certificate for `key`, valid for a day on both sides of `at`.
fn signed(key: &KeyPair, at: OffsetDateTime) -> String {
    let mut params = CertificateParams::default();
    params.not_before = at - Duration::DAY;
    params.not_after = at + Duration::DAY;
    params.self_signed(key).unwrap().pem()
}

#[test]
fn a_new_certificate_needs_a_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(path).unwrap();
    let place = "generate: { output: not/there/new.pem }";
    let text = text.replace("file: certificate.pem", place);
    assert_snapshot!(check_all(&[("nowhere.yaml", text.as_bytes())]), @"
    exit 3
    error: not/there cannot be read: No such file or directory (os error 2)
    hint: make the directory, or make it readable and writable, or name another output
    ");
}

#[test]
fn scopes_that_are_not_there_are_named_all_at_once_and_nothing_is_written() {
    let tenant = Tenant::new();
    let missing = "subscription: aaaaaaaa-5f60-4718-a92b-3c4d5e6f7081";
    let spec = spec(tenant.path(), &[PRODUCTION, missing, "managementGroup: nowhere"]);
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(4), "{run:?}");
    for scope in ["subscription aaaaaaaa-5f60-4718-a92b-3c4d5e6f7081", "management group nowhere"] {
        assert!(run.stderr.contains(&format!("error: {scope} does not exist")), "{run:?}");
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn a_spec_for_another_tenant_is_refused() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("0a9b3c7d-5e1f", "1a9b3c7d-5e1f")).unwrap();
    let run = tenant.run(&["plan", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("AADSTS90002"), "{run:?}");
}

#[test]
fn a_damaged_sandbox_says_how_to_start_anew_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let plan = || Run::of(binary(directory.path()).args(["plan", "--sandbox"]).arg(&path));
    assert_eq!(plan().code, Some(0));
    let state = directory.path().join(".mondoo-azure/sandbox");
    let log = std::fs::read_dir(&state)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| std::fs::metadata(path).unwrap().len())
        .unwrap();
    let mut text = std::fs::read_to_string(&log).unwrap();
    text.insert_str(0, "damaged\n");
    std::fs::write(&log, &text).unwrap();
    let run = plan();
    assert_eq!(run.code, Some(1), "{run:?}");
    let command = format!("mondoo-azure sandbox reset --state {}", state.display());
    assert!(run.stderr.contains(&command), "{run:?}");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), text);
}
