use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use deepfix_config::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    app::App,
    background, connection, jobs, routes,
    service::Service,
    shutdown::{Phase, Phases},
    tls::Tls,
};

/// After the drain, requests that are cut off are told so: how long that may take.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// At the shutdown the ends of jobs are written down: how long that may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long to leave the listener alone when the process has no file left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What the end of the server cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Requests that were not done when the drain timeout ended.
    pub requests: usize,
    /// Jobs that were not done when the drain timeout ended; without a database, when the shutdown
    /// began: with the listener closed, nobody could have asked for their results.
    pub jobs: usize,
}

/// Serves until `shutdown` is ready. Then the listener is closed, requests that came in are
/// answered, and after `drain_timeout` the rest gets a 503 and is dropped.
///
/// `admin` is where administration is, when it has an address of its own.
pub async fn serve(
    listener: TcpListener,
    admin: Option<TcpListener>,
    service: Service,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let config = Arc::new(service.config.clone());
    let max_connections = config.max_connections;
    let (phase, phases) = Phases::new();
    let app = App::new(service, phases.clone());
    background::start(&app).await;
    let mut beside = JoinSet::new();
    beside.spawn(background::run(Arc::clone(&app)));
    beside.spawn(background::heed(Arc::clone(&app)));
    if let Some(admin) = admin {
        // A listener has an address; were it not so, the strictest rules would hold.
        let address = admin
            .local_addr()
            .unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        let router = routes::of_administration(Arc::clone(&app), address);
        beside.spawn(administer(admin, router, Arc::clone(&config), phases.clone()));
    }
    let tls = app.service.tls.clone();
    if let Some(tls) = &tls {
        beside.spawn(tls.clone().watch());
    }
    let router = routes::of(Arc::clone(&app));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            stream = accept(&listener), if connections.len() < max_connections => {
                let tls = tls.as_ref().map(Tls::acceptor);
                connections.spawn(connection::run(stream, tls, router.clone(), Arc::clone(&config), phases.clone()));
                if connections.len() == max_connections {
                    tracing::warn!(connections = max_connections, "no more connections until one ends (`[server] max_connections`)");
                }
            }
        }
    }
    drop(listener);

    phase.send_replace(Phase::Draining);
    // With a database a job's result can be asked for later, here or elsewhere: then it may finish.
    let outlives = app.service.history.is_some();
    let mut jobs = if outlives {
        app.jobs.refuse_new();
        0
    } else {
        app.jobs.close()
    };
    let unfinished = app.jobs.unfinished();
    tracing::info!(requests = app.in_flight.count(), jobs = unfinished, "draining");
    let mut requests = 0;
    let drained = async { tokio::join!(all(&mut connections), app.jobs.idle()) };
    if timeout(config.drain_timeout, drained).await.is_err() {
        requests = app.in_flight.count();
        jobs += app.jobs.close();
        phase.send_replace(Phase::CutOff);
        let _ = timeout(FAREWELL_TIMEOUT, all(&mut connections)).await;
        connections.shutdown().await;
    }
    // Those who wait for a job learn how it ended; a database that is gone must not hold up the end.
    if outlives && !matches!(timeout(STORE_TIMEOUT, jobs::settle(&app)).await, Ok(Ok(()))) {
        tracing::error!("the ends of jobs were not written down: the database does not answer");
    }
    if timeout(STORE_TIMEOUT, app.tenants.written()).await.is_err() {
        tracing::error!("what tenants used of the language model was not written down: the database does not answer");
    }
    tracing::info!(cut_off_requests = requests, cut_off_jobs = jobs, "stopped");
    Drained { requests, jobs }
}

/// Connections to the address of administration that are open at once: a scraper and a person.
const MAX_ADMINISTRATORS: usize = 16;

/// Serves administration until it is dropped.
async fn administer(listener: TcpListener, router: Router, config: Arc<ServerConfig>, phases: Phases) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            stream = accept(&listener), if connections.len() < MAX_ADMINISTRATORS => {
                connections.spawn(connection::run(stream, None, router.clone(), Arc::clone(&config), phases.clone()));
            }
        }
    }
}

async fn all(connections: &mut JoinSet<()>) {
    while connections.join_next().await.is_some() {}
}

/// The next connection. Errors are of one connection or pass with time: none ends the server.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use deepfix_core::{AgentInfo, AnalyseOptions, BoxFuture, Diagnosis};
    use deepfix_core::{AnalyseResponse, Experiment, Problem};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::oneshot,
    };

    use super::*;

    struct Nothing;

    impl Diagnosis for Nothing {
        fn decode(&self, _: &[u8]) -> Result<Experiment, Problem> {
            Ok(Experiment::default())
        }

        fn analyse(&self, _: Experiment, _: AnalyseOptions) -> BoxFuture<'_, AnalyseResponse> {
            Box::pin(std::future::pending())
        }

        fn agents(&self) -> Vec<AgentInfo> {
            Vec::new()
        }
    }

    #[tokio::test]
    async fn a_connection_too_many_waits_until_one_ends() {
        let config = ServerConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            max_connections: 2,
            ..ServerConfig::default()
        };
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap() };
            serve(listener, None, Service::new(Arc::new(Nothing), &config), stopped).await
        });
        let asking = async || {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
                .await
                .unwrap();
            stream
        };
        let (mut first, mut second, mut third) = (asking().await, asking().await, asking().await);
        assert!(first.read_u8().await.is_ok());
        assert!(second.read_u8().await.is_ok());
        assert!(timeout(Duration::from_millis(100), third.read_u8()).await.is_err());
        drop(first);
        assert!(third.read_u8().await.is_ok());
        stop.send(()).unwrap();
        assert_eq!(server.await.unwrap(), Drained { requests: 0, jobs: 0 });
    }
}
