//! Programs that stand in for others.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a shell script that can be run at once. It is written by another process: while a file is
/// open for writing here, a child that starts beside this holds it open, too, and Linux runs no program
/// that somebody has open for writing.
pub fn program(file: &Path, script: &str) {
    let write = "cat > \"$1\" && chmod 755 \"$1\"";
    let mut shell = Command::new("sh")
        .args(["-c", write, "sh"])
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    input.write_all(format!("#!/bin/sh\n{script}\n").as_bytes()).unwrap();
    drop(input);
    assert!(shell.wait().unwrap().success());
}
