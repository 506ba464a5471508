//! The files of an upload, on their way to a temporary folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{FromRequest as _, Multipart, Request},
};
use deepfix_core::{Problem, ProblemCode};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use super::pace::{Arrived, Pace, Unhurried};
use crate::{app::App, problem::Refusal};

/// A text field: a name, a column, a language.
pub(super) const MAX_FIELD: usize = 1_000;
/// Names of folders above a file. Trainings nest less.
const MAX_DEPTH: usize = 16;
/// Bytes of one name, as file systems have it.
const MAX_NAME: usize = 255;
/// What boundaries and headers of one part may add to its file.
const PART_OVERHEAD: u64 = 2 << 10;

/// What was uploaded. The files are gone when this is.
pub(super) struct Received {
    folder: TempDir,
    /// The file or the folder that was handed over.
    pub(super) path: PathBuf,
    pub(super) name: Option<String>,
    pub(super) label: Option<String>,
    pub(super) language: Option<String>,
}

impl Received {
    /// A message without the place of the temporary folder, which is nobody's business.
    pub(super) fn without_place(&self, message: &str) -> String {
        let top = self.folder.path().display().to_string();
        let below = self.folder.path().join(FILES).display().to_string();
        message
            .replace(&format!("{below}/"), "")
            .replace(&below, "the upload")
            .replace(&top, "")
    }
}

/// The folder of loose files, below the temporary one: two folders down, since what is taken for a run of
/// MLflow is read from the store two folders above, which must be this upload's own.
const FILES: &str = "0/upload";

pub(super) fn wrong(detail: impl Into<String>) -> Refusal {
    Problem::new(ProblemCode::InvalidField, detail.into()).into()
}

/// Takes in a form of files.
///
/// # Errors
/// It is no such form, too large, too slow, or names files in a way that leads elsewhere.
pub(super) async fn receive(app: &App, max_size: u64, max_files: usize, request: Request) -> Result<Received, Refusal> {
    let too_large = |found: String| {
        let expected = format!("at most {max_size} bytes in {max_files} files (`[uploads]`)");
        Refusal::new(Problem::new(
            ProblemCode::PayloadTooLarge,
            format!("the upload is too large: found {found}, expected {expected}"),
        ))
        .because(found, expected)
    };
    let most = max_size.saturating_add(PART_OVERHEAD.saturating_mul(max_files as u64 + 8));
    if let Some(length) = crate::body::length(request.headers()).filter(|it| *it > most) {
        return Err(too_large(format!("{length} bytes")));
    }
    let (parts, body) = request.into_parts();
    let bound = usize::try_from(most).unwrap_or(usize::MAX);
    let arrived = Arc::new(Arrived::default());
    let body = Body::from_stream(Unhurried::new(
        Body::new(http_body_util::Limited::new(body, bound)).into_data_stream(),
        Arc::clone(&arrived),
    ));
    let mut form = Multipart::from_request(Request::from_parts(parts, body), &())
        .await
        .map_err(|error| {
            Refusal::new(Problem::new(
                ProblemCode::UnsupportedMediaType,
                format!(
                    "{}; expected `multipart/form-data` with files in `file`",
                    error.body_text()
                ),
            ))
        })?;
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an upload cannot be written");
        Refusal::from(Problem::new(
            ProblemCode::Internal,
            "the upload cannot be written; the server's log says why",
        ))
    };
    let folder = tempfile::Builder::new().prefix("deepfix-").tempdir().map_err(failed)?;
    let top = folder.path().join(FILES);
    tokio::fs::create_dir_all(&top).await.map_err(failed)?;
    let pace = Pace::of(app, arrived);
    let (mut bytes, mut files, mut paths) = (0_u64, 0_usize, Vec::new());
    let (mut name, mut label, mut language) = (None, None, None);
    while let Some(mut field) = pace.next(&mut form).await? {
        let Some(file_name) = field.file_name().map(str::to_owned) else {
            let which = field.name().unwrap_or_default().to_owned();
            let text = pace.text(&mut field).await?;
            match which.as_str() {
                "name" => name = text,
                "label" => label = text,
                "language" => language = text,
                other => {
                    return Err(wrong(format!(
                        "no field `{other}`; there are file, name, label and language"
                    )));
                }
            }
            continue;
        };
        // What browsers send for a choice of files that was left empty.
        if file_name.is_empty() {
            continue;
        }
        files += 1;
        if files > max_files {
            return Err(too_large(format!("more than {max_files} files")));
        }
        let path = safe(&file_name)?;
        let target = top.join(&path);
        if let Some(parent) = target.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(failed)?;
        }
        // A name twice, or a folder where a file is.
        let mut file = tokio::fs::File::create_new(&target)
            .await
            .map_err(|error| wrong(format!("the file `{file_name}` cannot be taken: {}", error.kind())))?;
        while let Some(chunk) = pace.chunk(&mut field).await? {
            bytes += chunk.len() as u64;
            if bytes > max_size {
                return Err(too_large(format!("more than {max_size} bytes")));
            }
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        paths.push(path);
    }
    if paths.is_empty() {
        return Err(Problem::new(
            ProblemCode::NothingToAnalyse,
            "the upload holds no file; expected at least one in the field `file`",
        )
        .into());
    }
    Ok(Received {
        path: top.join(handed_over(&paths)),
        folder,
        name,
        label,
        language,
    })
}

/// A relative path that stays below where it is put.
fn safe(name: &str) -> Result<PathBuf, Refusal> {
    let parts: Vec<&str> = name.split(['/', '\\']).collect();
    let plain = |it: &&str| {
        !it.is_empty() && *it != "." && *it != ".." && it.len() <= MAX_NAME && !it.chars().any(char::is_control)
    };
    if parts.len() > MAX_DEPTH || !parts.iter().all(plain) {
        let shown: String = name.chars().take(80).collect();
        return Err(wrong(format!(
            "the file name `{}` cannot be taken: expected a relative path of at most {MAX_DEPTH} plain names",
            shown.escape_debug()
        )));
    }
    Ok(parts.iter().collect())
}

/// What was handed over: one file, one folder, or several things, which make a folder together.
fn handed_over(paths: &[PathBuf]) -> PathBuf {
    if let [one] = paths {
        return one.clone();
    }
    let first = |it: &Path| -> Option<PathBuf> {
        let mut parts = it.components();
        let first = parts.next()?;
        parts.next().map(|_| PathBuf::from(first.as_os_str()))
    };
    let folder = paths.first().and_then(|it| first(it));
    folder
        .filter(|folder| paths.iter().all(|it| first(it).as_ref() == Some(folder)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["a.csv", "run/metrics.csv", "run\\x\\y.json", "é/ü.pt", "..a/b..", "..."] {
            assert!(safe(name).is_ok(), "{name}");
        }
        let deep = "a/".repeat(20) + "b";
        let long = "x".repeat(300);
        for name in [
            "..",
            "../a",
            "/etc/passwd",
            "a//b",
            "a/../../b",
            "a/./b",
            "\\\\h\\s",
            "a\0b",
            "a\nb",
            "",
            &deep,
            &long,
        ] {
            assert!(safe(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_folder_a_file_and_several_things_are_told_apart() {
        let of = |names: &[&str]| {
            let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            handed_over(&paths).display().to_string()
        };
        assert_eq!(of(&["metrics.csv"]), "metrics.csv");
        assert_eq!(of(&["run/metrics.csv", "run/a/b.json"]), "run");
        assert_eq!(of(&["run/metrics.csv", "params.yaml"]), "");
        assert_eq!(of(&["a.csv", "b.csv"]), "");
    }
}
