//! Loading and searching a base, in memory and stored.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use deepfix_knowledge::{Hit, KnowledgeBase, KnowledgeError, MAX_HITS, MAX_PASSAGES, SearchQuery};
use proptest::prelude::*;
use tempfile::TempDir;

fn document(id: &str, domain: &str, codes: &str, body: &str) -> String {
    format!(
        "---\nid: {id}\ntitle: About {id}\ndomain: {domain}\ncodes: [{codes}]\ntags: [tag-{id}]\n\
         sources:\n  - title: Paper on {id}\n    url: https://example.org/{id}\n---\n{body}"
    )
}

fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn load(folder: &TempDir) -> Result<KnowledgeBase, KnowledgeError> {
    KnowledgeBase::load(&[folder.path().to_path_buf()])
}

/// Three documents: `zebra` before `apple` in the order of the files.
fn files() -> [(&'static str, String); 3] {
    let zebra = "## First\nsymptoms: the curve wobbles\nStripes help.\n## Second\nMore about stripes and giraffes.\n";
    let apple = "## Peel\nStripes of peel.\n## Equal one\nKiwi.\n## Equal two\nKiwi.\n";
    let pear = "## Juice\nNormalise the stripes in juice.\n";
    [
        (
            "1.md",
            document("zebra", "training", "training.overfitting, dataset.outliers", zebra),
        ),
        ("2.md", document("apple", "data_quality", "dataset.outliers", apple)),
        ("3.md", document("pear", "data_quality", "", pear)),
    ]
}

fn fruit() -> KnowledgeBase {
    load(&folder(&files())).unwrap()
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}

fn search(base: &KnowledgeBase, text: &str) -> Vec<Hit> {
    base.search(&SearchQuery::text(text, 10)).unwrap()
}

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

#[test]
fn passages_are_known_by_id() {
    let base = fruit();
    assert_eq!((base.len(), base.is_empty()), (6, false));
    for passage in base.passages() {
        assert_eq!(base.get(&passage.id), Some(passage));
    }
    assert_eq!(base.get("zebra"), None);
    assert_eq!(base.get(""), None);
    assert_eq!(base.passages().next().unwrap().id, "zebra#first");
    assert_eq!(
        Vec::from_iter(base.codes()),
        ["dataset.outliers", "training.overfitting"]
    );
    assert_eq!(Vec::from_iter(base.domains()), ["data_quality", "training"]);
}

#[test]
fn a_base_without_documents_is_empty_and_finds_nothing() {
    let base = KnowledgeBase::load(&[]).unwrap();
    assert!(base.is_empty() && search(&base, "stripes").is_empty());
    assert!(load(&folder(&[])).unwrap().is_empty());
}

#[test]
fn a_second_document_of_the_same_id_is_refused() {
    let text = document("same", "training", "", "## A\nText.\n");
    let error = load(&folder(&[("a.md", text.clone()), ("b.md", text)])).unwrap_err();
    let KnowledgeError::DuplicateDocument { id, first, second } = error else {
        panic!("{error}")
    };
    assert_eq!(id, "same");
    assert!(first.ends_with("a.md") && second.ends_with("b.md"));
}

#[test]
fn a_faulty_document_is_named() {
    let error = load(&folder(&[("a.md", "# No front matter\n".into())])).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("a.md:1: found \"# No front matter\", expected"), "{text}");
}

#[test]
fn more_passages_than_the_bound_are_refused() {
    let body: String = (0..=MAX_PASSAGES).map(|n| format!("## {n}\nx\n")).collect();
    let error = load(&folder(&[("a.md", document("many", "training", "", &body))])).unwrap_err();
    assert!(matches!(error, KnowledgeError::TooManyPassages { .. }), "{error}");
}

#[test]
fn a_base_is_shared_by_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<KnowledgeBase>();
}

static FRUIT: LazyLock<KnowledgeBase> = LazyLock::new(fruit);

