//! Certificates that a program prints.

use std::time::{Duration, Instant};

use certificate::{Command, CommandError, KeyPair};

use crate::support::{NOW, rsa_key, signed};

/// A shell is only what the tests run; the product runs none by itself.
fn shell(directory: &std::path::Path, script: &str) -> Command {
    Command {
        program: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        directory: directory.to_owned(),
        limit: Duration::from_secs(20),
    }
}

fn error(script: &str) -> CommandError {
    shell(&std::env::temp_dir(), script).run(NOW).unwrap_err()
}

#[test]
fn what_it_prints_is_taken_in_whatever_form() {
    let key = rsa_key();
    let pem = signed(&key, NOW) + &key.serialize_pem();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("pair.pem"), pem.replace('\n', "\r\n")).unwrap();
    let pair =
        shell(directory.path(), "echo hello; cat pair.pem; echo noise >&2").run(NOW).unwrap();
    assert_eq!(pair.pem(), KeyPair::parse(pem.as_bytes(), NOW).unwrap().pem());
}

#[test]
fn a_path_is_relative_to_where_it_runs_and_a_name_is_not() {
    let directory = tempfile::tempdir().unwrap();
    // By another process: a child that starts here meanwhile would hold it open for writing, and what
    // somebody writes cannot be run.
    let issue = "printf '#!/bin/sh\necho $# \"$1\" >&2; exit 3\n' > issue; chmod 755 issue";
    let written =
        std::process::Command::new("sh").args(["-c", issue]).current_dir(&directory).status();
    assert!(written.unwrap().success());
    let run = |program: &str| {
        let arguments = vec!["a b; $HOME".to_owned()];
        let command =
            Command { program: program.to_owned(), arguments, ..shell(directory.path(), "") };
        command.run(NOW).unwrap_err().to_string()
    };
    assert_eq!(run("./issue"), "./issue ended with exit status: 3: 1 a b; $HOME");
    let missing = run("issue");
    assert!(missing.starts_with("issue cannot be started: No such file"), "{missing}");
}

#[test]
fn it_gets_no_input_and_its_last_words_are_told() {
    let failed = error(
        "cat; i=1; while [ $i -lt 9000 ]; do echo word $i >&2; i=$((i+1)); done; \
                        printf '\\033[2Jlast\\n' >&2; exit 7",
    );
    let text = failed.to_string();
    assert_eq!(text, "sh ended with exit status: 7: word 8998 / word 8999 / \u{fffd}[2Jlast");
}

#[test]
fn what_it_prints_is_in_no_error() {
    let key = rsa_key();
    let pem = key.serialize_pem();
    let unusable = error(&format!("echo '{pem}'"));
    assert_eq!(unusable.to_string(), "what sh printed cannot be used: it holds no certificate");
    let failed = error(&format!("echo '{pem}'; echo '{pem}' >&2; exit 1"));
    assert!(!format!("{failed:?}").contains("-----"), "{failed:?}");
    assert!(failed.to_string().ends_with("it said a private key, which is not shown"), "{failed}");
}

#[test]
fn it_may_neither_take_nor_print_without_end() {
    let began = Instant::now();
    let slow = Command {
        limit: Duration::from_millis(300),
        ..shell(&std::env::temp_dir(), "echo working >&2; sleep 30")
    };
    let slow = slow.run(NOW).unwrap_err();
    assert!(matches!(slow, CommandError::TooSlow { .. }), "{slow}");
    let much = error("yes");
    assert_eq!(much.to_string(), "sh was stopped: it printed more than 1 MiB");
    let left = Command {
        limit: Duration::from_secs(2),
        ..shell(&std::env::temp_dir(), "exec >&-; sleep 30")
    };
    assert!(matches!(left.run(NOW), Err(CommandError::TooSlow { .. })));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}
