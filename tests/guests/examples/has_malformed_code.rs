//! Says that it reports a code that is not a code.
use deepfix_guests::*;

guest!(describe description("has_malformed_code").codes(["Has Malformed.Code"]), analyze _ => Ok(Report::default()));
