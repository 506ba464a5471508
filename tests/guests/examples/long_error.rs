//! Returns an error whose text is long.
use deepfix_guests::*;

guest!(_ => Err(Error::Internal("x".repeat(1 << 20))));
