//! A diagnosis that does what the request's member `do` says.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use deepfix_core::{AgentInfo, AgentResult, AnalyseOptions, BoxFuture, Diagnosis, Role};
use deepfix_core::{AnalyseResponse, Experiment, Limits, OrderedMap, Problem, ProblemCode};
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, watch};

pub(crate) struct Fake {
    /// Analyses that began, and that were dropped or done.
    pub begun: watch::Sender<usize>,
    pub ended: watch::Sender<usize>,
    pub decoded: watch::Sender<usize>,
    /// What `gate` waits for.
    pub gate: Semaphore,
    pub options: Mutex<Vec<(String, Duration)>>,
    /// Whether each analysis might use the agent.
    pub allowances: Mutex<Vec<bool>>,
}

impl Fake {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: watch::Sender::new(0),
            ended: watch::Sender::new(0),
            decoded: watch::Sender::new(0),
            gate: Semaphore::new(0),
            options: Mutex::default(),
            allowances: Mutex::default(),
        })
    }
}

/// Waits for a counter.
pub(crate) async fn reaches(counter: &watch::Sender<usize>, count: usize) {
    counter.subscribe().wait_for(|it| *it >= count).await.unwrap();
}

struct Ended<'a>(&'a watch::Sender<usize>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|it| *it += 1);
    }
}

fn result() -> AgentResult {
    AgentResult {
        agent_name: "Fake".to_owned(),
        analysis: Vec::new(),
        analyzed_artifacts: None,
        retrieved_knowledge: None,
        additional_outputs: Map::new(),
        error_message: None,
    }
}

pub(crate) fn response(dataset_name: Option<String>, summary: String) -> AnalyseResponse {
    AnalyseResponse {
        agent_results: OrderedMap(Vec::new()),
        summary,
        additional_outputs: Map::new(),
        error_messages: OrderedMap(Vec::new()),
        dataset_name,
    }
}

impl Diagnosis for Fake {
    fn decode(&self, body: &[u8]) -> Result<Experiment, Problem> {
        self.decoded.send_modify(|it| *it += 1);
        let body: Value =
            serde_json::from_slice(body).map_err(|it| Problem::new(ProblemCode::MalformedJson, it.to_string()))?;
        let Some(dataset_name) = body["do"].as_str() else {
            return Err(Problem::field("/do", "nothing", "a word"));
        };
        assert!(dataset_name != "panic in decode", "secret of the decoder");
        Ok(Experiment {
            dataset_name: Some(dataset_name.to_owned()),
            ..Experiment::default()
        })
    }

    fn analyse(&self, experiment: Experiment, options: AnalyseOptions) -> BoxFuture<'_, AnalyseResponse> {
        Box::pin(async move {
            self.options
                .lock()
                .unwrap()
                .push((options.request_id.to_string(), options.time_left));
            self.allowances.lock().unwrap().push(options.allowance.permits("Fake"));
            self.begun.send_modify(|it| *it += 1);
            let _ended = Ended(&self.ended);
            let mut summary = "fine".to_owned();
            match experiment.dataset_name.as_deref().unwrap() {
                "panic" => panic!("secret of the analysis"),
                "hang" => std::future::pending().await,
                "report" => {
                    if let Some(progress) = &options.progress {
                        progress.report("Fake", 0.5, "half");
                        progress.result(&result());
                    }
                }
                "gate" => self.gate.acquire().await.unwrap().forget(),
                "much" => summary = "much ".repeat(4 << 20),
                _ => {}
            }
            response(experiment.dataset_name, summary)
        })
    }

    fn agents(&self) -> Vec<AgentInfo> {
        vec![AgentInfo {
            name: "Fake".to_owned(),
            plugin: String::new(),
            granted_secrets: Vec::new(),
            signed_by: None,
            generation: 1,
            role: Role::Analyzer,
            version: "1.0.0".to_owned(),
            summary: "does as it is told".to_owned(),
            component: PathBuf::from("fake.wasm"),
            sha256: "0".repeat(64),
            size: 1,
            consumes: Vec::new(),
            codes: vec!["fake.fault".to_owned()],
            requested: Vec::new(),
            granted_artifacts: Vec::new(),
            granted_capabilities: Vec::new(),
            limits: Limits::default(),
        }]
    }
}
