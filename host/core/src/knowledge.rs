use serde::Serialize;
use utoipa::ToSchema;

/// What to look for in the knowledge base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnowledgeQuery {
    /// Free text; empty gives all that the filters leave.
    pub text: String,
    /// Only passages of this domain.
    pub domain: Option<String>,
    /// Only passages about this fault code.
    pub code: Option<String>,
    /// How many at most.
    pub limit: usize,
}

/// A passage of the knowledge base that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KnowledgePassage {
    /// What a recommendation cites.
    pub id: String,
    /// The title for people.
    pub title: String,
    /// The text, as Markdown.
    pub text: String,
    /// The domain.
    pub domain: String,
    /// The fault codes that it is about.
    pub codes: Vec<String>,
    /// Authors and title of where it comes from; empty where that is not said.
    pub source: String,
    /// Where to read that.
    pub url: String,
    /// How well it matches, comparable within one search only.
    pub score: f64,
}
