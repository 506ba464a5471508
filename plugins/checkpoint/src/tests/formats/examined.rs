//! What is looked at of each format, and what is named because it is not.

use super::*;

#[track_caller]
fn assert_nan_at(names: &[&str], tensor: &str) {
    let host = host_of(names);
    let report = report(&host);
    let finding = report.analyses.iter().map(|it| &it.finding).find(|it| it.code == NAN);
    let finding = finding.unwrap_or_else(|| panic!("{names:?}: {:?}", found(&host)));
    assert!(finding.evidence.contains(tensor), "{}", finding.evidence);
}

#[test]
fn the_weights_of_every_format_are_looked_at() {
    let weight = "layers.1.weight";
    for name in ["plain.npz", "deflated.npz", "network.onnx", "network.gguf"] {
        assert_nan_at(&[name], weight);
    }
    assert_nan_at(&["one.npy"], "one");
    assert_nan_at(&["fortran.npy"], "fortran");
    assert_nan_at(&["external.onnx", "external.onnx.data"], weight);
    assert_nan_at(
        &[
            "sharded.safetensors.index.json",
            "sharded-00001-of-00002.safetensors",
            "sharded-00002-of-00002.safetensors",
        ],
        weight,
    );
    // Parts without their index.
    assert_nan_at(
        &[
            "sharded-00001-of-00002.safetensors",
            "sharded-00002-of-00002.safetensors",
        ],
        weight,
    );
}

#[test]
fn the_coefficients_of_learners_are_looked_at_and_their_imports_listed() {
    for name in ["nan.joblib", "nan.pkl", "nan.skops"] {
        assert_nan_at(&[name], "coef_");
    }
    for name in ["learner.joblib", "zlib.joblib", "learner.pkl.gz", "network.joblib"] {
        let host = host_of(&[name]);
        let report = report(&host);
        let finding = &report.analyses[0].finding;
        assert_eq!(codes(&host), ["checkpoint.unsafe_format"], "{name}");
        assert!(finding.extras.contains("sklearn."), "{name}: {}", finding.extras);
        assert!(!finding.extras.contains("incomplete"), "{name}: {}", finding.extras);
    }
}

#[test]
fn types_that_skops_would_make_are_listed_where_they_are_unusual() {
    let host = host_of(&["strange.skops"]);
    assert_eq!(found(&host), [("checkpoint.unsafe_format".to_owned(), Severity::Low)]);
    assert!(
        report(&host).analyses[0]
            .finding
            .description
            .contains("somebody.models.Strange")
    );
}

#[test]
fn objects_within_arrays_are_pickles_too() {
    let host = host_of(&["objects.joblib"]);
    assert!(
        report(&host).analyses[0]
            .finding
            .extras
            .contains("somebody.models.Strange")
    );
    assert_eq!(codes(&host_of(&["objects.npy"])), ["checkpoint.unsafe_format"]);
}

#[test]
fn what_is_not_decoded_is_named() {
    let it = extras(&host_of(&["network.gguf"]));
    assert!(it.to_string().contains("Q8_0"), "{it}");
    assert_eq!(it["model"]["about"]["metadata"]["general.architecture"], "llama");
    let it = extras(&host_of(&["big_endian.npy"]));
    assert!(it["not_examined"].to_string().contains(">f4"), "{it}");
    let it = extras(&host_of(&["network.onnx"]));
    assert_eq!(it["model"]["about"]["operators"]["Gemm"], 2, "{it}");
}

#[test]
fn nothing_is_counted_where_there_is_nothing() {
    for bytes in [HARMLESS, MODULE, b"\x80\x02}.", COMMAND] {
        let it = report(&host(Json::Null, "m.pt", archive(&[("m/data.pkl", bytes)])));
        let finding = &it.analyses[0].finding;
        for text in [&finding.description, &finding.evidence] {
            assert!(!text.contains(" 0 ") && !text.contains(" 1 names"), "{text}");
        }
    }
}

#[test]
fn what_was_read_in_time_is_reported() {
    let host_ = host_of(&["plain.npz"]).with_extras(json!({"time_ms": 0}));
    let it = extras(&host_);
    assert!(it["not_examined"].to_string().contains("would not be enough"), "{it}");
}
