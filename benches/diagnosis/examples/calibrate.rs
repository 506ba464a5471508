//! Fits the maps from evidence to confidence (`plugins/*/calibration.txt`) and says how well they
//! hold on what they were not fitted on:
//!
//! ```sh
//! cargo run --release -p deepfix-diagnosis-score --example calibrate -- \
//!     --family CORPUS... --family CORPUS... --held CORPUS... [--write plugins]
//! ```
//!
//! A claim is a finding of a rule with the strength of its evidence; it is right where the label
//! requires or allows its code. For each code and level (low, serious) the claims are fitted by a
//! monotonic step function (pool adjacent violators), steps of few claims are joined, and each is
//! drawn by [`PRIOR`] claims towards what all codes of the level have at that strength. Families of corpora weigh alike
//! however many experiments they have. The first corpus named is the one that is cross-validated
//! by data set: maps for its experiments are fitted without any experiment of their data set.
#![allow(clippy::print_stdout, reason = "a command-line tool")]

#[path = "../native/mod.rs"]
#[allow(unreachable_pub, missing_docs)]
mod native;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use deepfix_diagnosis_score::{Result, fit, leaf};
use serde_json::Value as Json;

/// How many claims of the level's share stand against those of a step.
const PRIOR: f64 = 6.0;
/// The share of a code's claims, the weakest, that may lie below its map's first knot: the map is
/// level down to there and falls below.
const WEAKEST: f64 = 0.05;
/// At the least so many claims do.
const SINGLE: usize = 2;
/// Steps of fewer claims are joined with the next.
const FEWEST: f64 = 8.0;
/// The same for the map of a whole level, towards which those of the codes are drawn.
const WIDE: f64 = 60.0;
/// No rule is sure beyond this: what was never wrong in some dozens of claims may be so in a
/// hundred.
const MOST: f64 = 0.99;
/// Bins of the expected calibration error.
const BINS: usize = 10;
/// Several agents together are no surer, as in the reasoner.
const TOGETHER: f64 = 0.99;

/// The plugins and the codes that only they report are told apart by the agent.
const PLUGINS: [(&str, &str); 5] = [
    ("DatasetArtifactsAnalyzer", "dataset"),
    ("DeepchecksArtifactsAnalyzer", "deepchecks"),
    ("ModelCheckpointArtifactsAnalyzer", "checkpoint"),
    ("TrainingArtifactsAnalyzer", "training"),
    ("CrossArtifactReasoningAgent", "cross-artifact"),
];

/// A finding of a rule.
#[derive(Debug, Clone)]
struct Claim {
    plugin: &'static str,
    code: String,
    low: bool,
    strength: f64,
    right: bool,
    weight: f64,
    dataset: String,
    case: String,
}

type Key = (&'static str, String, bool);
type Map = Vec<(f64, f64)>;

fn main() -> Result<()> {
    let (mut families, mut held, mut write): (Vec<Vec<String>>, Vec<String>, Option<PathBuf>) =
        (Vec::new(), Vec::new(), None);
    let mut to_held = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--family" => {
                families.push(Vec::new());
                to_held = false;
            }
            "--held" => to_held = true,
            "--write" => write = arguments.next().map(PathBuf::from),
            _ if to_held => held.push(argument),
            _ => families.last_mut().ok_or("name a --family first")?.push(argument),
        }
    }
    let families: Vec<Vec<Claim>> = families.iter().map(|it| claims(it)).collect::<Result<_>>()?;
    let all = weighted(&families);
    let maps = maps(&all);
    println!("{} claims, {} maps", all.len(), maps.len());
    if let Some(first) = families.first() {
        show("first corpus, as the rules say", first, None);
        show("first corpus, with the maps", first, Some(&maps));
        cross_validate(&families);
    }
    for (place, family) in families.iter().enumerate().skip(1) {
        show(&format!("family {}, with the maps", place + 1), family, Some(&maps));
        let others: Vec<Vec<Claim>> = families
            .iter()
            .enumerate()
            .filter(|(it, _)| *it != place)
            .map(|(_, it)| it.clone())
            .collect();
        show(
            &format!("family {}, maps of the other families", place + 1),
            family,
            Some(&self::maps(&weighted(&others))),
        );
    }
    for folder in held {
        let unseen = claims(std::slice::from_ref(&folder))?;
        show(&format!("{folder}, as the rules say"), &unseen, None);
        show(&format!("{folder}, with the maps"), &unseen, Some(&maps));
    }
    match write {
        Some(folder) => write_tables(&folder, &maps),
        None => Ok(()),
    }
}

