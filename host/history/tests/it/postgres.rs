//! A PostgreSQL server of a test's own, in a folder of its own. It ends with this value.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

pub(crate) struct Server {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
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
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command("postgres")
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .args(["-k", "", "-p", &port.to_string(), "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            port,
            _folder: folder,
        };
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "PostgreSQL does not listen");
            sleep(Duration::from_millis(50));
        }
        server
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
