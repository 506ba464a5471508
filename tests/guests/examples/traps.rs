//! Executes the instruction `unreachable`.
use deepfix_guests::*;

guest!(_ => {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    Ok(Report::default())
});
