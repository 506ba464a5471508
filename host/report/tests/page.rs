//! The page as a whole.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use deepfix_core::AnalyseResponse;
use deepfix_report::{content_security_policy, html, markdown, sarif};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A response with one cause, one symptom, one remark and every part of a report; `name` is where
/// strangers' names come in.
fn response(name: &str) -> AnalyseResponse {
    let finding = |id: &str, code: &str, severity: &str, facts: Json| {
        json!({
            "findings": {
                "id": id, "code": code, "description": format!("About {name}"), "evidence": format!("Shown by {name}"),
                "severity": severity, "confidence": 0.9, "facts": facts, "evidence_verified": true,
            },
            "recommendations": {
                "action": format!("Do {name}"), "rationale": "Because", "confidence": 0.8, "citations": [format!("doc#{name}")],
            },
        })
    };
    let curve = json!([
        {"label": format!("val {name}"), "value": 0.5, "verified": true,
            "source": {"artifact": "TrainingArtifacts", "pointer": "/@tables/metrics/val_loss/2"}},
        {"label": "computed", "value": "NaN", "source": null, "verified": null},
    ]);
    let feature = json!([
        {"label": "mean", "value": 3, "verified": false,
            "source": {"artifact": "DatasetArtifacts", "pointer": format!("/train_statistics/feature_statistics/{}/mean",
                name.replace('~', "~0").replace('/', "~1"))}},
    ]);
    let agent = |name: &str, analysis: Json, outputs: Json, error: Json| {
        json!({ "agent_name": name, "analysis": analysis, "analyzed_artifacts": [], "retrieved_knowledge": [],
            "additional_outputs": outputs, "error_message": error })
    };
    serde_json::from_value(json!({
        "agent_results": {
            "TrainingArtifactsAnalyzer": agent("TrainingArtifactsAnalyzer",
                json!([finding("TrainingArtifactsAnalyzer/0", "training.overfitting", "high", curve.clone()),
                    finding("TrainingArtifactsAnalyzer/1", "training.early_stopping_missed", "medium", json!([]))]),
                json!({"summary": name, "status": "completed"}), Json::Null),
            "DatasetArtifactsAnalyzer": agent("DatasetArtifactsAnalyzer",
                json!([finding("DatasetArtifactsAnalyzer/0", "dataset.class_imbalance", "low", feature)]),
                json!({"status": "completed"}), Json::Null),
            "ModelCheckpointArtifactsAnalyzer": agent("ModelCheckpointArtifactsAnalyzer", json!([]),
                json!({"status": "failed", "model": {"layers": [{"tensor": name, "inputs": 3, "outputs": 4, "mean": 0.1}]}}),
                json!(format!("out of time: {name}"))),
            "CrossArtifactReasoningAgent": agent("CrossArtifactReasoningAgent",
                json!([finding("CrossArtifactReasoningAgent/0", "training.overfitting", "high", curve)]),
                json!({"status": "completed"}), Json::Null),
        },
        "summary": format!("Fix {name} first."),
        "additional_outputs": {
            "root_causes": [{"code": "training.overfitting", "title": format!("Overfitting {name}"), "severity": "high",
                "confidence": 0.9, "findings": ["TrainingArtifactsAnalyzer/0"], "consequences": [
                    {"code": "training.early_stopping_missed", "findings": ["TrainingArtifactsAnalyzer/1"],
                        "through": "training.overfitting", "why": format!("It follows {name}")}]}],
            "actions": [{"rank": 1, "action": format!("Do {name}"), "expected_effect": "high", "how_to_tell": "better",
                "root_cause": "training.overfitting", "effort": "hours"}],
            "ruled_out": [{"code": "cross.leak", "why": format!("no {name}"), "findings": []}],
            "not_examined": [{"what": name, "why": "absent", "send": "it"}],
            "warnings": [name], "skipped_agents": {"DeepchecksArtifactsAnalyzer": "nothing to read"},
            "timings_ms": {"TrainingArtifactsAnalyzer": {"wall": 2.5, "cpu": 1.0}},
            "citations": {format!("doc#{name}"): {"title": name, "source": name, "url": format!("javascript:{name}")}},
            "figures": {
                "curves": {"x_label": "epoch", "rows": [0, 1, 2, 3], "x": [0, 1, 2, 3], "of": 4, "series": [
                    {"name": "train_loss", "values": [1.0, 0.5, 0.2, 0.1]},
                    {"name": "val_loss", "values": [1.1, 0.7, 0.5, null], "broken": [3]}]},
                "features": [{"name": name, "train": {"mean": 1, "min": 0, "lower": 0.5, "median": 1, "upper": 2, "max": 3},
                    "test": {"mean": 2, "min": 0, "lower": 1.5, "median": 2, "upper": 3, "max": 4}}],
                "classes": [{"split": "train", "counts": [[name, 90.0], ["b", 10.0]], "more": 2}],
            },
        },
        "error_messages": {},
        "dataset_name": name,
    }))
    .unwrap()
}

