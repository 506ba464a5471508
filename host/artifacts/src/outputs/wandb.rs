//! Weights & Biases' record of a run, as it lies in `wandb/offline-run-*/run-*.wandb`.
//!
//! Format: `:W&B`, 0xBEE1, a version, then LevelDB's log format
//! (<https://github.com/google/leveldb/blob/main/doc/log_format.md>) with zlib's CRC-32: blocks of
//! 32 KiB that hold whole records or parts of them. A record is a message `Record`; rows of the
//! history and the configuration are read, the rest is passed over. A run that was killed leaves a
//! cut-off end: what stands before is read.

use std::io::Read;

use serde_json::{Map, Value as Json};

use crate::{History, metrics::text_number, parse_lenient, protobuf};

const MAGIC: [u8; 7] = [b':', b'W', b'&', b'B', 0xe1, 0xbe, 0];
const BLOCK: usize = 32 << 10;
/// Checksum, length, kind.
const HEADER: usize = 7;
/// A record of many parts is put together in memory: a row of history has a few kilobytes.
const MAX_RECORD: usize = 64 << 20;

/// What a run logged.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub config: Map<String, Json>,
    pub history: History,
    /// Why reading stopped before the end.
    pub stopped: Option<String>,
    /// Rows, for those without a step.
    rows: i64,
}

/// Reads the history and the configuration of a run.
///
/// # Errors
/// It is no such file, or has too many values.
pub(crate) fn read(mut file: impl Read) -> Result<Run, String> {
    let mut run = Run::default();
    let mut block = Vec::with_capacity(BLOCK);
    let mut record: Vec<u8> = Vec::new();
    let mut inside = false;
    for index in 0_u64.. {
        block.clear();
        file.by_ref()
            .take(BLOCK as u64)
            .read_to_end(&mut block)
            .map_err(|error| error.to_string())?;
        let mut rest = block.as_slice();
        if index == 0 {
            rest = rest
                .strip_prefix(&MAGIC)
                .ok_or("it does not begin as a run of Weights & Biases of a known version does")?;
        }
        // What is left of a block when no header fits is padding.
        while rest.len() >= HEADER {
            let (kind, data) = match part(&mut rest) {
                Ok(part) => part,
                Err(why) => {
                    run.stopped = Some(format!("block {index}: {why}; what stands before it was read"));
                    return Ok(run);
                }
            };
            match kind {
                // Whole, or the first part.
                1 | 2 => {
                    record.clear();
                    inside = true;
                }
                // A middle or the last part.
                3 | 4 if inside => {}
                // Space that was reserved and not used.
                0 if data.is_empty() => break,
                _ => {
                    run.stopped = Some(format!("block {index}: a part that belongs to no record"));
                    return Ok(run);
                }
            }
            if record.len() + data.len() > MAX_RECORD {
                run.stopped = Some(format!("block {index}: a record of more than {MAX_RECORD} bytes"));
                return Ok(run);
            }
            record.extend_from_slice(data);
            if matches!(kind, 1 | 4) {
                run.add(&record)?;
                inside = false;
            }
        }
        if block.len() < BLOCK {
            if inside {
                run.stopped = Some("the last record is cut off; what stands before it was read".to_owned());
            }
            break;
        }
    }
    Ok(run)
}

fn part<'a>(rest: &mut &'a [u8]) -> Result<(u8, &'a [u8]), String> {
    let (header, after) = rest.split_first_chunk::<HEADER>().ok_or("it is cut off")?;
    let [a, b, c, d, low, high, kind] = *header;
    let (sum, length) = (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([low, high]));
    let (data, after) = after
        .split_at_checked(usize::from(length))
        .ok_or("a record is cut off")?;
    *rest = after;
    if kind == 0 && length == 0 && sum == 0 {
        return Ok((0, data));
    }
    let mut crc = flate2::Crc::new();
    crc.update(&[kind]);
    crc.update(data);
    if crc.sum() != sum {
        return Err("the checksum of a record is wrong".to_owned());
    }
    Ok((kind, data))
}

