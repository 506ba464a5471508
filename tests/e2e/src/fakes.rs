//! What stands behind the host functions.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use deepfix_runtime::{
    Completion, CompletionRequest, KnowledgeSearch, LanguageModel, NoLanguageModel, Passage, Query, ServiceError,
    Services, TokenUsage,
};

/// A knowledge base of one passage.
#[derive(Default)]
pub struct FakeKnowledge {
    /// How often it was searched.
    pub searches: AtomicU64,
    /// The largest `limit` that reached it.
    pub largest: AtomicU64,
    /// Whether it panics: a fault of the host.
    pub panics: bool,
}

impl KnowledgeSearch for FakeKnowledge {
    fn search(&self, query: &Query) -> Result<Vec<Passage>, ServiceError> {
        assert!(!self.panics, "the index is broken");
        self.searches.fetch_add(1, Ordering::Relaxed);
        self.largest.fetch_max(u64::from(query.limit), Ordering::Relaxed);
        Ok(vec![Passage {
            id: "overfitting#what-to-try-first".to_owned(),
            title: "Overfitting".to_owned(),
            text: "Regularise.".to_owned(),
            domain: "training".to_owned(),
            source: "https://example.org/".to_owned(),
            score: 1.0,
        }])
    }
}

/// A language model that says nothing, at length.
#[derive(Default)]
pub struct FakeModel {
    /// What reached it.
    pub requests: Mutex<Vec<CompletionRequest>>,
    /// Whether it never answers.
    pub hangs: bool,
    /// Whether it panics: a fault of the host.
    pub panics: bool,
    /// Whether it answers with an error.
    pub fails: bool,
    /// Tokens per answer beyond what it was asked for.
    pub excess: u64,
    /// Calls that each request really costs, of ten tokens each; 0: it does not count.
    pub exchanges: u64,
}

impl FakeModel {
    /// How many requests reached it.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The most tokens that all answers together could have had.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.requests
            .lock()
            .unwrap()
            .iter()
            .map(|it| u64::from(it.max_tokens) * u64::from(it.samples))
            .sum()
    }
}

impl LanguageModel for FakeModel {
    fn available(&self) -> bool {
        true
    }

    fn spent(&self) -> Option<(u64, u64)> {
        let calls = self.calls() as u64 * self.exchanges;
        (calls > 0).then_some((calls, calls * 10))
    }

    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Completion, ServiceError>> + Send + 'a>> {
        self.requests.lock().unwrap().push(request.clone());
        Box::pin(async move {
            assert!(!self.panics, "the client is broken");
            if self.hangs {
                std::future::pending::<()>().await;
            }
            // Answers of one batch are under way at the same time.
            tokio::task::yield_now().await;
            if self.fails {
                return Err(ServiceError::Unavailable("the model is away".to_owned()));
            }
            let prompt: usize = request.messages.iter().map(|it| it.content.len()).sum();
            Ok(Completion {
                texts: vec!["hm".to_owned(); request.samples as usize],
                model: "fake".to_owned(),
                usage: TokenUsage {
                    input: (prompt as u64).div_ceil(3),
                    output: (u64::from(request.max_tokens) + self.excess) * u64::from(request.samples),
                },
                cached: false,
            })
        })
    }
}

/// Services that answer, and no language model.
#[must_use]
pub fn silent_services() -> Services {
    Services {
        knowledge: Arc::new(FakeKnowledge::default()),
        llm: Arc::new(NoLanguageModel),
        progress: None,
    }
}
