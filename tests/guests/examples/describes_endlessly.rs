//! Describes itself with more than the host takes.
use deepfix_guests::*;

guest!(describe description("describes_endlessly").codes(vec!["describes_endlessly.found"; 1_000_000]), analyze _ => {
    Ok(Report::default())
});
