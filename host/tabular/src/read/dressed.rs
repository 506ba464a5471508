//! Numbers that are written for people: `1,234.50`, `12 %`, `$ 3`. They are texts to whoever reads the file, and so
//! to the model; what is said of them as categories would mislead.

use csv::ByteRecord;

use crate::nulls;

/// Cells of a column that must be there to tell.
const FEWEST: usize = 5;
/// Columns that are named.
const SHOWN: usize = 5;

/// A remark on columns whose first rows hold such numbers; none where there are none.
pub(super) fn remark(names: &[String], records: &[ByteRecord], comma: bool) -> Option<String> {
    let mut found: Vec<(&String, &str)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let cells = records.iter().filter_map(|it| std::str::from_utf8(it.get(place)?).ok());
        let (mut all, mut dressed, mut example) = (0_usize, 0_usize, "");
        for cell in cells.map(str::trim).filter(|it| nulls::kind(it.as_bytes()).is_none()) {
            all += 1;
            if is_dressed(cell, comma) {
                dressed += 1;
                example = cell;
            } else if !is_plain(cell, comma) {
                dressed = 0;
                break;
            }
        }
        if all >= FEWEST && 2 * dressed >= all {
            found.push((name, example));
        }
    }
    let (_, example) = found.first()?;
    let shown: Vec<String> = found.iter().take(SHOWN).map(|it| format!("`{}`", it.0)).collect();
    let more = if found.len() > SHOWN { ", ..." } else { "" };
    Some(format!(
        "numbers written as `{example}` are texts, here and for a model, and count as categories: {}{more}; write them \
         without signs and groups of digits",
        shown.join(", ")
    ))
}

fn is_plain(cell: &str, comma: bool) -> bool {
    let point = if comma { cell.replace(',', ".") } else { cell.to_owned() };
    point.parse::<f64>().is_ok()
}

/// Whether it is a number with a sign of a currency, of per cent, or with groups of three digits.
fn is_dressed(cell: &str, comma: bool) -> bool {
    const SIGNS: [char; 6] = ['$', '\u{20ac}', '\u{a3}', '\u{a5}', '%', ' '];
    let bare = cell.trim_matches(SIGNS);
    let bare = bare.strip_prefix(['-', '+']).unwrap_or(bare).trim_start_matches(SIGNS);
    let is_signed = bare.len() < cell.trim_start_matches(['-', '+']).len();
    let (whole, fraction) = bare.split_once(if comma { ',' } else { '.' }).unwrap_or((bare, "0"));
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !is_digits(fraction) {
        return false;
    }
    // With a decimal comma, groups by points are read as they are.
    let separators: &[char] = if comma {
        &['\'', '\u{a0}', '\u{202f}', ' ']
    } else {
        &[',', '\'', '\u{a0}', '\u{202f}', ' ']
    };
    let groups: Vec<&str> = whole.split(separators).collect();
    let is_grouped = groups.len() > 1
        && groups.iter().all(|it| is_digits(it))
        && groups.first().is_some_and(|it| it.len() <= 3)
        && groups.iter().skip(1).all(|it| it.len() == 3);
    is_grouped || (is_signed && groups.len() == 1 && is_digits(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str], comma: bool) -> Option<String> {
        let rows: Vec<ByteRecord> = cells.iter().map(|it| ByteRecord::from(vec![*it])).collect();
        remark(&["a".to_owned()], &rows, comma)
    }

    #[test]
    fn numbers_with_signs_and_groups_are_told() {
        for cells in [
            ["1,234", "12,345.5", "1", "7,000,000", ""],
            ["12 %", "3%", "0.5 %", "100%", "1%"],
            ["$ 3", "-$4.50", "$1,000", "\u{20ac} 7", "8 \u{20ac}"],
            ["1 234", "12'345", "1", "2\u{a0}000", "3 000"],
        ] {
            let six = [&cells[..], &["2,000"]].concat();
            let it = of(&six, false).unwrap_or_else(|| panic!("{cells:?}"));
            assert!(it.contains("`a`"), "{it}");
        }
        assert!(of(&["1 234,5", "2 000", "3 000", "4 000,25", "5 000"], true).is_some());
    }

    #[test]
    fn other_texts_and_plain_numbers_are_not() {
        for cells in [
            ["1", "2.5", "-3", "1e5", "4"],
            ["1,2", "3,4", "5,6", "7,8", "9,0"],
            ["1,234", "a", "1,235", "1,236", "1,237"],
            ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-06"],
            ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"],
            ["12 3456", "13 3456", "14 3456", "15 3456", "16 3456"],
            ["+49", "+33", "+44", "+1", "+7"],
            ["1,234", "", "NaN", "", "1,234"],
        ] {
            assert_eq!(of(&cells, false), None, "{cells:?}");
        }
        assert_eq!(of(&["1,5", "2,5", "3,5", "4", "5"], true), None);
    }
}
