use std::{path::Path, process::ExitCode};

use deepfix_knowledge::{KnowledgeBase, LintOptions, SearchQuery, lint_files};

use crate::{
    EXIT_FINDINGS,
    args::{LintArgs, SearchArgs},
    config, logging,
    output::{self, BOLD, CYAN, DIM, GREEN, styled},
};

/// `deepfix kb search`.
pub(crate) fn search(named: Option<&Path>, args: &SearchArgs) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    let base = KnowledgeBase::load(&config::load(named)?.knowledge.paths)?;
    let hits = base.search(&SearchQuery {
        text: args.text.join(" "),
        domain: args.domain.clone(),
        code: args.code.clone(),
        limit: args.limit,
    })?;
    if hits.is_empty() {
        output::remark("no passage matches");
        return Ok(ExitCode::SUCCESS);
    }
    for hit in hits {
        output::result(&format!(
            "{}  {}\n{}\n{}\n{}\n\n",
            styled(BOLD, &hit.title),
            styled(DIM, &format!("{} · {:.2}", hit.domain, hit.score)),
            styled(CYAN, &hit.id),
            hit.text.trim(),
            styled(
                DIM,
                &hit.source
                    .map(|it| format!("{}, {}", it.title, it.url))
                    .unwrap_or_default()
            ),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// `deepfix kb lint`.
pub(crate) fn lint(named: Option<&Path>, args: &LintArgs) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    let paths = if args.paths.is_empty() {
        config::load(named)?.knowledge.paths
    } else {
        args.paths.clone()
    };
    let options = if args.partial {
        LintOptions::PARTIAL
    } else {
        LintOptions::COMPLETE
    };
    let report = lint_files(&paths, &options)?;
    for problem in &report.problems {
        output::result(&format!("{problem}\n"));
    }
    let size = format!("{} documents, {} passages", report.documents, report.passages);
    if report.problems.is_empty() {
        output::result(&format!("{size}: {}\n", styled(GREEN, "fine")));
        return Ok(ExitCode::SUCCESS);
    }
    output::remark(&format!("{size}: {} problems", report.problems.len()));
    let adds = !args.paths.is_empty() && !args.partial && report.problems.iter().any(|it| it.place.is_none());
    if adds {
        output::remark("a folder that only adds to a base is checked with --partial: it need not cover every code");
    }
    Ok(ExitCode::from(EXIT_FINDINGS))
}
