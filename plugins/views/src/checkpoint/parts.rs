//! A model in several files: `model-00001-of-00003.safetensors` and so on, mostly with an index that
//! says which tensor is in which file.
//!
//! Format: <https://huggingface.co/docs/transformers/big_models#sharded-checkpoints>.

use std::collections::{BTreeMap, BTreeSet};

use deepfix_plugin::{ArtifactKind, Blob, Context, Error};
use serde_json::Value as Json;

use super::{
    Content, Damage, File, FileState, Format, Header, Parsed, Topology, one_file,
    space::{Piece, Space},
    zip::{self, is_outside},
};

/// An index has some 100 bytes for a tensor.
const MAX_INDEX: u64 = 32 << 20;
/// Files of one model; the largest ones have some hundreds.
const MAX_PARTS: usize = 2_000;
/// Tensors that are named where index and files disagree.
const KEPT: usize = 64;

/// Whether a name is that of an index.
pub(super) fn is_index(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".index.json")
}

/// `model-`, 1, 3 and `.safetensors` of `model-00001-of-00003.safetensors`.
pub(super) fn numbered(name: &str) -> Option<(&str, usize, usize, &str)> {
    let (before, after) = name.split_once("-of-")?;
    let (stem, number) = before.rsplit_once('-')?;
    let digits = after.find(|it: char| !it.is_ascii_digit()).unwrap_or(after.len());
    let (total, ending) = after.split_at_checked(digits)?;
    let (number, total) = (number.parse().ok()?, total.parse().ok()?);
    (total > 0 && total <= MAX_PARTS && number <= total).then_some((stem, number, total, ending))
}

/// All parts of a numbered file that the host has, where these are all there are.
pub(super) fn complete(name: &str, names: &[String]) -> Option<Vec<String>> {
    let (stem, _, total, ending) = numbered(name)?;
    let mut parts: Vec<String> = names
        .iter()
        .filter(|it| numbered(it).is_some_and(|it| (it.0, it.2, it.3) == (stem, total, ending)))
        .cloned()
        .collect();
    parts.sort();
    (parts.len() == total).then_some(parts)
}

type WeightMap = BTreeMap<String, String>;

fn weight_map(blob: &dyn Blob) -> Result<Result<WeightMap, String>, Error> {
    if blob.size() > MAX_INDEX {
        return Ok(Err(format!(
            "it has {} bytes, where at most {MAX_INDEX} are read",
            blob.size()
        )));
    }
    let text = zip::bytes(blob, 0, blob.size())?;
    let index: Json = match serde_json::from_slice(&text) {
        Ok(index) => index,
        Err(error) => return Ok(Err(format!("it is not JSON: {error}"))),
    };
    let Some(map) = index.get("weight_map").and_then(Json::as_object) else {
        return Ok(Err("it has no `weight_map`".to_owned()));
    };
    let map: Option<WeightMap> = map
        .iter()
        .map(|(name, file)| Some((name.clone(), file.as_str()?.to_owned())))
        .collect();
    Ok(map
        .filter(|it| !it.is_empty())
        .ok_or_else(|| "its `weight_map` does not give a file for each tensor".to_owned()))
}

/// A model by its index.
pub(super) fn by_index(cx: &Context<'_>, name: &str, blob: &dyn Blob, names: &[String]) -> Result<File, Error> {
    let mut file = File::new(name, blob.size());
    let damaged = |reason| {
        let format = Format::Parts;
        FileState::Damaged(Damage::Content { format, reason }, None)
    };
    let map = match weight_map(blob)? {
        Ok(map) => map,
        Err(reason) => {
            file.state = damaged(reason);
            return Ok(file);
        }
    };
    let files: BTreeSet<&String> = map.values().collect();
    file.outside = files
        .iter()
        .filter(|it| is_outside(it))
        .take(20)
        .map(ToString::to_string)
        .collect();
    if files.len() > MAX_PARTS {
        file.state = damaged(format!(
            "it names {} files, where at most {MAX_PARTS} are read",
            files.len()
        ));
        return Ok(file);
    }
    let missing: Vec<String> = files
        .iter()
        .filter(|it| !names.contains(it))
        .map(ToString::to_string)
        .collect();
    if !missing.is_empty() {
        let total = files.len();
        file.state = FileState::Damaged(Damage::MissingParts { missing, total }, None);
        return Ok(file);
    }
    let parts: Vec<String> = files.into_iter().cloned().collect();
    join(cx, &mut file, &parts, Some(&map))?;
    Ok(file)
}

/// Reads all parts, and puts their tensors one after the other.
pub(super) fn join(cx: &Context<'_>, file: &mut File, parts: &[String], map: Option<&WeightMap>) -> Result<(), Error> {
    let (mut space, mut tensors, mut wrong, mut size) = (Space::default(), Vec::new(), Vec::new(), 0_u64);
    let mut expected: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (tensor, part) in map.into_iter().flatten() {
        expected.entry(part).or_default().insert(tensor);
    }
    file.parts = parts.len();
    for part in parts {
        let blob = cx.host().open_blob(ArtifactKind::ModelCheckpoint, part)?;
        let parsed: Parsed = one_file(part, blob.as_ref())?;
        size = size.saturating_add(blob.size());
        file.take(&parsed);
        match parsed.content {
            Content::Tensors(found) => {
                let start = space.push(Piece::whole(part, blob.size()));
                for piece in parsed.pieces {
                    space.push(piece);
                }
                let mut known = expected.remove(part.as_str()).unwrap_or_default();
                for mut tensor in found {
                    if map.is_some() && !known.remove(tensor.name.as_str()) {
                        wrong.push(tensor.name.clone());
                    }
                    tensor.begin = tensor.begin.saturating_add(start);
                    tensor.end = tensor.end.saturating_add(start);
                    tensors.push(tensor);
                }
                // Views and what a pickle hides are not listed, so that nothing is said of them.
                if parsed.notes.is_empty() {
                    wrong.extend(known.into_iter().map(str::to_owned));
                }
            }
            Content::Damaged(damage, header) => {
                // The finding is about this part: its name, its size, its bytes.
                (file.name, file.size) = (part.clone(), blob.size());
                file.state = FileState::Damaged(damage, header);
                return Ok(());
            }
            Content::Opaque => {
                file.state = FileState::Other(parsed.format);
                return Ok(());
            }
        }
    }
    file.total = size;
    if !wrong.is_empty() {
        wrong.sort();
        wrong.truncate(KEPT);
        file.state = FileState::Damaged(Damage::Index { tensors: wrong }, None);
        return Ok(());
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = tensors.iter().find(|it| !names.insert(it.name.as_str())) {
        let reason = format!("the tensor `{}` is in two of the {} parts", twice.name, parts.len());
        let format = Format::Parts;
        file.state = FileState::Damaged(Damage::Content { format, reason }, None);
        return Ok(());
    }
    let header = Header::of(tensors);
    let topology = Topology::of(&header);
    file.space = space;
    file.state = FileState::Sound(header, topology);
    Ok(())
}
