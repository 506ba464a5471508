use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::root;

/// A real MLflow tracking server with runs in it. It ends with its standard input: with this value,
/// or with the process.
pub struct Mlflow {
    /// The tracking URI.
    pub uri: String,
    /// What was logged: names of tests to ids.
    pub logged: Value,
    folder: TempDir,
    child: Child,
    stdin: Option<ChildStdin>,
}

/// The Python that has MLflow.
fn python() -> PathBuf {
    let python = root().join("target/mlflow-env/bin/python");
    assert!(
        python.is_file() && root().join("target/mlflow-env/installed.txt").is_file(),
        "target/mlflow-env has no MLflow: run `cargo xtask python` (`cargo xtask test` does it too)"
    );
    python
}

fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command
        .arg("-W")
        .arg("ignore")
        .arg(root().join("tests/mlflow").join(name))
        .env("MLFLOW_DISABLE_TELEMETRY", "true")
        .env("MLFLOW_ALLOW_FILE_STORE", "true")
        .env("GIT_PYTHON_REFRESH", "quiet");
    command
}

/// Logs the runs of `tests/mlflow/log_runs.py` and returns what the script prints.
///
/// # Panics
/// The script fails.
#[must_use]
pub fn log_runs(uri: &str, scratch: &Path, small: bool, user: Option<(&str, &str)>) -> Value {
    let mut command = script("log_runs.py");
    command.arg(uri).arg(root().join("examples")).arg(scratch);
    if small {
        command.arg("--small");
    }
    if let Some((name, password)) = user {
        command
            .env("MLFLOW_TRACKING_USERNAME", name)
            .env("MLFLOW_TRACKING_PASSWORD", password);
    }
    let output = command.current_dir(scratch).output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "logging runs failed: {out}\n{err}");
    serde_json::from_str(out.lines().last().unwrap_or_default()).unwrap()
}

/// What `tests/mlflow/look.py` prints.
///
/// # Panics
/// The script fails.
#[must_use]
pub fn look(uri: &str, arguments: &[&str], user: Option<(&str, &str)>) -> Value {
    let mut command = script("look.py");
    command.arg(uri).args(arguments);
    if let Some((name, password)) = user {
        command
            .env("MLFLOW_TRACKING_USERNAME", name)
            .env("MLFLOW_TRACKING_PASSWORD", password);
    }
    let output = command.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    serde_json::from_str(out.lines().last().unwrap_or_default()).unwrap()
}

impl Mlflow {
    /// A server without authentication.
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[], false, None)
    }

    /// One with fewer runs, for a test that changes them.
    #[must_use]
    pub fn of_its_own() -> Self {
        Self::with(&[], true, None)
    }

    /// A server with basic authentication: user `admin`, password [`Mlflow::PASSWORD`]. It has fewer
    /// runs.
    #[must_use]
    pub fn with_authentication() -> Self {
        Self::with(&["--auth"], true, Some(("admin", Self::PASSWORD)))
    }

    /// The password of the administrator.
    pub const PASSWORD: &str = "correct-horse-battery";

    fn with(arguments: &[&str], small: bool, user: Option<(&str, &str)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = script("serve.py")
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut before = String::new();
        let uri = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("MLflow did not start:\n{before}")
            };
            if let Some((_, rest)) = line.split_once("running on ") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
            before.push_str(&line);
            before.push('\n');
        };
        // Who writes into a full pipe stops.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let scratch = folder.path().join("scratch");
        std::fs::create_dir_all(&scratch).unwrap();
        let logged = log_runs(&uri, &scratch, small, user);
        Self {
            uri,
            logged,
            folder,
            child,
            stdin,
        }
    }

    /// The id of a run that was logged.
    #[must_use]
    pub fn run(&self, name: &str) -> String {
        self.logged[name].as_str().unwrap().to_owned()
    }

    /// The server's own folder, with its database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Mlflow {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}
