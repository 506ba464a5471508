//! The one place where a host call is authorised and metered.

use deepfix_core::{ArtifactKind, Capability, Limits};
use serde::Serialize;

use crate::{
    Secrets,
    error::{Ended, HostError},
    printed::LogMeter,
};

/// Calls beyond `host_calls` after which the guest is ended. One that heeds the refusal needs a
/// few more, to log and to close what it opened.
const GRACE: u64 = 1_000;
/// Characters of a name of the guest's own in a message.
const SHOWN: usize = 100;
/// What the host adds to each log record (time, agent, request id): without it, a flood of empty
/// records would cost nothing.
const RECORD: u64 = 64;

/// What an agent is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    /// Artifact kinds that it may read.
    pub artifacts: Vec<ArtifactKind>,
    /// Capabilities that it may use.
    pub capabilities: Vec<Capability>,
    /// Namespaces of fault codes that it may report beside its own.
    pub namespaces: Vec<String>,
    /// Secrets that it may read.
    pub secrets: Secrets,
}

impl Grants {
    /// Nothing at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            artifacts: Vec::new(),
            capabilities: Vec::new(),
            namespaces: Vec::new(),
            secrets: Secrets::default(),
        }
    }

    /// The configuration line that grants an artifact kind in addition.
    #[must_use]
    pub fn artifact_line(&self, kind: ArtifactKind) -> String {
        let mut names: Vec<_> = self.artifacts.iter().map(|it| it.config_name()).collect();
        names.push(kind.config_name());
        line("artifacts", &names)
    }

    /// The configuration line that grants a capability in addition.
    #[must_use]
    pub fn capability_line(&self, capability: Capability) -> String {
        let mut names: Vec<_> = self.capabilities.iter().map(|it| it.config_name()).collect();
        names.push(capability.config_name());
        line("capabilities", &names)
    }

    /// The configuration line that allows a namespace of codes in addition.
    #[must_use]
    pub fn namespace_line(&self, namespace: &str) -> String {
        let mut names: Vec<_> = self.namespaces.iter().map(String::as_str).collect();
        names.push(namespace);
        line("namespaces", &names)
    }

    /// The configuration line that grants a secret. Its form is shown: what is granted already stays.
    #[must_use]
    pub fn secret_line(name: &str) -> String {
        format!("secrets = {{ {name} = {{ env = \"VARIABLE\" }} }}")
    }
}

fn line(key: &str, names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|it| format!("\"{it}\"")).collect();
    format!("{key} = [{}]", names.join(", "))
}

/// What an agent used in one analysis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of `Limits`")]
pub struct Usage {
    pub host_calls: u64,
    pub artifact_bytes: u64,
    pub knowledge_searches: u64,
    pub llm_calls: u64,
    pub llm_tokens: u64,
    pub log_bytes: u64,
    pub dropped_log_records: u64,
}

/// What a host call wants.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access<'a> {
    /// Nothing that needs a grant.
    Free,
    Artifact(ArtifactKind),
    Capability(Capability),
    Secret(&'a str),
}

/// What a host call uses up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cost {
    ArtifactBytes(u64),
    KnowledgeSearch,
    LlmCalls(u64),
    LlmTokens(u64),
}

/// Authorises and meters the host calls of one analysis.
#[derive(Debug)]
pub(crate) struct Gate {
    agent: String,
    grants: Grants,
    limits: Limits,
    usage: Usage,
    model: Counted,
    log: LogMeter,
}

/// Calls of the language model.
#[derive(Debug, Default)]
struct Counted {
    /// What its service has counted of them.
    spent: u64,
    /// What stands in the usage for those that have ended.
    settled: u64,
}

