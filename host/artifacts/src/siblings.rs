//! The files that belong to a model beside the one that is named: parts, their index, and the data
//! of an ONNX graph. They are told by their names alone; what the files say of each other is read in
//! the sandbox.

use std::path::{Path, PathBuf};

use crate::FileAccess;

/// Files of one model; the largest ones have some hundreds.
const MAX_FILES: usize = 2_000;
/// Entries of its folder that are looked at.
const MAX_ENTRIES: usize = 20_000;
/// Endings of an ONNX model's data under a name of its own.
const ONNX_DATA: [&str; 5] = [".data", "_data", ".bin", ".weight", ".weights"];

/// Whether a file belongs to the model `name`, both in the same folder.
#[must_use]
pub fn belongs_to(name: &str, other: &str) -> bool {
    if name == other {
        return false;
    }
    let (lower, other_lower) = (name.to_ascii_lowercase(), other.to_ascii_lowercase());
    if let Some(model) = lower.strip_suffix(".index.json") {
        // `model.safetensors` has `model-00001-of-00002.safetensors`.
        let (stem, ending) = model.rsplit_once('.').unwrap_or((model, ""));
        return numbered(&other_lower).is_some_and(|(other_stem, _, other_ending)| {
            other_stem.trim_end_matches('-') == stem && other_ending.trim_start_matches('.') == ending
        });
    }
    if let Some(it) = numbered(&lower) {
        return numbered(&other_lower) == Some(it);
    }
    if lower.ends_with(".onnx") {
        return other_lower.starts_with(&lower) || ONNX_DATA.iter().any(|it| other_lower.ends_with(it));
    }
    false
}

/// `model-`, the total and `.safetensors` of `model-00001-of-00003.safetensors`.
fn numbered(name: &str) -> Option<(&str, u64, &str)> {
    let (before, after) = name.split_once("-of-")?;
    let stem = before.trim_end_matches(|it: char| it.is_ascii_digit());
    let digits = after.find(|it: char| !it.is_ascii_digit()).unwrap_or(after.len());
    let (total, ending) = after.split_at_checked(digits)?;
    (stem.len() < before.len()).then_some((stem, total.parse().ok()?, ending))
}

/// The files that belong to a model, by name, each with the file that it leads to: a link counts where that
/// may be read.
pub(crate) fn of(file: &Path, access: &FileAccess) -> Vec<(String, PathBuf)> {
    named_after(file)
        .into_iter()
        .filter_map(|(name, path)| Some((name, access.file(&path)?)))
        .collect()
}

/// The files beside a model whose names say that they belong to it.
#[must_use]
pub fn files_of_model(file: &Path) -> Vec<PathBuf> {
    let files = named_after(file).into_iter().map(|(_, path)| path);
    files.filter(|it| it.is_file()).collect()
}

fn named_after(file: &Path) -> Vec<(String, PathBuf)> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|it| it.to_str())) else {
        return Vec::new();
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(String, PathBuf)> = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let other = entry.file_name().into_string().ok()?;
            belongs_to(name, &other).then(|| (other, entry.path()))
        })
        .collect();
    found.sort();
    found.truncate(MAX_FILES);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_belong_to_their_index_and_to_each_other() {
        for (name, other, belongs) in [
            ("model.safetensors.index.json", "model-00001-of-00002.safetensors", true),
            ("pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin", true),
            (
                "pytorch_model.bin.index.json",
                "model-00001-of-00002.safetensors",
                false,
            ),
            (
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                true,
            ),
            (
                "model-00001-of-00002.safetensors",
                "model-00002-of-00003.safetensors",
                false,
            ),
            (
                "model-00001-of-00002.safetensors",
                "model-00001-of-00002.safetensors",
                false,
            ),
            ("a.onnx", "a.onnx.data", true),
            ("a.onnx", "a.onnx_data", true),
            ("a.onnx", "secret.txt", false),
            ("model.safetensors", "other.safetensors", false),
        ] {
            assert_eq!(belongs_to(name, other), belongs, "{name} {other}");
        }
    }

    #[test]
    fn links_out_of_the_folder_are_no_parts() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("m-1-of-2.safetensors"), b"x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", at("m-2-of-2.safetensors")).unwrap();
        let access = FileAccess::below(&[folder.path().to_owned()]);
        assert!(of(&at("m-1-of-2.safetensors"), &access).is_empty());
    }
}
