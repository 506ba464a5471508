//! Formats of other libraries; `tests/fixtures/formats/make.py` wrote the files with these.

mod any_bytes;
mod archives;
mod examined;
mod parts;

use std::{fs, path::PathBuf};

use deepfix_plugin::Severity;

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

/// A module as `torch.save(model)` writes it, without its tensors: `Net` with empty `_modules`.
const MODULE: &[u8] = b"\x80\x02c__main__\nNet\n)\x81}X\x08\0\0\0_modules}sb.";
