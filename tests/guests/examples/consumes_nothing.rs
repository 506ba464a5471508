//! Reads no artifact, so that it would never run.
use deepfix_guests::*;

guest!(
    describe Description { consumes: Vec::new(), ..description("consumes_nothing") },
    analyze _ => Ok(Report::default())
);
