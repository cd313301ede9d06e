//! The port: connections in, requests to the target that their path names.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};

use crate::answer::{Answer, Fail, Payload, Reply};
use crate::faults::Faults;
use crate::line::{Line, Shears};
use crate::options::{Options, StartError};
use crate::request::Request;
use crate::target::EmulatedTarget;

const BODY_LIMIT: usize = 64 * 1024 * 1024;
const HTML: &str = "<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>";

type Targets = Arc<BTreeMap<String, Arc<EmulatedTarget>>>;

/// A server with emulated targets. It stops when it is dropped.
pub struct Emulator {
    address: SocketAddr,
    targets: Targets,
    accepting: Mutex<Option<Accepting>>,
}

struct Accepting(JoinHandle<()>);

impl Drop for Accepting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Emulator {
    /// Starts to listen.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        if !options.listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(options.listen));
        }
        let (listener, address) = listen(options.listen).await?;
        let target = |one: crate::TargetOptions| {
            let base = format!("http://{address}/{}/v2", one.name);
            let name = one.name.clone();
            let target = EmulatedTarget::new(one, base, Arc::clone(&options.clock));
            (name, Arc::new(target))
        };
        let targets: Targets = Arc::new(options.targets.into_iter().map(target).collect());
        let accepting = accept(listener, Arc::clone(&targets));
        Ok(Self { address, targets, accepting: Mutex::new(Some(accepting)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of a target.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}/v2", self.address)
    }

    /// A target by its name.
    pub fn target(&self, name: &str) -> Option<Arc<EmulatedTarget>> {
        self.targets.get(name).map(Arc::clone)
    }

    /// Closes the port and every connection: from now on connections are refused.
    pub async fn refuse_connections(&self) {
        if let Some(mut accepting) = self.accepting.lock().await.take() {
            accepting.0.abort();
            // The port is free only when the task is gone.
            let _ = (&mut accepting.0).await;
        }
    }

    /// Opens the same port again.
    pub async fn accept_connections(&self) -> Result<(), StartError> {
        let mut accepting = self.accepting.lock().await;
        if accepting.is_none() {
            let (listener, _) = listen(self.address).await?;
            *accepting = Some(accept(listener, Arc::clone(&self.targets)));
        }
        Ok(())
    }

    /// Stops.
    pub async fn stop(&self) {
        self.refuse_connections().await;
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn accept(listener: TcpListener, targets: Targets) -> Accepting {
    Accepting(tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        let shears = Shears::default();
                        let line = Line::new(stream, shears.clone());
                        connections.spawn(connection(line, shears, Arc::clone(&targets)));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the emulator could not accept a connection");
                        tokio::task::yield_now().await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }))
}

async fn connection(line: Line, shears: Shears, targets: Targets) {
    let service = service_fn(move |request| {
        let targets = Arc::clone(&targets);
        let shears = shears.clone();
        async move { Ok::<_, Infallible>(handle(request, &targets, &shears).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(line), service)
        .await;
    if let Err(error) = served {
        tracing::trace!(%error, "a connection to the emulator ended early");
    }
}

async fn handle(
    request: hyper::Request<Incoming>,
    targets: &Targets,
    shears: &Shears,
) -> Response<Payload> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return whole(&Fail::new(413, "the body is too large").answer());
    };
    if path == "/_targets" {
        let names: Vec<&String> = targets.keys().collect();
        return whole(&Answer::new(200, Some(json!(names))));
    }
    let (name, rest) = split(&path);
    let Some(target) = targets.get(name) else {
        return whole(&Fail::new(404, "there is no such target").answer());
    };
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let mut request = Request {
        method: parts.method.as_str().to_owned(),
        path: rest.to_owned(),
        query: query.into_owned().collect(),
        headers: parts.headers,
        body: body.to_bytes(),
    };
    let below = rest.strip_prefix("/v2").map(str::to_owned);
    let Some(below) = below.filter(|b| b.is_empty() || b.starts_with('/')) else {
        return whole(&control(target, &request));
    };
    request.path = below;
    match target.serve(&request).await {
        Reply::Whole(answer) => whole(&answer),
        Reply::Half(answer) => half(&answer),
        Reply::Html => html(),
        Reply::Reset => {
            shears.cut();
            whole(&Answer::new(500, None))
        }
    }
}

/// `/{name}` and what follows.
fn split(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    match path.find('/') {
        Some(at) => path.split_at(at),
        None => (path, ""),
    }
}

/// The routes beside SCIM: state, journal, counters and faults.
fn control(target: &EmulatedTarget, request: &Request) -> Answer {
    let ok = |value: serde_json::Result<Value>| match value {
        Ok(value) => Answer::new(200, Some(value)),
        Err(error) => Fail::new(500, error.to_string()).answer(),
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_state") => ok(Ok(target.state())),
        ("GET", "/_journal") => ok(serde_json::to_value(target.journal())),
        ("GET", "/_counters") => ok(serde_json::to_value(target.counters())),
        ("GET", "/_faults") => ok(serde_json::to_value(target.faults())),
        ("PUT", "/_faults") => match serde_json::from_slice::<Faults>(&request.body) {
            Ok(faults) => {
                target.set_faults(faults);
                ok(serde_json::to_value(target.faults()))
            }
            Err(error) => Fail::new(400, error.to_string()).answer(),
        },
        _ => Fail::new(404, "there is nothing here").answer(),
    }
}

fn bytes(answer: &Answer) -> Option<Bytes> {
    let body = answer.body.as_ref()?;
    serde_json::to_vec(body).ok().map(Bytes::from)
}

fn whole(answer: &Answer) -> Response<Payload> {
    head(answer, Payload::Whole(bytes(answer)))
}

fn half(answer: &Answer) -> Response<Payload> {
    let all = bytes(answer).unwrap_or_else(|| Bytes::from_static(b"{\"schemas\": []}"));
    let first = all.slice(..all.len() / 2);
    let mut response = head(answer, Payload::Half(Some(first), false));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(CONTENT_LENGTH, all.len().into());
    response
}

fn html() -> Response<Payload> {
    let mut response = Response::new(Payload::Whole(Some(Bytes::from_static(HTML.as_bytes()))));
    let kind = hyper::header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn head(answer: &Answer, payload: Payload) -> Response<Payload> {
    let mut response = Response::new(payload);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let retry_after = answer.retry_after.map(|seconds| seconds.to_string());
    let kind = answer.body.as_ref().map(|_| "application/scim+json".to_owned());
    for (name, value) in [
        (CONTENT_TYPE, kind.as_ref()),
        (ETAG, answer.etag.as_ref()),
        (LOCATION, answer.location.as_ref()),
        (RETRY_AFTER, retry_after.as_ref()),
    ] {
        if let Some(Ok(value)) = value.map(|v| v.parse()) {
            headers.insert(name, value);
        }
    }
    response
}
