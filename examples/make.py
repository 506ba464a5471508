"""Makes the six example experiments: real data, real training, one thing wrong in most of them.

    pip install -r examples/requirements.txt
    python examples/make.py --out examples

Nothing is random between two runs: every file comes out the same, byte for byte. The results of
deepchecks (deepchecks.json) need an environment of their own; see checks.py and README.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

# With several threads the order of additions, and with it the last bits, may vary.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import numpy as np
from sklearn import datasets

import files
from mlp import Run, Settings, fit


@dataclass
class Data:
    """A table that is split in two. The test rows are those that validation measures on."""

    columns: list[str]
    train: np.ndarray
    train_target: np.ndarray
    test: np.ndarray
    test_target: np.ndarray
    classes: list[str] = field(default_factory=list)  # empty for a regression

    @property
    def task(self) -> str:
        return "classification" if self.classes else "regression"

    @property
    def outputs(self) -> int:
        return len(self.classes) or 1


# --- splitting and training ---------------------------------------------------------------------


def split(columns, rows, target, test_rows, classes=()) -> Data:
    """The split with these test rows; both halves keep the order of the source."""
    is_test = np.zeros(len(rows), bool)
    is_test[test_rows] = True
    return Data(list(columns), rows[~is_test], target[~is_test], rows[is_test], target[is_test], list(classes))


def stratified(target: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Test rows that hold this share of every class."""
    rng = np.random.default_rng(seed)
    parts = []
    for label in np.unique(target):
        rows = rng.permutation(np.flatnonzero(target == label))
        parts.append(rows[: round(share * len(rows))])
    return np.concatenate(parts)


def standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scaled by what the training rows say."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


def train(data: Data, settings: Settings, scaling: str = "standard") -> Run:
    x, x_test = data.train, data.test
    if scaling == "standard":
        x, x_test = standardised(x, x_test)
    y, y_test = data.train_target, data.test_target
    if data.task == "regression":
        y, y_test = standardised(y, y_test)
    with np.errstate(all="ignore"):  # one of the examples overflows, on purpose
        return fit(settings, (x, y), (x_test, y_test), data.outputs)


# --- writing ------------------------------------------------------------------------------------


def params_of(data: Data, settings: Settings, scaling: str = "standard") -> dict:
    classification = data.task == "classification"
    params = {
        "model_name": "MLPClassifier" if classification else "MLPRegressor",
        "optimizer": settings.optimizer,
        "learning_rate": settings.learning_rate,
        "batch_size": settings.batch_size,
        "num_epochs": settings.num_epochs,
        "weight_decay": settings.weight_decay,
        "dropout": settings.dropout,
        "lr_scheduler": settings.lr_scheduler,
        "warmup_steps": 0,
        "early_stopping": settings.early_stopping,
    }
    if settings.early_stopping:
        params["early_stopping_patience"] = settings.patience
    params |= {
        "shuffle": True,
        "feature_scaling": scaling,
        "loss": "cross_entropy" if classification else "mse",
        "monitor_metric": "val_loss",
        "hidden_sizes": settings.hidden_sizes,
        "activation": "relu",
        "seed": settings.seed,
    }
    if not classification:
        params["target_scaling"] = "standard"
    return params


def config_of(data: Data, settings: Settings) -> dict:
    classification = data.task == "classification"
    config = {
        "architectures": ["MLPClassifier" if classification else "MLPRegressor"],
        "model_type": "mlp",
        "input_dim": len(data.columns),
        "hidden_sizes": settings.hidden_sizes,
        "num_labels": data.outputs,
        "activation": "relu",
        "dropout": settings.dropout,
        "bias": True,
        "torch_dtype": "float32",
    }
    if classification:
        config["id2label"] = {str(index): name for index, name in enumerate(data.classes)}
    config["problem_type"] = "single_label_classification" if classification else "regression"
    return config


