//! What is written to the folder: nothing where something is amiss, and nothing of before.

use std::path::Path;

use super::*;

#[test]
fn what_cannot_be_done_is_said_before_anything_is_written() {
    let home = Home::new();
    let tables = tables(false);
    let out = path(&tables, "artifacts");
    let train = path(&tables, "train.csv");
    let fails = |arguments: &[&str], words: &[&str]| {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: {} lacks {word}", ran.err);
        }
        assert!(!Path::new(&out).exists());
    };
    fails(
        &["ingest", "--train", &train, "--out", &out],
        &["--label COLUMN", "age, income"],
    );
    fails(
        &["ingest", "--train", &train, "--label", "outcom", "--out", &out],
        &["did you mean `outcome`?"],
    );
    fails(&["ingest", "--train", &train, "--label", "outcome"], &["--out"]);
    let missing = [
        "ingest",
        "--train",
        &train,
        "--label",
        "outcome",
        "--out",
        &out,
        "--params",
        "nothing.yaml",
    ];
    fails(&missing, &["nothing.yaml cannot be read"]);
    let other = path(&tables, "other.csv");
    fs::write(&other, "age,outcome\n1,0\n").unwrap();
    let columns = [
        "ingest", "--train", &train, "--test", &other, "--label", "outcome", "--out", &out,
    ];
    fails(&columns, &["different columns", "other.csv lacks `income`"]);
    let limit = [
        "ingest",
        "--train",
        &train,
        "--label",
        "outcome",
        "--out",
        &out,
        "--max-columns",
        "3",
    ];
    fails(&limit, &["found 7 columns, expected at most 3"]);

    fs::create_dir(&out).unwrap();
    fs::write(Path::new(&out).join("dataset.json"), "{}").unwrap();
    fs::write(Path::new(&out).join("notes.txt"), "mine").unwrap();
    let ran = run(&home, &ingest(&tables, &["--out", &out]));
    assert!(
        ran.code == 2 && ran.err.contains("holds dataset.json already"),
        "{}",
        ran.err
    );
    let ran = run(&home, &ingest(&tables, &["--out", &out, "--force"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!Path::new(&out).join("dataset.json").exists());
    assert!(Path::new(&out).join("notes.txt").exists());
}

#[test]
fn what_is_written_anew_leaves_nothing_of_before_and_a_model_in_parts_is_whole() {
    let home = Home::new();
    let tables = tables(false);
    let out = path(&tables, "artifacts");
    let example = root().join("examples/exploding-diabetes/model.safetensors");
    let first = path(&tables, "old.safetensors");
    fs::copy(&example, &first).unwrap();
    let ran = run(&home, &ingest(&tables, &["--out", &out, "--checkpoint", &first]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    fs::write(Path::new(&out).join("request.json"), "{\"dataset_name\": \"another\"}").unwrap();
    // A model of two parts.
    let parts = ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"];
    for name in parts {
        fs::copy(&example, tables.path().join(name)).unwrap();
    }
    let second = path(&tables, parts[0]);
    let again = [
        "--out",
        &out,
        "--checkpoint",
        &second,
        "--force",
        "--analyse",
        "--format",
        "json",
    ];
    let ran = run(&home, &ingest(&tables, &again));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!Path::new(&out).join("request.json").exists());
    assert!(!Path::new(&out).join("best_checkpoint/old.safetensors").exists());
    for name in parts {
        assert!(Path::new(&out).join("best_checkpoint").join(name).is_file(), "{name}");
    }
    assert!(Path::new(&out).join("model_checkpoint/model_checkpoint.yaml").is_file());
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    let model = &response["agent_results"]["ModelCheckpointArtifactsAnalyzer"];
    assert!(model["error_message"].is_null(), "{model}");
}
