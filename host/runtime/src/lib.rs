//! Loads, checks, sandboxes and runs the components.
//!
//! The path of one analysis: an [`Engine`] (one per process) loads a [`Plugin`] from a file
//! once; [`Plugin::analyze`] or [`Plugin::reason`] makes a fresh store and instance, runs it
//! under the agent's [`Limits`](deepfix_core::Limits) and throws both away. Every host
//! function passes through one gate (`gate.rs`), which knows what is granted and what is used
//! up. Knowledge base and language model are traits that the caller wires in [`Services`].
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod bindings;
mod calls;
mod contract;
mod convert;
mod cpu;
mod description;
mod engine;
mod error;
mod gate;
mod limiter;
mod linkage;
mod load;
mod printed;
mod repeatable;
mod run;
mod secrets;
mod services;
mod settings;
mod state;
mod tape;
mod trap;

pub use engine::{Allocator, Engine, EngineConfig};
pub use error::LoadError;
pub use gate::{Grants, Usage};
pub use load::{Plugin, PluginConfig, World};
pub use run::{Run, RunInput, Spent};
pub use secrets::Secrets;
pub use services::{
    Completion, CompletionRequest, KnowledgeSearch, LanguageModel, Message, NoLanguageModel, Passage, Query, Role,
    ServiceError, Services, TokenUsage,
};
pub use tape::Tape;
