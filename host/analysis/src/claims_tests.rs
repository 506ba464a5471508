use deepfix_core::{ArtifactKind, Fact, Finding, Recommendation, Source};

use super::*;

fn fact(value: f64) -> ResolvedFact {
    let source = Source {
        artifact: ArtifactKind::Training,
        pointer: "/x".into(),
    };
    ResolvedFact {
        fact: Fact {
            label: "loss of layer 3".into(),
            value: Value::Number(value),
            source: Some(source),
        },
        verified: Some(true),
    }
}

fn analysis(code: &str, description: &str, note: &Json) -> Analysis {
    Analysis {
        finding: Finding {
            code: code.into(),
            description: description.into(),
            evidence: "loss of layer 3 = 0.5".into(),
            facts: vec![],
            severity: Severity::High,
            confidence: 0.99,
            extras: json!({"llm": note, "own": 1}).to_string(),
        },
        recommendation: Recommendation {
            action: "Use a rate of 0.001.".into(),
            rationale: String::new(),
            confidence: 0.99,
            citations: vec![],
        },
    }
}

/// As many answers as the note says were asked for, none of whose words stand in a finding.
fn answers(note: &Json) -> Said {
    let of = note["of"].as_u64().unwrap_or(1);
    Said::in_answers(&vec![("Q".into(), String::new()); usize::try_from(of).unwrap()])
}

fn checked(description: &str, note: &Json, verified: bool) -> (Option<Analysis>, Json) {
    let mut claims = Claims::default();
    let mut it = analysis("a.b", description, note);
    let keep = claims.check(&mut it, &[fact(0.5)], verified, &answers(note));
    let mut extras = Map::new();
    claims.write(&mut extras);
    (keep.then_some(it), extras.remove("model_claims").unwrap_or_default())
}

fn own(agree: u64, of: u64) -> Json {
    json!({"origin": "model", "agree": agree, "of": of})
}

#[test]
fn a_founded_finding_is_kept_with_the_confidence_of_its_agreement() {
    let (kept, claims) = checked("The loss of layer 3 stays at 50 %.", &own(1, 1), true);
    let it = kept.unwrap().finding;
    assert_eq!(it.severity, Severity::Low);
    assert!((it.confidence - 0.2065).abs() < 0.001, "{}", it.confidence);
    let extras = object(&it.extras);
    assert_eq!(extras["llm"]["agreement"], "1 of 1");
    assert_eq!(extras["own"], 1);
    assert_eq!(claims["findings"], 1);
    let (kept, _) = checked("The loss stays.", &own(5, 5), true);
    assert_eq!(kept.unwrap().finding.severity, Severity::Medium);
}

#[test]
fn a_wrong_number_a_wrong_fact_or_a_link_drops_the_finding_and_is_counted() {
    for (description, verified, reason) in [
        ("The loss is 0.7.", true, "the number 0.7 does not follow"),
        ("The loss stays.", false, "no place"),
        ("See https://evil.example/x.", true, "a link"),
        ("The loss calls for sudo rm -rf /.", true, "a command"),
        ("Something is wrong here.", true, "none of its facts"),
    ] {
        let (kept, claims) = checked(description, &own(1, 1), verified);
        assert!(kept.is_none());
        assert!(
            claims["dropped"][0]["reason"].as_str().unwrap().contains(reason),
            "{claims}"
        );
    }
}

#[test]
fn words_for_a_rules_finding_are_added_where_their_numbers_are_the_rules() {
    let note = |words: &str| json!({"wording": words, "agree": 1, "of": 1});
    let (kept, _) = checked("It rises.", &note("At 0.5 it never falls."), true);
    let it = kept.unwrap().finding;
    assert_eq!(it.description, "It rises. At 0.5 it never falls.");
    assert_eq!((it.severity, it.confidence), (Severity::High, 0.99));
    let (kept, claims) = checked("It rises.", &note("It is 0.9."), true);
    let it = kept.unwrap().finding;
    assert_eq!(it.description, "It rises.");
    assert_eq!(it.extras, "{\"own\":1}");
    assert_eq!(claims["dropped"][0]["claim"], "a.b");
}

#[test]
fn words_that_play_a_rules_finding_down_are_not_added() {
    for words in ["This is harmless at 0.5.", "C'est sans gravité.", "It can be ignored."] {
        let note = json!({"wording": words, "agree": 3, "of": 3});
        let (kept, claims) = checked("It rises.", &note, true);
        assert_eq!(kept.unwrap().finding.description, "It rises.");
        assert!(claims["dropped"].to_string().contains("plays down"), "{claims}");
    }
}

#[test]
fn a_model_is_found_out_behind_a_finding_without_a_mark() {
    let words = "The optimiser state was lost when the run was resumed.";
    let said = Said::in_answers(&[("Q".into(), words.to_owned())]);
    let mut it = analysis("a.b", words, &json!(null));
    it.finding.extras = String::new();
    let mut claims = Claims::default();
    assert!(!claims.check(&mut it, &[fact(0.5)], true, &said));
    // Words that do speak of its facts are the model's still: a remark.
    let words = "The loss of layer 3 stays at 50 % to the end.";
    let said = Said::in_answers(&[("Q".into(), words.to_owned())]);
    let mut it = analysis("a.b", words, &json!(null));
    it.finding.extras = String::new();
    assert!(claims.check(&mut it, &[fact(0.5)], true, &said));
    assert_eq!(it.finding.severity, Severity::Low);
    assert!(it.finding.confidence < 0.25);
}

