//! Clocks that stand still and randomness that is none: what a rehearsal sees, so that two runs of it
//! give the same bytes.

use std::time::Duration;

use wasmtime_wasi::{Deterministic, HostMonotonicClock, HostWallClock, WasiCtxBuilder};

/// The seconds since 1970 that the wall clock shows: 2026-01-01.
const TODAY: Duration = Duration::from_secs(1_767_225_600);
/// What every generator starts from.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

struct Still;

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }
    fn now(&self) -> Duration {
        TODAY
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1
    }
    fn now(&self) -> u64 {
        0
    }
}

pub(crate) fn set(wasi: &mut WasiCtxBuilder) {
    wasi.secure_random(Deterministic::new(SEED.to_le_bytes().to_vec()))
        .insecure_random(Deterministic::new(SEED.to_be_bytes().to_vec()))
        .insecure_random_seed(u128::from(SEED))
        .wall_clock(Still)
        .monotonic_clock(Still);
}
