//! Files to begin with: those of the tests, short ones written here, and those that a fuzzer found something with.

use std::{fs, path::Path};

/// Files of the tests, by the parser that reads them.
const FILES: [(&str, &str); 29] = [
    ("arrow_messages", "host/tabular/tests/fixtures/cities.arrow"),
    ("arrow_messages", "host/tabular/tests/fixtures/cities.arrows"),
    ("page_header", "host/tabular/tests/fixtures/page_header"),
    ("parquet_footer", "host/tabular/tests/fixtures/parquet_footer"),
    (
        "tensorboard",
        "host/artifacts/tests/fixtures/tensorboard/events.out.tfevents.1795727479.host",
    ),
    ("wandb", "host/artifacts/tests/fixtures/wandb/offline-run-1/run-1.wandb"),
    ("metrics", "examples/overfit-digits/metrics.csv"),
    ("csv", "examples/overfit-digits/metrics.csv"),
    ("pickle", "plugins/checkpoint/tests/fixtures/command.pkl"),
    ("pickle", "plugins/checkpoint/tests/fixtures/formats/nan.pkl"),
    ("torch", "plugins/checkpoint/tests/fixtures/healthy.pt"),
    ("torch", "plugins/checkpoint/tests/fixtures/legacy.pt"),
    ("torch", "plugins/checkpoint/tests/fixtures/lightning.ckpt"),
    ("torch", "plugins/checkpoint/tests/fixtures/command.pt"),
    ("joblib", "plugins/checkpoint/tests/fixtures/formats/learner.joblib"),
    ("joblib", "plugins/checkpoint/tests/fixtures/formats/zlib.joblib"),
    ("joblib", "plugins/checkpoint/tests/fixtures/formats/objects.joblib"),
    ("npy", "plugins/checkpoint/tests/fixtures/formats/one.npy"),
    ("npy", "plugins/checkpoint/tests/fixtures/formats/objects.npy"),
    ("npz", "plugins/checkpoint/tests/fixtures/formats/plain.npz"),
    ("npz", "plugins/checkpoint/tests/fixtures/formats/deflated.npz"),
    ("skops", "plugins/checkpoint/tests/fixtures/formats/strange.skops"),
    (
        "safetensors",
        "plugins/checkpoint/tests/fixtures/formats/sharded-00001-of-00002.safetensors",
    ),
    (
        "safetensors_header",
        "plugins/checkpoint/tests/fixtures/formats/sharded-00001-of-00002.safetensors",
    ),
    ("onnx", "plugins/checkpoint/tests/fixtures/formats/network.onnx"),
    ("onnx", "plugins/checkpoint/tests/fixtures/formats/external.onnx"),
    ("gguf", "plugins/checkpoint/tests/fixtures/formats/network.gguf"),
    (
        "shard_index",
        "plugins/checkpoint/tests/fixtures/formats/sharded.safetensors.index.json",
    ),
    ("yaml", "examples/exploding-diabetes/params.yaml"),
];

/// Short ones.
const TEXTS: [(&str, &str); 18] = [
    (
        "run_filter",
        "metrics.`val loss` < 1e-1 and params.\"lr\" = '0.1' AND tags.team NOT IN ('a', 'b')",
    ),
    (
        "run_filter",
        "attributes.status != 'FAILED' and run_name ILIKE '%fold\\_1%' and metrics.a >= -.5",
    ),
    (
        "csv",
        "a,b,y\n1,x,0\n2,\"z, \"\"q\"\"\n\",1\n,NaN,0\n2024-01-02,9007199254740993,1\n",
    ),
    ("csv", "a;b;y\r\n1,5;x;0\r\n1.234,25;2024-02-29T10:00:00+02:00;1\r\n"),
    ("csv", "\u{feff}a|b\ry\r"),
    ("metrics", "step,loss,acc\n0,1.5,nan\n1,Infinity,0.5\n"),
    (
        "json",
        "{\"a\": [1, NaN, -Infinity, \"\\u00e9\", null], \"b\": {\"c\": 1e-7}}",
    ),
    (
        "yaml",
        "a: &x [1, 2.5, .nan]\nb: *x\nc:\n- {d: e}\n- |\n  text\nf: !!str 1\n",
    ),
    ("yaml", "lr: 1e-3\nmodel: !!python/object:x.Y {a: 1}\n"),
    (
        "request",
        "{\"dataset_name\": \"x\", \"training_artifacts\": {\"metrics_values\": {\"epoch\": [0, 1], \"train_loss\": [1.0, NaN]}, \"params\": {\"lr\": 0.1}}}",
    ),
    (
        "request",
        "{\"dataset_name\": \"x\", \"training_artifacts\": {\"metrics_values\": [{\"epoch\": 0, \"loss\": \"NaN\"}]}}",
    ),
    (
        "request",
        "{\"dataset_name\": \"x\", \"deepchecks_artifacts\": {\"results\": {\"data_integrity\": [{\"header\": \"Is Single Value - Train Dataset\", \"result\": {\"check\": \"x\", \"value\": {\"comp\": true, \"values\": \"eJyrVkrLz1eyUkpKLFKqBQAjEwRj\"}, \"conditions_results\": []}}]}}}",
    ),
    (
        "check_values",
        "{\"comp\": true, \"values\": \"eJyrVkrLz1eyUkpKLFKqBQAjEwRj\"}",
    ),
    (
        "check_values",
        "[\"{\\\"a\\\": {\\\"0\\\": 1}}\", {\"dtype\": \"float64\", \"value\": \"NaN\"}, {\"values\": \"[1, 2]\"}]",
    ),
    (
        "trainer_state",
        "{\"log_history\": [{\"loss\": 1.5, \"epoch\": 0.1, \"step\": 10}, {\"eval_loss\": 1.2, \"step\": 10}], \"best_metric\": null}",
    ),
    (
        "json_lines",
        "{\"epoch\": 0, \"train_loss\": 1.5}\n{\"epoch\": 1, \"train_loss\": NaN}\n",
    ),
    (
        "pickle",
        "(dp0\nS'a'\np1\n(I1\nF2.5\ntp2\nsV\\u0062\ncos\nsystem\n(g1\ntRs.",
    ),
    ("pickle", "ctorch.storage\n_load_from_bytes\n(S'cos\\nsystem\\n.'\ntR."),
];

/// The seeds of a parser.
///
/// # Errors
/// A file of the tests is not there.
pub fn seeds(target: &str) -> std::io::Result<Vec<Vec<u8>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = Vec::new();
    for (_, file) in FILES.iter().filter(|it| it.0 == target) {
        all.push(fs::read(root.join(file))?);
    }
    for file in cases(target)? {
        all.push(fs::read(file)?);
    }
    let texts = TEXTS.iter().filter(|it| it.0 == target);
    all.extend(texts.map(|it| it.1.as_bytes().to_vec()));
    Ok(all)
}

/// What a fuzzer found something with in a parser: the files of `cases/PARSER`, sorted.
///
/// # Errors
/// The folder cannot be read.
pub fn cases(target: &str) -> std::io::Result<Vec<std::path::PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(target);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = fs::read_dir(folder)?.map(|it| it.map(|it| it.path()));
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}