#[test]
fn everything_that_a_reader_needs_is_there() {
    let page = html(&response("wine"), "english").unwrap();
    for text in [
        "Results are wrong, or training is broken",
        "Fix wine first.",
        "Overfitting wine",
        "It follows wine",
        "href=\"#f-TrainingArtifactsAnalyzer-1\"",
        "id=\"f-TrainingArtifactsAnalyzer-1\"",
        "href=\"#step-1\"",
        "epoch 2",
        "read again, different",
        "out of time: wine",
        "nothing to read",
        "2.5 ms",
        "90 ",
        "data:application/json;base64,",
        "download=\"deepfix-wine.sarif\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.matches("<svg").count() >= 3, "a curve, a distribution, class bars");
    assert!(!page.contains("cross.healthy"));
}

#[test]
fn a_cause_with_several_steps_points_to_the_first_of_them() {
    let mut it = response("wine");
    let step = |action: &str| {
        json!({"rank": 1, "action": action, "expected_effect": "high", "how_to_tell": "better",
            "root_cause": "training.overfitting", "effort": "hours"})
    };
    it.additional_outputs
        .insert("actions".to_owned(), json!([step("Else"), step("Do"), step("wine")]));
    let page = html(&it, "english").unwrap();
    assert!(page.contains("href=\"#step-2\""), "{page}");
}

#[test]
fn what_says_that_there_is_no_fault_is_no_cause_and_no_result() {
    for (code, status, verdict) in [
        ("cross.healthy", "completed", "Nothing is wrong"),
        ("cross.not_examined", "completed", "Nothing could be examined"),
        (
            "cross.no_synthesis",
            "failed",
            "Nothing was found, but the conclusion failed",
        ),
    ] {
        let mut given = response("wine");
        let mut reasoner = given.agent_results.0.pop().unwrap();
        reasoner.1.analysis[0].findings.code = code.to_owned();
        reasoner.1.additional_outputs["status"] = json!(status);
        given.agent_results.0.retain(|(_, it)| it.analysis.is_empty());
        given.agent_results.0.push(reasoner);
        let page = html(&given, "english").unwrap();
        assert!(page.contains(&format!("<h1>{verdict}</h1>")), "{code}");
        assert!(
            !page.contains("id=\"causes\"") && !markdown(&given, "english").contains(code),
            "{code}"
        );
        assert_eq!(sarif(&given)["runs"][0]["results"], json!([]), "{code}");
    }
}

#[test]
fn what_a_root_cause_says_is_folded_where_it_stands_again() {
    let page = html(&response("wine"), "english").unwrap();
    assert_eq!(
        page.matches("<details class=\"again\">").count(),
        1,
        "the finding behind the root cause, and no other"
    );
    assert!(page.contains("Told above:</span> <a href=\"#c-CrossArtifactReasoningAgent-0\">Overfitting wine</a>"));
}

#[test]
fn a_french_response_has_a_french_page() {
    let page = html(&response("vin"), "french").unwrap();
    assert!(page.contains("<html lang=\"fr\">") && page.contains("Ce qui en découle") && page.contains("GRAVE"));
    assert!(!page.contains("What follows"));
}

#[test]
fn every_id_is_unique_and_every_link_leads_somewhere() {
    let page = html(&response("x"), "english").unwrap();
    let all = |mark: &str| -> Vec<String> {
        page.split(mark)
            .skip(1)
            .map(|it| it.split('"').next().unwrap().to_owned())
            .collect()
    };
    let ids = all(" id=\"");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for link in all("href=\"#") {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
}

/// The page's own texts, in which `<` opens no tag.
const LIBRARY: &str = include_str!("../assets/vendor/uPlot.iife.min.js");
const PLOT: &str = include_str!("../templates/plot.js");

/// What is fetched, run or styled from elsewhere, as far as text can tell; a browser tells the rest.
fn assert_closed(page: &str) {
    let data = page
        .matches("<script type=\"application/json\" class=\"numbers\">")
        .count();
    let scripts = if data > 0 { 2 } else { 1 };
    assert_eq!(
        page.matches("<script").count() - data,
        scripts,
        "only the page's own scripts"
    );
    assert_eq!(page.matches("<script>").count(), scripts, "and they have no attributes");
    assert_eq!(page.contains(LIBRARY), data > 0, "the library is where a curve is");
    let page = page.replace(LIBRARY, "").replace(PLOT, "");
    assert!(page.contains(content_security_policy()) && content_security_policy().starts_with("default-src 'none'"));
    for tag in page.split('<').skip(1) {
        // Every `<` of a text is escaped, so each one here opens a tag; what stands in quotes is a value.
        let tag = tag.split('>').next().unwrap().to_ascii_lowercase();
        let bare: String = tag.split('"').step_by(2).collect();
        let name = bare.split(|c: char| c.is_whitespace()).next().unwrap();
        for forbidden in ["iframe", "object", "embed", "base", "img", "link"] {
            assert_ne!(name, forbidden, "<{tag}>");
        }
        let acts = |it: &str| it.starts_with("on") || it.starts_with("style=") || it.starts_with("src=");
        assert!(!bare.split_whitespace().skip(1).any(acts), "<{tag}>");
    }
    for mark in ["href=\"", "src=\""] {
        for target in page.split(mark).skip(1) {
            let is_own = target.starts_with('#') || target.starts_with("data:application/json;base64,");
            assert!(
                is_own || target.starts_with("data:text/markdown;base64,") || target.starts_with("http"),
                "{mark}"
            );
        }
    }
}

#[test]
fn the_library_is_the_one_that_is_written_down() {
    use sha2::{Digest as _, Sha256};
    let table = include_str!("../assets/vendor/README.md");
    for (name, text) in [
        ("uPlot.iife.min.js", LIBRARY),
        ("uPlot.min.css", include_str!("../assets/vendor/uPlot.min.css")),
        ("LICENSE", include_str!("../assets/vendor/LICENSE")),
    ] {
        let digest: String = Sha256::digest(text).iter().map(|it| format!("{it:02x}")).collect();
        assert!(
            table.contains(&format!("| `{name}` | `{digest}` |")),
            "{name}: {digest}"
        );
    }
    assert!(LIBRARY.contains("(v1.6.32)") && table.contains("| 1.6.32 |"));
}

#[test]
fn a_curve_has_its_numbers_beside_it_and_the_licence_in_the_page() {
    let page = html(&response("wine"), "english").unwrap();
    let (_, after) = page
        .split_once("<script type=\"application/json\" class=\"numbers\">")
        .unwrap();
    let numbers: Json = serde_json::from_str(after.split("</script>").next().unwrap()).unwrap();
    assert_eq!(numbers["label"], "epoch");
    assert_eq!(numbers["series"][0]["values"], json!([1.1, 0.7, 0.5, null]));
    assert_eq!(numbers["series"][0]["broken"], json!([3]));
    assert_eq!(numbers["marks"], json!([2.0]));
    assert!(page.contains("Copyright (c) 2022 Leon Sorokin") && page.contains("data-plot-reset=\"Show all\""));
    let mut without = response("wine");
    without.additional_outputs["figures"]["curves"] = Json::Null;
    let page = html(&without, "english").unwrap();
    assert!(
        !page.contains("uPlot") && !page.contains("data-plot"),
        "no curve, no library"
    );
    assert_closed(&page);
}

#[test]
fn hostile_names_stay_text() {
    for name in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</style><style>*{display:none}",
        "</title><base href=//evil.example>",
        "' onclick='x",
        "a\u{202e}b\u{0}c\u{1b}[2J",
        "{{ 7*7 }}{% raw %}",
        "]]> & &amp; &lt;",
    ] {
        let page = html(&response(name), "english").unwrap();
        assert_closed(&page);
        assert!(!page.contains('\u{202e}') && !page.contains('\u{0}') && !page.contains('\u{1b}'));
        assert!(!page.contains("href=\"javascript:"), "{name}");
    }
}

#[test]
fn what_is_embedded_is_the_response_itself() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let given = response("wine");
    let page = html(&given, "english").unwrap();
    let mut files = page.split("data:application/json;base64,").skip(1).map(|it| {
        let text = STANDARD.decode(it.split('"').next().unwrap()).unwrap();
        serde_json::from_slice::<Json>(&text).unwrap()
    });
    assert_eq!(files.next().unwrap(), serde_json::to_value(&given).unwrap());
    let log = files.next().unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["level"], "error");
    assert_eq!(log, sarif(&given));
    // Once more through the saved form.
    let again: AnalyseResponse = serde_json::from_value(serde_json::to_value(&given).unwrap()).unwrap();
    assert_eq!(html(&again, "english").unwrap(), page);
    assert!(
        markdown(&given, "english").contains("Overfitting")
            || markdown(&given, "english").contains("training.overfitting")
    );
}

