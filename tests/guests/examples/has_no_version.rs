//! Has a version that is none.
use deepfix_guests::*;

guest!(
    describe Description { version: "latest".to_owned(), ..description("has_no_version") },
    analyze _ => Ok(Report::default())
);
