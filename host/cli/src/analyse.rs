use std::{io::Read, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use deepfix_analysis::Coordinator;
use deepfix_artifacts::{FileAccess, decode_request, read_folder};
use deepfix_core::{AnalyseOptions, AnalyseResponse, Diagnosis, Experiment, Progress, Severity};

use crate::{
    EXIT_FINDINGS,
    args::{AnalyseArgs, Format},
    config, logging,
    output::{self, DIM, styled},
    progress::Bars,
    report,
};

/// `deepfix analyse`.
pub(crate) async fn run(named: Option<&Path>, args: AnalyseArgs) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    // What is to be analysed is read first: its errors are the user's most likely ones.
    let mut experiment = read(&args.path)?;
    if let Some(language) = &args.language {
        experiment.language = language.trim().to_lowercase();
    }
    let config = config::load_with(named, args.tape)?;
    let coordinator = Coordinator::start(&config).await?;
    for refused in coordinator.refused() {
        output::remark(&format!("refused: {}", refused.reason));
    }
    let language = experiment.language.clone();
    let bars = Bars::new().map(Arc::new);
    let options = AnalyseOptions {
        request_id: uuid::Uuid::new_v4().to_string().into(),
        time_left: config.server.request_timeout,
        progress: bars.clone().map(|bars| bars as Arc<dyn Progress>),
    };
    let response = coordinator.analyse(experiment, options).await;
    if let Some(bars) = bars {
        bars.clear();
    }
    output::result(&match args.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&response)?),
        Format::Text => report::text(&response, &language),
        Format::Markdown => report::markdown(&response, &language),
    });
    let fails = args.fail_on.is_some_and(|level| worst(&response) >= Some(level.into()));
    Ok(if fails {
        ExitCode::from(EXIT_FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

fn read(path: &Path) -> anyhow::Result<Experiment> {
    if path.is_dir() {
        let contents = read_folder(path)?;
        for line in &contents.recognised {
            output::remark(&styled(DIM, &format!("read {line}")));
        }
        return Ok(contents.experiment);
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
    decode_request(&body, &access).map_err(|problem| anyhow::anyhow!("{name}: {problem}"))
}

/// The worst severity of any finding.
fn worst(response: &AnalyseResponse) -> Option<Severity> {
    response.severities().into_keys().max()
}
