//! Cannot work without a language model, as it says.
use deepfix_guests::*;

guest!(describe description("requires_llm").needs(Capability::Llm), analyze _ => Ok(Report::default()));
