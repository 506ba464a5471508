//! The real server as a child process.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Result, binary, client::Client, root};

/// Longer than any start: a server that is not ready by then has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(crate) ready_after: Duration,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// With values of the configuration as environment variables.
    pub(crate) fn start_with(environment: &[(&str, String)]) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(root())
            .env("DEEPFIX_LOG__FORMAT", "json")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stderr(Stdio::piped())
            .spawn()?;
        let log = child.stderr.take().ok_or("no log")?;
        let mut lines = BufReader::new(log).lines();
        let address = loop {
            let line = lines.next().ok_or("the server ended before it was ready")??;
            let record: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if record.get("message").and_then(|it| it.as_str()) == Some("ready") {
                break record
                    .get("address")
                    .and_then(|it| it.as_str())
                    .ok_or("no address")?
                    .parse()?;
            }
            if started.elapsed() > PATIENCE {
                return Err("the server is not ready".into());
            }
        };
        // The log must be read on, or the server blocks when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Client::connect(address)?.get("/health")?;
        Ok(Self {
            child,
            address,
            ready_after: started.elapsed(),
        })
    }

    /// Resident memory in bytes, now.
    pub(crate) fn resident(&self) -> u64 {
        status(self.child.id(), "VmRSS:")
    }
}

/// A line of a process's status, in bytes.
pub(crate) fn status(process: u32, name: &str) -> u64 {
    fs::read_to_string(format!("/proc/{process}/status"))
        .ok()
        .and_then(|text| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse().ok())
        })
        .map_or(0, |kilobytes: u64| kilobytes * 1024)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
