//! A checkpoint of PyTorch, written as `torch.save` does: a pickle of a state, and one entry of the
//! archive for each tensor.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use crate::{Result, checkpoint::weights};

/// Bytes of one matrix, and of one row of it.
const TENSOR: u64 = 64 << 20;
const ROW: u64 = 4096 * 4;

/// Writes a file with one matrix per 64 MiB.
pub(crate) fn write(path: &Path, size: u64) -> Result<()> {
    let tensor = size.min(TENSOR);
    let count = size / tensor;
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut at, mut directory, mut entries) = (0_u64, Vec::new(), 0_u16);
    let mut begin = |file: &mut BufWriter<File>, name: &str, length: u64| -> Result<()> {
        let lengths = [(length as u32).to_le_bytes(), (length as u32).to_le_bytes()].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        file.write_all(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0")?;
        for part in [&lengths[..], &name_length, &[0, 0], name.as_bytes()] {
            file.write_all(part)?;
        }
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        directory.extend(&lengths);
        directory.extend(name_length);
        directory.extend([0; 12]);
        directory.extend((at as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        at += 30 + name.len() as u64 + length;
        entries += 1;
        Ok(())
    };
    let state = pickle(tensor, count);
    begin(&mut file, "model/data.pkl", state.len() as u64)?;
    file.write_all(&state)?;
    let part = weights();
    for index in 0..count {
        begin(&mut file, &format!("model/data/{index}"), tensor)?;
        for _ in 0..tensor / part.len() as u64 {
            file.write_all(&part)?;
        }
    }
    file.write_all(&directory)?;
    file.write_all(b"PK\x05\x06\0\0\0\0")?;
    file.write_all(&entries.to_le_bytes())?;
    file.write_all(&entries.to_le_bytes())?;
    file.write_all(&(directory.len() as u32).to_le_bytes())?;
    file.write_all(&(at as u32).to_le_bytes())?;
    file.write_all(&[0, 0])?;
    file.flush()?;
    Ok(())
}

/// The pickle of a state (protocol 2).
fn pickle(tensor: u64, count: u64) -> Vec<u8> {
    let (rows, columns) = (tensor / ROW, ROW / 4);
    let text = |text: &str| [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let number = |value: u64| [b"J", &(value as u32).to_le_bytes()[..]].concat();
    let mut out = b"\x80\x02}(".to_vec();
    for index in 0..count {
        out.extend(text(&format!("layers.{index}.weight")));
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        out.extend(text("storage"));
        out.extend(b"ctorch\nFloatStorage\n");
        out.extend(text(&index.to_string()));
        out.extend(text("cpu"));
        out.extend(number(tensor / 4));
        out.extend(b"tQK\0(");
        out.extend(number(rows));
        out.extend(number(columns));
        out.extend(b"t(");
        out.extend(number(columns));
        out.extend(b"K\x01t\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend(b"u.");
    out
}
