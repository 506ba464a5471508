use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::root;

/// A folder with everything that DeepFix needs, as one copies it elsewhere: the binary, the
/// configuration, the components and the knowledge base.
pub struct Home {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Home {
    /// Copies what was built; the binary is linked.
    ///
    /// # Panics
    /// It was not built.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let binary = std::env::current_exe()
            .unwrap()
            .parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("deepfix");
        assert!(
            binary.is_file() && root().join("components/training.wasm").is_file(),
            "{} or the components are not built: run `cargo xtask build`, and test with --release",
            binary.display()
        );
        link(&binary, &folder.path().join("deepfix"));
        for name in ["components", "kb"] {
            copy_folder(&root().join(name), &folder.path().join(name));
        }
        let home = Self { folder };
        // Compiling the components takes a second per test otherwise; the cache is only ever
        // written by wasmtime.
        let cache = root().join("target/component-cache");
        home.configure(|text| {
            text.replace(
                "\"target/component-cache\"",
                &format!("{:?}", cache.display().to_string()),
            )
            // A machine that has other things to do is no database that is down.
            .replace("patience = \"2s\"", "patience = \"60s\"")
            .replace(
                "counts as down.\ntimeout = \"5s\"",
                "counts as down.\ntimeout = \"60s\"",
            )
        });
        home
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Changes the configuration that the repository ships, or what it was changed to.
    pub fn configure(&self, change: impl FnOnce(String) -> String) {
        let file = self.path().join("deepfix.toml");
        let text = fs::read_to_string(&file)
            .or_else(|_| fs::read_to_string(root().join("deepfix.toml")))
            .unwrap();
        fs::write(file, change(text)).unwrap();
    }

    /// Configures a language model, and more keys of `[llm]` as `(key, TOML value)`.
    pub fn with_model(&self, base_url: &str, more: &[(&str, &str)]) {
        self.configure(|text| {
            let (before, section) = text.split_once("[llm]").unwrap();
            let (section, after) = section.split_once("\n[").unwrap();
            let base_url = format!("{base_url:?}");
            let all = [("base_url", base_url.as_str()), ("model", "\"fake\"")];
            let lines: Vec<_> = section
                .lines()
                .map(|line| {
                    let key = line.split(" =").next().unwrap_or_default();
                    let value = more.iter().chain(&all).find(|(name, _)| *name == key);
                    value.map_or_else(|| line.to_owned(), |(key, value)| format!("{key} = {value}"))
                })
                .collect();
            format!("{before}[llm]{}\n[{after}", lines.join("\n"))
        });
    }

    /// Drops a component into the plugin folder.
    pub fn drop_in(&self, name: &str, bytes: &[u8]) {
        let folder = self.path().join("plugins.d");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }

    /// A command of the copied binary, run from another folder than its own.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.path().join("deepfix"));
        command
            .current_dir(root())
            .env("DEEPFIX_CONFIG", self.path().join("deepfix.toml"))
            .env("NO_COLOR", "1");
        command
    }

    /// Runs a command to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command().args(arguments))
    }
}

impl Ran {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What it printed, after a success.
    ///
    /// # Panics
    /// It failed.
    #[must_use]
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// The binary under another name. Nothing of this process is open for writing meanwhile: a child that another thread
/// starts in that moment would inherit it, and a file that somebody may write to cannot be run (`ETXTBSY`).
fn link(from: &Path, to: &Path) {
    if fs::hard_link(from, to).is_err() {
        // Another file system.
        let status = Command::new("cp").args([from, to]).status().unwrap();
        assert!(status.success(), "cp {} {}: {status}", from.display(), to.display());
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from: PathBuf = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
