//! Artifacts as a folder that `deepfix analyse` reads.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{Computed, IngestArgs};

const DATASET: &str = "dataset.json";
const CHECKS: &str = "deepchecks.json";
/// The files that a folder may not hold already: what is written, and what would be read instead of it.
const OURS: [&str; 4] = [DATASET, CHECKS, "request.json", "metrics.csv"];

/// Whether the folder may be written to.
///
/// # Errors
/// It is a file, or holds artifacts.
pub(super) fn check(out: &Path, args: &IngestArgs) -> anyhow::Result<()> {
    if out.exists() && !out.is_dir() {
        anyhow::bail!("--out {}: found a file, expected a folder or nothing", out.display());
    }
    let copied = [&args.checkpoint, &args.metrics, &args.params].into_iter().flatten();
    let copied = copied.filter_map(|it| it.file_name()).map(|it| out.join(it));
    let config = args.model_config.iter().map(|_| out.join("config.json"));
    let mut ours = OURS.iter().map(|it| out.join(it)).chain(copied).chain(config);
    if let Some(file) = ours.find(|it| it.exists())
        && !args.force
    {
        anyhow::bail!(
            "--out {}: the folder holds {} already; name another one, or write over it with --force",
            out.display(),
            file.file_name().unwrap_or_default().display()
        );
    }
    Ok(())
}

/// Writes the artifacts, and returns the files.
///
/// # Errors
/// A file cannot be written or copied.
pub(super) fn write(out: &Path, args: &IngestArgs, computed: &Computed) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let mut written = Vec::new();
    for (name, document) in [(DATASET, Some(&computed.dataset)), (CHECKS, computed.checks.as_ref())] {
        let file = out.join(name);
        match document {
            Some(document) => {
                let text = serde_json::to_string_pretty(document)?;
                fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
                written.push(file);
            }
            // Those of an earlier table.
            None if file.exists() => {
                fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
            }
            None => {}
        }
    }
    let suffix = |file: &Path| {
        file.extension()
            .map(|it| it.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let own = |file: &Path| {
        file.file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let metrics = |file: &Path| {
        if suffix(file) == "csv" {
            "metrics.csv".to_owned()
        } else {
            own(file)
        }
    };
    let params = |file: &Path| format!("params.{}", suffix(file));
    let files: [(&Option<PathBuf>, Named<'_>); 4] = [
        (&args.checkpoint, &own),
        (&args.model_config, &|_| "config.json".to_owned()),
        (&args.metrics, &metrics),
        (&args.params, &params),
    ];
    for (file, name) in files {
        if let Some(file) = file {
            let to = out.join(name(file));
            copy(file, &to).with_context(|| format!("{} cannot be copied to {}", file.display(), to.display()))?;
            written.push(to);
        }
    }
    Ok(written)
}

/// What a file is called in the folder.
type Named<'a> = &'a dyn Fn(&Path) -> String;

/// A copy: a training that goes on must not change what was recorded.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let from = from.canonicalize()?;
    if to.canonicalize().is_ok_and(|it| it == from) {
        return Ok(());
    }
    fs::copy(&from, to).map(|_| ())
}
