//! Artifacts as a folder that `deepfix analyse` reads, in the layout of a run that is logged to MLflow.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use anyhow::Context as _;

use super::{
    Computed, IngestArgs,
    files::{self, Content},
};

/// The files that were written, so that they can be taken away again.
const WRITTEN: &str = "deepfix-ingest.json";
/// What would be read instead of, or along with, what is written.
const DOCUMENTS: [&str; 8] = [
    "dataset",
    "deepchecks",
    "model_checkpoint",
    "params",
    "hparams",
    "training_artifacts",
    "request",
    "config",
];
const SUFFIXES: [&str; 3] = ["json", "yaml", "yml"];
const TABLE: &str = "metrics.csv";
const FOLDERS: [&str; 3] = ["dataset", "deepchecks", "model_checkpoint"];

/// Whether the folder may be written to.
///
/// # Errors
/// It is a file, or holds artifacts.
pub(super) fn check(out: &Path, args: &IngestArgs) -> anyhow::Result<()> {
    if out.exists() && !out.is_dir() {
        anyhow::bail!("--out {}: found a file, expected a folder or nothing", out.display());
    }
    if let Some(file) = there(out).into_iter().next()
        && !args.force
    {
        anyhow::bail!(
            "--out {}: the folder holds {} already; name another one, or write over it with --force",
            out.display(),
            file.display()
        );
    }
    Ok(())
}

/// The files of a folder that are artifacts: those that an earlier run wrote, and those that would be read
/// instead of new ones. Paths within it.
fn there(out: &Path) -> BTreeSet<PathBuf> {
    let named = DOCUMENTS.iter().flat_map(|stem| {
        SUFFIXES
            .iter()
            .map(move |suffix| PathBuf::from(format!("{stem}.{suffix}")))
    });
    let within = FOLDERS.iter().flat_map(|it| {
        SUFFIXES
            .iter()
            .map(move |suffix| PathBuf::from(format!("{it}/{it}.{suffix}")))
    });
    let training = DOCUMENTS
        .iter()
        .flat_map(|it| {
            SUFFIXES
                .iter()
                .map(move |suffix| PathBuf::from(format!("training_artifacts/{it}.{suffix}")))
        })
        .chain([PathBuf::from(TABLE), PathBuf::from("training_artifacts").join(TABLE)]);
    let mut all: BTreeSet<PathBuf> = named.chain(within).chain(training).chain(written_before(out)).collect();
    all.retain(|it| out.join(it).is_file());
    all
}

/// The files that an earlier run wrote. A list that leads out of the folder is none of ours.
fn written_before(out: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(out.join(WRITTEN)).unwrap_or_default();
    let files: Vec<PathBuf> = serde_json::from_str(&text).unwrap_or_default();
    let is_within = |it: &PathBuf| it.components().all(|it| matches!(it, Component::Normal(_)));
    files.into_iter().filter(is_within).collect()
}

/// Writes the artifacts, and returns the files.
///
/// # Errors
/// A file cannot be written, copied or taken away.
pub(super) fn write(out: &Path, args: &IngestArgs, computed: &Computed) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let files = files::layout(args, computed)?;
    clear(out, args, &files)?;
    let mut written = Vec::new();
    for (name, content) in &files {
        let to = out.join(name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        match content {
            Content::Text(text) => {
                fs::write(&to, text).with_context(|| format!("{} cannot be written", to.display()))?;
            }
            Content::Copy(file) => {
                copy(file, &to).with_context(|| format!("{} cannot be copied to {}", file.display(), to.display()))?;
            }
        }
        written.push(to);
    }
    let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
    let list = out.join(WRITTEN);
    fs::write(&list, serde_json::to_string_pretty(&names)?)
        .with_context(|| format!("{} cannot be written", list.display()))?;
    Ok(written)
}

/// Takes away what is there of other artifacts. What is to be copied stays, wherever it is.
fn clear(out: &Path, args: &IngestArgs, files: &[(String, Content)]) -> anyhow::Result<()> {
    let tables = [Some(&args.train), args.test.as_ref(), args.params.as_ref()];
    let copied = files.iter().filter_map(|(_, content)| match content {
        Content::Copy(file) => Some(file),
        Content::Text(_) => None,
    });
    let kept: BTreeSet<PathBuf> = tables
        .into_iter()
        .flatten()
        .chain(copied)
        .filter_map(|it| it.canonicalize().ok())
        .collect();
    for name in there(out) {
        let file = out.join(name);
        if file.canonicalize().is_ok_and(|it| !kept.contains(&it)) {
            fs::remove_file(&file).with_context(|| format!("{} cannot be taken away", file.display()))?;
        }
    }
    Ok(())
}

/// A copy: a training that goes on must not change what was recorded.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let from = from.canonicalize()?;
    if to.canonicalize().is_ok_and(|it| it == from) {
        return Ok(());
    }
    fs::copy(&from, to).map(|_| ())
}
