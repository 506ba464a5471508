//! Documents that readers of JSON, of YAML 1.2 and of Python's YAML 1.1 read alike.

use std::{io, path::Path};

use anyhow::Context as _;
use serde::Serialize as _;
use serde_json::{
    Value as Json,
    ser::{Formatter, PrettyFormatter},
};

/// JSON whose numbers with an exponent have a fraction and a sign: `1e-5` is a text for YAML 1.1.
pub(super) fn yaml(document: &Json) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    document.serialize(&mut serde_json::Serializer::with_formatter(
        &mut bytes,
        Plain(PrettyFormatter::new()),
    ))?;
    Ok(String::from_utf8(bytes)?)
}

/// A document in JSON or YAML.
///
/// # Errors
/// The file cannot be read, or is neither.
pub(super) fn read(file: &Path) -> anyhow::Result<Json> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if file.extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) {
        return deepfix_artifacts::parse_lenient(text.as_bytes())
            .map_err(|it| anyhow::anyhow!("{}: {it}", file.display()));
    }
    deepfix_artifacts::parse_yaml(&text).map_err(|it| anyhow::anyhow!("{}: {it}", file.display()))
}

struct Plain(PrettyFormatter<'static>);

impl Formatter for Plain {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let text = serde_json::Number::from_f64(value).map_or_else(|| "null".to_owned(), |it| it.to_string());
        let Some((digits, exponent)) = text.split_once('e') else {
            return writer.write_all(text.as_bytes());
        };
        let fraction = if digits.contains('.') { "" } else { ".0" };
        let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
        write!(writer, "{digits}{fraction}e{sign}{exponent}")
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_numbers_for_every_reader() {
        let document = json!({ "a": [1e-7, 1.5e300, 0.5, 3], "b": "x: y", "c": {} });
        let text = yaml(&document).unwrap();
        assert!(text.contains("1.0e-7") && text.contains("1.5e+300"), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), document);
        assert_eq!(deepfix_artifacts::parse_yaml(&text).unwrap(), document);
    }
}
