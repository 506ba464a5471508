//! The host functions. Each first passes the gate.

mod artifacts;
mod knowledge;
mod llm;
mod output;
