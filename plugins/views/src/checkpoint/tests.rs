use deepfix_plugin::{ArtifactKind, Context, Request, testing::FakeHost};
use serde_json::{Value as Json, json};

use super::*;

/// A file of zeros with the given tensors.
fn file(tensors: &[(&str, &[u64])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut at = 0;
    for (name, shape) in tensors {
        let end = at + 4 * shape.iter().product::<u64>();
        header.insert(
            (*name).to_owned(),
            json!({"dtype": "F32", "shape": shape, "data_offsets": [at, end]}),
        );
        at = end;
    }
    let text = Json::Object(header).to_string();
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes.extend(vec![0; at as usize]);
    bytes
}

fn view(bytes: Vec<u8>, name: &str) -> CheckpointView {
    let host = FakeHost::new()
        .with_document(
            ArtifactKind::ModelCheckpoint,
            json!({"path": name, "config": {"num_labels": 2}}),
        )
        .with_blob(ArtifactKind::ModelCheckpoint, name, bytes);
    CheckpointView::read(&Context::new(&host, &Request::default())).unwrap()
}

fn topology(tensors: &[(&str, &[u64])]) -> Topology {
    view(file(tensors), "m.safetensors").sound().unwrap().1.clone()
}

#[test]
fn a_torch_network_is_a_chain_with_its_sizes() {
    let it = view(
        file(&[
            ("layers.10.weight", &[2, 5]),
            ("layers.2.bias", &[5]),
            ("layers.2.weight", &[5, 8]),
            ("layers.0.weight", &[8, 3]),
        ]),
        "m.safetensors",
    );
    assert_eq!((it.input_size(), it.output_size()), (Some(3), Some(2)));
    assert_eq!(it.config.outputs().unwrap().value, 2);
}

#[test]
fn keras_kernels_and_scikit_learn_lists_have_units_last() {
    let keras = topology(&[
        ("dense/kernel:0", &[3, 8]),
        ("dense/bias:0", &[8]),
        ("dense_1/kernel:0", &[8, 2]),
        ("dense_1/bias:0", &[2]),
    ]);
    assert_eq!((keras.input().unwrap().inputs, keras.output().unwrap().outputs), (3, 2));
    let bare = topology(&[("W1", &[3, 8]), ("W2", &[8, 2])]);
    assert_eq!((bare.input().unwrap().inputs, bare.output().unwrap().outputs), (3, 2));
    assert!(bare.layers[0].units_last);
}

#[test]
fn a_chain_is_found_although_names_do_not_sort_in_forward_order() {
    let it = topology(&[
        ("encoder.weight", &[16, 4]),
        ("head.weight", &[3, 16]),
        ("middle.weight", &[16, 16]),
    ]);
    let order: Vec<&str> = it.chain_layers().map(|it| it.module.as_str()).collect();
    assert_eq!(order, ["encoder", "middle", "head"]);
}

#[test]
fn a_network_with_attention_is_no_chain_but_has_a_head() {
    let it = topology(&[
        ("bert.embeddings.word_embeddings.weight", &[100, 8]),
        ("bert.encoder.layer.0.attention.self.query.weight", &[8, 8]),
        ("bert.encoder.layer.0.intermediate.dense.weight", &[32, 8]),
        ("bert.embeddings.LayerNorm.weight", &[8]),
        ("classifier.dense.weight", &[8, 8]),
        ("classifier.out_proj.weight", &[5, 8]),
    ]);
    assert_eq!(it.chain, None);
    assert_eq!(it.output().unwrap().outputs, 5);
    assert_eq!(it.norms.len(), 1);
    assert!(it.has(LayerKind::Embedding) && it.has(LayerKind::Attention));
}

#[test]
fn convolutions_sum_over_their_kernel() {
    let it = topology(&[("conv1.weight", &[16, 3, 5, 5]), ("conv1.bias", &[16])]);
    assert_eq!((it.layers[0].kind, it.layers[0].fan_in), (LayerKind::Convolution, 75));
}

#[test]
fn every_truncation_is_damage() {
    let whole = file(&[("a.weight", &[4, 4]), ("a.bias", &[4])]);
    for length in 0..whole.len() {
        let it = view(whole[..length].to_vec(), "m.safetensors");
        assert!(
            matches!(it.file.unwrap().state, FileState::Damaged(..)),
            "cut at {length}"
        );
    }
}

#[test]
fn a_wrong_header_length_is_repairable() {
    let mut bytes = file(&[("a.weight", &[4, 4])]);
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    for wrong in [5_000_000_u64, length - 7, length + 3] {
        bytes[..8].copy_from_slice(&wrong.to_le_bytes());
        match view(bytes.clone(), "m.safetensors").file.unwrap().state {
            FileState::Damaged(Damage::HeaderLength { repaired, .. } | Damage::HeaderJson { repaired, .. }, None) => {
                assert_eq!(repaired, Some(length), "{wrong}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn shards_are_known_by_their_name() {
    assert!(
        view(file(&[]), "model-00001-of-00003.safetensors")
            .file
            .unwrap()
            .is_shard()
    );
    assert!(!view(file(&[]), "one-of-many.safetensors").file.unwrap().is_shard());
}
