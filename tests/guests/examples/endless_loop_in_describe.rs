//! Computes for ever where it should say what it is.
use deepfix_guests::*;

guest!(describe loop { std::hint::black_box(()); }, analyze _ => Ok(Report::default()));
