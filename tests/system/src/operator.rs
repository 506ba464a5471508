use std::{fs, path::PathBuf};

use deepfix_tests::text::{self, Guest};
use serde_json::Value;

use crate::{Home, Ran, Registry};

/// A plugin `acme` whose bytes differ by its version.
#[must_use]
pub fn acme(version: &str) -> Vec<u8> {
    assert_eq!(version.len(), 5);
    let data = format!(r#"(data (i32.const 448) "{version}")"#);
    Guest {
        name: "acme",
        data: data.leak(),
        ..text::HONEST
    }
    .component()
}

/// A home whose one analyzer comes from the registry.
pub struct Operator {
    /// Where it runs.
    pub home: Home,
    /// What its entry names.
    pub source: String,
}

impl Operator {
    /// From a registry.
    #[must_use]
    pub fn new(registry: &Registry) -> Self {
        Self::of(&format!("oci://{}/team/acme:1", registry.host))
    }

    /// From any source.
    #[must_use]
    pub fn of(source: &str) -> Self {
        let (home, source) = (Home::new(), source.to_owned());
        home.configure(|text| {
            let (head, agents) = text.split_once("\n[[agent]]").unwrap();
            let (_, reasoner) = agents.split_once("\n[reasoner]").unwrap();
            let head = head
                .replace("target/plugin-store", "plugin-store")
                .replace("watch = \"1s\"", "watch = \"0s\"");
            format!(
                "{head}\n[[agent]]\nname = \"acme\"\ncomponent = \"{source}\"\nartifacts = [\"training\"]\n\n\
                 [reasoner]{reasoner}"
            )
        });
        Self { home, source }
    }

    /// A file of its home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// `deepfix plugin`.
    pub fn plugin(&self, arguments: &[&str]) -> Ran {
        self.home.run(&[&["plugin"], arguments].concat())
    }

    /// Pushes bytes, with the signatures beside them, to the tag; the digest of the manifest.
    pub fn push(&self, bytes: &[u8]) -> String {
        let file = self.path("pushed.wasm");
        fs::write(&file, bytes).unwrap();
        let told = self.plugin(&["push", file.to_str().unwrap(), &self.source]).succeeded();
        told.trim().rsplit_once('@').unwrap().1.to_owned()
    }

    /// Locks, and returns the lock.
    pub fn lock(&self) -> String {
        let _ = self.plugin(&["lock"]).succeeded();
        fs::read_to_string(self.path("deepfix.lock")).unwrap()
    }

    /// The version that answers, or why none does.
    pub fn loaded(&self) -> Result<String, String> {
        let ran = self.home.run(&["agents", "--json"]);
        let told: Value = serde_json::from_str(&ran.out).unwrap_or_default();
        let agents = told["agents"].as_array().cloned().unwrap_or_default();
        match agents.iter().find(|it| it["name"] == "acme") {
            Some(it) => Ok(it["version"].as_str().unwrap().to_owned()),
            None => Err(format!("{}{}", ran.out, ran.err)),
        }
    }

    /// What was fetched is forgotten: the next load asks the registry.
    pub fn forget(&self) {
        let _ = fs::remove_dir_all(self.path("plugin-store"));
    }

    /// The kept copies of a kind, `wasm` or `json`.
    pub fn kept(&self, kind: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.path("plugin-store")).unwrap();
        let files = files.map(|it| it.unwrap().path());
        files.filter(|it| it.extension().is_some_and(|it| it == kind)).collect()
    }

    /// A key, which the configuration trusts, with more of its entry.
    pub fn trust(&self, more: &str) -> String {
        let key = self.path("acme.pem").display().to_string();
        let line = self.plugin(&["keygen", &key, "--name", "acme"]).succeeded();
        let line = line
            .trim()
            .replace("name = \"acme\"", &format!("name = \"acme\"{more}"));
        self.home.configure(|text| {
            let text = text.replace("trusted_keys = []", &line);
            // The reasoner is a file of this home; it is signed like the rest.
            text.replace("require_signature = false", "require_signature = true")
        });
        let reasoner = self.path("components/cross-artifact.wasm").display().to_string();
        let _ = self.plugin(&["sign", &reasoner, "--key", &key]).succeeded();
        key
    }

    /// Signs what is pushed next.
    pub fn sign(&self, key: &str) {
        let file = self.path("pushed.wasm").display().to_string();
        let _ = self.plugin(&["sign", &file, "--key", key]).succeeded();
    }
}

/// The digest of a lock's only component.
#[must_use]
pub fn digest(lock: &str) -> String {
    let line = lock.lines().find_map(|it| it.strip_prefix("sha256 = \"")).unwrap();
    line.trim_end_matches('"').to_owned()
}
