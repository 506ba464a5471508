//! Typed views of the four artifacts, shared by the built-in components: column and parameter
//! aliases, decoding of values, sizes and splits. Rules live in the components.
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod checks;
pub mod dataset;
pub mod stats;
pub mod training;
