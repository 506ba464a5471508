use super::Column;

/// With fewer different values the quartiles jump from one to the next.
const FEWEST_VALUES: f64 = 15.0;

/// How far apart the distributions of two splits are, as a Kolmogorov-Smirnov distance read
/// off the quartiles: the share of one split below a quartile of the other, against what it
/// is there. The second largest of the three quartiles' differences, since a real shift, a
/// change of scale or a biased sample moves two of them at least, while the median of two
/// groups of equal size can jump alone; and of the two directions of the comparison the
/// smaller one, which a gap between groups cannot widen. It is about half of the true distance. None where a quartile is missing or values are few.
#[must_use]
pub fn quantile_shift(train: &Column, test: &Column) -> Option<f64> {
    if [train, test]
        .iter()
        .any(|it| it.unique.is_some_and(|it| it < FEWEST_VALUES))
    {
        return None;
    }
    let (a, b) = (train.five()?, test.five()?);
    let mut differences: Vec<f64> = [(1, 0.25), (2, 0.5), (3, 0.75)]
        .into_iter()
        .filter_map(|(place, level)| {
            let one = (share_below(&a, *b.get(place)?)? - level).abs();
            let other = (share_below(&b, *a.get(place)?)? - level).abs();
            Some(one.min(other))
        })
        .collect();
    differences.sort_by(f64::total_cmp);
    differences.get(1).copied()
}

/// How much wider or narrower the test split's bulk is: the smaller of the two logarithmic
/// ratios of median to quartile, if both sides change alike (one side alone jumps where a
/// quartile falls between two groups), and its standard errors off zero, with 2.5 / sqrt(n)
/// for one side: it is 1.6 for a normal, about 2 for a skewed and more for a mixed distribution.
#[must_use]
pub fn spread_shift(train: &Column, test: &Column, n: f64, m: f64) -> Option<(f64, f64)> {
    if [train, test]
        .iter()
        .any(|it| it.unique.is_some_and(|it| it < FEWEST_VALUES))
    {
        return None;
    }
    let ([_, a1, a2, a3, _], [_, b1, b2, b3, _]) = (train.five()?, test.five()?);
    let sides = [(a2 - a1, b2 - b1), (a3 - a2, b3 - b2)];
    if sides.iter().any(|(a, b)| *a <= 0.0 || *b <= 0.0) {
        return None;
    }
    let [low, high] = sides.map(|(a, b)| (b / a).ln());
    if low * high <= 0.0 {
        return None;
    }
    let least = if low.abs() < high.abs() { low } else { high };
    Some((least, least.abs() / (2.5 * (1.0 / n + 1.0 / m).sqrt())))
}

/// The share of values below `x`: linear between the quartiles; beyond them the remaining
/// quarter halves with every distance of the quartile from the median.
fn share_below(five: &[f64; 5], x: f64) -> Option<f64> {
    let [min, q1, median, q3, max] = *five;
    // Ties make a step of which only one end is known.
    if !(q1 < median && median < q3) {
        return None;
    }
    Some(if x < q1 {
        if x <= min {
            0.0
        } else {
            0.25 * 0.5f64.powf((q1 - x) / (median - q1))
        }
    } else if x < median {
        0.25 + 0.25 * (x - q1) / (median - q1)
    } else if x < q3 {
        0.5 + 0.25 * (x - median) / (q3 - median)
    } else if x >= max {
        1.0
    } else {
        1.0 - 0.25 * 0.5f64.powf((x - q3) / (q3 - median))
    })
}

/// The share of a split's most frequent category in both splits, `(train, test)`. Where the
/// other split has another most frequent one, its share there is at most what that one and the
/// rest leave, which is enough where it has fallen.
#[must_use]
pub fn category_shift(train: &Column, test: &Column) -> Option<(f64, f64)> {
    let share = |it: &Column| Some(it.freq? / it.count.filter(|it| *it > 0.0)?);
    let (a, b) = (share(train)?, share(test)?);
    if train.top.as_deref()? == test.top.as_deref()? {
        return Some((a, b));
    }
    let most = |top: f64| top.min(1.0 - top);
    let (fallen, risen) = ((a, most(b).min(a)), (most(a).min(b), b));
    Some(if fallen.0 - fallen.1 >= risen.1 - risen.0 {
        fallen
    } else {
        risen
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::dataset::DatasetView;
    use serde_json::json;

    fn column(five: [f64; 5]) -> Column {
        let statistics = json!({"count": 300, "mean": 0, "std": 1, "min": five[0], "25%": five[1], "50%": five[2],
            "75%": five[3], "max": five[4]});
        let raw = json!({"feature_statistics": {"x": statistics}});
        DatasetView::parse(String::new(), raw, json!(null))
            .train
            .unwrap()
            .columns[0]
            .clone()
    }

    #[test]
    fn shift_and_scale_move_two_quartiles() {
        let normal = column([-3.0, -0.67, 0.0, 0.67, 3.0]);
        let shifted = column([-2.0, 0.33, 1.0, 1.67, 4.0]);
        let wide = column([-12.0, -2.7, 0.0, 2.7, 12.0]);
        assert!(quantile_shift(&normal, &normal).unwrap() < 1e-9);
        assert!((0.15..0.2).contains(&quantile_shift(&normal, &shifted).unwrap()));
        assert!(quantile_shift(&normal, &wide).unwrap() > 0.15);
        let (ratio, errors) = spread_shift(&normal, &wide, 300.0, 100.0).unwrap();
        assert!((1.3..1.5).contains(&ratio) && errors > 4.0);
        // The median of two groups jumps from one to the other.
        let jump = column([-3.0, -0.67, 0.6, 0.67, 3.0]);
        assert!(quantile_shift(&normal, &jump).unwrap() < 0.05);
    }

    #[test]
    fn ties_are_no_distance() {
        let flat = column([0.0, 0.0, 0.0, 1.0, 4.0]);
        assert_eq!(quantile_shift(&flat, &column([0.0, 1.0, 2.0, 3.0, 4.0])), None);
    }
}
