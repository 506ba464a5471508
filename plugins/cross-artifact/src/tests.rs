//! Texts and codes.

use deepfix_plugin::{Language, Reasoner, testing::assert_catalogue_is_complete};

use crate::{CATALOGUE, CrossArtifactReasoner, NAMES, codes, graph};

const MESSAGES: &[&str] = &[
    "cross-missing-scaling",
    "cross-missing-scaling-broken",
    "cross-missing-scaling-symptom",
    "cross-missing-scaling-unseen",
    "cross-missing-scaling-unsaid",
    "cross-missing-scaling-unsaid-broken",
    "cross-missing-scaling-guess",
    "cross-batch-size-vs-dataset",
    "cross-num-labels-mismatch",
    "cross-num-labels-mismatch-regression",
    "cross-input-dim-mismatch",
    "cross-leakage-perfect-metric-column",
    "cross-leakage-perfect-metric-rows",
    "cross-imbalance-accuracy-metric",
    "cross-imbalance-accuracy-metric-known",
    "cross-imbalance-accuracy-metric-majority",
    "cross-drift-not-overfitting-shift",
    "cross-drift-not-overfitting-labels",
    "cross-drift-not-overfitting-spelling",
    "cross-val-labels-corrupted-metric",
    "cross-val-labels-corrupted-loss",
    "cross-val-labels-corrupted-checks",
    "cross-healthy",
    "cross-poor-unexplained",
    "cross-poor-unexplained-remarks",
    "cross-not-examined",
];

#[test]
fn every_finding_has_its_texts_in_both_languages() {
    assert_catalogue_is_complete(&CATALOGUE, MESSAGES);
    assert_catalogue_is_complete(&NAMES, &[]);
}

#[test]
fn every_code_has_a_name_and_a_test_of_its_cure_and_every_cause_a_mechanism() {
    let ids = NAMES.ids(Language::English);
    for entry in codes::TABLE {
        for prefix in ["title", "tell"] {
            let id = codes::text_id(prefix, entry.name);
            assert!(ids.contains(&id.as_str()), "{id}");
        }
    }
    for (cause, _) in graph::causes() {
        let id = codes::text_id("why", cause);
        assert!(ids.contains(&id.as_str()), "{id}");
    }
}

#[test]
fn texts_of_a_variant_are_of_one_that_an_analyzer_has() {
    let mut messages: Vec<&str> = MESSAGES.to_vec();
    for catalogue in [
        deepfix_dataset_plugin::CATALOGUE,
        deepfix_deepchecks_plugin::CATALOGUE,
        deepfix_training_plugin::CATALOGUE,
        deepfix_checkpoint_plugin::CATALOGUE,
    ] {
        messages.extend(catalogue.ids(Language::English));
    }
    let known: Vec<String> = codes::all().map(|it| codes::text_id("", it)).collect();
    let mut variants = 0;
    for id in NAMES.ids(Language::English) {
        let Some((_, of)) = id.split_once('-').filter(|it| ["title", "tell"].contains(&it.0)) else {
            continue;
        };
        if known.iter().any(|it| it.trim_start_matches('-') == of) || of == "external" {
            continue;
        }
        variants += 1;
        let of = of.strip_suffix("-plain").unwrap_or(of);
        assert!(messages.contains(&of), "{id} is of no finding");
    }
    assert!(variants > 30, "{variants}");
}

#[test]
fn the_description_lists_every_code_once_and_those_of_all_analyzers() {
    let codes = CrossArtifactReasoner::describe().codes;
    let mut sorted = codes.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), codes.len());
    let known = deepfix_dataset_plugin::CODES
        .iter()
        .chain(&deepfix_deepchecks_plugin::CODES)
        .chain(&deepfix_training_plugin::rules::CODES)
        .chain(&deepfix_checkpoint_plugin::CODES);
    for code in known {
        assert!(sorted.iter().any(|it| it == code), "{code}");
    }
}

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    let declared: Vec<&str> = crate::codes::all().collect();
    assert_eq!(crate::CALIBRATION.problems(&declared), Vec::<String>::new());
}