def write(folder: Path, data: Data, run: Run, scaling: str = "standard", config: dict | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files.write_table(folder / "train.csv", data.columns, data.train, data.train_target)
    files.write_table(folder / "test.csv", data.columns, data.test, data.test_target)
    files.write_metrics(folder / "metrics.csv", run)
    files.write_params(folder / "params.yaml", params_of(data, run.settings, scaling))
    files.write_config(folder / "config.json", config or config_of(data, run.settings))
    files.write_checkpoint(folder / "model.safetensors", run)


def describe(folder: Path, text: str, run: Run) -> None:
    """The folder's README.md, and a line on the terminal."""
    paragraphs = [" ".join(it.split()) for it in text.strip().split("\n\n")]
    filled = [textwrap.fill(it, 100, break_long_words=False, break_on_hyphens=False) for it in paragraphs]
    files.write_readme(folder / "README.md", "\n\n".join([f"# {folder.name}", *filled]))
    last = run.history[-1]
    shown = ["train_loss", "val_loss", f"train_{run.metric}", f"val_{run.metric}"]
    numbers = ", ".join(f"{name} {last[name]:.4g}" for name in shown)
    print(f"{folder.name}: epoch {last['epoch']} (best {run.best_epoch}): {numbers}")


def expect(truth: bool, claim: str) -> None:
    """The examples must show what their README says."""
    if not truth:
        sys.exit(f"this does not hold: {claim}")


# --- the six ------------------------------------------------------------------------------------


def leaky_biopsy(folder: Path) -> None:
    source = datasets.load_breast_cancer()
    wanted = ["mean radius", "mean texture", "mean smoothness", "mean compactness", "mean symmetry",
              "mean fractal dimension", "texture error", "smoothness error"]
    rows = source.data[:, [list(source.feature_names).index(name) for name in wanted]]
    columns = [name.replace(" ", "_") for name in wanted]
    # Class 0 is malignant. Its patients see an oncologist 3 times or more in the year after the
    # biopsy, the others hardly ever: known only once the diagnosis is.
    rng = np.random.default_rng(20)
    often, seldom = 3 + rng.poisson(4.0, len(rows)), rng.binomial(2, 0.3, len(rows))
    visits = np.where(source.target == 0, often, seldom)
    held_out = stratified(source.target, 0.3, seed=2)

    classes = ["malignant", "benign"]
    honest = split(columns, rows, source.target, held_out, classes)
    leaky = split([*columns, "oncology_visits"], np.column_stack([rows, visits]), source.target, held_out, classes)
    settings = Settings("classification", [16], "adam", 0.01, batch_size=32, num_epochs=40, seed=2, weight_decay=0.001,
                        lr_scheduler="cosine", early_stopping=True)
    run, without = train(leaky, settings), train(honest, settings)

    accuracy, plain = run.column("val_accuracy"), without.column("val_accuracy")
    expect(accuracy[2] >= 0.97 and accuracy[-1] >= 0.99, "the leak gives a nearly perfect accuracy at once")
    expect(plain[-1] <= 0.96, "without the leak the accuracy is lower")
    write(folder, leaky, run)
    describe(folder, f"""
A classifier of biopsies that looks too good.

**Done on purpose:** to eight measurements of the tumour a join added `oncology_visits`, the visits to an
oncologist in
the year after the biopsy. Patients whose tumour is malignant have at least three of them, the others at most two: the
column is made from the label, and it is not known when the model is to be used.

**What there is to see:** validation accuracy is {accuracy[0]:.3f} after the first epoch, {accuracy[2]:.3f}
after the third
and {accuracy[-1]:.3f} at the end. In `deepchecks.json` the predictive power of `oncology_visits` stands alone at the
top, on both splits. The same training without the column ends at {plain[-1]:.3f}.

**What DeepFix should say:** `checks.label_leakage` with the column's name and, since the metric confirms it,
`cross.leakage_perfect_metric`: the accuracy measures the leak. The curves themselves are sound.

Data: Breast Cancer Wisconsin (Diagnostic), eight of its 30 measurements, stratified 70:30 split.
""", run)


def healthy_wine(folder: Path) -> None:
    source = datasets.load_wine()
    columns = [name.replace("/", "_") for name in source.feature_names]
    data = split(columns, source.data, source.target, stratified(source.target, 0.3, seed=0), source.target_names)
    settings = Settings("classification", [16], "adam", 0.005, batch_size=16, num_epochs=60, seed=0, weight_decay=0.001,
                        dropout=0.1, lr_scheduler="cosine", early_stopping=True)
    run = train(data, settings)

    last = run.history[-1]
    expect(last["val_accuracy"] >= 0.97 and last["val_loss"] < 0.1, "the model is good")
    expect(last["val_loss"] <= 1.05 * run.column("val_loss").min(), "it does not overfit")
    write(folder, data, run)
    describe(folder, f"""
A training in order: what DeepFix says when there is nothing to say.

**Done on purpose:** nothing. Stratified split, features standardised by the training rows, small network, cosine
schedule, dropout, weight decay, early stopping on the validation loss; the checkpoint is the best epoch's and agrees
with `config.json`.

**What there is to see:** both losses fall together to {last['train_loss']:.3f} (training, with dropout) and
{last['val_loss']:.3f} (validation); validation accuracy ends at {last['val_accuracy']:.3f}, that is one of
{len(data.test)} rows wrong. The columns' sizes differ by more than a thousand (`proline`, `hue`), which is harmless
here because there is a scaler.

**What DeepFix should say:** no finding of severity medium or high.

Data: Wine, all 13 measurements.
""", run)


def overfit_digits(folder: Path) -> None:
    source = datasets.load_digits()
    # The mean ink in squares of 2 by 2 pixels, so that no column is blank in nearly all images.
    rows = source.images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
    columns = [f"ink_{row}_{column}" for row in range(4) for column in range(4)]
    chosen = np.random.default_rng(2).permutation(len(rows))[:450]
    data = split(columns, rows[chosen], source.target[chosen], np.arange(150, 450), [str(it) for it in range(10)])
    settings = Settings("classification", [256, 128], "adam", 0.002, batch_size=32, num_epochs=150, seed=2)
    run = train(data, settings)

    last, lowest = run.history[-1], run.column("val_loss").min()
    expect(last["train_loss"] < 1e-3 and last["train_accuracy"] == 1.0, "the training rows are learned by heart")
    expect(last["val_loss"] > 1.4 * lowest and run.best_epoch < 20, "validation worsens")
    write(folder, data, run)
    files.write_request(folder.parent / "request.json", folder.name, run, params_of(data, settings, "standard"))
    describe(folder, f"""
A network that learns its training rows by heart.

**Done on purpose:** {len(data.train)} training images for a network of
{sum(it.size for it in run.parameters):,} parameters,
{settings.num_epochs} epochs, no weight decay, no dropout, no schedule, early stopping off.

**What there is to see:** the validation loss is lowest in epoch {run.best_epoch} with {lowest:.3f} and rises to
{last['val_loss']:.3f}, while the training loss falls to {last['train_loss']:.1e} and every training image is right.
Validation accuracy stays where it was, {run.history[run.best_epoch]['val_accuracy']:.3f} then and
{last['val_accuracy']:.3f} at the end: the network only gets
surer of its mistakes. The checkpoint is the last epoch's.

**What DeepFix should say:** `training.overfitting` and, if it is not taken for the same thing,
`training.early_stopping_missed`, with the epoch to go back to.

Data: handwritten digits, 450 of 1797 images, reduced from 8 by 8 to 4 by 4 pixels.
""", run)


DIABETES = ["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"]


def exploding_diabetes(folder: Path) -> None:
    source = datasets.load_diabetes(scaled=False)
    rows = source.data.copy()
    # mg/dl to ng/ml
    for name in ("tc", "glu"):
        rows[:, DIABETES.index(name)] *= 10_000
    held_out = np.random.default_rng(4).permutation(len(rows))[:111]
    data = split(DIABETES, rows, source.target, held_out)
    settings = Settings("regression", [32, 16], "sgd", 0.01, batch_size=32, num_epochs=30, seed=4, log_start=True)
    run, scaled = train(data, settings, scaling="none"), train(data, settings)

    first, last = run.history[0], run.history[-1]
    expect(np.isfinite(first["train_loss"]) and first["train_loss"] > 1e6, "the first loss is huge and finite")
    expect(all(np.isnan(row["train_loss"]) and np.isnan(row["val_loss"]) for row in run.history[1:]), "then it is NaN")
    expect(any(np.isnan(it).any() for it in run.parameters), "the checkpoint holds NaN")
    expect(scaled.column("val_r2").max() > 0.35, "the same training works with scaled features")
    write(folder, data, run, scaling="none")
    share = np.mean(np.concatenate([np.isnan(it).ravel() for it in run.parameters]))
    describe(folder, f"""
A training whose loss is NaN from the first epoch on.

**Done on purpose:** `tc` (total cholesterol) and `glu` (blood sugar) come from a laboratory that reports ng/ml
instead
of mg/dl: the numbers are 10,000 times as large, up to {rows[:, DIABETES.index('tc')].max() / 1e6:.1f} million
beside a `sex` of 1 or 2. `feature_scaling`
is none. Everything else is customary: SGD with a learning rate of {settings.learning_rate}, a standardised target.

**What there is to see:** before the first update (row 0 of `metrics.csv`) the loss is
{first['train_loss']:.1e}, where a constant
prediction has 1, and the gradient's norm is {first['grad_norm']:.1e}. After one epoch all is NaN. The checkpoint was
saved all the same: {share:.0%} of its values are NaN. The same training with standardised features reaches a
validation R² of {scaled.column('val_r2').max():.2f} with the same learning rate.

**What DeepFix should say:** `training.exploding_gradients` and `checkpoint.nan_weights` are symptoms; the root
cause is
`cross.missing_scaling`. A lower learning rate would be the wrong advice.

Data: Diabetes (Efron et al.), in its original units but for the two columns; random 75:25 split.
""", run)


def drifted_diabetes(folder: Path) -> None:
    source = datasets.load_diabetes(scaled=False)
    bmi = source.data[:, DIABETES.index("bmi")]
    threshold = np.quantile(bmi, 0.7)
    held_out = np.flatnonzero(bmi > threshold)
    data = split(DIABETES, source.data, source.target, held_out)
    settings = Settings("regression", [16], "adam", 0.002, batch_size=16, num_epochs=60, seed=1, weight_decay=0.1,
                        dropout=0.2, lr_scheduler="cosine", early_stopping=True, patience=15)
    run = train(data, settings)
    random = []
    for seed in range(5):
        rows = np.random.default_rng(seed).permutation(len(bmi))[: len(held_out)]
        random.append(train(split(DIABETES, source.data, source.target, rows), settings).history[-1])

    last, early = run.history[-1], run.history[len(run.history) // 4]
    at_random = np.mean([row["val_r2"] for row in random])
    expect(last["train_r2"] - last["val_r2"] > 0.15 and early["train_r2"] - early["val_r2"] > 0.15, "there is a gap")
    expect(at_random - last["val_r2"] > 0.12, "a random split would not have it")
    expect(last["val_loss"] <= 1.05 * run.column("val_loss").min(), "validation does not turn round")
    write(folder, data, run)
    describe(folder, f"""
A gap between training and validation that looks like overfitting and is none.

**Done on purpose:** the split is by body mass index instead of at random. Training has the {len(data.train)}
patients with a
`bmi` up to {threshold:.1f}, validation the {len(data.test)} heavier ones.

**What there is to see:** R² ends at {last['train_r2']:.2f} on training and {last['val_r2']:.2f} on validation
rows. The gap is there
from the beginning ({early['train_r2']:.2f} and {early['val_r2']:.2f} in epoch {early['epoch']}) and validation
improves to the end. In `deepchecks.json` the
drift score of `bmi` is 1, that of the label 0.45. With random splits the same training
reaches a validation R² of {at_random:.2f} on average.

**What DeepFix should say:** `checks.covariate_drift` (the label drifts along: `checks.label_drift`) and
`cross.drift_not_overfitting`. More regularisation would be the wrong advice.

Data: Diabetes (Efron et al.), in its original units.
""", run)


def damaged_checkpoint(folder: Path) -> None:
    source = datasets.load_iris()
    columns = [name.replace(" (cm)", "").replace(" ", "_") for name in source.feature_names]
    data = split(columns, source.data, source.target, stratified(source.target, 0.3, seed=4), source.target_names)
    settings = Settings("classification", [16], "adam", 0.01, batch_size=16, num_epochs=80, seed=4, weight_decay=0.001,
                        lr_scheduler="cosine", early_stopping=True)
    run = train(data, settings)

    last = run.history[-1]
    expect(last["val_accuracy"] >= 0.97, "the training is good")
    config = config_of(data, settings) | {"num_labels": 5}
    config["id2label"] = {str(index): f"LABEL_{index}" for index in range(5)}
    write(folder, data, run, config=config)
    checkpoint = folder / "model.safetensors"
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: len(whole) - 256])
    describe(folder, f"""
A good training whose result was spoilt on the way out.

**Done on purpose:** the upload of `model.safetensors` broke off: the file has {len(whole) - 256} of
{len(whole)} bytes, its header
promises the rest. And `config.json` was copied from another project: `num_labels` is 5, where the data have three
classes and the output layer three rows.

**What there is to see:** nothing in the curves; validation accuracy is {last['val_accuracy']:.3f}.

**What DeepFix should say:** `checkpoint.corrupted_file` with the bytes that are missing;
`checkpoint.config_mismatch` or
`cross.num_labels_mismatch`. Nothing about the training: the file can be saved and uploaded again without one.

Data: Iris, stratified 70:30 split.
""", run)


