//! Calls a host function that cannot refuse, for ever.
use deepfix_guests::*;

guest!(cx => loop { cx.progress(f64::NAN, "almost there") });
