use std::{io::Read, path::Path, process::ExitCode, sync::Arc, time::Instant};

use anyhow::Context as _;
use deepfix_analysis::Coordinator;
use deepfix_artifacts::{FileAccess, FolderLimits, decode_request, read_file, read_folder};
use deepfix_core::{Allowance, AnalyseOptions, AnalyseResponse, Diagnosis, Experiment, Progress, Severity};

use crate::{
    EXIT_FAILURE, EXIT_FINDINGS,
    args::{AnalyseArgs, Shown},
    config, ingest, logging,
    output::{self, DIM, styled},
    progress::{Bars, Lines},
    report, runs, stores,
};

/// `deepfix analyse`.
pub(crate) async fn run(named: Option<&Path>, args: AnalyseArgs) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    if let Some(flag) = args.folder.given()
        && !args.path.as_ref().is_some_and(|it| it.is_dir())
    {
        anyhow::bail!("{flag} is for folders, and none is named");
    }
    // What is to be analysed is read first: its errors are the user's most likely ones.
    let mut experiment = match &args.path {
        Some(path) => {
            if let Some(hint) = stores::hint(path) {
                anyhow::bail!(hint);
            }
            let limits = args.folder.limits();
            let tables = ingest::read_tables(path, &args.table, &limits, args.progress == Shown::Bars)?;
            let (experiment, said) = match tables {
                Some(read) => read,
                None => read(path, &limits)?,
            };
            say(&said);
            if let Some(hint) = stores::beside(path) {
                output::remark(&output::printable(&format!("not read: {hint}")));
            }
            if experiment.source.is_none()
                && let Some(flag) = args.mlflow.given()
            {
                anyhow::bail!("{flag} is for runs of MLflow; {} names none", path.display());
            }
            experiment
        }
        None if args.table.given().is_some() => anyhow::bail!(
            "{} is for tables; of a run of MLflow none is read",
            args.table.given().unwrap_or_default()
        ),
        None => Experiment {
            source: args.mlflow.source(),
            language: "english".to_owned(),
            ..Experiment::default()
        },
    };
    if let Some(language) = &args.language {
        experiment.language = language.trim().to_lowercase();
    }
    let mut config = config::load_with(named, args.tape.clone())?;
    if args.mlflow.is_used() || experiment.source.is_some() {
        args.mlflow.allow(&mut config);
    }
    let coordinator = Coordinator::start(&config).await?;
    for refused in coordinator.refused() {
        output::remark(&output::printable(&format!("refused: {}", refused.reason)));
    }
    if let Some(name) = &args.mlflow.mlflow_experiment {
        return runs::run(&coordinator, &config, &args, name).await;
    }
    let started = Instant::now();
    let experiment = coordinator
        .mlflow()
        .fill(experiment, config.server.request_timeout)
        .await?;
    let language = experiment.language.clone();
    let bars = (args.progress == Shown::Bars).then(Bars::new).flatten().map(Arc::new);
    let progress: Option<Arc<dyn Progress>> = if args.progress == Shown::Json {
        Some(Arc::new(Lines::new(std::io::stderr())))
    } else {
        bars.clone().map(|bars| bars as Arc<dyn Progress>)
    };
    let options = AnalyseOptions {
        request_id: uuid::Uuid::new_v4().to_string().into(),
        time_left: config.server.request_timeout.saturating_sub(started.elapsed()),
        progress,
        allowance: Allowance::default(),
    };
    let response = coordinator.analyse(experiment, options).await;
    if let Some(bars) = bars {
        bars.clear();
    }
    let text = report::written(&response, args.format, &language)?;
    output::write(&text, args.output.as_deref())?;
    Ok(gate(&response, args.fail_on.map(Severity::from)))
}

/// Tells the user what was recognised.
pub(crate) fn say(lines: &[String]) {
    for line in lines {
        output::remark(&styled(DIM, &output::printable(line)));
    }
}

/// What a path on the command line names, and what was recognised there.
pub(crate) fn read(path: &Path, limits: &FolderLimits) -> anyhow::Result<(Experiment, Vec<String>)> {
    let contents = if path.is_dir() {
        // A project's folder may hold nothing but the store of its runs.
        Some(read_folder(path, limits).map_err(|error| match stores::beside(path) {
            Some(hint) => anyhow::anyhow!("{error}; {hint}"),
            None => error.into(),
        })?)
    } else if path != Path::new("-") {
        read_file(path)?
    } else {
        None
    };
    if let Some(contents) = contents {
        let said = contents.recognised.iter().map(|line| format!("read {line}"));
        return Ok((contents.experiment, said.collect()));
    }
    let (name, body, folder) = if path == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin()
            .read_to_end(&mut body)
            .context("standard input cannot be read")?;
        ("standard input".to_owned(), body, std::env::current_dir().ok())
    } else {
        let body = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        (path.display().to_string(), body, path.parent().map(Path::to_owned))
    };
    // Files that the request names are those beside it: the user names the request.
    let folder = folder.map(|it| if it.as_os_str().is_empty() { ".".into() } else { it });
    let access = FileAccess::below(&folder.into_iter().collect::<Vec<_>>());
    let experiment = decode_request(&body, &access).map_err(|problem| anyhow::anyhow!("{name}: {problem}"))?;
    Ok((experiment, Vec::new()))
}

/// What `--fail-on` makes of a response. A gate that cannot see everything does not open: an
/// agent that failed might have found something, and so might one that had something to read. With or without a gate,
/// an analysis of nothing did not do its work.
fn gate(response: &AnalyseResponse, level: Option<Severity>) -> ExitCode {
    if let Some(level) = level {
        if response.faults().any(|it| it.severity >= level) {
            return ExitCode::from(EXIT_FINDINGS);
        }
        let failed: Vec<&str> = response.failed().collect();
        if !failed.is_empty() {
            output::remark(&format!(
                "nothing as severe was found, but not everything was looked at: {} failed",
                failed.join(", ")
            ));
            return ExitCode::from(EXIT_FAILURE);
        }
    }
    if !response.examined() {
        output::remark(
            "nothing was found, but nothing could be examined; expected tables, a history of metrics, results of data checks \
             or a model with weights",
        );
        return ExitCode::from(EXIT_FAILURE);
    }
    ExitCode::SUCCESS
}
