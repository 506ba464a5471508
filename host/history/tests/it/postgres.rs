//! A PostgreSQL server of a test's own, in a folder of its own. It ends with this value.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A port is free when it is looked for, and may be another's when PostgreSQL wants it: so many are tried.
const PORTS: usize = 5;

/// Longer than a start takes, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let bin = bin();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let user = unprivileged();
        if let Some(user) = &user {
            // PostgreSQL refuses to run as root: the folder goes to the user that it came with.
            run(Command::new("chown").arg(user).arg(folder.path()));
        }
        let command = |name: &str| {
            let program = bin.join(name);
            match &user {
                None => Command::new(program),
                Some(user) => {
                    let mut command = Command::new("setpriv");
                    command
                        .args(["--reuid", user, "--regid", user, "--clear-groups"])
                        .arg(program);
                    command
                }
            }
        };
        run(command("initdb")
            .args(["--auth", "trust", "--username", "deepfix", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .stdout(Stdio::null()));
        let start = |place: &Path| {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut command = command("postgres");
            command
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
                .args(["-k", "", "-p", &port.to_string(), "-D"])
                .arg(place.join("data"))
                .current_dir(place)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            (command.spawn().unwrap(), port)
        };
        let place = folder.path().to_owned();
        let (child, port) = start(&place);
        let mut server = Self { child, port, folder };
        for _ in 1..PORTS {
            if server.answers() {
                return server;
            }
            (server.child, server.port) = start(&place);
        }
        assert!(server.answers(), "PostgreSQL ends at once, whatever its port");
        server
    }

    /// Waits until it answers, it and not another at its port. False where it has ended, since another has the port.
    fn answers(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        let data = self.folder.path().join("data").display().to_string();
        while self.child.try_wait().unwrap().is_none() {
            let asked = Command::new(bin().join("psql"))
                .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
                .args(["--command", "SHOW data_directory"])
                .arg(self.url())
                .env("PGCONNECT_TIMEOUT", "10")
                .output()
                .unwrap();
            if String::from_utf8_lossy(&asked.stdout).trim() == data {
                return true;
            }
            assert!(Instant::now() < until, "PostgreSQL does not answer: {asked:?}");
            sleep(Duration::from_millis(50));
        }
        false
    }

    /// Runs a statement that nothing but a test needs.
    #[allow(dead_code, reason = "a part of several tests")]
    pub(crate) fn execute(&self, statement: &str) {
        run(Command::new(bin().join("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set",
                "ON_ERROR_STOP=1",
                "--command",
                statement,
            ])
            .arg(self.url()));
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://deepfix@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // SIGINT is a fast shutdown; killed, its children would stay behind.
        let _ = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

fn unprivileged() -> Option<String> {
    let id = Command::new("id").arg("-u").output().unwrap();
    (String::from_utf8_lossy(&id.stdout).trim() == "0").then(|| "postgres".to_owned())
}

fn bin() -> PathBuf {
    let named = std::env::var_os("DEEPFIX_TEST_POSTGRES_BIN").map(PathBuf::from);
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = versions.filter_map(Result::ok).map(|it| it.path().join("bin"));
    named
        .into_iter()
        .chain(debian)
        .find(|it: &PathBuf| Path::new(&it.join("initdb")).is_file())
        .unwrap_or_else(|| {
            panic!("no PostgreSQL: `cargo xtask test` installs it, or name it in DEEPFIX_TEST_POSTGRES_BIN")
        })
}