#[test]
fn a_response_without_anything_still_makes_a_page() {
    let empty: AnalyseResponse = serde_json::from_value(json!({
        "agent_results": {}, "summary": "", "additional_outputs": {"figures": "nonsense"}, "error_messages": {},
        "dataset_name": null,
    }))
    .unwrap();
    let page = html(&empty, "english").unwrap();
    assert!(page.contains("Nothing is wrong"));
    assert_closed(&page);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_name_breaks_out(name in "[\\PC<>\"'&/{}%#=;:\u{0}-\u{1f}]{0,40}") {
        let page = html(&response(&name), "english").unwrap();
        assert_closed(&page);
        prop_assert!(page.trim_end().ends_with("</html>"));
    }

    #[test]
    fn any_numbers_make_a_chart_or_none(
        values in prop::collection::vec(prop_oneof![any::<f64>().prop_map(Some), Just(None)], 0..20),
        x in prop::collection::vec(any::<f64>(), 0..20),
    ) {
        let mut given = response("x");
        let finite = |it: &f64| if it.is_finite() { json!(it) } else { Json::Null };
        given.additional_outputs["figures"]["curves"] = json!({
            "x_label": "epoch", "of": 20, "rows": (0..values.len()).collect::<Vec<_>>(),
            "x": x.iter().map(|it| if it.is_finite() { *it } else { 0.0 }).collect::<Vec<_>>(),
            "series": [{"name": "val_loss", "values": values.iter().map(|it| it.as_ref().map_or(Json::Null, finite)).collect::<Vec<_>>()}],
        });
        let page = html(&given, "english").unwrap();
        prop_assert!(!page.contains("NaN\"") && !page.contains("inf\""));
    }
}
