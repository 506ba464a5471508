use std::sync::Arc;

use deepfix_core::Capability;
use tokio::task::JoinSet;

use crate::{
    bindings::{
        llm::{Completion, CompletionRequest, Host, Role, Usage},
        types,
    },
    error::HostError,
    gate::{Access, Cost},
    services::{self, LanguageModel},
    state::HostState,
};

/// What a request without `max-tokens` may produce.
const DEFAULT_TOKENS: u32 = 1024;
/// A token is at least this many bytes of prompt on average in any tokenizer that is in use,
/// so that a prompt's tokens are known well enough before it is sent.
const BYTES_PER_TOKEN: u64 = 3;

impl HostState {
    /// Authorises and charges a request: its calls and its prompt. The answer is charged when
    /// it is there.
    fn admit(&mut self, request: CompletionRequest) -> Result<services::CompletionRequest, HostError> {
        self.gate.enter(Access::Capability(Capability::Llm))?;
        if request.samples == 0 {
            return Err(HostError::Invalid("`samples` is 0, expected at least 1".to_owned()));
        }
        let prompt: u64 = request.messages.iter().map(|it| it.content.len() as u64).sum();
        self.gate.charge(Cost::LlmCalls(u64::from(request.samples)))?;
        self.gate.charge(Cost::LlmTokens(prompt / BYTES_PER_TOKEN * u64::from(request.samples)))?;
        let remaining = u32::try_from(self.gate.remaining_tokens()).unwrap_or(u32::MAX);
        if remaining == 0 {
            self.gate.charge(Cost::LlmTokens(1))?;
        }
        Ok(services::CompletionRequest {
            messages: request
                .messages
                .into_iter()
                .map(|it| services::Message {
                    role: match it.role {
                        Role::System => services::Role::System,
                        Role::User => services::Role::User,
                        Role::Assistant => services::Role::Assistant,
                    },
                    content: it.content,
                })
                .collect(),
            schema: request.schema,
            max_tokens: request.max_tokens.unwrap_or(DEFAULT_TOKENS).min(remaining),
            temperature: request.temperature,
            samples: request.samples,
        })
    }

    fn settle(&mut self, completion: services::Completion) -> Completion {
        self.gate.spent_tokens(completion.usage.output);
        Completion {
            texts: completion.texts,
            model: completion.model,
            usage: Usage { input_tokens: completion.usage.input, output_tokens: completion.usage.output },
            cached: completion.cached,
        }
    }
}

impl Host for HostState {
    async fn available(&mut self) -> wasmtime::Result<bool> {
        let _ = self.gate.enter(Access::Free);
        Ok(self.gate.may_use(Capability::Llm) && self.services.llm.available())
    }

    async fn complete(&mut self, request: CompletionRequest) -> Result<Completion, HostError> {
        let request = self.admit(request)?;
        let llm = Arc::clone(&self.services.llm);
        let completion = llm.complete(&request).await?;
        Ok(self.settle(completion))
    }

    async fn complete_all(
        &mut self,
        requests: Vec<CompletionRequest>,
    ) -> wasmtime::Result<Vec<Result<Completion, types::Error>>> {
        let mut answers: Vec<Option<Result<services::Completion, HostError>>> = Vec::new();
        let mut running = JoinSet::new();
        for (index, request) in requests.into_iter().enumerate() {
            match self.admit(request) {
                Err(error) => answers.push(Some(Err(error))),
                Ok(request) => {
                    answers.push(None);
                    let llm: Arc<dyn LanguageModel> = Arc::clone(&self.services.llm);
                    running.spawn(async move { (index, llm.complete(&request).await) });
                }
            }
        }
        while let Some(finished) = running.join_next().await {
            let (index, answer) = finished?;
            if let Some(place) = answers.get_mut(index) {
                *place = Some(answer.map_err(HostError::from));
            }
        }
        let lost = || Err(HostError::Unavailable("the call was lost".to_owned()));
        let mut results = Vec::with_capacity(answers.len());
        for answer in answers {
            results.push(match answer.unwrap_or_else(lost) {
                Ok(completion) => Ok(self.settle(completion)),
                Err(error) => Err(types::Host::convert_error(self, error)?),
            });
        }
        Ok(results)
    }
}
