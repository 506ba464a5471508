//! Files that are damaged, foreign or hostile.

use deepfix_plugin::{Severity, testing::FakeHost};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    assert_only,
    builder::{Builder, Fill, network},
    found, host, report,
};
use crate::ModelCheckpointArtifactsAnalyzer;

const CORRUPTED: &str = "checkpoint.corrupted_file";

fn sound() -> Builder {
    network(&[5, 8, 3], Fill::Trained, 1)
}

fn file(name: &str, bytes: &[u8]) -> FakeHost {
    host(json!({"num_labels": 3}), name, bytes.to_vec())
}

#[test]
fn each_kind_of_damage_is_explained_with_its_bytes() {
    let whole = sound().file();
    let mut longer = whole.clone();
    longer.extend([0; 9]);
    let mut length = whole.clone();
    length[..8].copy_from_slice(&7_777_777_u64.to_le_bytes());
    let mut json = whole.clone();
    json[20] = 0xff;
    for (bytes, word) in [
        (&[][..], "empty"),
        (&whole[..5], "first 8 bytes"),
        (&whole[..whole.len() - 3], "3 bytes are missing"),
        (&longer, "9 bytes belong to nothing"),
        (&length, "7777777"),
        (&json, "not valid JSON"),
        (&Builder::default().file(), "without a single tensor"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
            "Git LFS",
        ),
        (b"PK\x03\x04rest of an archive", "PyTorch ZIP"),
    ] {
        let host = file("model.safetensors", bytes);
        assert_only(&host, CORRUPTED, Severity::High);
        let text = report(&host).analyses[0].finding.description.clone();
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn impossible_ranges_are_named_by_tensor() {
    let builder = sound();
    for (pointer, value, word) in [
        ("/layers.0.bias/data_offsets", json!([100, 132]), "inside"),
        ("/layers.0.bias/shape", json!([9]), "takes 36 bytes"),
        ("/layers.0.bias/dtype", json!(7), "lacks a usable"),
        (
            "/layers.1.bias/data_offsets",
            json!([999_999, 1_000_011]),
            "belong to no tensor",
        ),
        (
            "/layers.1.bias/data_offsets",
            json!([18_446_744_073_709_551_615_u64, 3]),
            "ends before",
        ),
    ] {
        let mut header = builder.header();
        *header.pointer_mut(pointer).unwrap() = value;
        let host = file("model.safetensors", &builder.with_header(&header));
        assert_only(&host, CORRUPTED, Severity::High);
        let text = report(&host).analyses[0].finding.evidence.clone();
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn a_wrong_length_in_front_of_a_whole_file_is_repairable() {
    let mut bytes = sound().file();
    let right = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    bytes[..8].copy_from_slice(&(right + 40_000).to_le_bytes());
    let it = report(&file("model.safetensors", &bytes));
    assert!(it.analyses[0].recommendation.action.contains(&right.to_string()));
}

#[test]
fn a_pickle_is_noted_and_never_run() {
    // An archive has its directory at its end.
    assert_only(
        &file("model.pt", b"PK\x03\x04archive/data.pkl"),
        CORRUPTED,
        Severity::High,
    );
    assert_only(
        &file("model.pkl", b"\x80\x04\x95\x00\x00\x00\x00\x00\x00"),
        "checkpoint.unsafe_format",
        Severity::Medium,
    );
}

#[test]
fn formats_that_are_not_read_are_named_without_an_alarm() {
    for (name, bytes) in [
        ("model.h5", b"\x89HDF\r\n\x1a\n\x00\x00".as_slice()),
        ("model.tflite", b"\x1c\0\0\0TFL3"),
        ("model.bin", b"no known first bytes"),
    ] {
        let host = file(name, bytes);
        assert_eq!(found(&host), []);
        let extras: Json = serde_json::from_str(&report(&host).extras).unwrap();
        assert_eq!(extras["not_examined"][0]["what"], "the weights", "{name}");
    }
}

#[test]
fn spaces_behind_the_header_are_no_damage() {
    let builder = sound();
    let text = format!("{}     ", builder.header());
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes.extend(&builder.file()[8 + text.len() - 5..]);
    assert_eq!(found(&file("model.safetensors", &bytes)), []);
}

/// Any JSON of small size.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-z_]{0,12}".prop_map(Json::from),
        Just(json!("NaN")),
    ];
    let key = prop_oneof![
        Just("num_labels"),
        Just("id2label"),
        Just("hidden_sizes"),
        Just("input_dim"),
        Just("hidden_size"),
        Just("vocab_size"),
        Just("bias"),
        Just("torch_dtype"),
        Just("activation"),
        Just("pruning"),
        Just("max_depth"),
        Just("n_neighbors"),
        Just("learning_rate"),
        Just("model"),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key.clone().prop_map(str::to_owned), inner), 0..6)
                .prop_map(|it| Json::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_and_no_document_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        name in prop_oneof![Just("m.safetensors"), Just("m.pt"), Just("m"), Just("a/b~c")],
        config in any_json(),
        hyperparameters in any_json(),
        model in prop_oneof![Just(json!("DecisionTreeClassifier")), Just(json!("XGBClassifier")), any_json()],
    ) {
        let document = json!({"path": name, "config": config, "hyperparameters": hyperparameters, "model_type": model});
        let host = FakeHost::new()
            .with_document(deepfix_plugin::ArtifactKind::ModelCheckpoint, document)
            .with_blob(deepfix_plugin::ArtifactKind::ModelCheckpoint, name, bytes);
        prop_assert!(host.analyze::<ModelCheckpointArtifactsAnalyzer>().is_ok());
    }

    #[test]
    fn a_header_of_any_json_does_not_make_it_panic(header in any_json(), data in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = header.to_string();
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes.extend(data);
        prop_assert!(file("m.safetensors", &bytes).analyze::<ModelCheckpointArtifactsAnalyzer>().is_ok());
    }

    #[test]
    fn tensors_of_any_shape_type_and_bits_do_not_make_it_panic(
        shapes in prop::collection::vec(prop::collection::vec(0_u64..5, 0..4), 1..6),
        dtype in prop_oneof![Just(("F32", 4)), Just(("F16", 2)), Just(("BF16", 2)), Just(("F64", 8)), Just(("I32", 4)), Just(("F8_E4M3", 1))],
        names in prop::collection::vec(prop_oneof![Just("weight"), Just("bias"), Just("kernel"), Just("running_mean"), Just("lora_B.weight")], 6),
        seed in any::<u64>(),
        config in any_json(),
    ) {
        let mut state = seed;
        let mut builder = Builder::default();
        for (index, shape) in shapes.iter().enumerate() {
            let length = shape.iter().product::<u64>() as usize * dtype.1;
            let bytes = (0..length).map(|_| { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); (state >> 56) as u8 }).collect();
            builder = builder.raw(&format!("l.{}.{}", index / 2, names[index]), dtype.0, shape, bytes);
        }
        let host = host(config, "m.safetensors", builder.file());
        let answer = host.analyze::<ModelCheckpointArtifactsAnalyzer>();
        prop_assert!(answer.is_ok());
        for it in &answer.unwrap().analyses {
            prop_assert_eq!(host.verify(it), Vec::<String>::new());
        }
    }

    #[test]
    fn every_truncation_of_a_sound_file_is_reported(cut in 0.0_f64..1.0) {
        let whole = sound().file();
        let kept = (whole.len() as f64 * cut) as usize;
        prop_assert_eq!(found(&file("model.safetensors", &whole[..kept])), [(CORRUPTED.to_owned(), Severity::High)]);
    }
}
