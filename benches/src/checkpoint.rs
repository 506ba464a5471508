//! Checkpoints of 2 GB, safetensors and PyTorch, made on the fly: memory must stay constant, and throughput is measured
//! against `cat file > /dev/null`, both with the file on disk and with the file in the page cache.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    Result,
    aims::Aims,
    binary, root,
    server::status,
    statistics::{ms, ratio},
    torch,
};

/// Share of the speed of reading.
const AIM: f64 = 0.5;
/// Memory that the large file may take beyond the small one: what allocators and threads keep differs from run to run,
/// and a reader that holds what it has read takes far more.
const MOST_GROWTH: u64 = LARGE / 64;
const LARGE: u64 = 2 << 30;
const SMALL: u64 = 16 << 20;
/// Rows of 4096 single-precision numbers.
const ROW: u64 = 4096 * 4;

/// Writes a file of about so many bytes.
type Writer = fn(&Path, u64) -> Result<()>;

pub(crate) fn run() -> Result<()> {
    let mut aims = Aims::default();
    one("model.safetensors", write, &mut aims)?;
    one("model.pt", torch::write, &mut aims)?;
    aims.end()
}

fn one(name: &str, write: Writer, aims: &mut Aims) -> Result<()> {
    println!("  {name}");
    let folder = root().join("target/bench-checkpoint");
    let file = folder.join(name);
    let analyse = |size| -> Result<(Duration, u64)> {
        fs::create_dir_all(&folder)?;
        write(&file, size)?;
        diagnose(&folder)
    };
    let (first, small_memory) = analyse(SMALL)?;
    // The first one may have compiled the components.
    let small_time = first.min(diagnose(&folder)?.0).min(diagnose(&folder)?.0);
    let (time, memory) = analyse(LARGE)?;
    // In turns, since a disk that others share is not always as fast.
    let mut disk = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        forget(&file)?;
        disk.0 = disk.0.min(cat(&file)?);
        forget(&file)?;
        disk.1 = disk.1.min(diagnose(&folder)?.0);
    }
    // Read once, so that both find the file in the page cache.
    cat(&file)?;
    let cat = cat(&file)?;
    let (again, _) = diagnose(&folder)?;
    let best = time.min(again);
    println!(
        "  {:5} MB: {} wall, peak resident {} MB",
        SMALL >> 20,
        ms(small_time),
        small_memory / 1_000_000
    );
    println!(
        "  {:5} MB: {} wall, peak resident {} MB (aim: at most {} MB more than the small one) {}",
        LARGE >> 20,
        ms(best),
        memory / 1_000_000,
        MOST_GROWTH / 1_000_000,
        aims.judge(&format!("constant memory of {name}"), is_constant(small_memory, memory))
    );
    println!(
        "  file on disk: {}, start included; `cat file > /dev/null`: {}; {:.2} of the speed of reading (aim: at least {AIM:.2}) {}",
        ms(disk.1),
        ms(disk.0),
        ratio(disk.0, disk.1),
        aims.judge(&format!("the speed of {name}"), ratio(disk.0, disk.1) >= AIM)
    );
    let net = best.saturating_sub(small_time);
    println!(
        "  file in the page cache: `cat file > /dev/null`: {}; ratio {:.1} ({:.2} GB/s without the start against {:.2} GB/s)",
        ms(cat),
        ratio(net, cat),
        LARGE as f64 / net.as_secs_f64() / 1e9,
        LARGE as f64 / cat.as_secs_f64() / 1e9
    );
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Whether the memory for a large file is that for a small one. A peak of zero was not measured.
fn is_constant(small: u64, large: u64) -> bool {
    small > 0 && large > 0 && large.saturating_sub(small) <= MOST_GROWTH
}

/// Wall time and peak memory of the command.
fn diagnose(folder: &Path) -> Result<(Duration, u64)> {
    let started = Instant::now();
    let mut child = Command::new(binary())
        .args(["analyse", "--format", "json"])
        .arg(folder)
        .current_dir(root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let end = loop {
        peak = peak.max(status(child.id(), "VmHWM:"));
        if let Some(end) = child.try_wait()? {
            break end;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    if !end.success() {
        return Err(format!("deepfix analyse: {end}").into());
    }
    Ok((started.elapsed(), peak))
}

/// Drops a file from the page cache.
fn forget(file: &Path) -> Result<()> {
    // What is not yet written cannot be dropped.
    File::open(file)?.sync_all()?;
    let mut input = std::ffi::OsString::from("if=");
    input.push(file);
    let end = Command::new("dd")
        .arg(input)
        .args(["iflag=nocache", "count=0", "status=none"])
        .status()?;
    if end.success() {
        Ok(())
    } else {
        Err(format!("dd iflag=nocache: {end}").into())
    }
}

fn cat(file: &Path) -> Result<Duration> {
    let started = Instant::now();
    Command::new("cat").arg(file).stdout(Stdio::null()).status()?;
    Ok(started.elapsed())
}

/// A mebibyte of what looks like weights.
pub(crate) fn weights() -> Vec<u8> {
    // A small generator (Knuth's MMIX constants).
    let mut state: u64 = 1;
    let mut row = Vec::with_capacity(1 << 20);
    for _ in 0..(1 << 18) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let weight = ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 0.05;
        row.extend_from_slice(&weight.to_le_bytes());
    }
    row
}

/// A valid file of one matrix per 64 MiB with plausible weights.
fn write(path: &Path, size: u64) -> Result<()> {
    let tensor = size.min(64 << 20);
    let count = size / tensor;
    let mut header = serde_json::Map::new();
    for index in 0..count {
        let offsets = [index * tensor, (index + 1) * tensor];
        header.insert(
            format!("layers.{index}.weight"),
            serde_json::json!({"dtype": "F32", "shape": [tensor / ROW, ROW / 4], "data_offsets": offsets}),
        );
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let row = weights();
    for _ in 0..size / row.len() as u64 {
        file.write_all(&row)?;
    }
    file.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_grows_with_the_file_is_not_constant() {
        let small = 70_000_000;
        assert!(is_constant(small, small) && is_constant(small, small + MOST_GROWTH));
        assert!(is_constant(small, small - 1));
        assert!(!is_constant(small, small + MOST_GROWTH + 1));
        assert!(!is_constant(small, LARGE / 4));
        assert!(!is_constant(0, 0), "not measured");
    }
}
