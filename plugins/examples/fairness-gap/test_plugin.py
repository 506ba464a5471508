"""Native tests: `python3 -m unittest`."""

import unittest

from deepfix_plugin import Finding, Report, Severity
from deepfix_testing import FakeHost
from plugin import plugin


def codes(metrics, settings="{}"):
    host = FakeHost({"training_artifacts": {"metrics_values": metrics}})
    return [it.code for it, _ in plugin.run(host, {"settings": settings}).analyses]


class Groups(unittest.TestCase):
    def test_less_than_four_fifths_is_adverse(self):
        self.assertEqual(codes({"recall/sex=f": [0.2, 0.5], "recall/sex=m": [0.4, 0.9]}), ["fairness_gap.adverse"])

    def test_a_smaller_gap_is_a_gap(self):
        self.assertEqual(codes({"recall/sex=f": [0.8], "recall/sex=m": [0.9]}), ["fairness_gap.gap"])

    def test_a_small_difference_is_noise(self):
        self.assertEqual(codes({"recall/sex=f": [0.88], "recall/sex=m": [0.9]}), [])

    def test_losses_and_single_groups_are_not_compared(self):
        self.assertEqual(codes({"loss/sex=f": [0.1], "loss/sex=m": [0.9], "f1/age=young": [0.3]}), [])

    def test_error_rates_and_unknown_metrics_are_not_compared(self):
        for metric in ("false_positive_rate", "fpr", "false negative rate", "val_fnr", "hinge", "error_accuracy"):
            self.assertEqual(codes({f"{metric}/sex=f": [0.1], f"{metric}/sex=m": [0.9]}), [], metric)

    def test_a_prefix_says_nothing_of_the_direction(self):
        for metric in ("accuracy", "val_recall", "Test_F1", "roc_auc", "true_positive_rate"):
            self.assertEqual(codes({f"{metric}/sex=f": [0.1], f"{metric}/sex=m": [0.9]}), ["fairness_gap.adverse"], metric)

    def test_a_metric_that_stopped_early_is_not_compared(self):
        self.assertEqual(codes({"recall/sex=f": [0.2, None], "recall/sex=m": [0.4, 0.9]}), [])

    def test_advice_without_a_step_is_refused(self):
        finding = Finding("fairness_gap.gap", Severity.LOW, 0.5, description="d", evidence="e")
        for action in ("", " \n"):
            with self.assertRaises(ValueError):
                Report("s").add(finding, action=action)


if __name__ == "__main__":
    unittest.main()
