//! Filters by domain and code.

use super::*;

#[test]
fn filters_leave_the_scores_alone() {
    let base = fruit();
    let all = search(&base, "stripes");
    assert_eq!(all.len(), 4);
    let query = |domain: Option<&str>, code: Option<&str>| {
        let (domain, code) = (domain.map(str::to_owned), code.map(str::to_owned));
        base.search(&SearchQuery {
            text: "stripes".into(),
            domain,
            code,
            limit: 10,
        })
        .unwrap()
    };
    let kept =
        |hits: &[Hit], keep: &dyn Fn(&Hit) -> bool| hits.iter().filter(|hit| keep(hit)).cloned().collect::<Vec<_>>();
    assert_eq!(
        query(Some("data_quality"), None),
        kept(&all, &|hit| hit.domain == "data_quality")
    );
    let outliers = |hit: &Hit| hit.codes.iter().any(|code| code == "dataset.outliers");
    assert_eq!(query(None, Some("dataset.outliers")), kept(&all, &outliers));
    assert_eq!(
        ids(&query(Some("data_quality"), Some("dataset.outliers"))),
        ["apple#peel"]
    );
}

#[test]
fn filters_match_whole_names_only() {
    let base = fruit();
    for (domain, code) in [
        (Some("data"), None),
        (Some("DATA_QUALITY"), None),
        (Some(""), None),
        (None, Some("dataset")),
        (None, Some("outliers")),
        (None, Some("dataset.*")),
    ] {
        for text in ["stripes", ""] {
            let (domain, code) = (domain.map(str::to_owned), code.map(str::to_owned));
            let query = SearchQuery {
                text: text.into(),
                domain,
                code,
                limit: 10,
            };
            assert_eq!(base.search(&query).unwrap(), [], "{query:?}");
        }
    }
}

#[test]
fn a_filter_without_words_gives_its_passages_in_document_order() {
    let base = fruit();
    let expected = [
        "zebra#first",
        "zebra#second",
        "apple#peel",
        "apple#equal-one",
        "apple#equal-two",
    ];
    for text in ["", "  ", "?!", "what is the"] {
        let query = SearchQuery {
            text: text.into(),
            ..SearchQuery::code("dataset.outliers", 10)
        };
        let hits = base.search(&query).unwrap();
        assert_eq!(ids(&hits), expected, "{text:?}");
        assert!(hits.iter().all(|hit| hit.score == 0.0));
    }
    assert_eq!(
        ids(&base.search(&SearchQuery::code("dataset.outliers", 2)).unwrap()),
        expected[..2]
    );
}
