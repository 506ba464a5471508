use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::root;

/// A real registry, the CNCF's Distribution, on a free port. It ends with this value.
pub struct Registry {
    folder: TempDir,
    child: Child,
    /// Where it listens, such as `127.0.0.1:39001`.
    pub host: String,
}

fn program() -> PathBuf {
    let named = std::env::var_os("DEEPFIX_TEST_REGISTRY").map(PathBuf::from);
    let program = named.unwrap_or_else(|| root().join("target/registry/usr/bin/docker-registry"));
    assert!(
        program.is_file(),
        "{} is not there: run `cargo xtask plugins` (`cargo xtask test` does it too)",
        program.display()
    );
    program
}

impl Registry {
    /// An empty one.
    #[must_use]
    pub fn start() -> Self {
        Self::on(tempfile::tempdir().unwrap(), "127.0.0.1:0", "")
    }

    /// One that wants a login; `htpasswd` is a line of a password file with bcrypt.
    #[must_use]
    pub fn with_login(htpasswd: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("htpasswd");
        fs::write(&file, htpasswd).unwrap();
        let auth = format!("auth:\n  htpasswd:\n    realm: tests\n    path: {}\n", file.display());
        Self::on(folder, "127.0.0.1:0", &auth)
    }

    /// Stops it and keeps what it holds.
    #[must_use]
    pub fn stop(mut self) -> Stopped {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Stopped {
            folder,
            host: self.host.clone(),
        }
    }

    fn on(folder: TempDir, listen: &str, more: &str) -> Self {
        let file = folder.path().join("config.yml");
        let data = folder.path().join("data");
        fs::write(
            &file,
            format!(
                "version: 0.1\nlog: {{level: info, formatter: json}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\n  \
                 delete: {{enabled: true}}\nhttp:\n  addr: {listen}\n  secret: tests\n{more}",
                data.display()
            ),
        )
        .unwrap();
        let mut child = Command::new(program())
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut before = String::new();
        let host = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the registry did not start:\n{before}")
            };
            let record: Value = serde_json::from_str(&line).unwrap_or_default();
            let message = record["msg"].as_str().unwrap_or_default();
            if let Some(host) = message.strip_prefix("listening on ") {
                break host.to_owned();
            }
            before.push_str(&line);
            before.push('\n');
        };
        // Who writes into a full pipe stops.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { folder, child, host }
    }

    /// The file that holds the bytes of a digest, for what no client can do to it.
    #[must_use]
    pub fn blob(&self, sha256: &str) -> PathBuf {
        let blobs = self.folder.path().join("data/docker/registry/v2/blobs/sha256");
        blobs.join(&sha256[..2]).join(sha256).join("data")
    }

    /// The file of a repository's tag.
    #[must_use]
    pub fn tag(&self, repository: &str, tag: &str) -> PathBuf {
        let repositories = self.folder.path().join("data/docker/registry/v2/repositories");
        repositories
            .join(repository)
            .join("_manifests/tags")
            .join(tag)
            .join("current/link")
    }
}

/// A registry that was stopped.
pub struct Stopped {
    folder: TempDir,
    host: String,
}

impl Stopped {
    /// Starts it again where it was.
    #[must_use]
    pub fn start(self) -> Registry {
        Registry::on(self.folder, &self.host, "")
    }

    /// Where its files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
