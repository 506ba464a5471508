//! Data set statistics in the normal form.

use deepfix_core::Problem;
use serde_json::Value as Json;

use crate::describe::describe;

/// The normal form of `dataset_artifacts`: `{dataset_name, task_type, train_statistics,
/// test_statistics}` without null statistics. The first generation's `statistics` are those of
/// the training split.
///
/// # Errors
/// A member has the wrong shape.
pub(crate) fn normalise(pointer: &str, document: Json) -> Result<Json, Problem> {
    let Json::Object(mut document) = document else {
        return Err(Problem::field(pointer, describe(&document), "an object"));
    };
    if let Some(statistics) = document.remove("statistics")
        && document.get("train_statistics").is_none_or(Json::is_null)
    {
        document.insert("train_statistics".to_owned(), statistics);
    }
    for split in ["train_statistics", "test_statistics"] {
        match document.get_mut(split) {
            None => {}
            Some(Json::Null) => {
                document.remove(split);
            }
            Some(Json::Object(statistics)) => statistics.retain(|_, value| !value.is_null()),
            Some(other) => {
                return Err(Problem::field(
                    format!("{pointer}/{split}"),
                    describe(other),
                    "an object",
                ));
            }
        }
    }
    if let Some(task) = document.get("task_type")
        && !task.is_null()
        && !task.is_string()
    {
        return Err(Problem::field(
            format!("{pointer}/task_type"),
            describe(task),
            "a string such as \"tabular_classification\"",
        ));
    }
    Ok(Json::Object(document))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_generations_statistics_are_those_of_the_training_split() {
        let it = normalise("/d", json!({"dataset_name": "x", "statistics": {"a": 1, "b": null}})).unwrap();
        assert_eq!(it, json!({"dataset_name": "x", "train_statistics": {"a": 1}}));
    }

    #[test]
    fn null_statistics_are_dropped() {
        let it = normalise(
            "/d",
            json!({"train_statistics": {"feature_statistics": null}, "test_statistics": null}),
        );
        assert_eq!(it.unwrap(), json!({"train_statistics": {}}));
    }

    #[test]
    fn a_wrong_shape_names_the_field() {
        let problem = normalise("/d", json!({"train_statistics": [1]})).unwrap_err();
        assert_eq!(
            problem.detail,
            "`/d/train_statistics`: found an array of 1 elements, expected an object"
        );
        assert!(normalise("/d", json!({"task_type": 3})).is_err());
        assert!(normalise("/d", json!(3)).is_err());
    }
}
