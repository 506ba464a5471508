//! What most samples say. A model's own word for how sure it is counts for nothing.

use crate::Severity;

use super::{Said, SaidFinding};

/// Samples from which on a majority may call something more than a remark.
const ENOUGH: usize = 3;

/// A finding on which most samples agree.
pub(super) struct Agreed {
    pub(super) said: SaidFinding,
    pub(super) facts: Vec<String>,
    pub(super) agree: usize,
    pub(super) severity: Severity,
    pub(super) confidence: f64,
}

/// What most samples say of a reported fault.
pub(super) struct Meaning {
    pub(super) code: String,
    pub(super) text: String,
    /// Whether the facts bear the fault out, in their eyes.
    pub(super) stands: bool,
    pub(super) agree: usize,
}

fn most(agree: usize, asked: usize) -> bool {
    agree * 2 > asked
}

/// The lower end of Wilson's 95 % interval of a share (Wilson, "Probable inference, the law of
/// succession, and statistical inference", JASA 1927): 1 of 1 is 0.21, 3 of 3 is 0.44, 5 of 5 is
/// 0.57. It says how well the agreement is known, not how likely the finding is true.
pub(super) fn confidence(agree: usize, asked: usize) -> f64 {
    const Z: f64 = 1.96;
    if asked == 0 {
        return 0.0;
    }
    let n = asked as f64;
    let share = agree as f64 / n;
    let centre = share + Z * Z / (2.0 * n);
    let margin = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - margin) / (1.0 + Z * Z / n)).clamp(0.0, 1.0)
}

pub(super) fn findings(answers: &[Said], asked: usize) -> Vec<Agreed> {
    let mut codes: Vec<&str> = Vec::new();
    for it in answers.iter().flat_map(|it| &it.findings) {
        if !codes.contains(&it.code.as_str()) {
            codes.push(&it.code);
        }
    }
    let of = |code: &str| -> Vec<&SaidFinding> {
        answers
            .iter()
            .filter_map(|it| it.findings.iter().find(|it| it.code == code))
            .collect()
    };
    codes
        .into_iter()
        .filter_map(|code| {
            let agreeing = of(code);
            let first = agreeing.first()?;
            let agree = agreeing.len();
            if !most(agree, asked) {
                return None;
            }
            // Facts that most of them point to, or else those of the sample whose words are taken.
            let mut facts: Vec<String> = first.facts.clone();
            facts.retain(|id| most(agreeing.iter().filter(|it| it.facts.contains(id)).count(), agree));
            if facts.is_empty() {
                facts.clone_from(&first.facts);
            }
            facts.dedup();
            let serious = agreeing.iter().filter(|it| it.severity() > Severity::Low).count();
            let severity = if asked >= ENOUGH && most(serious, asked) {
                Severity::Medium
            } else {
                Severity::Low
            };
            Some(Agreed {
                said: (*first).clone(),
                facts,
                agree,
                severity,
                confidence: confidence(agree, asked),
            })
        })
        .collect()
}

pub(super) fn reported(answers: &[Said], asked: usize) -> Vec<Meaning> {
    let mut meanings: Vec<Meaning> = Vec::new();
    for answer in answers {
        let mut seen: Vec<&str> = Vec::new();
        for it in &answer.reported {
            if it.meaning.trim().is_empty() || seen.contains(&it.code.as_str()) {
                continue;
            }
            seen.push(&it.code);
            let known = |known: &&mut Meaning| known.code == it.code && known.stands == it.stands;
            match meanings.iter_mut().find(known) {
                Some(known) => known.agree += 1,
                None => meanings.push(Meaning {
                    code: it.code.clone(),
                    text: it.meaning.trim().to_owned(),
                    stands: it.stands,
                    agree: 1,
                }),
            }
        }
    }
    meanings.retain(|it| most(it.agree, asked));
    meanings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_the_samples_that_agree() {
        let rounded = |agree, asked| (confidence(agree, asked) * 100.0).round() / 100.0;
        assert_eq!(
            [rounded(1, 1), rounded(3, 3), rounded(5, 5), rounded(4, 5)],
            [0.21, 0.44, 0.57, 0.38]
        );
        assert!(confidence(0, 0) == 0.0 && confidence(0, 5) < 0.01);
    }
}
