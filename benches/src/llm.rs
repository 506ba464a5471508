//! What the language model costs in time, calls and characters. Aims: a request with four analyzers
//! and the reasoner within two latencies plus 5 %; at most 5 calls and 12,000 characters; the layer
//! itself under 200 microseconds a call.

use std::{
    fs,
    io::Write as _,
    time::{Duration, Instant},
};

use deepfix_llm::{Ask, Llm, Message, Role, Settings, Tape};
use deepfix_model_server::{ModelServer, Step, obliging};
use serde_json::Value;

use crate::{
    Result,
    aims::Aims,
    client::Client,
    root,
    server::Server,
    statistics::{Sample, ms},
};

const LATENCY: Duration = Duration::from_millis(500);
const REQUESTS: usize = 6;
const CALLS: usize = 2_000;
const MOST_CALLS: u64 = 5;
const MOST_CHARACTERS: u64 = 12_000;
const MOST_OVERHEAD: Duration = Duration::from_micros(200);
/// The old Python server, for the same requests: calls in series, characters.
const BEFORE: &str = "4 to 12 calls in up to five steps, 37,000 to 104,000 characters";

pub(crate) fn run() -> Result<()> {
    let model = ModelServer::start(|request| {
        let wait = Step::Wait(LATENCY);
        std::iter::once(wait).chain(obliging(request)).collect()
    });
    let environment = [
        ("DEEPFIX_LLM__BASE_URL", model.base_url()),
        ("DEEPFIX_LLM__MODEL", "fake".to_owned()),
        // Each call is to be made.
        ("DEEPFIX_LLM__CACHE_ENTRIES", "0".to_owned()),
    ];
    let with = Server::start_with(&environment)?;
    let without = Server::start()?;
    println!(
        "a model that answers after {} each; one request with three or four analyzers and the reasoner",
        ms(LATENCY)
    );
    let mut aims = Aims::default();
    for (name, body) in bodies()? {
        let request = Client::post_bytes("/v1/analyse", &body);
        let (slow, answer) = timed(&with, &request)?;
        let (fast, _) = timed(&without, &request)?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let used = answer.pointer("/additional_outputs/llm").cloned().unwrap_or_default();
        let number = |name: &str| used.get(name).and_then(Value::as_u64).unwrap_or(0);
        println!(
            "  {name:48} median {}  = {:.3} x two latencies; without a model {}; {} calls, {} characters (aim: {MOST_CALLS}, \
             {MOST_CHARACTERS}) {}",
            ms(slow.median()),
            slow.median().as_secs_f64() / (2.0 * LATENCY.as_secs_f64()),
            ms(fast.median()),
            number("calls"),
            number("prompt_characters"),
            aims.judge(
                &name,
                number("calls") <= MOST_CALLS && number("prompt_characters") <= MOST_CHARACTERS
            )
        );
    }
    println!("  before: {BEFORE}");
    overhead(&mut aims)?;
    aims.end()
}

/// The requests of real clients that carry a model, where they lie beside the repository: three
/// analyzers read those. Then one that all four read.
fn bodies() -> Result<Vec<(String, Vec<u8>)>> {
    let folder = root().join("../shared/requests");
    let mut bodies = Vec::new();
    for name in ["iris_model_en", "breast_cancer_planted_leak_dupes_model_fr"] {
        if let Ok(body) = fs::read(folder.join(format!("{name}.json"))) {
            bodies.push((name.to_owned(), body));
        }
    }
    let checks = fs::read_to_string(root().join("examples/leaky-biopsy/deepchecks.json"))?;
    let body = format!(
        "{{\"deepchecks_artifacts\": {checks}, \"dataset_artifacts\": {{\"dataset_name\": \"e\", \"task_type\": \
         \"tabular_classification\", \"train_statistics\": {{\"numerical_features\": [\"a\"]}}}}, \
         \"model_checkpoint_artifacts\": {{\"model_type\": \"MLP\", \"hyperparameters\": {{\"layers\": 2}}}}, \
         \"training_artifacts\": {{\"metrics_values\": {{\"epoch\": [0, 1], \"train_loss\": [1.0, 0.5]}}}}}}"
    );
    bodies.push(("leaky-biopsy, four analyzers".to_owned(), body.into_bytes()));
    Ok(bodies)
}

fn timed(server: &Server, request: &[u8]) -> Result<(Sample, Vec<u8>)> {
    let mut client = Client::connect(server.address)?;
    let mut answer = client.call(request)?;
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let started = Instant::now();
        answer = client.call(request)?;
        times.push(started.elapsed());
    }
    Ok((Sample::new(times), answer))
}

/// A call without a network: template, budget, key, recorded answer, validation.
fn overhead(aims: &mut Aims) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = std::env::temp_dir().join(format!("deepfix-bench-{}", std::process::id()));
    let model = ModelServer::start(obliging);
    let settings = |tape| Settings {
        base_url: model.base_url(),
        model: "fake".to_owned(),
        request_calls: u64::MAX,
        request_tokens: u64::MAX,
        tape,
        ..Settings::default()
    };
    let ask = Ask {
        messages: vec![
            Message::new(Role::System, include_str!("../../host/llm/prompts/analyzer.md")),
            Message::new(Role::User, "x".repeat(1_500)),
        ],
        schema: Some(
            r#"{"type": "object", "additionalProperties": false, "required": ["findings"], "properties": {"findings":
                {"type": "array", "maxItems": 3, "items": {"type": "object", "required": ["code"], "properties":
                {"code": {"enum": ["a.b", "a.c", "a.d"]}, "description": {"type": "string", "maxLength": 300}}}}}}"#
                .to_owned(),
        ),
        max_tokens: 500,
        temperature: None,
        samples: 1,
        teaches: true,
    };
    let time = Duration::from_secs(600);
    let recorder = Llm::new(settings(Tape::Record(folder.clone())))?;
    runtime.block_on(recorder.complete(&ask, &recorder.account(&recorder.budget(), time)))?;
    let player = Llm::new(settings(Tape::Replay(folder.clone())))?;
    let account = player.account(&player.budget(), time);
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let started = Instant::now();
        runtime.block_on(player.complete(&ask, &account))?;
        times.push(started.elapsed());
    }
    fs::remove_dir_all(&folder)?;
    let sample = Sample::new(times);
    println!(
        "the layer itself, no network, {CALLS} calls: median {} us  p99 {} us  (aim: under {} us) {}",
        sample.median().as_micros(),
        sample.quantile(0.99).as_micros(),
        MOST_OVERHEAD.as_micros(),
        aims.judge("the layer itself", sample.median() < MOST_OVERHEAD)
    );
    std::io::stdout().flush()?;
    Ok(())
}
