//! Several servers of one database: PostgreSQL, and where it does not matter a file.

use std::{sync::Arc, time::Duration};

use deepfix_history::History;
use deepfix_server::{Service, router};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    fake::{Fake, reaches},
    history::analysis,
    postgres::Server as Postgres,
    wire::{Server, config, open, post, soon},
};

async fn start(history: &History) -> Server {
    let history = history.clone();
    Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config).with_history(history, Duration::from_secs(3600), true)
    })
    .await
}

async fn submit(server: &Server, what: &str) -> String {
    let body = format!(r#"{{"do": "{what}"}}"#);
    let request = post("/v2/analyse", "content-type: application/json\r\n", body);
    let job = server.send(request).await.answer().await.json();
    job["job_id"].as_str().unwrap().to_owned()
}

/// The job, as soon as it has that status.
async fn told(server: &Server, id: &str, status: &str) -> Value {
    let ask = async {
        loop {
            let job = server.get(&format!("/v2/jobs/{id}")).await.json();
            if job["status"] == status {
                return job;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(&format!("{id} as {status}"), ask).await
}

#[tokio::test]
async fn a_job_is_cancelled_through_another_server_of_the_same_database() {
    let postgres = Postgres::start();
    let history = open(&postgres.url(), 8).await;
    let (one, other) = (start(&history).await, start(&history).await);
    let id = submit(&one, "hang").await;
    reaches(&one.fake.begun, 1).await;
    told(&other, &id, "PROCESSING").await;
    let cancelled = other.call("DELETE", &format!("/v2/jobs/{id}")).await.json();
    assert_eq!(cancelled["status"], "FAILED");
    let error = cancelled["error"].as_str().unwrap();
    assert!(error.starts_with("cancelled"), "{cancelled}");
    // Its own server sees it at its next look, and ends the work.
    reaches(&one.fake.ended, 1).await;
    assert_eq!(told(&one, &id, "FAILED").await["error"], cancelled["error"]);
}

#[tokio::test]
async fn servers_tell_the_same_of_a_job_that_was_cancelled_in_the_moment_of_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("history.db").display().to_string();
    let history = open(&place, 4).await;
    let (one, other) = (start(&history).await, start(&history).await);
    let id = submit(&one, "gate").await;
    reaches(&one.fake.begun, 1).await;
    told(&other, &id, "PROCESSING").await;
    // As the other server does it; and the work is done before this one looks.
    assert!(history.cancel("", &id, "cancelled: elsewhere").await.unwrap());
    one.fake.gate.add_permits(1);
    reaches(&one.fake.ended, 1).await;
    let (here, there) = (told(&one, &id, "FAILED").await, told(&other, &id, "FAILED").await);
    assert_eq!(here["error"], there["error"]);
}

#[tokio::test]
async fn what_is_forgotten_through_another_server_is_no_result_of_a_job_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("history.db").display().to_string();
    let history = open(&place, 4).await;
    let (one, other) = (start(&history).await, start(&history).await);
    let id = submit(&one, "private").await;
    assert_eq!(told(&one, &id, "COMPLETED").await["result"]["summary"], "fine");
    let forgotten = other.call("DELETE", &format!("/v1/analyses/{id}")).await;
    assert_eq!(forgotten.status, 204);
    for server in [&one, &other] {
        let job = told(server, &id, "FAILED").await;
        assert!(job["result"].is_null(), "{job}");
    }
}

#[tokio::test]
async fn the_same_where_the_end_of_the_job_is_written_down_late() {
    let postgres = Postgres::start();
    let history = open(&postgres.url(), 8).await;
    let (one, other) = (start(&history).await, start(&history).await);
    postgres.execute(
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'later'; END $$; \
         CREATE TRIGGER late BEFORE UPDATE ON jobs FOR EACH ROW WHEN (NEW.status = 'COMPLETED') \
         EXECUTE FUNCTION late()",
    );
    let id = submit(&one, "private").await;
    told(&one, &id, "COMPLETED").await;
    let forgotten = other.call("DELETE", &format!("/v1/analyses/{id}")).await;
    assert_eq!(forgotten.status, 204);
    postgres.execute("DROP TRIGGER late ON jobs");
    // Its own server writes it at its next look, and no longer tells a result that nobody has.
    let job = told(&one, &id, "FAILED").await;
    assert!(job["result"].is_null(), "{job}");
}

#[tokio::test]
async fn the_same_where_another_server_has_written_it_down() {
    let postgres = Arc::new(Postgres::start());
    let history = open(&postgres.url(), 8).await;
    let (one, other) = (start(&history).await, start(&history).await);
    postgres.execute(
        "CREATE SEQUENCE tries; \
         CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('tries') = 1 THEN RAISE EXCEPTION 'later'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER later BEFORE UPDATE ON jobs FOR EACH ROW WHEN (NEW.status = 'COMPLETED') \
         EXECUTE FUNCTION later()",
    );
    let id = submit(&one, "private").await;
    // Its own server tries in vain; the other does it when the result is deleted there.
    let asked = Arc::clone(&postgres);
    let tried = tokio::task::spawn_blocking(move || {
        asked.execute(
            "DO $$ BEGIN FOR i IN 1..6000 LOOP \
             EXIT WHEN (SELECT is_called FROM tries); PERFORM pg_sleep(0.01); END LOOP; END $$",
        );
    });
    tried.await.unwrap();
    let forgotten = other.call("DELETE", &format!("/v1/analyses/{id}")).await;
    assert_eq!(forgotten.status, 204);
    let job = told(&one, &id, "FAILED").await;
    assert!(job["result"].is_null(), "{job}");
}

#[tokio::test]
async fn a_result_that_is_written_down_late_is_told_by_the_database() {
    let postgres = Postgres::start();
    let history = open(&postgres.url(), 8).await;
    // The first result is refused, and the end of its job waits until one is there.
    postgres.execute(
        "CREATE SEQUENCE results; \
         CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('results') = 1 THEN RAISE EXCEPTION 'later'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER refused BEFORE INSERT ON analyses FOR EACH ROW EXECUTE FUNCTION refused(); \
         CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         WHILE NOT EXISTS (SELECT 1 FROM analyses WHERE id = NEW.id) LOOP PERFORM pg_sleep(0.01); END LOOP; \
         RETURN NEW; END $$; \
         CREATE TRIGGER waits BEFORE UPDATE ON jobs FOR EACH ROW WHEN (NEW.status = 'COMPLETED') \
         EXECUTE FUNCTION waits()",
    );
    let one = start(&history).await;
    let id = submit(&one, "private").await;
    assert_eq!(told(&one, &id, "COMPLETED").await["result"]["summary"], "fine");
    // As if the server had not waited long enough.
    let late = analysis(&id, r#"{"summary": "of the database"}"#);
    history.add(&late).await.unwrap();
    let read = async {
        while told(&one, &id, "COMPLETED").await["result"]["summary"] != "of the database" {
            tokio::task::yield_now().await;
        }
    };
    soon("the result of the database", read).await;
}

#[tokio::test]
async fn jobs_of_a_server_that_has_kept_still_for_a_minute_have_failed() {
    let postgres = Postgres::start();
    let history = open(&postgres.url(), 8).await;
    let (gone, slow) = ("of-one-that-is-gone", "of-one-that-is-slow");
    for id in [gone, slow] {
        history.accept("", id, id).await.unwrap();
    }
    postgres.execute(&format!(
        "UPDATE jobs SET seen_at = seen_at - 61000 WHERE id = '{gone}'"
    ));
    postgres.execute(&format!(
        "UPDATE jobs SET seen_at = seen_at - 40000 WHERE id = '{slow}'"
    ));
    let server = start(&history).await;
    let lost = told(&server, gone, "FAILED").await;
    let error = lost["error"].as_str().unwrap();
    assert!(error.contains("submit it again"), "{lost}");
    // Both were looked at at once.
    told(&server, slow, "PENDING").await;
}

#[tokio::test]
async fn an_answer_waits_for_its_memory_only_as_long_as_it_may() {
    let postgres = Postgres::start();
    let history = open(&postgres.url(), 4).await;
    postgres.execute(
        "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN NEW; END $$; \
         CREATE TRIGGER never BEFORE INSERT ON analyses FOR EACH ROW EXECUTE FUNCTION never()",
    );
    let service = Service::new(Fake::new(), &config())
        .with_history(history, Duration::from_secs(3600), false)
        .with_patience(Duration::from_millis(1));
    let request = axum::http::Request::post("/v1/analyse")
        .header("content-length", 16)
        .body(axum::body::Body::from(r#"{"do": "answer"}"#));
    let answer = soon("the answer", router(service).oneshot(request.unwrap())).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("content-location"), "{answer:?}");
}
