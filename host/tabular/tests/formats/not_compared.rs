//! What was not compared is no result of a comparison.

use super::*;

#[test]
fn what_was_not_compared_does_not_pass() {
    let options = Options {
        date: Some("day".into()),
        label: Some("y".into()),
        ..Options::default()
    };
    let rows = |from: usize, word: &str| -> String {
        (0..60)
            .map(|it| format!("{:02}.01.2024,{word}{},{},{}\n", it % 28 + 1, it + from, it, it % 2))
            .collect()
    };
    let train = table_of(&format!("day,city,x,y\n{}", rows(0, "a")), &options);
    let mut few = options.clone();
    few.limits.distinct = 10;
    few.limits.distinct_cells = 40;
    few.limits.sample_rows = 20;
    // Dates that are none.
    let overlap = item(&train, &train, "Date Train Test Leakage Overlap");
    let demand = &overlap["conditions_results"][0];
    assert!(overlap["value"].is_null() && demand["status"] == "ERROR", "{overlap}");
    for said in [&overlap["display_text"], &demand["more_info"]] {
        assert!(said.to_string().contains("2024-12-31"), "{overlap}");
    }
    // A feature of numbers that is one of texts in the other table.
    let words: String = (0..60)
        .map(|it| format!("01.01.2024,a{it},w{},{}\n", it % 5, it % 2))
        .collect();
    let changed = table_of(&format!("day,city,x,y\n{words}"), &options);
    let drift = item(&train, &changed, "Feature Drift");
    assert!(
        drift
            .to_string()
            .contains("`x` is numeric in the training table and categorical"),
        "{drift}"
    );
    assert!(drift["conditions_results"].to_string().contains("ERROR"), "{drift}");
    // A column of some numbers says how many.
    let some: String = (0..60)
        .map(|it| {
            format!(
                "{},{}\n",
                if it % 3 == 0 { "w".to_owned() } else { it.to_string() },
                it % 2
            )
        })
        .collect();
    let some = split_statistics(&table_of(&format!("x,y\n{some}"), &Options::default()));
    assert_eq!(some["other_statistics"]["columns"]["x"]["numbers"], 40);
    // Where no feature could be compared, that is no silence either.
    let only = |cell: &str| {
        let rows: String = (0..60).map(|it| format!("{it}{cell},{}\n", it % 2)).collect();
        table_of(&format!("x,y\n{rows}"), &options_of("y"))
    };
    let drift = item(&only(""), &only(" kg"), "Feature Drift");
    assert!(drift["value"].is_null(), "{drift}");
    assert!(
        drift["conditions_results"].to_string().contains("was not compared"),
        "{drift}"
    );
    // More categories than are counted.
    let text: String = (0..2_000)
        .map(|it| format!("2024-01-01,c{it},{},{}\n", it % 7, it % 2))
        .collect();
    let many = table_of(&format!("day,city,x,y\n{text}"), &few);
    let new = item(&many, &many, "New Category Train Test");
    assert!(
        new["value"].is_null() && new["conditions_results"] == serde_json::json!([]),
        "{new}"
    );
    assert!(new["display_text"].to_string().contains("--exact-distinct"), "{new}");
}
