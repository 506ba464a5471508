//! What is found of tables, whichever way they are given.

use deepfix_system_tests::{reports, without_timings};

use super::*;

fn loud(response: &Value) -> Vec<(String, String, String)> {
    findings(response).into_iter().filter(|it| it.2 != "low").collect()
}

#[test]
fn faults_of_raw_tables_are_found_and_healthy_ones_give_no_alarm() {
    let home = Home::new();
    let sick = tables(true);
    let out = path(&sick, "artifacts");
    let ran = run(&home, &ingest(&sick, &["--out", &out]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("600 rows, 7 columns") && ran.err.contains("next: deepfix analyse"),
        "{}",
        ran.err
    );
    let analysed = home.run(&["analyse", &out, "--format", "json"]);
    let response: Value = serde_json::from_str(&analysed.out).unwrap();
    assert_well_formed(&response);
    for code in [
        "checks.label_leakage",
        "checks.covariate_drift",
        "dataset.missing_values",
    ] {
        assert!(reports(&response, code), "lacks {code}: {:?}", findings(&response));
    }

    let healthy = tables(false);
    let ran = run(&home, &ingest(&healthy, &["--analyse", "--format", "json"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    assert_eq!(loud(&response), []);
}

#[test]
fn analyse_in_one_go_says_what_analyse_says_of_the_folder() {
    let home = Home::new();
    let tables = tables(true);
    let out = path(&tables, "artifacts");
    let ran = run(
        &home,
        &ingest(
            &tables,
            &["--out", &out, "--analyse", "--format", "json", "--fail-on", "high"],
        ),
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let one: Value = serde_json::from_str(&ran.out).unwrap();
    let two: Value = serde_json::from_str(&home.run(&["analyse", &out, "--format", "json"]).out).unwrap();
    assert_eq!(without_timings(one), without_timings(two));
}

#[test]
fn a_folder_with_tables_is_analysed_as_it_is() {
    let home = Home::new();
    let tables = tables(true);
    let folder = tables.path().to_str().unwrap();
    // Nothing is called as labels are: what there is to see without one is seen, and the rest is told.
    let ran = home.run(&["analyse", folder, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("`outcome`"), "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(reports(&response, "checks.label_leakage"), "{:?}", findings(&response));
    let named = home.run(&["analyse", folder, "--label", "outcome", "--format", "json"]);
    let response: Value = serde_json::from_str(&named.out).unwrap();
    assert!(
        reports(&response, "checks.covariate_drift"),
        "{:?}",
        findings(&response)
    );
    let metrics = root().join("examples/overfit-digits/metrics.csv");
    fs::copy(metrics, tables.path().join("metrics.csv")).unwrap();
    let both = home.run(&["analyse", folder, "--label", "outcome", "--format", "json"]);
    let response: Value = serde_json::from_str(&both.out).unwrap();
    for code in ["checks.label_leakage", "training.overfitting"] {
        assert!(
            findings(&response).iter().any(|it| it.1 == code),
            "lacks {code}: {:?}",
            findings(&response)
        );
    }
}

#[test]
fn a_single_table_leads_to_the_flag_that_is_needed() {
    let home = Home::new();
    let tables = tables(true);
    let file = path(&tables, "people.csv");
    fs::write(&file, table(3, 200, false, true).replace("outcome", "churn")).unwrap();
    let ran = home.run(&["analyse", &file]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains("--label COLUMN") && ran.err.contains("age, income"),
        "{}",
        ran.err
    );
    let ran = home.run(&["analyse", &file, "--label", "churm"]);
    assert!(
        ran.err.contains("no column `churm`; did you mean `churn`?"),
        "{}",
        ran.err
    );
    let ran = home.run(&["analyse", &file, "--label", "churn", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(
        findings(&response).iter().any(|it| it.1 == "checks.label_leakage"),
        "{:?}",
        findings(&response)
    );
    // A log of metrics is none.
    let log = root().join("examples/overfit-digits/metrics.csv");
    let ran = home.run(&["analyse", log.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}
