use std::{num::NonZeroU32, time::Duration};

use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _, clock::DefaultClock};

use crate::problem::Refusal;

/// How often each key may ask.
pub(crate) struct Rates {
    limiter: DefaultKeyedRateLimiter<String>,
    per_minute: NonZeroU32,
    burst: NonZeroU32,
}

impl Rates {
    pub(crate) fn new(per_minute: u32, burst: u32) -> Self {
        let at_least_one = |it| NonZeroU32::new(it).unwrap_or(NonZeroU32::MIN);
        let (per_minute, burst) = (at_least_one(per_minute), at_least_one(burst));
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)),
            per_minute,
            burst,
        }
    }

    pub(crate) fn check(&self, key: &str) -> Result<(), Refusal> {
        let Err(early) = self.limiter.check_key(&key.to_owned()) else {
            return Ok(());
        };
        // Whole seconds, upwards: who comes back earlier is refused again.
        let wait = early.wait_time_from(DefaultClock::default().now());
        let wait = Duration::from_secs(wait.as_secs() + 1);
        Err(Refusal::transport(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many requests with this key",
            format!(
                "a key may make {} requests a minute, {} of them at once (`[access]`): try again in {} s",
                self.per_minute,
                self.burst,
                wait.as_secs()
            ),
        )
        .retry_after(wait))
    }

    /// Forgets keys that have not asked for long: they would be as new.
    pub(crate) fn forget(&self) {
        self.limiter.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_rate_of_its_own() {
        let rates = Rates::new(1, 2);
        assert!(rates.check("a").is_ok() && rates.check("a").is_ok());
        let refused = rates.check("a").unwrap_err();
        assert_eq!(refused.problem().code, "rate_limited");
        assert_eq!(refused.problem().status, 429);
        assert!(rates.check("b").is_ok());
        rates.forget();
    }
}