# What a diagnosis is measured by (`cargo xtask bench diagnosis examples`): codes that have to be
# reported, those that join two artifacts, and those that are really there too or follow.
LABELS = {
    "leaky-biopsy": {
        "faults": ["checks.label_leakage"],
        "cross_expected": ["cross.leakage_perfect_metric"],
        "also_ok": ["dataset.correlated_features"],
        "dataset": "breast_cancer",
        "notes": "oncology_visits is made from the label",
    },
    "healthy-wine": {"dataset": "wine", "kind": "plain"},
    "overfit-digits": {
        "faults": ["training.overfitting"],
        "also_ok": ["training.early_stopping_missed", "training.plateau_no_schedule", "dataset.small_dataset"],
        "dataset": "digits",
        "notes": "150 images, 38,538 parameters, 150 epochs, nothing that regularises",
    },
    "exploding-diabetes": {
        "faults": ["cross.missing_scaling", "training.exploding_gradients", "checkpoint.nan_weights"],
        "also_ok": ["dataset.outliers", "training.lr_too_high", "training.noisy_loss", "training.underfitting",
                    "training.early_stopping_missed", "checkpoint.dead_units", "checkpoint.exploded_weights"],
        "dataset": "diabetes",
        "notes": "two columns in other units, no scaler",
    },
    "drifted-diabetes": {
        "faults": ["checks.covariate_drift"],
        "cross_expected": ["cross.drift_not_overfitting"],
        "also_ok": ["checks.label_drift", "training.early_stopping_missed"],
        "dataset": "diabetes",
        "notes": "split by body mass index",
    },
    "damaged-checkpoint": {
        "faults": ["checkpoint.corrupted_file"],
        "also_ok": ["checkpoint.config_mismatch", "cross.num_labels_mismatch", "dataset.duplicates"],
        "dataset": "iris",
        "notes": "the last 256 bytes are missing, and config.json is another project's",
    },
}


