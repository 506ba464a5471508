//! TensorBoard event files.
//!
//! Format: records of (length, checksum of the length, data, checksum of the data), the checksums
//! CRC-32C masked as in <https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/hash/crc32c.h>;
//! the data are `Event` messages. A scalar is a `simple_value`, or a tensor of one number.
//! A training that still runs, or was killed, leaves half a record at the end: what stands before
//! is read.

use std::io::Read;

use crate::{History, protobuf};

/// A record of a scalar has about 100 bytes; histograms and pictures some megabytes. The stated
/// length is allocated at once: no more than this.
const MAX_RECORD: u64 = 64 << 20;

/// Reads the scalars of one file; names get a prefix. Says why it stopped before the end.
///
/// # Errors
/// It is no event file, or has too many values.
pub(crate) fn read(mut file: impl Read, prefix: &str, history: &mut History) -> Result<Option<String>, String> {
    let mut records = 0_u64;
    loop {
        match record(&mut file) {
            Ok(Some(data)) => {
                event(&data, prefix, history).map_err(|error| error.to_string())?;
                records += 1;
            }
            Ok(None) => return Ok(None),
            Err(why) if records == 0 => return Err(format!("no event file: {why}")),
            Err(why) => {
                return Ok(Some(format!(
                    "record {}: {why}; what stands before it was read",
                    records + 1
                )));
            }
        }
    }
}

/// The next record; none at the end.
fn record(file: &mut impl Read) -> Result<Option<Vec<u8>>, String> {
    let mut head = [0; 12];
    let got = fill(file, &mut head)?;
    if got == 0 {
        return Ok(None);
    }
    let (Some((length, sum)), true) = (head.split_first_chunk::<8>(), got == head.len()) else {
        return Err("it is cut off".to_owned());
    };
    if masked(length) != number(sum) {
        return Err("the checksum of its length is wrong".to_owned());
    }
    let length = u64::from_le_bytes(*length);
    if length > MAX_RECORD {
        return Err(format!("it states {length} bytes; at most {MAX_RECORD} are read"));
    }
    // Grows with what is there, not with what is stated.
    let mut data = Vec::new();
    let got = file
        .by_ref()
        .take(length)
        .read_to_end(&mut data)
        .map_err(|error| error.to_string())?;
    let mut sum = [0; 4];
    if got as u64 != length || fill(file, &mut sum)? != sum.len() {
        return Err("it is cut off".to_owned());
    }
    if masked(&data) != number(&sum) {
        return Err("its checksum is wrong".to_owned());
    }
    Ok(Some(data))
}

fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize, String> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|it| !it.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(got)
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk::<4>().map_or(0, |it| u32::from_le_bytes(*it))
}

fn masked(data: &[u8]) -> u32 {
    const DELTA: u32 = 0xa282_ead8;
    crc32c::crc32c(data).rotate_right(15).wrapping_add(DELTA)
}

/// `Event {step = 2, summary = 5 {value = 1 {tag = 1, simple_value = 2, tensor = 8}}}`.
fn event(data: &[u8], prefix: &str, history: &mut History) -> Result<(), crate::TooManyCells> {
    let step = protobuf::find(data, 2).map_or(0, protobuf::Value::integer);
    for (_, summary) in protobuf::fields(data).filter(|(number, _)| *number == 5) {
        for (_, value) in protobuf::fields(summary.bytes()).filter(|(number, _)| *number == 1) {
            let value = value.bytes();
            let Some(tag) = protobuf::find(value, 1).map(protobuf::Value::text) else {
                continue;
            };
            let scalar = protobuf::find(value, 2)
                .map(protobuf::Value::float)
                .or_else(|| protobuf::find(value, 8).and_then(|it| tensor(it.bytes())));
            if let Some(scalar) = scalar {
                history.add(&name(prefix, &tag), step, scalar)?;
            }
        }
    }
    Ok(())
}

/// Keras calls its curves `epoch_loss` and keeps them in `train/` and `validation/`.
fn name(prefix: &str, tag: &str) -> String {
    let tag = tag.strip_prefix("epoch_").filter(|_| !prefix.is_empty()).unwrap_or(tag);
    format!("{prefix}{tag}")
}

