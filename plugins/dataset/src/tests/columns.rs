//! Columns of a table: gaps, constants, sizes, keys, tails and drift.

use super::*;

#[test]
fn gaps_are_weighed_by_their_share() {
    let statistics =
        |count: f64| json!({"feature_statistics": {"a": column(count, 1.0, 0.5), "b": column(200.0, 3.0, 1.0)}});
    assert!(codes(table(statistics(198.0), json!(null))).is_empty());
    assert_eq!(
        codes(table(statistics(150.0), json!(null))),
        [("dataset.missing_values".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        codes(table(statistics(100.0), json!(null))),
        [("dataset.missing_values".to_owned(), Severity::High)]
    );
}

#[test]
fn a_nearly_constant_flag_of_a_small_table_is_ballast() {
    let flag = |rows: f64, share: f64| json!({"count": rows, "mean": share, "std": (share * (1.0 - share)).sqrt(), "min": 0, "25%": 0, "50%": 0, "75%": 0, "max": 1});
    let side = |rows: f64, share: f64| {
        json!({"feature_statistics": {"flag": flag(rows, share), "b": column(rows, 5.0, 2.0)},
        "number_unique_values": {"flag": 2, "b": 300}, "numerical_features": ["flag", "b"]})
    };
    let found = |rows, share| codes(table(side(rows, share), json!(null)));
    assert_eq!(
        found(400.0, 0.005),
        [("dataset.constant_feature".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        found(100_000.0, 0.008),
        [("dataset.constant_feature".to_owned(), Severity::Low)]
    );
    assert!(found(400.0, 0.06).is_empty());
}

#[test]
fn a_rare_category_beside_others_is_no_fault_of_its_encoding() {
    let flag = |share: f64| json!({"count": 400, "mean": share, "std": (share * (1.0 - share)).sqrt(), "min": 0, "25%": 0, "50%": 0, "75%": 0, "max": 1});
    let found = |names: [&str; 3]| {
        let [rare, second, third] = names;
        codes(table(
            json!({"feature_statistics": {rare: flag(0.005), second: flag(0.1), third: flag(0.2), "b": column(400.0, 5.0, 2.0)},
                "number_unique_values": {rare: 2, second: 2, third: 2, "b": 300}, "numerical_features": [rare, second, third, "b"]}),
            json!(null),
        ))
    };
    let told = |severity| [("dataset.constant_feature".to_owned(), severity)];
    assert_eq!(found(["shop_north", "shop_south", "shop_east"]), told(Severity::Low));
    assert_eq!(found(["shop_north", "shop_south", "is_new"]), told(Severity::Medium));
}

#[test]
fn a_share_that_most_rows_have_none_of_is_not_nearly_constant() {
    // Four fifths are 0, the others a tenth or so, one is 1.
    let share = json!({"count": 400, "mean": 0.022, "std": 0.05, "min": 0, "25%": 0, "50%": 0, "75%": 0, "max": 1});
    for unique in [json!(80), json!(null)] {
        let side = json!({"feature_statistics": {"share": share, "b": column(400.0, 5.0, 2.0)},
            "number_unique_values": {"share": unique, "b": 300}, "numerical_features": ["share", "b"]});
        assert!(codes(table(side, json!(null))).is_empty(), "{unique}");
    }
}

#[test]
fn sizes_are_derived_from_percentages_where_there_are_no_counts() {
    let side = |rows: f64| {
        json!({"number_unique_values": {"a": rows - 2.0, "b": 7},
        "percentage_unique_values": {"a": (1e4 * (rows - 2.0) / rows).round() / 100.0, "b": (1e4 * 7.0 / rows).round() / 100.0},
        "numerical_features": ["a", "b"]})
    };
    assert_eq!(
        codes(table(side(300.0), side(18.0))),
        [("dataset.test_too_small".to_owned(), Severity::Medium)]
    );
    assert!(codes(table(side(300.0), side(60.0))).is_empty());
}

#[test]
fn a_shift_of_one_column_is_drift_and_chance_is_not() {
    let side = |n: f64, mean: f64| json!({"feature_statistics": {"a": column(n, mean, 1.0), "b": column(n, 5.0, 2.0)}, "numerical_features": ["a", "b"]});
    assert_eq!(
        codes(table(side(400.0, 0.0), side(120.0, 0.9))),
        [("checks.covariate_drift".to_owned(), Severity::High)]
    );
    assert!(codes(table(side(120.0, 0.0), side(40.0, 0.4))).is_empty());
}

#[test]
fn a_key_is_found_and_a_measurement_is_not() {
    let side = |id: Value| {
        json!({"feature_statistics": {"id": id, "b": column(500.0, 5.0, 2.0)},
        "number_unique_values": {"id": 500, "b": 480}, "numerical_features": ["id", "b"]})
    };
    let key = json!({"count": 500, "mean": 1249.5, "std": 144.5, "min": 1000, "25%": 1124.75, "50%": 1249.5, "75%": 1374.25, "max": 1499});
    assert_eq!(
        codes(table(side(key), json!(null))),
        [("dataset.id_like_feature".to_owned(), Severity::Medium)]
    );
    // Distinct everywhere and without a fraction at its ends, but piled up in the middle.
    let heights = json!({"count": 500, "mean": 41.0, "std": 11.0, "min": 8.0, "25%": 33.1, "50%": 40.2, "75%": 48.0, "max": 79.0});
    assert!(codes(table(side(heights), json!(null))).is_empty());
}

#[test]
fn heavy_tails_and_times_are_healthy() {
    // Profits: both signs, tails of a sinh; a time stamp in seconds; a Pareto tail.
    let profit = json!({"count": 500, "mean": -310.0, "std": 12_651.0, "min": -88_154.0, "25%": -1150.0, "50%": 14.0, "75%": 1180.0, "max": 178_288.0});
    let time = json!({"count": 500, "mean": 1.6e9, "std": 2.0e7, "min": 1.5654e9, "25%": 1.5827e9, "50%": 1.6e9, "75%": 1.6173e9, "max": 1.6346e9});
    let pareto =
        json!({"count": 500, "mean": 3.4, "std": 7.9, "min": 1.0, "25%": 1.25, "50%": 1.7, "75%": 2.9, "max": 118.0});
    let side = json!({"feature_statistics": {"profit": profit, "created": time, "size": pareto},
        "number_unique_values": {"profit": 500, "created": 500, "size": 498}, "numerical_features": ["profit", "created", "size"]});
    assert!(codes(table(side, json!(null))).is_empty());
}

#[test]
fn a_change_of_scale_is_drift_though_the_mean_stays() {
    let side = |n: f64, std: f64| json!({"feature_statistics": {"a": column(n, 10.0, std)}, "number_unique_values": {"a": n}, "numerical_features": ["a"]});
    let found = codes(table(side(300.0, 1.0), side(120.0, 5.0)));
    assert_eq!(found, [("checks.covariate_drift".to_owned(), Severity::High)]);
    assert!(codes(table(side(300.0, 1.0), side(120.0, 1.25))).is_empty());
}
