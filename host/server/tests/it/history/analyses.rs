//! Analyses that are kept: found, read, compared and forgotten.

use super::*;

#[tokio::test]
async fn an_analysis_can_be_found_read_compared_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    let (mut ids, mut listed) = (Vec::new(), Vec::new());
    for what in ["one", "Two %", "three"] {
        let answer = server.analyse(what).await;
        assert_eq!(answer.status, 200);
        // Relative to the request.
        let place = format!("/v1/{}", answer.header("content-location").unwrap());
        let whole = server.get(&place).await.json();
        assert_eq!(whole["response"], answer.json());
        assert_eq!(whole["dataset_name"], what);
        let member = |name: &str| whole[name].as_str().unwrap().to_owned();
        ids.push(member("id"));
        listed.push((member("created_at"), member("id"), what));
    }
    // The newest first; those of one millisecond by their ids.
    listed.sort_by(|a, b| b.cmp(a));
    let newest: Vec<&str> = listed.iter().map(|it| it.2).collect();
    let names = |answer: &Answer| -> Vec<String> {
        let page = answer.json();
        let all = page["analyses"].as_array().unwrap().clone();
        all.iter()
            .map(|it| it["dataset_name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&server.get("/v1/analyses").await), newest);
    assert_eq!(names(&server.get("/v1/analyses?dataset=two%20%25").await), ["Two %"]);
    let none: [String; 0] = [];
    assert_eq!(names(&server.get("/v1/analyses?dataset=%25e").await), none);
    assert_eq!(names(&server.get("/v1/analyses?severity=high").await), none);
    assert_eq!(
        names(&server.get("/v1/analyses?since=2999-01-01T00:00:00Z").await),
        none
    );
    let first = server.get("/api/v1/analyses?limit=2").await;
    assert_eq!(names(&first), newest[..2]);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = server.get(&format!("/v1/analyses?limit=2&after={next}")).await;
    assert_eq!(names(&second), newest[2..]);
    assert!(second.json()["next"].is_null());

    let compared = server.get(&format!("/v1/analyses/{}/compare/{}", ids[0], ids[2])).await;
    assert_eq!(compared.status, 200);
    assert_eq!(compared.json()["before"]["id"], ids[0].as_str());

    let page = server.get(&format!("/analyses/{}", ids[1])).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(page.text().contains("Two %"), "{}", page.text());

    let place = format!("/v1/analyses/{}", ids[1]);
    assert_eq!(server.call("DELETE", &place).await.status, 204);
    assert_eq!(server.get(&place).await.status, 404);
}

#[tokio::test]
async fn an_analysis_that_cannot_be_read_is_not_compared_as_one_without_findings() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let server = server(history.clone(), open_to_all()).await;
    let answer = server.analyse("one").await;
    let sound = answer.header("content-location").unwrap().replace("analyses/", "");
    let damaged = analysis("damaged", "{}");
    history.add(&damaged).await.unwrap();
    for pair in [format!("{sound}/compare/damaged"), format!("damaged/compare/{sound}")] {
        let problem = server
            .get(&format!("/v1/analyses/{pair}"))
            .await
            .problem(500, "internal");
        assert!(problem["detail"].as_str().unwrap().contains("`damaged`"), "{problem}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    for (query, expected) in [
        (
            "severity=worst",
            "`severity`: found `worst`, expected `low`, `medium` or `high`",
        ),
        ("since=yesterday", "`since`: found `yesterday`"),
        ("after=x", "`after`: found `x`"),
        ("limit=0", "`limit`: found `0`, expected 1 to 500"),
        ("limit=many", "the query"),
        ("colour=red", "the query"),
    ] {
        let answer = server.get(&format!("/v1/analyses?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let problem = answer.json();
        assert_eq!(problem["code"], "invalid_parameter");
        assert!(problem["detail"].as_str().unwrap().contains(expected), "{problem}");
    }
}

#[tokio::test]
async fn a_stream_tells_by_what_id_its_response_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    let answer = analyse_with(&server, "report", "accept: text/event-stream\r\n").await;
    let text = answer.text();
    let (before, after) = text.split_once("event: kept\ndata: ").unwrap();
    assert!(
        before.contains("event: agent\n") && after.contains("event: response\n"),
        "{text}"
    );
    let kept: Value = serde_json::from_str(after.lines().next().unwrap()).unwrap();
    let place = format!("/v1/analyses/{}", kept["id"].as_str().unwrap());
    assert_eq!(server.get(&place).await.json()["dataset_name"], "report");
}
