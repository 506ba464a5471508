use std::{path::Path, process::ExitCode};

use deepfix_knowledge::{FAULT_CODES, KnowledgeBase, SearchQuery};

use crate::{
    args::SearchArgs,
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
pub(crate) fn lint(named: Option<&Path>) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    let base = KnowledgeBase::load(&config::load(named)?.knowledge.paths)?;
    let problems = base.lint(FAULT_CODES);
    for problem in &problems {
        output::result(&format!("{problem}\n"));
    }
    if problems.is_empty() {
        output::result(&format!("{} passages: {}\n", base.len(), styled(GREEN, "fine")));
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}
