//! True and false are the same however they are written, and alone or beside another value.

use super::*;

#[test]
fn true_and_false_are_the_same_however_they_are_written() {
    let options = options_of("y");
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<bool> = (0..200).map(|it| it % 3 == 0).collect();
    let csv = |yes: &str, no: &str| {
        let rows: String = values
            .iter()
            .enumerate()
            .map(|(it, value)| format!("{it},{0},{0}\n", if *value { yes } else { no }))
            .collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("x", Arc::new(Float64Array::from_iter_values((0..200).map(f64::from)))),
        ("flag", Arc::new(BooleanArray::from(values.clone()))),
        ("y", Arc::new(BooleanArray::from(values.clone()))),
    ];
    let file = parquet_of(folder.path(), columns);
    let parquet = read(&file, &options);
    for other in [
        csv("true", "false"),
        csv("True", "False"),
        csv("TRUE", "FALSE"),
        csv("true", "FALSE"),
    ] {
        assert_eq!(
            split_statistics(&other)["class_distribution"],
            split_statistics(&parquet)["class_distribution"]
        );
        for (train, test) in [(&parquet, &other), (&other, &parquet)] {
            assert_eq!(value_of(train, test, "New Label Train Test")["n_new_labels_samples"], 0);
            assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
            assert_eq!(value_of(train, test, "Train Test Samples Mix")["ratio"], 1.0);
        }
    }
    // Nor whether they stand as numbers.
    let numbers = csv("1", "0");
    for (train, test) in [(&parquet, &numbers), (&numbers, &parquet)] {
        assert_eq!(value_of(train, test, "New Label Train Test")["n_new_labels_samples"], 0);
        assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
        assert_eq!(value_of(train, test, "Label Drift")["Drift score"], 0.0);
        assert_eq!(value_of(train, test, "Train Test Samples Mix")["ratio"], 1.0);
        let told = value_of(train, test, "Multivariate Drift");
        assert!(told["domain_classifier_drift_score"].as_f64().unwrap() < 0.25, "{told}");
    }
    // What drifts is seen all the same.
    let rows: String = (0..200)
        .map(|it| format!("{it},{0},{0}\n", u8::from(it % 3 != 0)))
        .collect();
    let drifted = table_of(&format!("x,flag,y\n{rows}"), &options);
    for (train, test) in [(&parquet, &drifted), (&drifted, &parquet)] {
        let drift = value_of(train, test, "Feature Drift");
        assert!(drift["flag"]["Drift score"].as_f64().unwrap() > 0.2, "{drift}");
        assert_eq!(drift["flag"]["Method"], "Cramer's V");
    }
    // A two is no flag: such a column was not compared.
    let rows: String = (0..200).map(|it| format!("{it},{0},{0}\n", it % 3)).collect();
    let coded = table_of(&format!("x,flag,y\n{rows}"), &options);
    let drift = value_of(&parquet, &coded, "Feature Drift");
    assert!(drift["flag"].is_null(), "{drift}");
    // Yes and no are texts as they stand.
    let new = value_of(&csv("yes", "no"), &csv("Yes", "no"), "New Category Train Test");
    assert!(new.to_string().contains("\"Yes\""), "{new}");
}

#[test]
fn a_value_beside_true_and_false_is_all_that_is_new() {
    let options = options_of("y");
    // The last three of 300 rows hold something else in both columns.
    let csv = |yes: &str, no: &str, other: Option<&str>| {
        let cell = |it: usize| match other {
            Some(other) if it >= 297 => other,
            _ if it.is_multiple_of(3) => yes,
            _ => no,
        };
        let rows: String = (0..300).map(|it| format!("{it},{0},{0}\n", cell(it))).collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let folder = tempfile::tempdir().unwrap();
    let values = || Arc::new(BooleanArray::from_iter((0..300).map(|it| Some(it % 3 == 0))));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("x", Arc::new(Float64Array::from_iter_values((0..300).map(f64::from)))),
        ("flag", values()),
        ("y", values()),
    ];
    let file = parquet_of(folder.path(), columns);
    let parquet = read(&file, &options);
    let compare = |train: &Table, test: &Table, new: u64| {
        let labels = value_of(train, test, "New Label Train Test");
        assert_eq!(labels["n_new_labels_samples"], new, "{labels}");
        let categories = value_of(train, test, "New Category Train Test");
        let share = categories[0]["Ratio of New Categories"].as_f64().unwrap();
        assert!((share - new as f64 / 300.0).abs() < 1e-9, "{categories}");
        for drift in [
            &value_of(train, test, "Feature Drift")["flag"],
            &value_of(train, test, "Label Drift"),
        ] {
            assert!(drift["Drift score"].as_f64().unwrap() < 0.1, "{drift}");
        }
        assert!(
            value_of(train, test, "Train Test Samples Mix")["ratio"]
                .as_f64()
                .unwrap()
                > 0.98
        );
        let spellings = value_of(train, test, "String Mismatch Comparison");
        assert_eq!(spellings["flag"], serde_json::json!({}), "{spellings}");
        let drift = value_of(train, test, "Multivariate Drift");
        assert!(
            drift["domain_classifier_drift_score"].as_f64().unwrap() < 0.25,
            "{drift}"
        );
    };
    for plain in [&csv("true", "false", None), &csv("TRUE", "FALSE", None), &parquet] {
        for other in ["unsure", "?", "7"] {
            let odd = csv("true", "false", Some(other));
            compare(plain, &odd, 3);
            compare(&odd, plain, 0);
            compare(&csv("True", "False", Some(other)), &odd, 0);
        }
    }
    // Both spellings beside another value stay two within the table, and are one to another table.
    let mixed = |cells: [&str; 4]| {
        let rows: String = (0..300).map(|it| format!("{it},{0},{0}\n", cells[it % 4])).collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let both = mixed(["true", "True", "false", "unsure"]);
    let one = mixed(["TRUE", "TRUE", "FALSE", "unsure"]);
    for (train, test) in [(&one, &both), (&both, &one)] {
        assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
        let drift = value_of(train, test, "Multivariate Drift");
        assert!(
            drift["domain_classifier_drift_score"].as_f64().unwrap() < 0.25,
            "{drift}"
        );
    }
    assert_eq!(both.column("flag").unwrap().distinct(), (4, true));
    let new = value_of(&parquet, &both, "New Label Train Test");
    assert_eq!(new["new_labels"], serde_json::json!(["unsure"]));
    assert_eq!(
        value_of(&both, &parquet, "New Label Train Test")["n_new_labels_samples"],
        0
    );
}
