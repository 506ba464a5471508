use serde_json::{Value, json};
use tokio::time::advance;

use super::*;

const MAX_JOBS: usize = 8;
const RETENTION: Duration = Duration::from_secs(600);

fn jobs() -> Jobs {
    Jobs::new(MAX_JOBS, RETENTION)
}

fn create(jobs: &Jobs) -> Result<(Running, Snapshot), Refusal> {
    jobs.create(&Arc::from("t"))
}

fn response() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).unwrap()
}

fn shown(jobs: &Jobs, id: Uuid) -> Value {
    jobs.get(&id.to_string(), "t").map_or(Value::Null, |it| json!(it))
}

#[tokio::test(start_paused = true)]
async fn a_finished_job_is_kept_for_its_time_and_an_unfinished_one_for_ever() {
    let jobs = jobs();
    let (finished, _) = create(&jobs).unwrap();
    let (unfinished, _) = create(&jobs).unwrap();
    let id = finished.id();
    finished.complete(response(), false);
    advance(RETENTION - Duration::from_secs(1)).await;
    assert_eq!(shown(&jobs, id)["status"], "COMPLETED");
    assert!(shown(&jobs, id)["result"].is_object());
    advance(Duration::from_secs(1)).await;
    assert_eq!(shown(&jobs, id), Value::Null);
    assert_eq!(shown(&jobs, unfinished.id())["status"], "PENDING");
}

#[tokio::test(start_paused = true)]
async fn when_full_the_longest_finished_makes_room() {
    let jobs = jobs();
    let mut running: Vec<_> = (0..MAX_JOBS).map(|_| create(&jobs).unwrap().0).collect();
    assert!(jobs.check_room().is_err());
    assert_eq!(create(&jobs).unwrap_err().problem().code, "overloaded");

    let (first, second) = (running.pop().unwrap(), running.pop().unwrap());
    let (first_id, second_id) = (first.id(), second.id());
    first.complete(response(), false);
    advance(Duration::from_secs(1)).await;
    second.fail("x".to_owned());
    assert!(jobs.check_room().is_ok());
    running.push(create(&jobs).unwrap().0);
    assert_eq!(shown(&jobs, first_id), Value::Null);
    assert_eq!(shown(&jobs, second_id)["status"], "FAILED");
}

#[tokio::test]
async fn a_job_is_not_there_for_another_tenant() {
    let jobs = jobs();
    let (running, _) = create(&jobs).unwrap();
    let id = running.id().to_string();
    assert!(jobs.get(&id, "other").is_none() && jobs.cancel(&id, "other").is_none());
    assert_eq!(shown(&jobs, running.id())["status"], "PENDING");
}

#[tokio::test]
async fn a_result_that_is_deleted_before_its_job_is_over_is_not_told() {
    let jobs = jobs();
    for (tenant, deleted, told) in [("t", true, false), ("t", false, true), ("other", true, true)] {
        let (running, _) = create(&jobs).unwrap();
        let id = running.id();
        jobs.forget_of(&id.to_string(), tenant, deleted);
        assert_eq!(shown(&jobs, id)["status"], "PENDING");
        running.complete(response(), true);
        assert_eq!(shown(&jobs, id)["status"] == "COMPLETED", told, "{tenant} {deleted}");
    }
    assert_eq!(jobs.unfinished(), 0);
}

#[tokio::test]
async fn a_job_that_is_dropped_has_failed_and_stays_so() {
    let jobs = jobs();
    let (running, _) = create(&jobs).unwrap();
    let id = running.id();
    running.begin();
    assert_eq!(shown(&jobs, id)["status"], "PROCESSING");
    drop(running);
    assert_eq!(shown(&jobs, id)["status"], "FAILED");
    let before = shown(&jobs, id);
    assert_eq!(json!(jobs.cancel(&id.to_string(), "t").unwrap()), before);
}

#[tokio::test]
async fn a_closed_store_ends_its_jobs_and_takes_no_more() {
    let jobs = jobs();
    let (running, _) = create(&jobs).unwrap();
    create(&jobs).unwrap().0.complete(response(), false);
    assert_eq!(jobs.close(), 1);
    assert_eq!(shown(&jobs, running.id())["status"], "FAILED");
    assert_eq!(create(&jobs).unwrap_err().problem().code, "shutting_down");
}
