//! The same questions to SQLite and to a real PostgreSQL, which must give the same answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod postgres;

use std::time::Duration;

use deepfix_history::{Filter, History, JobState, NewAnalysis, StoredKey, Usage, Whose, now};

const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn analysis(id: &str, tenant: &str, at: i64) -> NewAnalysis {
    NewAnalysis {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
        created_at: at,
        dataset_name: format!("Été_{id}\0%"),
        severity: at % 4,
        findings: 2,
        codes: vec!["training.overfitting".to_owned(), "a.b".to_owned(), "a.b".to_owned()],
        failed_agents: 0,
        summary: "é 日本 \u{1f600}".to_owned(),
        response: r#"{"summary": "é \u0000"}"#.to_owned(),
    }
}

fn ids(page: &deepfix_history::Page) -> Vec<&str> {
    page.analyses.iter().map(|it| it.id.as_str()).collect()
}

async fn analyses(history: &History) {
    for (id, tenant, at) in [
        ("a", "t", 1),
        ("b", "t", 2),
        ("c", "t", 2),
        ("d", "t", 3),
        ("e", "other", 9),
    ] {
        history.add(&analysis(id, tenant, at)).await.unwrap();
    }
    assert!(
        history.add(&analysis("a", "t", 1)).await.is_err(),
        "an id is there once"
    );
    let list = async |filter: Filter| history.list("t", &filter).await.unwrap();
    assert_eq!(ids(&list(Filter::default()).await), ["d", "c", "b", "a"]);
    for (filter, expected) in [
        (
            Filter {
                dataset: Some("ÉTÉ_B\0".into()),
                ..Filter::default()
            },
            vec!["b"],
        ),
        (
            Filter {
                dataset: Some("étéxb".into()),
                ..Filter::default()
            },
            vec![],
        ),
        (
            Filter {
                code: Some("a.b".into()),
                ..Filter::default()
            },
            vec!["d", "c", "b", "a"],
        ),
        (
            Filter {
                code: Some("overfitting".into()),
                ..Filter::default()
            },
            vec![],
        ),
        (
            Filter {
                severity: Some(3),
                ..Filter::default()
            },
            vec!["d"],
        ),
        (
            Filter {
                since: Some(2),
                until: Some(3),
                ..Filter::default()
            },
            vec!["c", "b"],
        ),
    ] {
        assert_eq!(ids(&list(filter.clone()).await), expected, "{filter:?}");
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = list(Filter {
            limit: Some(1),
            after: after.clone(),
            ..Filter::default()
        })
        .await;
        seen.extend(page.analyses.iter().map(|it| it.id.clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["d", "c", "b", "a"], "each once, those of the same time too");
    let stored = history.get("t", "a").await.unwrap().unwrap();
    assert_eq!(stored.response, r#"{"summary": "é \u0000"}"#);
    assert_eq!(stored.entry.codes, ["a.b", "training.overfitting"]);
    assert_eq!(stored.entry.dataset_name, "Été_a\u{fffd}%");
    assert!(history.get("t", "e").await.unwrap().is_none(), "another's");
    assert!(history.get("t", "\0").await.unwrap().is_none());
    assert!(!history.forget("t", "e").await.unwrap());
    assert!(history.forget("t", "d").await.unwrap());
    history.add(&analysis("new", "t", now())).await.unwrap();
    let others = ["t".to_owned()];
    assert_eq!(history.sweep(Whose::AllBut(&others), A_YEAR).await.unwrap(), 1);
    assert_eq!(ids(&list(Filter::default()).await), ["new", "c", "b", "a"]);
    assert_eq!(history.sweep(Whose::Of("t"), A_YEAR).await.unwrap(), 3);
    assert_eq!(ids(&list(Filter::default()).await), ["new"]);
}

async fn jobs(history: &History) {
    history.accept("t", "1", "me").await.unwrap();
    history.accept("t", "2", "gone").await.unwrap();
    assert!(history.job("other", "1").await.unwrap().is_none());
    assert!(history.advance("1", JobState::Processing, None).await.unwrap());
    history.seen("me").await.unwrap();
    assert_eq!(history.orphaned("me", Duration::ZERO, "lost").await.unwrap(), 1);
    assert_eq!(history.unfinished("me").await.unwrap(), ["1"]);
    // Its result is there, and how it ended was not written down any more.
    history.accept("t", "3", "gone").await.unwrap();
    history.add(&analysis("3", "t", now())).await.unwrap();
    assert_eq!(history.orphaned("me", Duration::ZERO, "lost").await.unwrap(), 0);
    assert_eq!(history.job("t", "3").await.unwrap().unwrap().state, JobState::Completed);
    let lost = history.job("t", "2").await.unwrap().unwrap();
    assert_eq!((lost.state, lost.error.as_deref()), (JobState::Failed, Some("lost")));
    assert!(history.advance("1", JobState::Completed, None).await.unwrap());
    assert!(
        !history.advance("1", JobState::Failed, Some("late")).await.unwrap(),
        "it is over"
    );
    let done = history.job("t", "1").await.unwrap().unwrap();
    assert_eq!((done.state, done.error), (JobState::Completed, None));
    assert!(done.updated_at >= done.created_at);
    // The same of a server that knows no more of its own job.
    for (id, state, error) in [
        ("5", JobState::Completed, None),
        ("6", JobState::Failed, Some("unknown")),
    ] {
        history.accept("t", id, "me").await.unwrap();
        if error.is_none() {
            history.add(&analysis(id, "t", now())).await.unwrap();
        }
        history.settle(id, "unknown").await.unwrap();
        let settled = history.job("t", id).await.unwrap().unwrap();
        assert_eq!((settled.state, settled.error.as_deref()), (state, error));
    }
    history.accept("t", "4", "elsewhere").await.unwrap();
    assert!(!history.cancel("other", "4", "mine").await.unwrap(), "another's");
    assert!(history.cancel("t", "4", "cancelled").await.unwrap());
    assert!(!history.cancel("t", "4", "again").await.unwrap(), "it is over");
    assert!(history.unfinished("elsewhere").await.unwrap().is_empty());
    let cancelled = history.job("t", "4").await.unwrap().unwrap();
    assert_eq!(
        (cancelled.state, cancelled.error.as_deref()),
        (JobState::Failed, Some("cancelled"))
    );
    history.sweep(Whose::Of("t"), Duration::ZERO).await.unwrap();
    history.sweep(Whose::AllBut(&[]), A_YEAR).await.unwrap();
}

async fn usage(history: &History) {
    let used = |calls, tokens| Usage { calls, tokens };
    assert_eq!(history.use_up("t", 1, used(0, 0)).await.unwrap(), used(0, 0));
    assert_eq!(history.use_up("t", 1, used(2, 30)).await.unwrap(), used(2, 30));
    assert_eq!(history.use_up("t", 1, used(1, 5)).await.unwrap(), used(3, 35));
    assert_eq!(history.use_up("other", 1, used(1, 1)).await.unwrap(), used(1, 1));
    assert_eq!(history.use_up("t", 2, used(0, 1)).await.unwrap(), used(0, 1));
    history.forget_usage(2).await.unwrap();
    assert_eq!(history.use_up("t", 1, used(0, 0)).await.unwrap(), used(0, 0));
}

/// The database's clock is close to this machine's, which it is on here.
async fn clock(history: &History) {
    let (before, time, after) = (now(), history.now().await.unwrap(), now());
    assert!(
        (before - 1_000..=after + 1_000).contains(&time),
        "{before} {time} {after}"
    );
}

async fn keys(history: &History) {
    let key = StoredKey {
        id: "k".into(),
        tenant: "t".into(),
        name: "of a test".into(),
        hash: "00".into(),
        scopes: "analyse read".into(),
        created_at: 5,
        expires_at: Some(7),
        revoked_at: None,
    };
    history.add_key(&key).await.unwrap();
    assert_eq!(history.key("k").await.unwrap(), Some(key));
    assert_eq!(history.key("x").await.unwrap(), None);
    assert!(history.revoke_key("k").await.unwrap());
    assert!(!history.revoke_key("k").await.unwrap(), "once");
    assert!(history.keys().await.unwrap()[0].revoked_at.is_some());
}

async fn all(place: &str) {
    let history = History::open(place, 2).await.unwrap();
    history.ping().await.unwrap();
    analyses(&history).await;
    jobs(&history).await;
    keys(&history).await;
    usage(&history).await;
    clock(&history).await;
    history.close().await;
    // The tables are there already, and so is what they hold.
    let again = History::open(place, 1).await.unwrap();
    assert_eq!(again.keys().await.unwrap().len(), 1);
    again.close().await;
}

#[tokio::test]
async fn sqlite_answers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/history.db");
    all(&file.display().to_string()).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    }
}

#[tokio::test]
async fn postgres_answers() {
    let server = postgres::Server::start();
    all(&server.url()).await;
}

#[tokio::test]
async fn two_servers_share_a_postgres() {
    let server = postgres::Server::start();
    let url = server.url();
    let (a, b) = tokio::join!(History::open(&url, 2), History::open(&url, 2));
    let (a, b) = (a.unwrap(), b.unwrap());
    a.add(&analysis("a", "t", 1)).await.unwrap();
    assert!(b.get("t", "a").await.unwrap().is_some());
    a.accept("t", "1", "a").await.unwrap();
    assert_eq!(
        b.orphaned("b", Duration::from_secs(60), "lost").await.unwrap(),
        0,
        "its server is there"
    );
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not a database");
    std::fs::write(&file, "x".repeat(4096)).unwrap();
    let error = History::open(&file.display().to_string(), 1)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a database"), "{error}");
    let error = History::open("postgres://user:secret@127.0.0.1:1/d", 1)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("127.0.0.1:1/d") && !error.contains("secret"), "{error}");
}
