//! What a store carries: the artifacts that the guest may see, and everything that meters it.

use std::sync::{Arc, Mutex};

use deepfix_core::{ArtifactKind, ArtifactSet, Blob};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::{
    Secrets, Tape, calls::Ahead, cpu::CpuClock, gate::Gate, limiter::Limiter, printed::Printed, repeatable,
    services::Services,
};

/// Bytes of randomness in one call: the host allocates them before the guest has the memory.
const RANDOM: u64 = 64 << 10;

/// A table that the guest has open.
#[derive(Debug, Clone)]
#[allow(unreachable_pub, reason = "the generated bindings name it")]
pub struct OpenTable {
    pub(crate) kind: ArtifactKind,
    pub(crate) name: String,
}

/// A blob that the guest has open.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "the generated bindings name it")]
pub struct OpenBlob {
    pub(crate) kind: ArtifactKind,
    pub(crate) name: String,
    pub(crate) blob: Arc<dyn Blob>,
    pub(crate) ahead: Arc<Mutex<Ahead>>,
}

/// An analysis whose clocks and randomness are the same at each run.
#[derive(Debug, Clone)]
pub(crate) struct Rehearsal {
    pub(crate) tape: Option<Arc<Tape>>,
}

pub(crate) struct HostState {
    pub(crate) agent: Arc<str>,
    pub(crate) request_id: Arc<str>,
    pub(crate) artifacts: Arc<ArtifactSet>,
    pub(crate) services: Services,
    pub(crate) gate: Gate,
    pub(crate) secrets: Secrets,
    /// Whether two runs must give the same bytes.
    pub(crate) rehearsed: bool,
    /// Where host calls are recorded or come from.
    pub(crate) tape: Option<Arc<Tape>>,
    pub(crate) limiter: Limiter,
    pub(crate) cpu: CpuClock,
    /// Set when the epoch callback ended the guest.
    pub(crate) cpu_exceeded: bool,
    /// Ids of passages that the guest retrieved, in order, with their titles and sources.
    pub(crate) retrieved: Vec<(String, String)>,
    pub(crate) resources: ResourceTable,
    wasi: WasiCtx,
    pub(crate) stdout: Printed,
    pub(crate) stderr: Printed,
}

impl HostState {
    pub(crate) fn new(
        agent: Arc<str>,
        request_id: Arc<str>,
        artifacts: Arc<ArtifactSet>,
        services: Services,
        gate: Gate,
        rehearsal: Option<&Rehearsal>,
    ) -> Self {
        let limits = *gate.limits();
        let longest = gate.secrets().longest();
        let stdout = Printed::new(gate.log_meter(), longest);
        let stderr = Printed::new(gate.log_meter(), longest);
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(usize::try_from(limits.resources).unwrap_or(usize::MAX));
        // No directory, no environment, no argument, no input. Addresses are refused by
        // default; sockets cannot even be created.
        let mut wasi = WasiCtx::builder();
        wasi.allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM)
            .stdout(stdout.clone())
            .stderr(stderr.clone());
        if rehearsal.is_some() {
            repeatable::set(&mut wasi);
        }
        let wasi = wasi.build();
        Self {
            agent,
            request_id,
            artifacts,
            services,
            limiter: Limiter::new(&limits),
            secrets: gate.secrets().clone(),
            rehearsed: rehearsal.is_some(),
            tape: rehearsal.and_then(|it| it.tape.clone()),
            gate,
            cpu: CpuClock::default(),
            cpu_exceeded: false,
            retrieved: Vec::new(),
            resources,
            wasi,
            stdout,
            stderr,
        }
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}
