//! Files that are read, and files that are written.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use certificate::{KeyPair, Request, generate, read};
use insta::assert_snapshot;

use crate::support::{NOW, rsa_key, signed};

#[test]
fn files_that_are_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let error = |path: &Path| {
        let text = read(path, NOW).unwrap_err().to_string();
        text.replace(&directory.path().display().to_string(), "DIR")
    };
    assert_snapshot!(error(&directory.path().join("none.pem")), @"DIR/none.pem cannot be read: No such file or directory (os error 2)");
    assert_snapshot!(error(directory.path()), @"DIR cannot be read: it is not a file");
    let large = directory.path().join("large.pem");
    std::fs::File::create(&large).unwrap().set_len(1024 * 1024 + 1).unwrap();
    assert_snapshot!(error(&large), @"DIR/large.pem cannot be used: it is not PEM");
}

#[test]
fn a_new_pair_is_written_once_for_its_owner_alone() {
    let subject = "CN=mondoo-security, O=Contoso".to_owned();
    let request = Request { subject: subject.clone(), key_bits: 3072, validity_days: 365 };
    let pair = generate(&request, NOW).unwrap();
    assert_eq!(
        (pair.certificate.subject.clone(), pair.certificate.rsa_bits),
        (subject, Some(3072))
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mondoo.pem");
    pair.write_new(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, pair.pem());
    let read = read(&path, NOW).unwrap();
    assert_eq!(read.certificate(), &pair.certificate);
    assert_eq!((pair.certificate.not_after - NOW).whole_days(), 365);
    let refused = pair.write_new(&path).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(files_in(directory.path()), 1, "nothing is left behind");
    assert!(!format!("{pair:?}").contains("PRIVATE"));
}

#[test]
fn a_file_is_replaced_whole_and_is_its_owners_alone_from_then_on() {
    let key = rsa_key();
    let pem = signed(&key, NOW) + &key.serialize_pem();
    let pair = KeyPair::parse(pem.as_bytes(), NOW).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mondoo.pem");
    std::fs::write(&path, "old").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let opened = std::fs::File::open(&path).unwrap();
    pair.replace(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), pair.pem());
    assert_eq!(mode(&path), 0o600);
    assert_eq!(std::io::read_to_string(opened).unwrap(), "old", "whoever reads it reads on");
    assert_eq!(files_in(directory.path()), 1, "nothing is left behind");
    let nowhere = pair.replace(&directory.path().join("none/mondoo.pem")).unwrap_err();
    assert_eq!(nowhere.kind(), std::io::ErrorKind::NotFound);
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files_in(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}
