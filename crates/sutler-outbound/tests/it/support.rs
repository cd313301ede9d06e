//! What the tests share: a clock that stands still, targets, and a server that plays a script.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use sutler_emulator::{EmulatedTarget, Emulator, Options, TargetOptions};
use sutler_model::estate::{OnDeactivate, OnDelete, Target, TargetAuth};
use sutler_model::outcome::{Applied, Operation, Outcome};
use sutler_model::port::{Clock, Connector};
use sutler_model::{Kind, TargetId, TenantId, Time};
use sutler_outbound::{ResolvedAuth, Settings, connector};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A clock that moves only when it is told to. It begins at 1994-11-06T08:49:00Z.
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(784_111_740_000)))
    }

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

pub(crate) fn target(url: &str) -> Target {
    Target {
        id: TargetId(1),
        tenant: TenantId::DEFAULT,
        name: "app".to_owned(),
        version: 1,
        connector: "scim2".to_owned(),
        url: url.to_owned(),
        auth: TargetAuth::None,
        allow_private_addresses: true,
        on_deactivate: OnDeactivate::Disable,
        on_delete: OnDelete::Delete,
        concurrency: 4,
        rate: None,
        timeout: 10_000,
        lag: 0,
        correlate: sutler_model::estate::Correlate::ExternalId,
        schemas: vec![],
        nesting: sutler_model::nesting::Nesting::Native,
        profile: None,
        on_leave: None,
        delete_after: None,
        guard: sutler_model::guard::Guard::default(),
        reconcile_every: None,
        users: sutler_model::estate::TypeRules::default(),
        groups: sutler_model::estate::TypeRules::default(),
        maintenance: Vec::new(),
    }
}

pub(crate) fn connect(target: &Target, auth: ResolvedAuth) -> Arc<dyn Connector> {
    connector(target, auth, &Settings::default(), StillClock::new()).unwrap()
}

/// An emulated target and its connector.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) target: Arc<EmulatedTarget>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) clock: Arc<StillClock>,
}

pub(crate) async fn bench(options: TargetOptions) -> Bench {
    let clock = StillClock::new();
    let (name, token) = (options.name.clone(), options.token.clone());
    let emulator = Emulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        targets: vec![options],
        clock: clock.clone(),
    })
    .await
    .unwrap();
    let settings = Target { timeout: 2_000, ..target(&emulator.url(&name)) };
    let auth = ResolvedAuth::Bearer(token.into());
    let connector = connector(&settings, auth, &Settings::default(), clock.clone()).unwrap();
    Bench { target: emulator.target(&name).unwrap(), connector, emulator, clock }
}

pub(crate) async fn plain() -> Bench {
    bench(TargetOptions::new("app", "secret")).await
}

pub(crate) fn document(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

pub(crate) fn create_user(correlation: &str, body: Value) -> Operation {
    Operation::Create {
        kind: Kind::User,
        correlation: Some(correlation.to_owned()),
        body: document(body),
        active: true,
    }
}

pub(crate) fn update(
    kind: Kind,
    remote: &str,
    set: &[(&str, Value)],
    clear: &[&str],
    active: Option<bool>,
) -> Operation {
    Operation::Update {
        kind,
        remote: remote.to_owned(),
        etag: None,
        set: set.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect(),
        clear: clear.iter().map(|path| (*path).to_owned()).collect(),
        active,
    }
}

impl Bench {
    /// Makes a user; its id.
    pub(crate) async fn user(&self, name: &str) -> String {
        let operation = create_user(&format!("c-{name}"), json!({ "userName": name }));
        done(self.connector.apply(&operation).await).remote.unwrap()
    }

    /// Makes a group; its id.
    pub(crate) async fn group(&self, name: &str) -> String {
        let operation = Operation::Create {
            kind: Kind::Group,
            correlation: Some(format!("c-{name}")),
            body: document(json!({ "displayName": name })),
            active: true,
        };
        done(self.connector.apply(&operation).await).remote.unwrap()
    }
}

pub(crate) fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(done) => done,
        other => panic!("not done: {other:?}"),
    }
}

/// The outcome in one word, with the status: what the tables of the tests compare.
pub(crate) fn word(outcome: &Outcome<Applied>) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Refused(refusal) => format!("{:?}", refusal.kind),
        Outcome::Retry { trouble, .. } => format!("{trouble:?}"),
        Outcome::Unknown { .. } => "unknown".to_owned(),
    }
}

pub(crate) fn detail<T>(outcome: &Outcome<T>) -> &str {
    match outcome {
        Outcome::Done(_) => "",
        Outcome::Refused(refusal) => &refusal.detail,
        Outcome::Retry { detail, .. } | Outcome::Unknown { detail, .. } => detail,
    }
}

/// What a scripted server does with a request.
pub(crate) struct Act {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    Reset,
    Hang,
}

impl Act {
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self { bytes: bytes.into(), then }
    }

    /// A whole answer; `headers` with their line ends.
    pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        Self::bytes([head.as_bytes(), body].concat(), Then::Close)
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::answer(status, "content-type: application/scim+json\r\n", body.to_string())
    }
}

/// A request as it came: the first line, and everything.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) text: String,
}

/// A server that plays a script: one request a connection.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scripted {
    pub(crate) async fn start(script: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = Arc::clone(&asked);
        let script = Arc::new(script);
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = receive(&mut stream).await else {
                    continue;
                };
                log.lock().unwrap().push(request.clone());
                let act = script(&request);
                let _ = stream.write_all(&act.bytes).await;
                match act.then {
                    Then::Close => drop(stream.shutdown().await),
                    Then::Reset => stream.set_zero_linger().unwrap(),
                    Then::Hang => held.push(stream),
                }
            }
        });
        Self { address, asked, task }
    }

    /// The same answer to everything but the profile, which is absent.
    pub(crate) async fn always(act: impl Fn() -> Act + Send + Sync + 'static) -> Self {
        Self::start(move |asked| {
            if asked.line.contains("/ServiceProviderConfig") {
                return Act::answer(404, "", "");
            }
            act()
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/v2", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The first lines of the requests that came, but those for the profile.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked = self.asked();
        let lines = asked.into_iter().map(|asked| asked.line);
        lines.filter(|line| !line.contains("/ServiceProviderConfig")).collect()
    }

    pub(crate) fn connector(&self) -> Arc<dyn Connector> {
        connect(&target(&self.url()), ResolvedAuth::None)
    }
}

async fn receive(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).await.ok()?;
        if n == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse::<usize>().unwrap());
            if body.len() >= length {
                let line = text.lines().next().unwrap_or_default().to_owned();
                return Some(Asked { line, text });
            }
        }
    }
}
