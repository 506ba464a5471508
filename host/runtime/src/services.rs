//! What the runtime needs from others, as traits: it knows neither the knowledge base nor a
//! language model.

use std::{future::Future, pin::Pin, sync::Arc};

use deepfix_core::Progress;

/// A search of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Free text.
    pub text: String,
    /// Only passages of this domain.
    pub domain: Option<String>,
    /// Only passages about this fault code.
    pub code: Option<String>,
    /// At most so many passages.
    pub limit: u32,
}

/// A passage of the knowledge base.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "documented in the WIT, `knowledge.passage`")]
pub struct Passage {
    pub id: String,
    pub title: String,
    pub text: String,
    pub domain: String,
    pub source: String,
    pub score: f64,
}

/// The knowledge base.
pub trait KnowledgeSearch: Send + Sync {
    /// The passages that match best, best first.
    ///
    /// # Errors
    /// The index cannot be read.
    fn search(&self, query: &Query) -> Result<Vec<Passage>, ServiceError>;
}

/// Why a service behind a host function gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The question is wrong.
    #[error("{0}")]
    Invalid(String),
    /// It is not configured, or does not answer.
    #[error("{0}")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("{0}")]
    TimedOut(String),
    /// What the request may use of it is used up.
    #[error("{0}")]
    BudgetExceeded(String),
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// A message to a language model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.message`")]
pub struct Message {
    pub role: Role,
    pub content: String,
}

/// A request to a language model.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.completion-request`")]
pub struct CompletionRequest {
    pub messages: Vec<Message>,
    pub schema: Option<String>,
    /// Never more than the agent's remaining token budget.
    pub max_tokens: u32,
    pub temperature: Option<f64>,
    pub samples: u32,
}

/// Tokens used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it all")]
pub struct TokenUsage {
    pub input: u64,
    pub output: u64,
}

/// The answer of a language model.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.completion`")]
pub struct Completion {
    pub texts: Vec<String>,
    pub model: String,
    pub usage: TokenUsage,
    pub cached: bool,
}

/// A future in a box: traits with async functions cannot be objects.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A language model.
pub trait LanguageModel: Send + Sync {
    /// Whether one is configured.
    fn available(&self) -> bool;

    /// What agents that may use it are told of it, as the member `llm` of their request's `extras`.
    fn hints(&self) -> Option<serde_json::Value> {
        None
    }

    /// What it was asked and has answered so far, all samples of all requests: the host knows its
    /// words again in what the agent reports.
    fn said(&self) -> Vec<(Arc<str>, String)> {
        Vec::new()
    }

    /// Calls and tokens that its answers, and what brought none, have really cost so far; none where it
    /// does not count.
    fn spent(&self) -> Option<(u64, u64)> {
        None
    }

    /// Answers one request.
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Completion, ServiceError>> + Send + 'a>>;
}

/// No language model is configured.
#[derive(Debug, Clone, Copy)]
pub struct NoLanguageModel;

impl LanguageModel for NoLanguageModel {
    fn available(&self) -> bool {
        false
    }

    fn complete<'a>(&'a self, _: &'a CompletionRequest) -> Boxed<'a, Result<Completion, ServiceError>> {
        Box::pin(async { Err(ServiceError::Unavailable("no language model is configured".to_owned())) })
    }
}

/// Everything that the runtime calls on behalf of a plugin.
#[derive(Clone)]
pub struct Services {
    /// The knowledge base.
    pub knowledge: Arc<dyn KnowledgeSearch>,
    /// The language model.
    pub llm: Arc<dyn LanguageModel>,
    /// Who hears of progress; none when nobody waits.
    pub progress: Option<Arc<dyn Progress>>,
}
