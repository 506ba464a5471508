//! A checkpoint whose usual loader runs code.
//!
//! Formula: the first bytes are those of a pickle, or of the ZIP archive that `torch.save`
//! writes around one. Nothing in it is executed here, so nothing in it is checked either.
//! Source: <https://docs.python.org/3/library/pickle.html> (the warning at its top),
//! <https://docs.pytorch.org/docs/stable/notes/serialization.html>.
//! Always low: a file of one's own is harmless, and `weights_only=True` makes it safe.

use deepfix_plugin::{ArtifactKind, Draft, Scalar, Severity, Source};
use deepfix_views::checkpoint::{FileState, Format};

use crate::case::Case;

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let file = case.view.file.as_ref()?;
    let FileState::Other(format) = file.state else {
        return None;
    };
    if !format.runs_code() || file.name.to_ascii_lowercase().ends_with(".safetensors") {
        return None;
    }
    // 0x80 opens a pickle, 'P' a ZIP archive.
    let first = if format == Format::TorchZip { 0x50_i64 } else { 0x80 };
    let source = Source::scalar(ArtifactKind::ModelCheckpoint, &file.name, Scalar::U8, 0);
    Some(
        Draft::new("checkpoint.unsafe_format", Severity::Low, 0.9)
            .fact(case.text("fact-first-byte", &[]), first, source)
            .arg("file", file.name.as_str())
            .arg("format", format.name())
            .arg(
                "stem",
                file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem),
            ),
    )
}
