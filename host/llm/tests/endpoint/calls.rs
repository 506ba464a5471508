//! Calls at once: those that are one, those that wait for a place, those that nobody waits for.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::*;

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_longer_has_used_its_prompt() {
    let server = ModelServer::start(|_| vec![Step::Hang]);
    let short = Settings {
        call_timeout: Duration::from_millis(50),
        ..settings(&server)
    };
    let (answer, spent) = once(short, &ask("x")).await;
    assert_eq!(answer.unwrap_err().kind, ErrorKind::TimedOut);
    assert!(spent.spend().tokens.input > 0 && spent.spend().estimated);
    // Another server: what was given up may still be on its way to the first.
    let server = ModelServer::start(|_| vec![Step::Hang]);
    let llm = Llm::new(settings(&server)).unwrap();
    let left = account(&llm, Duration::from_secs(20));
    let question = ask("x");
    let mut call = Box::pin(llm.complete(&question, &left));
    while server.requests().is_empty() {
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut call).await.is_err());
    }
    drop(call);
    assert!(left.spend().tokens.input > 0);
}

#[tokio::test]
async fn equal_questions_at_once_are_one_call() {
    let server = ModelServer::start(|request| {
        let wait = Step::Wait(Duration::from_millis(100));
        std::iter::once(wait).chain(obliging(request)).collect()
    });
    let llm = Llm::new(settings(&server)).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let ask = ask("x");
    let (a, b) = tokio::join!(llm.complete(&ask, &account), llm.complete(&ask, &account));
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_for_the_tenant_that_asked_and_for_no_other() {
    let server = ModelServer::start(obliging);
    let llm = Llm::new(settings(&server)).unwrap();
    let of = |tenant: &str| llm.account(&llm.budget_of(tenant, None), Duration::from_secs(20));
    let ask = ask("x");
    for (tenant, cached, sent) in [
        ("one", false, 1),
        ("one", true, 1),
        ("other", false, 2),
        ("other", true, 2),
        ("", false, 3),
    ] {
        let answer = llm.complete(&ask, &of(tenant)).await.unwrap();
        assert_eq!((answer.cached, server.requests().len()), (cached, sent), "{tenant}");
    }
    // At once as well: nobody waits for another's answer.
    let ask = self::ask("y");
    let (one, other) = (of("one"), of("other"));
    let (a, b) = tokio::join!(llm.complete(&ask, &one), llm.complete(&ask, &other));
    assert!(!a.unwrap().cached && !b.unwrap().cached);
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn calls_in_flight_are_bounded_and_a_wait_for_a_place_ends_at_the_deadline() {
    let (running, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let (came, more) = (Mutex::new(0), Condvar::new());
    let server = ModelServer::start(move |request| {
        seen.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Nobody is answered before two are there; with fewer places this ends at the deadline of who asks.
        let mut all = came.lock().unwrap();
        *all += 1;
        let pair: usize = *all + *all % 2;
        more.notify_all();
        drop(
            more.wait_timeout_while(all, Duration::from_secs(20), |it| *it < pair)
                .unwrap(),
        );
        running.fetch_sub(1, Ordering::SeqCst);
        obliging(request)
    });
    let bounded = Settings {
        max_concurrency: 2,
        ..settings(&server)
    };
    let many = Ask { samples: 6, ..ask("x") };
    assert!(once(bounded, &many).await.0.is_ok());
    assert_eq!(most.load(Ordering::SeqCst), 2);

    // On a slow machine the shorter times may be over before the endpoint is asked at all.
    for time in [300, 3_000, 20_000].map(Duration::from_millis) {
        let hanging = ModelServer::start(|_| vec![Step::Hang]);
        let llm = Llm::new(Settings {
            max_concurrency: 1,
            ..settings(&hanging)
        })
        .unwrap();
        let account = account(&llm, time);
        let ask = Ask { samples: 2, ..ask("x") };
        let error = llm.complete(&ask, &account).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TimedOut);
        let asked = hanging.requests().len();
        assert!(asked <= 1, "the second waits for a place");
        if asked == 1 {
            return;
        }
    }
    panic!("the endpoint was not asked");
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection_and_frees_its_place() {
    let heard = Arc::new(tokio::sync::Notify::new());
    let hearing = Arc::clone(&heard);
    let server = recovering(1, move || {
        hearing.notify_one();
        vec![Step::Hang]
    });
    let llm = Llm::new(Settings {
        max_concurrency: 1,
        ..settings(&server)
    })
    .unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let first = ask("x");
    tokio::select! {
        answer = llm.complete(&first, &account) => panic!("a server that hangs has answered: {answer:?}"),
        () = heard.notified() => {}
    }
    assert!(llm.complete(&ask("x"), &account).await.is_ok());
}

#[tokio::test]
async fn a_request_over_its_budget_is_refused_before_anything_is_sent() {
    let server = ModelServer::start(obliging);
    let settings = Settings {
        request_calls: 1,
        ..settings(&server)
    };
    let (answer, account) = once(settings, &Ask { samples: 2, ..ask("x") }).await;
    assert_eq!(server.requests().len(), 1);
    // The sample that was answered counts; the one that was not is said.
    assert_eq!(answer.unwrap().texts.len(), 1);
    let lost = &account.spend().errors[0];
    assert_eq!(lost.kind, ErrorKind::BudgetExceeded);
    assert!(lost.message.starts_with("1 of 2 samples: "), "{lost}");
}
