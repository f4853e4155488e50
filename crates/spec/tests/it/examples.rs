//! The examples of the repository are right.

use spec::Spec;

#[test]
fn every_example_is_right() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let specs: Vec<_> = files.filter(|path| path.extension() == Some("yaml".as_ref())).collect();
    assert!(specs.len() >= 5, "{specs:?}");
    for path in specs {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{} does not say what it shows", path.display());
        let errors = Spec::parse(&text).err().map(|errors| errors.to_string());
        assert_eq!(errors, None, "{}", path.display());
    }
}
