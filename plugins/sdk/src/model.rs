use crate::{Context, Error, Report, report::Analysis};

/// How bad a finding is for the person who trained the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to change.
    Low,
    /// Results are clearly worse than they need be.
    Medium,
    /// Results are wrong, or training is broken.
    High,
}

/// What an experiment can leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// Statistics of the data sets, and their rows where the host has them.
    Dataset,
    /// Results of data and model checks.
    Deepchecks,
    /// The saved model: its file, configuration and hyper-parameters.
    ModelCheckpoint,
    /// Metrics over time and the training parameters.
    Training,
}

/// What a plugin may ask for beyond reading artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Search the knowledge base.
    Knowledge,
    /// Ask the configured language model.
    Llm,
}

/// A single value, as read from an artifact or computed from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number; NaN and the infinities are allowed.
    Number(f64),
    /// Text.
    Text(String),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Number(value as f64), Self::Integer)
    }
}
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// What is asked of a plugin.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The data set's name; empty when the client gave none.
    pub dataset_name: String,
    /// The model's name; empty when the client gave none.
    pub model_name: String,
    /// The language of the answer, as an English word in lower case.
    pub language: String,
    /// This agent's `settings` in the configuration, as a JSON object.
    pub settings: String,
    /// A JSON object, or empty.
    pub extras: String,
}

/// What a plugin says of itself.
#[derive(Debug, Clone)]
pub struct Description {
    /// The agent's name in responses.
    pub name: String,
    /// The plugin's own version, by semver.
    pub version: String,
    /// One sentence: what it looks at and what it finds.
    pub summary: String,
    /// Kinds that it reads, and whether it requires them.
    pub consumes: Vec<(ArtifactKind, bool)>,
    /// Every code that it can report.
    pub codes: Vec<String>,
    /// Capabilities that it asks for, and whether it requires them.
    pub capabilities: Vec<(Capability, bool)>,
    /// A JSON object, or empty.
    pub extras: String,
}

impl Description {
    /// A description of a plugin that reads nothing and reports nothing yet.
    #[must_use]
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            consumes: Vec::new(),
            codes: Vec::new(),
            capabilities: Vec::new(),
            extras: String::new(),
        }
    }

    /// The plugin is run only where this artifact is present.
    #[must_use]
    pub fn requires(mut self, kind: ArtifactKind) -> Self {
        self.consumes.push((kind, true));
        self
    }

    /// The plugin reads this artifact where it is present.
    #[must_use]
    pub fn reads(mut self, kind: ArtifactKind) -> Self {
        self.consumes.push((kind, false));
        self
    }

    /// The codes that the plugin can report.
    #[must_use]
    pub fn codes<S: Into<String>>(mut self, codes: impl IntoIterator<Item = S>) -> Self {
        self.codes.extend(codes.into_iter().map(Into::into));
        self
    }

    /// The JSON Schema of the plugin's settings: the host refuses settings that do not fit when it loads
    /// the plugin, and names the place.
    #[must_use]
    pub fn settings_schema(self, schema: serde_json::Value) -> Self {
        self.declaring("settings_schema", schema)
    }

    /// The plugin is not loaded without these secrets.
    #[must_use]
    pub fn needs_secrets<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        self.declaring("secrets", names.into())
    }

    /// `extras` is where the contract grows.
    fn declaring(mut self, name: &str, value: serde_json::Value) -> Self {
        let mut extras: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&self.extras).unwrap_or_default();
        extras.insert(name.to_owned(), value);
        self.extras = serde_json::Value::Object(extras).to_string();
        self
    }

    /// The plugin uses a capability where it is granted.
    #[must_use]
    pub fn wants(mut self, capability: Capability) -> Self {
        self.capabilities.push((capability, false));
        self
    }

    /// The plugin cannot work without a capability.
    #[must_use]
    pub fn needs(mut self, capability: Capability) -> Self {
        self.capabilities.push((capability, true));
        self
    }
}

/// An analysis after the host has checked it.
#[derive(Debug, Clone)]
pub struct JudgedAnalysis {
    /// Unique in this request, such as `TrainingArtifactsAnalyzer/0`.
    pub id: String,
    /// What the analyzer said.
    pub analysis: Analysis,
    /// Every fact with a source was read again and is equal.
    pub evidence_verified: bool,
}

/// What became of an analyzer.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It ran to its end.
    Completed {
        /// Its checked analyses.
        analyses: Vec<JudgedAnalysis>,
        /// Its summary.
        summary: String,
        /// A JSON object, or empty.
        extras: String,
    },
    /// It failed, timed out, was denied or ran over a limit.
    Failed(Error),
    /// It had nothing to read; the text says what was missing.
    Skipped(String),
}

/// The outcome of one agent.
#[derive(Debug, Clone)]
pub struct AgentOutcome {
    /// The agent's name.
    pub agent: String,
    /// What it was given to read.
    pub artifacts: Vec<ArtifactKind>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Looks at the artifacts of one experiment and reports findings.
pub trait Analyzer {
    /// What this plugin is. Must give the same answer at every call.
    fn describe() -> Description;
    /// Looks at one experiment.
    ///
    /// # Errors
    /// Whatever keeps the analyzer from an answer; the host reports it beside the results of
    /// the other agents.
    fn analyze(cx: &Context<'_>) -> Result<Report, Error>;
}

/// Looks across the results of all analyzers.
pub trait Reasoner {
    /// What this plugin is. Must give the same answer at every call.
    fn describe() -> Description;
    /// Root causes before symptoms, one ranked list of actions.
    ///
    /// # Errors
    /// Whatever keeps the reasoner from an answer.
    fn reason(cx: &Context<'_>, outcomes: &[AgentOutcome]) -> Result<Report, Error>;
}
