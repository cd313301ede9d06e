//! A server in this process: the real router over a ledger, in memory mostly, with its own clock.

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sutler_engine::provision::{Options, PasswordHasher, Provisioner};
use sutler_engine::reconcile::Comparing;
use sutler_engine::{EstateView, Ports, Pulse};
use sutler_inbound::{
    Argon2, Argon2Settings, Cursors, Sealing, Services, Settings, TokenSigner, router, token,
};
use sutler_model::estate::{
    ClientSecret, EstateEdit, Permission, ServiceProvider, Target, TokenKind,
};
use sutler_model::event::EventStream;
use sutler_model::port::{Clock, Connector, Connectors, Ledger, Random, Runtime};
use sutler_model::{ServiceProviderId, Time};
use sutler_testkit::{Dice, MemoryLedger, build};
use tower::ServiceExt as _;

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A clock that moves when it is told to.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time(self.boottime())
    }

    fn boottime(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct TestRandom(Mutex<Dice>);

impl Random for TestRandom {
    fn bytes16(&self) -> [u8; 16] {
        self.0.lock().unwrap().bytes16()
    }

    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.bytes16());
        bytes[16..].copy_from_slice(&self.bytes16());
        bytes
    }

    fn number(&self) -> u64 {
        self.0.lock().unwrap().number()
    }
}

struct NoConnectors;

impl Connectors for NoConnectors {
    fn connector(&self, _: &Target) -> Result<Arc<dyn Connector>, String> {
        Err("nothing is delivered here".to_owned())
    }
}

struct TestRuntime;

impl Runtime for TestRuntime {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(tokio::spawn(task));
    }

    fn sleep(&self, millis: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let millis = u64::try_from(millis).unwrap_or_default();
        Box::pin(tokio::time::sleep(Duration::from_millis(millis)))
    }
}

pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) estate: Arc<EstateView>,
    pub(crate) comparing: Arc<Comparing>,
    pub(crate) argon2: Arc<Argon2>,
    pub(crate) token: String,
    pub(crate) keys: Arc<TestKeys>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }

    /// That it is a SCIM error of this status and kind, which names the request.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, scim_type: Option<&str>) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/scim+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(body["status"], json!(status.to_string()));
        assert_eq!(body["scimType"].as_str(), scim_type, "{body}");
        let request = self.header("x-request-id");
        assert!(!request.is_empty());
        assert!(body["detail"].as_str().unwrap().contains(request), "{body}");
        body
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::with_figures(settings, || "figures 1\n".to_owned()).await
    }

    /// With another source for `/metrics`.
    pub(crate) async fn with_figures(settings: Settings, figures: fn() -> String) -> Self {
        Self::over(Arc::new(MemoryLedger::new()), settings, figures).await
    }

    /// With another hash for passwords, made of the clock.
    pub(crate) async fn with_hasher(
        settings: Settings,
        hasher: impl FnOnce(Arc<TestClock>) -> Arc<dyn PasswordHasher>,
    ) -> Self {
        let ledger = Arc::new(MemoryLedger::new());
        Self::made_of(ledger, settings, || "figures 1\n".to_owned(), |clock, _| hasher(clock)).await
    }

    /// Over another ledger.
    pub(crate) async fn over(
        ledger: Arc<dyn Ledger>,
        settings: Settings,
        figures: fn() -> String,
    ) -> Self {
        Self::made_of(ledger, settings, figures, |_, argon2| argon2).await
    }

    async fn made_of(
        ledger: Arc<dyn Ledger>,
        settings: Settings,
        figures: fn() -> String,
        hasher: impl FnOnce(Arc<TestClock>, Arc<Argon2>) -> Arc<dyn PasswordHasher>,
    ) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000_000)));
        let random: Arc<dyn Random> = Arc::new(TestRandom(Mutex::new(Dice::new(7))));
        let cheap = Argon2Settings { memory_kib: 8, iterations: 1, parallelism: 1 };
        let argon2 = Argon2::new(cheap, Arc::clone(&random), 2).unwrap();
        let estate = Arc::new(EstateView::default());
        let comparing = Arc::new(Comparing::default());
        let ports = Ports {
            ledger: Arc::clone(&ledger),
            connectors: Arc::new(NoConnectors),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::clone(&random),
            runtime: Arc::new(TestRuntime),
            pulse: Arc::new(Pulse::default()),
            estate: Arc::clone(&estate),
            comparing: Arc::clone(&comparing),
            gates: Arc::default(),
            sealer: Arc::new(sutler_testkit::PlainSealer),
            hiding: Arc::new(sutler_testkit::PlainHiding),
        };
        let hasher = hasher(Arc::clone(&clock), Arc::clone(&argon2));
        let keys = Arc::new(TestKeys::default());
        let services = Services {
            provisioner: Provisioner::new(ports.clone(), hasher, Options::default()),
            ports,
            argon2: Arc::clone(&argon2),
            secrets: Arc::new(TestSecrets),
            keys: Arc::clone(&keys) as _,
            cursors: Arc::new(Cursors::new(&[9; 32])),
            events: Arc::new(TokenSigner::new(
                Arc::clone(&ledger),
                Arc::clone(&random),
                Arc::new(TestSealing),
                "http://id.example.org/",
            )),
            estate: Arc::new(crate::admin::TestEstate::default()),
            settings,
            metrics: Arc::new(figures),
        };
        let router = router(services);
        let mut server = Self {
            router,
            ledger,
            clock,
            random,
            estate,
            comparing,
            argon2,
            token: String::new(),
            keys,
        };
        server.edit(vec![("default", build::provider("hr", &[]))]).await;
        server.token = server.issue("hr", TokenKind::Bearer, None).await;
        server
    }

    /// Puts service providers into the estate, by tenant.
    pub(crate) async fn edit(&self, providers: Vec<(&str, ServiceProvider)>) {
        let expect = self.ledger.estate().await.unwrap().version;
        let edit = EstateEdit {
            expect,
            tenants: providers.iter().map(|(tenant, _)| (*tenant).to_owned()).collect(),
            service_providers: providers.into_iter().map(|(t, p)| (t.to_owned(), p)).collect(),
            ..EstateEdit::default()
        };
        self.ledger.edit_estate(edit, self.clock.now()).await.unwrap();
        self.estate.refresh(&*self.ledger).await.unwrap();
    }

    /// Puts event streams into the estate, by tenant.
    pub(crate) async fn stream(&self, streams: Vec<(&str, EventStream)>) {
        let edit = EstateEdit {
            expect: self.ledger.estate().await.unwrap().version,
            event_streams: streams.into_iter().map(|(t, s)| (t.to_owned(), s)).collect(),
            ..EstateEdit::default()
        };
        self.ledger.edit_estate(edit, self.clock.now()).await.unwrap();
        self.estate.refresh(&*self.ledger).await.unwrap();
    }

    pub(crate) fn clock_now(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn provider(&self, name: &str) -> ServiceProviderId {
        let estate = self.estate.current();
        estate.service_providers.iter().find(|p| p.name == name).unwrap().id
    }

    pub(crate) async fn issue(
        &self,
        provider: &str,
        kind: TokenKind,
        lifetime: Option<i64>,
    ) -> String {
        let id = self.provider(provider);
        let issued = token::issue(&*self.random, id, kind, self.clock.now(), lifetime);
        self.ledger.add_token(issued.record).await.unwrap();
        issued.token.expose_secret().to_owned()
    }

    /// A token of a new service provider with just these permissions.
    pub(crate) async fn token_with(&self, name: &str, permissions: &[Permission]) -> String {
        let provider =
            ServiceProvider { permissions: permissions.to_vec(), ..build::provider(name, &[]) };
        self.edit(vec![("default", provider)]).await;
        self.issue(name, TokenKind::Bearer, None).await
    }

    pub(crate) async fn secret(&self, client_id: &str, secret: &str) -> ClientSecret {
        let hash = self.argon2.hash(&SecretString::from(secret.to_owned())).await.unwrap();
        ClientSecret { client_id: client_id.to_owned(), source: "generated".to_owned(), hash }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// With the usual token, and further headers.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let text = body.map(Value::to_string);
        self.raw(method, path, text.as_deref(), headers).await
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "id.example.org")
            .header("authorization", format!("Bearer {}", self.token));
        if body.is_some() {
            request = request.header("content-type", "application/scim+json");
        }
        let mut request = request.body(Body::from(body.unwrap_or_default().to_owned())).unwrap();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            if value.is_empty() {
                request.headers_mut().remove(name);
            } else {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, Some(body), &[]).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None, &[]).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: &Value) -> Answer {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.call(Method::PATCH, path, Some(&body), &[]).await
    }

    /// A new user; its id.
    pub(crate) async fn user(&self, name: &str) -> String {
        let answer = self.post("/scim/v2/Users", &user(name)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.id()
    }

    /// A new group with these members; its id.
    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let answer = self.post("/scim/v2/Groups", &group(name, members)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.id()
    }

    /// How much was ever committed: rows that wait to be spread, none of which is taken here.
    pub(crate) async fn committed(&self) -> usize {
        self.ledger.unspread(100_000, sutler_model::port::Reads::default()).await.unwrap().len()
    }
}

