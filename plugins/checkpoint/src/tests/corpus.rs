//! Requests of real experiments, where they are at hand beside the repository.

use std::path::PathBuf;

use deepfix_plugin::testing::FakeHost;

use super::report;

fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(folder);
    path.is_dir().then_some(path)
}

#[test]
fn every_fact_about_real_experiments_reads_the_same_again() {
    let mut lines = String::new();
    for entry in shared("corpus-dev")
        .into_iter()
        .flat_map(|it| std::fs::read_dir(it).unwrap())
    {
        let folder = entry.unwrap().path();
        if !folder.join("request.json").is_file() {
            continue;
        }
        for language in ["english", "french"] {
            let host = FakeHost::from_folder(&folder).with_language(language);
            if deepfix_plugin::Host::available(&host).contains(&deepfix_plugin::ArtifactKind::ModelCheckpoint) {
                let report = report(&host);
                let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                for it in &report.analyses {
                    let (finding, advice) = (&it.finding, &it.recommendation);
                    let line = serde_json::json!({"case": name, "language": language, "code": finding.code,
                        "severity": format!("{:?}", finding.severity), "description": finding.description,
                        "evidence": finding.evidence, "action": advice.action, "rationale": advice.rationale,
                        "summary": report.summary, "extras": report.extras, "facts": format!("{:?}", finding.facts)});
                    lines.push_str(&format!("{line}\n"));
                }
                if report.analyses.is_empty() {
                    lines.push_str(&format!(
                        "{}\n",
                        serde_json::json!({"case": name, "language": language, "summary": report.summary, "extras": report.extras})
                    ));
                }
            }
        }
    }
    if let Ok(path) = std::env::var("CHECKPOINT_FINDINGS") {
        std::fs::write(path, lines).unwrap();
    }
}

#[test]
fn requests_of_client_libraries_are_understood() {
    for entry in shared("requests")
        .into_iter()
        .flat_map(|it| std::fs::read_dir(it).unwrap())
    {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let host = FakeHost::from_request(serde_json::from_str(&text).unwrap());
        if deepfix_plugin::Host::available(&host).contains(&deepfix_plugin::ArtifactKind::ModelCheckpoint) {
            let report = report(&host);
            assert!(!report.summary.is_empty() && report.extras.contains("not_examined"));
        }
    }
}
