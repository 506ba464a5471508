//! What was looked at, what could not be and what to send, and the summary.

use std::collections::BTreeMap;

use deepfix_plugin::{Arg, Reporter, join};
use deepfix_views::checkpoint::{FileState, Header, Topology};
use serde_json::{Value as Json, json};

use crate::{
    case::Case,
    rules::dead_units,
    scan::{self, MOST_UNITS},
};

/// Things that could not be read, as far as they are listed.
const MOST_NOTES: usize = 8;
/// Layers listed in the extras.
const MOST_LAYERS: usize = 128;

/// Fills the extras and gives the summary.
pub(crate) fn describe(case: &Case, reporter: &mut Reporter<'_>) -> String {
    let mut gaps = Gaps {
        reporter,
        list: Vec::new(),
    };
    let mut checked = Vec::new();
    file(case, &mut gaps, &mut checked);
    if case.view.config.is_present() {
        checked.push("configuration");
    } else {
        gaps.add("configuration", "config", &[]);
    }
    if case.view.hyperparameters.is_object() {
        checked.push("hyperparameters");
    }
    let list = gaps.list;
    reporter.extra("checked", json!(checked));
    reporter.extra("not_examined", Json::Array(list));
    if let Some((header, topology)) = case.view.sound() {
        reporter.extra("model", model(case, header, topology));
    }
    if case.view.hyperparameters.get("random_state").is_some_and(Json::is_null) {
        let remark = reporter.text("remark-random-state", &[]);
        reporter.extra("remarks", json!([remark]));
    }
    summary(case, reporter)
}

/// What could not be looked at.
struct Gaps<'a, 'b> {
    reporter: &'a Reporter<'b>,
    list: Vec<Json>,
}

impl Gaps<'_, '_> {
    fn add(&mut self, what: &str, id: &str, args: &[(&str, Arg)]) {
        self.list.push(json!({
            "what": self.reporter.text(&format!("not-examined-what-{}", what.replace(' ', "-")), &[]),
            "why": self.reporter.text(&format!("not-examined-{id}-why"), args),
            "send": self.reporter.text(&format!("not-examined-{id}-send"), args),
        }));
    }
}

fn file(case: &Case, gaps: &mut Gaps<'_, '_>, checked: &mut Vec<&str>) {
    let Some(file) = &case.view.file else {
        match &case.view.path {
            Some(path) => gaps.add("weights", "closed", &[("path", path.as_str().into())]),
            None => gaps.add("weights", "no-file", &[]),
        }
        return;
    };
    let name = ("file", Arg::from(file.name.as_str()));
    let pickled = file.pickled.as_ref();
    let incomplete = pickled.and_then(|it| it.incomplete.as_ref());
    let glanced = pickled.and_then(|it| it.glanced.as_ref());
    for note in listed(incomplete, glanced, &file.notes) {
        gaps.add("weights", "part", &[name.clone(), ("reason", note.as_str().into())]);
    }
    match &file.state {
        FileState::Sound(header, topology) => {
            checked.push("file structure");
            sound(case, header, topology, gaps, checked);
        }
        FileState::Damaged(..) => {
            checked.push("file structure");
            gaps.add("weights", "damaged", &[name]);
        }
        FileState::Other(format) => {
            let id = if format.runs_code() { "pickle" } else { "format" };
            gaps.add("weights", id, &[name, ("format", format.name().into())]);
        }
        FileState::Unreadable(error) => {
            gaps.add("weights", "unreadable", &[name, ("reason", error.to_string().into())]);
        }
    }
}

/// As many of them as are listed. What may hide an import comes first: a hostile file makes notes of others.
fn listed<'a>(
    incomplete: Option<&'a String>,
    glanced: Option<&'a String>,
    notes: &'a [String],
) -> impl Iterator<Item = &'a String> {
    incomplete.into_iter().chain(glanced).chain(notes).take(MOST_NOTES)
}

