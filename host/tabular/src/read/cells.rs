//! Arrow's arrays as cells.

use arrow_array::{Array, ArrayAccessor, ArrayRef, RecordBatch, cast::AsArray, types};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};

use crate::{Batch, Cell, cell::boolean_name, nulls};

/// Up to here floating numbers hold whole ones exactly.
const WIDE: u64 = 1 << 53;

/// Whether a column of this type holds numbers, texts, booleans or dates.
pub(super) fn is_plain(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_plain(values),
        it => {
            it.is_numeric()
                || matches!(
                    it,
                    DataType::Null
                        | DataType::Boolean
                        | DataType::Utf8
                        | DataType::LargeUtf8
                        | DataType::Utf8View
                        | DataType::Date32
                        | DataType::Date64
                        | DataType::Timestamp(_, _)
                )
        }
    }
}

/// Whether values of this type are texts.
pub(super) fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Why a record batch does not become a batch.
#[derive(Debug)]
pub(super) enum Unfit {
    Arrow(ArrowError),
    /// The texts have more bytes than may be; so many so far.
    Texts(u64),
}

impl From<ArrowError> for Unfit {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl Batch {
    /// Takes the cells of a record batch, whose columns must hold plain values.
    ///
    /// # Errors
    /// A column holds lists, structures or bytes.
    pub fn fill(&mut self, index: u64, records: &RecordBatch) -> Result<(), ArrowError> {
        self.reset(index, records.num_columns());
        self.append(records, usize::MAX).map_err(|it| match it {
            Unfit::Arrow(error) => error,
            Unfit::Texts(bytes) => ArrowError::MemoryError(format!("texts of {bytes} bytes")),
        })
    }

    /// Adds the rows of a record batch, as long as all texts have at most so many bytes: a short dictionary may stand
    /// for far more.
    pub(super) fn append(&mut self, records: &RecordBatch, most: usize) -> Result<(), Unfit> {
        self.rows += records.num_rows();
        for (place, column) in records.columns().iter().enumerate() {
            self.column(place, column, most)?;
        }
        Ok(())
    }

    fn column(&mut self, place: usize, array: &ArrayRef, most: usize) -> Result<(), Unfit> {
        let null = Cell::missing(nulls::NULL);
        match array.data_type() {
            DataType::Null => (0..array.len()).for_each(|_| self.push(place, null)),
            DataType::Boolean => {
                for it in array.as_boolean().iter() {
                    match it {
                        Some(it) => self.push_text(place, boolean_name(it)),
                        None => self.push(place, null),
                    }
                }
            }
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _) => {
                let dates = cast(array, &DataType::Timestamp(TimeUnit::Millisecond, None))?;
                for it in dates.as_primitive::<types::TimestampMillisecondType>().iter() {
                    self.push(place, it.map_or(null, Cell::date));
                }
            }
            DataType::Int64 => {
                for it in array.as_primitive::<types::Int64Type>().iter() {
                    self.whole(place, it.map(|it| (it as f64, it.unsigned_abs() > WIDE, it)));
                }
            }
            DataType::UInt64 => {
                for it in array.as_primitive::<types::UInt64Type>().iter() {
                    self.whole(place, it.map(|it| (it as f64, it > WIDE, it)));
                }
            }
            it if it.is_numeric() => {
                let numbers = cast(array, &DataType::Float64)?;
                for it in numbers.as_primitive::<types::Float64Type>().iter() {
                    self.push(place, it.map_or(null, Cell::number));
                }
            }
            DataType::Dictionary(_, values) if values.is_numeric() => {
                let numbers = cast(array, &DataType::Float64)?;
                return self.column(place, &numbers, most);
            }
            DataType::Dictionary(_, _) => return self.dictionary(place, array, most),
            DataType::Utf8 => return self.strings(place, array.as_string::<i32>().iter(), most),
            DataType::LargeUtf8 => return self.strings(place, array.as_string::<i64>().iter(), most),
            DataType::Utf8View => return self.strings(place, array.as_string_view().iter(), most),
            _ => {
                let texts = cast(array, &DataType::LargeUtf8)?;
                return self.strings(place, texts.as_string::<i64>().iter(), most);
            }
        }
        Ok(())
    }

    /// Texts that are named by their place: none is copied before it is known that there is room for it.
    fn dictionary(&mut self, place: usize, array: &ArrayRef, most: usize) -> Result<(), Unfit> {
        let dictionary = array.as_any_dictionary();
        let mut values = dictionary.values().clone();
        if !is_text(values.data_type()) {
            values = cast(&values, &DataType::LargeUtf8)?;
        }
        if values.is_empty() {
            let none = (0..array.len()).map(|_| None);
            return self.strings(place, none, most);
        }
        let keys = dictionary.normalized_keys();
        let keys = keys
            .into_iter()
            .enumerate()
            .map(|(row, key)| (array.is_valid(row) && values.is_valid(key)).then_some(key));
        match values.data_type() {
            DataType::Utf8 => self.named(place, keys, &values.as_string::<i32>(), most),
            DataType::Utf8View => self.named(place, keys, &values.as_string_view(), most),
            _ => self.named(place, keys, &values.as_string::<i64>(), most),
        }
    }

    fn named<'a>(
        &mut self,
        place: usize,
        keys: impl Iterator<Item = Option<usize>>,
        values: &impl ArrayAccessor<Item = &'a str>,
        most: usize,
    ) -> Result<(), Unfit> {
        self.strings(place, keys.map(|it| it.map(|it| values.value(it))), most)
    }

    fn strings<'a>(
        &mut self,
        place: usize,
        texts: impl Iterator<Item = Option<&'a str>>,
        most: usize,
    ) -> Result<(), Unfit> {
        for it in texts {
            let Some(it) = it else {
                self.push(place, Cell::missing(nulls::NULL));
                continue;
            };
            // The decoder takes the bytes of columns that are no `UTF8` in the file on trust, those of JSON among them.
            let it = std::str::from_utf8(it.as_bytes())
                .map_err(|error| ArrowError::ParseError(format!("a text is not UTF-8: {error}")))?;
            let bytes = self.texts.len().saturating_add(it.len());
            if bytes > most {
                return Err(Unfit::Texts(bytes as u64));
            }
            self.push_text(place, it);
        }
        Ok(())
    }

    /// A whole number of 64 bits, with its digits where a floating one would round it.
    fn whole(&mut self, place: usize, number: Option<(f64, bool, impl std::fmt::Display)>) {
        match number {
            None => self.push(place, Cell::missing(nulls::NULL)),
            Some((number, false, _)) => self.push(place, Cell::number(number)),
            Some((number, true, exact)) => self.push_digits(place, number, &exact.to_string()),
        }
    }

    /// Whether a schema holds plain values only, as [`Batch::fill`] needs; else the first column
    /// that does not.
    #[must_use]
    pub fn unreadable(schema: &Schema) -> Option<String> {
        let odd = schema.fields().iter().find(|it| !is_plain(it.data_type()))?;
        Some(format!("`{}`: {}", odd.name(), odd.data_type()))
    }
}
