//! Limits on connections and heads, exceeded over sockets.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use sutler_inbound::ServeOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Told;
use crate::server::Server;
use crate::serving::{Open, exchange, open};

const CLOSED: &str = "the connection is closed";
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

async fn opened(options: ServeOptions) -> Open {
    open(&Server::start().await, options)
}

/// Reads the answer to [`ASK`].
async fn alive(stream: &mut TcpStream) {
    let mut text = Vec::new();
    while !text.ends_with(b"ok\n") {
        let mut some = [0; 512];
        let count = stream.read(&mut some).await.unwrap();
        assert!(count > 0, "closed after {:?}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&some[..count]);
    }
}

/// True if there is nothing to read for a moment.
async fn silent(stream: &mut TcpStream) -> bool {
    let mut one = [0; 1];
    let read = stream.read(&mut one);
    tokio::time::timeout(Duration::from_millis(30), read).await.is_err()
}

pub(super) async fn connections() -> Told {
    let open = opened(ServeOptions { connections: 1, ..ServeOptions::default() }).await;
    let mut first = TcpStream::connect(open.address).await.unwrap();
    first.write_all(ASK).await.unwrap();
    alive(&mut first).await;
    let mut second = TcpStream::connect(open.address).await.unwrap();
    second.write_all(ASK).await.unwrap();
    assert!(silent(&mut second).await, "the second connection was served beside the first");
    drop(first);
    alive(&mut second).await;
    "waits to be accepted".to_owned()
}

async fn closed(mut stream: TcpStream) -> Told {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(String::from_utf8_lossy(&rest), "");
    CLOSED.to_owned()
}

pub(super) async fn silence() -> Told {
    let header_timeout = Duration::from_millis(30);
    let open = opened(ServeOptions { header_timeout, ..ServeOptions::default() }).await;
    closed(TcpStream::connect(open.address).await.unwrap()).await
}

pub(super) async fn idleness() -> Told {
    let idle_timeout = Duration::from_millis(30);
    let open = opened(ServeOptions { idle_timeout, ..ServeOptions::default() }).await;
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    stream.write_all(ASK).await.unwrap();
    alive(&mut stream).await;
    closed(stream).await
}

pub(super) async fn drain() -> Told {
    let drain = Duration::from_millis(30);
    let server = Server::start().await;
    let open = open(&server, ServeOptions { drain, ..ServeOptions::default() });
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/scim+json\r\nContent-Length: 9\r\n\r\n",
        server.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(silent(&mut stream).await);
    open.stop.send(()).unwrap();
    open.served.await.unwrap().unwrap();
    CLOSED.to_owned()
}

async fn status(open: &Open, request: &str) -> Told {
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let text = exchange(&mut stream, request).await;
    text.strip_prefix("HTTP/1.1 ").and_then(|text| text.get(..3)).unwrap_or(&text).to_owned()
}

fn with_header(length: usize) -> String {
    let before = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: ";
    format!("{before}{}\r\n\r\n", "x".repeat(length - before.len() - 4))
}

/// A long header, a long address, and both over HTTP/2.
pub(super) async fn heads() -> Vec<Told> {
    let open = opened(ServeOptions { head_bytes: 8_192, ..ServeOptions::default() }).await;
    assert_eq!(status(&open, &with_header(8_000)).await, "200");
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(8_192));
    vec![
        status(&open, &with_header(9_000)).await,
        status(&open, &long).await,
        over_http_2(&open, 9_000).await,
    ]
}

async fn http_2(open: &Open) -> hyper::client::conn::http2::SendRequest<axum::body::Body> {
    let stream = TokioIo::new(TcpStream::connect(open.address).await.unwrap());
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn over_http_2(open: &Open, length: usize) -> Told {
    let mut sender = http_2(open).await;
    let uri = format!("http://{}/healthz", open.address);
    let request = http::Request::get(uri).header("x-long", "x".repeat(length));
    let request = request.body(axum::body::Body::empty()).unwrap();
    sender.send_request(request).await.unwrap().status().as_u16().to_string()
}

pub(super) async fn headers() -> Told {
    let open = opened(ServeOptions::default()).await;
    let with = |count: usize| {
        let more = "X-More: 1\r\n".repeat(count - 2);
        format!("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n")
    };
    assert_eq!(status(&open, &with(100)).await, "200");
    status(&open, &with(101)).await
}

/// As many as are allowed wait for their body; one more is not sent by the client.
pub(super) async fn streams() -> Told {
    let server = Server::start().await;
    let open = open(&server, ServeOptions::default());
    let mut sender = http_2(&open).await;
    let uri = format!("http://{}/scim/v2/Users", open.address);
    let request = || {
        let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        http::Request::post(&uri)
            .header("authorization", format!("Bearer {}", server.token))
            .header("content-type", "application/scim+json")
            .body(axum::body::Body::from_stream(never))
            .unwrap()
    };
    let mut waiting = Vec::new();
    for _ in 0..256 {
        sender.ready().await.unwrap();
        waiting.push(tokio::spawn(sender.send_request(request())));
        tokio::task::yield_now().await;
    }
    let healthy = http::Request::get(format!("http://{}/healthz", open.address));
    let healthy = healthy.body(axum::body::Body::empty()).unwrap();
    let mut one_more = tokio::spawn(sender.send_request(healthy));
    let waits = tokio::time::timeout(Duration::from_millis(50), &mut one_more).await.is_err();
    assert!(waits, "257 requests were under way");
    waiting.drain(..8).for_each(|request| request.abort());
    assert_eq!(one_more.await.unwrap().unwrap().status(), 200);
    "wait for their turn at the client".to_owned()
}
