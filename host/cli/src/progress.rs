//! Progress: bars on a terminal, and events for programs.

use std::{
    collections::HashMap,
    io::{IsTerminal, Write},
    sync::Mutex,
    time::Duration,
};

use deepfix_core::{AgentResult, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

/// A bar per agent while it works.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Bars {
    /// None when standard error is no terminal.
    pub(crate) fn new() -> Option<Self> {
        std::io::stderr().is_terminal().then(|| Self {
            all: MultiProgress::new(),
            bars: Mutex::default(),
        })
    }

    pub(crate) fn clear(&self) {
        let _ = self.all.clear();
    }
}

impl Progress for Bars {
    fn report(&self, agent: &str, fraction: f64, message: &str) {
        const STEPS: u64 = 1000;
        let Ok(mut bars) = self.bars.lock() else { return };
        let bar = bars.entry(agent.to_owned()).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(STEPS));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:38} {bar:20} {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(agent.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_position((fraction * STEPS as f64) as u64);
        bar.set_message(
            message
                .chars()
                .filter(|it| !it.is_control())
                .take(60)
                .collect::<String>(),
        );
        if fraction >= 1.0 {
            bar.finish();
        }
    }
}

/// An event a line, for the program that has started this one: `{"event", "data"}`, with the names and the data that the
/// server's stream has for progress and for an agent's result. The response is the command's own output.
pub(crate) struct Lines<W>(Mutex<W>);

impl<W: Write + Send> Lines<W> {
    pub(crate) fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }

    fn tell(&self, event: &str, data: &Value) {
        // JSON has no line ends of its own.
        let line = format!("{}\n", json!({"event": event, "data": data}));
        let Ok(mut out) = self.0.lock() else { return };
        // Where nobody reads any more, the diagnosis goes on.
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

impl<W: Write + Send> Progress for Lines<W> {
    fn report(&self, agent: &str, fraction: f64, message: &str) {
        self.tell(
            "progress",
            &json!({"agent": agent, "fraction": fraction, "message": message}),
        );
    }

    fn result(&self, result: &AgentResult) {
        if let Ok(data) = serde_json::to_value(result) {
            self.tell("agent", &data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_json_whatever_its_texts_hold() {
        let lines = Lines::new(Vec::new());
        lines.report("A", 0.5, "one\ntwo\u{1b}[2J\u{2028}");
        lines.result(&AgentResult {
            agent_name: "A".to_owned(),
            analysis: Vec::new(),
            analyzed_artifacts: None,
            retrieved_knowledge: None,
            additional_outputs: serde_json::Map::new(),
            error_message: None,
        });
        let text = String::from_utf8(lines.0.into_inner().unwrap()).unwrap();
        let events: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!(
            events[0],
            json!({"event": "progress", "data": {"agent": "A", "fraction": 0.5, "message": "one\ntwo\u{1b}[2J\u{2028}"}})
        );
        assert_eq!(events[1]["event"], "agent");
        assert_eq!(events[1]["data"]["agent_name"], "A");
        assert_eq!(events.len(), 2);
        assert!(!text.contains('\u{1b}'), "no terminal is written to by a stranger");
    }
}
