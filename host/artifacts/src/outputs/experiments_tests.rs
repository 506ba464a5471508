//! Which files are read together.

use super::*;

fn files(paths: &[&str]) -> Vec<Entry> {
    let entry = |path: &&str| Entry {
        path: (*path).to_owned(),
        size: 9,
    };
    paths.iter().map(entry).collect()
}

fn read(paths: &[&str]) -> Vec<String> {
    let files = files(paths);
    let experiments = Experiments::of(&files, false);
    let kept = files.iter().filter(|it| experiments.has(&it.path));
    kept.map(|it| it.path.clone()).collect()
}

#[test]
fn the_parts_of_one_training_are_one_whatever_folders_they_are_in() {
    for paths in [
        &[
            "lightning_logs/version_0/metrics.csv",
            "lightning_logs/version_0/checkpoints/a.ckpt",
            "last.ckpt",
        ][..],
        &[
            "out/trainer_state.json",
            "out/checkpoint-9/model.safetensors",
            "out/runs/today/events.out.tfevents.1.h",
        ],
        &[
            "logs/train/events.out.tfevents.1.h",
            "logs/validation/events.out.tfevents.1.h",
            "model.keras",
        ],
        &[
            "logs/today/events.out.tfevents.1.h",
            "logs/before/events.out.tfevents.0.h",
            "model.keras",
        ],
        &[
            "wandb/offline-run-1/run-1.wandb",
            "wandb/offline-run-1/files/model.pt",
            "model.pt",
        ],
        &["curves/metrics.csv", "nets/net.pt"],
        &[
            "run/metrics.csv",
            "run/weights/best.pt",
            "run/tb_logs/version_0/events.out.tfevents.1.h",
        ],
    ] {
        assert_eq!(read(paths), paths);
    }
}

#[test]
fn of_several_the_most_complete_is_read_and_nothing_of_the_others() {
    assert_eq!(
        read(&["a/best.pt", "b/metrics.csv", "b/net.pt", "c/history.json"]),
        ["b/metrics.csv", "b/net.pt"]
    );
    assert_eq!(
        read(&["a/net.pt", "a/metrics.json", "b/net.pt", "b/metrics.csv"]),
        ["b/net.pt", "b/metrics.csv"],
        "metrics.json may hold the result alone"
    );
    assert_eq!(
        read(&[
            "a/net.pt",
            "a/metrics.csv",
            "b/net.pt",
            "b/metrics.csv",
            "b/params.yaml"
        ]),
        ["b/net.pt", "b/metrics.csv", "b/params.yaml"]
    );
    // Of logs alone the newest, and no model that may be of the other.
    assert_eq!(
        read(&["x/events.out.tfevents.1.h", "y/events.out.tfevents.2.h", "nets/net.pt"]),
        ["y/events.out.tfevents.2.h"]
    );
}
