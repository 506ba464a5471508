//! From findings to rows, and from rows to figures. The definitions are those by which the corpus
//! is judged; a test compares both on the same answers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Answer,
    answer::{Found, Level, findings},
    corpus::{Case, leaf},
};

/// One experiment, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub(crate) case: String,
    pub(crate) dataset: Option<String>,
    pub(crate) clean: bool,
    pub(crate) kind: Option<String>,
    pub(crate) faults: Vec<String>,
    pub(crate) strength: String,
    /// Required codes with what was credited for each: 1 in full, 0 for a miss.
    pub(crate) tp: BTreeMap<String, f64>,
    /// Codes that are neither required nor neutral, with their weight.
    pub(crate) fp: BTreeMap<String, f64>,
    pub(crate) cross: Vec<(String, f64)>,
    /// The first codes by severity and confidence, neutral ones left out.
    pub(crate) rank: Vec<String>,
    pub(crate) missed: Vec<String>,
    /// False alarms of medium or high severity.
    pub(crate) false_positive: Vec<String>,
    pub(crate) n_findings: usize,
    pub(crate) bad_fields: usize,
    pub(crate) seconds: f64,
    pub(crate) error: Option<String>,
    pub(crate) notes: String,
    #[serde(skip)]
    pub(crate) worst: Level,
    #[serde(skip)]
    pub(crate) found: Vec<Found>,
}

/// How many codes of a case are kept in its ranking.
const RANKED: usize = 5;

pub(crate) fn judge(case: &Case, answer: &Answer) -> Row {
    let label = &case.label;
    let mut error = answer.error.clone();
    let (mut found, mut bad_fields) = (Vec::new(), 0);
    if let Some(response) = answer.response.as_ref().filter(|_| error.is_none()) {
        match findings(response) {
            Ok(read) => (found, bad_fields) = read,
            Err(reason) => error = Some(format!("malformed answer: {reason}")),
        }
    }
    let mut ordered: Vec<&Found> = found.iter().filter(|it| it.level > Level::None).collect();
    ordered.sort_by(|a, b| b.level.cmp(&a.level).then(b.confidence.total_cmp(&a.confidence)));
    let (mut predicted, mut order) = (BTreeMap::new(), Vec::new());
    for it in ordered {
        let level = predicted.entry(it.code.clone()).or_insert_with(|| {
            order.push(it.code.clone());
            it.level
        });
        *level = it.level.max(*level);
    }
    let (required, neutral) = (label.required(), label.neutral());
    let enough = if label.severity.as_deref() == Some("low") {
        Level::Low
    } else {
        Level::Medium
    };
    let credit = |code: &String| {
        predicted
            .get(code)
            .map_or(0.0, |level: &Level| if *level >= enough { 1.0 } else { level.weight() })
    };
    let tp: BTreeMap<String, f64> = required.iter().map(|code| (code.clone(), credit(code))).collect();
    let alarms = || {
        predicted
            .iter()
            .filter(|(code, _)| !required.contains(*code) && !neutral.contains(*code))
    };
    // A failed request counts like an alarm where there was nothing to find.
    let worst = if error.is_some() && label.clean {
        Level::High
    } else {
        alarms().map(|(_, level)| *level).max().unwrap_or(Level::None)
    };
    let weight = |code: &str| predicted.get(code).map_or(0.0, |level| level.weight());
    Row {
        case: label.case_id.clone(),
        dataset: label.dataset.clone(),
        clean: label.clean,
        kind: label.kind.clone(),
        faults: label.faults.clone(),
        strength: label.strength.clone(),
        missed: tp
            .iter()
            .filter(|(_, it)| **it < 1.0)
            .map(|(code, _)| code.clone())
            .collect(),
        fp: alarms().map(|(code, level)| (code.clone(), level.weight())).collect(),
        false_positive: alarms()
            .filter(|(_, level)| **level >= Level::Medium)
            .map(|(code, _)| code.clone())
            .collect(),
        cross: label
            .cross_expected
            .iter()
            .map(|code| {
                let code = leaf(code);
                let weight = weight(&code);
                (code, weight)
            })
            .collect(),
        rank: order
            .into_iter()
            .filter(|code| !neutral.contains(code))
            .take(RANKED)
            .collect(),
        tp,
        n_findings: found.len(),
        bad_fields,
        seconds: (answer.seconds * 1e3).round() / 1e3,
        error,
        notes: label.notes.clone(),
        worst,
        found,
    }
}

/// How one code fared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct PerCode {
    /// In how many cases it was required.
    pub(crate) n: usize,
    pub(crate) tp: f64,
    pub(crate) fp: f64,
    pub(crate) recall: Option<f64>,
    pub(crate) precision: Option<f64>,
    pub(crate) f1: f64,
}

