//! Which agents have something to read.

use deepfix_core::{AgentDescription, ArtifactKind, ArtifactSet};
use deepfix_runtime::Grants;

/// What an agent is given to read, or why it is not run.
pub(crate) fn artifacts_for(
    description: &AgentDescription,
    grants: &Grants,
    artifacts: &ArtifactSet,
) -> Result<Vec<ArtifactKind>, String> {
    let mut readable = Vec::new();
    let mut absent = Vec::new();
    for consumed in &description.consumes {
        if artifacts.has(consumed.kind) && grants.artifacts.contains(&consumed.kind) {
            readable.push(consumed.kind);
        } else if consumed.required {
            absent.push(consumed.kind);
        }
    }
    let names = |kinds: &[ArtifactKind]| {
        kinds
            .iter()
            .map(|kind| format!("`{}`", kind.request_member()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !absent.is_empty() {
        return Err(format!("the request carries no {}", names(&absent)));
    }
    if readable.is_empty() {
        let all: Vec<_> = description.consumes.iter().map(|it| it.kind).collect();
        return Err(format!("the request carries none of {}", names(&all)));
    }
    Ok(readable)
}

#[cfg(test)]
mod tests {
    use deepfix_core::{Artifact, Consumed};

    use super::*;

    fn chosen(consumes: &[(ArtifactKind, bool)], granted: &[ArtifactKind]) -> Result<Vec<ArtifactKind>, String> {
        let description = AgentDescription {
            name: "A".into(),
            version: "1".into(),
            summary: String::new(),
            consumes: consumes
                .iter()
                .map(|(kind, required)| Consumed {
                    kind: *kind,
                    required: *required,
                })
                .collect(),
            codes: vec![],
            capabilities: vec![],
            extras: String::new(),
        };
        let mut artifacts = ArtifactSet::default();
        artifacts.insert(ArtifactKind::Training, Artifact::default());
        let grants = Grants {
            artifacts: granted.to_vec(),
            ..Grants::none()
        };
        artifacts_for(&description, &grants, &artifacts)
    }

    use ArtifactKind::{Dataset, Training};

    #[test]
    fn an_agent_runs_where_all_that_it_requires_is_there() {
        assert_eq!(
            chosen(&[(Training, true), (Dataset, false)], &[Training, Dataset]).unwrap(),
            [Training]
        );
        let why = chosen(&[(Training, true), (Dataset, true)], &[Training, Dataset]).unwrap_err();
        assert_eq!(why, "the request carries no `dataset_artifacts`");
    }

    #[test]
    fn an_agent_that_requires_nothing_runs_where_something_is_there() {
        assert!(chosen(&[(Training, false), (Dataset, false)], &[Training, Dataset]).is_ok());
        assert!(
            chosen(&[(Dataset, false)], &[Dataset])
                .unwrap_err()
                .contains("none of `dataset_artifacts`")
        );
    }

    #[test]
    fn what_is_not_granted_is_not_given() {
        assert!(chosen(&[(Training, false)], &[]).is_err());
    }
}
