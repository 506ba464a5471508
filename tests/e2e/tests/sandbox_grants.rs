//! Settings against a declared schema, secrets by name, several instances of one component, and
//! rehearsals.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use deepfix_core::{ArtifactKind, ArtifactSet, Capability, Progress};
use deepfix_runtime::{LoadError, Run, RunInput, Secrets, Services, Tape};
use deepfix_tests::{Case, failure, input, silent_services};
use serde_json::{Value as Json, json};

/// With characters that JSON and `Debug` escape.
const SECRET: &str = "correct-\"horse\"-\\battery";

fn granted(guest: &str) -> Case {
    let mut case = Case::guest(guest);
    let secrets = BTreeMap::from([("licence".to_owned(), SECRET.to_owned())]);
    case.config.grants.secrets = Secrets::new(secrets).unwrap();
    case
}

fn extras(run: &Run) -> Json {
    let report = run.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&report.extras).unwrap()
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn report(&self, _: &str, _: f64, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

#[tokio::test]
async fn a_secret_reaches_the_agent_that_it_is_granted_to_and_nothing_that_leaves_it() {
    let heard = Arc::new(Heard::default());
    let services = Services {
        progress: Some(Arc::<Heard>::clone(&heard)),
        ..silent_services()
    };
    let input = RunInput { services, ..input() };
    let run = granted("tells_secrets")
        .may_use(Capability::Knowledge)
        .run_with(input)
        .await;
    let seen = extras(&run);
    assert_eq!(seen["length"], SECRET.len(), "the agent itself reads it");
    assert_eq!(seen["secret"], "[secret licence]");
    let denied = seen["denied"].as_str().unwrap();
    assert!(
        denied.contains("may not read the secret `other`; grant it in its entry of deepfix.toml with `secrets = {"),
        "{denied}"
    );
    let everything = format!("{run:?} {:?}", heard.0.lock().unwrap());
    assert!(everything.contains("[secret licence]"));
    for part in ["horse", "battery"] {
        assert!(!everything.contains(part), "{everything}");
    }
}

#[tokio::test]
async fn a_description_which_everybody_sees_is_made_without_any_secret() {
    let plugin = granted("tells_secrets").load().await.unwrap();
    let said = &plugin.description().summary;
    assert!(
        said.starts_with("[] Err(") && said.contains("may not read the secret `licence`"),
        "{said}"
    );
    assert!(!said.contains("horse"), "{said}");
}

#[tokio::test]
async fn a_secret_is_not_in_an_error_or_a_panic() {
    for how in ["fail", "panic"] {
        let run = granted("tells_secrets").settings(&json!({ how: true })).run().await;
        let message = &failure(&run).message;
        assert!(message.contains("no luck with [secret licence]"), "{message}");
        assert!(!message.contains("horse"), "{message}");
    }
}

#[tokio::test]
async fn half_of_a_secret_does_not_stand_at_the_end_of_a_long_error() {
    let case = granted("tells_secrets").settings(&json!({ "long": true }));
    let message = failure(&case.run().await).message.clone();
    assert!(message.contains("more characters]"), "{message}");
    assert!(!message.contains("corr"), "{message}");
}

#[tokio::test]
async fn a_secret_that_is_not_granted_is_denied() {
    let run = Case::guest("tells_secrets").run().await;
    let message = &failure(&run).message;
    assert!(
        message.contains("denied: `tells_secrets` may not read the secret `licence`"),
        "{message}"
    );
}

#[tokio::test]
async fn settings_that_do_not_fit_the_declared_schema_are_refused_when_loaded() {
    for (settings, told) in [
        (json!({}), "threshold"),
        (json!({ "threshold": 2 }), "`settings.threshold`"),
        (json!({ "threshold": 0.5, "treshold": 1 }), "treshold"),
    ] {
        let error = Case::guest("wants_settings").settings(&settings).refusal().await;
        assert!(matches!(error, LoadError::Settings { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("the `settings` of `wants_settings`") && text.contains(told),
            "{text}"
        );
    }
    let run = Case::guest("wants_settings")
        .settings(&json!({ "threshold": 0.5 }))
        .run()
        .await;
    assert_eq!(extras(&run)["threshold"], 0.5);
}

#[tokio::test]
async fn one_component_runs_under_several_names_and_settings() {
    for (name, threshold) in [("strict", 0.1), ("lenient", 0.9)] {
        let mut case = Case::guest("wants_settings").settings(&json!({ "threshold": threshold }));
        case.config.name = Some(name.to_owned());
        let error = case.clone().refusal().await.to_string();
        assert!(
            error.contains("write `plugin = \"wants_settings\"` into its entry"),
            "{error}"
        );
        case.config.plugin = Some("wants_settings".to_owned());
        let plugin = case.load().await.unwrap();
        assert_eq!((plugin.name(), plugin.namespace().as_str()), (name, "wants_settings"));
        assert_eq!(extras(&plugin.analyze(input()).await)["threshold"], threshold);
    }
}

#[tokio::test]
async fn a_recording_is_replayed_byte_for_byte_without_any_service() {
    let plugin = Case::guest("uses_clocks")
        .may_use(Capability::Knowledge)
        .load()
        .await
        .unwrap();
    let recording = Arc::new(Tape::recording());
    let first = plugin.rehearsing(Some(Arc::clone(&recording))).analyze(input()).await;
    assert_eq!(extras(&first)["numbers"], 1_000);
    let text = recording.text().unwrap();
    assert!(text.lines().count() >= 7, "{text}");
    // Nothing is there: no artifact, no knowledge base.
    let nothing = RunInput {
        artifacts: Arc::new(ArtifactSet::default()),
        ..input()
    };
    let playing = Arc::new(Tape::replaying(&text).unwrap());
    let second = plugin
        .rehearsing(Some(Arc::clone(&playing)))
        .analyze(nothing.clone())
        .await;
    assert_eq!(first.result, second.result);
    assert_eq!(first.retrieved, second.retrieved);
    assert_eq!(playing.left(), 0);
    let live = plugin.analyze(input()).await;
    assert_ne!(
        extras(&live)["now"],
        extras(&first)["now"],
        "outside a rehearsal time passes"
    );

    // A recording of something else is told.
    let other = text.replace("loss", "cost");
    let playing = Arc::new(Tape::replaying(&other).unwrap());
    let run = plugin.rehearsing(Some(playing)).analyze(nothing).await;
    let message = &failure(&run).message;
    assert!(
        message.contains("the plugin changed since; record the case anew"),
        "{message}"
    );
}

#[tokio::test]
async fn a_recording_holds_no_secret() {
    let mut case = granted("tells_secrets").may_use(Capability::Knowledge);
    case.config.grants.artifacts = vec![ArtifactKind::Training];
    let plugin = case.load().await.unwrap();
    let tape = Arc::new(Tape::recording());
    let run = plugin.rehearsing(Some(Arc::clone(&tape))).analyze(input()).await;
    assert_eq!(
        extras(&run)["length"],
        "[secret licence]".len(),
        "a rehearsal sees the name only"
    );
    assert!(!tape.text().unwrap().contains("horse"));
}
