//! What each tenant uses right now and has used today. It outlives a change of the configuration.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use deepfix_core::{Allowance, LlmAllowance, Problem, ProblemCode};
use deepfix_history::{History, Usage, now};
use tokio::{runtime::Handle, task::JoinSet};

use crate::{access::Identity, admission::RETRY_AFTER, problem::Refusal};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// All tenants that have limits of their own and have asked.
#[derive(Default)]
pub(crate) struct Tenants {
    all: Mutex<HashMap<Arc<str>, Arc<Tenant>>>,
    writing: Writing,
}

/// What was used and is on its way to the database.
type Writing = Arc<Mutex<JoinSet<()>>>;

#[derive(Default)]
struct Tenant {
    requests: AtomicUsize,
    budget: Mutex<Budget>,
}

/// The language model, of one day.
#[derive(Debug, Default)]
struct Budget {
    day: i64,
    used: Usage,
    /// Given to requests that are not over.
    lent: Usage,
}

impl Tenant {
    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request of a tenant, counted as long as this lives.
pub(crate) struct Place(Arc<Tenant>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What one request may use of the language model. Dropped, it gives back what was not used.
pub(crate) struct Loan {
    tenant: Arc<Tenant>,
    name: Arc<str>,
    day: i64,
    allowance: Arc<LlmAllowance>,
    history: Option<History>,
    writing: Writing,
}

impl Drop for Loan {
    fn drop(&mut self) {
        let used = Usage {
            calls: self.allowance.used_calls.load(Ordering::Relaxed),
            tokens: self.allowance.used_tokens.load(Ordering::Relaxed),
        };
        {
            let mut budget = self.tenant.budget();
            if budget.day == self.day {
                budget.lent = minus(
                    budget.lent,
                    Usage {
                        calls: self.allowance.calls,
                        tokens: self.allowance.tokens,
                    },
                );
                budget.used = plus(budget.used, used);
            }
        }
        if used == Usage::default() {
            return;
        }
        // The other servers of this database must know; the sum comes back with the next request.
        if let (Some(history), Ok(runtime)) = (self.history.take(), Handle::try_current()) {
            let (name, day) = (Arc::clone(&self.name), self.day);
            let write = async move {
                if let Err(error) = history.use_up(&name, day, used).await {
                    tracing::error!(%error, "what a tenant used of the language model was not written down");
                }
            };
            let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            while writing.try_join_next().is_some() {}
            writing.spawn_on(write, &runtime);
        }
    }
}

fn plus(a: Usage, b: Usage) -> Usage {
    Usage {
        calls: a.calls.saturating_add(b.calls),
        tokens: a.tokens.saturating_add(b.tokens),
    }
}

fn minus(a: Usage, b: Usage) -> Usage {
    Usage {
        calls: a.calls.saturating_sub(b.calls),
        tokens: a.tokens.saturating_sub(b.tokens),
    }
}

impl Tenants {
    fn of(&self, name: &Arc<str>) -> Arc<Tenant> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(Arc::clone(name)).or_default())
    }

    /// A place among the requests that a tenant may have at once; none where it has no such limit.
    pub(crate) fn enter(&self, identity: &Identity) -> Result<Option<Place>, Refusal> {
        let Some(most) = identity.rules.as_ref().and_then(|it| it.max_requests) else {
            return Ok(None);
        };
        let tenant = self.of(&identity.tenant);
        let place = Place(Arc::clone(&tenant));
        if tenant.requests.fetch_add(1, Ordering::Relaxed) < most {
            return Ok(Some(place));
        }
        let problem = Problem::new(
            ProblemCode::Overloaded,
            format!("{most} requests of this tenant run or wait (`[[tenant]] max_requests`): try again later"),
        );
        Err(Refusal::new(problem).retry_after(RETRY_AFTER))
    }

    /// Waits until what was used is written down: before a server ends.
    pub(crate) async fn written(&self) {
        let writing = std::mem::take(&mut *self.writing.lock().unwrap_or_else(PoisonError::into_inner));
        writing.join_all().await;
    }

