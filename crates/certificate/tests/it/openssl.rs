//! What the `openssl` tool makes is read, and what we write is read by it.

use std::path::Path;
use std::process::{Command, Stdio};

use certificate::{KeyPair, PemError, Request, generate, parse, parse_pkcs12};
use time::OffsetDateTime;

/// Runs `openssl` in a directory of its own; None where there is no such tool.
struct OpenSsl {
    directory: tempfile::TempDir,
}

impl OpenSsl {
    fn new() -> Option<OpenSsl> {
        let found = Command::new("openssl").arg("version").stdout(Stdio::null()).status();
        if found.is_err() {
            eprintln!("skipped: there is no openssl here");
            return None;
        }
        Some(OpenSsl { directory: tempfile::tempdir().unwrap() })
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &str) -> String {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(self.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn read(&self, files: &[&str]) -> Vec<u8> {
        files.iter().flat_map(|file| std::fs::read(self.path().join(file)).unwrap()).collect()
    }

    /// A self-signed certificate as the manual makes it, with a smaller key.
    fn make(&self, key: &str) {
        self.run(&format!(
            "req -newkey {key} -x509 -sha512 -days 9 -nodes -subj /CN=x -out cert.pem -keyout key.pem"
        ));
    }
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

#[test]
fn openssl_reads_from_our_pem_the_key_and_the_certificate_that_belong_together() {
    let Some(openssl) = OpenSsl::new() else { return };
    let request = Request { subject: "CN=x".to_owned(), key_bits: 3072, validity_days: 365 };
    let pair = generate(&request, now()).unwrap();
    pair.write_new(&openssl.path().join("mondoo.pem")).unwrap();
    let of_key = openssl.run("rsa -in mondoo.pem -noout -modulus");
    let of_certificate = openssl.run("x509 -in mondoo.pem -noout -modulus");
    assert!(of_key.starts_with("Modulus=") && of_key.len() > 3072 / 4);
    assert_eq!(of_key, of_certificate);
    openssl.run("pkey -in mondoo.pem -check -noout");
    let fingerprint = openssl.run("x509 -in mondoo.pem -noout -fingerprint -sha256");
    assert_eq!(ours(&fingerprint), pair.certificate.sha256());
    let fingerprint = openssl.run("x509 -in mondoo.pem -noout -fingerprint -sha1");
    assert_eq!(ours(&fingerprint), pair.certificate.sha1());
}

fn ours(fingerprint: &str) -> String {
    fingerprint.trim().split_once('=').unwrap().1.replace(':', "").to_lowercase()
}

#[test]
fn whatever_form_openssl_writes_a_pair_in_is_read_as_the_same() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.make("rsa:2048");
    openssl.run("rsa -in key.pem -traditional -out pkcs1.pem");
    openssl.run("x509 -in cert.pem -text -out text.pem");
    openssl.run(
        "pkcs12 -export -inkey key.pem -in cert.pem -passout pass: -name mondoo -out pair.p12",
    );
    openssl.run("pkcs12 -in pair.p12 -nodes -passin pass: -out bag.pem");
    let expected = KeyPair::parse(&openssl.read(&["key.pem", "cert.pem"]), now()).unwrap();
    assert_eq!(expected.pem().as_bytes(), openssl.read(&["key.pem", "cert.pem"]));
    for files in [&["cert.pem", "pkcs1.pem"][..], &["text.pem", "key.pem"], &["bag.pem"]] {
        let pair = KeyPair::parse(&openssl.read(files), now()).unwrap();
        assert_eq!(pair.pem(), expected.pem(), "{files:?}");
    }
}

#[test]
fn what_openssl_makes_and_nobody_can_sign_in_with_is_refused() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.make("rsa:2048");
    openssl.run("pkcs8 -topk8 -in key.pem -passout pass:secret -out encrypted.pem");
    openssl.run("rsa -in key.pem -traditional -aes256 -passout pass:secret -out old.pem");
    openssl.run("x509 -in cert.pem -outform der -out cert.der");
    openssl.run("pkcs12 -export -inkey key.pem -in cert.pem -passout pass: -out pair.p12");
    let refused = |files: &[&str]| parse(&openssl.read(files), now()).unwrap_err();
    assert_eq!(refused(&["encrypted.pem", "cert.pem"]), PemError::Encrypted);
    assert_eq!(refused(&["cert.pem", "old.pem"]), PemError::Encrypted);
    assert_eq!(refused(&["cert.der"]), PemError::Der);
    assert_eq!(refused(&["pair.p12"]), PemError::Pkcs12);
    openssl.make("rsa:1024");
    assert_eq!(refused(&["key.pem", "cert.pem"]), PemError::TooSmall(1024));
    openssl.make("rsa-pss");
    assert_eq!(refused(&["cert.pem"]), PemError::NotRsa);
    openssl.run("ecparam -name prime256v1 -genkey -out ec.pem");
    openssl.run("req -new -x509 -key ec.pem -subj /CN=x -days 9 -out ec-cert.pem");
    assert_eq!(refused(&["ec.pem", "ec-cert.pem"]), PemError::NotRsa);
}

/// As key vaults keep them: an empty password, and the ciphers of then or of now.
#[test]
fn archives_that_openssl_makes_are_read_whatever_their_age() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.make("rsa:2048");
    let plain = openssl.read(&["key.pem", "cert.pem"]);
    let export = "pkcs12 -export -inkey key.pem -in cert.pem -passout pass: -out pair.p12";
    let triple_des = "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1";
    for how in ["-macalg sha256", "-legacy", triple_des, "-name mondoo -nomac"] {
        openssl.run(&format!("{export} {how}"));
        let held = parse_pkcs12(&openssl.read(&["pair.p12"]), now()).unwrap();
        assert_eq!(held.pair().unwrap().pem().as_bytes(), plain, "{how}");
    }
    openssl.run("pkcs12 -export -nokeys -in cert.pem -passout pass: -out alone.p12");
    assert!(parse_pkcs12(&openssl.read(&["alone.p12"]), now()).unwrap().pair().is_none());
    openssl.run("pkcs12 -export -inkey key.pem -in cert.pem -passout pass:x -out locked.p12");
    let locked = parse_pkcs12(&openssl.read(&["locked.p12"]), now()).unwrap_err();
    assert!(matches!(locked, PemError::Damaged(_)), "{locked}");
    assert!(parse_pkcs12(b"archive", now()).is_err());
}

/// The commands of the hints do what they say.
#[test]
fn the_openssl_commands_of_the_hints_mend_what_they_are_for() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.make("rsa:2048");
    let plain = openssl.read(&["key.pem", "cert.pem"]);
    openssl.run("pkcs12 -export -inkey key.pem -in cert.pem -passout pass: -out p12");
    openssl.run("pkcs12 -in p12 -nodes -passin pass: -out p12.pem");
    let mended = KeyPair::parse(&openssl.read(&["p12.pem"]), now()).unwrap();
    assert_eq!(mended.pem().as_bytes(), plain);
    openssl.run("x509 -in cert.pem -outform der -out der");
    openssl.run("x509 -inform der -in der -out der.pem");
    assert!(parse(&openssl.read(&["der.pem"]), now()).unwrap().pair().is_none());
    openssl.run("pkcs8 -topk8 -in key.pem -passout pass:x -out encrypted.pem");
    openssl.run("pkey -in encrypted.pem -passin pass:x -out plain.pem");
    let mended = KeyPair::parse(&openssl.read(&["plain.pem", "cert.pem"]), now()).unwrap();
    assert_eq!(mended.pem().as_bytes(), plain);
}
