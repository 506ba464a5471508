"""LightGBM.

```python
from deepfix.integrations.lightgbm import DeepFixCallback

watch = DeepFixCallback()
lightgbm.train(params, data, valid_sets=[data, held_out], valid_names=["train", "val"], callbacks=[watch])
result = watch.result()  # waits for it; it has been written to standard error by then
```

After early stopping LightGBM calls nobody: there `result()` starts the diagnosis.
"""

from __future__ import annotations

from typing import Any

from .._history import set_names
from .._watch import Watch, harmless

#: Of LightGBM's callback settings, those that are no settings of the training.
SKIPPED = frozenset({"verbosity", "verbose", "num_threads", "n_jobs", "seed", "random_state"})


class DeepFixCallback:
    """Records the evaluations and diagnoses at the end. Takes what `Watch` takes."""

    #: Before early stopping (30), which ends the training by an exception.
    order = 20
    before_iteration = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.watch = Watch(*args, **kwargs)

    def result(self, timeout: float | None = None) -> Any:
        """The diagnosis, waiting for it where it is under way."""
        return self.watch.result(timeout)

    @harmless
    def __call__(self, env: Any) -> None:
        """One iteration, as LightGBM tells it."""
        if env.iteration == env.begin_iteration:
            self.watch.begin(env.model)
            self.watch.add_params({k: v for k, v in (env.params or {}).items() if k not in SKIPPED})
        # A round sees every row once, as an epoch does.
        row: dict[str, Any] = {"epoch": env.iteration}
        found = env.evaluation_result_list or ()
        names = set_names([entry[0] for entry in found])
        for entry in found:
            row[f"{names[entry[0]]}_{entry[1]}"] = entry[2]
        if len(row) > 1:
            self.watch.record.epoch(row)
        if env.iteration + 1 == env.end_iteration:
            self.watch.add_params({"num_boost_round": env.end_iteration - env.begin_iteration})
            self.watch.finish(env.model)
