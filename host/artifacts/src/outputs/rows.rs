//! Rows of metrics in JSON and JSON lines: Hugging Face's state, Keras' history, loggers of one's own.

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value as Json};

use crate::parse_lenient;

/// A line of one row of metrics.
const MAX_LINE: u64 = 1 << 20;
/// Rows of one file.
const MAX_ROWS: usize = 2_000_000;

/// What stands in a `trainer_state.json`.
#[derive(Debug)]
pub(crate) struct TrainerState {
    /// The rows of its log.
    pub rows: Json,
    /// What it says of the training.
    pub params: Map<String, Json>,
}

/// Members of the state that are parameters of the training.
const PARAMS: [&str; 5] = [
    "train_batch_size",
    "num_train_epochs",
    "max_steps",
    "logging_steps",
    "eval_steps",
];

/// Reads the state of Hugging Face's trainer; none where it is something else.
pub(crate) fn trainer_state(state: &mut Json) -> Option<TrainerState> {
    let Json::Array(log) = state.get_mut("log_history")?.take() else {
        return None;
    };
    // The last row sums the whole training up: its `train_loss` is a mean, no point of a curve.
    let rows = log.into_iter().filter(|row| row.get("train_runtime").is_none());
    let mut params = Map::new();
    for name in PARAMS {
        if let Some(value) = state.get(name).filter(|it| it.as_f64().is_some_and(|it| it > 0.0)) {
            params.insert(name.to_owned(), value.clone());
        }
    }
    Some(TrainerState {
        rows: Json::Array(rows.collect()),
        params,
    })
}

/// Whether a document is metrics: columns of numbers, or rows.
pub(crate) fn is_metrics(document: &Json) -> bool {
    match document {
        Json::Object(columns) => {
            let is_column = |it: &Json| {
                it.as_array()
                    .is_some_and(|it| !it.iter().any(|it| it.is_array() || it.is_object()))
            };
            !columns.is_empty() && columns.values().all(is_column)
        }
        Json::Array(rows) => !rows.is_empty() && rows.iter().all(Json::is_object),
        _ => false,
    }
}

/// Reads a file with one JSON object a line. A last line that is cut off is left out.
///
/// # Errors
/// A line before the last is no object, or too long.
pub(crate) fn json_lines(mut file: impl BufRead) -> Result<Json, String> {
    let mut rows = Vec::new();
    let mut line = Vec::new();
    let mut broken: Option<String> = None;
    for number in 1_usize.. {
        line.clear();
        let got = (&mut file)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| error.to_string())?;
        if got == 0 {
            break;
        }
        if let Some(broken) = broken {
            return Err(broken);
        }
        if got as u64 == MAX_LINE {
            return Err(format!("line {number} has more than {MAX_LINE} bytes"));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match parse_lenient(&line) {
            Ok(row @ Json::Object(_)) => rows.push(row),
            Ok(_) => return Err(format!("line {number}: expected an object {{metric: value}}")),
            Err(error) => broken = Some(format!("line {number}: {error}")),
        }
        if rows.len() > MAX_ROWS {
            return Err(format!("more than {MAX_ROWS} rows"));
        }
    }
    match (rows.is_empty(), broken) {
        (true, Some(broken)) => Err(broken),
        _ => Ok(Json::Array(rows)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_trainers_summary_is_no_point_of_the_curve() {
        let mut state = json!({"log_history": [{"loss": 1.0, "step": 10}, {"eval_loss": 0.9, "step": 10},
            {"train_loss": 0.7, "train_runtime": 3.0, "step": 10}], "num_train_epochs": 3, "max_steps": -1});
        let it = trainer_state(&mut state).unwrap();
        assert_eq!(it.rows.as_array().unwrap().len(), 2);
        assert_eq!(Json::Object(it.params), json!({"num_train_epochs": 3}));
        assert!(trainer_state(&mut json!({"a": 1})).is_none());
    }

    #[test]
    fn a_line_that_is_still_being_written_is_left_out() {
        let it = json_lines(&b"{\"loss\": NaN}\n\n{\"loss\": 1}\n{\"lo"[..]).unwrap();
        assert_eq!(it, json!([{"loss": "NaN"}, {"loss": 1}]));
        let error = json_lines(&b"{\"a\": 1}\nx\n{\"a\": 2}\n"[..]).unwrap_err();
        assert!(error.starts_with("line 2"), "{error}");
        assert!(json_lines(&b"[1]\n"[..]).is_err());
        let long = vec![b' '; 3 << 20];
        assert!(json_lines(&long[..]).is_err());
    }

    #[test]
    fn metrics_are_told_from_other_documents() {
        assert!(is_metrics(&json!({"loss": [1, 2], "val_loss": [null, "NaN"]})));
        assert!(is_metrics(&json!([{"loss": 1}])));
        for other in [json!({"a": 1}), json!({}), json!([]), json!([1]), json!({"a": [[1]]})] {
            assert!(!is_metrics(&other), "{other}");
        }
    }
}
