//! Has a name that would break every log line.
use deepfix_guests::*;

guest!(describe description("has_no\nname"), analyze _ => Ok(Report::default()));