#[test]
fn a_plugin_can_neither_hide_a_models_words_behind_a_mark_nor_count_samples_that_were_not() {
    let words = "The loss of layer 3 stays at 50 % to the end.";
    for note in [
        json!({}),
        json!({"wording": "Indeed the loss stays."}),
        json!({"agreement": "9 of 9"}),
    ] {
        let said = Said::in_answers(&[("Q".into(), words.to_owned())]);
        let mut it = analysis("a.b", words, &note);
        assert!(Claims::default().check(&mut it, &[fact(0.5)], true, &said));
        assert_eq!(
            (it.finding.severity, it.finding.confidence < 0.25),
            (Severity::Low, true),
            "{note}"
        );
    }
    let said = Said::in_answers(&[("Q".into(), words.to_owned())]);
    let mut it = analysis("a.b", words, &own(1_000, 1));
    assert!(Claims::default().check(&mut it, &[fact(0.5)], true, &said));
    assert!(it.finding.confidence < 0.25 && it.finding.severity == Severity::Low);
}

#[test]
fn a_summary_is_taken_where_its_numbers_are_known() {
    let of = |text: &str| {
        let mut summary = "The loss is 0.5.".to_owned();
        let mut extras = object(&json!({"summary": "The loss is 0.5.", "llm": {"summary": text}}).to_string());
        let mut claims = Claims::default();
        claims.summary(&mut summary, &mut extras, &[]);
        claims.write(&mut extras);
        (summary, extras)
    };
    let (summary, extras) = of("La perte est 0,5.");
    assert_eq!(summary, "The loss is 0.5. La perte est 0,5.");
    assert_eq!(extras["summary"], "The loss is 0.5. La perte est 0,5.");
    assert_eq!(extras["rule_summary"], "The loss is 0.5.");
    let (summary, extras) = of("The loss is 0.6.");
    assert_eq!(summary, "The loss is 0.5.");
    assert!(
        extras["model_claims"]["dropped"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("0.6")
    );
    assert!(extras.get("llm").is_none());
    // A text without numbers cannot hide what the rules found.
    assert_eq!(of("All is well.").0, "The loss is 0.5. All is well.");
    assert_eq!(of("The loss is 0.5. Stop it.").0, "The loss is 0.5. Stop it.");
}

#[test]
fn a_verdict_is_the_first_sentence() {
    assert_eq!(
        verdict("Fix it (confidence 0.97). Then rest."),
        "Fix it (confidence 0.97)."
    );
    for whole in ["", "no end", "Only one."] {
        assert_eq!(verdict(whole), whole);
    }
}

#[test]
fn a_doubt_without_evidence_changes_nothing_and_is_counted() {
    let note = json!({"disputed": true, "agree": 3, "of": 3});
    let (kept, claims) = checked("It rises.", &note, true);
    let it = kept.unwrap().finding;
    assert_eq!((it.description.as_str(), it.confidence), ("It rises.", 0.99));
    assert_eq!(it.extras, "{\"own\":1}");
    assert!(
        claims["dropped"][0]["reason"].as_str().unwrap().contains("doubts"),
        "{claims}"
    );
}

#[test]
fn words_that_could_stand_beside_any_finding_are_not_added() {
    for (words, stays) in [
        ("This is what happens in such experiments.", false),
        ("The optimiser was reset in the middle.", false),
        ("So the loss is no help here.", true),
        ("It stays at 50 % for good.", true),
    ] {
        let note = json!({"wording": words, "agree": 1, "of": 1});
        let (kept, claims) = checked("It rises.", &note, true);
        assert_eq!(
            kept.unwrap().finding.description != "It rises.",
            stays,
            "{words}: {claims}"
        );
    }
}

#[test]
fn a_summary_speaks_of_a_finding() {
    let finding = JudgedAnalysis {
        id: "A/0".into(),
        analysis: analysis("training.lr_too_high", "It rises.", &json!(null)),
        facts: vec![fact(0.5)],
        evidence_verified: true,
    };
    let of = |text: &str| {
        let mut summary = "The rate is too high.".to_owned();
        let causes = json!([{"title": "Pas d'apprentissage trop grand"}]);
        let mut extras = object(&json!({"llm": {"summary": text}, "root_causes": causes}).to_string());
        Claims::default().summary(&mut summary, &mut extras, std::slice::from_ref(&finding));
        summary.len() > "The rate is too high.".len()
    };
    for text in [
        "Look at the loss first.",
        "`training.lr_too_high` comes first.",
        "It is the lr too high.",
        "Le pas d'apprentissage trop grand explique tout.",
        "Es bleibt bei 0,5.",
    ] {
        assert!(of(text), "{text}");
    }
    assert!(!of("Something in this experiment has gone wrong, so begin again."));
}