    /// What a request may use. The second must live until the request is over.
    pub(crate) async fn allow(
        &self,
        identity: &Identity,
        history: Option<&History>,
        per_request: Usage,
    ) -> (Allowance, Option<Loan>) {
        let of = |agents, llm| Allowance {
            tenant: Arc::clone(&identity.tenant),
            agents,
            llm,
        };
        let Some(rules) = &identity.rules else {
            return (of(None, None), None);
        };
        let agents = rules.agents.as_ref().map(|it| it.clone().into());
        if rules.llm_calls.is_none() && rules.llm_tokens.is_none() {
            return (of(agents, None), None);
        }
        let day = now() / DAY;
        let tenant = self.of(&identity.tenant);
        // What other servers have counted; without an answer what this one has.
        let counted = match history {
            None => None,
            Some(history) => history.use_up(&identity.tenant, day, Usage::default()).await.ok(),
        };
        let mut budget = tenant.budget();
        if budget.day != day {
            *budget = Budget {
                day,
                ..Budget::default()
            };
        }
        if let Some(counted) = counted {
            budget.used.calls = budget.used.calls.max(counted.calls);
            budget.used.tokens = budget.used.tokens.max(counted.tokens);
        }
        let most = Usage {
            calls: rules.llm_calls.unwrap_or(u64::MAX),
            tokens: rules.llm_tokens.unwrap_or(u64::MAX),
        };
        let left = minus(minus(most, budget.used), budget.lent);
        let lent = Usage {
            calls: left.calls.min(per_request.calls),
            tokens: left.tokens.min(per_request.tokens),
        };
        budget.lent = plus(budget.lent, lent);
        drop(budget);
        let allowance = Arc::new(LlmAllowance {
            calls: lent.calls,
            tokens: lent.tokens,
            ..LlmAllowance::default()
        });
        let loan = Loan {
            tenant,
            name: Arc::clone(&identity.tenant),
            day,
            allowance: Arc::clone(&allowance),
            history: history.cloned(),
            writing: Arc::clone(&self.writing),
        };
        (of(agents, Some(allowance)), Some(loan))
    }
}

#[cfg(test)]
mod tests {
    use deepfix_config::TenantConfig;

    use super::*;

    fn identity(calls: u64, max_requests: usize) -> Identity {
        let rules = TenantConfig {
            name: "t".to_owned(),
            agents: Some(vec!["A".to_owned()]),
            requests_per_minute: None,
            burst: None,
            max_requests: Some(max_requests),
            llm_calls: Some(calls),
            llm_tokens: None,
            retention: None,
        };
        Identity {
            tenant: "t".into(),
            rules: Some(Arc::new(rules)),
            proven: true,
        }
    }

    const PER_REQUEST: Usage = Usage { calls: 3, tokens: 100 };

    #[tokio::test]
    async fn a_budget_is_lent_given_back_and_used_up() {
        let tenants = Tenants::default();
        let who = identity(5, 9);
        let calls = |it: &Allowance| it.llm.as_ref().unwrap().calls;
        let (first, loan) = tenants.allow(&who, None, PER_REQUEST).await;
        assert!(first.permits("A") && !first.permits("B"));
        assert_eq!(&*first.tenant, "t");
        let ruleless = Identity {
            rules: None,
            ..who.clone()
        };
        let (all, _no_loan) = tenants.allow(&ruleless, None, PER_REQUEST).await;
        assert_eq!((&*all.tenant, all.agents, all.llm.is_none()), ("t", None, true));
        let (second, other) = tenants.allow(&who, None, PER_REQUEST).await;
        // What runs at once cannot use more together than there is.
        assert_eq!((calls(&first), calls(&second)), (3, 2));
        let (third, _none) = tenants.allow(&who, None, PER_REQUEST).await;
        assert_eq!(calls(&third), 0);
        first.llm.as_ref().unwrap().used_calls.store(1, Ordering::Relaxed);
        drop((loan, other));
        let (last, _loan) = tenants.allow(&who, None, PER_REQUEST).await;
        assert_eq!(calls(&last), 3);
        let (rest, _rest) = tenants.allow(&who, None, PER_REQUEST).await;
        assert_eq!(calls(&rest), 1, "5 a day, 1 used, 3 lent");
    }

    #[test]
    fn a_tenant_has_so_many_requests_at_once() {
        let tenants = Tenants::default();
        let who = identity(0, 1);
        let place = tenants.enter(&who).unwrap();
        let refused = tenants.enter(&who).map(|_| ()).unwrap_err();
        assert_eq!((refused.problem().status, refused.problem().code), (429, "overloaded"));
        drop(place);
        assert!(tenants.enter(&who).unwrap().is_some());
        assert!(tenants.enter(&Identity::default()).unwrap().is_none());
    }
}