impl Run {
    /// `Record {history = 2, config = 5, run = 17 {config = 4}}`.
    fn add(&mut self, record: &[u8]) -> Result<(), String> {
        for (number, value) in protobuf::fields(record) {
            match number {
                2 => self.row(value.bytes())?,
                5 => self.configure(value.bytes()),
                17 => {
                    if let Some(config) = protobuf::find(value.bytes(), 4) {
                        self.configure(config.bytes());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `HistoryRecord {item = 1, step = 2 {num = 1}}`.
    fn row(&mut self, row: &[u8]) -> Result<(), String> {
        let items: Vec<_> = items(row, 1).collect();
        let stated = protobuf::find(row, 2).and_then(|it| protobuf::find(it.bytes(), 1));
        let step = stated
            .map(protobuf::Value::integer)
            .or_else(|| {
                items
                    .iter()
                    .find(|(key, _)| key == "_step")
                    .and_then(|(_, it)| it.as_i64())
            })
            .unwrap_or(self.rows);
        self.rows = self.rows.saturating_add(1);
        for (key, value) in items {
            // Clocks and readings of the machine.
            if key.starts_with('_') || key.starts_with("system/") {
                continue;
            }
            if let Some(value) = text_number(&value) {
                self.history.add(&key, step, value).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// `ConfigRecord {update = 1}`.
    fn configure(&mut self, config: &[u8]) {
        for (key, value) in items(config, 1) {
            if !key.starts_with('_') && !value.is_null() {
                self.config.insert(key, value);
            }
        }
    }
}

/// Items `{key = 1, nested_key = 2, boolean = 4, integer = 5, number = 6, text = 7, value_json = 16}`.
fn items(message: &[u8], number: u64) -> impl Iterator<Item = (String, Json)> {
    protobuf::fields(message)
        .filter(move |(it, _)| *it == number)
        .map(|(_, item)| {
            let item = item.bytes();
            let nested: Vec<String> = protobuf::fields(item)
                .filter(|(it, _)| *it == 2)
                .map(|(_, part)| part.text())
                .collect();
            let key = if nested.is_empty() {
                protobuf::find(item, 1).map(protobuf::Value::text).unwrap_or_default()
            } else {
                nested.join(".")
            };
            let value = protobuf::fields(item).find_map(|(number, value)| match number {
                4 => Some(Json::Bool(value.integer() != 0)),
                5 => Some(Json::from(value.integer())),
                6 => Some(serde_json::Number::from_f64(value.float()).map_or(Json::from("NaN"), Json::Number)),
                7 => Some(Json::from(value.text())),
                // The library writes bare NaN.
                8 | 16 => parse_lenient(value.bytes()).ok(),
                _ => None,
            });
            (key, value.unwrap_or(Json::Null))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u64, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for mut value in [number << 3 | 2, data.len() as u64] {
            while value > 0x7f {
                bytes.push((value & 0x7f) as u8 | 0x80);
                value >>= 7;
            }
            bytes.push(value as u8);
        }
        bytes.extend(data);
        bytes
    }

    fn item(key: &str, json: &str) -> Vec<u8> {
        field(1, &[field(2, key.as_bytes()), field(16, json.as_bytes())].concat())
    }

    /// A faithful writer of the framing.
    fn framed(records: &[Vec<u8>]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for record in records {
            let (mut rest, mut first) = (record.as_slice(), true);
            loop {
                let left = BLOCK - file.len() % BLOCK;
                if left < HEADER {
                    file.extend(vec![0; left]);
                    continue;
                }
                let (data, after) = rest.split_at(rest.len().min(left - HEADER));
                let kind = match (first, after.is_empty()) {
                    (true, true) => 1,
                    (true, false) => 2,
                    (false, false) => 3,
                    (false, true) => 4,
                };
                let mut crc = flate2::Crc::new();
                crc.update(&[kind]);
                crc.update(data);
                file.extend(crc.sum().to_le_bytes());
                file.extend((data.len() as u16).to_le_bytes());
                file.push(kind);
                file.extend(data);
                (rest, first) = (after, false);
                if rest.is_empty() {
                    break;
                }
            }
        }
        file
    }

    fn rows(count: usize) -> Vec<Vec<u8>> {
        let config = field(5, &[item("lr", "0.1"), item("_wandb", "{}")].concat());
        let long = field(5, &item("notes", &format!("\"{}\"", "x".repeat(100_000))));
        let row = |step: usize| {
            let value = if step == 7 {
                "NaN".to_owned()
            } else {
                format!("{}", 1.0 / (1 + step) as f64)
            };
            field(
                2,
                &[
                    item("train/loss", &value),
                    item("_step", &step.to_string()),
                    item("text", "\"a\""),
                ]
                .concat(),
            )
        };
        [vec![config, long], (0..count).map(row).collect()].concat()
    }

    #[test]
    fn records_over_several_blocks_are_put_together() {
        let run = read(&framed(&rows(2000))[..]).unwrap();
        assert_eq!(run.stopped, None);
        assert_eq!(run.config["lr"], 0.1);
        assert_eq!(run.config["notes"].as_str().unwrap().len(), 100_000);
        assert!(!run.config.contains_key("_wandb"));
        let table = run.history.table().unwrap();
        assert_eq!(
            (table.rows(), table.columns().len()),
            (2000, 2),
            "text and clocks are no metrics"
        );
        assert_eq!(table.column("train/loss").unwrap().data.text(7).as_deref(), Some("NaN"));
    }

    #[test]
    fn a_cut_off_or_damaged_end_keeps_what_stands_before() {
        let file = framed(&rows(100));
        let run = read(&file[..file.len() - 3]).unwrap();
        assert!(run.stopped.unwrap().contains("cut off"));
        assert_eq!(run.history.len(), 99);
        let mut damaged = file.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let run = read(&damaged[..]).unwrap();
        assert!(run.stopped.unwrap().contains("checksum"));
        assert!(read(&b"SQLite format 3"[..]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&[&MAGIC[..], &bytes].concat()[..]);
            let _ = read(&framed(std::slice::from_ref(&bytes))[..]);
            let _ = read(&framed(&[field(2, &bytes), field(5, &bytes)])[..]);
        }
    }
}
