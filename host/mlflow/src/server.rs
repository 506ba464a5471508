//! What a tracking server gives of one run.

use std::path::Path;

use reqwest::Method;

use crate::{
    MlflowError, RunRecord,
    client::Client,
    store::{Listed, Place},
    wire::{FilesAnswer, HistoryAnswer, RunAnswer},
};

/// Points of one answer: about 650 kB, a tenth of a second of the server's time.
const PAGE: &str = "5000";
/// Pages of one folder's listing: a folder of more than 100,000 files is no run's.
const MAX_PAGES: usize = 100;

pub(crate) async fn run(client: &Client, id: &str) -> Result<RunRecord, MlflowError> {
    let doing = format!("getting run `{id}`");
    let answer: RunAnswer = client
        .get("/api/2.0/mlflow/runs/get", &[("run_id", id)], &doing)
        .await?;
    answer.run.map(Into::into).ok_or_else(|| MlflowError::NotFound {
        uri: client.uri().to_owned(),
        what: format!("run `{id}`"),
    })
}

/// All pages; never the endpoint that samples: it can hide a spike or a NaN.
pub(crate) async fn history(
    client: &Client,
    run: &str,
    metric: &str,
    most: usize,
) -> Result<Option<Vec<(i64, f64)>>, MlflowError> {
    let doing = format!("getting the history of `{metric}` of run `{run}`");
    let mut points = Vec::new();
    let mut token = String::new();
    loop {
        let mut query = vec![("run_id", run), ("metric_key", metric), ("max_results", PAGE)];
        if !token.is_empty() {
            query.push(("page_token", &token));
        }
        let answer: HistoryAnswer = client
            .get("/api/2.0/mlflow/metrics/get-history", &query, &doing)
            .await?;
        let empty = answer.metrics.is_empty();
        points.extend(answer.metrics.into_iter().map(|it| (it.step, it.value)));
        if points.len() > most {
            return Ok(None);
        }
        match answer.next_page_token {
            // A page without points or the same token again would never end.
            Some(next) if !next.is_empty() && !empty && next != token => token = next,
            _ => return Ok(Some(points)),
        }
    }
}

pub(crate) async fn list(client: &Client, place: &Place, folder: &str) -> Result<Vec<Listed>, MlflowError> {
    let doing = format!("listing the files of {}", shown(place));
    let mut files = Vec::new();
    let mut token = String::new();
    for _ in 0..MAX_PAGES {
        let mut query = Vec::new();
        let path = match place {
            Place::Run { id, .. } => {
                query.push(("run_id", id.as_str()));
                if !folder.is_empty() {
                    query.push(("path", folder));
                }
                "/api/2.0/mlflow/artifacts/list".to_owned()
            }
            Place::Model { id, .. } => {
                if !folder.is_empty() {
                    query.push(("artifact_directory_path", folder));
                }
                format!("/api/2.0/mlflow/logged-models/{}/artifacts/directories", encoded(id))
            }
        };
        if !token.is_empty() {
            query.push(("page_token", token.as_str()));
        }
        let answer: FilesAnswer = client.get(&path, &query, &doing).await?;
        files.extend(
            answer
                .files
                .into_iter()
                .filter(|it| is_plain(&it.path))
                .map(|it| Listed {
                    path: it.path,
                    is_folder: it.is_dir,
                    size: u64::try_from(it.file_size).unwrap_or(0),
                }),
        );
        match answer.next_page_token {
            Some(next) if !next.is_empty() && next != token => token = next,
            _ => break,
        }
    }
    Ok(files)
}

pub(crate) async fn start_of(client: &Client, place: &Place, path: &str, length: u64) -> Result<Vec<u8>, MlflowError> {
    let (url, query) = address(place, path);
    let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.start_of(&url, &query, length, &reading(place, path)).await
}

pub(crate) async fn download(
    client: &Client,
    place: &Place,
    path: &str,
    to: &Path,
    limit: u64,
) -> Result<u64, MlflowError> {
    let (url, query) = address(place, path);
    let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.download(&url, &query, to, limit, &reading(place, path)).await
}