fn sound(case: &Case, header: &Header, topology: &Topology, gaps: &mut Gaps<'_, '_>, checked: &mut Vec<&str>) {
    checked.extend(["non-finite values", "magnitudes"]);
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for tensor in header.tensors.iter().filter(|it| !scan::is_examined(it.dtype)) {
        *skipped.entry(tensor.dtype_name.as_str()).or_default() += 1;
    }
    if !skipped.is_empty() {
        let count: usize = skipped.values().sum();
        gaps.add(
            "types",
            "types",
            &[("types", join(skipped.keys(), 6).into()), ("count", count.into())],
        );
    }
    if let Some(scan) = &case.scan {
        match &scan.stopped {
            Some(error) => {
                let read = scan.moments.iter().flatten().count();
                let args = [
                    ("reason", error.to_string().into()),
                    ("read", read.into()),
                    ("tensors", header.tensors.len().into()),
                    ("bytes", scan.bytes.into()),
                ];
                gaps.add("weights", "stopped", &args);
            }
            None => checked.push("initialisation"),
        }
    }
    let layers = dead_units::candidates(&case.view, topology);
    if layers.iter().any(|it| it.outputs > MOST_UNITS) {
        gaps.add("dead units", "units", &[("most", MOST_UNITS.into())]);
    } else if !layers.is_empty() {
        checked.push("dead units");
    } else if case.view.config.is_relu() == Some(true) && !topology.running.is_empty() {
        gaps.add("dead units", "batch-norm", &[]);
    }
}

/// The network as other programs may want it.
fn model(case: &Case, header: &Header, topology: &Topology) -> Json {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for tensor in &header.tensors {
        *types.entry(tensor.dtype_name.as_str()).or_default() += tensor.elements().unwrap_or_default();
    }
    let layers: Vec<Json> = if topology.chain.is_some() {
        topology
            .chain_layers()
            .take(MOST_LAYERS)
            .map(|it| layer(case, it))
            .collect()
    } else {
        topology
            .layers
            .iter()
            .take(MOST_LAYERS)
            .map(|it| layer(case, it))
            .collect()
    };
    let file = case.view.file.as_ref();
    json!({
        "files": file.map(|it| it.parts),
        "bytes": file.map(|it| it.total),
        "about": file.map(|it| &it.about),
        "tensors": header.tensors.len(),
        "parameters": header.parameters(),
        "types": types,
        "inputs": case.view.input_size(),
        "outputs": case.view.output_size(),
        "plain_chain": topology.chain.is_some(),
        "layers": layers,
    })
}

fn layer(case: &Case, layer: &deepfix_views::checkpoint::Layer) -> Json {
    let moments = case.tensor(layer.weight).map(|(_, it)| it).filter(|it| it.finite() > 0);
    json!({
        "tensor": case.weight_name(layer),
        "inputs": layer.inputs,
        "outputs": layer.outputs,
        "bias": layer.bias.is_some(),
        "mean": moments.map(|it| it.mean()),
        "rms": moments.map(|it| it.rms()),
        "largest": moments.map(|it| it.largest()),
        "zeros": moments.map(|it| it.zeros),
    })
}

fn summary(case: &Case, reporter: &Reporter<'_>) -> String {
    let findings = reporter.drafts().len();
    let mut args: Vec<(&str, Arg)> = vec![("findings", findings.into())];
    if let Some((header, _)) = case.view.sound() {
        let weights = case.tensors().map(|(_, _, it)| it.largest()).fold(0.0, f64::max);
        args.push(("file", case.view.file.as_ref().map_or("", |it| it.name.as_str()).into()));
        args.push(("tensors", header.tensors.len().into()));
        args.push(("parameters", header.parameters().into()));
        args.push(("largest", weights.into()));
        let config = if case.view.config.is_present() { "yes" } else { "no" };
        args.push(("config", config.into()));
        let id = match (findings, case.is_whole()) {
            (0, true) => "summary-healthy",
            (0, false) => "summary-partial",
            _ => "summary-findings",
        };
        return reporter.text(id, &args);
    }
    let file = case.view.file.as_ref().map_or("", |it| it.name.as_str());
    args.push(("file", file.into()));
    args.push(("model", case.view.model_type.as_deref().unwrap_or("?").into()));
    let count = case.view.hyperparameters.as_object().map_or(0, serde_json::Map::len);
    args.push(("parameters", count.into()));
    let id = match (&case.view.file, findings) {
        (Some(_), 0) => "summary-foreign",
        (Some(_), _) => "summary-foreign-findings",
        (None, 0) => "summary-document",
        (None, _) => "summary-document-findings",
    };
    reporter.text(id, &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_notes_do_not_crowd_out_what_may_hide_an_import() {
        let notes: Vec<String> = (0..2 * MOST_NOTES).map(|it| format!("note {it}")).collect();
        let (incomplete, glanced) = ("cut".to_owned(), "values".to_owned());
        let told: Vec<&String> = listed(Some(&incomplete), Some(&glanced), &notes).collect();
        assert_eq!(told.len(), MOST_NOTES);
        assert_eq!(told[..3], [&incomplete, &glanced, &notes[0]]);
    }
}
