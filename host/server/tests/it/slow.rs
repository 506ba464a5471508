//! What takes long, on a clock that does not.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::Request,
    response::Response,
};
use deepfix_server::{Service, router};
use http_body::Frame;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tower::ServiceExt as _;

use crate::{
    fake::{Fake, reaches},
    wire::{self, Server, analyse},
};

/// One byte at each tick, for ever.
struct Trickle(Interval);

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        self.0
            .poll_tick(cx)
            .map(|_| Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}

fn trickle(seconds: u64) -> Request<Body> {
    let mut interval = interval(Duration::from_secs(seconds));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Request::post("/v1/analyse").body(Body::new(Trickle(interval))).unwrap()
}

async fn problem(response: Response) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_coming_is_given_up() {
    let begun = Instant::now();
    let response = router(Service::new(Fake::new(), &wire::config()))
        .oneshot(trickle(3600))
        .await
        .unwrap();
    assert_eq!(begun.elapsed().as_secs(), 10);
    let problem = problem(response).await;
    assert_eq!(
        (problem["status"].as_u64(), problem["code"].as_str()),
        (Some(408), Some("body_timed_out"))
    );
    assert_eq!(
        problem["detail"],
        "nothing arrived for 10s (`[server] body_idle_timeout`); 1 bytes had arrived"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_in_is_given_up_too() {
    let begun = Instant::now();
    let response = router(Service::new(Fake::new(), &wire::config()))
        .oneshot(trickle(9))
        .await
        .unwrap();
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(problem(response).await["code"], "body_timed_out");
}

#[tokio::test(start_paused = true)]
async fn how_long_a_body_may_take_is_configured() {
    let mut config = wire::config();
    config.body_timeout = Duration::from_secs(20);
    let begun = Instant::now();
    let response = router(Service::new(Fake::new(), &config))
        .oneshot(trickle(9))
        .await
        .unwrap();
    assert_eq!(begun.elapsed().as_secs(), 20);
    let detail = problem(response).await["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("20s (`[server] body_timeout`)"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn an_analysis_that_hangs_ends_with_the_request_timeout() {
    let fake = Fake::new();
    let request = Request::post("/v1/analyse")
        .body(Body::from(r#"{"do": "hang"}"#))
        .unwrap();
    let begun = Instant::now();
    let response = router(Service::new(Arc::clone(&fake) as _, &wire::config()))
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(begun.elapsed().as_secs(), 120);
    assert_eq!(response.status(), 504);
    assert_eq!(*fake.ended.borrow(), 1);
    // It was told to be done a little earlier, so that it could have given a partial result.
    assert_eq!(fake.options.lock().unwrap()[0].1, Duration::from_secs(119));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_counts_as_time_of_the_request() {
    let fake = Fake::new();
    let mut config = wire::config();
    config.max_in_flight = 1;
    let router = router(Service::new(Arc::clone(&fake) as _, &config));
    let request = |what: &str| {
        let body = format!(r#"{{"do": "{what}"}}"#);
        let request = Request::post("/v1/analyse")
            .header("content-length", body.len())
            .body(Body::from(body));
        tokio::spawn(router.clone().oneshot(request.unwrap()))
    };
    let (first, begun) = (request("gate"), Instant::now());
    reaches(&fake.begun, 1).await;
    let second = request("answer");
    reaches(&fake.decoded, 2).await;
    tokio::time::sleep(Duration::from_secs(100)).await;
    fake.gate.add_permits(1);
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(second.await.unwrap().unwrap().status(), 200);
    assert_eq!(fake.options.lock().unwrap()[1].1, Duration::from_secs(19));
    assert_eq!(begun.elapsed().as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_answer_is_dropped() {
    let server = Server::start().await;
    // Twenty megabytes: more than the kernel buffers.
    let client = server.send(analyse("much")).await;
    reaches(&server.fake.ended, 1).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    // Its connection is gone, so there is nothing to drain.
    let begun = Instant::now();
    server.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stops_coming_is_given_up_like_any_body() {
    let reader: deepfix_server::Reader = Arc::new(|_, _| Err("nothing".to_owned()));
    let service = Service::new(Fake::new(), &wire::config());
    let router = router(service.with_uploads(&deepfix_config::UploadsConfig::default(), reader));
    for (seconds, after, key) in [(3600, 10, "body_idle_timeout"), (9, 60, "body_timeout")] {
        let mut request = trickle(seconds);
        *request.uri_mut() = "/v1/uploads".parse().unwrap();
        let form = "multipart/form-data; boundary=X".parse().unwrap();
        request.headers_mut().insert("content-type", form);
        let begun = Instant::now();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), after);
        let problem = problem(response).await;
        assert_eq!(
            (problem["status"].as_u64(), problem["code"].as_str()),
            (Some(408), Some("body_timed_out"))
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(key) && detail.contains("bytes had arrived"), "{detail}");
    }
}
