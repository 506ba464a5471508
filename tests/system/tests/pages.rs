//! The pages of the server in a real browser, used as people use them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
};

use deepfix_system_tests::{Home, Server, browse, root};
use serde_json::json;

#[test]
fn people_hand_over_search_compare_and_read_in_a_browser() {
    let home = Home::new();
    let server = Server::start(&home);
    let body = json!({
        "dataset_name": "many",
        "training_artifacts": {"metrics_values": {"epoch": [0, 1, 2], "train_loss": [1.0, 0.6, 0.5], "val_loss": [1.1, 0.8, 0.7]}},
    });
    // More than a page of the list.
    for _ in 0..27 {
        assert_eq!(server.post("/v1/analyse", body.to_string()).status, 200);
    }
    let base = format!("http://{}/", server.address);
    let folder = root().join("examples/overfit-digits");
    let wrong = browse("pages.cjs", &[base.as_str(), folder.to_str().unwrap(), "many"]);
    assert_eq!(wrong, json!([]));
}

#[test]
fn where_keys_are_needed_people_sign_in_and_other_sites_cannot_act_for_them() {
    let home = Home::new();
    home.configure(|text| text.replace("require_keys = \"auto\"", "require_keys = \"always\""));
    let made = home.run(&["keys", "create", "browser", "--scopes", "read,analyse"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let all = made.out.clone() + &made.err;
    let key = all.split_whitespace().find(|it| it.starts_with("dfx_")).unwrap();
    let server = Server::start(&home);
    let wrong = browse("sign_in.cjs", &[format!("http://{}/", server.address).as_str(), key]);
    assert_eq!(wrong, json!([]));
    assert!(!server.logged("answered").contains(key), "the key is in the log");
}

/// The identity provider of tests/browser, and where it is. It ends with its standard input, and so with this.
fn provider() -> (Child, String) {
    let mut child = Command::new("node")
        .arg(root().join("tests/browser/provider.cjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let out = child.stdout.as_mut().unwrap();
    BufReader::new(out).read_line(&mut port).unwrap();
    (child, format!("http://localhost:{}", port.trim()))
}

#[test]
fn people_sign_in_at_an_identity_provider_and_come_back_to_the_page_they_wanted() {
    let (mut child, issuer) = provider();
    let home = Home::new();
    home.configure(|text| {
        text.replace("require_keys = \"auto\"", "require_keys = \"always\"")
            .replace(
                "issuer = \"\"\naudience = \"\"",
                &format!("issuer = \"{issuer}\"\naudience = \"deepfix\""),
            )
            .replace("client_id = \"\"", "client_id = \"web\"")
            .replace(
                "redirect_uri = \"\"",
                "redirect_uri = \"http://127.0.0.1/sign-in/done\"",
            )
    });
    let server = Server::start(&home);
    let (base, provider) = (format!("http://{}/", server.address), format!("{issuer}/"));
    let wrong = browse("sign_in_there.cjs", &[base.as_str(), provider.as_str()]);
    assert_eq!(wrong, json!([]));
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// A form with files of these names.
fn form(files: &[(&str, &str)]) -> String {
    let part = |(name, text): &(&str, &str)| {
        format!("--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n")
    };
    files.iter().map(part).collect::<String>() + "--X--\r\n"
}

#[test]
fn runs_of_mlflow_tables_and_the_layout_of_clients_are_recognised() {
    let home = Home::new();
    let server = Server::start(&home);
    let upload = |files: &[(&str, &str)]| server.post_as("/v1/uploads", "multipart/form-data; boundary=X", form(files));
    let meta = "run_id: abc123\nrun_name: my-run\nexperiment_id: '0'\nartifact_uri: file:///elsewhere\n";
    let points: String = (0..10).map(|it| format!("170000000000{it} 1.{it} {it}\n")).collect();
    for folder in ["mlruns/0/abc123", "abc123"] {
        let names = ["meta.yaml", "metrics/val_loss", "params/lr"].map(|it| format!("{folder}/{it}"));
        let answer = upload(&[(&names[0], meta), (&names[1], &points), (&names[2], "0.1")]);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!(answer.body["dataset_name"], "my-run");
        assert!(answer.body["agent_results"]["TrainingArtifactsAnalyzer"].is_object());
    }
    let metrics = std::fs::read_to_string(root().join("examples/overfit-digits/metrics.csv")).unwrap();
    let answer = upload(&[
        ("layout/training_artifacts/metrics.csv", &metrics),
        ("layout/training_artifacts/params.yaml", "lr: 0.1"),
    ]);
    assert!(
        deepfix_system_tests::reports(&answer.body, "training.overfitting"),
        "{:?}",
        answer.body
    );
    let second = meta.replace("abc123", "def456");
    let answer = upload(&[
        ("mlruns/0/abc123/meta.yaml", meta),
        ("mlruns/0/def456/meta.yaml", &second),
    ]);
    assert_eq!(answer.status, 422, "{:?}", answer.body);
    assert!(answer.body["detail"].as_str().unwrap().contains("2 runs"));

    let rows: String = (0..60).map(|it| format!("{it},{},{}\n", it * 7 % 13, it % 2)).collect();
    let answer = upload(&[
        ("train.csv", &format!("a,b,target\n{rows}")),
        ("test.csv", &format!("a,b,target\n{rows}")),
    ]);
    let results = &answer.body["agent_results"];
    assert!(results["DatasetArtifactsAnalyzer"].is_object() && results["DeepchecksArtifactsAnalyzer"].is_object());
    // Nothing of the server's own places is told, and nothing stays.
    let answer = upload(&[("note.txt", "x")]);
    assert_eq!(answer.status, 422);
    assert!(
        !answer.body["detail"].as_str().unwrap().contains("/tmp"),
        "{:?}",
        answer.body
    );
}

#[test]
fn uploads_of_loose_files_are_each_their_own_run() {
    let home = Home::new();
    let server = Server::start(&home);
    let files = |name: &str| {
        let meta = format!("run_id: {name}\nrun_name: {name}\nexperiment_id: '0'\n");
        let points: String = (0..10).map(|it| format!("170000000000{it} 1.{it} {it}\n")).collect();
        form(&[
            ("meta.yaml", &meta),
            ("metrics/val_loss", &points),
            ("params/lr", "0.1"),
        ])
    };
    // One whose files are there while the other is read, and the other way round.
    let mut connections: Vec<_> = ["first", "second"]
        .map(|name| {
            let body = files(name);
            let (most, end) = body.split_at(body.len() - "--X--\r\n".len());
            let mut stream = std::net::TcpStream::connect(server.address).unwrap();
            let head = format!(
                "POST /v1/uploads HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: multipart/form-data; \
                 boundary=X\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + most).as_bytes()).unwrap();
            (name, stream, end.to_owned())
        })
        .into();
    for name in ["third", "fourth"] {
        let answer = server.post_as("/v1/uploads", "multipart/form-data; boundary=X", files(name));
        assert_eq!(answer.body["dataset_name"], name, "{:?}", answer.body);
    }
    for (name, stream, end) in &mut connections {
        stream.write_all(end.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        assert!(
            body.contains(&format!("\"dataset_name\":\"{name}\"")),
            "{name}: {answer}"
        );
    }
}
