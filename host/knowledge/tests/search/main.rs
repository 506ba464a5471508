//! Loading and searching a base, in memory and stored.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod any_query;
mod base;
mod filters;
mod hits;
mod stored;

use std::fs;

use deepfix_knowledge::{Hit, KnowledgeBase, KnowledgeError, MAX_HITS, SearchQuery};
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
