//! Where artifacts come from: the body of a request, the folder of an experiment, files on
//! disk. Everything ends in one normal form, so that a plugin sees the same shapes whatever
//! generation of client sent them.
//!
//! The normal form of each document is that of the newest client, with these differences:
//! check values are plain JSON (tables parsed, numpy scalars unwrapped, compressed values
//! inflated), pictures and HTML of checks are left out, and metrics are also the table
//! `metrics`. Pointers in findings refer to the normal form.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod checkpoint;
mod checks;
mod csv_log;
mod curves;
mod dataset;
mod describe;
mod files;
mod folder;
mod found;
mod history;
mod json;
mod metrics;
mod models;
mod odd_cells;
mod outputs;
mod protobuf;
mod request;
mod safetensors;
mod siblings;
mod tables;
mod training;
mod yaml;

pub use csv_log::from_csv as metrics_from_csv;
pub use curves::looks_like_log;
pub use files::{FileAccess, FileBlob};
pub use folder::{FolderContents, FolderError, TABLE_ENDINGS, read_file, read_folder, read_folder_without_tables};
pub use history::{History, TooManyCells};
pub use json::parse_lenient;
pub use models::best_model;
pub use outputs::FolderLimits;
pub use request::{decode_request, decode_value};
pub use safetensors::safetensors_summary;
pub use siblings::{belongs_to, files_of_model};
pub use training::insert_metrics;
pub use yaml::parse_yaml;
