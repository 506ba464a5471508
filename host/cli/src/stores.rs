//! Paths that are stores of MLflow, or lie in one: which flags read them.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use deepfix_artifacts::parse_yaml;
use serde_json::Value as Json;

/// How a database of SQLite begins (its file format, 1.3.1).
const SQLITE: &[u8] = b"SQLite format 3\0";
/// A description of a run or an experiment has some hundred bytes.
const MAX_META: u64 = 1 << 20;
/// Folders of a store that are looked at until one is an experiment.
const MAX_LOOKED_AT: usize = 1_000;
/// Where MLflow keeps runs beside a training when nothing else is said.
const USUAL: [&str; 2] = ["mlruns", "mlflow.db"];

/// What to say of a path that is MLflow's own: `deepfix analyse` reads runs by their ids, not by their files.
/// None where it is something else.
pub(crate) fn hint(path: &Path) -> Option<String> {
    let shown = path.display();
    if path.is_file() {
        return is_database(path).then(|| {
            format!(
                "{shown} is a database; where it is MLflow's, say which runs of it: deepfix analyse --mlflow-experiment NAME \
                 --tracking-uri sqlite:///{shown} (or --mlflow-run ID)"
            )
        });
    }
    if let Some(meta) = meta(path) {
        if let Some(run) = text(&meta, "run_id").or_else(|| text(&meta, "run_uuid")) {
            let store = above(path, 2);
            return Some(format!(
                "{shown} is a run of MLflow: read it with deepfix analyse --mlflow-run {run} --tracking-uri {}",
                store.display()
            ));
        }
        if text(&meta, "experiment_id").is_some() {
            let name = text(&meta, "name").unwrap_or_else(|| "NAME".to_owned());
            let store = above(path, 1);
            return Some(format!(
                "{shown} is an experiment of MLflow: read its runs with deepfix analyse --mlflow-experiment {name:?} \
                 --tracking-uri {} (or --mlflow-run ID)",
                store.display()
            ));
        }
    }
    is_store(path).then(|| {
        format!(
            "{shown} is a store of MLflow: say which runs of it, deepfix analyse --mlflow-experiment NAME --tracking-uri {shown} \
             (or --mlflow-run ID)"
        )
    })
}

/// What to say of the store beside what was read of a folder, or within which the folder lies.
pub(crate) fn beside(folder: &Path) -> Option<String> {
    USUAL.iter().map(|it| folder.join(it)).find_map(|it| hint(&it))
}

/// A database, or the text of a description, is told by its own bytes: names say nothing.
fn is_database(file: &Path) -> bool {
    let mut start = [0; SQLITE.len()];
    File::open(file).is_ok_and(|mut it| it.read_exact(&mut start).is_ok()) && start == SQLITE
}

/// Whether one of the folders in it describes itself as an experiment.
fn is_store(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .take(MAX_LOOKED_AT)
        .any(|it| meta(&it.path()).is_some_and(|it| it.get("experiment_id").is_some() && it.get("run_id").is_none()))
}

fn meta(folder: &Path) -> Option<Json> {
    let file = folder.join("meta.yaml");
    if !file.is_file() {
        return None;
    }
    let mut read = String::new();
    File::open(file).ok()?.take(MAX_META).read_to_string(&mut read).ok()?;
    // Others write files of that name, and MLflow one for each logged model, whose files are read as any model's.
    let is_ours = |it: &Json| it.get("lifecycle_stage").is_some() && it.get("model_id").is_none();
    parse_yaml(&read).ok().filter(is_ours)
}

fn text(meta: &Json, name: &str) -> Option<String> {
    match meta.get(name)? {
        Json::String(it) => Some(it.clone()),
        Json::Number(it) => Some(it.to_string()),
        _ => None,
    }
}

fn above(path: &Path, levels: usize) -> PathBuf {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().nth(levels).unwrap_or(&absolute).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn whatever_part_of_a_store_is_named_the_flags_that_read_it_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().canonicalize().unwrap().join("mlruns");
        let run = store.join("7/abc123");
        fs::create_dir_all(run.join("artifacts")).unwrap();
        fs::write(
            store.join("7/meta.yaml"),
            "experiment_id: '7'\nlifecycle_stage: active\nname: my sweep\n",
        )
        .unwrap();
        fs::write(
            run.join("meta.yaml"),
            "experiment_id: '7'\nlifecycle_stage: active\nrun_id: abc123\n",
        )
        .unwrap();
        let uri = format!("--tracking-uri {}", store.display());
        for (path, flags) in [
            (store.clone(), "--mlflow-experiment NAME"),
            (store.join("7"), "--mlflow-experiment \"my sweep\""),
            (run.clone(), "--mlflow-run abc123"),
        ] {
            let said = hint(&path).unwrap();
            assert!(said.contains(flags) && said.contains(&uri), "{said}");
        }
        let said = beside(folder.path()).unwrap();
        assert!(said.contains("mlruns is a store of MLflow"), "{said}");
        assert_eq!(hint(&run.join("artifacts")), None);
        let model = store.join("7/models/m-1");
        fs::create_dir_all(&model).unwrap();
        let meta = "experiment_id: '7'\nlifecycle_stage: active\nmodel_id: m-1\nname: net\n";
        fs::write(model.join("meta.yaml"), meta).unwrap();
        fs::write(run.join("artifacts/meta.yaml"), "run_id: of another tool\n").unwrap();
        for it in [store.join("7/models"), model, run.join("artifacts")] {
            assert_eq!(hint(&it), None, "{}", it.display());
        }
    }

    #[test]
    fn a_database_is_told_by_its_bytes_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runs.sqlite");
        fs::write(&file, b"SQLite format 3\0 and pages").unwrap();
        let said = hint(&file).unwrap();
        assert!(said.contains("--tracking-uri sqlite:///"), "{said}");
        fs::write(&file, b"SQLite format").unwrap();
        assert_eq!(hint(&file), None);
        assert_eq!(hint(folder.path()), None);
        assert_eq!(hint(Path::new("nowhere")), None);
    }
}
