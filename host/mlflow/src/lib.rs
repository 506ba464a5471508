//! Experiments from MLflow: tracking servers over REST, and the stores that MLflow keeps on disk.
//!
//! Any run will do: its metrics with their full history, parameters, tags and data sets become a
//! training artifact; a checkpoint is looked for among its files and those of its logged models;
//! the layout that DeepFix clients write becomes what the same client would have sent.
//!
//! A [`Retriever`] reaches the servers and stores that its [`Settings`] name and no others. A
//! credential belongs to one of them and is never sent elsewhere: redirects to another origin are
//! not followed, proxies of the environment are not used.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod access;
mod assemble;
mod bulk;
mod checkpoint;
mod client;
mod credentials;
mod database;
mod download;
mod error;
mod fetched;
mod files;
mod filter;
mod find;
mod folder;
mod layout;
mod local;
mod local_write;
mod location;
mod params;
mod recorder;
mod refusal;
mod request;
mod retriever;
mod retry;
mod run;
mod server;
mod store;
mod wire;
mod write_back;

pub use access::{ServerSettings, Settings};
pub use error::MlflowError;
pub use recorder::Recorder;
pub use retriever::{Retriever, RunPage, Search};
pub use retry::Retries;
pub use run::RunRecord;
pub use write_back::WriteBack;
