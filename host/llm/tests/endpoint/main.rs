//! The service against an endpoint that does as it should, and one that does not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod answers;
mod calls;
mod faults;
mod settings;

use std::time::Duration;

use deepfix_llm::{Account, Answer, Ask, ErrorKind, Llm, LlmError, Message, Role, Settings, Tape};
use deepfix_model_server::{ModelServer, Request, Step, completion, http, json, obliging};
use serde_json::json;

const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["findings"],
    "properties": {"findings": {"type": "array"}}}"#;

fn settings(server: &ModelServer) -> Settings {
    Settings {
        base_url: server.base_url(),
        model: "fake".into(),
        max_backoff: Duration::from_millis(5),
        ..Settings::default()
    }
}

fn ask(text: &str) -> Ask {
    Ask {
        messages: vec![Message::new(Role::System, "Be brief."), Message::new(Role::User, text)],
        schema: Some(SCHEMA.into()),
        max_tokens: 50,
        temperature: None,
        samples: 1,
        teaches: true,
    }
}

fn account(llm: &Llm, time: Duration) -> Account {
    llm.account(&llm.budget(), time)
}

async fn once(settings: Settings, ask: &Ask) -> (Result<Answer, LlmError>, Account) {
    let llm = Llm::new(settings).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    (llm.complete(ask, &account).await, account)
}

/// The first answers are faults, the later ones fine.
fn recovering(faulty: usize, fault: impl Fn() -> Vec<Step> + Send + Sync + 'static) -> ModelServer {
    ModelServer::start(move |request: &Request| {
        if request.number < faulty {
            fault()
        } else {
            obliging(request)
        }
    })
}
