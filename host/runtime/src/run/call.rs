//! One call into a guest: a fresh store and instance, under every limit, and what is left of them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deepfix_core::{AgentError, FailureReason};
use wasmtime::{Store, UpdateDeadline};

use super::{RunInput, Spent};
use crate::{
    Plugin, Secrets,
    bindings::{reasoner::exports::deepfix::analysis::reason, types},
    cpu::{CpuClock, HostPanic},
    error::Mismatch,
    gate::Gate,
    load::Pre,
    state::HostState,
    trap,
};

/// A call into the guest.
pub(super) enum Job {
    Describe,
    Analyze(types::Request),
    Reason(reason::ReasonRequest),
}

/// What the guest returned.
pub(super) enum Answer {
    Description(types::Description),
    Report(Result<types::Report, types::Error>),
}

impl Plugin {
    /// A fresh store and instance, under every limit.
    pub(super) async fn call(&self, input: RunInput, job: Job) -> (Result<Answer, AgentError>, After) {
        let limits = self.config.limits;
        // Before anything is set up: a burst that exceeds the places waits its turn.
        let arrived = Instant::now();
        let wait = limits.wall_time.min(input.time_left);
        let Ok(Some(_slot)) = tokio::time::timeout(wait, self.slots.take()).await else {
            return (Err(self.no_place(wait)), After::nothing());
        };
        let time_left = input.time_left.saturating_sub(arrived.elapsed());
        let wall_time = limits.wall_time.min(time_left);
        let mut grants = self.config.grants.clone();
        if matches!(job, Job::Describe) {
            // What a plugin says of itself is shown to everybody; and nothing there needs a secret.
            grants.secrets = Secrets::default();
        }
        let gate = Gate::new(&self.name, grants, limits);
        let state = HostState::new(
            Arc::clone(&self.name),
            Arc::clone(&input.request_id),
            Arc::clone(&input.artifacts),
            input.services.clone(),
            gate,
            self.rehearsal.as_ref(),
        );
        let cpu = state.cpu.clone();
        let mut store = Store::new(&self.engine.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(usize::try_from(limits.result_bytes).unwrap_or(usize::MAX));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut context| {
            let state = context.data_mut();
            if state.cpu.used_now() > limits.cpu_time {
                state.cpu_exceeded = true;
                return Err(wasmtime::Error::msg("CPU time is over"));
            }
            // Others run meanwhile, even on one CPU. tokio's own yield lets timers and sockets be
            // looked at each time; plain waking would do so every 61st time, which is every 600 ms.
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        let result = {
            let call = cpu.meter(invoke(&mut store, &self.pre, job));
            // Wall time covers what is spent waiting in host calls, where no epoch ticks.
            tokio::time::timeout(wall_time, call).await
        };
        let result = match result {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(trap::explain(&error, store.data())),
            Ok(Err(HostPanic(text))) => Err(AgentError {
                reason: FailureReason::HostFault,
                message: format!("a host function failed: {text}; this is a fault of DeepFix, not of the plugin"),
            }),
            Err(_) => Err(self.timed_out(wall_time)),
        };
        let state = store.into_data();
        (result, After::of(state, &cpu))
    }

    fn no_place(&self, waited: Duration) -> AgentError {
        AgentError {
            reason: FailureReason::NotStarted,
            message: format!(
                "did not start: all {} places were taken for {}; raise `[engine] max_instances`",
                self.slots.total(),
                trap::humane(waited)
            ),
        }
    }

    fn timed_out(&self, wall_time: Duration) -> AgentError {
        let message = if wall_time < self.config.limits.wall_time {
            format!(
                "did not finish in the {} that were left of the request's time; raise `[server] request_timeout`",
                trap::humane(wall_time)
            )
        } else {
            format!(
                "did not finish within its limit `wall_time = {}`; raise it under `limits` of its entry in \
                 deepfix.toml",
                trap::humane(wall_time)
            )
        };
        AgentError {
            reason: FailureReason::TimedOut,
            message,
        }
    }
}

async fn invoke(store: &mut Store<HostState>, pre: &Pre, job: Job) -> wasmtime::Result<Answer> {
    let differs = |error: wasmtime::Error| wasmtime::Error::new(Mismatch(format!("{error:#}")));
    match pre {
        Pre::Analyzer(pre, indices) => {
            let instance = pre.instantiate_async(&mut *store).await?;
            let plugin = indices.load(&mut *store, &instance).map_err(differs)?;
            let plugin = plugin.deepfix_analysis_analyze();
            match job {
                Job::Describe => plugin.call_describe(&mut *store).await.map(Answer::Description),
                Job::Analyze(request) => plugin.call_analyze(&mut *store, &request).await.map(Answer::Report),
                Job::Reason(_) => Err(wasmtime::Error::msg("this plugin is an analyzer, not a reasoner")),
            }
        }
        Pre::Reasoner(pre, indices) => {
            let instance = pre.instantiate_async(&mut *store).await?;
            let plugin = indices.load(&mut *store, &instance).map_err(differs)?;
            let plugin = plugin.deepfix_analysis_reason();
            match job {
                Job::Describe => plugin.call_describe(&mut *store).await.map(Answer::Description),
                Job::Reason(request) => plugin.call_reason(&mut *store, &request).await.map(Answer::Report),
                Job::Analyze(_) => Err(wasmtime::Error::msg("this plugin is a reasoner, not an analyzer")),
            }
        }
    }
}

/// What is left when the store is gone.
pub(super) struct After {
    pub(super) retrieved: Vec<(String, String)>,
    pub(super) spent: Spent,
}

impl After {
    fn nothing() -> Self {
        Self {
            retrieved: Vec::new(),
            spent: Spent::default(),
        }
    }

    fn of(state: HostState, cpu: &CpuClock) -> Self {
        log_output(&state);
        let spent = Spent {
            usage: state.gate.usage(),
            cpu: cpu.used(),
            peak_memory: state.limiter.peak_memory,
        };
        Self {
            retrieved: state.retrieved,
            spent,
        }
    }
}

/// What the guest printed goes to the log: plugins have no terminal.
fn log_output(state: &HostState) {
    for (stream, pipe) in [("stdout", &state.stdout), ("stderr", &state.stderr)] {
        let text = pipe.kept(&state.secrets);
        if !text.is_empty() {
            tracing::info!(
                target: "deepfix::plugin",
                agent = &*state.agent, request_id = &*state.request_id, stream, "{text:?}"
            );
        }
    }
}