fn claims(folders: &[String]) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    for folder in folders {
        let measured = native::measure(Path::new(folder))?;
        for (case, answer) in measured.cases.iter().zip(&measured.answers) {
            for (agent, plugin) in PLUGINS {
                let found = answer
                    .response
                    .as_ref()
                    .and_then(|it| it.get("agent_results")?.get(agent)?.get("analysis")?.as_array());
                for finding in found.into_iter().flatten().filter_map(|it| it.get("findings")) {
                    let Some(strength) = finding.pointer("/extras/strength").and_then(Json::as_f64) else {
                        continue;
                    };
                    let text = |name: &str| finding.get(name).and_then(Json::as_str).unwrap_or_default();
                    let code = text("code").to_owned();
                    if ["cross.healthy", "cross.poor_unexplained", "cross.not_examined"].contains(&code.as_str()) {
                        continue;
                    }
                    claims.push(Claim {
                        plugin,
                        low: text("severity") == "low",
                        strength,
                        right: case.label.is_right(&leaf(&code)),
                        code,
                        weight: 1.0,
                        dataset: case.label.dataset.clone().unwrap_or_default(),
                        case: format!("{folder}/{}", case.label.case_id),
                    });
                }
            }
        }
    }
    Ok(claims)
}

/// All claims; those of each family weigh as much as those of any other.
fn weighted(families: &[Vec<Claim>]) -> Vec<Claim> {
    let total: usize = families.iter().map(Vec::len).sum();
    let share = total as f64 / families.len().max(1) as f64;
    let mut all = Vec::new();
    for family in families {
        let weight = share / family.len().max(1) as f64;
        all.extend(family.iter().cloned().map(|it| Claim { weight, ..it }));
    }
    all
}

fn maps(claims: &[Claim]) -> BTreeMap<Key, Map> {
    let level = |low: bool| -> Map {
        let of: Vec<&Claim> = claims.iter().filter(|it| it.low == low).collect();
        map(&of, WIDE, |_| 0.0, 0.0)
    };
    let (serious, low) = (level(false), level(true));
    let mut keys: BTreeMap<Key, Vec<&Claim>> = BTreeMap::new();
    for it in claims {
        keys.entry((it.plugin, it.code.clone(), it.low)).or_default().push(it);
    }
    keys.into_iter()
        .map(|(key, claims)| {
            let prior = if key.2 { &low } else { &serious };
            let map = map(&claims, FEWEST, |strength| look_up(prior, strength), PRIOR);
            (key, reaching_down(map, &claims))
        })
        .collect()
}

/// The map of some claims: steps of `least` claims or more, each drawn towards what `prior` says
/// of its strength by `pull` claims.
fn map(claims: &[&Claim], least: f64, prior: impl Fn(f64) -> f64, pull: f64) -> Map {
    let points = claims
        .iter()
        .map(|it| (it.strength, f64::from(u8::from(it.right)), it.weight));
    let steps = fit(points)
        .into_iter()
        .map(|it| (it.middle * it.weight, it.right, it.weight));
    let mut joined = join(steps, least);
    if joined.len() == 1 {
        // No step in the data: two halves still tell how much each end is known to hold.
        let mut ordered: Vec<&Claim> = claims.to_vec();
        ordered.sort_by(|a, b| a.strength.total_cmp(&b.strength));
        let single = |it: &&Claim| {
            (
                it.strength * it.weight,
                if it.right { it.weight } else { 0.0 },
                it.weight,
            )
        };
        let weight: f64 = ordered.iter().map(|it| it.weight).sum();
        let (weaker, stronger) = ordered.split_at(ordered.len() / 2);
        if weight >= 2.0 * least {
            let half = |it: &[&Claim]| join(it.iter().map(single), weight);
            joined = half(weaker).into_iter().chain(half(stronger)).collect();
        }
    }
    let mut lowest = 0.0;
    let mut map: Map = Vec::new();
    for (strengths, right, weight) in joined {
        let digits = |it: f64| (it * 1e3).round() / 1e3;
        let strength = strengths / weight;
        let share = (right + pull * prior(strength)) / (weight + pull);
        lowest = share.clamp(lowest, MOST);
        // Equal strengths are one knot, of what all of them are worth.
        match map.last_mut() {
            Some(last) if last.0 >= digits(strength) => last.1 = digits((last.1 + lowest) / 2.0),
            _ => map.push((digits(strength), digits(lowest))),
        }
    }
    map
}

/// Steps stand at their mean strength; the first holds down to the weakest of its claims.
fn reaching_down(mut map: Map, claims: &[&Claim]) -> Map {
    let mut strengths: Vec<f64> = claims.iter().map(|it| it.strength).collect();
    strengths.sort_by(f64::total_cmp);
    // A single claim or two say nothing of a strength.
    let place = ((strengths.len() as f64 * WEAKEST) as usize).max(SINGLE);
    let weakest = strengths.get(place).copied();
    let weakest = weakest.map(|it| (it * 1e3).floor() / 1e3);
    if let (Some(first), Some(weakest)) = (map.first().copied(), weakest)
        && weakest < first.0
    {
        map.insert(0, (weakest, first.1));
    }
    map
}

