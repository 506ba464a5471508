use std::{pin::pin, sync::Arc};

use axum::Router;
use deepfix_config::ServerConfig;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use tower::ServiceExt as _;

use crate::{
    admin::Peer,
    shutdown::{Phase, Phases},
};

/// Serves one connection to its end. HTTP/1.1 only: one request at a time, so the number of
/// connections bounds everything, and clients and proxies all speak it.
pub(crate) async fn run(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    config: Arc<ServerConfig>,
    phases: Phases,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let peer = stream.peer_addr().ok().map(|it| Peer(it.ip()));
    let mut stream = TimeoutStream::new(stream);
    // A client that takes none of the answer for so long is gone; without this it would keep its
    // connection for ever.
    stream.set_write_timeout(Some(config.write_timeout));
    let stream = Box::pin(stream);
    match tls {
        None => speak(stream, peer, router, &config, &phases).await,
        // As long as for the headers of a request: a client that says nothing must not keep its place.
        Some(tls) => match timeout(config.header_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) => speak(stream, peer, router, &config, &phases).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS with a client"),
            Err(_) => tracing::debug!("a client was too slow to agree on TLS"),
        },
    }
}

/// HTTP over what was agreed on.
async fn speak<S>(stream: S, peer: Option<Peer>, router: Router, config: &ServerConfig, phases: &Phases)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let router = router.map_request(move |mut request: axum::extract::Request<_>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Runs between two requests too, so it closes idle connections as well.
        .header_read_timeout(config.header_timeout)
        .max_buf_size(config.max_head)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = phases.reached(Phase::Draining) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Of interest to who looks for it: scanners and broken clients make many of these.
        tracing::debug!(%error, "a connection ended early");
    }
}
