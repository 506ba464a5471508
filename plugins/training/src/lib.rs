//! The built-in training component.
use deepfix_plugin::{Analyzer, ArtifactKind, Capability, Context, Description, Error, Report};

/// Reads metrics over time and the training parameters.
pub struct TrainingArtifactsAnalyzer;

impl Analyzer for TrainingArtifactsAnalyzer {
    fn describe() -> Description {
        Description::new("TrainingArtifactsAnalyzer", env!("CARGO_PKG_VERSION"), "x").requires(ArtifactKind::Training).wants(Capability::Knowledge)
    }
    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let _ = cx.table(ArtifactKind::Training, "metrics")?;
        Ok(Report::new("nothing"))
    }
}

deepfix_plugin::export_analyzer!(TrainingArtifactsAnalyzer);
