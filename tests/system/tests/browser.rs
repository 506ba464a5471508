//! The report in a real browser: no errors, no request to anywhere, nothing that keeps a screen reader
//! out, and controls that do what they say.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_system_tests::{Home, browse, root, shared};
use serde_json::{Value, json};

/// What a page of the largest request may take.
const MOST: u64 = 500_000;

#[test]
fn reports_are_sound_in_a_real_browser() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Vec::new();
    for (name, language) in [
        ("overfit-digits", "english"),
        ("drifted-diabetes", "french"),
        ("healthy-wine", "english"),
    ] {
        let page = folder.path().join(format!("{name}.html"));
        let ran = home.run(&[
            "analyse",
            &format!("examples/{name}"),
            "--format",
            "html",
            "--language",
            language,
            "-o",
            page.to_str().unwrap(),
        ]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        pages.push(page);
    }
    // Two rows of each epoch: the keyboard walks all of them.
    let rows: Vec<f64> = (0..60).map(f64::from).collect();
    let metrics = json!({
        "epoch": rows.iter().map(|it| (it / 2.0).floor()).collect::<Vec<_>>(),
        "train_loss": rows.iter().map(|it| 1.5 * (-it / 20.0).exp()).collect::<Vec<_>>(),
        "val_loss": rows.iter().map(|it| 1.6 * (-it / 8.0).exp() + 0.4 + 0.02 * it).collect::<Vec<_>>(),
    });
    let request = json!({"dataset_name": "twice", "training_artifacts": {"metrics_values": metrics}});
    let (saved, page) = (folder.path().join("twice.json"), folder.path().join("twice.html"));
    fs::write(&saved, request.to_string()).unwrap();
    let ran = home.run(&[
        "analyse",
        saved.to_str().unwrap(),
        "--format",
        "html",
        "-o",
        page.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        fs::read_to_string(&page).unwrap().contains("class=\"numbers\""),
        "no curve"
    );
    pages.push(page);
    // A response whose names are markup, through `deepfix report`.
    let hostile = "\"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>";
    let ran = home.run(&["analyse", "examples/overfit-digits", "--format", "json"]);
    let mut response: Value = serde_json::from_str(&ran.out).unwrap();
    response["dataset_name"] = json!(hostile);
    response["summary"] = json!(hostile);
    let text = response
        .to_string()
        .replace("val_loss", "val_loss</title><svg onload=alert(3)>");
    let (saved, page) = (folder.path().join("hostile.json"), folder.path().join("hostile.html"));
    fs::write(&saved, text).unwrap();
    let ran = home.run(&["report", saved.to_str().unwrap(), "-o", page.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    pages.push(page);
    let wrong = browse("check.cjs", &pages);
    for page in &pages {
        assert_eq!(wrong[page.to_str().unwrap()], json!([]), "{}", page.display());
    }
}

#[test]
fn the_page_of_the_largest_request_is_small() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let requests = shared("requests").map(|it| {
        fs::read_dir(it)
            .unwrap()
            .map(|it| it.unwrap().path())
            .collect::<Vec<_>>()
    });
    let requests = requests.unwrap_or_else(|| vec![root().join("examples/drifted-diabetes")]);
    for request in requests {
        let ran = home.run(&[
            "analyse",
            request.to_str().unwrap(),
            "--format",
            "html",
            "-o",
            page.to_str().unwrap(),
        ]);
        assert_eq!(ran.code, 0, "{}: {}", request.display(), ran.err);
        let size = fs::metadata(&page).unwrap().len();
        assert!(size < MOST, "{}: {size} bytes", request.display());
    }
}
