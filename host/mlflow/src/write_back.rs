//! A diagnosis, written to its run: a report among the run's files, and tags.

use serde::Serialize;

use crate::{MlflowError, client::Client, server};

/// Where the report is among the run's files.
const FOLDER: &str = "deepfix";
const FILE: &str = "report.html";
/// The longest value of a tag: MLflow itself allows 8,000 bytes.
const MAX_TAG: usize = 5_000;

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct WriteBack {
    /// The page.
    pub html: String,
    /// Tags, whose names begin with `deepfix.`.
    pub tags: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Batch<'a> {
    run_id: &'a str,
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

/// The report first: tags that speak of a report that is not there would be worse than none.
pub(crate) async fn write(client: &Client, run: &str, written: &WriteBack) -> Result<(), MlflowError> {
    let record = server::run(client, run).await?;
    server::upload(client, &record, FOLDER, FILE, written.html.clone()).await?;
    let batch = Batch {
        run_id: run,
        tags: written
            .tags
            .iter()
            .map(|(key, value)| Tag {
                key,
                value: shortened(value),
            })
            .collect(),
    };
    let doing = format!("writing tags to run `{run}`");
    client
        .post::<serde_json::Value>("/api/2.0/mlflow/runs/log-batch", &batch, &doing)
        .await
        .map(|_| ())
}

pub(crate) fn shortened(value: &str) -> &str {
    let mut end = value.len().min(MAX_TAG);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_tag_is_cut_between_characters() {
        let text = format!("x{}", "é".repeat(MAX_TAG));
        assert_eq!(shortened(&text).len(), MAX_TAG - 1 + MAX_TAG % 2);
        assert_eq!(shortened("short"), "short");
    }
}
