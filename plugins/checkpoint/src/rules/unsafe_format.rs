//! A checkpoint whose usual loader runs code, and one that would run something that no model needs.
//!
//! Formula: the first bytes are those of a pickle, or of the ZIP archive that `torch.save` writes
//! around one. The pickle is read without being run, and every name that it would import is listed.
//! Source: <https://docs.python.org/3/library/pickle.html> (the warning at its top),
//! <https://docs.pytorch.org/docs/stable/notes/serialization.html>.
//! High only where it imports something that runs commands or code, or reaches files or the network
//! (`os.system`, `builtins.exec`, `pickle.loads`), which no framework writes into weights; medium where
//! a name in an archive, or a file that a model names, leads out of its folder, where it calls a function of
//! Python or of a framework that puts no object together, and where it could not be read to its end: what
//! it imports behind that is not known. Else low: a
//! file of one's own is harmless, and `weights_only=True` makes it safe. Not
//! flagged: classes of one's own, which are named and not blamed.

use deepfix_plugin::{ArtifactKind, Draft, Scalar, Severity, Source, join};
use deepfix_views::checkpoint::{FileState, Format, ImportKind, Pickled, is_strange_call, kind_of_import};

use super::convert::convert;
use crate::case::Case;

const CODE: &str = "checkpoint.unsafe_format";
/// Names that a text shows.
const SHOWN: usize = 6;
/// Names that the extras keep.
const KEPT: usize = 200;

/// What a schema of skops says of itself.
fn is_schema(global: &str) -> bool {
    global == "builtins.type"
}

/// Functions that it would call and that no model needs; none where there are none.
fn strange_calls(pickled: Option<&Pickled>) -> Option<Vec<String>> {
    let pickled = pickled.filter(|it| it.format != Format::Skops)?;
    let strange: Vec<String> = pickled
        .called
        .iter()
        .filter(|it| is_strange_call(it))
        .cloned()
        .collect();
    (!strange.is_empty()).then_some(strange)
}

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let file = case.view.file.as_ref()?;
    let pickled = file.pickled.as_ref();
    let globals = pickled.map(|it| it.globals.as_slice()).unwrap_or_default();
    let of = |kind: ImportKind| {
        globals
            .iter()
            .filter(move |it| kind_of_import(it) == kind && !is_schema(it))
    };
    let dangerous: Vec<&String> = of(ImportKind::Dangerous).collect();
    let hidden = pickled.map(|it| it.hidden.as_slice()).unwrap_or_default();
    let draft = if !dangerous.is_empty() {
        Draft::new(CODE, Severity::High, 0.95)
            .variant("imports")
            .arg("dangerous", join(dangerous, SHOWN))
    } else if !file.outside.is_empty() {
        Draft::new(CODE, Severity::Medium, 0.9)
            .variant("outside")
            .arg("paths", join(&file.outside, SHOWN))
            .extra("paths", file.outside.clone())
    } else if let Some(strange) = strange_calls(pickled) {
        Draft::new(CODE, Severity::Medium, 0.85)
            .variant("calls")
            .arg("calls", join(&strange, SHOWN))
            .extra("calls", strange)
    } else if let Some(why) = pickled
        .and_then(|it| it.incomplete.as_deref())
        // Of a damaged file the damage is the finding.
        .filter(|_| !matches!(file.state, FileState::Damaged(..)))
    {
        Draft::new(CODE, Severity::Medium, 0.9)
            .variant("incomplete")
            .arg("reason", why)
    } else {
        let pickled = pickled?;
        // The damage is what matters of a damaged file; its imports stand there.
        let is_safetensors = file.name.to_ascii_lowercase().ends_with(".safetensors");
        if is_safetensors || matches!(file.state, FileState::Damaged(..)) {
            return None;
        }
        let draft = Draft::new(CODE, Severity::Low, 0.9);
        if pickled.format == Format::Skops {
            // Its loader makes nothing that its caller does not trust by name.
            of(ImportKind::Other).next()?;
            draft.variant("types")
        } else if !hidden.is_empty() {
            draft
                .variant("hidden")
                .arg("hidden", join(hidden, SHOWN))
                .arg("pickles", hidden.len())
        } else {
            draft
        }
    };
    let draft = match pickled.and_then(|it| it.incomplete.as_deref()) {
        Some(why) => draft.extra("incomplete", why),
        None => draft,
    };
    let format = match (pickled, &file.state) {
        (Some(pickled), _) => pickled.format,
        (None, FileState::Other(format)) => *format,
        _ => Format::Zip,
    };
    let source = Source::scalar(ArtifactKind::ModelCheckpoint, &file.name, Scalar::U8, 0);
    let first = i64::from(file.first);
    let kept: Vec<String> = globals.iter().take(KEPT).cloned().collect();
    let others: Vec<String> = of(ImportKind::Other).take(KEPT).cloned().collect();
    let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
    let convert = convert(file, stem);
    // A module may be made of classes of frameworks alone.
    let classes = if others.is_empty() { &convert.refused } else { &others };
    let known = match (globals.is_empty(), others.is_empty()) {
        (true, _) => "nothing",
        (false, true) => "yes",
        (false, false) => "no",
    };
    let told = |is: bool| if is { "yes" } else { "no" };
    // On a line of its own, from where it can be copied.
    let command = Some(&convert.command).filter(|it| !it.is_empty());
    let command = command.map(|it| format!("\n{it}\n"));
    Some(
        draft
            .fact(case.text("fact-first-byte", &[]), first, source)
            .arg("file", file.name.as_str())
            .arg("format", format.name())
            .arg("imports", globals.len())
            .arg("others", others.len())
            .arg("names", join(others.iter(), SHOWN))
            .arg("stem", stem)
            .arg("known", known)
            .arg("read", told(matches!(file.state, FileState::Sound(..))))
            .arg("how", convert.how)
            .arg("command", command.as_deref().unwrap_or("none"))
            .arg("cloned", told(convert.command.contains("clone()")))
            .arg("refused", join(&convert.refused, SHOWN))
            .arg("classes", join(classes, SHOWN))
            .extra("conversion", convert.how)
            .extra("imports", kept)
            .extra("unknown_imports", others),
    )
}
