//! Arrow's arrays as cells.

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray, types};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};

use crate::{Batch, Cell, nulls};

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

impl Batch {
    /// Takes the cells of a record batch, whose columns must hold plain values.
    ///
    /// # Errors
    /// A column holds lists, structures or bytes.
    pub fn fill(&mut self, index: u64, records: &RecordBatch) -> Result<(), ArrowError> {
        self.reset(index, records.num_columns());
        self.rows = records.num_rows();
        for (place, column) in records.columns().iter().enumerate() {
            self.column(place, column)?;
        }
        Ok(())
    }

    fn column(&mut self, place: usize, array: &ArrayRef) -> Result<(), ArrowError> {
        let null = Cell::missing(nulls::NULL);
        match array.data_type() {
            DataType::Null => (0..array.len()).for_each(|_| self.push(place, null)),
            DataType::Boolean => {
                for it in array.as_boolean().iter() {
                    match it {
                        Some(it) => self.push_text(place, if it { "True" } else { "False" }),
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
                return self.column(place, &numbers);
            }
            _ => {
                let texts = cast(array, &DataType::LargeUtf8)?;
                for it in texts.as_string::<i64>().iter() {
                    match it {
                        Some(it) => self.push_text(place, it),
                        None => self.push(place, null),
                    }
                }
            }
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
