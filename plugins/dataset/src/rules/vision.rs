//! Rules of their own for images: colours, empty images and boxes.
//!
//! - `checks.covariate_drift`: the mean colour of a channel moves by 0.4 of the channel's
//!   own spread (`image_color_stds`). Random splits of some dozen images move by less than
//!   `1 / sqrt(m)` of it.
//! - `dataset.class_imbalance` (low): four of five images hold no object.
//! - `dataset.outliers`: boxes without area or beyond the image (high share impossible to
//!   know from extremes, so low to medium).
//! - `checks.covariate_drift`: the mean area (else width or height) of boxes, or the number of
//!   boxes per image, moves by half a standard deviation and more than four standard errors.
//! - Segmentation: a class that only the test split's pixels have is `checks.new_labels`; class
//!   shares of pixels that differ by 20 % in total `checks.label_drift`; a class of less than
//!   half a per cent of the pixels a low `dataset.class_imbalance`.
//!
//! Sources: Cohen 1988 (sizes of effects), deepchecks `ImagePropertyDrift`, the COCO data set (32 x
//! 32 pixels are a small object).
//!
//! Healthy: a background share of half and less; small but positive boxes; pixel shares that
//! differ by some per cent, since few images decide them.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{DatasetView, Split, Which, finite};
use serde_json::Value;

use super::pixels;

const COLOUR_SHIFT: f64 = 0.4;
const FEWEST_IMAGES: f64 = 20.0;
const MOSTLY_EMPTY: f64 = 4.0;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(colours(view));
    drafts.extend(empty_images(view));
    drafts.extend(boxes(view));
    drafts.extend(box_sizes(view));
    drafts.extend(pixels::check(view));
    drafts
}

/// Mean sizes of boxes and their number per image, compared between the splits.
fn box_sizes(view: &DatasetView) -> Option<Draft> {
    const OBJECTS: &str = "object_detection_statistics";
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    let images = |which| view.rows(which).map(|it| it.count);
    let measures = [
        ("box_area_stats", true),
        ("box_width_stats", true),
        ("box_height_stats", true),
        ("boxes_per_image", false),
    ];
    measures.into_iter().find_map(|(measure, per_box)| {
        let read = |split: &Split, name| split.number(&[OBJECTS, measure, name]);
        let rows = |split: &Split| {
            let boxes = split.number(&[OBJECTS, "num_boxes"]).map(|it| it.0).filter(|_| per_box);
            boxes.or_else(|| images(split.which))
        };
        let (n, m) = (rows(train)?, rows(test)?);
        let ((a, from), (b, to)) = (read(train, "mean")?, read(test, "mean")?);
        let std = read(train, "std")?.0;
        let shift = (b - a).abs() / std;
        let sure = shift / (1.0 / n + 1.0 / m).sqrt() >= 4.0;
        if !(std > 0.0 && n >= FEWEST_IMAGES && m >= FEWEST_IMAGES && shift >= 0.5 && sure) {
            return None;
        }
        let name = measure.trim_end_matches("_stats").replace('_', " ");
        Some(
            Draft::new("checks.covariate_drift", Severity::Medium, 0.85)
                .variant("boxes")
                .word("measure", name.as_str())
                .arg("before", a)
                .arg("after", b)
                .arg("shift", shift)
                .fact(format!("mean {name} (train)"), a, from)
                .fact(format!("mean {name} (test)"), b, to)
                .computed("shift in standard deviations", shift),
        )
    })
}

/// Channel values: a list, or an object by channel name. Gives path part and number.
fn channels(value: Option<&Value>) -> Vec<(String, f64)> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(at, it)| Some((at.to_string(), finite(it)?)))
            .collect(),
        Some(Value::Object(members)) => members
            .iter()
            .filter_map(|(name, it)| Some((name.clone(), finite(it)?)))
            .collect(),
        _ => Vec::new(),
    }
}

fn colours(view: &DatasetView) -> Option<Draft> {
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    let images = view.rows(Which::Test)?.count.min(view.rows(Which::Train)?.count);
    if images < FEWEST_IMAGES {
        return None;
    }
    let before = channels(train.raw.get("image_color_means"));
    let after = channels(test.raw.get("image_color_means"));
    let spread = channels(train.raw.get("image_color_stds"));
    let (name, a, b, shift) = before
        .iter()
        .filter_map(|(name, a)| {
            let find = |list: &[(String, f64)]| list.iter().find(|it| it.0 == *name).map(|it| it.1);
            let (b, std) = (find(&after)?, find(&spread).filter(|it| *it > 0.0)?);
            Some((name, *a, b, (b - a).abs() / std))
        })
        .max_by(|a, b| a.3.total_cmp(&b.3))?;
    // Means of a few images scatter: ask for more where there are few.
    if shift < COLOUR_SHIFT.max(3.0 / images.sqrt()) {
        return None;
    }
    Some(
        Draft::new("checks.covariate_drift", Severity::Medium, 0.8)
            .variant("colours")
            .arg("channel", name.as_str())
            .arg("before", a)
            .arg("after", b)
            .arg("shift", shift)
            .fact(
                format!("mean of channel {name} (train)"),
                a,
                train.source(&["image_color_means", name]),
            )
            .fact(
                format!("mean of channel {name} (test)"),
                b,
                test.source(&["image_color_means", name]),
            )
            .computed("shift in standard deviations", shift),
    )
}

fn empty_images(view: &DatasetView) -> Option<Draft> {
    let train = view.train.as_ref()?;
    let (negative, source) = train.number(&["object_detection_statistics", "num_negative_samples"])?;
    let (positive, other) = train.number(&["object_detection_statistics", "num_positive_samples"])?;
    if negative + positive < FEWEST_IMAGES || negative < MOSTLY_EMPTY * positive {
        return None;
    }
    let severity = if negative >= 10.0 * MOSTLY_EMPTY * positive {
        Severity::Medium
    } else {
        Severity::Low
    };
    Some(
        Draft::new("dataset.class_imbalance", severity, 0.8)
            .variant("empty-images")
            .arg("negative", negative as u64)
            .arg("positive", positive as u64)
            .share("share", negative / (negative + positive))
            .fact("images without objects", negative, source)
            .fact("images with objects", positive, other),
    )
}

fn boxes(view: &DatasetView) -> Option<Draft> {
    let mut found = None;
    for split in view.splits() {
        for side in ["box_width_stats", "box_height_stats", "box_area_stats"] {
            let path = ["object_detection_statistics", side, "min"];
            if let Some((min, source)) = split.number(&path).filter(|(min, _)| *min <= 0.0) {
                found = found.or(Some((side, min, source)));
            }
        }
    }
    let (side, min, source) = found?;
    // A negative side is a swapped corner; a zero side is a stray click. Both train nothing.
    let severity = if min < 0.0 { Severity::Medium } else { Severity::Low };
    Some(
        Draft::new("dataset.outliers", severity, 0.85)
            .variant("boxes")
            .word("side", side.trim_start_matches("box_").trim_end_matches("_stats"))
            .arg("min", min)
            .fact(format!("minimum of {}", side.replace('_', " ")), min, source),
    )
}
