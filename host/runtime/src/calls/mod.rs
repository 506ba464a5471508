//! The host functions. Each first passes the gate.

mod ahead;
mod artifacts;
mod artifacts_taped;
mod knowledge;
mod llm;
mod output;
mod secrets;

pub(crate) use ahead::Ahead;
