//! Leaves the process, as it thinks.
use deepfix_guests::*;

guest!(_ => std::process::exit(7));
