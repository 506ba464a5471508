//! The reliability plot as inline SVG.

use std::fmt::Write as _;

use super::calibration::Group;

const SIDE: f64 = 340.0;
const MARGIN: f64 = 46.0;
/// The share of the height that the longest bar of the counts takes.
const COUNTS: f64 = 0.22;

/// The share of right claims over the mean confidence of each bin, with the diagonal on which
/// both are equal, and how many claims there are in grey at the bottom.
pub(crate) fn reliability(bins: &[Group]) -> String {
    let most = bins.iter().map(|it| it.claims).max().unwrap_or(0).max(1) as f64;
    let x = |value: f64| MARGIN + value * SIDE;
    let y = |value: f64| 12.0 + (1.0 - value) * SIDE;
    let size = SIDE + MARGIN + 20.0;
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"reliability plot\" width=\"{size:.0}\" height=\"{size:.0}\" viewBox=\"0 0 \
         {size:.0} {size:.0}\" font-size=\"12\">"
    );
    for step in 0..=5 {
        let value = f64::from(step) / 5.0;
        let _ = write!(
            svg,
            "<path d=\"M{:.1} {:.1}H{:.1}M{:.1} {:.1}V{:.1}\" stroke=\"#8884\" fill=\"none\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.1}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{value:.1}</text>",
            x(0.0),
            y(value),
            x(1.0),
            x(value),
            y(0.0),
            y(1.0),
            x(0.0) - 6.0,
            y(value) + 4.0,
            x(value),
            y(0.0) + 16.0,
        );
    }
    let _ = write!(
        svg,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#888\" stroke-dasharray=\"5 4\" fill=\"none\"/>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    let width = SIDE / bins.len().max(1) as f64;
    let mut path = String::new();
    for (index, bin) in bins.iter().enumerate().filter(|(_, it)| it.claims > 0) {
        let height = bin.claims as f64 / most * COUNTS;
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#8883\"/>",
            MARGIN + index as f64 * width + 1.0,
            y(height),
            width - 2.0,
            height * SIDE
        );
        let command = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{command}{:.1} {:.1}", x(bin.confidence), y(bin.right));
        let _ = write!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"#27c\"><title>{} claims, confidence {:.2}, right \
             {:.2}</title></circle>",
            x(bin.confidence),
            y(bin.right),
            bin.claims,
            bin.confidence,
            bin.right
        );
    }
    let _ = write!(
        svg,
        "<path d=\"{path}\" stroke=\"#27c\" stroke-width=\"1.5\" fill=\"none\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">confidence</text>\
         <text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">share that is right</text></svg>",
        x(0.5),
        y(0.0) + 34.0,
        y(0.5)
    );
    svg.push('\n');
    svg
}
