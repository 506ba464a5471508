"""Makes labelled requests about images and texts, as clients send them: statistics of drawn pixels, boxes and words.

    python benches/corpus_media/make.py --out DIR --seed 1 --cases 200

Nothing is trained here: the statistics are those of data that are really drawn, the curves of fine-tunes are made.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

TASKS = ["image_classification", "object_detection", "image_segmentation", "text_classification", "text_token_classification"]
WORDS = ["cat", "dog", "bird", "car", "ship", "truck", "horse", "deer", "plane", "frog", "lamp", "chair"]
TAGS = ["PER", "ORG", "LOC", "MISC", "DATE", "LAW"]


def summary(values) -> dict:
    values = np.asarray(values, float)
    quarter = np.quantile(values, [0.25, 0.5, 0.75])
    return {"mean": values.mean(), "std": values.std(), "min": values.min(), "25%": quarter[0], "50%": quarter[1], "75%": quarter[2], "max": values.max()}


def shares(rng, classes: int, least: float) -> np.ndarray:
    """Class shares of which the smallest is at least so much of the largest."""
    weights = rng.uniform(least, 1, classes)
    return weights / weights.sum()


def counts(names, drawn) -> dict:
    return {name: int((drawn == place).sum()) for place, name in enumerate(names) if (drawn == place).any()}


class World:
    """Where the data come from; a fault changes it, or the way in which a split is drawn."""

    def __init__(self, rng, task: str):
        self.rng, self.task = rng, task
        self.kind = "text" if task.startswith("text") else "vision"
        self.classes = int(rng.integers(2, 11))
        pool = TAGS if "token" in task else WORDS
        self.classes = min(self.classes, len(pool))
        self.names = list(rng.choice(pool, self.classes, replace=False))
        # Natural imbalance is milder than five to one.
        self.shares = {"train": shares(rng, self.classes, 0.25)}
        self.shares["test"] = self.shares["train"].copy()
        self.rows = {"train": int(rng.choice([300, 800, 2000, 6000])), "test": 0}
        self.rows["test"] = max(60, int(self.rows["train"] * rng.uniform(0.15, 0.4)))
        self.colour = {it: rng.uniform(80, 150, 3) for it in ["train"]}
        self.colour["test"] = self.colour["train"].copy()
        self.contrast = rng.uniform(45, 70)
        self.length = {"train": rng.uniform(2, 5.5)}
        self.length["test"] = self.length["train"]
        self.spread = rng.uniform(0.4, 0.9)
        self.words = {"train": int(rng.integers(3000, 30000)), "test": 0}
        self.words["test"] = self.words["train"]
        self.box = {"train": rng.uniform(3, 4.5)}
        self.box["test"] = self.box["train"]
        self.empty = float(rng.uniform(0, 0.5))
        self.broken_boxes = False
        self.unlabelled = 0.0
        self.with_test = True

    def split(self, which: str) -> dict:
        rng, n = self.rng, self.rows[which]
        labels = rng.choice(self.classes, n, p=self.shares[which])
        if self.kind == "vision":
            return self.images(which, n, labels)
        return self.texts(which, n, labels)

    def images(self, which, n, labels) -> dict:
        rng = self.rng
        own = self.colour[which] + rng.normal(0, 25, (min(n, 3000), 3))
        pixels = (own[:, None, :] + rng.normal(0, self.contrast, (len(own), 24, 3))).clip(0, 255)
        scale = 1 / 255 if self.scaled else 1
        found = {"num_samples": n, "image_color_means": list(pixels.mean((0, 1)) * scale), "image_color_stds": list(pixels.std((0, 1)) * scale),
                 "class_distribution": None, "pixel_class_ratio": None, "object_detection_statistics": None, "other_statistics": None}
        if self.task == "image_classification":
            found["class_distribution"] = counts(self.names, labels)
        elif self.task == "object_detection":
            boxes = np.where(rng.random(n) < self.empty, 0, 1 + rng.poisson(2, n))
            total = max(int(boxes.sum()), 1)
            width, height = np.exp(self.box[which] + 0.5 * rng.normal(size=(2, total)))
            if self.broken_boxes:
                width[: max(1, total // 50)] *= -1
            found["class_distribution"] = counts(self.names, rng.choice(self.classes, total, p=self.shares[which]))
            found["object_detection_statistics"] = {
                "num_negative_samples": int((boxes == 0).sum()), "num_positive_samples": int((boxes > 0).sum()),
                "negative_positive_ratio": float((boxes == 0).sum() / max(1, (boxes > 0).sum())), "num_boxes": total,
                "boxes_per_image": summary(boxes), "box_width_stats": summary(width), "box_height_stats": summary(height), "box_area_stats": summary(width * height)}
        else:
            # Few classes cover an image, so that the shares of pixels scatter more than those of images.
            covered = rng.dirichlet(4 * self.shares[which] * self.classes, min(n, 2000)).mean(0)
            found["pixel_class_ratio"] = {name: float(it) for name, it in zip(["background", *self.names], np.concatenate([[0.6], 0.4 * covered]))}
        return found

    def texts(self, which, n, labels) -> dict:
        rng = self.rng
        lengths = np.maximum(1, np.round(np.exp(self.length[which] + self.spread * rng.normal(size=n)))).astype(int)
        total = min(int(lengths.sum()), 400_000)
        ranks = np.minimum(rng.zipf(1.25, total), self.words[which])
        letters = 4.7 + 0.6 * rng.normal(size=n)
        found = {"num_samples": n, "task_type": self.task,
                 "text_statistics": {"character_length": summary(np.round(lengths * (letters.clip(3, 8) + 1))), "word_count": summary(lengths),
                                     "vocabulary_size": int(len(np.unique(ranks))), "avg_chars_per_word": summary(letters)}}
        per = np.ones(n, int)
        if "token" in self.task:
            # Nine of ten words are outside of any entity.
            drawn = rng.choice(self.classes, max(total // 10, 1), p=self.shares[which])
            named = counts(self.names, drawn)
            classes = {"O": total - total // 10, **{f"B-{key}": it for key, it in named.items()}, **{f"I-{key}": it // 2 + 1 for key, it in named.items()}}
            per = lengths
        else:
            classes = counts(self.names, labels)
            per[rng.random(n) < self.unlabelled] = 0
        found["label_statistics"] = {"is_multi_label": False, "labels_per_sample": summary(per), "class_distribution": classes, "num_classes": len(classes),
                                     "label_distribution_stats": summary(list(classes.values()))}
        found["properties_statistics"] = None
        return found

    scaled = False


def imbalance(world):
    ratio = world.rng.uniform(0.012, 0.075)
    weights = shares(world.rng, world.classes, 0.6)
    weights[0] = ratio * weights.max()
    for it in ("train", "test"):
        world.shares[it] = weights / weights.sum()
    return ["dataset.class_imbalance"], [], f"class ratio {ratio:.3f}"


def colour_drift(world):
    shift = world.rng.uniform(0.6, 1.0) * world.contrast * world.rng.choice([-1, 1])
    world.colour["test"] = (world.colour["test"] + shift).clip(10, 245)
    return ["checks.covariate_drift"], [], f"brightness {shift:+.0f}"


def box_drift(world):
    world.box["test"] += world.rng.choice([-1, 1]) * world.rng.uniform(0.6, 1.2)
    return ["checks.covariate_drift"], [], "boxes of another size"


def length_drift(world):
    world.length["test"] += world.rng.uniform(0.6, 1.2)
    return ["checks.covariate_drift"], ["dataset.outliers"], "longer texts in the test split"


def label_drift(world):
    weights = world.shares["test"].copy()
    weights[int(np.argmax(weights))] *= world.rng.uniform(0.1, 0.25)
    world.shares["test"] = weights / weights.sum()
    return ["checks.label_drift"], ["dataset.class_imbalance", "checks.covariate_drift"], "the most frequent class is rare in the test split"


def new_labels(world):
    weights = world.shares["train"].copy()
    weights[0] = 0
    world.shares["train"] = weights / weights.sum()
    return ["checks.new_labels"], ["checks.label_drift", "checks.covariate_drift", "cross.num_labels_mismatch"], "a class of the test split only"


def tiny_test(world):
    world.rows["test"] = int(world.rng.integers(5, 22))
    return ["dataset.test_too_small"], ["checks.covariate_drift", "checks.label_drift", "dataset.small_dataset", "dataset.class_imbalance"], f"{world.rows['test']} test samples"


def unlabelled(world):
    world.unlabelled = world.rng.uniform(0.03, 0.2)
    return ["dataset.missing_values"], [], "texts without a label"


def broken_boxes(world):
    world.broken_boxes = True
    return ["dataset.outliers"], ["checks.covariate_drift"], "corners of boxes swapped"


FAULTS = {
    "image_classification": [imbalance, colour_drift, label_drift, new_labels, tiny_test],
    "object_detection": [imbalance, colour_drift, box_drift, broken_boxes, tiny_test],
    "image_segmentation": [colour_drift, tiny_test],
    "text_classification": [imbalance, length_drift, label_drift, new_labels, tiny_test, unlabelled],
    "text_token_classification": [length_drift, tiny_test],
}


def curves(rng, world) -> dict:
    """A healthy fine-tune or training with augmentation: validation is often better than training."""
    short = rng.random() < 0.4
    points = int(rng.integers(3, 6)) if short else int(rng.integers(15, 40))
    at = np.arange(points)
    chance = np.log(max(world.classes, 2))
    pace = points / rng.uniform(4, 7)
    floor = rng.uniform(0.08, 0.35) * chance
    train = (floor * rng.uniform(1.1, 1.9) + (0.9 * chance - floor) * np.exp(-at / pace)) * (1 + 0.01 * rng.normal(size=points))
    validation = (floor + (0.8 * chance - floor) * np.exp(-at / pace)) * (1 + 0.012 * rng.normal(size=points))
    best = rng.uniform(0.8, 0.97)
    accuracy = best - (best - 1 / world.classes) * np.exp(-at / pace) + 0.004 * rng.normal(size=points)
    burden = [{"mixup_alpha": 0.2}, {"augment": True}, {"train_transforms": ["RandomResizedCrop", "RandomHorizontalFlip"]}, {"label_smoothing": 0.1}, {}]
    params = {"model_name": str(rng.choice(["resnet18", "vit-base", "efficientnet_b0"] if world.kind == "vision" else ["bert-base-uncased", "distilbert", "roberta-base"])),
              "learning_rate": 3e-5 if short else 1e-3, "batch_size": 32, "optimizer": "adamw", "num_epochs": points, "weight_decay": 0.01, "alpha": 0.4,
              "lr_scheduler": str(rng.choice(["linear", "cosine", "none"])), "pretrained": short} | burden[int(rng.integers(len(burden)))]
    values = {"epoch": at.tolist(), "train_loss": train.tolist(), "val_loss": validation.tolist(), "val_accuracy": accuracy.clip(0, 1).tolist()}
    if rng.random() < 0.5:
        values["train_accuracy"] = (accuracy - rng.uniform(0, 0.15)).clip(0, 1).tolist()
    return {"metrics_path": None, "metrics_values": values, "params": params}


def one(seed: int, place: int, out: Path) -> None:
    rng = np.random.default_rng([seed, place])
    world = World(rng, str(rng.choice(TASKS)))
    world.scaled = bool(rng.random() < 0.5)
    clean = rng.random() < 0.4
    faults, also, notes = [], [], "as it is"
    if not clean:
        pool = FAULTS[world.task]
        if world.classes < 3:
            pool = [it for it in pool if it is not new_labels]
        faults, also, notes = pool[int(rng.integers(len(pool)))](world)
    with_test = not clean or rng.random() < 0.85
    artifact = {"dataset_name": "drawn", "task_type": world.task, "train_statistics": world.split("train"), "test_statistics": world.split("test") if with_test else None}
    request = {"dataset_name": "drawn", "model_name": None, "language": "english", "dataset_artifacts": artifact, "deepchecks_artifacts": None,
               "model_checkpoint_artifacts": None, "training_artifacts": curves(rng, world) if rng.random() < 0.5 else None}
    if "dataset.class_imbalance" in faults + also:
        also = [*also, "cross.imbalance_accuracy_metric"]
    name = f"m{seed}_{place:04d}"
    label = {"case_id": name, "faults": faults, "cross_expected": [], "also_ok": also, "severity": "none" if clean else "medium", "strength": "none" if clean else "medium",
             "clean": clean, "kind": world.task if clean else "", "notes": f"{world.task}: {notes}", "seed": seed, "dataset": world.task}
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    (folder / "label.json").write_text(json.dumps(label, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=200)
    options = parser.parse_args()
    for place in range(options.cases):
        one(options.seed, place, options.out)


if __name__ == "__main__":
    main()
