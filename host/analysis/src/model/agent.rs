//! The model as one agent sees it, on its own account.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use deepfix_llm::{Account, Ask, ErrorKind, Llm, LlmError, Message, Prompt, Role};
use deepfix_runtime::{Completion, CompletionRequest, LanguageModel, Role as GuestRole, ServiceError, TokenUsage};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;
use tracing::Instrument as _;

/// The model as one agent sees it.
pub(super) struct AgentModel {
    pub(super) llm: Llm,
    pub(super) samples: u32,
    pub(super) account: Arc<Account>,
    /// Whether the agent comes with the host.
    pub(super) built_in: bool,
    pub(super) said: Mutex<Vec<(Arc<str>, String)>>,
}

impl LanguageModel for AgentModel {
    fn available(&self) -> bool {
        true
    }

    fn hints(&self) -> Option<Json> {
        Some(json!({
            "samples": self.samples,
            "analyzer": self.llm.template(Prompt::Analyzer),
            "reasoner": self.llm.template(Prompt::Reasoner),
        }))
    }

    fn spent(&self) -> Option<(u64, u64)> {
        let spend = self.account.spend();
        Some((spend.calls, spend.tokens.input.saturating_add(spend.tokens.output)))
    }

    fn said(&self) -> Vec<(Arc<str>, String)> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Completion, ServiceError>> + Send + 'a>> {
        Box::pin(async {
            let messages = request.messages.iter().map(|it| {
                let role = match it.role {
                    GuestRole::System => Role::System,
                    GuestRole::User => Role::User,
                    GuestRole::Assistant => Role::Assistant,
                };
                Message::new(role, it.content.as_str())
            });
            let ask = Ask {
                messages: messages.collect(),
                schema: request.schema.clone(),
                max_tokens: request.max_tokens,
                temperature: request.temperature,
                samples: request.samples,
                teaches: self.built_in,
            };
            // Not on the guest's stack, where this future is polled: a template engine looks at how
            // much of the thread's stack is left. Dropping the set ends the call.
            let (llm, account) = (self.llm.clone(), Arc::clone(&self.account));
            let mut call = JoinSet::new();
            call.spawn(async move { llm.complete(&ask, &account).await }.in_current_span());
            let answer = match call.join_next().await {
                Some(Ok(answer)) => answer.map_err(guests)?,
                Some(Err(error)) => return Err(ServiceError::Unavailable(format!("the call was lost: {error}"))),
                None => return Err(ServiceError::Unavailable("the call was lost".to_owned())),
            };
            let asked: Vec<&str> = request.messages.iter().map(|it| it.content.as_str()).collect();
            let asked: Arc<str> = asked.join("\n").into();
            self.said
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(answer.texts.iter().map(|it| (Arc::clone(&asked), it.clone())));
            Ok(Completion {
                texts: answer.texts,
                model: answer.model,
                usage: TokenUsage {
                    input: answer.tokens.input,
                    output: answer.tokens.output,
                },
                cached: answer.cached,
            })
        })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn guests(error: LlmError) -> ServiceError {
    let text = error.to_string();
    match error.kind {
        ErrorKind::Invalid => ServiceError::Invalid(text),
        ErrorKind::TimedOut => ServiceError::TimedOut(text),
        ErrorKind::BudgetExceeded => ServiceError::BudgetExceeded(text),
        _ => ServiceError::Unavailable(text),
    }
}
