//! The pages of the server in a real browser, used as people use them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

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
    assert!(!server.log().contains(key), "the key is in the log");
}