/// Joins sums of strengths, right claims and weights until each has so much weight.
fn join(steps: impl Iterator<Item = (f64, f64, f64)>, least: f64) -> Vec<(f64, f64, f64)> {
    let mut joined: Vec<(f64, f64, f64)> = Vec::new();
    let mut open = (0.0, 0.0, 0.0);
    for step in steps {
        open = (step.0 + open.0, step.1 + open.1, step.2 + open.2);
        if open.2 >= least {
            joined.push(open);
            open = (0.0, 0.0, 0.0);
        }
    }
    if open.2 > 0.0 {
        let last = joined.pop().unwrap_or_default();
        joined.push((last.0 + open.0, last.1 + open.1, last.2 + open.2));
    }
    joined
}

/// The same as in the SDK's `Calibration`: below the first knot in a line to nothing.
fn look_up(map: &Map, strength: f64) -> f64 {
    let mut below = (0.0, 0.0);
    for above in map {
        if strength <= above.0 {
            return below.1 + (above.1 - below.1) * (strength - below.0) / (above.0 - below.0).max(1e-9);
        }
        below = *above;
    }
    if map.is_empty() { strength } else { below.1 }
}

/// What a reader sees of each code in each case: the reasoner's own conclusion, else what the
/// agents that found it say together.
fn seen(claims: &[Claim], maps: Option<&BTreeMap<Key, Map>>) -> Vec<(f64, bool)> {
    let mut cases: BTreeMap<(&str, String), Vec<(&Claim, f64)>> = BTreeMap::new();
    for it in claims {
        let key = (it.plugin, it.code.clone(), it.low);
        let map = maps.and_then(|maps| maps.get(&key));
        let confidence = map.map_or(it.strength, |map| look_up(map, it.strength));
        cases
            .entry((it.case.as_str(), leaf(&it.code)))
            .or_default()
            .push((it, confidence));
    }
    cases
        .into_values()
        .map(|of| {
            let right = of.iter().any(|(it, _)| it.right);
            let own = of.iter().find(|(it, _)| it.plugin == "cross-artifact");
            let most = of.iter().map(|it| it.1).fold(0.0, f64::max);
            let doubt: f64 = of.iter().map(|it| 1.0 - it.1).product();
            (own.map_or((1.0 - doubt).min(TOGETHER).max(most), |it| it.1), right)
        })
        .collect()
}

fn ece(seen: &[(f64, bool)]) -> f64 {
    let mut off = 0.0;
    for bin in 0..BINS {
        let of: Vec<&(f64, bool)> = seen
            .iter()
            .filter(|it| ((it.0 * BINS as f64) as usize).min(BINS - 1) == bin)
            .collect();
        let sure: f64 = of.iter().map(|it| it.0).sum();
        let right = of.iter().filter(|it| it.1).count() as f64;
        off += (sure - right).abs();
    }
    off / seen.len().max(1) as f64
}

fn line(name: &str, seen: &[(f64, bool)]) {
    let n = seen.len().max(1) as f64;
    let mean = seen.iter().map(|it| it.0).sum::<f64>() / n;
    let right = seen.iter().filter(|it| it.1).count() as f64 / n;
    println!(
        "{name:56} {:>5} claims, confidence {mean:.3}, right {right:.3}, ECE {:.3}",
        seen.len(),
        ece(seen)
    );
}

fn show(name: &str, claims: &[Claim], maps: Option<&BTreeMap<Key, Map>>) {
    line(name, &seen(claims, maps));
}

/// The first corpus, each data set with the maps that all others give.
fn cross_validate(families: &[Vec<Claim>]) {
    let Some((first, rest)) = families.split_first() else {
        return;
    };
    let datasets: std::collections::BTreeSet<&str> = first.iter().map(|it| it.dataset.as_str()).collect();
    let mut all = Vec::new();
    for dataset in datasets {
        let (test, train): (Vec<Claim>, Vec<Claim>) = first.iter().cloned().partition(|it| it.dataset == dataset);
        let mut others = vec![train];
        others.extend(rest.iter().cloned());
        all.extend(seen(&test, Some(&maps(&weighted(&others)))));
    }
    line("first corpus, each data set with maps of the others", &all);
}

fn write_tables(folder: &Path, maps: &BTreeMap<Key, Map>) -> Result<()> {
    for (_, plugin) in PLUGINS {
        let mut text = String::from(
            "# Strength of the evidence to the share of findings that were right; see docs/measuring.md.\n\
             # Written by `cargo run -p deepfix-diagnosis-score --example calibrate`.\n",
        );
        for ((_, code, low), map) in maps.iter().filter(|(key, _)| key.0 == plugin) {
            let _ = write!(text, "{code} {}", if *low { "low" } else { "serious" });
            for (strength, confidence) in map {
                let _ = write!(text, " {strength}:{confidence}");
            }
            text.push('\n');
        }
        std::fs::write(folder.join(plugin).join("calibration.txt"), text)?;
    }
    Ok(())
}
