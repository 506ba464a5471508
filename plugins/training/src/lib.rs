//! The built-in training component: reads metrics over time and the training parameters, and
//! tells what went wrong while the model was trained.
//!
//! Rules stand in [`rules`], one file each; [`rules::diagnose`] decides which of them may speak
//! at the same time, so that one cause gives one finding.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod case;
mod extent;
mod place;
pub mod rules;
#[cfg(test)]
mod sample;

use deepfix_plugin::{
    Analyzer, Arg, ArtifactKind, Calibration, Capability, Catalogue, Context, Description, Error, Report, Reporter,
    ask::Question,
};
use deepfix_views::training::TrainingView;

use case::Case;

/// The texts of all findings.
pub const CATALOGUE: Catalogue = Catalogue {
    english: include_str!("../locales/en.ftl"),
    french: include_str!("../locales/fr.ftl"),
};

/// How often findings are right, by the strength of their evidence.
pub const CALIBRATION: Calibration = Calibration::of(include_str!("../calibration.txt"));

/// Fewer points show no course.
pub(crate) const FEWEST_POINTS: usize = 5;

/// What the language model is asked to look at.
const FOCUS: &str = "You read training and validation curves and the training parameters.";

/// Reads metrics over time and the training parameters.
pub struct TrainingArtifactsAnalyzer;

impl Analyzer for TrainingArtifactsAnalyzer {
    fn describe() -> Description {
        Description::new(
            "TrainingArtifactsAnalyzer",
            env!("CARGO_PKG_VERSION"),
            "Reads training and validation curves and the training parameters, and finds what went wrong during training.",
        )
        .requires(ArtifactKind::Training)
        .reads(ArtifactKind::ModelCheckpoint)
        .codes(rules::CODES)
        .wants(Capability::Knowledge)
        .wants(Capability::Llm)
    }

    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let mut reporter = Reporter::new(cx, &CATALOGUE).calibrated(&CALIBRATION);
        let Some(view) = TrainingView::read(cx)? else {
            let summary = reporter.text("summary-nothing", &[]);
            return Ok(reporter.finish(summary));
        };
        let case = Case::new(&view, cx.language());
        for draft in rules::diagnose(&case) {
            reporter.add(draft);
        }
        extent::describe(&case, &mut reporter);
        let summary = summary(&case, &reporter);
        let report = reporter.finish(summary);
        Ok(Question::of(Self::describe(), FOCUS)
            .table(cx, ArtifactKind::Training, "metrics", 4)
            .document(cx, ArtifactKind::Training, "/params", 12)
            .ask(cx, report))
    }
}

/// One paragraph: what was looked at, and how it looks.
fn summary(case: &Case<'_>, reporter: &Reporter<'_>) -> String {
    let view = case.view;
    let findings = reporter.drafts().len();
    let found = ("findings", findings.into());
    if view.is_final() && !view.is_paired() && findings == 0 {
        return case.text("summary-alone", &[]);
    }
    if view.is_final() {
        let judged = rules::judged_finals(case);
        let id = match findings {
            0 if judged.is_empty() => "summary-final-open",
            0 => "summary-final",
            _ => "summary-final-findings",
        };
        return case.text(id, &[found, ("columns", judged.join(", ").into())]);
    }
    if view.points() == 0 {
        return case.text("summary-no-curves", &[found]);
    }
    let points = case.points_logged();
    let args: [(&str, Arg); 3] = [("points", points.into()), ("unit", case.unit(points).into()), found];
    let no_loss = extent::is_absent(&view.train_loss) && extent::is_absent(&view.validation_loss);
    let mut text = case.text(
        match findings {
            0 if no_loss && rules::judged_finals(case).is_empty() => "summary-metrics-open",
            _ if no_loss => "summary-metrics",
            0 if view.points() < FEWEST_POINTS => "summary-short",
            0 => "summary-healthy",
            _ => "summary-findings",
        },
        &args,
    );
    for (series, curve) in [
        (&view.train_loss, &view.train),
        (&view.validation_loss, &view.validation),
    ] {
        let (Some(series), Some(point), Some(end)) = (series, curve.points.first(), curve.end()) else {
            continue;
        };
        // As logged: a point may average many rows.
        let first = case.beginning(series, point).map_or(point.value, |it| it.value);
        text.push(' ');
        let args = [
            ("column", series.column.as_str().into()),
            ("from", first.into()),
            ("to", end.into()),
        ];
        text.push_str(&case.text("summary-curve", &args));
    }
    let unseen = extent::blind_spots(case);
    if !unseen.is_empty() {
        text.push_str(&case.sentence("summary-unseen", &[("what", case.clauses(&unseen).into())]));
    }
    text
}

deepfix_plugin::export_analyzer!(TrainingArtifactsAnalyzer);

#[cfg(test)]
mod tests {
    use deepfix_plugin::testing::assert_catalogue_is_complete;

    use super::*;

    #[test]
    fn every_finding_has_its_texts_in_both_languages() {
        assert_catalogue_is_complete(&CATALOGUE, rules::MESSAGES);
    }

    #[test]
    fn the_description_lists_every_code_once() {
        let description = TrainingArtifactsAnalyzer::describe();
        let mut codes = description.codes.clone();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), description.codes.len());
        assert_eq!(codes.len(), 12);
    }

    #[test]
    fn the_calibration_is_a_table_of_its_codes() {
        assert_eq!(CALIBRATION.problems(&rules::CODES), Vec::<String>::new());
    }
}
