//! What the header of a safetensors file says, where only its start is at hand.

use serde_json::{Map, Value as Json, json};

/// Counts of a header: tensors, parameters, types; from the first bytes of a file of `size`.
///
/// # Errors
/// Why the bytes are no whole header.
pub fn safetensors_summary(start: &[u8], size: u64) -> Result<Json, String> {
    let length = start.first_chunk::<8>().map(|it| u64::from_le_bytes(*it));
    let length = length.ok_or("fewer than 8 bytes")?;
    if length > size.saturating_sub(8) {
        return Err(format!("it states {length} bytes, more than the file has"));
    }
    let end = usize::try_from(length).ok().and_then(|it| it.checked_add(8));
    let text = end
        .and_then(|end| start.get(8..end))
        .ok_or_else(|| format!("it has {length} bytes, more than were read"))?;
    let header: Map<String, Json> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let (mut tensors, mut parameters, mut last) = (0_u64, 0_u64, 0_u64);
    let mut types = Map::new();
    for (name, entry) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let shape = entry.get("shape").and_then(Json::as_array);
        let elements = shape.and_then(|it| {
            it.iter()
                .try_fold(1_u64, |product, it| product.checked_mul(it.as_u64()?))
        });
        let end = entry.pointer("/data_offsets/1").and_then(Json::as_u64);
        let (Some(elements), Some(end)) = (elements, end) else {
            return Err(format!("the entry `{name}` is malformed"));
        };
        tensors += 1;
        parameters = parameters.saturating_add(elements);
        last = last.max(end);
        let dtype = entry.get("dtype").and_then(Json::as_str).unwrap_or("?");
        let count = types.get(dtype).and_then(Json::as_u64).unwrap_or(0);
        types.insert(dtype.to_owned(), json!(count + 1));
    }
    let needed = last.saturating_add(8).saturating_add(length);
    if needed != size {
        return Err(format!("it describes {needed} bytes, the file has {size}"));
    }
    Ok(json!({ "tensors": tensors, "parameters": parameters, "types": types }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_counted_and_compared_with_the_size() {
        let text = br#"{"__metadata__":{},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
        let mut start = (text.len() as u64).to_le_bytes().to_vec();
        start.extend(text);
        let size = start.len() as u64 + 24;
        let it = safetensors_summary(&start, size).unwrap();
        assert_eq!(it, json!({"tensors": 1, "parameters": 6, "types": {"F32": 1}}));
        assert!(safetensors_summary(&start, size - 1).unwrap_err().contains("describes"));
        assert!(
            safetensors_summary(&start[..20], size)
                .unwrap_err()
                .contains("more than were read")
        );
        assert!(safetensors_summary(&u64::MAX.to_le_bytes(), size).is_err());
        assert!(safetensors_summary(b"", 0).is_err());
    }
}
