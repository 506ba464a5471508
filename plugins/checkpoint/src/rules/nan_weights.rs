//! Parameters that are NaN or infinite.
//!
//! Formula: count of values whose exponent is all ones, over every float tensor.
//! Source: ExplodingTensor of SageMaker Debugger and nan_weight of AutoTrainer use the same
//! test; <https://ieeexplore.ieee.org/document/9402124> (AutoTrainer).
//! Not flagged: masks that hold minus infinity on purpose.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::checkpoint::Tensor;

use crate::{case::Case, scan::Moments};

/// Tensors named with a fact each.
const MOST_FACTS: usize = 3;

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let mut hit: Vec<(&Tensor, &Moments)> = case
        .tensors()
        .filter(|(_, tensor, moments)| tensor.dtype.is_float() && moments.bad() > 0 && !is_mask(&tensor.name, moments))
        .map(|(_, tensor, moments)| (tensor, moments))
        .collect();
    hit.sort_by_key(|(_, moments)| std::cmp::Reverse(moments.bad()));
    let &(worst, most) = hit.first()?;
    let floats = || case.tensors().filter(|(_, tensor, _)| tensor.dtype.is_float());
    let total: u64 = floats().map(|(_, _, moments)| moments.count).sum();
    let sum = |of: fn(&Moments) -> u64| hit.iter().map(|(_, moments)| of(moments)).sum::<u64>();
    let bad = sum(Moments::bad);
    let overflown = sum(|it| it.positive_infinite + it.negative_infinite);
    // Where training itself diverged, one update carries NaN into nearly every parameter; a
    // few lost values among healthy ones come from afterwards.
    let variant = if bad * 2 > total {
        "everywhere"
    } else if sum(|it| it.nan) == 0
        && hit
            .iter()
            .all(|(tensor, _)| tensor.dtype.scalar() == Some(deepfix_plugin::Scalar::F16))
    {
        "half"
    } else {
        "some"
    };
    let mut draft = Draft::new("checkpoint.nan_weights", Severity::High, 0.99)
        .variant(variant)
        .arg("bad", bad)
        .arg("nan", sum(|it| it.nan))
        .arg("infinite", overflown)
        .arg("total", total)
        .share("share", bad as f64 / total.max(1) as f64)
        .arg("tensors", hit.len())
        .arg("all", floats().count())
        .arg("worst", worst.name.as_str())
        .arg("most", most.bad())
        .arg("elements", most.count)
        .arg("first", most.first_bad.unwrap_or_default())
        .arg("names", join(hit.iter().map(|(tensor, _)| &tensor.name), 4));
    for (tensor, moments) in hit.iter().take(MOST_FACTS) {
        let (Some(index), Some(value)) = (moments.first_bad, moments.first_value) else {
            continue;
        };
        let (label, args) = (
            "fact-first-bad",
            [("tensor", tensor.name.as_str().into()), ("index", index.into())],
        );
        if let Some(source) = case.element(tensor, index) {
            draft = draft.fact(case.text(label, &args), value, source);
        }
    }
    let list: Vec<_> = hit
        .iter()
        .take(64)
        .map(|(tensor, moments)| {
            serde_json::json!({"tensor": tensor.name, "nan": moments.nan, "infinite": moments.bad() - moments.nan,
                "elements": moments.count, "first": moments.first_bad})
        })
        .collect();
    Some(
        draft
            .computed(case.text("fact-bad-values", &[]), bad)
            .extra("tensors", list),
    )
}

/// Attention masks and position biases are saved with minus infinity in them.
fn is_mask(name: &str, moments: &Moments) -> bool {
    let name = name.to_ascii_lowercase();
    moments.nan == 0 && moments.positive_infinite == 0 && ["mask", "alibi"].iter().any(|it| name.contains(it))
}
