//! The C bindings that the SDK ships are those that wit-bindgen writes for today's WIT.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{fs, path::Path};

use wit_bindgen_c::Opts;
use wit_component::StringEncoding;
use wit_parser::Resolve;

/// Set to write them.
const WRITE: &str = "DEEPFIX_WRITE_C_BINDINGS";

#[test]
fn the_c_bindings_are_those_of_the_wit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root.join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("analyzer")).unwrap();
    let mut files = wit_bindgen_core::Files::default();
    let options = Opts {
        string_encoding: StringEncoding::UTF8,
        ..Opts::default()
    };
    wit_bindgen_core::WorldGenerator::generate(&mut *options.build(), &mut resolve, world, &mut files).unwrap();
    let folder = root.join("plugins/sdk-c");
    let mut count = 0;
    for (name, contents) in files.iter() {
        count += 1;
        let file = folder.join(name);
        if std::env::var_os(WRITE).is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, contents).unwrap();
        }
        let there = fs::read(&file).unwrap_or_default();
        assert!(there == contents, "{name} is not current: run `cargo xtask generate`");
    }
    assert_eq!(count, 3);
}
