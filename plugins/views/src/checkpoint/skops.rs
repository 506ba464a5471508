//! skops: an archive with a `schema.json` that says which classes are made of which arrays. Its loader
//! makes only types that the caller trusts; here all of them are listed.
//!
//! Format: <https://skops.readthedocs.io/en/stable/persistence.html>.

use std::collections::BTreeSet;

use deepfix_plugin::{Blob, Error};
use serde_json::{Value as Json, json};

use super::{
    Content, Damage, Format, Parsed,
    cursor::Stop,
    npz::{Arrays, entries},
    space::Part,
    torch::{Pickled, is_coefficient},
    zip,
};

/// The schema of a forest of a thousand trees has some megabytes.
const MAX_SCHEMA: u64 = 16 << 20;
/// Nodes within nodes; serde_json itself stops at 128.
const MAX_DEPTH: usize = 120;
/// Types that are kept.
const MAX_TYPES: usize = 10_000;

pub(super) fn read(name: &str, blob: &dyn Blob) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(Format::Skops);
    let Some(entries) = entries(blob, &mut parsed)? else {
        return Ok(parsed);
    };
    let damaged = |reason: String| {
        let format = Format::Skops;
        Content::Damaged(Damage::Content { format, reason }, None)
    };
    let Some(entry) = entries.iter().find(|it| it.name == "schema.json") else {
        parsed.content = damaged("it holds no schema.json".to_owned());
        return Ok(parsed);
    };
    let text = match entry.piece(blob, name)? {
        Some(piece) if piece.length <= MAX_SCHEMA => {
            let length = piece.length;
            zip::bytes(&Part::new(blob, piece, MAX_SCHEMA), 0, length)?
        }
        Some(piece) => {
            parsed.content = damaged(format!(
                "its schema.json has {} bytes, where at most {MAX_SCHEMA} are read",
                piece.length
            ));
            return Ok(parsed);
        }
        None => {
            parsed.content = damaged("its schema.json is not where the directory says".to_owned());
            return Ok(parsed);
        }
    };
    let schema: Json = match serde_json::from_slice(&text) {
        Ok(schema) => schema,
        Err(error) => {
            parsed.content = damaged(format!("its schema.json cannot be read: {error}"));
            return Ok(parsed);
        }
    };
    let mut found = Schema::default();
    found.walk(&schema, "", 0);
    let mut pickled = Pickled::new(Format::Skops);
    pickled.globals = found.types.into_iter().collect();
    parsed.pickled = Some(pickled);
    parsed.about = json!({ "protocol": schema.get("protocol"), "skops": schema.get("_skops_version") });
    let mut arrays = Arrays::default();
    for (path, file) in found.arrays.iter().filter(|(path, _)| is_coefficient(path)) {
        let Some(entry) = entries.iter().find(|it| it.name == *file) else {
            parsed.content = damaged(format!("`{file}`, which its schema names, is not in it"));
            return Ok(parsed);
        };
        match arrays.add(name, blob, entry, path) {
            Ok(()) => {}
            Err(Stop::Content(reason)) => {
                parsed.content = damaged(format!("`{file}`: {reason}"));
                return Ok(parsed);
            }
            Err(Stop::Host(error)) => return Err(error),
        }
    }
    let others = found.arrays.len() - arrays.tensors.len();
    if others > 0 {
        parsed
            .notes
            .push(format!("{others} arrays are no coefficients, and were not examined"));
    }
    arrays.into(&mut parsed);
    Ok(parsed)
}

#[derive(Default)]
struct Schema {
    types: BTreeSet<String>,
    /// Arrays by their path in the object, with the file that holds them.
    arrays: Vec<(String, String)>,
}

impl Schema {
    fn walk(&mut self, node: &Json, path: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match node {
            Json::Object(members) => {
                let text = |name: &str| members.get(name).and_then(Json::as_str);
                if let (Some(module), Some(class)) = (text("__module__"), text("__class__")) {
                    self.add(format!("{module}.{class}"));
                }
                if let (Some(module), Some(function)) = (text("module_path"), text("function")) {
                    self.add(format!("{module}.{function}"));
                }
                if text("__loader__") == Some("NdArrayNode")
                    && let Some(file) = text("file")
                {
                    self.arrays.push((path.to_owned(), file.to_owned()));
                }
                for (key, value) in members {
                    // What the format itself adds says nothing in a name.
                    if matches!(key.as_str(), "content" | "attrs") {
                        self.walk(value, path, depth + 1);
                    } else {
                        self.walk(value, &joined(path, key), depth + 1);
                    }
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(item, &joined(path, &index.to_string()), depth + 1);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String) {
        if self.types.len() < MAX_TYPES {
            self.types.insert(name);
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
