//! Guests written as WebAssembly text: what Rust cannot express, or refuses to.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap};

/// A guest whose core module is text. Everything but its name has an honest default.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// What it does, as the name of its file.
    pub name: &'static str,
    /// The version of `deepfix:analysis` that it is built for.
    pub version: &'static str,
    /// A change of our WIT: a text and what replaces it.
    pub wit: (&'static str, &'static str),
    /// A package that it imports beside ours, and the import.
    pub other: Option<(&'static str, &'static str)>,
    /// Imports of the core module.
    pub imports: &'static str,
    /// Pages of memory at the start.
    pub pages: u32,
    /// Further definitions of the core module.
    pub more: &'static str,
    /// The body of `analyze`; it leaves the address of the result. The report at [`REPORT`] is
    /// empty, unless `data` changes it.
    pub body: &'static str,
    /// Parameters and results of `analyze`.
    pub signature: &'static str,
    /// Data segments.
    pub data: &'static str,
}

/// Where an empty report lies.
pub const REPORT: u32 = 512;

/// A guest that is in order.
pub const HONEST: Guest = Guest {
    name: "honest",
    version: "0.1.0",
    wit: ("", ""),
    other: None,
    imports: "",
    pages: 2,
    more: "",
    body: "i32.const 512",
    signature: "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)",
    data: "",
};

impl Guest {
    /// The component.
    ///
    /// # Panics
    /// The text is wrong.
    #[must_use]
    pub fn component(&self) -> Vec<u8> {
        let mut module = wat::parse_str(self.core()).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut resolve = Resolve::default();
        let mut include = String::new();
        if let Some((package, import)) = self.other {
            resolve.push_str("other.wit", package).unwrap();
            include = format!("import {import};");
        }
        resolve.push_group(self.ours()).unwrap();
        let world = format!(
            "package test:guest; world guest {{ include deepfix:analysis/analyzer@{}; {include} }}",
            self.version
        );
        let package = resolve.push_str("guest.wit", &world).unwrap();
        let world = resolve.select_world(&[package], Some("guest")).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default()
            .module(&module)
            .unwrap()
            .encode()
            .unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    /// Our WIT with the guest's change.
    fn ours(&self) -> wit_parser::UnresolvedPackageGroup {
        let mut sources = SourceMap::new();
        let mut changed = self.wit.0.is_empty();
        for (file, text) in crate::wit::sources() {
            let text = text.replace(
                &format!("deepfix:analysis@{};", crate::wit::VERSION),
                &format!("deepfix:analysis@{};", self.version),
            );
            changed |= !self.wit.0.is_empty() && text.contains(self.wit.0);
            let text = if self.wit.0.is_empty() {
                text
            } else {
                text.replace(self.wit.0, self.wit.1)
            };
            sources.push_str(&file, text);
        }
        assert!(changed, "{}: our WIT does not contain {:?}", self.name, self.wit.0);
        sources.parse().map_err(|(_, error)| error).unwrap()
    }

    fn core(&self) -> String {
        let Self {
            name,
            version,
            imports,
            pages,
            more,
            body,
            signature,
            data,
            ..
        } = self;
        let length = name.len();
        format!(
            r#"(module
              {imports}
              (memory (export "memory") {pages})
              (global $heap (mut i32) (i32.const 65536))
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.set $heap (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.get $heap)
                (global.set $heap (i32.add (global.get $heap) (local.get 3))))
              {more}
              (func (export "deepfix:analysis/analyze@{version}#describe") (result i32) i32.const 16)
              (func (export "deepfix:analysis/analyze@{version}#analyze") {signature} {body})
              ;; description: name, version, summary, consumes (training), codes, capabilities, extras
              (data (i32.const 16) "{}{}{}{}{}{}{}")
              (data (i32.const 128) "{}")
              (data (i32.const 160) "\03\00")
              (data (i32.const 256) "{name}")
              (data (i32.const 384) "{name}.found")
              (data (i32.const 448) "0.1.0")
              ;; an error or a report: 0 is a report, then analyses, summary, extras
              (data (i32.const 512) "\00\00\00\00{}{}{}")
              {data}
            )"#,
            pair(256, length),
            pair(448, 5),
            pair(256, length),
            pair(160, 1),
            pair(128, 1),
            pair(0, 0),
            pair(0, 0),
            pair(384, length + ".found".len()),
            pair(0, 0),
            pair(256, length),
            pair(0, 0),
        )
    }
}

/// An address and a length as data.
fn pair(address: usize, length: usize) -> String {
    [address, length]
        .iter()
        .flat_map(|it| u32::try_from(*it).unwrap().to_le_bytes())
        .map(|byte| format!("\\{byte:02x}"))
        .collect()
}

/// A component that neither exports nor imports anything.
#[must_use]
pub fn empty_component() -> Vec<u8> {
    wat::parse_str("(component)").unwrap()
}

/// A core module.
#[must_use]
pub fn core_module() -> Vec<u8> {
    wat::parse_str("(module)").unwrap()
}

/// A component that lifts a function with the asynchronous ABI.
#[must_use]
pub fn async_component() -> Vec<u8> {
    wat::parse_str(
        r#"(component
          (core module $m
            (func (export "f") (result i32) i32.const 0)
            (func (export "callback") (param i32 i32 i32) (result i32) i32.const 0))
          (core instance $i (instantiate $m))
          (func (export "f") async
            (canon lift (core func $i "f") async (callback (core func $i "callback")))))"#,
    )
    .unwrap()
}
