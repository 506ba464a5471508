//! How the texts of a Parquet file are decoded: without copying them where that may be without end.

use std::sync::Arc;

use arrow_schema::{DataType, Schema, SchemaRef};
use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    errors::ParquetError,
    file::metadata::ParquetMetaData,
    schema::types::SchemaDescriptor,
};

use super::{cells::is_text, pages::Group};

/// What the footer says, with two ways to decode texts. Which of them the file asks for does not matter: a text of a
/// dictionary would be copied for every row, and with offsets of 64 bits nothing ends that.
#[derive(Debug)]
pub(super) struct Metadata {
    /// Texts stay in the page or dictionary that they came in.
    views: ArrowReaderMetadata,
    /// They are copied, up to 2 GiB a column and batch, where the decoder ends. Texts that are written by what differs
    /// from the one before have to be copied.
    copies: ArrowReaderMetadata,
    /// Whether the first way cannot be gone.
    copied: bool,
}

impl Metadata {
    pub(super) fn new(meta: &ArrowReaderMetadata) -> Result<Self, ParquetError> {
        let views = with_texts(meta, &DataType::Utf8View);
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        // Where a schema of the file does not agree with itself, that of Parquet alone does: texts with offsets of 32 bits.
        let copies = with_texts(meta, &DataType::Utf8)
            .or_else(|_| ArrowReaderMetadata::try_new(Arc::clone(meta.metadata()), plain))?;
        Ok(Self {
            copied: views.is_err(),
            views: views.unwrap_or_else(|_| copies.clone()),
            copies,
        })
    }

    /// For a row group, which may have to be read in smaller pieces for that.
    pub(super) fn of(&self, group: &mut Group) -> &ArrowReaderMetadata {
        group.copied |= self.copied;
        if group.copied { &self.copies } else { &self.views }
    }

    pub(super) fn metadata(&self) -> &Arc<ParquetMetaData> {
        self.views.metadata()
    }

    pub(super) fn parquet_schema(&self) -> &SchemaDescriptor {
        self.views.parquet_schema()
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.views.schema()
    }
}

fn with_texts(meta: &ArrowReaderMetadata, kind: &DataType) -> Result<ArrowReaderMetadata, ParquetError> {
    let schema = meta.schema();
    let fields = schema.fields().iter().map(|it| {
        let text = match it.data_type() {
            DataType::Dictionary(_, values) => is_text(values),
            other => is_text(other),
        };
        if text {
            Arc::new(it.as_ref().clone().with_data_type(kind.clone()))
        } else {
            Arc::clone(it)
        }
    });
    let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(meta.metadata()), options)
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, DictionaryArray, Float64Array, LargeStringArray, RecordBatch, types::Int32Type};
    use parquet::arrow::ArrowWriter;

    use super::*;

    #[test]
    fn the_type_that_a_file_asks_for_its_texts_does_not_matter() {
        let dictionary: DictionaryArray<Int32Type> = ["a"].into_iter().collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("long", Arc::new(LargeStringArray::from(vec!["a"]))),
            ("named", Arc::new(dictionary)),
            ("number", Arc::new(Float64Array::from(vec![1.0]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let meta = Metadata::new(&ArrowReaderMetadata::load(&file, Default::default()).unwrap()).unwrap();
        let types = |copied| {
            let mut group = Group {
                copied,
                ..Group::default()
            };
            let fields = meta.of(&mut group).schema().fields().clone();
            fields.iter().map(|it| it.data_type().clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            types(false),
            [DataType::Utf8View, DataType::Utf8View, DataType::Float64]
        );
        assert_eq!(types(true), [DataType::Utf8, DataType::Utf8, DataType::Float64]);
    }
}
