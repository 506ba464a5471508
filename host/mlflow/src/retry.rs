//! Reads that are asked again: among thousands of requests some connection drops, and a server that restarts is
//! there again in a moment. Nothing that writes is sent twice: what the first one did is not known.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};

use crate::MlflowError;

/// How often and when a read is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// Attempts of one read: with the default pauses a server has 1.4 seconds to come back, which is what a proxy in
    /// front of it needs to notice; one that is down for longer is better told of.
    pub attempts: u32,
    /// The first pause; each further one is twice as long, so that a server that chokes on requests gets air.
    pub pause: Duration,
    /// The longest pause that a server may ask for. Who asks for a longer one is not asked again: waiting minutes
    /// for each of many requests would look like a hang.
    pub max_retry_after: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: 4,
            pause: Duration::from_millis(200),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

/// Why an attempt failed, and whether another one may not.
pub(crate) struct Failure {
    pub error: MlflowError,
    pub again: Again,
}

/// Whether a read is worth another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    Soon,
    /// Not before the time that the server asked for.
    After(Duration),
}

impl Again {
    /// What a status that is no success says of another attempt.
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let may_pass = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        if !may_pass {
            return Self::Never;
        }
        // Seconds; a date, which no tracking server sends, is not read.
        let asked = headers
            .get(RETRY_AFTER)
            .and_then(|it| it.to_str().ok()?.trim().parse().ok());
        asked.map_or(Self::Soon, |it| Self::After(Duration::from_secs(it)))
    }
}

impl Failure {
    /// One that another attempt would meet as well.
    pub(crate) fn lasting(error: MlflowError) -> Self {
        Self {
            error,
            again: Again::Never,
        }
    }
}

/// The attempts that one request has.
pub(crate) struct Attempts {
    left: u32,
    pause: Duration,
    longest: Duration,
}

impl Attempts {
    /// Those of a read.
    pub(crate) fn new(retries: Retries) -> Self {
        Self {
            left: retries.attempts.saturating_sub(1),
            pause: retries.pause,
            longest: retries.max_retry_after,
        }
    }

    /// The only one of a write.
    pub(crate) fn once() -> Self {
        Self {
            left: 0,
            pause: Duration::ZERO,
            longest: Duration::ZERO,
        }
    }

    /// Returns after a pause when there is to be another attempt.
    ///
    /// # Errors
    /// There is none: what went wrong.
    pub(crate) async fn another(&mut self, failure: Failure) -> Result<(), MlflowError> {
        let pause = match failure.again {
            Again::Never => return Err(failure.error),
            Again::After(asked) if asked > self.longest => return Err(failure.error),
            Again::Soon => self.pause,
            Again::After(asked) => self.pause.max(asked),
        };
        self.left = self.left.checked_sub(1).ok_or(failure.error)?;
        tokio::time::sleep(pause).await;
        self.pause = self.pause.saturating_mul(2);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use tokio::time::Instant;

    use super::*;

    fn failure(again: Again) -> Failure {
        Failure {
            error: MlflowError::NotConfigured,
            again,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_attempts_end() {
        let few = Retries {
            attempts: 2,
            pause: Duration::from_millis(7),
            ..Retries::default()
        };
        for (retries, wanted) in [(Retries::default(), &[200, 400, 800][..]), (few, &[7])] {
            let mut attempts = Attempts::new(retries);
            let mut pauses = Vec::new();
            loop {
                let before = Instant::now();
                if attempts.another(failure(Again::Soon)).await.is_err() {
                    break;
                }
                pauses.push(before.elapsed().as_millis());
            }
            assert_eq!(pauses, wanted);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_that_a_server_asks_for_is_kept() {
        let mut attempts = Attempts::new(Retries::default());
        for (asked, wanted) in [(3, 3000), (0, 400)] {
            let before = Instant::now();
            let again = Again::After(Duration::from_secs(asked));
            assert!(attempts.another(failure(again)).await.is_ok());
            assert_eq!(before.elapsed().as_millis(), wanted);
        }
        assert!(attempts.another(failure(Again::Never)).await.is_err());
        for (longest, is_asked_again) in [(29, false), (30, true)] {
            let retries = Retries {
                max_retry_after: Duration::from_secs(longest),
                ..Retries::default()
            };
            let asked = failure(Again::After(Duration::from_secs(30)));
            assert_eq!(Attempts::new(retries).another(asked).await.is_ok(), is_asked_again);
        }
        assert!(Attempts::once().another(failure(Again::Soon)).await.is_err());
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        let of = |status: u16, after: &str| {
            let value = HeaderValue::from_str(after).unwrap();
            Again::of(
                StatusCode::from_u16(status).unwrap(),
                &HeaderMap::from_iter([(RETRY_AFTER, value)]),
            )
        };
        for status in [429, 502, 503, 504] {
            let none = Again::of(StatusCode::from_u16(status).unwrap(), &HeaderMap::new());
            assert_eq!(
                (none, of(status, "7")),
                (Again::Soon, Again::After(Duration::from_secs(7)))
            );
        }
        assert_eq!(of(503, "Fri, 31 Dec 1999 23:59:59 GMT"), Again::Soon);
        for status in [400, 401, 403, 404, 409, 500, 501] {
            assert_eq!(of(status, "1"), Again::Never, "{status}");
        }
    }
}
