//! Text tables as other programs write them: delimiters, line ends, decimal commas, lines that are no rows.

use super::*;

#[test]
fn delimiters_line_ends_and_marks_of_other_programs_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("semicolon.csv", "a;b;y\r\n1;\"x;1\";0\r\n2;z;1\r\n"),
        ("tab.tsv", "a\tb\ty\n1\tx\t0\n2\tz\t1\n"),
        ("bar.csv", "a|b|y\n1|x|0\n2|z|1"),
        ("mark.csv", "\u{feff}a,b,y\n1,x,0\n2,z,1\n"),
        ("old.csv", "a,b,y\r1,x,0\r2,z,1\r"),
        ("blank.csv", "\n\na,b,y\n1,x,0\n\n2,z,1\n\n"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let table = read(&file, &Options::default());
        assert_eq!(table.rows, 2, "{name}");
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "y"], "{name}");
        assert_eq!(table.column("a").unwrap().moments.mean, 1.5, "{name}");
        assert_eq!(table.column("b").unwrap().distinct(), (2, true), "{name}");
    }
}

#[test]
fn excels_line_that_names_the_delimiter_is_no_row() {
    for (text, rows) in [
        ("sep=;\r\na;b;y\r\n1;1,5;0\r\n2;2,5;1\r\n", 2),
        ("\u{feff}SEP=|\na|b|y\n1|x,y,z|0\n", 1),
        ("\nsep=\t\na\tb\ty\n1\tx;z\t0\n", 1),
    ] {
        let table = table_of(text, &Options::default());
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((names.as_slice(), table.rows), (&["a", "b", "y"][..], rows), "{text:?}");
    }
    // Lines are counted with it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, "sep=;\na;b\n1;2\n1\n").unwrap();
    let options = Options::default();
    let error = scan(&Source::open(&file, &options).unwrap(), &options)
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 4"), "{error}");
}

#[test]
fn numbers_that_are_written_for_people_are_remarked_on() {
    let rows: String = (0..20).map(|it| format!("\"{},000\",{it} %,{it}\n", it + 1)).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, format!("sales,share,y\n{rows}")).unwrap();
    let source = Source::open(&file, &Options::default()).unwrap();
    let remarks = source.remarks().join("\n");
    assert!(
        remarks.contains("`sales`, `share`") && !remarks.contains("`y`"),
        "{remarks}"
    );
}

#[test]
fn line_breaks_of_one_character_do_not_mix_with_those_in_cells() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("quoted.csv", "a,b,y\r1,\"two\nlines\",0\r2,z,1\r"),
        ("both.csv", "a,b,y\n1,x,0\r2,z,1\n"),
        ("windows.csv", "a,b,y\r\n1,x,0\r\n2,\"z\rq\",1\r\n"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let table = read(&file, &Options::default());
        assert_eq!((table.rows, table.columns.len()), (2, 3), "{name}");
        assert_eq!(table.column("y").unwrap().moments.mean, 0.5, "{name}");
    }
}

#[test]
fn a_long_line_of_names_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wide.csv");
    let long = "x".repeat(300_000);
    let names: Vec<String> = (0..5).map(|it| format!("{long}{it}")).collect();
    std::fs::write(&file, names.join(",") + "\n1,2,3,4,5\n6,7,8,9,10\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!((table.rows, table.columns.len()), (2, 5));
    assert_eq!(table.columns[4].moments.mean, 7.5);
    let mut options = Options::default();
    options.limits.row_bytes = 1 << 20;
    let error = Source::open(&file, &options).unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("--max-row-bytes"), "{error}");
}

#[test]
fn numbers_with_a_decimal_comma_are_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("europe.csv");
    std::fs::write(&file, "a;b;c;y\n1,5;1.200,25;x, y;0\n-2,5;3,0;z;1\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!(table.column("a").unwrap().moments.mean, -0.5);
    assert_eq!(table.column("b").unwrap().moments.max, 1200.25);
    assert_eq!(table.column("c").unwrap().texts, 2);
    assert!(
        table.remarks.iter().any(|it| it.contains("decimal comma")),
        "{:?}",
        table.remarks
    );
    let plain = Options {
        decimal: Some(b'.'),
        ..Options::default()
    };
    assert_eq!(read(&file, &plain).column("a").unwrap().texts, 2);
    // Thousands, and a file in which points are before fractions.
    std::fs::write(&file, "a;b\n1,234,567;1.5\n2,345;2.5\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!(table.column("a").unwrap().texts, 2);
    assert_eq!(table.column("b").unwrap().moments.mean, 2.0);
}
