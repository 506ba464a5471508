//! The base itself: what it holds, and the documents that it refuses.

use deepfix_knowledge::MAX_PASSAGES;

use super::*;

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
