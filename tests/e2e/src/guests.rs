//! The guests as components, built when a test needs them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guests")
}

/// The folder with one source file per guest.
#[must_use]
pub fn examples_folder() -> PathBuf {
    folder().join("examples")
}

/// A folder that outlives a test run and that git ignores.
pub(crate) fn target_folder() -> PathBuf {
    folder().join("target")
}

/// The component of a guest.
///
/// # Panics
/// The guests cannot be built, or there is none of that name.
#[must_use]
pub fn guest_file(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(build);
    let file = target_folder()
        .join("wasm32-wasip2/release/examples")
        .join(format!("{name}.wasm"));
    assert!(
        file.is_file(),
        "{} is not there: is `{name}` an example of tests/guests/Cargo.toml?",
        file.display()
    );
    file
}

/// Cargo itself knows what is stale; a run where nothing is takes a fraction of a second. The
/// lock keeps test binaries that run at once from printing `Blocking` to each other.
fn build() {
    fs::create_dir_all(target_folder()).unwrap();
    let lock = File::create(target_folder().join(".building")).unwrap();
    lock.lock().unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--examples",
            "--target",
            "wasm32-wasip2",
            "--target-dir",
        ])
        .arg(target_folder())
        .current_dir(folder())
        // Those of the host do not fit WebAssembly.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "the guests cannot be built (is the target there? `rustup target add wasm32-wasip2`):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
