//! Archives: pickles and arrays in them, names that lead elsewhere, bombs.

use super::*;

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

/// The same as the value of `model` beside an epoch.
const NESTED_MODULE: &[u8] =
    b"\x80\x02}(X\x05\0\0\0modelc__main__\nNet\n)\x81}X\x08\0\0\0_modules}sbX\x05\0\0\0epochK\x03u.";

fn action(host: &FakeHost) -> String {
    report(host).analyses[0].recommendation.action.clone()
}

#[test]
fn the_advice_to_convert_a_file_fits_what_it_holds() {
    let plain = include_bytes!("../../../tests/fixtures/healthy.pt").to_vec();
    let it = action(&host(Json::Null, "m.pt", plain));
    assert!(it.contains("weights_only=True).items()}, \"m.safetensors\")"), "{it}");
    let it = action(&host(
        Json::Null,
        "m.ckpt",
        include_bytes!("../../../tests/fixtures/lightning.ckpt").to_vec(),
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
