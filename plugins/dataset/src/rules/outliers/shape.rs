//! How the far values of a column lie: in a tail or in a lump.

use deepfix_views::dataset::Column;

pub(super) const FEWEST_ROWS: f64 = 20.0;
/// Least distance in logarithmic quartile ranges, whatever the number of rows.
const FAR_LOGARITHMIC: f64 = 5.0;
/// How much nearer than the heaviest tail a lump may stand.
pub(super) const LUMP_SHARE: f64 = 0.7;
/// The most that a lump has by itself, with the doubt of its moments.
const CONCENTRATED: f64 = 1.15;
/// Standard deviations that no row of a tail stands off.
const ALONE: f64 = 6.0;
/// `-ln` of the chance that the largest value of a Pareto tail exceeds the limit.
const TAIL_MARGIN: f64 = 5.0;

/// Whether a value of a positive column is beyond most of the heaviest tail; true for others,
/// which have no logarithm.
pub(super) fn beyond_tail(column: &Column, value: f64, q1: f64, q3: f64) -> bool {
    let rows = column.count.unwrap_or(0.0).max(FEWEST_ROWS);
    value <= 0.0 || q1 <= 0.0 || (value / q3).ln() / (q3 / q1).ln() > LUMP_SHARE * tail(rows)
}

/// How many logarithmic quartile ranges the heaviest tail reaches among so many rows.
pub(super) fn tail(rows: f64) -> f64 {
    // The quartiles of few rows are uncertain themselves.
    let doubt = 1.0 + 2.0 / rows.sqrt();
    (doubt * (rows.ln() + TAIL_MARGIN - 4f64.ln()) / 3f64.ln()).max(FAR_LOGARITHMIC)
}

/// Whether two rows and more hold the far value or its like: the lump's shift of the mean and
/// its variance agree ([`concentration`] near 1 and at `least` that, above only where tails on both sides cancel),
/// and the variance is more than a single value's, `L² / n`.
pub(super) fn in_one_lump(column: &Column, extreme: f64, deviations: f64, least: f64) -> bool {
    let rows = column.count.unwrap_or(0.0);
    (least..=CONCENTRATED).contains(&concentration(column, extreme)) && rows > 2.5 * deviations * deviations
}

/// Whether the far values sit in one lump of at least this concentration. Where the mean lies beside the
/// median the quotient says nothing: of few rows in a lump the column's own spread makes most of it. Then
/// the value has to stand where no row of a tail would.
pub(super) fn is_lump(column: &Column, extreme: f64, beyond: f64, least: f64) -> bool {
    let found = concentration(column, extreme);
    found > least && (found <= CONCENTRATED || deviations(column, beyond) >= ALONE)
}

/// How many standard deviations a value stands off that lies `beyond` a quartile.
pub(super) fn deviations(column: &Column, beyond: f64) -> f64 {
    column.std.filter(|it| *it > 0.0).map_or(0.0, |std| beyond / std)
}

/// Whether the far values sit in one lump, as a sentinel does: a share `p` at distance `L`
/// shifts the mean by `pL` and gives the variance `pL²`, so variance over shift is `L`. For
/// a smooth tail the quotient is a fraction of the range.
pub(super) fn concentration(column: &Column, extreme: f64) -> f64 {
    let (Some(mean), Some(std), Some(median)) = (column.mean, column.std, column.median) else {
        return 0.0;
    };
    let (shift, range) = ((mean - median).abs(), (extreme - median.abs()).abs());
    if shift <= 0.0 || range <= 0.0 {
        0.0
    } else {
        std * std / shift / range
    }
}

/// Numbers that stand for "no value" in files of all kinds: a run of nines of either sign.
pub(super) fn is_sentinel(value: f64) -> bool {
    let magnitude = value.abs();
    [
        99.0,
        999.0,
        9999.0,
        99_999.0,
        999_999.0,
        9_999_999.0,
        99_999_999.0,
        999_999_999.0,
    ]
    .contains(&magnitude)
        || [-888.0, 888.0, 8888.0, 32_767.0, 2_147_483_647.0, 1e20, 1e30].contains(&magnitude)
}