impl Gate {
    pub(crate) fn new(agent: &str, grants: Grants, limits: Limits) -> Self {
        let log = LogMeter::new(limits.log_bytes);
        Self {
            agent: agent.to_owned(),
            grants,
            limits,
            usage: Usage::default(),
            model: Counted::default(),
            log,
        }
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.grants.secrets
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            log_bytes: self.log.used(),
            dropped_log_records: self.log.dropped(),
            ..self.usage
        }
    }

    /// Shared with standard output and standard error: all three draw on one budget.
    pub(crate) fn log_meter(&self) -> LogMeter {
        self.log.clone()
    }

    pub(crate) fn may_read(&self, kind: ArtifactKind) -> bool {
        self.grants.artifacts.contains(&kind)
    }

    pub(crate) fn may_use(&self, capability: Capability) -> bool {
        self.grants.capabilities.contains(&capability)
    }

    /// Every host function passes here first.
    pub(crate) fn enter(&mut self, access: Access<'_>) -> Result<(), HostError> {
        self.usage.host_calls += 1;
        if self.usage.host_calls > self.limits.host_calls {
            let refusal = self.exceeded("host_calls", self.limits.host_calls);
            if self.usage.host_calls <= self.limits.host_calls.saturating_add(GRACE) {
                return Err(HostError::BudgetExceeded(refusal));
            }
            return Err(HostError::Ended(format!(
                "{refusal}; it went on calling, and was ended"
            )));
        }
        match access {
            Access::Free => Ok(()),
            Access::Artifact(kind) if self.may_read(kind) => Ok(()),
            Access::Artifact(kind) => Err(HostError::Denied(format!(
                "`{}` may not read the {} artifact; grant it in its entry of deepfix.toml with `{}`",
                self.agent,
                kind.config_name(),
                self.grants.artifact_line(kind)
            ))),
            Access::Capability(it) if self.may_use(it) => Ok(()),
            Access::Capability(it) => Err(HostError::Denied(format!(
                "`{}` may not use the capability `{}`; grant it in its entry of deepfix.toml with `{}`",
                self.agent,
                it.config_name(),
                self.grants.capability_line(it)
            ))),
            Access::Secret(name) if self.grants.secrets.get(name).is_some() => Ok(()),
            Access::Secret(name) => {
                let name: String = name.chars().take(SHOWN).collect();
                Err(HostError::Denied(format!(
                    "`{}` may not read the secret `{name}`; grant it in its entry of deepfix.toml with `{}`",
                    self.agent,
                    Grants::secret_line(&name)
                )))
            }
        }
    }

    /// The same for a function whose type has no error: it goes on working over the limit, until
    /// the guest is ended.
    pub(crate) fn pass(&mut self) -> wasmtime::Result<()> {
        match self.enter(Access::Free) {
            Err(HostError::Ended(text)) => Err(wasmtime::Error::new(Ended(text))),
            _ => Ok(()),
        }
    }

    /// What a call uses up, charged before it is handed over.
    pub(crate) fn charge(&mut self, cost: Cost) -> Result<(), HostError> {
        let (name, used, amount, limit) = match cost {
            Cost::ArtifactBytes(bytes) => (
                "artifact_bytes",
                &mut self.usage.artifact_bytes,
                bytes,
                self.limits.artifact_bytes,
            ),
            Cost::KnowledgeSearch => (
                "knowledge_searches",
                &mut self.usage.knowledge_searches,
                1,
                self.limits.knowledge_searches,
            ),
            Cost::LlmCalls(calls) => ("llm_calls", &mut self.usage.llm_calls, calls, self.limits.llm_calls),
            Cost::LlmTokens(tokens) => ("llm_tokens", &mut self.usage.llm_tokens, tokens, self.limits.llm_tokens),
        };
        let total = used.saturating_add(amount);
        if total > limit {
            return Err(HostError::BudgetExceeded(self.exceeded(name, limit)));
        }
        *used = total;
        Ok(())
    }

    /// Corrects a charge by what an answer really used. A model that says more than it was
    /// asked for may exceed the limit by one answer, after which every further call is refused.
    pub(crate) fn settle_tokens(&mut self, charged: u64, used: u64) {
        self.usage.llm_tokens = self.usage.llm_tokens.saturating_sub(charged).saturating_add(used);
    }

    /// Replaces what was charged of the language model by what was spent, where that is known. `refused`: the
    /// calls that ended as invalid. They may have cost the host work before any was counted, so that they
    /// stay charged.
    pub(crate) fn settle_model(&mut self, spent: Option<(u64, u64)>, refused: u64) {
        if let Some((calls, tokens)) = spent {
            let more = calls.saturating_sub(self.model.spent).max(refused);
            self.model.spent = calls;
            self.model.settled = self.model.settled.saturating_add(more);
            self.usage.llm_calls = self.model.settled;
            self.usage.llm_tokens = tokens;
        }
    }

    pub(crate) fn remaining_tokens(&self) -> u64 {
        self.limits.llm_tokens.saturating_sub(self.usage.llm_tokens)
    }

    /// Whether a log record of this size still fits; one that does not is counted.
    pub(crate) fn log(&mut self, bytes: u64) -> bool {
        self.log.record(bytes.saturating_add(RECORD))
    }

    fn exceeded(&self, name: &str, limit: u64) -> String {
        format!(
            "`{}` used up its limit `{name} = {limit}`; raise it under `limits` of its entry in deepfix.toml",
            self.agent
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_were_refused_as_invalid_stay_charged() {
        let limits = Limits {
            llm_calls: 3,
            ..Limits::default()
        };
        let mut gate = Gate::new("A", Grants::none(), limits);
        // One that was answered, with a repair.
        gate.charge(Cost::LlmCalls(1)).unwrap();
        gate.settle_model(Some((2, 50)), 0);
        assert_eq!((gate.usage().llm_calls, gate.usage().llm_tokens), (2, 50));
        // One of which the service counted nothing, first without and then with the host's work.
        gate.charge(Cost::LlmCalls(1)).unwrap();
        gate.settle_model(Some((2, 50)), 0);
        assert_eq!(gate.usage().llm_calls, 2);
        gate.charge(Cost::LlmCalls(1)).unwrap();
        gate.settle_model(Some((2, 50)), 1);
        assert_eq!(gate.usage().llm_calls, 3);
        assert!(gate.charge(Cost::LlmCalls(1)).is_err());
    }
}
