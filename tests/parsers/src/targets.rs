//! The parsers.

use std::{fs, path::Path};

use deepfix_artifacts::{FileAccess, decode_request, metrics_from_csv, parse_lenient, parse_yaml, read_file};
use deepfix_checkpoint_plugin::ModelCheckpointArtifactsAnalyzer;
use deepfix_plugin::{ArtifactKind, testing::FakeHost};
use deepfix_tabular::{
    CheckOptions, Format, Limits, Options, Source, checks, scan,
    sizes::{of_footer, of_messages, of_pages},
    split_statistics,
};
use serde_json::json;

use crate::run_filter;

/// A parser by its name.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// All of them. `fuzz/fuzz_targets` has a file for each.
pub const TARGETS: [Target; 25] = [
    ("csv", table),
    ("page_header", page_header),
    ("parquet_footer", |bytes| of_footer(bytes, &Limits::default()).is_ok()),
    ("arrow_messages", arrow_messages),
    ("metrics", |bytes| metrics_from_csv(bytes).is_ok()),
    ("json", |bytes| parse_lenient(bytes).is_ok()),
    ("yaml", |bytes| parse_yaml(&String::from_utf8_lossy(bytes)).is_ok()),
    ("request", |bytes| decode_request(bytes, &FileAccess::default()).is_ok()),
    ("check_values", check_values),
    ("safetensors_header", |bytes| {
        deepfix_artifacts::safetensors_summary(bytes, bytes.len() as u64).is_ok()
    }),
    ("tensorboard", |bytes| {
        output("events.out.tfevents.1795727479.host", bytes)
    }),
    ("wandb", |bytes| output("run-1.wandb", bytes)),
    ("trainer_state", |bytes| output("trainer_state.json", bytes)),
    ("json_lines", |bytes| output("metrics.jsonl", bytes)),
    ("pickle", |bytes| model("m.pkl", bytes)),
    ("torch", |bytes| model("m.pt", bytes)),
    ("joblib", |bytes| model("m.joblib", bytes)),
    ("npy", |bytes| model("m.npy", bytes)),
    ("npz", |bytes| model("m.npz", bytes)),
    ("skops", |bytes| model("m.skops", bytes)),
    ("safetensors", |bytes| model("m.safetensors", bytes)),
    ("onnx", |bytes| model("m.onnx", bytes)),
    ("gguf", |bytes| model("m.gguf", bytes)),
    ("shard_index", shard_index),
    ("run_filter", |bytes| {
        run_filter::parse(&String::from_utf8_lossy(bytes)).is_ok()
    }),
];

/// Runs one by its name. Whether the bytes were understood; none where there is no such parser.
#[must_use]
pub fn run(name: &str, bytes: &[u8]) -> Option<bool> {
    let (_, target) = TARGETS.iter().find(|it| it.0 == name)?;
    Some(target(bytes))
}

/// So little that pages are inflated whatever they are stored in.
fn page_header(bytes: &[u8]) -> bool {
    let limits = Limits {
        part_bytes: 64 << 10,
        ..Limits::default()
    };
    of_pages(bytes, &limits).is_ok()
}

/// A file in a folder of its own.
fn with_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path) -> bool) -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let file = folder.path().join(name);
    fs::write(&file, bytes).is_ok() && read(&file)
}

fn table(bytes: &[u8]) -> bool {
    with_file("a.csv", bytes, |file| {
        let mut options = Options {
            threads: 1,
            ..Options::default()
        };
        options.limits.sample_rows = 50;
        options.limits.row_bytes = 64 << 10;
        let Ok(source) = Source::open(file, &options) else {
            return false;
        };
        options.label = source.names().last().cloned();
        let Ok(table) = scan(&source, &options) else {
            return false;
        };
        let more = CheckOptions {
            threads: 1,
            ..CheckOptions::default()
        };
        checks("x", &table, Some(&table), &more).is_object() && split_statistics(&table).is_object()
    })
}

/// Sizes within Arrow IPC, in both forms; what the decoder makes of the bytes is not ours.
fn arrow_messages(bytes: &[u8]) -> bool {
    let format = if bytes.starts_with(b"ARROW1") {
        Format::ArrowFile
    } else {
        Format::ArrowStream
    };
    let limits = Limits::default();
    with_file("a.arrow", bytes, |file| of_messages(file, format, &limits).is_ok())
}

fn output(name: &str, bytes: &[u8]) -> bool {
    with_file(name, bytes, |file| matches!(read_file(file), Ok(Some(_))))
}

/// The value of a check as the host decodes it: tables in texts, compressed arrays.
fn check_values(bytes: &[u8]) -> bool {
    let Ok(value) = parse_lenient(bytes) else { return false };
    !deepfix_views::checks::decode(value).is_null()
}

fn model(name: &str, bytes: &[u8]) -> bool {
    let findings = examined(name, bytes);
    findings.is_some_and(|it| !it.iter().any(|it| it.0 == "checkpoint.corrupted_file"))
}

/// An index alone: it is understood where the parts that it names are missed.
fn shard_index(bytes: &[u8]) -> bool {
    let findings = examined("m.safetensors.index.json", bytes).unwrap_or_default();
    findings.iter().any(|it| it.1.contains("-of-"))
}

/// Codes and descriptions; none where nothing can be said. Every fact must read the same again.
fn examined(name: &str, bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let host = FakeHost::new()
        .with_document(ArtifactKind::ModelCheckpoint, json!({ "path": name }))
        .with_blob(ArtifactKind::ModelCheckpoint, name, bytes.to_vec());
    let report = host.analyze::<ModelCheckpointArtifactsAnalyzer>().ok()?;
    for analysis in &report.analyses {
        let wrong = host.verify(analysis);
        assert!(wrong.is_empty(), "facts that read otherwise: {wrong:?}");
    }
    let found = report
        .analyses
        .into_iter()
        .map(|it| (it.finding.code, it.finding.description));
    Some(found.collect())
}
