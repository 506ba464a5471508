//! The section `[server]`.

use std::net::SocketAddr;

use crate::{ConfigError, ServerConfig, load::Checker, raw::RawServer};

/// What the HTTP library can be given as the size of its buffer for a request's head: it panics
/// below the lower one, and no client needs more than the upper one.
const HEAD_SIZES: std::ops::RangeInclusive<usize> = (8 << 10)..=(16 << 20);

impl Checker<'_> {
    pub(crate) fn server(&self, raw: &RawServer) -> Result<ServerConfig, ConfigError> {
        let default = ServerConfig::default();
        let at_least_one = |key: &str, value: Option<usize>, default| self.at_least_one(key, value.unwrap_or(default));
        let max_head = raw
            .max_head
            .map_or(default.max_head, |it| usize::try_from(it).unwrap_or(usize::MAX));
        if !HEAD_SIZES.contains(&max_head) {
            return Err(self.wrong(
                "server.max_head",
                format!("{max_head} bytes"),
                "between `8 KiB` and `16 MiB`",
            ));
        }
        let address = |key: &str, text: Option<&str>| {
            let parsed = text.filter(|it| !it.is_empty()).map(|text| {
                let expected = "an address and port such as `127.0.0.1:8844`";
                text.parse::<SocketAddr>()
                    .map_err(|_| self.wrong(key, format!("`{text}`"), expected))
            });
            parsed.transpose()
        };
        Ok(ServerConfig {
            listen: address("server.listen", raw.listen.as_deref())?.unwrap_or(default.listen),
            admin_listen: address("server.admin_listen", raw.admin_listen.as_deref())?,
            max_body: raw.max_body.unwrap_or(default.max_body),
            max_in_flight: at_least_one("server.max_in_flight", raw.max_in_flight, default.max_in_flight)?,
            max_waiting: raw.max_waiting.unwrap_or(default.max_waiting),
            request_timeout: self.time(
                "server.request_timeout",
                raw.request_timeout.as_ref(),
                default.request_timeout,
            )?,
            drain_timeout: self.time(
                "server.drain_timeout",
                raw.drain_timeout.as_ref(),
                default.drain_timeout,
            )?,
            header_timeout: self.time(
                "server.header_timeout",
                raw.header_timeout.as_ref(),
                default.header_timeout,
            )?,
            max_head,
            body_timeout: self.time("server.body_timeout", raw.body_timeout.as_ref(), default.body_timeout)?,
            body_idle_timeout: self.time(
                "server.body_idle_timeout",
                raw.body_idle_timeout.as_ref(),
                default.body_idle_timeout,
            )?,
            write_timeout: self.time(
                "server.write_timeout",
                raw.write_timeout.as_ref(),
                default.write_timeout,
            )?,
            max_connections: at_least_one("server.max_connections", raw.max_connections, default.max_connections)?,
            max_jobs: at_least_one("server.max_jobs", raw.max_jobs, default.max_jobs)?,
            job_retention: self.time(
                "server.job_retention",
                raw.job_retention.as_ref(),
                default.job_retention,
            )?,
        })
    }
}
