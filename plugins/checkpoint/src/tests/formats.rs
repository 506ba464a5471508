//! Formats of other libraries; `tests/fixtures/formats/make.py` wrote the files with these.

use std::{fs, path::PathBuf};

use deepfix_plugin::Severity;
use proptest::prelude::*;

use super::*;

const NAN: &str = "checkpoint.nan_weights";
const CORRUPTED: &str = "checkpoint.corrupted_file";

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    fs::read(folder.join(name)).unwrap()
}

/// A host with several files, of which the first is the one that the document names.
fn host_of(names: &[&str]) -> FakeHost {
    let mut host = FakeHost::new().with_document(
        ArtifactKind::ModelCheckpoint,
        json!({"path": format!("folder/{}", names[0]), "config": null}),
    );
    for name in names {
        host = host.with_blob(ArtifactKind::ModelCheckpoint, name, fixture(name));
    }
    host
}

fn extras(host: &FakeHost) -> Json {
    serde_json::from_str(&report(host).extras).unwrap()
}

fn codes(host: &FakeHost) -> Vec<String> {
    found(host).into_iter().map(|(code, _)| code).collect()
}

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
fn a_missing_part_is_named() {
    let host = host_of(&["sharded.safetensors.index.json", "sharded-00002-of-00002.safetensors"]);
    assert_only(&host, CORRUPTED, Severity::High);
    let text = report(&host).analyses[0].finding.description.clone();
    assert!(text.contains("sharded-00001-of-00002.safetensors"), "{text}");
    assert_only(&host_of(&["external.onnx"]), CORRUPTED, Severity::High);
    // A part alone, of which nothing says that the others should be here, is examined and said to be one.
    let it = extras(&host_of(&["sharded-00001-of-00002.safetensors"]));
    assert!(it["not_examined"].to_string().contains("one of 2 parts"), "{it}");
}

#[test]
fn an_index_that_contradicts_its_parts_is_damage() {
    let index = String::from_utf8(fixture("sharded.safetensors.index.json")).unwrap();
    for (from, to, word) in [
        ("layers.0.bias", "layers.9.bias", "layers.9.bias"),
        (
            "\"sharded-00001-of-00002.safetensors\"",
            "\"../../x.safetensors\"",
            "../../x.safetensors",
        ),
        ("weight_map", "other", "weight_map"),
        ("{", "[", "not JSON"),
    ] {
        let parts = [
            "sharded-00001-of-00002.safetensors",
            "sharded-00002-of-00002.safetensors",
        ];
        let mut host = FakeHost::new()
            .with_document(
                ArtifactKind::ModelCheckpoint,
                json!({"path": "m.safetensors.index.json"}),
            )
            .with_blob(
                ArtifactKind::ModelCheckpoint,
                "m.safetensors.index.json",
                index.replace(from, to).into_bytes(),
            );
        for part in parts {
            host = host.with_blob(ArtifactKind::ModelCheckpoint, part, fixture(part));
        }
        let report = report(&host);
        let corrupted = report.analyses.iter().find(|it| it.finding.code == CORRUPTED).unwrap();
        assert!(
            corrupted.finding.description.contains(word),
            "{}",
            corrupted.finding.description
        );
    }
}

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

/// A small archive, its entries stored.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in entries {
        let at = bytes.len() as u32;
        let sizes = [(data.len() as u32).to_le_bytes(), (data.len() as u32).to_le_bytes()].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend(&sizes);
        bytes.extend(name_length);
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
        bytes.extend(*data);
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        directory.extend(&sizes);
        directory.extend(name_length);
        directory.extend([0; 12]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length) = (bytes.len() as u32, directory.len() as u32);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(
        [
            (entries.len() as u16).to_le_bytes(),
            (entries.len() as u16).to_le_bytes(),
        ]
        .concat(),
    );
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

const HARMLESS: &[u8] = b"\x80\x02}.";
const COMMAND: &[u8] = b"\x80\x02cos\nsystem\n(X\x02\0\0\0idtR.";

#[test]
fn a_second_pickle_of_an_archive_is_read_as_well() {
    let it = archive(&[("m/data.pkl", HARMLESS), ("m/extra/other.pkl", HARMLESS)]);
    let host_ = host(Json::Null, "m.pt", it);
    assert_only(&host_, "checkpoint.unsafe_format", Severity::Low);
    assert!(
        report(&host_).analyses[0]
            .finding
            .description
            .contains("m/extra/other.pkl")
    );
    let it = archive(&[("m/data.pkl", HARMLESS), ("x/data.pkl", COMMAND)]);
    assert_only(
        &host(Json::Null, "m.pt", it),
        "checkpoint.unsafe_format",
        Severity::High,
    );
}

