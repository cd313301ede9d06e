//! The accept loop: HTTP/1.1 and HTTP/2, with or without TLS, a cap on connections, limits on
//! how long a peer may take, and a drain at the end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::ServiceExt as _;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4096;
/// How many headers a request over HTTP/1.1 may have.
pub(crate) const MOST_HEADERS: usize = 100;
/// How many requests one connection of HTTP/2 may have under way.
pub(crate) const MOST_STREAMS: u32 = 256;
/// How long to wait when the process has run out of sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How to serve.
#[derive(Clone)]
pub struct ServeOptions {
    /// With TLS, by [`crate::tls()`].
    pub tls: Option<Arc<ServerConfig>>,
    /// Connections at once; further ones wait in the backlog.
    pub connections: usize,
    /// The longest head of a request, in bytes: request line and headers.
    pub head_bytes: usize,
    /// How long a peer may take for the TLS handshake and for the head of its first request.
    pub header_timeout: Duration,
    /// How long a connection may wait for a further request.
    pub idle_timeout: Duration,
    /// How long requests under way may go on after the shutdown.
    pub drain: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            tls: None,
            connections: 4096,
            head_bytes: 64 * 1024,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            drain: Duration::from_secs(20),
        }
    }
}

/// The other end of a connection; an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// True if the connection is encrypted.
    pub tls: bool,
}

/// Listens, with a backlog that takes a burst of connections.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown`, then lets requests under way finish, up to the time for it.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let permits = Arc::new(Semaphore::new(options.connections));
    let graceful = GracefulShutdown::new();
    let door = Door {
        router,
        acceptor: options.tls.map(TlsAcceptor::from),
        builder: builder(options.idle_timeout, options.head_bytes),
        header_timeout: options.header_timeout,
    };
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        match accepted {
            Ok((stream, address, permit)) => {
                let served = door.clone().serve(stream, address, graceful.watcher());
                tokio::spawn(async move {
                    served.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(options.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("cut off requests that were still under way at the shutdown");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    Ok((stream, address, permit))
}

fn builder(idle_timeout: Duration, head_bytes: usize) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(idle_timeout)
        .max_headers(MOST_HEADERS)
        .max_buf_size(head_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(idle_timeout)
        .keep_alive_timeout(idle_timeout)
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(head_bytes).unwrap_or(u32::MAX));
    builder
}

/// What every connection needs.
#[derive(Clone)]
struct Door {
    router: Router,
    acceptor: Option<TlsAcceptor>,
    builder: Builder<TokioExecutor>,
    header_timeout: Duration,
}

impl Door {
    async fn serve(self, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
        // Answers are small and whole: waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "could not set TCP_NODELAY");
        }
        let tls = self.acceptor.is_some();
        let peer = Peer { address, tls };
        match &self.acceptor {
            None => self.speak(stream, peer, watcher).await,
            Some(acceptor) => {
                let handshake = acceptor.accept(stream);
                match tokio::time::timeout(self.header_timeout, handshake).await {
                    Ok(Ok(stream)) => self.speak(stream, peer, watcher).await,
                    Ok(Err(error)) => {
                        tracing::debug!(peer.address = %address, error = %error, "a TLS handshake failed");
                    }
                    Err(_) => {
                        tracing::debug!(peer.address = %address, "a TLS handshake took too long");
                    }
                }
            }
        }
    }

    async fn speak<S>(&self, stream: S, peer: Peer, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let asked = Arc::new(AtomicBool::new(false));
        let service = {
            let (router, asked) = (self.router.clone(), Arc::clone(&asked));
            service_fn(move |mut request: hyper::Request<Incoming>| {
                asked.store(true, Ordering::Relaxed);
                request.extensions_mut().insert(peer);
                let router = router.clone();
                router.oneshot(request.map(Body::new))
            })
        };
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let connection = watcher.watch(connection);
        // The builder's time-out begins only when the protocol is known, and is longer.
        let silence = async {
            tokio::time::sleep(self.header_timeout).await;
            if asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(peer.address = %peer.address, error = %error, "a connection ended");
            },
            () = silence => {}
        }
    }
}