def label(name: str) -> dict:
    """The label of an example, with every member that a corpus has."""
    known = LABELS[name]
    faulty = bool(known.get("faults"))
    return {
        "case_id": name,
        "faults": known.get("faults", []),
        "cross_expected": known.get("cross_expected", []),
        "also_ok": known.get("also_ok", []),
        "severity": "high" if faulty else "none",
        "strength": "strong" if faulty else "none",
        "clean": not faulty,
        "kind": known.get("kind", ""),
        "notes": known.get("notes", ""),
        "dataset": known["dataset"],
    }


EXAMPLES = {
    "leaky-biopsy": leaky_biopsy,
    "healthy-wine": healthy_wine,
    "overfit-digits": overfit_digits,
    "exploding-diabetes": exploding_diabetes,
    "drifted-diabetes": drifted_diabetes,
    "damaged-checkpoint": damaged_checkpoint,
}
CHECKED = ["leaky-biopsy", "drifted-diabetes"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the example experiments.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the folders go")
    parser.add_argument("--checks", metavar="PYTHON", help="remake deepchecks.json too, with this Python (checks.py)")
    options = parser.parse_args()
    for name, make in EXAMPLES.items():
        make(options.out / name)
        files.write_label(options.out / name / "label.json", label(name))
    folders = [options.out / name for name in CHECKED]
    if options.checks:
        subprocess.run([options.checks, Path(__file__).with_name("checks.py"), *folders], check=True)
    else:
        for folder in folders:
            state = "kept as it is" if (folder / "deepchecks.json").exists() else "missing"
            print(f"{folder.name}: deepchecks.json {state}; --checks makes it")


if __name__ == "__main__":
    main()
