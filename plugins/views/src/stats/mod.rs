//! Small statistics for curves and samples: robust, linear in time, and total. A sample that
//! is too small or holds no finite value gives `None` or NaN, never a panic.

mod curve;
mod linear;
mod periodic;
mod proportion;
mod rank;
mod robust;

pub use curve::{LinearFit, linear_fit, moving_average, roughness, sign_changes};
pub use linear::{AtMost, feasible};
pub use periodic::{Periodicity, periodicity};
pub use proportion::{binomial_half_width, denominator, two_proportion_z, wilson_interval};
pub use rank::{ranks, spearman};
pub use robust::{mad, mean, median, quantile, standard_deviation, trimmed_root_mean_square};
