//! One sample of a question: from the cache where it is there, else asked for, validated and repaired.

use super::{Inner, Shape};
use crate::{
    ErrorKind, LlmError, Message, Prompt, Role,
    cache::Accepted,
    chain::{self, Part},
    guard::guard,
    ledger::Account,
};

/// Repairs of one answer. A model that errs three times errs a fourth.
const REPAIRS: usize = 2;
/// Characters of a wrong answer that the model is shown again.
const SHOWN_AGAIN: usize = 2_000;

impl Inner {
    /// One sample, from the cache where it is there.
    pub(super) async fn sample(
        &self,
        shape: Shape<'_>,
        parts: &[Part<'_>],
        parameters: &[(&str, &str)],
        account: &Account,
    ) -> Result<(Accepted, bool), LlmError> {
        let Some(cache) = &self.cache else {
            return Ok((self.accepted(shape, parts, parameters, account).await?, false));
        };
        let messages = filled(parts, parameters)?;
        // A recording may be replayed against any endpoint; an answer that is kept is of this one.
        let settings = &self.settings;
        let question = serde_json::json!({
            "endpoint": [settings.base_url, settings.organization, settings.project],
            // How fast an answer comes would tell one tenant what another has asked.
            "tenant": account.tenant(),
            "question": self.exchange_of(shape, &messages).identity(),
        });
        let answer = cache.get(&question, || self.accepted(shape, parts, parameters, account));
        // Another's flight may take longer than we have.
        let Ok(answer) = tokio::time::timeout_at(account.deadline, answer).await else {
            return Err(over());
        };
        let (accepted, cached) = answer?;
        if cached {
            account.cached();
        }
        Ok((accepted, cached))
    }

    /// Asks, validates, and has the answer repaired where it is wrong.
    async fn accepted(
        &self,
        shape: Shape<'_>,
        parts: &[Part<'_>],
        parameters: &[(&str, &str)],
        account: &Account,
    ) -> Result<Accepted, LlmError> {
        let mut said = chain::run(self, account, shape, parts, parameters).await?;
        let mut tokens = said.tokens;
        let mut repairs = 0;
        let text = loop {
            let Some(schema) = shape.schema else { break said.text };
            let objections = match schema.accept(&said.text) {
                Ok(text) => break text,
                Err(objections) => objections,
            };
            if repairs == REPAIRS {
                return Err(LlmError::new(
                    ErrorKind::SchemaMismatch,
                    format!(
                        "after {REPAIRS} repairs the answer still is not what was asked for: {}",
                        objections.masked
                    ),
                ));
            }
            repairs += 1;
            account.repaired();
            let wrong = Message::new(Role::Assistant, said.text.chars().take(SHOWN_AGAIN).collect::<String>());
            let mut parts: Vec<Part<'_>> = parts
                .iter()
                .map(|it| match it {
                    Part::Plain(it) => Part::Plain(it),
                    Part::Template(role, text) => Part::Template(*role, text),
                })
                .collect();
            parts.push(Part::Plain(&wrong));
            parts.push(Part::Template(Role::User, self.prompts.text(Prompt::Repair)));
            let mut parameters = parameters.to_vec();
            parameters.push(("problems", &objections.full));
            said = chain::run(self, account, shape, &parts, &parameters).await?;
            tokens.input += said.tokens.input;
            tokens.output += said.tokens.output;
        };
        guard(self.settings.key.as_ref(), &filled(parts, parameters)?, &text)?;
        Ok(Accepted {
            text,
            model: said.model,
            tokens,
        })
    }
}

fn over() -> LlmError {
    LlmError::new(
        ErrorKind::TimedOut,
        "no answer before the time of this agent or request was over",
    )
}

/// The messages with their parameters.
fn filled(parts: &[Part<'_>], parameters: &[(&str, &str)]) -> Result<Vec<Message>, LlmError> {
    parts
        .iter()
        .map(|part| match part {
            Part::Plain(it) => Ok((*it).clone()),
            Part::Template(role, text) => chain::render(text, parameters)
                .map(|text| Message::new(*role, text))
                .map_err(|error| LlmError::new(ErrorKind::Invalid, format!("a prompt template: {error}"))),
        })
        .collect()
}
