//! What a store carries: the artifacts that the guest may see, and everything that meters it.

use std::sync::Arc;

use deepfix_core::{ArtifactKind, ArtifactSet, Blob};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView, p2::pipe::MemoryOutputPipe};

use crate::{cpu::CpuClock, gate::Gate, limiter::Limiter, services::Services};

/// A table that the guest has open.
#[derive(Debug, Clone)]
pub struct OpenTable {
    pub(crate) kind: ArtifactKind,
    pub(crate) name: String,
}

/// A blob that the guest has open.
#[derive(Clone)]
pub struct OpenBlob {
    pub(crate) kind: ArtifactKind,
    pub(crate) blob: Arc<dyn Blob>,
}

pub(crate) struct HostState {
    pub(crate) agent: Arc<str>,
    pub(crate) request_id: Arc<str>,
    pub(crate) artifacts: Arc<ArtifactSet>,
    pub(crate) services: Services,
    pub(crate) gate: Gate,
    pub(crate) limiter: Limiter,
    pub(crate) cpu: CpuClock,
    /// Set when the epoch callback ended the guest.
    pub(crate) cpu_exceeded: bool,
    /// Ids of passages that the guest retrieved, in order, with their titles and sources.
    pub(crate) retrieved: Vec<(String, String)>,
    pub(crate) resources: ResourceTable,
    wasi: WasiCtx,
    pub(crate) stdout: MemoryOutputPipe,
    pub(crate) stderr: MemoryOutputPipe,
}

impl HostState {
    pub(crate) fn new(
        agent: Arc<str>,
        request_id: Arc<str>,
        artifacts: Arc<ArtifactSet>,
        services: Services,
        gate: Gate,
    ) -> Self {
        let limits = *gate.limits();
        let capacity = usize::try_from(limits.log_bytes).unwrap_or(usize::MAX);
        let stdout = MemoryOutputPipe::new(capacity);
        let stderr = MemoryOutputPipe::new(capacity);
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(usize::try_from(limits.resources).unwrap_or(usize::MAX));
        // No directory, no environment, no argument, no input. Addresses are refused by
        // default; sockets cannot even be created.
        let wasi = WasiCtx::builder()
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .build();
        Self {
            agent,
            request_id,
            artifacts,
            services,
            limiter: Limiter::new(&limits),
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
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.resources }
    }
}
