//! The arithmetic of the score, and that it agrees with the scorer that belongs to the corpus.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value as Json, json};

use super::{
    Answer, Report,
    corpus::{self, Case, Label},
    page, plot,
};

fn finding(code: &str, severity: &str, confidence: f64) -> Json {
    json!({"findings": {"code": code, "severity": severity, "confidence": confidence,
        "description": "d", "evidence": "<e>"}})
}

fn response(findings: &[Json]) -> Json {
    json!({"agent_results": {"A": {"analysis": findings}}})
}

fn case(id: &str, faults: &[&str], also_ok: &[&str]) -> Case {
    let owned = |codes: &[&str]| codes.iter().map(|&it| it.to_owned()).collect();
    Case {
        folder: PathBuf::new(),
        label: Label {
            case_id: id.into(),
            faults: owned(faults),
            also_ok: owned(also_ok),
            severity: Some("high".into()),
            strength: if faults.is_empty() { "none" } else { "strong" }.into(),
            clean: faults.is_empty(),
            dataset: Some(id.chars().take(1).collect()),
            ..Label::default()
        },
    }
}

fn report(cases: &[Case], responses: Vec<Json>) -> Report {
    let answers: Vec<Answer> = responses
        .into_iter()
        .map(|response| Answer {
            response: Some(response),
            ..Answer::default()
        })
        .collect();
    Report::of(Path::new("corpus"), cases, &answers)
}

fn is_close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} against {right}");
}

#[test]
fn hits_and_false_alarms_weigh_by_their_severity() {
    let cases = [
        case("a", &["t.x"], &["t.n"]),
        case("b", &["t.x"], &[]),
        case("c", &["t.y"], &[]),
        case("d", &[], &[]),
    ];
    let report = report(
        &cases,
        vec![
            response(&[finding("t.x", "high", 0.9), finding("t.n", "high", 1.0)]),
            response(&[finding("t.x", "low", 0.9), finding("t.z", "low", 0.2)]),
            response(&[finding("t.x", "medium", 0.5)]),
            response(&[]),
        ],
    );
    let x = &report.per_fault["x"];
    assert_eq!((x.n, x.tp, x.fp), (2, 1.5, 1.0));
    is_close(x.recall.unwrap(), 0.75);
    is_close(x.precision.unwrap(), 0.6);
    is_close(x.f1, 2.0 * 0.75 * 0.6 / 1.35);
    let it = &report.summary;
    // y was never found: its F1 counts as zero.
    is_close(it.macro_f1, x.f1 / 2.0);
    is_close(it.micro_recall, 1.5 / 3.0);
    is_close(it.micro_precision, 1.5 / (1.5 + 1.0 + 0.5));
    is_close(it.fp_per_case, 1.5 / 4.0);
    // The neutral code is not ranked; in c the first code is wrong.
    is_close(it.hit_1, 2.0 / 3.0);
    is_close(it.clean_fpr_any, 0.0);
    is_close(it.balanced, it.macro_f1);
    assert_eq!(report.cases[1].missed, ["x"], "half of a hit is a miss");
}

#[test]
fn a_low_fault_is_found_by_a_low_remark() {
    let mut low = case("a", &["t.x"], &[]);
    low.label.severity = Some("low".into());
    let report = report(&[low], vec![response(&[finding("t.x", "low", 0.5)])]);
    is_close(report.summary.macro_f1, 1.0);
}

#[test]
fn severities_are_counted_by_label_and_by_the_loudest_report() {
    let cases = [case("a", &["t.x"], &[]), case("b", &["t.x", "t.y"], &[])];
    let loud = response(&[finding("t.x", "low", 0.9), finding("t.x", "high", 0.1)]);
    let report = report(&cases, vec![loud, response(&[finding("t.x", "low", 0.5)])]);
    let it = &report.severities["high"];
    assert_eq!((it.high, it.medium, it.low, it.missed), (1, 0, 1, 1));
}

#[test]
fn a_failed_request_on_a_healthy_case_is_an_alarm() {
    let failed = Answer {
        error: Some("refused".into()),
        ..Answer::default()
    };
    let report = Report::of(Path::new("corpus"), &[case("a", &[], &[])], &[failed]);
    is_close(report.summary.clean_fpr_high, 1.0);
    assert_eq!(report.summary.errors, 1);
}

#[test]
fn the_spread_leaves_out_data_sets_without_a_fault() {
    let cases = [case("a", &["t.x"], &[]), case("b", &["t.x"], &[]), case("c", &[], &[])];
    let hit = response(&[finding("t.x", "high", 0.9)]);
    let report = report(&cases, vec![hit, response(&[]), response(&[])]);
    let it = &report.datasets;
    assert_eq!(it.folds.len(), 3);
    is_close(it.mean_macro_f1, 0.5);
    is_close(it.worst_macro_f1, 0.0);
    is_close(it.deviation_macro_f1, 0.5);
}

#[test]
fn a_claim_has_the_confidence_of_the_reasoner_where_it_repeats_the_code() {
    let both = json!({"agent_results": {
        "Analyzer": {"analysis": [finding("t.x", "high", 0.9), finding("t.y", "low", 0.3)]},
        "Reasoner": {"analysis": [finding("t.x", "medium", 0.6), finding("cross.healthy", "low", 1.0)]},
    }});
    let report = report(&[case("a", &["t.x"], &[])], vec![both]);
    let it = &report.calibration;
    assert_eq!(it.claims, 2, "that all is well claims no fault");
    // 0.6 and right, 0.3 and wrong.
    is_close(it.ece, (0.4 + 0.3) / 2.0);
}

