//! `deepfix ingest`: artifacts from tables, a checkpoint, metrics and parameters.

mod args;
mod compute;
mod document;
mod files;
mod folder;
mod record;
mod tables;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

pub(crate) use args::{IngestArgs, TableArgs};
use compute::Computed;
pub(crate) use tables::read_tables;

use crate::{
    analyse,
    args::{AnalyseArgs, MlflowArgs, Shown, TapeArgs},
    config,
    folders::FolderArgs,
    output::{self, DIM, styled},
};

/// `deepfix ingest`.
pub(crate) async fn run(named: Option<&Path>, args: IngestArgs) -> anyhow::Result<ExitCode> {
    let options = args.options();
    if options.label.is_none() {
        let source = deepfix_tabular::Source::open(&args.train, &options)?;
        anyhow::bail!(tables::unknown_label(&source));
    }
    // What is cheap to check comes before what takes time: first what is read, then where it goes.
    compute::open(&args.train, args.test.as_deref(), &options)?;
    files::check(&args)?;
    if let Some(out) = &args.out {
        folder::check(out, &args)?;
    }
    if args.analyse {
        config::load(named)?;
    }
    if let Some(uri) = &args.mlflow {
        record::check(named, uri)?;
    }
    let name = args.dataset_name.clone().unwrap_or_else(|| name_of(&args.train));
    let computed = compute::compute(
        &name,
        &args.train,
        args.test.as_deref(),
        &options,
        !args.no_checks,
        true,
    )?;
    for line in &computed.said {
        output::remark(&styled(DIM, &output::printable(line)));
    }
    let analysis = AnalyseArgs {
        path: None,
        mlflow: MlflowArgs::default(),
        table: TableArgs::default(),
        folder: FolderArgs::default(),
        format: args.format,
        progress: Shown::default(),
        language: args.language.clone(),
        fail_on: args.fail_on,
        output: None,
        tape: TapeArgs::default(),
    };
    if let Some(uri) = &args.mlflow {
        let run = record::record(named, uri, &name, &args, computed).await?;
        output::remark(&format!("logged run {run}"));
        let mlflow = MlflowArgs {
            mlflow_run: Some(run),
            tracking_uri: Some(uri.clone()),
            ..MlflowArgs::default()
        };
        return finish(named, &args, AnalyseArgs { mlflow, ..analysis }).await;
    }
    let scratch;
    let out = match &args.out {
        Some(out) => out.clone(),
        None => {
            scratch = tempfile::tempdir().context("a temporary folder cannot be made")?;
            // The report shows the folder's name.
            scratch.path().join(name.replace(['/', '\\'], "-"))
        }
    };
    for file in folder::write(&out, &args, &computed)? {
        if args.out.is_some() {
            output::remark(&output::printable(&format!("wrote {}", file.display())));
        }
    }
    let path = Some(out);
    finish(named, &args, AnalyseArgs { path, ..analysis }).await
}

async fn finish(named: Option<&Path>, args: &IngestArgs, analysis: AnalyseArgs) -> anyhow::Result<ExitCode> {
    if args.analyse {
        return analyse::run(named, analysis).await;
    }
    let shown = |it: &PathBuf| format!("deepfix analyse {}", it.display());
    let run = analysis.mlflow.mlflow_run.as_ref();
    if let Some(next) = analysis
        .path
        .as_ref()
        .map(shown)
        .or_else(|| run.map(|it| format!("deepfix analyse --mlflow-run {it}")))
    {
        output::remark(&output::printable(&format!("next: {next}")));
    }
    Ok(ExitCode::SUCCESS)
}

/// The name of the file, or of its folder where the file is called after its split.
fn name_of(train: &Path) -> String {
    let text = |it: Option<&std::ffi::OsStr>| it.map(|it| it.to_string_lossy().into_owned());
    let stem = text(train.file_stem()).unwrap_or_default();
    if !stem.eq_ignore_ascii_case("train") {
        return stem;
    }
    let parent = train.canonicalize().ok().and_then(|it| text(it.parent()?.file_name()));
    parent.unwrap_or(stem)
}
