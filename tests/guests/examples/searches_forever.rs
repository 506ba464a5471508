//! Searches the knowledge base until it is refused, and returns the refusal.
use deepfix_guests::*;

guest!(describe description("searches_forever").wants(Capability::Knowledge), analyze cx => loop {
    cx.host().search(&Query { text: "overfitting".to_owned(), limit: 1_000_000, ..Query::default() })?;
});