/// A module as `torch.save(model)` writes it, without its tensors: `Net` with empty `_modules`.
const MODULE: &[u8] = b"\x80\x02c__main__\nNet\n)\x81}X\x08\0\0\0_modules}sb.";
/// The same as the value of `model` beside an epoch.
const NESTED_MODULE: &[u8] =
    b"\x80\x02}(X\x05\0\0\0modelc__main__\nNet\n)\x81}X\x08\0\0\0_modules}sbX\x05\0\0\0epochK\x03u.";

fn action(host: &FakeHost) -> String {
    report(host).analyses[0].recommendation.action.clone()
}

#[test]
fn the_advice_to_convert_a_file_fits_what_it_holds() {
    let plain = include_bytes!("../../tests/fixtures/healthy.pt").to_vec();
    let it = action(&host(Json::Null, "m.pt", plain));
    assert!(it.contains("weights_only=True).items()}, \"m.safetensors\")"), "{it}");
    let it = action(&host(
        Json::Null,
        "m.ckpt",
        include_bytes!("../../tests/fixtures/lightning.ckpt").to_vec(),
    ));
    assert!(it.contains("[\"state_dict\"]"), "{it}");
    let it = action(&host(Json::Null, "m.pt", archive(&[("m/data.pkl", MODULE)])));
    assert!(it.contains("('__main__.Net') defined or importable"), "{it}");
    assert!(it.contains("weights_only=False).state_dict()"), "{it}");
    let it = action(&host(Json::Null, "m.pt", archive(&[("m/data.pkl", NESTED_MODULE)])));
    assert!(it.contains("[\"model\"].state_dict()"), "{it}");
    let script = b"\x80\x02c__torch__\nNet\n)\x81}b.";
    let it = action(&host(Json::Null, "m.pt", archive(&[("m/data.pkl", script)])));
    assert!(it.contains("torch.jit.load(\"m.pt\""), "{it}");
    for name in ["learner.joblib", "learner.pkl.gz"] {
        let it = action(&host_of(&[name]));
        assert!(it.contains("skops.io.dump(joblib.load("), "{name}: {it}");
        assert!(!it.contains("torch"), "{name}: {it}");
    }
    let it = action(&host_of(&["objects.npy"]));
    assert!(it.contains("allow_pickle=False"), "{it}");
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
fn what_a_damaged_archive_would_import_is_still_said() {
    let whole = archive(&[("m/data.pkl", COMMAND), ("m/data/0", &[0; 64])]);
    let cut = whole[..whole.len() - 60].to_vec();
    let it = host(Json::Null, "m.pt", cut);
    let mut all = codes(&it);
    all.sort();
    assert_eq!(all, [CORRUPTED, "checkpoint.unsafe_format"]);
}

#[test]
fn archives_that_lead_elsewhere_or_contradict_themselves_are_reported() {
    let it = host(
        Json::Null,
        "m.pt",
        archive(&[("m/data.pkl", HARMLESS), ("m/../../x", b"")]),
    );
    assert_only(&it, "checkpoint.unsafe_format", Severity::Medium);
    for name in ["m.pt", "m.npz", "m.skops", "m.keras"] {
        let it = host(
            Json::Null,
            name,
            archive(&[("m/data.pkl", HARMLESS), ("m/data.pkl", HARMLESS)]),
        );
        assert!(codes(&it).contains(&CORRUPTED.to_owned()), "{name}");
    }
}

#[test]
fn a_deflated_pickle_is_read() {
    let packed = {
        use std::io::Write as _;
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(COMMAND).unwrap();
        encoder.finish().unwrap()
    };
    let mut bytes = archive(&[("m/data.pkl", &packed)]);
    // Method 8 and the inflated length, in both headers.
    let central = bytes.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    for (method, size) in [(8, 22), (central + 10, central + 24)] {
        bytes[method] = 8;
        bytes[size..size + 4].copy_from_slice(&(COMMAND.len() as u32).to_le_bytes());
    }
    assert_only(
        &host(Json::Null, "m.pt", bytes),
        "checkpoint.unsafe_format",
        Severity::High,
    );
}

#[test]
fn parts_of_pytorch_belong_together_too() {
    let part = include_bytes!("../../tests/fixtures/healthy.pt").to_vec();
    let alone = extras(&host(Json::Null, "m.pt", part.clone()));
    let names: Vec<&str> = alone["model"]["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["tensor"].as_str().unwrap())
        .collect();
    let map: serde_json::Map<String, Json> = names
        .iter()
        .map(|it| ((*it).to_owned(), json!("pytorch_model-00001-of-00001.bin")))
        .collect();
    let index = json!({ "weight_map": map });
    let host = FakeHost::new()
        .with_document(
            ArtifactKind::ModelCheckpoint,
            json!({"path": "pytorch_model.bin.index.json"}),
        )
        .with_blob(
            ArtifactKind::ModelCheckpoint,
            "pytorch_model.bin.index.json",
            index.to_string().into_bytes(),
        )
        .with_blob(ArtifactKind::ModelCheckpoint, "pytorch_model-00001-of-00001.bin", part);
    // The index lists weights only; the biases that it does not know are named.
    let report = report(&host);
    let finding = &report.analyses[0].finding;
    assert_eq!(finding.code, CORRUPTED);
    assert!(finding.description.contains("bias"), "{}", finding.description);
}

#[test]
fn members_of_an_archive_are_arrays_by_what_they_begin_with() {
    let array = |values: &[f32]| {
        let text = format!(
            "{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}",
            values.len()
        );
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend(values.iter().flat_map(|it| it.to_le_bytes()));
        bytes
    };
    let (sound, nan) = (array(&[0.5, 0.25]), array(&[0.5, f32::NAN]));
    // `np.savez` always adds the ending; `np.load` reads a member without it as well.
    let members = [
        ("layer.weight", &nan[..]),
        ("layer.bias.npy", &sound),
        ("README", b"words"),
    ];
    let it = host(Json::Null, "m.npz", archive(&members));
    let report_ = report(&it);
    let finding = report_.analyses.iter().map(|it| &it.finding).find(|it| it.code == NAN);
    assert!(finding.unwrap().evidence.contains("layer.weight"));
    let text = extras(&it)["not_examined"].to_string();
    assert!(
        text.contains("no arrays") && text.contains("`README`") && !text.contains("bias"),
        "{text}"
    );
    // Both ways of one name are two arrays.
    let it = host(Json::Null, "m.npz", archive(&[("w.npy", &sound), ("w", &nan)]));
    assert!(codes(&it).contains(&NAN.to_owned()));
    assert!(!codes(&it).contains(&CORRUPTED.to_owned()));
}

#[test]
fn a_bomb_is_not_unpacked_beyond_its_limit() {
    // Three arrays that claim four gigabytes each, in some hundred bytes.
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }";
    let mut array = b"\x93NUMPY\x01\0".to_vec();
    array.extend((text.len() as u16).to_le_bytes());
    array.extend(text.as_bytes());
    let packed = {
        use std::io::Write as _;
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&array).unwrap();
        encoder.finish().unwrap()
    };
    let mut bytes = archive(&[("a.npy", &packed), ("b.npy", &packed), ("c.npy", &packed)]);
    let size = (array.len() as u32 + 4_000_000_000).to_le_bytes();
    let places = |mark: &[u8]| -> Vec<usize> {
        (0..bytes.len() - 4)
            .filter(|at| bytes[*at..].starts_with(mark))
            .collect()
    };
    let fields: Vec<(usize, usize)> = places(b"PK\x03\x04")
        .iter()
        .map(|at| (at + 8, at + 22))
        .chain(places(b"PK\x01\x02").iter().map(|at| (at + 10, at + 24)))
        .collect();
    for (method, at) in fields {
        bytes[method] = 8;
        bytes[at..at + 4].copy_from_slice(&size);
    }
    let it = extras(&host(Json::Null, "m.npz", bytes));
    let text = it["not_examined"].to_string();
    assert!(
        text.contains("1 arrays were left out") && text.contains("while it was read"),
        "{text}"
    );
}

#[test]
fn what_was_read_in_time_is_reported() {
    let host_ = host_of(&["plain.npz"]).with_extras(json!({"time_ms": 0}));
    let it = extras(&host_);
    assert!(it["not_examined"].to_string().contains("would not be enough"), "{it}");
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
