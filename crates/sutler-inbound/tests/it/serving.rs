//! Over real sockets: request ids, probes, TLS, limits on peers, the drain.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sutler_inbound::{ServeOptions, Settings, bind, serve, tls};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::server::Server;

pub(crate) struct Open {
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) served: JoinHandle<std::io::Result<()>>,
}

pub(crate) fn open(server: &Server, options: ServeOptions) -> Open {
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let router = server.router.clone();
    let served = tokio::spawn(serve(listener, router, options, async {
        let _ = stopped.await;
    }));
    Open { address, stop, served }
}

pub(crate) async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn r24_requests_over_http_are_answered_and_the_server_stops() {
    let server = Server::start().await;
    let open = open(&server, ServeOptions::default());
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let text =
        exchange(&mut stream, "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert!(text.ends_with("ready\n"), "{text}");
    // A connection that is kept alive does not hold the server.
    let mut idle = TcpStream::connect(open.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    open.stop.send(()).unwrap();
    open.served.await.unwrap().unwrap();
    assert!(TcpStream::connect(open.address).await.is_err());
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_cut_off() {
    let server = Server::start().await;
    let header_timeout = Duration::from_millis(50);
    let open = open(&server, ServeOptions { header_timeout, ..ServeOptions::default() });
    for said in ["", "P", "GET /readyz HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(open.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Ends by itself: no time is measured here.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{said:?}");
    }
}

#[tokio::test]
async fn connections_over_the_cap_wait_for_their_turn() {
    let server = Server::start().await;
    let open = open(&server, ServeOptions { connections: 1, ..ServeOptions::default() });
    let mut first = TcpStream::connect(open.address).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut head = [0; 12];
    first.read_exact(&mut head).await.unwrap();
    let mut second = TcpStream::connect(open.address).await.unwrap();
    let request = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    second.write_all(request.as_bytes()).await.unwrap();
    drop(first);
    let mut text = String::new();
    second.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
}

fn certificate(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key, made.cert.der().to_vec())
}

#[tokio::test]
async fn tls_is_spoken_with_a_certificate_from_files() {
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, der) = certificate(folder.path());
    let server = Server::start().await;
    let options =
        ServeOptions { tls: Some(tls(&certificate, &key).unwrap()), ..ServeOptions::default() };
    let open = open(&server, options);
    let mut roots = RootCertStore::empty();
    roots.add(der.into()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(open.address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    let request =
        "GET /scim/v2/ResourceTypes/User HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.contains("\"https://localhost/scim/v2/ResourceTypes/User\""), "{text}");
}

#[tokio::test]
async fn files_that_hold_no_certificate_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, _) = certificate(folder.path());
    let missing = folder.path().join("missing.pem");
    for (certificate, key, named) in
        [(&missing, &key, &missing), (&certificate, &missing, &missing), (&key, &key, &key)]
    {
        let error = tls(certificate, key).unwrap_err().to_string();
        assert!(error.contains(&named.display().to_string()), "{error}");
    }
}

#[tokio::test]
async fn figures_and_probes_are_answered_without_a_token() {
    let server = Server::start().await;
    for (path, expected) in
        [("/healthz", "ok\n"), ("/readyz", "ready\n"), ("/metrics", "figures 1\n")]
    {
        let answer = server.call(Method::GET, path, None, &[("authorization", "")]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, expected));
    }
}

#[tokio::test]
async fn forwarded_headers_count_behind_a_proxy_only_co_5() {
    let forwarded = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "public.example.org"),
        ("x-request-id", "given-1"),
    ];
    let path = "/scim/v2/ResourceTypes/User";
    let base = |answer: &crate::server::Answer| {
        let location = answer.json()["meta"]["location"].as_str().unwrap().to_owned();
        location.trim_end_matches(path).to_owned()
    };
    let open = Server::start().await;
    let answer = open.call(Method::GET, path, None, &forwarded).await;
    assert_eq!(base(&answer), "http://id.example.org");
    assert_ne!(answer.header("x-request-id"), "given-1");
    let behind = Server::with(Settings { behind_proxy: true, ..Settings::default() }).await;
    let answer = behind.call(Method::GET, path, None, &forwarded).await;
    assert_eq!(base(&answer), "https://public.example.org");
    assert_eq!(answer.header("x-request-id"), "given-1");
    let base_url = Some("https://id.example.net/".to_owned());
    let fixed =
        Server::with(Settings { base_url, behind_proxy: true, ..Settings::default() }).await;
    assert_eq!(
        base(&fixed.call(Method::GET, path, None, &forwarded).await),
        "https://id.example.net"
    );
}

#[tokio::test]
async fn a_panic_is_answered_and_ends_only_its_request() {
    let server = Server::with_figures(Settings::default(), || panic!("a defect")).await;
    let refused = server.get("/metrics").await.refused(500, None);
    assert!(!refused.to_string().contains("a defect"));
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered() {
    let request_timeout = Duration::from_millis(20);
    let server = Server::with(Settings { request_timeout, ..Settings::default() }).await;
    let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = http::Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", server.token))
        .header("content-type", "application/scim+json")
        .body(axum::body::Body::from_stream(never))
        .unwrap();
    let answer = server.send(request).await;
    answer.refused(503, None);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn http_2_is_spoken_on_the_same_port() {
    let server = Server::start().await;
    let open = open(&server, ServeOptions::default());
    let stream = TcpStream::connect(open.address).await.unwrap();
    let executor = hyper_util::rt::TokioExecutor::new();
    let stream = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, stream).await.unwrap();
    tokio::spawn(connection);
    let uri = format!("http://{}/scim/v2/ResourceTypes/User", open.address);
    let request = http::Request::get(uri).body(axum::body::Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
    let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains(&format!("http://{}/scim/v2", open.address)), "{text}");
}
