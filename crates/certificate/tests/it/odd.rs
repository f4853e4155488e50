//! Legal but odd texts become one and the same.

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use certificate::{KeyPair, PemError, parse};
use time::Duration;

use crate::support::{NOW, pkcs1, rsa_key, signed};

#[test]
fn every_odd_form_becomes_the_documented_one() {
    let key = rsa_key();
    let (own, other) = (signed(&key, NOW), signed(&rsa_key(), NOW));
    let (pkcs8, pkcs1) = (key.serialize_pem(), pkcs1(&key));
    let bag = "Bag Attributes\n    localKeyID: 01 02\n    friendlyName: M\u{fc}ller\n";
    let utf16 = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xff, 0xfe][..], &units].concat()
    };
    let indented =
        |pem: &str| pem.lines().map(|line| format!("      {line}  \n")).collect::<String>();
    let forms = [
        ("as it should be", format!("{pkcs8}{own}").into_bytes()),
        ("certificate first", format!("{own}{pkcs8}").into_bytes()),
        ("PKCS#1", format!("{own}{pkcs1}").into_bytes()),
        ("one line for each block", pkcs1.replace('\n', "\r\n").into_bytes()),
        ("CRLF", format!("{pkcs8}{own}").replace('\n', "\r\n").into_bytes()),
        ("CR", format!("{pkcs8}{own}").replace('\n', "\r").into_bytes()),
        ("no final newline", format!("{pkcs8}{own}").trim_end().as_bytes().to_vec()),
        ("attributes", format!("{bag}{pkcs8}{bag}subject=CN = x\n{own}").into_bytes()),
        ("chain behind", format!("{pkcs8}{own}{other}").into_bytes()),
        ("chain in front", format!("{other}{own}{pkcs8}").into_bytes()),
        ("byte order marks", format!("\u{feff}{pkcs8}\u{feff}{own}").into_bytes()),
        ("UTF-16", utf16(&format!("{pkcs8}{own}"))),
        ("Latin-1 around", [&b"M\xfcller\n"[..], format!("{pkcs8}{own}").as_bytes()].concat()),
        ("indented", indented(&format!("{pkcs8}{own}")).into_bytes()),
    ];
    let expected = KeyPair::parse(&forms[0].1, NOW).unwrap();
    for (name, form) in forms {
        let form = if name == "one line for each block" {
            [form, own.clone().into_bytes()].concat()
        } else {
            form
        };
        let pair = KeyPair::parse(&form, NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(pair.pem(), expected.pem(), "{name}");
        assert_eq!(pair.certificate, expected.certificate, "{name}");
    }
}

/// Without regard to our own parser: what Mondoo's manual shows, and RFC 7468's strict form.
#[test]
fn what_is_written_is_strictly_the_documented_order() {
    let key = rsa_key();
    let pem = pkcs1(&key) + &signed(&rsa_key(), NOW) + &signed(&key, NOW);
    let text = KeyPair::parse(pem.replace('\n', "\r\n").as_bytes(), NOW).unwrap();
    let text = text.pem();
    assert!(text.is_ascii() && !text.contains('\r') && !text.contains("\n\n"));
    let (key, certificate) = text.split_once("-----BEGIN CERTIFICATE-----\n").unwrap();
    let key = key.strip_prefix("-----BEGIN PRIVATE KEY-----\n").unwrap();
    let key = key.strip_suffix("-----END PRIVATE KEY-----\n").unwrap();
    let certificate = certificate.strip_suffix("-----END CERTIFICATE-----\n").unwrap();
    for body in [key, certificate] {
        let lines: Vec<_> = body.lines().collect();
        let (last, full) = lines.split_last().unwrap();
        assert!(full.iter().all(|line| line.len() == 64), "{body}");
        assert!((1..=64).contains(&last.len()), "{body}");
    }
}

#[test]
fn of_certificates_for_one_key_the_one_that_is_valid_the_longest_is_used() {
    let key = rsa_key();
    let old = signed(&key, NOW - Duration::days(9));
    let (now, later) = (signed(&key, NOW), signed(&key, NOW + Duration::hours(3)));
    let future = signed(&key, NOW + Duration::days(9));
    let pem = format!("{old}{now}{later}{future}{}", key.serialize_pem());
    let chosen = KeyPair::parse(pem.as_bytes(), NOW).unwrap().certificate;
    assert_eq!(&chosen, parse(later.as_bytes(), NOW).unwrap().certificate());
}

#[test]
fn a_certificate_without_a_key_is_enough_to_be_trusted_and_not_to_sign_in() {
    let (own, other) = (signed(&rsa_key(), NOW), signed(&rsa_key(), NOW));
    let held = parse(format!("{own}{other}").as_bytes(), NOW).unwrap();
    assert!(held.pair().is_none());
    assert_eq!(held.certificate(), parse(own.as_bytes(), NOW).unwrap().certificate());
    assert_eq!(KeyPair::parse(own.as_bytes(), NOW).unwrap_err(), PemError::NoKey);
}

#[test]
fn a_signature_is_verified_by_the_certificate_whatever_form_the_key_has() {
    let key = rsa_key();
    let certificate = signed(&key, NOW);
    for pem in [key.serialize_pem() + &certificate, certificate + &pkcs1(&key)] {
        let signer = KeyPair::parse(pem.as_bytes(), NOW).unwrap().signer();
        let signature = signer.sign_ps256(b"message").unwrap();
        let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key_raw());
        public.verify(b"message", &signature).unwrap();
        public.verify(b"other", &signature).unwrap_err();
        let printed = format!("{signer:?}");
        assert!(printed.ends_with("..}") || printed.ends_with(".. }"), "{printed}");
    }
}
