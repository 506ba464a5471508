//! The whole API answers as its document says.

use std::process::Command;

use super::*;

#[test]
fn the_whole_api_answers_as_its_document_says() {
    let program = root().join("target/api-env/bin/schemathesis");
    assert!(
        program.is_file(),
        "{} is not there: run `cargo xtask python` (`cargo xtask test` does it too)",
        program.display()
    );
    let home = Home::new();
    let server = Server::start(&home);
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .args(["run", &format!("http://{}/openapi.json", server.address)])
        .args([
            // Bounds the run by what is tried, not by the clock, which would cut it short.
            "--max-examples",
            "10",
            "--seed",
            "1",
            "--no-color",
            "--no-shrink",
        ])
        .args(["--request-timeout", "30", "--wait-for-schema", "30"])
        // Bodies are of four generations of clients: by intent much is accepted that no schema allows,
        // and an experiment without anything to read is refused though it has its form. DELETE of a job
        // cancels it; what became of it can still be read.
        .args([
            "--exclude-checks",
            "positive_data_acceptance,negative_data_rejection,use_after_free",
        ])
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", server.log());
    // All of it: every operation of the document, in every phase.
    let document = server.get("/openapi.json").body;
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|it| it.as_object().unwrap().keys());
    let operations = operations
        .filter(|it| ["get", "post", "delete"].contains(&it.as_str()))
        .count();
    assert!(operations >= 17, "{operations} operations are documented");
    let summary = said.split("= SUMMARY =").nth(1).unwrap_or_else(|| panic!("{said}"));
    for line in [
        format!("Selected: {operations}/{operations}\n"),
        format!("Tested: {operations}\n"),
    ] {
        assert!(summary.contains(&line), "no `{line}`: {said}");
    }
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(summary.contains(&format!("✅ {phase}\n")), "{phase}: {said}");
    }
}
