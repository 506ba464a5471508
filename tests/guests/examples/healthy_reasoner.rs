//! Reports how many analyzers came to an end, failed or had nothing to read.
use deepfix_guests::*;

pub struct Guest;

impl Reasoner for Guest {
    fn describe() -> Description {
        Description {
            consumes: Vec::new(),
            ..description("healthy_reasoner")
        }
    }

    fn reason(cx: &Context<'_>, outcomes: &[AgentOutcome]) -> Result<Report, Error> {
        let told: Vec<_> = outcomes
            .iter()
            .map(|it| match &it.outcome {
                Outcome::Completed { analyses, .. } => format!("{}: {} findings", it.agent, analyses.len()),
                Outcome::Failed(error) => format!("{}: {error}", it.agent),
                Outcome::Skipped(why) => format!("{}: skipped, {why}", it.agent),
            })
            .collect();
        let mut report = report(json!({ "outcomes": told, "settings": cx.settings::<Json>()? }));
        report.push(finding("healthy_reasoner"), "Carry on.");
        Ok(report)
    }
}

deepfix_plugin::export_reasoner!(Guest);
