//! What the author of a DeepFix plugin depends on.
//!
//! An analyzer is a type that implements [`Analyzer`]; [`export_analyzer!`] turns the crate
//! into a component. It sees the experiment through a [`Context`] and answers with a
//! [`Report`], most easily through a [`Reporter`], which takes the texts from a
//! [`Catalogue`] in the language of the request and cites the knowledge base.
//!
//! ```
//! use deepfix_plugin::{Analyzer, ArtifactKind, Context, Description, Error, Finding, Report, Severity};
//!
//! struct ManyEpochs;
//!
//! impl Analyzer for ManyEpochs {
//!     fn describe() -> Description {
//!         Description::new("acme-epochs", "0.1.0", "Says how many rows the metrics have.")
//!             .requires(ArtifactKind::Training)
//!             .codes(["acme_epochs.many_epochs"])
//!     }
//!
//!     fn analyze(cx: &Context) -> Result<Report, Error> {
//!         let metrics = cx.table(ArtifactKind::Training, "metrics")?;
//!         let mut report = Report::new("Looked at the length of the training.");
//!         if metrics.row_count() > 1000 {
//!             let evidence = format!("{} rows of metrics", metrics.row_count());
//!             report.push(
//!                 Finding::new("acme_epochs.many_epochs", Severity::Low, 0.9, evidence)
//!                     .description("The training is very long.")
//!                     .fact("rows", metrics.row_count(), metrics.rows_source()),
//!                 "Check whether the last half still pays.",
//!             );
//!         }
//!         Ok(report)
//!     }
//! }
//!
//! # #[cfg(feature = "testing")] {
//! use deepfix_plugin::testing::FakeHost;
//! let host = FakeHost::from_request(serde_json::json!({
//!     "training_artifacts": {"metrics_values": {"train_loss": [1.0, 0.5]}}
//! }));
//! assert!(host.analyze::<ManyEpochs>().unwrap().analyses.is_empty());
//! # }
//! # deepfix_plugin::export_analyzer!(ManyEpochs);
//! ```
//!
//! Nothing here depends on the host: the WIT files are all that both share.

pub mod ask;
mod calibration;
mod catalogue;
mod context;
mod draft;
mod error;
mod format;
mod host;
mod labels;
mod model;
mod report;
mod rows;
mod source;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod wasm;

pub use calibration::Calibration;
pub use catalogue::{Catalogue, Texts};
pub use context::{Context, MetricTable, NamedBlob};
pub use draft::{Arg, Draft, Reporter};
pub use error::Error;
pub use format::{Language, join};
pub use host::{
    Blob, Column, ColumnSummary, ColumnType, Completion, CompletionRequest, Host, Level, Message, Node, NodeKind,
    Passage, Query, Role, Table, Usage,
};
pub use model::{
    AgentOutcome, Analyzer, ArtifactKind, Capability, Description, JudgedAnalysis, Outcome, Reasoner, Request,
    Severity, Value,
};
pub use report::{Analysis, Fact, Finding, Recommendation, Report};
pub use rows::Rows;
pub use source::{Scalar, Source, Statistic};

/// Exports a type that implements [`Analyzer`] as a component of the world `analyzer`.
///
/// On other targets than WebAssembly it expands to nothing, so that the same crate can be
/// tested natively.
#[macro_export]
macro_rules! export_analyzer {
    ($analyzer:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Exported = $crate::wasm::AnalyzerComponent<$analyzer>;
    $crate::wasm::analyzer::export!(Exported with_types_in $crate::wasm::analyzer);
        };
    };
}

/// Exports a type that implements [`Reasoner`] as a component of the world `reasoner`.
#[macro_export]
macro_rules! export_reasoner {
    ($reasoner:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Exported = $crate::wasm::ReasonerComponent<$reasoner>;
    $crate::wasm::reasoner::export!(Exported with_types_in $crate::wasm::reasoner);
        };
    };
}
