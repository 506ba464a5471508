//! One case: a folder with artifacts and what is expected of them.
//!
//! ```text
//! cases/NAME/request.json       a request in wire form; or experiment/, a folder
//!            expected.json      the findings: what stands there must be in the answer, in this order
//!            error.txt          instead: each line stands in the refusal or the error
//!            case.toml          optional: artifacts, capabilities, secrets, settings other than the project's
//!            host-calls.jsonl   a recording: the case runs without any service or artifact, and
//!                               expected.json is compared byte for byte
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use deepfix_analysis::Workbench;
use deepfix_config::Config;
use deepfix_core::{ArtifactSet, Experiment, FactCheck, Report};
use deepfix_runtime::{Plugin, Tape};
use serde_json::{Value as Json, json};

use super::{project::Project, report, run};

pub(crate) const TAPE: &str = "host-calls.jsonl";
pub(crate) const EXPECTED: &str = "expected.json";
const REQUEST: &str = "request.json";
const RECORDED: &str = "recorded.json";
const ERROR: &str = "error.txt";

/// What is done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Compare,
    /// What the plugin answers becomes what is expected.
    Update,
    /// So do its host calls.
    Record,
}

pub(crate) struct Case {
    pub(crate) name: String,
    folder: PathBuf,
}

impl Case {
    pub(crate) fn all(project: &Project) -> anyhow::Result<Vec<Self>> {
        let place = project.folder.join("cases");
        let entries = fs::read_dir(&place).with_context(|| format!("{} cannot be read", place.display()))?;
        let mut all: Vec<Self> = entries
            .filter_map(|it| Some(it.ok()?.path()))
            .filter(|it| it.is_dir())
            .map(Self::at)
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    pub(crate) fn at(folder: PathBuf) -> Self {
        let name = folder
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self { name, folder }
    }

    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    /// Runs it, and returns what there is to say of a success; an error says how it differs.
    pub(crate) async fn run(
        &self,
        config: &Config,
        workbench: &Workbench,
        project: &Project,
        mode: Mode,
        request: Option<&Path>,
    ) -> anyhow::Result<Option<String>> {
        let entry = project.entry(config, &self.folder)?;
        let plugin = match Plugin::load(workbench.engine(), entry).await {
            Ok(plugin) => plugin,
            Err(error) => return self.refused(&error.to_string(), mode),
        };
        let tape = match (mode, self.text(TAPE)) {
            (Mode::Record, _) => Some(Tape::recording()),
            (_, Some(text)) => Some(Tape::replaying(&text).map_err(|error| anyhow::anyhow!("{TAPE}: {error}"))?),
            _ => None,
        };
        let replayed = mode != Mode::Record && tape.is_some();
        let (experiment, artifacts, extras) = if replayed {
            let (experiment, extras) = self.recorded()?;
            (experiment, Arc::new(ArtifactSet::default()), extras)
        } else {
            let (experiment, artifacts) = run::experiment(&self.input(request)?)?;
            (experiment, artifacts, None)
        };
        let tape = tape.map(|it| Arc::new(it.with_extras(extras)));
        let rehearsed = plugin.rehearsing(tape.clone());
        let run = workbench.analyze(&rehearsed, &experiment, &artifacts).await;
        let report = match run.result {
            Ok(report) => report,
            Err(error) => return self.refused(&error.message, mode),
        };
        if let Some(text) = self.text(ERROR) {
            anyhow::bail!(
                "expected an error ({}), found a report: {}",
                text.trim(),
                report.summary
            );
        }
        if let Some(objection) = run.objections.first() {
            anyhow::bail!("the host objects: {objection}");
        }
        if !replayed {
            verify(&report, &artifacts)?;
        }
        if let (Mode::Record, Some(tape)) = (mode, &tape) {
            fs::create_dir_all(&self.folder)?;
            fs::write(self.folder.join(TAPE), tape.text().map_err(anyhow::Error::msg)?)?;
            let about = json!({
                "dataset_name": experiment.dataset_name, "model_name": experiment.model_name,
                "language": experiment.language, "extras": tape.request_extras(),
            });
            fs::write(
                self.folder.join(RECORDED),
                format!("{}\n", serde_json::to_string_pretty(&about)?),
            )?;
        }
        if mode != Mode::Compare {
            self.write(&report, mode == Mode::Record || replayed)?;
            return Ok(None);
        }
        self.compare(&report, replayed)?;
        let left = tape.map_or(0, |it| it.left());
        anyhow::ensure!(
            left == 0,
            "{left} recorded host calls were not made: the plugin changed since; record it anew"
        );
        Ok(None)
    }

    /// What a request says of itself beside its artifacts, as it was recorded.
    fn recorded(&self) -> anyhow::Result<(Experiment, Option<String>)> {
        let text = self
            .text(RECORDED)
            .with_context(|| format!("{RECORDED} is missing beside {TAPE}: record the case anew"))?;
        let json: Json = serde_json::from_str(&text).context(RECORDED)?;
        let member = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let text = |name: &str| member(name).unwrap_or_default();
        let experiment = Experiment {
            dataset_name: member("dataset_name"),
            model_name: text("model_name"),
            language: text("language"),
            ..Experiment::default()
        };
        Ok((experiment, member("extras")))
    }

    fn input(&self, request: Option<&Path>) -> anyhow::Result<PathBuf> {
        let here = [self.folder.join(REQUEST), self.folder.join("experiment")];
        let found = request
            .map(Path::to_owned)
            .or_else(|| here.into_iter().find(|it| it.exists()));
        found.with_context(|| format!("there is neither {REQUEST} nor experiment/"))
    }

    fn refused(&self, message: &str, mode: Mode) -> anyhow::Result<Option<String>> {
        let expected = self.text(ERROR).with_context(|| format!("it failed: {message}"))?;
        let lines: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        anyhow::ensure!(
            !lines.is_empty(),
            "{ERROR} is empty, which any error would fit: write into it what this one says: {message}"
        );
        if let Some(line) = lines.iter().find(|it| !message.contains(**it)) {
            anyhow::bail!("expected an error with `{line}`, found: {message}");
        }
        let remark = format!("nothing was recorded: it ends in the error of its {ERROR}");
        Ok((mode == Mode::Record).then_some(remark))
    }

    fn write(&self, report: &Report, whole: bool) -> anyhow::Result<()> {
        let json = if whole {
            report::json(report)
        } else {
            report::findings(report)
        };
        fs::write(
            self.folder.join(EXPECTED),
            format!("{}\n", serde_json::to_string_pretty(&json)?),
        )?;
        Ok(())
    }

    fn compare(&self, report: &Report, replayed: bool) -> anyhow::Result<()> {
        let text = self.text(EXPECTED).with_context(|| {
            format!("there is neither {EXPECTED} nor {ERROR}; `deepfix plugin test --update` writes what it answers")
        })?;
        if replayed {
            let found = format!("{}\n", serde_json::to_string_pretty(&report::json(report))?);
            anyhow::ensure!(
                found == text,
                "{EXPECTED} differs from the replayed answer: {}",
                first_difference(&text, &found)
            );
            return Ok(());
        }
        let expected: Json = serde_json::from_str(&text).context(EXPECTED)?;
        let found = report::findings(report);
        let found = as_list(&found);
        let expected = expected
            .as_array()
            .with_context(|| format!("{EXPECTED} is no array of findings; for none write `[]`"))?;
        let codes = |all: &[Json]| {
            all.iter()
                .filter_map(|it| it["code"].as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        anyhow::ensure!(
            expected.len() == found.len(),
            "expected {} findings ({}), found {} ({})",
            expected.len(),
            codes(expected),
            found.len(),
            codes(found)
        );
        for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
            within(expected, found, &format!("finding {index}"))?;
        }
        Ok(())
    }
}

fn as_list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Whether all that is expected is in what was found.
fn within(expected: &Json, found: &Json, at: &str) -> anyhow::Result<()> {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (name, value) in expected {
                let at = format!("{at}.{name}");
                within(value, found.get(name).unwrap_or(&Json::Null), &at)?;
            }
            Ok(())
        }
        (Json::Array(expected), Json::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            for (index, (expected, found)) in pairs {
                within(expected, found, &format!("{at}.{index}"))?;
            }
            Ok(())
        }
        // Numbers may have been written by hand: 1 is 1.0.
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => Ok(()),
        (expected, found) if expected == found => Ok(()),
        (expected, found) => anyhow::bail!("{at}: expected {expected}, found {found}"),
    }
}

fn first_difference(expected: &str, found: &str) -> String {
    let pair = expected.lines().zip(found.lines()).find(|(a, b)| a != b);
    pair.map_or_else(
        || "one ends before the other".to_owned(),
        |(a, b)| format!("expected `{}`, found `{}`", a.trim(), b.trim()),
    )
}

/// Every fact with a source must read the same again, as the host asks.
fn verify(report: &Report, artifacts: &ArtifactSet) -> anyhow::Result<()> {
    let mut check = FactCheck::new(artifacts);
    for analysis in &report.analyses {
        let (facts, equal) = check.judge(&analysis.finding.facts);
        let wrong = facts
            .iter()
            .zip(&analysis.finding.facts)
            .find(|(it, _)| it.verified == Some(false));
        if let (false, Some((_, fact))) = (equal, wrong) {
            let pointer = fact.source.as_ref().map(|it| it.pointer.as_str()).unwrap_or_default();
            anyhow::bail!(
                "{}: the fact `{}` states {:?}, and {pointer} reads otherwise",
                analysis.finding.code,
                fact.label,
                fact.value
            );
        }
    }
    Ok(())
}
