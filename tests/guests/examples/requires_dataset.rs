//! Cannot work without the dataset artifact, as it says.
use deepfix_guests::*;

guest!(describe description("requires_dataset").requires(ArtifactKind::Dataset), analyze _ => Ok(Report::default()));