/// The figures of a corpus.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub(crate) cases: usize,
    /// Requests that failed.
    pub errors: usize,
    pub(crate) bad_fields: usize,
    pub(crate) macro_recall: f64,
    pub(crate) macro_precision: f64,
    /// The mean F1 over all injected codes.
    pub macro_f1: f64,
    pub(crate) micro_recall: f64,
    pub(crate) micro_precision: f64,
    pub(crate) micro_precision_injected_codes: f64,
    pub(crate) fp_per_case: f64,
    pub(crate) uninjected_fp_per_case: f64,
    #[serde(rename = "hit@1")]
    pub(crate) hit_1: f64,
    #[serde(rename = "hit@3")]
    pub(crate) hit_3: f64,
    pub(crate) cross_recall: f64,
    pub(crate) cross_expected: usize,
    pub(crate) recall_by_strength: BTreeMap<String, f64>,
    pub(crate) clean_n: usize,
    pub(crate) clean_fpr_high: f64,
    /// The share of healthy cases with an alarm of medium or high severity.
    pub clean_fpr_medium: f64,
    pub(crate) clean_fpr_any: f64,
    pub(crate) clean_findings_mean: f64,
    pub(crate) median_seconds: f64,
    pub(crate) balanced: f64,
}

pub(crate) fn per_code(rows: &[&Row]) -> BTreeMap<String, PerCode> {
    let mut codes: BTreeMap<String, PerCode> = BTreeMap::new();
    for row in rows {
        for (code, credit) in &row.tp {
            let it = codes.entry(code.clone()).or_default();
            it.n += 1;
            it.tp += credit;
        }
        for (code, weight) in &row.fp {
            codes.entry(code.clone()).or_default().fp += weight;
        }
    }
    for it in codes.values_mut() {
        it.recall = (it.n > 0).then(|| it.tp / it.n as f64);
        it.precision = (it.tp + it.fp > 0.0).then(|| it.tp / (it.tp + it.fp));
        if let (Some(recall), Some(precision)) = (it.recall, it.precision)
            && it.tp > 0.0
        {
            it.f1 = 2.0 * precision * recall / (precision + recall);
        }
    }
    codes
}

/// 0 where there is nothing to divide by. A sum of nothing is a negative zero, which the addition
/// makes an ordinary one.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole + 0.0 } else { 0.0 }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    share(sum, count)
}

pub(crate) fn summarise(rows: &[&Row]) -> Summary {
    let codes = per_code(rows);
    let injected = || codes.values().filter(|it| it.n > 0);
    let sum = |value: fn(&PerCode) -> f64| injected().map(value).sum::<f64>();
    let (tp, false_injected, required) = (sum(|it| it.tp), sum(|it| it.fp), sum(|it| it.n as f64));
    let false_others: f64 = codes.values().filter(|it| it.n == 0).map(|it| it.fp).sum();
    let clean = || rows.iter().filter(|it| it.clean);
    let faulty = || rows.iter().filter(|it| !it.clean);
    let clean_share = |level: Level| mean(clean().map(|it| f64::from(u8::from(it.worst >= level))));
    let hit = |k: usize| {
        mean(faulty().map(|it| f64::from(u8::from(it.rank.iter().take(k).any(|code| it.tp.contains_key(code))))))
    };
    let mut by_strength: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for row in rows {
        for credit in row.tp.values() {
            let it = by_strength.entry(row.strength.clone()).or_default();
            *it = (it.0 + credit, it.1 + 1.0);
        }
    }
    let cross: Vec<f64> = rows
        .iter()
        .flat_map(|it| &it.cross)
        .map(|(_, weight)| *weight)
        .collect();
    let mut seconds: Vec<f64> = rows.iter().map(|it| it.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let macro_f1 = mean(injected().map(|it| it.f1));
    let clean_fpr_medium = clean_share(Level::Medium);
    let cases = rows.len() as f64;
    Summary {
        cases: rows.len(),
        errors: rows.iter().filter(|it| it.error.is_some()).count(),
        bad_fields: rows.iter().map(|it| it.bad_fields).sum(),
        macro_recall: mean(injected().map(|it| it.recall.unwrap_or(0.0))),
        macro_precision: mean(injected().map(|it| it.precision.unwrap_or(0.0))),
        macro_f1,
        micro_recall: share(tp, required),
        micro_precision: share(tp, tp + false_injected + false_others),
        micro_precision_injected_codes: share(tp, tp + false_injected),
        fp_per_case: share(false_injected + false_others, cases),
        uninjected_fp_per_case: share(false_others, cases),
        hit_1: hit(1),
        hit_3: hit(3),
        cross_recall: mean(cross.iter().copied()),
        cross_expected: cross.len(),
        recall_by_strength: by_strength
            .into_iter()
            .map(|(name, (sum, n))| (name, sum / n))
            .collect(),
        clean_n: clean().count(),
        clean_fpr_high: clean_share(Level::High),
        clean_fpr_medium,
        clean_fpr_any: clean_share(Level::Low),
        clean_findings_mean: mean(clean().map(|it| it.n_findings as f64)),
        median_seconds: seconds.get(seconds.len() / 2).copied().unwrap_or(0.0),
        balanced: macro_f1 * (1.0 - clean_fpr_medium),
    }
}

/// The healthy experiments with an alarm, and how many there are, by what makes them special.
pub(crate) fn clean_by_kind(rows: &[&Row]) -> BTreeMap<String, (usize, usize)> {
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in rows.iter().filter(|it| it.clean) {
        let it = kinds.entry(row.kind.clone().unwrap_or_default()).or_default();
        it.0 += usize::from(row.worst >= Level::Medium);
        it.1 += 1;
    }
    kinds
}
