use deepfix_plugin::{Analysis, testing::FakeHost};
use serde_json::{Value as Json, json};

use crate::TrainingArtifactsAnalyzer;

/// A finding of a run.
fn finding(training: &Json, code: &str) -> Analysis {
    let host = FakeHost::from_request(json!({"training_artifacts": training}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    let found = report.analyses.into_iter().find(|it| it.finding.code == code);
    let found = found.unwrap_or_else(|| panic!("no {code}"));
    assert_eq!(host.verify(&found), Vec::<String>::new());
    found
}

fn all_in(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

const EXPLODING: &str = "training.exploding_gradients";

/// A loss of so many rows that is NaN from one of them on.
fn broken(rows: usize, from: usize) -> Vec<Json> {
    let value = |it| {
        if it < from {
            json!(2.0 + it as f64 / rows as f64)
        } else {
            json!("NaN")
        }
    };
    (0..rows).map(value).collect()
}

#[test]
fn the_first_nan_of_a_step_log_is_told_with_its_own_step() {
    let steps: Vec<usize> = (0..6000).map(|it| it * 10).collect();
    let run = json!({"metrics_values": {"step": steps, "train_loss": broken(6000, 3001)}});
    let found = finding(&run, EXPLODING);
    all_in(&found.finding.evidence, &["from step 30010 on", "(step 30000)"]);
    all_in(&found.recommendation.action, &["from step 30010 on"]);
    // Both losses of a short log, which averages its rows as well.
    let run = json!({"metrics_values": {"step": (0..40).collect::<Vec<_>>(), "train_loss": broken(40, 17), "val_loss": broken(40, 17)}});
    all_in(
        &finding(&run, EXPLODING).finding.evidence,
        &["from step 17 on", "(step 16)"],
    );
}

#[test]
fn a_row_without_a_step_is_told_as_a_row() {
    let mut steps: Vec<Json> = (0..20).map(|it| json!(it * 10)).collect();
    steps[12] = Json::Null;
    let run = json!({"metrics_values": {"step": steps, "train_loss": broken(20, 12)}});
    all_in(
        &finding(&run, EXPLODING).finding.evidence,
        &["from row 12 on", "(step 110)"],
    );
}

#[test]
fn rows_of_one_epoch_are_told_apart() {
    // Fractional epochs, as Hugging Face logs them.
    let epochs: Vec<f64> = (1..=40).map(|it| f64::from(it) / 10.0).collect();
    let steps: Vec<usize> = (1..=40).map(|it| it * 50).collect();
    let run = json!({"metrics_values": {"epoch": epochs, "step": steps, "loss": broken(40, 24)}});
    let found = finding(&run, EXPLODING);
    all_in(
        &found.finding.evidence,
        &["from epoch 2.5, step 1250 on", "(epoch 2.4, step 1200)"],
    );
    // Whole ones that several rows share, with no step beside them.
    let epochs: Vec<usize> = (0..40).map(|it| it / 10).collect();
    let run = json!({"metrics_values": {"epoch": epochs, "loss": broken(40, 24)}});
    let found = finding(&run, EXPLODING);
    all_in(
        &found.finding.evidence,
        &["from epoch 2, row 24 on", "(epoch 2, row 23)"],
    );
    // One row an epoch needs no more than the epoch.
    let run = json!({"metrics_values": {"epoch": (0..40).collect::<Vec<_>>(), "loss": broken(40, 24)}});
    all_in(
        &finding(&run, EXPLODING).finding.evidence,
        &["from epoch 24 on", "(epoch 23)"],
    );
}

/// A validation loss that is lowest in one row of many and rises from there on.
fn valley(rows: usize, lowest: usize) -> Vec<f64> {
    let far = |it: usize| (it as f64 - lowest as f64).abs() / rows as f64;
    (0..rows).map(|it| 0.6 + 0.5 * far(it)).collect()
}

#[test]
fn the_minimum_of_a_long_step_log_and_what_came_after_are_counted_in_rows() {
    let steps: Vec<usize> = (0..6000).collect();
    let train: Vec<f64> = (0..6000).map(|it| (-f64::from(it) / 1500.0).exp() + 0.05).collect();
    let metrics = json!({"step": steps, "train_loss": train, "val_loss": valley(6000, 1500)});
    let run = json!({"metrics_values": metrics, "params": {"early_stopping": false}});
    let found = finding(&run, "training.early_stopping_missed");
    all_in(
        &found.finding.evidence,
        &["is lowest at step 1500 (0.6, ", "after 4499 more logged steps of 6000"],
    );
    all_in(
        &found.recommendation.action,
        &["checkpoint of step 1500", "a patience of 750 logged steps"],
    );
    let found = finding(&run, "training.overfitting");
    all_in(&found.finding.evidence, &["is lowest at step 1500 (0.6, "]);
    all_in(&found.recommendation.action, &["weights of step 1500"]);
}

#[test]
fn epochs_are_counted_where_they_are_logged() {
    // Two validation rows an epoch: the second of epoch 15 is the lowest.
    let epochs: Vec<usize> = (0..120).map(|it| it / 2).collect();
    let train: Vec<f64> = (0..120).map(|it| (-f64::from(it) / 30.0).exp() + 0.05).collect();
    let run = json!({"metrics_values": {"epoch": epochs, "loss": train, "val_loss": valley(120, 31)}, "params": {"early_stopping": false}});
    let found = finding(&run, "training.early_stopping_missed");
    all_in(
        &found.finding.evidence,
        &["is lowest at epoch 15, row 31 (0.6, ", "after 44 more epochs of 60"],
    );
}

#[test]
fn a_lower_value_far_from_the_best_stretch_is_not_denied() {
    let mut validation = valley(100, 30);
    validation[85] = 0.55;
    let train: Vec<f64> = (0..100).map(|it| (-f64::from(it) / 30.0).exp() + 0.05).collect();
    let epochs: Vec<usize> = (0..100).collect();
    let run = json!({"metrics_values": {"epoch": epochs, "loss": train, "val_loss": validation}, "params": {"early_stopping": false}});
    let found = finding(&run, "training.overfitting");
    all_in(
        &found.finding.evidence,
        &["is, single values elsewhere aside, lowest at epoch 30 (0.6, "],
    );
}

#[test]
fn the_peak_of_a_diverged_step_log_is_that_of_its_row() {
    let loss: Vec<f64> = (0..3000)
        .map(|it| match it {
            0..1000 => 2.0 - f64::from(it) / 1000.0,
            1500 => 40.0,
            _ => 8.0,
        })
        .collect();
    let run = json!({"metrics_values": {"step": (0..3000).map(|it| it * 5).collect::<Vec<_>>(), "train_loss": loss}});
    let found = finding(&run, "training.lr_too_high");
    all_in(&found.finding.evidence, &["(step 4995)", "rises to 40 (step 7500)"]);
}

#[test]
fn the_summary_counts_the_rows_of_a_step_log() {
    let loss: Vec<f64> = (0..3000).map(|it| (-f64::from(it) / 500.0).exp() + 0.2).collect();
    let run = json!({"metrics_values": {"step": (0..3000).collect::<Vec<_>>(), "train_loss": loss, "val_loss": loss}});
    let host = FakeHost::from_request(json!({"training_artifacts": run}));
    let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
    all_in(&report.summary, &["3000 logged steps", "train_loss went from 1.2 to"]);
}

#[test]
fn a_single_low_row_is_told_and_the_rise_is_from_the_level_about_it() {
    let mut seed = 7_u64;
    let mut noise = || {
        let mut sum = 0.0;
        for _ in 0..12 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (seed >> 33) as f64 / f64::from(1_u32 << 31);
        }
        sum - 6.0
    };
    // From 0.6 to 1.25, as rough as a loss of single batches.
    let level = |it: i32| {
        0.6 + if it < 1000 {
            f64::from(1000 - it) * 0.0003
        } else {
            f64::from(it - 1000) * 0.000_325
        }
    };
    let validation: Vec<f64> = (0..3000).map(|it| level(it) + 0.08 * noise()).collect();
    let train: Vec<f64> = (0..3000).map(|it| (-f64::from(it) / 700.0).exp() + 0.05).collect();
    let steps: Vec<i32> = (0..3000).map(|it| it * 5).collect();
    let run = json!({"metrics_values": {"step": steps, "train_loss": train, "val_loss": validation}, "params": {"early_stopping": false}});
    for code in ["training.overfitting", "training.early_stopping_missed"] {
        let evidence = finding(&run, code).finding.evidence;
        let (_, rest) = evidence.split_once("(0.").unwrap();
        let lowest: f64 = format!("0.{}", rest.split_once(',').unwrap().0).parse().unwrap();
        let level: f64 = rest
            .split_once(", ")
            .unwrap()
            .1
            .split_once(" on average")
            .unwrap()
            .0
            .parse()
            .unwrap();
        let rise = rest
            .split_once(", ")
            .unwrap()
            .1
            .split_once("), ")
            .map_or(rest, |it| it.1);
        let rise = rise
            .split_once(" %")
            .unwrap()
            .0
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap();
        assert!(lowest < 0.5 && (0.55..0.65).contains(&level), "{evidence}");
        assert!((85.0..120.0).contains(&rise), "{evidence}");
    }
    let rationale = finding(&run, "training.overfitting").recommendation.rationale;
    assert!(
        rationale.contains("stays near 0.5") || rationale.contains("stays near 0.6"),
        "{rationale}"
    );
}

#[test]
fn the_place_from_which_on_all_is_lost_is_part_of_it_in_french_too() {
    let told = |run: Json| {
        let host = FakeHost::from_request(json!({"training_artifacts": run})).with_language("french");
        let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
        report.analyses[0].recommendation.action.clone()
    };
    let steps: Vec<usize> = (0..40).map(|it| it * 10).collect();
    let action = told(json!({"metrics_values": {"step": steps, "train_loss": broken(40, 17)}}));
    assert!(
        action.contains("Écarter toutes les sauvegardes à partir du pas 170."),
        "{action}"
    );
    let action = told(json!({"metrics_values": {"epoch": (0..40).collect::<Vec<_>>(), "train_loss": broken(40, 17)}}));
    assert!(action.contains("à partir de l'époque 17."), "{action}");
    let action = told(json!({"metrics_values": {"train_loss": broken(40, 17)}}));
    assert!(action.contains("à partir de la ligne 17."), "{action}");
}
