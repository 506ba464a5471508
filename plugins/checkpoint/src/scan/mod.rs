//! Reads every float of a file once, through one window of constant size.

mod decode;
mod moments;
mod units;

use std::{collections::BTreeMap, time::Instant};

use deepfix_plugin::{Blob, Error};
use deepfix_views::checkpoint::{Dtype, Header, Layer, Tensor};

pub(crate) use moments::Moments;
pub(crate) use units::Units;

/// Bytes held at a time, whatever the size of the file. Reading gains nothing beyond this: the
/// window still fits into a second-level cache.
const WINDOW: u64 = 1 << 20;

/// Bytes between two reports of progress.
const REPORT_EVERY: u64 = 64 << 20;

/// More units than this are not followed one by one: 65,536 take 1.5 MiB.
pub(crate) const MOST_UNITS: u64 = 65_536;

/// What a scan found.
#[derive(Default)]
pub(crate) struct Scan {
    /// Per tensor of the header; none where its type is not examined, or the scan stopped.
    pub moments: Vec<Option<Moments>>,
    /// Per layer's weight tensor, where units were asked for.
    pub units: BTreeMap<usize, Units>,
    /// Why the scan stopped before the end.
    pub stopped: Option<Error>,
    /// Bytes of tensors that were read.
    pub bytes: u64,
}

/// Scans all tensors; `layers` are those whose units are followed one by one.
pub(crate) fn scan<'a>(
    blob: &dyn Blob,
    header: &Header,
    layers: impl Iterator<Item = &'a Layer>,
    deadline: Option<Instant>,
    progress: impl Fn(f64),
) -> Scan {
    let mut scan = Scan {
        moments: vec![None; header.tensors.len()],
        ..Scan::default()
    };
    for layer in layers.filter(|it| it.outputs <= MOST_UNITS) {
        scan.units.insert(layer.weight, Units::new(layer));
    }
    let total: u64 = header
        .tensors
        .iter()
        .filter(|it| is_examined(it.dtype))
        .map(|it| it.end - it.begin)
        .sum();
    let mut window = Window {
        blob,
        start: 0,
        bytes: Vec::new(),
        deadline,
    };
    let mut next_report = REPORT_EVERY;
    for (index, tensor) in header.tensors.iter().enumerate() {
        if !is_examined(tensor.dtype) {
            continue;
        }
        let mut moments = Moments::default();
        let mut units = scan.units.get_mut(&index);
        let result = window.each_part(header, tensor, |bytes| {
            decode::each_block(tensor.dtype, bytes, |block| {
                let at = moments.count;
                let part = moments.add(block);
                if let Some(units) = units.as_deref_mut()
                    && !part.is_some_and(|it| units.add_part(at, block.len(), &it))
                {
                    units.add(at, block);
                }
            });
            scan.bytes += bytes.len() as u64;
            if scan.bytes >= next_report {
                next_report = scan.bytes + REPORT_EVERY;
                progress(scan.bytes as f64 / total.max(1) as f64);
            }
        });
        if let Err(error) = result {
            scan.units.remove(&index);
            scan.stopped = Some(error);
            break;
        }
        if let Some(slot) = scan.moments.get_mut(index) {
            *slot = Some(moments);
        }
    }
    scan
}

/// Whether the scan reads tensors of this type. The eight-bit floats have several layouts and
/// are mostly scaled per block: their raw values say little.
pub(crate) fn is_examined(dtype: Dtype) -> bool {
    dtype.is_float()
        || matches!(
            dtype,
            Dtype::Bool | Dtype::U8 | Dtype::I8 | Dtype::U16 | Dtype::I16 | Dtype::U32 | Dtype::I32
        )
        || matches!(dtype, Dtype::U64 | Dtype::I64)
}

/// The values of one whole tensor, for the small ones that a rule looks at one by one.
pub(crate) fn values(blob: &dyn Blob, header: &Header, tensor: &Tensor) -> Result<Vec<f64>, Error> {
    let mut values = Vec::new();
    let mut window = Window {
        blob,
        start: 0,
        bytes: Vec::new(),
        deadline: None,
    };
    window.each_part(header, tensor, |bytes| {
        decode::each_block(tensor.dtype, bytes, |block| block.extend(&mut values));
    })?;
    Ok(values)
}

/// A part of the blob. Small tensors share one read; large ones take several.
struct Window<'a> {
    blob: &'a dyn Blob,
    start: u64,
    bytes: Vec<u8>,
    /// No window is fetched after this.
    deadline: Option<Instant>,
}

impl Window<'_> {
    /// Hands out the bytes of a tensor, in parts of whole elements.
    fn each_part(&mut self, header: &Header, tensor: &Tensor, mut part: impl FnMut(&[u8])) -> Result<(), Error> {
        let width = (tensor.dtype.bits().unwrap_or(8) / 8).max(1);
        let mut at = header.data_start().saturating_add(tensor.begin);
        let end = header.data_start().saturating_add(tensor.end);
        while at < end {
            let mut there = self.whole(at, end, width);
            if there == 0 {
                if self.deadline.is_some_and(|it| Instant::now() > it) {
                    return Err(Error::TimedOut(
                        "the time for this analysis would not be enough for all of it".to_owned(),
                    ));
                }
                // The old part is dropped first, so that only one is held.
                self.bytes = Vec::new();
                self.bytes = self.blob.read(at, WINDOW)?;
                self.start = at;
                there = self.whole(at, end, width);
            }
            if there == 0 {
                return Err(Error::Unavailable(format!(
                    "the file ended at byte {at} while it was read"
                )));
            }
            let from = (at - self.start) as usize;
            part(self.bytes.get(from..from + there as usize).unwrap_or_default());
            at += there;
        }
        Ok(())
    }

    /// The bytes of whole elements that the window holds from `at` on.
    fn whole(&self, at: u64, end: u64, width: u64) -> u64 {
        let held = self.start + self.bytes.len() as u64;
        if at < self.start || at >= held {
            return 0;
        }
        let length = held.min(end) - at;
        length - length % width
    }
}
