//! What a search finds, and what a hit carries.

use super::*;

#[test]
fn a_hit_carries_what_a_report_shows() {
    let hits = search(&fruit(), "giraffe");
    assert_eq!(hits.len(), 1);
    let hit = &hits[0];
    assert_eq!(
        (hit.id.as_str(), hit.title.as_str()),
        ("zebra#second", "About zebra: Second")
    );
    assert_eq!(
        (hit.text.as_str(), hit.domain.as_str()),
        ("More about stripes and giraffes.", "training")
    );
    assert_eq!(hit.codes, ["training.overfitting", "dataset.outliers"]);
    let source = hit.source.as_ref().unwrap();
    assert_eq!(
        (source.title.as_str(), source.url.as_str()),
        ("Paper on zebra", "https://example.org/zebra")
    );
    assert!(hit.score > 0.0);
}

#[test]
fn title_heading_symptoms_text_and_tags_are_searched() {
    let base = fruit();
    for (text, expected) in [
        ("pear", "pear#juice"),
        ("peel", "apple#peel"),
        ("wobbling", "zebra#first"),
        ("giraffes", "zebra#second"),
        ("tag-pear", "pear#juice"),
    ] {
        assert_eq!(search(&base, text)[0].id, expected, "{text}");
    }
}

#[test]
fn symptoms_are_not_shown() {
    let hits = search(&fruit(), "wobbles");
    assert_eq!(hits[0].text, "Stripes help.");
}

#[test]
fn either_spelling_finds_the_passage() {
    let base = fruit();
    assert_eq!(search(&base, "normalization"), search(&base, "normalisation"));
    assert_eq!(ids(&search(&base, "normalizing")), ["pear#juice"]);
}

#[test]
fn nothing_asked_or_nothing_known_gives_no_hits() {
    let base = fruit();
    for text in ["", "the of", "xylophone"] {
        assert_eq!(search(&base, text), [], "{text:?}");
    }
    assert_eq!(base.search(&SearchQuery::text("stripes", 0)).unwrap(), []);
    assert_eq!(
        base.search(&SearchQuery {
            text: "xylophone".into(),
            ..SearchQuery::code("dataset.outliers", 5)
        })
        .unwrap(),
        []
    );
}

#[test]
fn equal_scores_come_in_the_order_of_the_ids_wherever_the_limit_cuts() {
    let base = fruit();
    let hits = search(&base, "kiwi");
    assert_eq!(ids(&hits), ["apple#equal-one", "apple#equal-two"]);
    assert_eq!(hits[0].score, hits[1].score);
    assert_eq!(
        ids(&base.search(&SearchQuery::text("kiwi", 1)).unwrap()),
        ["apple#equal-one"]
    );
}

#[test]
fn a_search_gives_the_same_hits_each_time_and_after_each_load() {
    let (base, again) = (fruit(), fruit());
    let hits = search(&base, "stripes of peel and giraffes");
    for _ in 0..20 {
        assert_eq!(search(&base, "stripes of peel and giraffes"), hits);
    }
    assert_eq!(search(&again, "stripes of peel and giraffes"), hits);
}

#[test]
fn there_are_never_more_hits_than_the_bound() {
    let body: String = (0..MAX_HITS + 10).map(|n| format!("## Passage {n}\nKiwi.\n")).collect();
    let base = load(&folder(&[(
        "a.md",
        document("many", "training", "training.overfitting", &body),
    )]))
    .unwrap();
    assert_eq!(
        base.search(&SearchQuery::text("kiwi", usize::MAX)).unwrap().len(),
        MAX_HITS
    );
    assert_eq!(
        base.search(&SearchQuery::code("training.overfitting", usize::MAX))
            .unwrap()
            .len(),
        MAX_HITS
    );
}
