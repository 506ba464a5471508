//! The language model of one request: a budget for all agents, an account for each.

mod agent;
mod settings;
mod used;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use deepfix_core::{Allowance, AnalyseResponse, Capability, LlmAllowance};
use deepfix_llm::{Account, Llm, RequestBudget};
use deepfix_runtime::{Plugin, RunInput};

use crate::{
    translate::{self, Translated},
    wanted,
};
use agent::AgentModel;
pub(crate) use settings::service;
use used::{tell, warn};

/// The share of an agent's time after which its calls end: what it knows without them has to be
/// handed over within the rest.
const CALLS_SHARE: f64 = 0.85;
/// The account of the host itself.
const TRANSLATION: &str = "translation";

/// The model as all agents of one request share it.
pub(crate) struct RequestModel<'a> {
    llm: &'a Llm,
    samples: u32,
    budget: Arc<RequestBudget>,
    accounts: Mutex<BTreeMap<String, Arc<Account>>>,
    allowance: Option<Arc<LlmAllowance>>,
    /// Whether log and metrics have what was used.
    told: AtomicBool,
}

impl Drop for RequestModel<'_> {
    /// Tells what was used, also where the client went away.
    fn drop(&mut self) {
        if !self.told.load(Ordering::Relaxed) {
            let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            for (name, account) in accounts.iter() {
                tell(name, &account.spend());
            }
        }
        if let Some(allowance) = &self.allowance {
            let (calls, tokens) = self.budget.used();
            allowance.used_calls.store(calls, Ordering::Relaxed);
            allowance.used_tokens.store(tokens, Ordering::Relaxed);
        }
    }
}

impl<'a> RequestModel<'a> {
    /// None where the one who asks has nothing left.
    pub(crate) fn new(llm: &'a Llm, samples: u32, allowance: &Allowance) -> Option<Self> {
        let left = match &allowance.llm {
            None => None,
            Some(it) if it.calls == 0 || it.tokens == 0 => return None,
            Some(it) => Some((it.calls, it.tokens)),
        };
        let budget = llm.budget_of(&allowance.tenant, left);
        let allowance = allowance.llm.clone();
        Some(Self {
            llm,
            samples,
            budget,
            allowance,
            accounts: Mutex::default(),
            told: AtomicBool::new(false),
        })
    }

    fn account(&self, name: &str, time: Duration) -> Arc<Account> {
        let account = Arc::new(self.llm.account(&self.budget, time));
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(name.to_owned(), Arc::clone(&account));
        account
    }

    /// Gives an agent that may use it the model.
    pub(crate) fn lend(&self, plugin: &Plugin, input: &mut RunInput) {
        if !plugin.config().grants.capabilities.contains(&Capability::Llm) {
            return;
        }
        let time = plugin
            .config()
            .limits
            .wall_time
            .min(input.time_left)
            .mul_f64(CALLS_SHARE);
        input.services.llm = Arc::new(AgentModel {
            llm: self.llm.clone(),
            samples: self.samples,
            account: self.account(plugin.name(), time),
            built_in: wanted::marks(plugin),
            said: Mutex::default(),
        });
    }

    /// Translates a response's texts, where its language is `foreign` to the built-in ones, within
    /// the time that is left; then says what was used. `others`: the agents that do not come with the
    /// host.
    pub(crate) async fn finish(
        &self,
        language: &str,
        foreign: bool,
        others: &[String],
        left: Duration,
        response: &mut AnalyseResponse,
    ) {
        if foreign && translate::is_language(language) {
            let account = self.account(TRANSLATION, left.mul_f64(CALLS_SHARE));
            let Translated { texts, done } = translate::translate(self.llm, &account, language, others, response).await;
            if done < texts {
                let text = format!(
                    "language `{language}`: {} of {texts} texts stay in English",
                    texts - done
                );
                warn(response, &text);
            }
        }
        self.report(response);
    }
}
