use crate::{
    bindings::{
        logging::{self, Level},
        progress,
    },
    state::HostState,
};

impl logging::Host for HostState {
    async fn log(&mut self, level: Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.gate.pass()?;
        let bytes = message.len()
            + fields
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>();
        if !self.gate.log(bytes as u64) {
            return Ok(());
        }
        let message = self.secrets.hidden(message);
        let (agent, request_id) = (&*self.agent, &*self.request_id);
        // Field names of a plugin are data, so they travel as one value.
        let fields = fields
            .iter()
            .map(|(name, value)| {
                let value = self.secrets.hidden(value.clone());
                format!("{}={value:?}", self.secrets.hidden(name.clone()))
            })
            .collect::<Vec<_>>()
            .join(" ");
        match level {
            Level::Trace => tracing::trace!(target: "deepfix::plugin", agent, request_id, fields, "{message:?}"),
            Level::Debug => tracing::debug!(target: "deepfix::plugin", agent, request_id, fields, "{message:?}"),
            Level::Info => tracing::info!(target: "deepfix::plugin", agent, request_id, fields, "{message:?}"),
            Level::Warn => tracing::warn!(target: "deepfix::plugin", agent, request_id, fields, "{message:?}"),
            Level::Error => tracing::error!(target: "deepfix::plugin", agent, request_id, fields, "{message:?}"),
        }
        Ok(())
    }
}

impl progress::Host for HostState {
    async fn report(&mut self, fraction: f64, message: String) -> wasmtime::Result<()> {
        self.gate.pass()?;
        if let Some(progress) = &self.services.progress {
            let fraction = if fraction.is_finite() {
                fraction.clamp(0.0, 1.0)
            } else {
                0.0
            };
            progress.report(&self.agent, fraction, &self.secrets.hidden(message));
        }
        Ok(())
    }
}
