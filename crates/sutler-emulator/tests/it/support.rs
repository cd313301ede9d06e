//! A started emulator and a client for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use sutler_emulator::{EmulatedTarget, Emulator, Options, TargetOptions};
use sutler_model::Time;
use sutler_model::port::Clock;

/// A clock that moves only when it is told to.
#[derive(Default)]
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }

    fn boottime(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct App {
    pub(crate) emulator: Emulator,
    pub(crate) target: Arc<EmulatedTarget>,
    pub(crate) clock: Arc<StillClock>,
    client: Client,
}

/// An answer: status, `ETag`, body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

pub(crate) async fn start(options: TargetOptions) -> App {
    let clock = Arc::new(StillClock::default());
    let emulator = Emulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        targets: vec![options, TargetOptions::new("other", "t")],
        clock: clock.clone(),
    })
    .await
    .unwrap();
    App {
        target: emulator.target("app").unwrap(),
        client: Client::builder().no_proxy().build().unwrap(),
        emulator,
        clock,
    }
}

impl App {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.emulator.address());
        self.client.request(method, url)
    }

    /// Sends to the target `app`, with the right token and perhaps an `If-Match`.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        if_match: Option<&str>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.request(method, &format!("/app/v2{path}")).bearer_auth("t");
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(tag) = if_match {
            request = request.header("if-match", tag);
        }
        let response = request.send().await.unwrap();
        let status: StatusCode = response.status();
        let etag = response.headers().get("etag");
        let etag = etag.map(|tag| tag.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        Answer {
            status: status.as_u16(),
            etag,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&body), None).await
    }
}
