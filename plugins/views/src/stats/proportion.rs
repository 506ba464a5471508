//! Shares of a sample, such as accuracies.

/// Wilson's score interval for `successes` of `trials` at `z` standard errors.
///
/// It stays inside 0..1 and is sensible for tiny samples (Wilson 1927; recommended by Brown,
/// Cai and DasGupta 2001).
///
/// ```
/// # use deepfix_views::stats::wilson_interval;
/// let (low, high) = wilson_interval(8.0, 10.0, 1.96).unwrap();
/// assert!((0.48..0.50).contains(&low) && (0.94..0.95).contains(&high));
/// ```
#[must_use]
pub fn wilson_interval(successes: f64, trials: f64, z: f64) -> Option<(f64, f64)> {
    if !(trials > 0.0 && (0.0..=trials).contains(&successes) && z.is_finite()) {
        return None;
    }
    let share = successes / trials;
    let square = z * z / trials;
    let centre = (share + square / 2.0) / (1.0 + square);
    let half = z / (1.0 + square) * (share * (1.0 - share) / trials + square / (4.0 * trials)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// Half the width of the Wilson interval of an observed share.
#[must_use]
pub fn binomial_half_width(share: f64, trials: f64, z: f64) -> Option<f64> {
    wilson_interval(share * trials, trials, z).map(|(low, high)| (high - low) / 2.0)
}

/// How many standard errors share `a` of `n_a` lies above share `b` of `n_b`, with the pooled
/// variance of the usual two-sample test.
#[must_use]
pub fn two_proportion_z(a: f64, n_a: f64, b: f64, n_b: f64) -> Option<f64> {
    if !(n_a > 0.0 && n_b > 0.0 && (0.0..=1.0).contains(&a) && (0.0..=1.0).contains(&b)) {
        return None;
    }
    // Half a success each keeps shares of exactly 0 or 1 from having no variance at all.
    let pooled = (a * n_a + b * n_b + 1.0) / (n_a + n_b + 2.0);
    let error = (pooled * (1.0 - pooled) * (1.0 / n_a + 1.0 / n_b)).sqrt();
    (error > 0.0).then_some((a - b) / error)
}

/// The smallest number of rows that explains observed shares such as accuracies: each must be
/// a whole number of successes. None where no number up to `most` does, as with rounded or
/// averaged shares, and where all shares are 0 or 1.
///
/// ```
/// # use deepfix_views::stats::denominator;
/// assert_eq!(denominator(&[9.0 / 17.0, 14.0 / 17.0, 1.0], 1000), Some(17));
/// // A half and three quarters may be shares of any number of rows.
/// assert_eq!(denominator(&[0.5, 0.75], 1000), None);
/// ```
#[must_use]
pub fn denominator(shares: &[f64], most: u32) -> Option<u32> {
    /// Distinct shares beyond this many add nothing but time.
    const ENOUGH: usize = 48;
    /// Fewer distinct shares say nothing when they are simple fractions.
    const FEWEST_SHARES: usize = 3;
    /// The largest denominator of a fraction that many numbers of rows have in common.
    const SIMPLE: u32 = 6;
    /// That rounded shares of many rows are all shares of a few by chance.
    const CHANCE: f64 = 0.011;
    /// Shares are often printed with six digits.
    const TOLERANCE: f64 = 1e-6;
    let mut distinct: Vec<f64> = Vec::new();
    for share in shares.iter().copied().filter(|it| *it > 0.0 && *it < 1.0) {
        if distinct.len() >= ENOUGH {
            break;
        }
        if !distinct.contains(&share) {
            distinct.push(share);
        }
    }
    if distinct.is_empty() {
        return None;
    }
    let explains = |rows: u32| {
        let rows = f64::from(rows);
        distinct
            .iter()
            .all(|share| (share * rows - (share * rows).round()).abs() <= TOLERANCE * rows)
    };
    let found = (2..=most).find(|rows| explains(*rows))?;
    // One or two shares such as a half and three quarters are those of any number of rows, and shares
    // written with two digits those of a hundred.
    let simple = distinct.len() < FEWEST_SHARES && found <= SIMPLE;
    // Of a hundred values that two digits have, `found` are shares of so many rows.
    let written = if explains(10) { 10.0 } else { 100.0 };
    let chance = (f64::from(found) / written).powi(i32::try_from(distinct.len()).unwrap_or(i32::MAX));
    let rounded = explains(100) && chance > CHANCE;
    (!simple && !rounded).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_shares_still_have_an_interval() {
        let (low, high) = wilson_interval(12.0, 12.0, 1.96).unwrap_or_default();
        assert!(low < 0.8 && high == 1.0);
        assert_eq!(wilson_interval(3.0, 0.0, 1.96), None);
    }

    #[test]
    fn the_same_gap_weighs_more_in_a_larger_sample() {
        let small = two_proportion_z(0.7, 30.0, 0.6, 30.0).unwrap_or_default();
        let large = two_proportion_z(0.7, 3000.0, 0.6, 3000.0).unwrap_or_default();
        assert!(small < 1.0 && large > 7.0);
    }

    #[test]
    fn hundredths_are_rows_only_where_many_agree_on_fewer() {
        assert_eq!(denominator(&[0.91, 0.87, 0.93], 1000), None);
        assert_eq!(denominator(&[0.85, 0.9], 1000), None);
        assert_eq!(denominator(&[0.86, 0.9, 0.94, 0.7], 1000), None);
        // Tenths are written with one digit.
        assert_eq!(denominator(&[0.8, 0.9, 1.0], 1000), None);
        assert_eq!(denominator(&[0.85, 0.9, 0.95], 1000), Some(20));
        assert_eq!(denominator(&[0.85, 0.9, 0.95, 0.7, 0.65], 1000), Some(20));
    }

    #[test]
    fn averaged_shares_have_no_denominator() {
        assert_eq!(denominator(&[0.618_034, 0.271_828_2], 500), None);
        assert_eq!(denominator(&[1.0, 0.0, f64::NAN], 500), None);
    }
}
