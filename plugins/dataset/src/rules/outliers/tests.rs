use super::*;
use serde_json::json;

fn column(min: f64, q1: f64, q2: f64, q3: f64, max: f64, mean: f64, std: f64) -> Column {
    let stats =
        json!({"count": 400, "mean": mean, "std": std, "min": min, "25%": q1, "50%": q2, "75%": q3, "max": max});
    let raw =
        json!({"feature_statistics": {"x": stats}, "number_unique_values": {"x": 90}, "numerical_features": ["x"]});
    let view = DatasetView::parse(String::new(), raw, json!(null));
    view.train.unwrap().columns[0].clone()
}

#[test]
fn a_sentinel_below_positive_numbers_is_found() {
    assert!(outlier(&column(-999.0, 30.0, 41.0, 58.0, 92.0, 25.0, 130.0)).is_some_and(|it| it.sort == Sort::Sentinel));
}

#[test]
fn a_unit_error_is_found() {
    let heights = column(1.4, 1.62, 1.7, 1.78, 178.0, 4.3, 21.0);
    let it = outlier(&heights);
    assert!(it.is_some_and(|it| it.sort == Sort::Scale && it.value == 178.0));
}

#[test]
fn a_heavy_tail_is_healthy() {
    // Lognormal with sigma 2, and a real crime rate.
    assert!(outlier(&column(0.003, 0.26, 1.0, 3.86, 400.0, 7.4, 40.0)).is_none());
    assert!(outlier(&column(0.011, 0.08, 0.26, 3.85, 43.4, 3.3, 6.8)).is_none());
}

#[test]
fn mostly_zero_is_healthy() {
    assert!(outlier(&column(0.0, 0.0, 0.0, 0.0, 99_999.0, 1100.0, 7400.0)).is_none());
    assert!(outlier(&column(0.0, 0.0, 0.0, 12.5, 100.0, 11.7, 23.5)).is_none());
}

#[test]
fn a_mean_beside_the_median_makes_no_sentinel_of_the_largest_value() {
    // Hours a week of a census: most work 40, some 99.
    assert!(outlier(&column(1.0, 40.0, 40.0, 45.0, 99.0, 40.4, 12.35)).is_none());
    // Two rows of 99 among measurements of 3 to 7 stand where no tail reaches.
    assert!(outlier(&column(3.0, 4.6, 5.0, 5.4, 99.0, 5.3, 6.7)).is_some_and(|it| it.sort == Sort::Sentinel));
}
