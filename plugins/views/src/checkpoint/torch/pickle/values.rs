//! Numbers and texts, as Python's readers take them.

use super::{
    MAX_LINE, MAX_TEXT, Node,
    machine::{Machine, Step},
};
use crate::checkpoint::cursor::Stop;

impl Machine<'_> {
    pub(super) fn integer(&mut self, op: u8) -> Step<()> {
        let value = match op {
            b'K' => i64::from(self.byte()?),
            b'M' => self.number(2)?.cast_signed(),
            b'J' => i64::from((self.number(4)? as u32).cast_signed()),
            b'I' | b'L' => {
                let line = self.line()?.unwrap_or_default();
                let digits = line.strip_suffix(b"L").unwrap_or(&line);
                return self.push(decimal(digits).map_or(Node::Other, Node::Int));
            }
            _ => {
                let length = if op == 0x8a {
                    u64::from(self.byte()?)
                } else {
                    self.number(4)?
                };
                // Longer ones are hashes and magic numbers.
                if length > MAX_TEXT {
                    self.skip(length)?;
                    return self.push(Node::Other);
                }
                let bytes = self.take(length)?;
                let mut value = [if bytes.last().is_some_and(|it| it & 0x80 != 0) {
                    0xff
                } else {
                    0
                }; 8];
                for (to, from) in value.iter_mut().zip(bytes) {
                    *to = *from;
                }
                i64::from_le_bytes(value)
            }
        };
        self.push(Node::Int(value))
    }

    pub(super) fn text(&mut self, op: u8) -> Step<()> {
        let length = match op {
            b'S' | b'V' => {
                let Some(line) = self.line()? else {
                    return self.push(Node::Other);
                };
                let text = if op == b'S' {
                    quoted(&line)?
                } else {
                    raw_unicode(&line)?
                };
                return self.push(Node::Text(text));
            }
            b'U' | 0x8c | b'C' => u64::from(self.byte()?),
            b'X' | b'T' | b'B' => self.number(4)?,
            _ => self.number(8)?,
        };
        // Raw bytes may be long and are never a name.
        if matches!(op, b'C' | b'B' | 0x8e | 0x96) || length > MAX_TEXT {
            let at = self.input.at();
            self.skip(length)?;
            return self.push(Node::Bytes { at, length });
        }
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.push(Node::Text(text))
    }

    /// The bytes up to a line feed; none where they are more than any name or number has.
    pub(super) fn line(&mut self) -> Step<Option<Vec<u8>>> {
        self.input.any_line(MAX_LINE).map_err(Stop::reason)
    }

    /// A line that is a name; a question mark where it is none that can be.
    pub(super) fn line_text(&mut self) -> Step<String> {
        let line = self.line()?;
        Ok(line.map_or_else(|| "?".to_owned(), |it| String::from_utf8_lossy(&it).into_owned()))
    }
}

/// A decimal number as `int` reads one: spaces around it, a sign, underscores between digits; C's reader
/// ends at a zero byte.
pub(super) fn decimal(line: &[u8]) -> Option<i64> {
    let line = line.split(|it| *it == 0).next()?;
    let text = std::str::from_utf8(line).ok()?;
    let text = text.trim_matches([' ', '\t', '\r', '\x0b', '\x0c']);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_spaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if is_spaced || !digits.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let digits: String = text.chars().filter(|it| *it != '_').collect();
    digits.parse().ok()
}

/// A text in quotes with the escapes of Python's byte literals.
fn quoted(line: &[u8]) -> Step<String> {
    let inside = match line {
        [first @ (b'\'' | b'"'), inside @ .., last] if first == last => inside,
        _ => return Err("a text without its quotes".to_owned()),
    };
    let mut text = String::new();
    let mut bytes = inside.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            text.push(char::from(byte));
            continue;
        }
        let Some(escape) = bytes.next() else {
            return Err("a text that ends in a backslash".to_owned());
        };
        let value = match escape {
            b'\\' | b'\'' | b'"' => escape,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|it| matches!(it, b'0'..=b'7')) else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                }
                (value & 0xff) as u8
            }
            b'x' => hex(&mut bytes, 2)? as u8,
            other => {
                text.push('\\');
                other
            }
        };
        text.push(char::from(value));
    }
    Ok(text)
}

/// A text in Latin-1, in which only `\u` and `\U` are escapes.
fn raw_unicode(line: &[u8]) -> Step<String> {
    let mut text = String::new();
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escape = if byte == b'\\' { bytes.next() } else { None };
        match escape {
            None => text.push(char::from(byte)),
            Some(kind @ (b'u' | b'U')) => {
                let code = hex(&mut bytes, if kind == b'u' { 4 } else { 8 })?;
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => text.extend(['\\', char::from(other)]),
        }
    }
    Ok(text)
}

fn hex(bytes: &mut impl Iterator<Item = u8>, digits: usize) -> Step<u32> {
    let mut value = 0;
    for _ in 0..digits {
        let digit = bytes.next().and_then(|it| char::from(it).to_digit(16));
        value = value << 4 | digit.ok_or("an escape without its digits")?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_those_that_python_reads() {
        assert_eq!(quoted(br"'\x6f\163\'\q'").unwrap(), r"os'\q");
        assert!(quoted(b"'os").is_err() && quoted(b"'\\x6'").is_err() && quoted(b"'").is_err());
        assert_eq!(
            raw_unicode(br"\u006fs\U00000021 \\u0041 \n").unwrap(),
            r"os! \\u0041 \n"
        );
        assert!(raw_unicode(br"\u00").is_err());
        for (line, number) in [("7", 7), (" +1_0\r", 10), ("007", 7), ("5\0x", 5), ("-3", -3)] {
            assert_eq!(decimal(line.as_bytes()), Some(number), "{line:?}");
        }
        for line in ["", "_1", "1_", "1__0", "0x10", "1 2", "99999999999999999999"] {
            assert_eq!(decimal(line.as_bytes()), None, "{line:?}");
        }
    }
}
