//! What the training parameters mean, under the names that clients use.

mod data;
mod model;
mod optimisation;
mod stopping;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]
mod tests;
