//! A checkpoint file that no loader can read.
//!
//! Formula: the safetensors format as its reference implementation checks it. The first eight
//! bytes are the length of a JSON header (at most 100 MB, within the file); each entry's range
//! equals the product of its shape times the size of its type; the ranges follow one another
//! without gap or overlap; the last one ends where the file ends.
//! Source: <https://huggingface.co/docs/safetensors/index>.
//! Not flagged: spaces that pad the header, tensors without elements, types that a later
//! version of the format may add, parts of a sharded model (each is a whole file), files of an ONNX
//! model under names that no exporter gives (they may lie in a folder that was not looked into).
//! Of other formats: what keeps their own loaders from reading them, and archives in which readers
//! would find different things.

use deepfix_plugin::{Arg, ArtifactKind, Draft, Scalar, Severity, Source, join};
use deepfix_views::checkpoint::{Damage, File, FileState, Format, Header, LENGTH_FIELD, LayoutProblem};

use crate::case::Case;

const CODE: &str = "checkpoint.corrupted_file";
/// Imports that the extras keep.
const MOST_IMPORTS: usize = 200;

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let file = case.view.file.as_ref()?;
    let draft = match &file.state {
        FileState::Damaged(damage, header) => damaged(case, file, damage, header.as_ref()),
        FileState::Other(format) => foreign(file, *format)?,
        FileState::Sound(..) | FileState::Unreadable(_) => return None,
    };
    // What loading the rest of it would import does not depend on the damage.
    let imports = file.pickled.as_ref().map(|it| it.globals.iter().take(MOST_IMPORTS));
    let draft = match imports {
        Some(imports) => draft.extra("imports", imports.cloned().collect::<Vec<_>>()),
        None => draft,
    };
    Some(draft.arg("file", file.name.as_str()).arg("size", file.size).fact(
        case.text("fact-file-size", &[]),
        file.size,
        file.size_source(),
    ))
}

/// A file that is no safetensors file although its name says so, or no model at all.
fn foreign(file: &File, format: Format) -> Option<Draft> {
    let variant = match format {
        Format::Html => "html",
        Format::LfsPointer => "lfs",
        Format::Unknown | Format::Safetensors => return None,
        _ if file.name.to_ascii_lowercase().ends_with(".safetensors") => "foreign",
        _ => return None,
    };
    Some(
        Draft::new(CODE, Severity::High, 0.97)
            .variant(variant)
            .arg("format", format.name()),
    )
}

fn damaged(case: &Case, file: &File, damage: &Damage, header: Option<&Header>) -> Draft {
    let draft = Draft::new(CODE, Severity::High, 0.99);
    let stated_fact = |draft: Draft, stated: u64| {
        let source = Source::scalar(ArtifactKind::ModelCheckpoint, &file.name, Scalar::U64, 0);
        draft.fact(case.text("fact-header-length", &[]), stated, source)
    };
    let draft = match header {
        // Other formats have no such field.
        Some(header) if header.length > 0 => stated_fact(draft, header.length),
        _ => draft,
    };
    match damage {
        Damage::Empty => draft.variant("empty"),
        Damage::Short => draft.variant("short"),
        Damage::NoTensors => draft.variant("no-tensors"),
        Damage::HeaderLength { stated, repaired } => {
            let draft = stated_fact(draft, *stated)
                .arg("stated", Arg::Text(stated.to_string()))
                .arg("available", file.size.saturating_sub(LENGTH_FIELD));
            repairable(draft, "length", *repaired)
        }
        Damage::HeaderJson {
            stated,
            at,
            reason,
            repaired,
        } => {
            let draft = stated_fact(draft, *stated)
                .arg("stated", *stated)
                .arg("at", *at)
                .arg("reason", reason.as_str())
                .extra("parser", reason.as_str());
            repairable(draft, "header", *repaired)
        }
        Damage::Layout { problems, total } => {
            let texts: Vec<String> = problems.iter().take(3).map(|it| problem_text(case, it)).collect();
            draft
                .variant("layout")
                .arg("total", *total)
                .arg("problems", texts.join("; "))
                .extra(
                    "problems",
                    problems.iter().map(|it| problem_text(case, it)).collect::<Vec<_>>(),
                )
        }
        Damage::Truncated { missing, lost } => draft
            .variant("truncated")
            .computed(case.text("fact-missing-bytes", &[]), *missing)
            .arg("missing", *missing)
            .arg("needed", file.size.saturating_add(*missing))
            .arg("count", lost.len())
            .arg("total", header.map_or(0, |it| it.tensors.len()))
            .arg("lost", join(lost, 4))
            .extra("lost", lost.iter().take(256).cloned().collect::<Vec<_>>()),
        Damage::Content { format, reason } => draft
            .variant("content")
            .arg("format", format.name())
            .arg("reason", reason.as_str()),
        Damage::MissingParts { missing, total } => draft
            .variant("parts")
            .computed(case.text("fact-missing-parts", &[]), missing.len())
            .arg("count", missing.len())
            .arg("total", *total)
            .arg("missing", join(missing, 4))
            .extra("missing", missing.iter().take(256).cloned().collect::<Vec<_>>()),
        Damage::Index { tensors } => draft
            .variant("index")
            .arg("count", tensors.len())
            .arg("names", join(tensors, 4))
            .extra("tensors", tensors.clone()),
        Damage::Trailing { extra } => draft
            .variant("trailing")
            .computed(case.text("fact-extra-bytes", &[]), *extra)
            .arg("extra", *extra)
            .arg("end", file.size.saturating_sub(*extra)),
    }
}

/// Chooses between the texts for a file that one changed number would make whole, and others.
fn repairable(draft: Draft, variant: &str, repaired: Option<u64>) -> Draft {
    match repaired {
        Some(length) => draft
            .variant(variant)
            .variant("repairable")
            .arg("repaired", length)
            .extra("repaired", length),
        None => draft.variant(variant),
    }
}

fn problem_text(case: &Case, problem: &LayoutProblem) -> String {
    match problem {
        LayoutProblem::Malformed { tensor } => case.text("layout-malformed", &[("tensor", tensor.as_str().into())]),
        LayoutProblem::Duplicate { tensor } => case.text("layout-duplicate", &[("tensor", tensor.as_str().into())]),
        LayoutProblem::Reversed { tensor, begin, end } => case.text(
            "layout-reversed",
            &[
                ("tensor", tensor.as_str().into()),
                ("begin", number(*begin)),
                ("end", number(*end)),
            ],
        ),
        LayoutProblem::Size {
            tensor,
            shape,
            dtype,
            expected,
            found,
        } => case.text(
            "layout-size",
            &[
                ("tensor", tensor.as_str().into()),
                ("shape", shape.as_str().into()),
                ("dtype", dtype.as_str().into()),
                ("expected", number(*expected)),
                ("found", number(*found)),
            ],
        ),
        LayoutProblem::Overlap { first, second, bytes } => case.text(
            "layout-overlap",
            &[
                ("first", first.as_str().into()),
                ("second", second.as_str().into()),
                ("bytes", number(*bytes)),
            ],
        ),
        LayoutProblem::Gap { tensor, at, bytes } => case.text(
            "layout-gap",
            &[
                ("tensor", tensor.as_str().into()),
                ("at", number(*at)),
                ("bytes", number(*bytes)),
            ],
        ),
    }
}

/// Byte numbers of a damaged header can be anything: they are shown as they are.
fn number(value: u64) -> Arg {
    Arg::Text(if value == u64::MAX {
        "> 2^64".to_owned()
    } else {
        value.to_string()
    })
}
