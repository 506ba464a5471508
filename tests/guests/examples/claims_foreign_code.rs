//! Says that it reports codes of another namespace.
use deepfix_guests::*;

guest!(describe description("claims_foreign_code").codes(["training.overfitting"]), analyze _ => Ok(Report::default()));