/// A tensor of one number: `{dtype = 1, shape = 2, content = 4, float = 5, double = 6, int = 7,
/// int64 = 10}`.
fn tensor(tensor: &[u8]) -> Option<f64> {
    let dtype = protobuf::find(tensor, 1)?.integer();
    let sizes = protobuf::find(tensor, 2).map_or(&[][..], protobuf::Value::bytes);
    let single = protobuf::fields(sizes)
        .filter(|(number, _)| *number == 2)
        .all(|(_, dim)| protobuf::find(dim.bytes(), 1).is_some_and(|it| it.integer() == 1));
    if !single {
        return None;
    }
    if let Some(content) = protobuf::find(tensor, 4).map(protobuf::Value::bytes) {
        return match (dtype, content.len()) {
            (1, 4) => content.first_chunk::<4>().map(|it| f64::from(f32::from_le_bytes(*it))),
            (2, 8) => content.first_chunk::<8>().map(|it| f64::from_le_bytes(*it)),
            (3, 4) => content.first_chunk::<4>().map(|it| f64::from(i32::from_le_bytes(*it))),
            (9, 8) => content.first_chunk::<8>().map(|it| i64::from_le_bytes(*it) as f64),
            _ => None,
        };
    }
    let field = |number| protobuf::find(tensor, number);
    // Repeated numbers come packed into bytes, or one by one.
    match dtype {
        1 => field(5).map(|it| match it {
            protobuf::Value::Bytes(packed) => packed
                .first_chunk::<4>()
                .map_or(f64::NAN, |it| f64::from(f32::from_le_bytes(*it))),
            other => other.float(),
        }),
        2 => field(6).map(|it| match it {
            protobuf::Value::Bytes(packed) => packed.first_chunk::<8>().map_or(f64::NAN, |it| f64::from_le_bytes(*it)),
            other => other.float(),
        }),
        3 | 9 => field(if dtype == 3 { 7 } else { 10 }).and_then(|it| match it {
            protobuf::Value::Bytes(mut packed) => protobuf::varint(&mut packed).map(|it| it.cast_signed() as f64),
            other => Some(other.integer() as f64),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(data: &[u8]) -> Vec<u8> {
        let length = (data.len() as u64).to_le_bytes();
        let mut record = length.to_vec();
        record.extend(masked(&length).to_le_bytes());
        record.extend(data);
        record.extend(masked(data).to_le_bytes());
        record
    }

    fn scalar(step: u8, tag: &str, value: f32) -> Vec<u8> {
        let mut inner = vec![0x0a, tag.len() as u8];
        inner.extend(tag.bytes());
        inner.push(0x15);
        inner.extend(value.to_le_bytes());
        let mut summary = vec![0x0a, inner.len() as u8];
        summary.extend(inner);
        let mut event = vec![0x10, step, 0x2a, summary.len() as u8];
        event.extend(summary);
        framed(&event)
    }

    #[test]
    fn scalars_are_read_and_half_a_record_at_the_end_is_left() {
        let mut file = framed(b"\x1a\x0dbrain.Event:2");
        file.extend(scalar(1, "loss", 0.5));
        file.extend(scalar(2, "loss", f32::NAN));
        let whole = file.len();
        file.extend(scalar(3, "loss", 0.1));
        for end in whole + 1..file.len() {
            let mut history = History::default();
            let stopped = read(&file[..end], "", &mut history).unwrap();
            assert!(stopped.unwrap().contains("record 4"), "{end}");
            assert_eq!(history.len(), 2);
        }
        let mut history = History::default();
        assert_eq!(read(&file[..], "train/", &mut history).unwrap(), None);
        let table = history.table().unwrap();
        assert_eq!(table.columns()[1].name, "train/loss");
        assert_eq!(table.column("train/loss").unwrap().data.text(1).as_deref(), Some("NaN"));
    }

    #[test]
    fn a_damaged_record_and_an_absurd_length_stop_the_reading() {
        let mut file = framed(b"");
        let second = scalar(1, "loss", 0.5);
        file.extend(&second);
        *file.last_mut().unwrap() ^= 1;
        let stopped = read(&file[..], "", &mut History::default()).unwrap().unwrap();
        assert!(stopped.contains("checksum"), "{stopped}");
        let length = (1_u64 << 62).to_le_bytes();
        let mut huge = length.to_vec();
        huge.extend(masked(&length).to_le_bytes());
        let error = read(&huge[..], "", &mut History::default()).unwrap_err();
        assert!(error.contains("at most"), "{error}");
        assert!(read(&b"epoch,loss\n0,1\n"[..], "", &mut History::default()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes[..], "", &mut History::default());
            // With right checksums, so that the messages are reached.
            let _ = read(&framed(&bytes)[..], "", &mut History::default());
            let _ = tensor(&bytes);
        }
    }
}
