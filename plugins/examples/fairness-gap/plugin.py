"""Does the model serve some groups worse than others?

Reads metrics that were logged per group, named `METRIC/ATTRIBUTE=GROUP` as in `recall/sex=female`, and
compares the last value of the worst group with that of the best.

Formula: ratio = worst / best. Below 0.8 it is adverse by the four-fifths rule of the Uniform Guidelines on
Employee Selection Procedures (29 CFR 1607.4 D, 1978). Healthy look-alikes that are not flagged: a gap
below `max_gap` (noise of small groups), a metric that is not known to be better where it is more (losses and error
rates such as a false positive rate are not compared), a single group, groups whose metric is not logged to the
end.
"""

import math
import re

from deepfix_plugin import Finding, Plugin, Report, Severity

NAME = re.compile(r"^(?P<metric>[\w ]+)/(?P<attribute>[\w ]+)=(?P<group>.+)$")
#: Metrics between 0 and 1 that are better where they are more, by their names without a prefix such as `val_`.
#: Others are left alone: a false positive rate of nothing is no disadvantage.
MORE_IS_BETTER = (
    "accuracy", "acc", "balanced accuracy", "precision", "ppv", "npv", "recall", "sensitivity", "specificity", "tpr",
    "tnr", "true positive rate", "true negative rate", "f1", "f1 score", "auc", "auroc", "roc auc", "pr auc",
    "average precision",
)
PREFIX = re.compile(r"^(train(ing)?|val(id(ation)?)?|test|eval) ")
FOUR_FIFTHS = 0.8

plugin = Plugin(
    "fairness-gap",
    "0.1.0",
    "Compares metrics that were logged per group of people.",
    requires=["training"],
    codes=["fairness_gap.adverse", "fairness_gap.gap"],
    settings_schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {"max_gap": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}},
    },
)


def last_finite(values):
    """The last value and its row."""
    for row in range(len(values) - 1, -1, -1):
        if math.isfinite(values[row]):
            return values[row], row
    return None


@plugin.analyzer
def analyze(cx):
    max_gap = cx.settings.get("max_gap", 0.05)
    report = Report("No metric was logged per group.")
    if "metrics" not in cx.host.tables("training"):
        return report
    metrics = cx.table("training", "metrics")
    groups = {}
    for column, numeric in metrics.columns.items():
        found = NAME.match(column)
        if not found or not numeric:
            continue
        if PREFIX.sub("", found["metric"].lower().replace("_", " ").strip()) not in MORE_IS_BETTER:
            continue
        last = last_finite(metrics.numbers(column))
        # A metric that stops early says nothing of the model that was kept.
        if last is not None and last[1] == metrics.rows - 1:
            groups.setdefault((found["metric"], found["attribute"]), []).append((last[0], last[1], column, found["group"]))
    for (metric, attribute), values in sorted(groups.items()):
        worst, best = min(values), max(values)
        gap = best[0] - worst[0]
        if len(values) < 2 or best[0] <= 0 or best[0] > 1 or worst[0] < 0 or gap <= max_gap:
            continue
        ratio = worst[0] / best[0]
        adverse = ratio < FOUR_FIFTHS
        finding = Finding(
            "fairness_gap.adverse" if adverse else "fairness_gap.gap",
            Severity.HIGH if adverse else Severity.MEDIUM,
            0.8 if adverse else 0.6,
            description=f"{metric} differs by {attribute}: {worst[3]} is served worse than {best[3]}.",
            evidence=f"{metric} is {worst[0]:.3f} for {worst[3]} and {best[0]:.3f} for {best[3]}, a ratio of {ratio:.2f}",
        )
        for value, row, column, group in (worst, best):
            finding.fact(f"{metric} of {group}", value, metrics.cell(column, row))
        finding.computed("ratio", ratio)
        report.add(
            finding,
            action=f"Count the training rows of `{attribute}` = {worst[3]}, add or reweight some, and choose the "
            f"threshold by the {metric} of that group.",
            rationale="A mean over all rows hides a group that has few of them.",
        )
    if groups:
        report.summary = f"Compared {len(groups)} metrics over groups."
    return report


Analyze = plugin.component()
