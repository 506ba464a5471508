//! No bytes make the readers panic, and absurd lengths take no memory.

use proptest::prelude::*;

use super::*;

#[test]
fn absurd_lengths_are_damage_and_take_no_memory() {
    let gguf = |tensors: u64, entries: u64, rest: &[u8]| {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        bytes.extend(tensors.to_le_bytes());
        bytes.extend(entries.to_le_bytes());
        bytes.extend(rest);
        bytes
    };
    let long_array = [
        3_u64.to_le_bytes().as_slice(),
        b"abc\x09\0\0\0\x08\0\0\0",
        &u64::MAX.to_le_bytes(),
    ]
    .concat();
    let npy = |header: &str| {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes
    };
    for (name, bytes) in [
        ("m.gguf", gguf(u64::MAX, 0, b"")),
        ("m.gguf", gguf(1, 0, &u64::MAX.to_le_bytes())),
        ("m.gguf", gguf(0, 1, &long_array)),
        (
            "m.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }"),
        ),
        (
            "m.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }"),
        ),
        ("m.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff".to_vec()),
        ("m.onnx", b"\x08\x07\x3a\xff\xff\xff\xff\x7f".to_vec()),
        ("m.onnx", b"\x08\x07\x12\x07pytorch".to_vec()),
        ("m.npz", b"PK\x03\x04cut".to_vec()),
        ("m.skops", b"PK\x03\x04cut".to_vec()),
    ] {
        assert_only(&host(Json::Null, name, bytes), CORRUPTED, Severity::High);
    }
}

const FILES: [&str; 12] = [
    "plain.npz",
    "deflated.npz",
    "fortran.npy",
    "objects.npy",
    "network.onnx",
    "external.onnx",
    "network.gguf",
    "learner.joblib",
    "zlib.joblib",
    "nan.pkl",
    "nan.skops",
    "sharded.safetensors.index.json",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_and_any_cut_is_survived(
        file in prop::sample::select(FILES.to_vec()),
        changes in prop::collection::vec((0.0_f64..1.0, any::<u8>()), 0..12),
        keep in prop_oneof![Just(1.0), 0.0_f64..1.0],
    ) {
        let mut bytes = fixture(file);
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        for (at, value) in changes {
            let at = (bytes.len() as f64 * at) as usize;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        let mut host = host(Json::Null, file, bytes);
        for part in ["external.onnx.data", "sharded-00001-of-00002.safetensors", "sharded-00002-of-00002.safetensors"] {
            host = host.with_blob(ArtifactKind::ModelCheckpoint, part, fixture(part));
        }
        let answer = host.analyze::<ModelCheckpointArtifactsAnalyzer>();
        prop_assert!(answer.is_ok());
        for it in &answer.unwrap().analyses {
            prop_assert_eq!(host.verify(it), Vec::<String>::new());
        }
    }

    #[test]
    fn any_bytes_behind_a_magic_number_are_survived(
        start in prop::sample::select(vec![
            ("m.gguf", b"GGUF\x03\0\0\0\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0".to_vec()),
            ("m.npy", b"\x93NUMPY\x01\0\x40\0{'descr': '<f4', 'fortran_order': False, 'shape': (".to_vec()),
            ("m.onnx", b"\x08\x07\x3a".to_vec()),
            ("m.npz", b"PK\x03\x04".to_vec()),
            ("m.joblib", b"x\x9c".to_vec()),
            ("m.pkl.gz", b"\x1f\x8b\x08\x08".to_vec()),
            ("m.safetensors.index.json", b"{\"weight_map\": {".to_vec()),
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let host = host(Json::Null, start.0, [start.1, rest].concat());
        prop_assert!(host.analyze::<ModelCheckpointArtifactsAnalyzer>().is_ok());
    }
}
