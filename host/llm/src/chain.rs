//! Everything that touches `llm-chain`: prompt templates, steps and chains, with our own executor.
//!
//! Its trait has no place for what a call needs beyond the prompt, so an [`Executor`] is made for
//! each call and carries schema, budget, usage, deadline and sample; places, cache, recording and
//! the client are the service's. Not used: its drivers, tools, agents, document stores (a second
//! HTTP stack that nobody watches), its options (they print keys), and its map-reduce chain (it
//! loses parameters and may loop without bound). Templates are ours or the operator's; what
//! comes from artifacts is a parameter or a static string and never a template.

use std::sync::{Mutex, PoisonError};

use llm_chain::{
    Parameters,
    chains::sequential,
    frame::FormatAndExecuteError,
    options::Options,
    output::Output,
    prompt::{ChatMessage, ChatMessageCollection, ChatRole, Data, Prompt, PromptTemplate, StringTemplate},
    step::Step,
    tokens::{PromptTokensError, TokenCollection, TokenCount, Tokenizer, TokenizerError},
    traits::{self, ExecutorCreationError, ExecutorError},
};

use crate::{
    ErrorKind, LlmError, Message, Role,
    ledger::{Account, Tokens},
    service::{Inner, Shape},
};

/// A message of a step.
pub(crate) enum Part<'a> {
    /// As it is.
    Plain(&'a Message),
    /// A template of ours.
    Template(Role, &'a str),
}

/// One call of the model as llm-chain sees it.
struct Executor<'a> {
    inner: &'a Inner,
    account: &'a Account,
    shape: Shape<'a>,
    /// What the trait's output has no place for.
    said: Mutex<(String, Tokens)>,
}

/// What a chain answered.
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) model: String,
    pub(crate) tokens: Tokens,
}

/// Runs one prompt as a chain.
pub(crate) async fn run(
    inner: &Inner,
    account: &Account,
    shape: Shape<'_>,
    parts: &[Part<'_>],
    parameters: &[(&str, &str)],
) -> Result<Said, LlmError> {
    let executor = Executor {
        inner,
        account,
        shape,
        said: Mutex::default(),
    };
    let chain = sequential::Chain::of_one(Step::for_prompt_template(template(parts)));
    let output = chain.run(of(parameters), &executor).await.map_err(typed)?;
    let text = output
        .to_immediate()
        .await
        .map_err(|error| typed(FormatAndExecuteError::Execute(error).into()))?
        .primary_textual_output()
        .unwrap_or_default();
    let (model, tokens) = executor.said.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Said { text, model, tokens })
}

/// Fills in a template.
pub(crate) fn render(text: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
    StringTemplate::tera(text)
        .format(&of(parameters))
        .map_err(|error| error.to_string())
}

fn of(parameters: &[(&str, &str)]) -> Parameters {
    let start = Parameters::new();
    parameters
        .iter()
        .fold(start, |all, (name, value)| all.with(*name, *value))
}

fn template(parts: &[Part<'_>]) -> PromptTemplate {
    let messages = parts.iter().map(|part| {
        let (role, text) = match part {
            Part::Plain(it) => (it.role, StringTemplate::static_string(it.content.as_str())),
            Part::Template(role, text) => (*role, StringTemplate::tera(*text)),
        };
        let role = match role {
            Role::System => ChatRole::System,
            Role::User => ChatRole::User,
            Role::Assistant => ChatRole::Assistant,
        };
        ChatMessage::new(role, text)
    });
    Data::Chat(ChatMessageCollection::for_vector(messages.collect()))
}

/// Our own error out of llm-chain's.
fn typed(error: sequential::SequentialChainError) -> LlmError {
    let sequential::SequentialChainError::FormatAndExecuteError(error) = error else {
        return LlmError::new(ErrorKind::Invalid, "a chain without steps");
    };
    match error {
        FormatAndExecuteError::Execute(ExecutorError::InnerError(inner)) => match inner.downcast::<LlmError>() {
            Ok(error) => *error,
            Err(other) => LlmError::new(ErrorKind::Unavailable, other.to_string()),
        },
        FormatAndExecuteError::Execute(other) => LlmError::new(ErrorKind::Unavailable, other.to_string()),
        FormatAndExecuteError::Format(error) => {
            LlmError::new(ErrorKind::Invalid, format!("a prompt template: {error}"))
        }
    }
}

#[async_trait::async_trait]
impl traits::Executor for Executor<'_> {
    type StepTokenizer<'t>
        = NoTokenizer
    where
        Self: 't;

    fn new_with_options(_: Options) -> Result<Self, ExecutorCreationError> {
        Err(ExecutorCreationError::FieldRequiredError(
            "a call of the service".to_owned(),
        ))
    }

    async fn execute(&self, _: &Options, prompt: &Prompt) -> Result<Output, ExecutorError> {
        let messages: Vec<Message> = prompt
            .to_chat()
            .iter()
            .map(|it| {
                let role = match it.role() {
                    ChatRole::System => Role::System,
                    ChatRole::Assistant => Role::Assistant,
                    ChatRole::User | ChatRole::Other(_) => Role::User,
                };
                Message::new(role, it.body().as_str())
            })
            .collect();
        let reply = self
            .inner
            .exchange(self.shape, &messages, self.account)
            .await
            .map_err(|error| ExecutorError::InnerError(Box::new(error)))?;
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = (reply.model, reply.tokens);
        Ok(Output::new_immediate(Data::text(reply.text)))
    }

    fn tokens_used(&self, _: &Options, _: &Prompt) -> Result<TokenCount, PromptTokensError> {
        Err(PromptTokensError::NotAvailable)
    }

    fn max_tokens_allowed(&self, _: &Options) -> i32 {
        i32::try_from(self.shape.max_tokens).unwrap_or(i32::MAX)
    }

    fn answer_prefix(&self, _: &Prompt) -> Option<String> {
        None
    }

    fn get_tokenizer(&self, _: &Options) -> Result<NoTokenizer, TokenizerError> {
        Err(TokenizerError::TokenizerCreationError)
    }
}

/// Tokens are counted by the endpoint; prompts are bounded in characters.
struct NoTokenizer;

impl Tokenizer for NoTokenizer {
    fn tokenize_str(&self, _: &str) -> Result<TokenCollection, TokenizerError> {
        Err(TokenizerError::TokenizationError)
    }

    fn to_string(&self, _: TokenCollection) -> Result<String, TokenizerError> {
        Err(TokenizerError::ToStringError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_never_templates_themselves() {
        let filled = render("Hello {{ name }}!", &[("name", "{{ secret }}{% include \"x\" %}")]).unwrap();
        assert_eq!(filled, "Hello {{ secret }}{% include \"x\" %}!");
        assert!(render("{{ nowhere }}", &[]).is_err());
    }
}