/// Puts a text among the files of a run.
pub(crate) async fn upload(
    client: &Client,
    run: &RunRecord,
    folder: &str,
    name: &str,
    text: String,
) -> Result<(), MlflowError> {
    let (place, path) = (Place::of(run), format!("{folder}/{name}"));
    let doing = format!("writing `{path}` to {}", shown(&place));
    let (url, query) = address(&place, &path);
    if query.is_empty() {
        return client.send_file(Method::PUT, &url, &[], text, &doing).await;
    }
    // Where the server itself can write, but not for everyone.
    let query = [("run_uuid", run.id.as_str()), ("path", path.as_str())];
    client
        .send_file(
            Method::POST,
            "/ajax-api/2.0/mlflow/upload-artifact",
            &query,
            text,
            &doing,
        )
        .await
}

fn reading(place: &Place, path: &str) -> String {
    format!("reading `{path}` of {}", shown(place))
}

fn shown(place: &Place) -> String {
    match place {
        Place::Run { id, .. } => format!("run `{id}`"),
        Place::Model { id, .. } => format!("model `{id}`"),
    }
}

/// Files that the server itself keeps are read where ranges work; others through the endpoint of
/// its user interface, which gets them from wherever they are.
fn address(place: &Place, path: &str) -> (String, Vec<(&'static str, String)>) {
    if let Some(rest) = place.uri().strip_prefix("mlflow-artifacts:") {
        // With `//host:port` the URI names the very server that gave it.
        let root = match rest.strip_prefix("//") {
            Some(rest) => rest.split_once('/').map_or("", |(_, root)| root),
            None => rest,
        };
        let segments = root.split('/').chain(path.split('/')).filter(|it| !it.is_empty());
        // A URL with such steps would be another endpoint of the server: it is asked by the run's id.
        if segments.clone().all(|it| it != "." && it != "..") {
            let path: Vec<String> = segments.map(encoded).collect();
            return (
                format!("/api/2.0/mlflow-artifacts/artifacts/{}", path.join("/")),
                Vec::new(),
            );
        }
    }
    match place {
        Place::Run { id, .. } => (
            "/get-artifact".to_owned(),
            vec![("run_uuid", id.clone()), ("path", path.to_owned())],
        ),
        Place::Model { id, .. } => (
            format!("/ajax-api/2.0/mlflow/logged-models/{}/artifacts/files", encoded(id)),
            vec![("artifact_file_path", path.to_owned())],
        ),
    }
}

/// The address to which a file of a run can be written, where the server itself keeps files.
pub(crate) fn writable(place: &Place, path: &str) -> Option<String> {
    let (url, query) = address(place, path);
    query.is_empty().then_some(url)
}

/// A path without steps out of its folder: the server may have been filled by anyone.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && path
            .split('/')
            .all(|it| !it.is_empty() && it != "." && it != ".." && !it.contains('\\') && !it.contains('\0'))
}

/// A segment of a path as a URL has it.
pub(crate) fn encoded(segment: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_server_are_read_where_ranges_work() {
        let place = |uri: &str| Place::Run {
            id: "r".into(),
            uri: uri.into(),
        };
        let (url, query) = address(&place("mlflow-artifacts:/2/r/artifacts"), "a b/c?.bin");
        assert_eq!(url, "/api/2.0/mlflow-artifacts/artifacts/2/r/artifacts/a%20b/c%3F.bin");
        assert!(query.is_empty());
        let (url, _) = address(&place("mlflow-artifacts://evil.example:80/2/r/artifacts"), "x");
        assert_eq!(url, "/api/2.0/mlflow-artifacts/artifacts/2/r/artifacts/x");
        for root in ["mlflow-artifacts:/../../2.0/mlflow/users", "mlflow-artifacts:/2/./r"] {
            assert_eq!(address(&place(root), "x").0, "/get-artifact", "{root}");
            assert_eq!(writable(&place(root), "x"), None, "{root}");
        }
        let (url, query) = address(&place("s3://bucket/x"), "m/x");
        assert_eq!((url.as_str(), query.len()), ("/get-artifact", 2));
    }

    #[test]
    fn a_listing_cannot_lead_out_of_its_folder() {
        for path in ["", "..", "a/../b", "/a", "a//b", "a\\b"] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(is_plain("a/b.c"));
    }
}
