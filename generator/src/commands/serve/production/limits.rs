//! The server itself: connections with limits, so that clients that are slow, half gone or hostile hold nothing for long.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tower::ServiceExt as _;

/// Connections at once; more wait in the system's own queue.
const CONNECTIONS: usize = 1024;
/// Bytes of a request's head; a larger one is answered with 431.
const HEAD: usize = 64 * 1024;
/// Until the head of a request has come, idle time before it included.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Until a request has come whole and is answered; 256 kB in this time are a poor telephone line.
const REQUEST_TIME: Duration = Duration::from_mins(1);
/// After this, a connection ends with its next answer.
const CONNECTION_TIME: Duration = Duration::from_mins(5);
/// How long what is under way may take when a connection, or the server, is to end.
const GRACE: Duration = Duration::from_secs(30);
/// Rest after the system has refused a connection: it is short of something.
const REFUSED: Duration = Duration::from_millis(100);

/// Answers with `service` until `told` is done; then ends what is under way.
pub(super) async fn serve(listener: TcpListener, service: Router, told: impl Future<Output = ()>) {
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut told = pin!(told);
    loop {
        let next = async {
            let permit = free.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        tokio::select! {
            () = &mut told => break,
            (permit, accepted) = next => match (permit, accepted) {
                (Ok(permit), Ok((stream, peer))) => {
                    connections.spawn(connection(stream, peer, service.clone(), stopped.clone(), permit));
                }
                _ => sleep(REFUSED).await,
            },
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    // Nobody listens where every connection has ended.
    let _ = stop.send(true);
    let _ = timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    service: Router,
    mut stopped: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    let answer = service_fn(move |request| answer(service.clone(), peer, request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
    let mut end = Instant::now() + CONNECTION_TIME;
    let mut ending = false;
    loop {
        tokio::select! {
            // A connection that broke is the client's affair: what was acknowledged is stored.
            _ = connection.as_mut() => return,
            _ = stopped.wait_for(|stopped| *stopped), if !ending => {}
            () = sleep_until(end) => if ending { return },
        }
        ending = true;
        end = Instant::now() + GRACE;
        connection.as_mut().graceful_shutdown();
    }
}

async fn answer(service: Router, peer: SocketAddr, request: Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let answered = timeout(REQUEST_TIME, service.oneshot(request)).await;
    answered.unwrap_or_else(|_| Ok(StatusCode::REQUEST_TIMEOUT.into_response()))
}
