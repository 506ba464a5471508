//! Models of several files: a part that is missing, an index that contradicts its parts.

use super::*;

#[test]
fn a_missing_part_is_named() {
    let host = host_of(&["sharded.safetensors.index.json", "sharded-00002-of-00002.safetensors"]);
    assert_only(&host, CORRUPTED, Severity::High);
    let text = report(&host).analyses[0].finding.description.clone();
    assert!(text.contains("sharded-00001-of-00002.safetensors"), "{text}");
    assert_only(&host_of(&["external.onnx"]), CORRUPTED, Severity::High);
    // A part alone, of which nothing says that the others should be here, is examined and said to be one.
    let it = extras(&host_of(&["sharded-00001-of-00002.safetensors"]));
    assert!(it["not_examined"].to_string().contains("one of 2 parts"), "{it}");
}

#[test]
fn an_index_that_contradicts_its_parts_is_damage() {
    let index = String::from_utf8(fixture("sharded.safetensors.index.json")).unwrap();
    for (from, to, word) in [
        ("layers.0.bias", "layers.9.bias", "layers.9.bias"),
        (
            "\"sharded-00001-of-00002.safetensors\"",
            "\"../../x.safetensors\"",
            "../../x.safetensors",
        ),
        ("weight_map", "other", "weight_map"),
        ("{", "[", "not JSON"),
    ] {
        let parts = [
            "sharded-00001-of-00002.safetensors",
            "sharded-00002-of-00002.safetensors",
        ];
        let mut host = FakeHost::new()
            .with_document(
                ArtifactKind::ModelCheckpoint,
                json!({"path": "m.safetensors.index.json"}),
            )
            .with_blob(
                ArtifactKind::ModelCheckpoint,
                "m.safetensors.index.json",
                index.replace(from, to).into_bytes(),
            );
        for part in parts {
            host = host.with_blob(ArtifactKind::ModelCheckpoint, part, fixture(part));
        }
        let report = report(&host);
        let corrupted = report.analyses.iter().find(|it| it.finding.code == CORRUPTED).unwrap();
        assert!(
            corrupted.finding.description.contains(word),
            "{}",
            corrupted.finding.description
        );
    }
}

#[test]
fn parts_of_pytorch_belong_together_too() {
    let part = include_bytes!("../../../tests/fixtures/healthy.pt").to_vec();
    let alone = extras(&host(Json::Null, "m.pt", part.clone()));
    let names: Vec<&str> = alone["model"]["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["tensor"].as_str().unwrap())
        .collect();
    let map: serde_json::Map<String, Json> = names
        .iter()
        .map(|it| ((*it).to_owned(), json!("pytorch_model-00001-of-00001.bin")))
        .collect();
    let index = json!({ "weight_map": map });
    let host = FakeHost::new()
        .with_document(
            ArtifactKind::ModelCheckpoint,
            json!({"path": "pytorch_model.bin.index.json"}),
        )
        .with_blob(
            ArtifactKind::ModelCheckpoint,
            "pytorch_model.bin.index.json",
            index.to_string().into_bytes(),
        )
        .with_blob(ArtifactKind::ModelCheckpoint, "pytorch_model-00001-of-00001.bin", part);
    // The index lists weights only; the biases that it does not know are named.
    let report = report(&host);
    let finding = &report.analyses[0].finding;
    assert_eq!(finding.code, CORRUPTED);
    assert!(finding.description.contains("bias"), "{}", finding.description);
}
