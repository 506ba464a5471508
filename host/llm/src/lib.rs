//! The language model behind DeepFix: a client of OpenAI-compatible chat completions whose answers
//! are checked before anyone sees them.
//!
//! [`Llm`] is the service, shared by all requests. A request has a
//! [budget](Llm::budget); each agent in it an [`Account`], which carries its deadline and remembers
//! what it used. An [`Ask`] with a schema is answered by JSON that satisfies it, or by a typed
//! [`LlmError`]: endpoints promise much and differ (`provider`), so every answer is validated,
//! repaired at most twice, and never parsed when it was cut.
//!
//! | module | what |
//! |---|---|
//! | `service`, `exchange` | samples, cache, repairs; budget, attempts, deadline |
//! | `chain` | prompts and chains by llm-chain |
//! | `provider` | the table of how endpoints differ, and what is learned of them |
//! | `transport`, `wire`, `retry` | one attempt; what is sent and read; when to try again |
//! | `schema`, `guard` | what an answer must be, and must not hold |
//! | `ledger` | budgets and usage |
//! | `cache`, `tape`, `files` | answers by question; record and replay |
//! | `prompts`, `settings` | templates; configuration and key |
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::float_cmp)
)]

mod cache;
mod chain;
mod error;
mod exchange;
mod files;
mod guard;
mod ledger;
mod prompts;
mod provider;
mod retry;
mod schema;
mod service;
mod settings;
mod tape;
mod trace;
mod transport;
mod wire;

pub use error::{ErrorKind, LlmError, SetupError};
pub use ledger::{Account, RequestBudget, Spend, Tokens};
pub use prompts::Prompt;
pub use provider::Provider;
pub use service::{Answer, Ask, Llm};
pub use settings::{Prices, Settings, Tape, read_key};
pub use wire::{Message, Role};
