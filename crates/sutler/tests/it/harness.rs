//! A data directory, the executable, and a server that ends with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sutler_emulator::{Emulator, TargetOptions};
use sutler_model::Time;
use sutler_model::port::Clock;
use tempfile::TempDir;

/// How long a condition may take to come true.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The token of the emulated target.
pub(crate) const APP_TOKEN: &str = "the-token-of-app";

/// A place for a data directory and the files of a test.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A place whose data directory has a path that no socket address can hold.
    pub(crate) fn far_away() -> Self {
        let prefix = format!("sutler-{}-", "far-".repeat(30));
        Self(tempfile::Builder::new().prefix(&prefix).tempdir().unwrap())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file of the test.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The executable with a command and this place's data directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sutler"));
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .current_dir(self.0.path())
            .env("SUTLER_LOG", "warn")
            .env_remove("SUTLER_DATA")
            .env_remove("SUTLER_LISTEN");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs a command that must succeed, with the environment of the usual estate.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .env("APP_TOKEN", APP_TOKEN)
            .env("HR_SECRET", "hr-secret")
            .output();
        let ran = Ran::from(output.unwrap());
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// As `done`, with JSON for an answer.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(arguments)).unwrap()
    }

    /// Applies an estate.
    pub(crate) fn apply(&self, text: &str) -> String {
        let file = self.file("estate.toml", text);
        self.done(&["apply", "-f", file.to_str().unwrap()])
    }

    /// A token for a service provider.
    pub(crate) fn token(&self, service_provider: &str) -> String {
        let made =
            self.json(&["token", "create", "--service-provider", service_provider, "--json"]);
        made["token"].as_str().unwrap().to_owned()
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Server {
    /// Starts a server with the environment of the usual estate on a free port, and waits until
    /// it is ready.
    pub(crate) async fn start(place: &Place) -> Self {
        Self::start_with(place, &[("APP_TOKEN", APP_TOKEN), ("HR_SECRET", "hr-secret")]).await
    }

    /// As `start`, with variables in its environment.
    pub(crate) async fn start_with(place: &Place, variables: &[(&str, &str)]) -> Self {
        let mut child = place
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (said, lines) = tokio::sync::mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        let url = ready_line(lines).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let server = Self { child, url, http };
        server.ready().await;
        server
    }

    pub(crate) async fn ready(&self) {
        until("the server is ready", async || {
            let answer = self.http.get(format!("{}/readyz", self.url)).send().await;
            answer.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
    }

    /// Sends a request with a body, if there is one, and a bearer token.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(token)
            .header("Content-Type", "application/scim+json");
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        answer(request).await
    }

    /// A GET with HTTP Basic credentials.
    pub(crate) async fn get_basic(&self, path: &str, id: &str, secret: &str) -> u16 {
        let request = self.http.get(format!("{}{path}", self.url)).basic_auth(id, Some(secret));
        answer(request).await.0
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.http
    }

    /// Tells it to stop, and waits for its end: the exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        signal(&self.child, "TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal by name. The shell does it itself: not every machine has a program `kill`.
pub(crate) fn signal(child: &Child, name: &str) {
    let line = format!("kill -s {name} {}", child.id());
    let status = Command::new("sh").arg("-c").arg(line).status().unwrap();
    assert!(status.success(), "signal {name}");
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn ready_line(mut lines: tokio::sync::mpsc::UnboundedReceiver<String>) -> String {
    let line = tokio::time::timeout(DEADLINE, lines.recv()).await.unwrap().unwrap();
    line.strip_prefix("Sutler is ready at ").unwrap_or_else(|| panic!("said `{line}`")).to_owned()
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, wait)
        .await
        .unwrap_or_else(|_| panic!("it did not come to pass that {what}"));
}

/// Waits until so many accounts of the first target are in sync, and nothing is pending there.
pub(crate) async fn in_sync(place: &Place, accounts: u64) {
    until("all is in sync", async || {
        let status = place.json(&["status", "--json"]);
        let target = &status["targets"][0];
        target["in_sync"] == accounts && target["pending"] == 0
    })
    .await;
}

/// A clock for the emulated target.
struct TestClock(std::time::Instant);

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time(self.boottime())
    }

    fn boottime(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "the emulated target needs some clock")]
fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(std::time::Instant::now()))
}

/// An emulated target named `app`.
pub(crate) async fn emulator() -> Emulator {
    emulators(&["app"]).await
}

/// Emulated targets of these names, with one token.
pub(crate) async fn emulators(names: &[&str]) -> Emulator {
    emulate(names.iter().map(|name| TargetOptions::new(name, APP_TOKEN)).collect()).await
}

/// An emulated target named `app` that is like a product.
pub(crate) async fn product(name: &str) -> Emulator {
    emulate(vec![TargetOptions::like(name, "app", APP_TOKEN).unwrap()]).await
}

pub(crate) async fn emulate(targets: Vec<TargetOptions>) -> Emulator {
    Emulator::start(sutler_emulator::Options {
        listen: ([127, 0, 0, 1], 0).into(),
        targets,
        clock: clock(),
    })
    .await
    .unwrap()
}

/// The estate of the contract, with a target at this address.
pub(crate) fn usual_estate(url: &str) -> String {
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "store-and-provision"
delivery = "queued"
targets = ["app"]
permissions = ["users:read", "users:write", "groups:read", "groups:write"]
basic = {{ client_id = "hr", client_secret = "env:HR_SECRET" }}

[[target]]
name = "app"
connector = "scim2"
url = "{url}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
on_deactivate = "disable"
on_delete = "delete"
lag = "100ms"
"#
    )
}

/// A SCIM user.
pub(crate) fn user(name: &str) -> Value {
    serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "name": { "givenName": "Ada", "familyName": "Example" },
    })
}

/// All bytes of all files below a directory.
pub(crate) fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    bytes
}
