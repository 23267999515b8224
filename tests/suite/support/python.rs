//! Runs clients written in Python in the environment that `tests/run` provides.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// Runs a script of `tests/suite/` to its end. The script must have its own timeout.
#[track_caller]
pub fn python(script: &str, arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/venv/bin/python");
    assert!(
        python.is_file(),
        "this test needs Python clients: run tests/run, which provides them"
    );
    Command::new(python)
        .arg(root.join("tests/suite").join(script))
        .args(arguments)
        .stdin(Stdio::null())
        .env("PYTHONUNBUFFERED", "1")
        .output()
        .expect("python runs")
}
