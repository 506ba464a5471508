//! No bytes make the readers panic: any text, and damaged files of the other formats.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_csv_reader_panic(
        bytes in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'1'), any::<u8>()], 0..400),
        rows in 1usize..200,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, &bytes).unwrap();
        let mut options = Options { threads: 1, ..Options::default() };
        options.limits.sample_rows = rows;
        options.limits.row_bytes = 64;
        if let Ok(source) = Source::open(&file, &options)
            && let Ok(table) = scan(&source, &options)
        {
            let results = checks("x", &table, Some(&table), &CheckOptions { threads: 1, ..CheckOptions::default() });
            prop_assert!(results.is_object());
            prop_assert!(split_statistics(&table).is_object());
        }
    }

    #[test]
    fn damaged_files_of_arrow_and_parquet_are_errors(cut in 0.0f64..1.0, at in 0.0f64..1.0, bits in 1u8..) {
        let folder = tempfile::tempdir().unwrap();
        for file in write_all(folder.path()) {
            let whole = std::fs::read(&file).unwrap();
            let mut changed = whole.clone();
            let place = (at * changed.len() as f64) as usize;
            changed[place] ^= bits;
            for bytes in [&whole[..(cut * whole.len() as f64) as usize], &changed] {
                std::fs::write(&file, bytes).unwrap();
                // An error or a table: a bit of a value may be any value.
                let _ = Source::open(&file, &options()).and_then(|it| scan(&it, &options()));
            }
        }
    }
}
