use crate::Severity;

/// How often the findings of a plugin's rules are right, by the strength of their evidence: a map
/// for each code, which never falls.
///
/// A table is text, one map per line: the code, `low` or `serious`, then `strength:confidence`
/// pairs in rising order. Between the pairs the map is linear, above the last it is level. Below
/// the first, where nothing was measured, it falls in a line to nothing at no strength: weak
/// evidence is never taken for what stronger evidence was worth. Lines that begin with `#` are
/// comments. A code without a line keeps its strength as confidence.
///
/// ```
/// use deepfix_plugin::{Calibration, Severity};
///
/// const TABLE: Calibration = Calibration::of("shop.slow_query serious 0.5:0.7 0.9:0.95");
/// let confidence = |strength| TABLE.confidence("shop.slow_query", Severity::High, strength);
/// assert_eq!((confidence(0.25), confidence(0.5), confidence(1.0)), (0.35, 0.7, 0.95));
/// assert!((confidence(0.7) - 0.825).abs() < 1e-9);
/// assert_eq!(TABLE.confidence("shop.slow_query", Severity::Low, 0.4), 0.4);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Calibration(&'static str);

impl Calibration {
    /// The maps of a table.
    #[must_use]
    pub const fn of(table: &'static str) -> Self {
        Self(table)
    }

    /// How often a finding with evidence of this strength is right. Evidence whose strength is not
    /// a number is none.
    #[must_use]
    pub fn confidence(&self, code: &str, severity: Severity, strength: f64) -> f64 {
        let strength = if strength.is_nan() {
            0.0
        } else {
            strength.clamp(0.0, 1.0)
        };
        let level = if severity == Severity::Low { "low" } else { "serious" };
        self.lines()
            .find(|(of, at, _)| *of == code && *at == level)
            .and_then(|(_, _, pairs)| interpolate(pairs, strength))
            .unwrap_or(strength)
    }

    /// What is wrong with the table; empty for one that can be used. For tests.
    #[must_use]
    pub fn problems(&self, codes: &[&str]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        let lines = self.0.lines().map(str::trim);
        for line in lines.filter(|it| !it.is_empty() && !it.starts_with('#')) {
            if split(line).is_none() {
                problems.push(format!("{line}: expected a code, a level and pairs"));
            }
        }
        for (code, level, pairs) in self.lines() {
            let mut say = |what: &str| problems.push(format!("{code} {level}: {what}"));
            if !codes.contains(&code) {
                say("no such code");
            }
            if level != "low" && level != "serious" {
                say("the second word is `low` or `serious`");
            }
            if seen.contains(&(code, level)) {
                say("twice");
            }
            seen.push((code, level));
            let read: Vec<Option<(f64, f64)>> = pairs.split_whitespace().map(pair).collect();
            let knots: Vec<(f64, f64)> = read.iter().flatten().copied().collect();
            if knots.is_empty() || knots.len() < read.len() {
                say("expected pairs such as 0.5:0.7");
            }
            let within = |it: &f64| (0.0..=1.0).contains(it);
            if !knots.iter().all(|it| within(&it.0) && within(&it.1)) {
                say("strengths and confidences lie between 0 and 1");
            }
            if !knots.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1) {
                say("strengths must rise, confidences must not fall");
            }
        }
        problems
    }

    fn lines(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let lines = self.0.lines().map(str::trim);
        lines.filter(|it| !it.starts_with('#')).filter_map(split)
    }
}

/// The code, the level and the pairs of a line.
fn split(line: &str) -> Option<(&str, &str, &str)> {
    let (code, rest) = line.split_once(' ')?;
    let (level, pairs) = rest.trim_start().split_once(' ')?;
    Some((code, level, pairs))
}

fn pair(text: &str) -> Option<(f64, f64)> {
    let (strength, confidence) = text.split_once(':')?;
    Some((strength.parse().ok()?, confidence.parse().ok()?))
}

fn interpolate(pairs: &str, strength: f64) -> Option<f64> {
    let mut below = (0.0, 0.0);
    let mut known = false;
    for above in pairs.split_whitespace().filter_map(pair) {
        if strength <= above.0 {
            let width = above.0 - below.0;
            return Some(if width > 0.0 {
                below.1 + (above.1 - below.1) * (strength - below.0) / width
            } else {
                above.1
            });
        }
        (below, known) = (above, true);
    }
    known.then_some(below.1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_checked() {
        let codes = ["a.b"];
        let problems = |table| Calibration::of(table).problems(&codes);
        assert!(problems("# maps\na.b low 0.1:0.2 0.5:0.2\na.b serious 0.1:0.9").is_empty());
        for (table, part) in [
            ("c.d low 0.1:0.2", "no such code"),
            ("a.b loud 0.1:0.2", "second word"),
            ("a.b low 0.1:0.2\na.b low 0.1:0.3", "twice"),
            ("a.b low 0.1", "pairs"),
            ("a.b low 0.1:1.2", "between 0 and 1"),
            ("a.b low 0.1:0.5 0.2:0.4", "must not fall"),
            ("a.b low 0.2:0.5 0.1:0.6", "must rise"),
        ] {
            let found = problems(table);
            assert!(found.iter().any(|it| it.contains(part)), "{table}: {found:?}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_problem() {
        for table in ["a.b", "a.b low"] {
            assert_eq!(Calibration::of(table).problems(&["a.b"]).len(), 1, "{table}");
        }
    }

    #[test]
    fn evidence_weaker_than_any_measured_gets_no_more_than_its_share() {
        let table = Calibration::of("a.b serious 0.85:0.99 0.9:0.99\na.b low 0.977:0.968");
        assert!((table.confidence("a.b", Severity::High, 0.6) - 0.6 * 0.99 / 0.85).abs() < 1e-9);
        let guess = table.confidence("a.b", Severity::Low, 0.35);
        assert!(guess < 0.4, "{guess}");
    }

    #[test]
    fn a_map_never_falls_and_no_strength_leaves_it() {
        let table = Calibration::of("a.b serious 0.4:0.5 0.8:0.9");
        let confidence = |strength| table.confidence("a.b", Severity::Medium, strength);
        let steps: Vec<f64> = (0..=100).map(|it| confidence(f64::from(it) / 100.0)).collect();
        assert!(steps.windows(2).all(|it| it[1] >= it[0] - 1e-9), "{steps:?}");
        for (strength, expected) in [
            (f64::NAN, 0.0),
            (f64::NEG_INFINITY, 0.0),
            (-1.0, 0.0),
            (0.4, 0.5),
            (1.0, 0.9),
            (f64::INFINITY, 0.9),
        ] {
            assert!((confidence(strength) - expected).abs() < 1e-9, "{strength}");
        }
    }

    #[test]
    fn a_knot_at_no_strength_is_kept() {
        let table = Calibration::of("a.b low 0:0.3 0.5:0.5");
        assert_eq!(table.confidence("a.b", Severity::Low, 0.0), 0.3);
    }
}
