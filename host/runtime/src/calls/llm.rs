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
    services::{self, LanguageModel, ServiceError},
    state::HostState,
    tape::taped,
};

/// What a request without `max-tokens` may produce.
const DEFAULT_TOKENS: u32 = 1024;
/// A token is at least this many bytes of prompt on average in any tokenizer that is in use,
/// so that a prompt's tokens are known well enough before it is sent.
const BYTES_PER_TOKEN: u64 = 3;

type ModelAnswer = Result<services::Completion, ServiceError>;

/// Calls and tokens charged in advance.
#[derive(Clone, Copy)]
struct Charged {
    calls: u64,
    prompt: u64,
    answer: u64,
}

impl Charged {
    /// The calls whose charge stays, since the service refused what was asked.
    fn refused(self, answer: &ModelAnswer) -> u64 {
        match answer {
            Err(ServiceError::Invalid(_)) => self.calls,
            _ => 0,
        }
    }
}

impl HostState {
    /// Authorises and charges a request: its calls, its prompt, and the longest answer that it
    /// may give. Requests of one `complete-all` run at once, so what an answer may cost has to be
    /// set aside before any is sent; [`HostState::settle`] gives back what was not used.
    fn admit(&mut self, request: CompletionRequest) -> Result<(services::CompletionRequest, Charged), HostError> {
        self.gate.enter(Access::Capability(Capability::Llm))?;
        if request.samples == 0 {
            return Err(HostError::Invalid("`samples` is 0, expected at least 1".to_owned()));
        }
        let samples = u64::from(request.samples);
        let bytes: usize = request.messages.iter().map(|it| it.content.len()).sum();
        let bytes = bytes + request.schema.as_ref().map_or(0, String::len);
        self.gate.charge(Cost::LlmCalls(samples))?;
        let prompt = (bytes as u64 / BYTES_PER_TOKEN).saturating_mul(samples);
        self.gate.charge(Cost::LlmTokens(prompt))?;
        let share = u32::try_from(self.gate.remaining_tokens() / samples).unwrap_or(u32::MAX);
        let max_tokens = request.max_tokens.unwrap_or(DEFAULT_TOKENS).min(share).max(1);
        let answer = u64::from(max_tokens).saturating_mul(samples);
        self.gate.charge(Cost::LlmTokens(answer))?;
        let request = services::CompletionRequest {
            messages: request
                .messages
                .into_iter()
                .map(|it| services::Message {
                    role: match it.role {
                        Role::System => services::Role::System,
                        Role::User => services::Role::User,
                        Role::Assistant => services::Role::Assistant,
                    },
                    content: self.secrets.hidden(it.content),
                })
                .collect(),
            schema: request.schema.map(|it| self.secrets.hidden(it)),
            max_tokens,
            temperature: request.temperature,
            samples: request.samples,
        };
        let charged = Charged {
            calls: samples,
            prompt,
            answer,
        };
        Ok((request, charged))
    }

    /// Replaces what was charged by what was used. A service that does not count the prompt is
    /// held to the estimate; a call that failed has used its prompt. One that counts what its repairs
    /// and failures cost is asked afterwards, when nothing is under way: `Gate::settle_model`.
    fn settle(&mut self, charged: Charged, answer: ModelAnswer) -> Result<Completion, HostError> {
        let (input, output) = match &answer {
            Ok(completion) if completion.usage.input > 0 => (completion.usage.input, completion.usage.output),
            Ok(completion) => (charged.prompt, completion.usage.output),
            Err(_) => (charged.prompt, 0),
        };
        self.gate.settle_tokens(
            charged.prompt.saturating_add(charged.answer),
            input.saturating_add(output),
        );
        let completion = answer?;
        Ok(Completion {
            texts: completion.texts,
            model: completion.model,
            usage: Usage {
                input_tokens: completion.usage.input,
                output_tokens: completion.usage.output,
            },
            cached: completion.cached,
        })
    }
}

impl Host for HostState {
    async fn available(&mut self) -> wasmtime::Result<bool> {
        taped!(self, "llm.available", [], self.made_available_model())
    }

    async fn complete(&mut self, request: CompletionRequest) -> Result<Completion, HostError> {
        taped!(
            self,
            "llm.complete",
            [written(&request)],
            self.made_complete(request.clone())
        )
    }

    async fn complete_all(
        &mut self,
        requests: Vec<CompletionRequest>,
    ) -> wasmtime::Result<Vec<Result<Completion, types::Error>>> {
        let all: Vec<_> = match &self.tape {
            Some(_) => requests.iter().map(written).collect(),
            None => Vec::new(),
        };
        taped!(self, "llm.complete-all", [all], self.made_complete_all(requests))
    }
}

/// A request on the tape.
fn written(request: &CompletionRequest) -> serde_json::Value {
    let role = |role: Role| match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let messages: Vec<_> = request.messages.iter().map(|it| (role(it.role), &it.content)).collect();
    serde_json::json!({
        "messages": messages,
        "schema": request.schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature.map(|it| it.to_string()),
        "samples": request.samples,
    })
}

impl HostState {
    async fn made_available_model(&mut self) -> wasmtime::Result<bool> {
        self.gate.pass()?;
        Ok(self.gate.may_use(Capability::Llm) && self.services.llm.available())
    }

    async fn made_complete(&mut self, request: CompletionRequest) -> Result<Completion, HostError> {
        let (request, charged) = self.admit(request)?;
        let llm = Arc::clone(&self.services.llm);
        let answer = llm.complete(&request).await;
        let refused = charged.refused(&answer);
        let settled = self.settle(charged, answer);
        self.gate.settle_model(llm.spent(), refused);
        settled
    }

    async fn made_complete_all(
        &mut self,
        requests: Vec<CompletionRequest>,
    ) -> wasmtime::Result<Vec<Result<Completion, types::Error>>> {
        let mut answers: Vec<Result<(Charged, Option<ModelAnswer>), HostError>> = Vec::new();
        let mut running = JoinSet::new();
        for (index, request) in requests.into_iter().enumerate() {
            match self.admit(request) {
                Err(error) => answers.push(Err(error)),
                Ok((request, charged)) => {
                    answers.push(Ok((charged, None)));
                    let llm: Arc<dyn LanguageModel> = Arc::clone(&self.services.llm);
                    running.spawn(async move { (index, llm.complete(&request).await) });
                }
            }
        }
        while let Some(finished) = running.join_next().await {
            let (index, answer) = match finished {
                Ok(finished) => finished,
                // A fault of the host, as it would be in `complete`.
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => return Err(error.into()),
                },
            };
            if let Some(Ok((_, place))) = answers.get_mut(index) {
                *place = Some(answer);
            }
        }
        let spent = self.services.llm.spent();
        let lost = || Err(ServiceError::Unavailable("the call was lost".to_owned()));
        let mut results = Vec::with_capacity(answers.len());
        let mut refused = 0_u64;
        for answer in answers {
            let settled = answer.and_then(|(charged, answer)| {
                let answer = answer.unwrap_or_else(lost);
                refused = refused.saturating_add(charged.refused(&answer));
                self.settle(charged, answer)
            });
            results.push(match settled {
                Ok(completion) => Ok(completion),
                Err(error) => Err(types::Host::convert_error(self, error)?),
            });
        }
        self.gate.settle_model(spent, refused);
        Ok(results)
    }
}