#[test]
fn the_page_is_self_contained_and_escapes_what_agents_say() {
    let report = report(&[case("a", &[], &[])], vec![response(&[finding("t.<b>", "high", 0.9)])]);
    let html = page::page(&report);
    assert!(
        html.contains("<svg") && html.contains("&lt;e&gt;") && !html.contains("<e>"),
        "{html}"
    );
    assert!(html.contains("t.&lt;b&gt;") || html.contains("&lt;b&gt;"), "{html}");
    for foreign in ["<script", "src=", "href=", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(plot::reliability(&[]).ends_with("</svg>\n"));
}

/// What stands in for a system: from a label to a response, in ways that trip every definition.
fn responders(label: &Label, index: usize) -> Vec<Json> {
    let all = |severity: &str| -> Vec<Json> {
        let codes = label.faults.iter().chain(&label.also_ok).chain(&label.cross_expected);
        codes.map(|code| finding(code, severity, 0.5)).collect()
    };
    let level = ["low", "medium", "high", "info"][index % 4];
    let mixed: Vec<Json> = label
        .faults
        .iter()
        .map(|code| finding(code, level, 0.4))
        .chain([
            finding("training.noisy_loss", ["low", "high"][index % 2], 0.4),
            finding("training.noisy_loss", "medium", 0.9),
            finding("dataset.never_heard_of", level, 0.4),
        ])
        .collect();
    let two_agents = json!({"status": "COMPLETED", "result": {"agent_results": {
        "A": {"analysis": all("low")},
        "B": {"analysis": [null, {"findings": 3}, {"findings": [finding("checks.label_drift", "HIGH", 2.0)["findings"]]}]},
        "C": null, "D": 5,
    }}});
    vec![
        response(&[]),
        response(&all("high")),
        response(&all(level)),
        response(&mixed),
        two_agents,
        if index.is_multiple_of(3) {
            json!([])
        } else {
            response(&mixed)
        },
    ]
}

/// The numbers of a document, with their places.
fn numbers(value: &Json, place: &str, found: &mut Vec<(String, f64)>) {
    match value {
        Json::Number(it) => found.push((place.to_owned(), it.as_f64().unwrap())),
        Json::Object(it) => it
            .iter()
            .for_each(|(key, value)| numbers(value, &format!("{place}/{key}"), found)),
        _ => {}
    }
}

/// Scores saved responses with the corpus's own scorer.
fn referee(scorer: &Path, corpus: &Path, responses: &Path) -> Json {
    fs::write(
        responses.join("saved.py"),
        "import json, os\nHERE = os.path.dirname(os.path.abspath(__file__))\n\
         def answer(request, folder):\n    return json.load(open(os.path.join(HERE, os.path.basename(folder) + '.json')))\n",
    )
    .unwrap();
    let out = responses.join("out.json");
    let run = Command::new("python3")
        .arg(scorer)
        .args(["--local", "saved:answer", "--path-mode", "relative", "--corpus"])
        .arg(corpus)
        .arg("--out")
        .arg(&out)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(responses)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap()
}

fn assert_agree(corpus: &Path, scorer: &Path, cases: &[Case], responses: &[Json]) {
    let folder = tempfile::tempdir().unwrap();
    for (case, response) in cases.iter().zip(responses) {
        let name = case.folder.file_name().unwrap().to_string_lossy();
        fs::write(folder.path().join(format!("{name}.json")), response.to_string()).unwrap();
    }
    let theirs = referee(scorer, corpus, folder.path());
    let ours = serde_json::to_value(report(cases, responses.to_vec())).unwrap();
    for part in ["summary", "per_fault"] {
        let mut expected = Vec::new();
        numbers(&theirs[part], "", &mut expected);
        for (place, value) in expected {
            // The times are of the machine; the recall by strength is rounded to three digits.
            let tolerance = if place.starts_with("/recall_by_strength") {
                5e-4
            } else {
                1e-9
            };
            if place == "/median_seconds" {
                continue;
            }
            let own = ours[part].pointer(&place).and_then(Json::as_f64);
            assert!(
                own.is_some_and(|it| (it - value).abs() <= tolerance),
                "{part}{place}: {own:?} against {value}"
            );
        }
    }
    for (own, other) in ours["cases"]
        .as_array()
        .unwrap()
        .iter()
        .zip(theirs["cases"].as_array().unwrap())
    {
        for key in [
            "case",
            "tp",
            "fp",
            "missed",
            "false_positive",
            "rank",
            "cross",
            "n_findings",
            "bad_fields",
        ] {
            assert_eq!(own[key], other[key], "{key} of {}", own["case"]);
        }
        assert_eq!(own["error"].is_null(), other["error"].is_null());
    }
}

#[test]
fn it_agrees_with_the_scorer_of_the_corpus_to_the_digit() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let (corpus, scorer) = (shared.join("corpus-dev"), shared.join("score.py"));
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    if !scorer.is_file() || !corpus.is_dir() || !has_python {
        // The arithmetic is tested above; there is nothing to compare it with here.
        return;
    }
    let cases = corpus::load(&corpus).unwrap();
    let answers: Vec<Vec<Json>> = cases
        .iter()
        .enumerate()
        .map(|(index, case)| responders(&case.label, index))
        .collect();
    for kind in 0..answers[0].len() {
        let responses: Vec<Json> = answers.iter().map(|it| it[kind].clone()).collect();
        assert_agree(&corpus, &scorer, &cases, &responses);
    }
}
