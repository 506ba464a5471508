//! Returns an error of its own.
use deepfix_guests::*;

guest!(_ => Err(Error::Internal("my model of the world is wrong".to_owned())));
