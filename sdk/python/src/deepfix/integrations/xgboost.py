"""XGBoost.

```python
from deepfix.integrations.xgboost import DeepFixCallback

watch = DeepFixCallback()
xgboost.train(params, data, 200, evals=[(data, "train"), (held_out, "val")], callbacks=[watch])
result = watch.result()  # waits for it; it has been written to standard error by then
```
"""

from __future__ import annotations

import json
from typing import Any

import xgboost
from xgboost.callback import TrainingCallback

from .._history import metrics
from .._watch import Watch, harmless


class DeepFixCallback(TrainingCallback):  # type: ignore[misc, unused-ignore]
    """Records the evaluations and diagnoses at the end. Takes what `Watch` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.watch = Watch(*args, **kwargs)
        self._evaluations: Any = {}

    def result(self, timeout: float | None = None) -> Any:
        """The diagnosis, waiting for it where it is under way."""
        return self.watch.result(timeout)

    def before_training(self, model: Any) -> Any:
        """A training starts."""
        self._begin()
        return model

    @harmless
    def _begin(self) -> None:
        self.watch.begin()
        collective = getattr(xgboost, "collective", None)
        self.watch.skip = collective is not None and collective.get_rank() != 0
        self._evaluations = {}

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Keeps what XGBoost itself records; nothing is copied."""
        self._evaluations = evals_log
        return False

    def after_training(self, model: Any) -> Any:
        """Starts the diagnosis."""
        self._finish(model)
        return model

    @harmless
    def _finish(self, model: Any) -> None:
        columns = metrics({name: dict(it) for name, it in self._evaluations.items()}) or {}
        for place, values in enumerate(zip(*columns.values(), strict=True)):
            self.watch.record.epoch({"epoch": place, **dict(zip(columns, values, strict=True))})
        config = json.loads(model.save_config())["learner"]
        booster = config.get("gradient_booster", {})
        self.watch.add_params(
            {
                "objective": config.get("objective", {}).get("name"),
                "booster": booster.get("name"),
                "num_boost_round": model.num_boosted_rounds(),
                **{name: _plain(it) for name, it in _settings(booster).items()},
            }
        )
        self.watch.finish(model)


#: Settings that are worth knowing, as XGBoost calls them.
WANTED = (
    "eta",
    "learning_rate",
    "max_depth",
    "min_child_weight",
    "subsample",
    "colsample_bytree",
    "lambda",
    "alpha",
    "gamma",
)


def _settings(node: Any) -> dict[str, Any]:
    """The settings in XGBoost's nested configuration, by their names."""
    found: dict[str, Any] = {}
    if isinstance(node, dict):
        for name, it in node.items():
            if name in WANTED and not isinstance(it, (dict, list)):
                found["learning_rate" if name == "eta" else name] = it
            found = {**_settings(it), **found}
    return found


def _plain(text: Any) -> Any:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return text
    return int(value) if value.is_integer() else value
