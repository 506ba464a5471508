//! What stands in a component, read without compiling or running anything of it.

use anyhow::Context as _;
use serde::Serialize;
use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload};

/// More names than any component has; what is beyond is not listed.
const MOST_NAMES: usize = 1_000;

/// The outline of a component.
#[derive(Debug, Serialize)]
pub(crate) struct Outline {
    pub(crate) size: u64,
    pub(crate) sha256: String,
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    /// Versions of `deepfix:analysis` that it is built for.
    pub(crate) wit: Vec<String>,
    /// Tools that wrote it, from its `producers` section.
    pub(crate) producers: Vec<String>,
}

pub(crate) fn outline(bytes: &[u8]) -> anyhow::Result<Outline> {
    let mut it = Outline {
        size: bytes.len() as u64,
        sha256: deepfix_sources::sha256(bytes),
        imports: Vec::new(),
        exports: Vec::new(),
        wit: Vec::new(),
        producers: Vec::new(),
    };
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.context("it is not WebAssembly, or damaged")? {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } if depth == 0 => anyhow::bail!(
                "it is a core module, not a component: build it for wasm32-wasip2, or use `deepfix plugin build`"
            ),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    it.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export?;
                    if export.kind == ComponentExternalKind::Instance {
                        it.exports.push(export.name.name.to_owned());
                    }
                }
            }
            Payload::CustomSection(section) if section.name() == "producers" => {
                if let Ok(fields) = wasmparser::ProducersSectionReader::new(wasmparser::BinaryReader::new(
                    section.data(),
                    section.data_offset(),
                )) {
                    for field in fields.into_iter().flatten() {
                        for value in field.values.into_iter().flatten() {
                            it.producers.push(format!("{} {}", value.name, value.version));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for names in [&mut it.imports, &mut it.exports, &mut it.producers] {
        names.truncate(MOST_NAMES);
    }
    it.producers.sort();
    it.producers.dedup();
    let ours = it.imports.iter().chain(&it.exports);
    let versions = ours.filter_map(|name| name.strip_prefix("deepfix:analysis/")?.split_once('@'));
    it.wit = versions.map(|(_, version)| version.to_owned()).collect();
    it.wit.sort();
    it.wit.dedup();
    Ok(it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_component_are_told() {
        assert!(outline(b"hello").is_err());
        let module = [0, b'a', b's', b'm', 1, 0, 0, 0];
        assert!(outline(&module).unwrap_err().to_string().contains("core module"));
        let empty = [0, b'a', b's', b'm', 13, 0, 1, 0];
        assert!(outline(&empty).unwrap().exports.is_empty());
    }
}
