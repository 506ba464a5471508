//! A reasoner that panics.
use deepfix_guests::*;

pub struct Guest;

impl Reasoner for Guest {
    fn describe() -> Description {
        Description {
            consumes: Vec::new(),
            ..description("panicking_reasoner")
        }
    }

    fn reason(_: &Context<'_>, outcomes: &[AgentOutcome]) -> Result<Report, Error> {
        panic!("{} outcomes are too many for me", outcomes.len())
    }
}

deepfix_plugin::export_reasoner!(Guest);