pub(crate) fn user(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name})
}

pub(crate) fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({"schemas": [GROUP], "displayName": name, "members": members})
}

/// The ids of a group's members, sorted.
pub(crate) fn members(group: &Value) -> Vec<String> {
    let all = group["members"].as_array().cloned().unwrap_or_default();
    let mut ids: Vec<String> =
        all.iter().map(|m| m["value"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

pub(crate) fn sorted(ids: &[&str]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    ids.sort();
    ids
}

/// Seals by turning the text round, and opens for the same purpose only.
struct TestSealing;

impl Sealing for TestSealing {
    fn seal(&self, purpose: &str, secret: &str) -> Result<String, String> {
        let turned: String = secret.chars().rev().collect();
        Ok(format!("{purpose}|{turned}"))
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<SecretString, String> {
        let turned = sealed.strip_prefix(&format!("{purpose}|")).ok_or("sealed for another")?;
        Ok(SecretString::from(turned.chars().rev().collect::<String>()))
    }
}

/// No secret is kept elsewhere.
struct TestSecrets;

impl sutler_inbound::SecretSource for TestSecrets {
    fn read(&self, reference: &str) -> Result<secrecy::SecretString, String> {
        Err(format!("`{reference}` is not there"))
    }
}

/// The keys of identity providers, by the provider's name; who has none is down.
#[derive(Default)]
pub(crate) struct TestKeys(pub(crate) Mutex<std::collections::HashMap<String, Value>>);

#[async_trait::async_trait]
impl sutler_federation::KeySource for TestKeys {
    async fn fetch(
        &self,
        provider: &sutler_model::identity_provider::IdentityProvider,
    ) -> Result<Value, sutler_federation::KeysUnavailable> {
        let keys = self.0.lock().unwrap().get(&provider.name).cloned();
        keys.ok_or_else(|| sutler_federation::KeysUnavailable("down".to_owned()))
    }
}
