//! Has a summary of 100,000 bytes.
use deepfix_guests::*;

guest!(
    describe Description { summary: "x".repeat(100_000), ..description("describes_at_length") },
    analyze _ => Ok(Report::default())
);
