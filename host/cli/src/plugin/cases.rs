use std::process::ExitCode;

use deepfix_analysis::Workbench;
use deepfix_config::Config;
use serde_json::json;

use super::{
    args::TestArgs,
    case::{Case, Mode},
    project::Project,
};
use crate::{
    EXIT_FINDINGS,
    output::{self, GREEN, RED, printable, styled},
};

/// `deepfix plugin test`.
pub(crate) async fn run(config: &Config, args: &TestArgs) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.project)?;
    let mode = match (args.record, args.update) {
        (true, _) => Mode::Record,
        (false, true) => Mode::Update,
        (false, false) => Mode::Compare,
    };
    // Cases see no service unless they are being recorded: what passes here passes anywhere.
    let workbench = match mode {
        Mode::Record => Workbench::open(config).await?,
        _ => Workbench::bare(config)?,
    };
    let cases = match &args.request {
        None => Case::all(&project)?,
        Some(_) => {
            let name = args.case.as_deref().unwrap_or("recorded");
            vec![Case::at(project.folder.join("cases").join(name))]
        }
    };
    let chosen = |it: &&Case| args.request.is_some() || args.case.as_ref().is_none_or(|part| it.name.contains(part));
    let (mut text, mut results, mut failed) = (String::new(), Vec::new(), 0);
    for case in cases.iter().filter(chosen) {
        let result = case
            .run(config, &workbench, &project, mode, args.request.as_deref())
            .await;
        let (passed, why) = match result {
            Ok(remark) => (true, remark),
            Err(error) => (false, Some(format!("{error:#}"))),
        };
        failed += usize::from(!passed);
        results.push(json!({ "case": case.name, "passed": passed, "why": why }));
        text += &match why {
            None => format!("{} {}\n", styled(GREEN, "ok"), printable(&case.name)),
            Some(why) if passed => format!(
                "{} {}: {}\n",
                styled(GREEN, "ok"),
                printable(&case.name),
                printable(&why)
            ),
            Some(why) => format!(
                "{} {}\n   {}\n",
                styled(RED, "failed"),
                printable(&case.name),
                printable(&why)
            ),
        };
    }
    anyhow::ensure!(
        !results.is_empty(),
        "there is no case in {}",
        project.folder.join("cases").display()
    );
    if args.json {
        output::result(&format!(
            "{}\n",
            serde_json::to_string_pretty(&json!({ "cases": results, "failed": failed }))?
        ));
    } else {
        output::result(&format!("{text}{} cases, {failed} failed\n", results.len()));
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_FINDINGS)
    })
}