/// Texts that are syntax to a query parser, or that are simply large.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[()\"*+:^~\\[\\]{}\\\\/ a-z\u{0}]{0,200}",
        Just("(".repeat(100_000)),
        Just("\"".repeat(100_000)),
        Just("stripes ".repeat(128 * 1024)),
        Just("a".repeat(1024 * 1024)),
        Just("😀👩‍🔬".repeat(10_000)),
        Just("\u{0}stripes\u{0}".to_owned()),
        Just("domain:data_quality".to_owned()),
        Just("* OR rank:[0 TO *]".to_owned()),
        Just("stripes AND NOT stripes".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_query_does_harm(
        text in hostile(),
        domain in proptest::option::of(hostile()),
        code in proptest::option::of(hostile()),
        limit in prop_oneof![Just(0), Just(1), Just(10), Just(usize::MAX)],
    ) {
        let query = SearchQuery { text, domain, code, limit };
        let hits = FRUIT.search(&query).unwrap();
        prop_assert!(hits.len() <= limit.min(MAX_HITS));
        prop_assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert_eq!(FRUIT.search(&query).unwrap(), hits);
    }

    #[test]
    fn punctuation_has_no_meaning(marks in "[()\"*+:^~\\[\\]{}\\\\/ ]{0,50}") {
        prop_assert_eq!(search(&FRUIT, &format!("{marks} stripes {marks} peel")), search(&FRUIT, "stripes peel"));
        prop_assert_eq!(search(&FRUIT, &marks), []);
    }
}

fn stored(index: &Path, folder: &TempDir) -> KnowledgeBase {
    KnowledgeBase::open_or_build(index, &[folder.path().to_path_buf()]).unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

#[test]
fn a_stored_index_answers_as_one_in_memory_and_is_used_again() {
    let (documents, place) = (folder(&files()), tempfile::tempdir().unwrap());
    let index = place.path().join("new/index");
    let expected = search(&load(&documents).unwrap(), "stripes of peel");
    assert_eq!(search(&stored(&index, &documents), "stripes of peel"), expected);
    let built = entries(&index);
    assert_eq!(built.len(), 1);
    let modified = |entry: &PathBuf| fs::metadata(entry.join("meta.json")).unwrap().modified().unwrap();
    let first = modified(&built[0]);

    assert_eq!(search(&stored(&index, &documents), "stripes of peel"), expected);
    assert_eq!(entries(&index), built);
    assert_eq!(modified(&built[0]), first);
}

#[test]
fn a_changed_base_gets_a_new_stored_index() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    assert!(search(&stored(index.path(), &documents), "mango").is_empty());
    fs::write(
        documents.path().join("4.md"),
        document("mango", "training", "", "## Stone\nText.\n"),
    )
    .unwrap();
    assert_eq!(
        ids(&search(&stored(index.path(), &documents), "mango")),
        ["mango#stone"]
    );
    assert_eq!(entries(index.path()).len(), 2);
}

#[test]
fn a_damaged_stored_index_is_built_again() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    let expected = search(&stored(index.path(), &documents), "stripes");
    let built = entries(index.path()).remove(0);
    for file in entries(&built).iter().filter(|file| file.is_file()) {
        for damage in [&b""[..], &b"not an index"[..]] {
            fs::write(file, damage).unwrap();
            assert_eq!(
                search(&stored(index.path(), &documents), "stripes"),
                expected,
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn an_index_folder_that_cannot_be_written_is_named() {
    let (documents, file) = (folder(&files()), tempfile::NamedTempFile::new().unwrap());
    let error = KnowledgeBase::open_or_build(file.path(), &[documents.path().to_path_buf()]).unwrap_err();
    let KnowledgeError::Store { path, .. } = error else {
        panic!("{error}")
    };
    assert!(path.starts_with(file.path()));
}

#[test]
fn threads_that_build_the_same_index_do_not_meet() {
    let (documents, index) = (folder(&files()), tempfile::tempdir().unwrap());
    let expected = search(&load(&documents).unwrap(), "stripes");
    std::thread::scope(|scope| {
        let builders: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| stored(index.path(), &documents)))
            .collect();
        for builder in builders {
            assert_eq!(search(&builder.join().unwrap(), "stripes"), expected);
        }
    });
    assert_eq!(entries(index.path()).len(), 1);
}
