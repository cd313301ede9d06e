//! The server under load, and a client of it that checks what it is told.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CONTENT_TYPE: &str = "application/scim+json";
const START: Duration = Duration::from_secs(30);

/// The binary on a data directory of its own; killed when dropped.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    secrets: Vec<(String, String)>,
    token: String,
    child: Option<Child>,
}

/// A client of the SCIM service.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: String,
}

impl Server {
    /// A data directory with this estate and a token of `hr`.
    pub(crate) fn new(estate: &str, secrets: &[(&str, &str)]) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut server = Self {
            folder: TempDir::new()?,
            port,
            secrets: secrets.collect(),
            token: String::new(),
            child: None,
        };
        let file = server.folder.path().join("estate.toml");
        std::fs::write(&file, estate)?;
        let file = file.to_str().context("the temporary folder has a name of text")?;
        server.run(&["apply"], &["-f", file])?;
        let answer = server.run(&["token", "create"], &["--service-provider", "hr", "--json"])?;
        let answer: Value = serde_json::from_slice(&answer)?;
        text(&answer, "token").context("no token")?.clone_into(&mut server.token);
        Ok(server)
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&mut self) -> Result<()> {
        let listen = format!("127.0.0.1:{}", self.port);
        let log = std::fs::File::create(self.folder.path().join("server.txt"))?;
        let mut child = self
            .command()
            .args(["serve", "--data"])
            .arg(self.data())
            .args(["--listen", &listen])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let http = client()?;
        let end = Instant::now() + START;
        loop {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended: {status}");
            }
            let answer = http.get(format!("http://{listen}/readyz")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            ensure!(Instant::now() < end, "the server is not ready within {START:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.child = Some(child);
        Ok(())
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server is running")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Resident memory, as the kernel tells it.
    pub(crate) fn resident_mebibytes(&self) -> Result<f64> {
        let child = self.child.as_ref().context("the server is running")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: f64 =
            line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?.parse()?;
        Ok(kibibytes / 1024.0)
    }

    /// How long the binary takes to do nothing.
    pub(crate) fn smallest_process(&self) -> Result<Duration> {
        let from = Instant::now();
        let status = self.command().arg("--version").stdout(Stdio::null()).status()?;
        ensure!(status.success(), "--version failed");
        Ok(from.elapsed())
    }

    /// The line of a target in `sutler status`.
    pub(crate) fn status(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.run(&["status"], &["--json"])?)?)
    }

    /// A client with the token.
    pub(crate) fn client(&self) -> Result<Client> {
        let base = format!("http://127.0.0.1:{}/scim/v2", self.port);
        Ok(Client { http: client()?, base, token: self.token.clone() })
    }

    /// A folder for what the measuring needs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sutler"));
        command.envs(self.secrets.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path());
        command
    }

    /// A command on the data directory; what it printed.
    pub(crate) fn run(&self, verbs: &[&str], rest: &[&str]) -> Result<Vec<u8>> {
        let output =
            self.command().args(verbs).arg("--data").arg(self.data()).args(rest).output()?;
        ensure!(
            output.status.success(),
            "sutler {verbs:?}: {}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(output.stdout)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            drop(self.kill());
        }
    }
}

impl Client {
    /// Creates a user; the user as stored.
    pub(crate) async fn create(&self, body: &Value) -> Result<Value> {
        self.post("Users", body).await
    }

    /// Creates a resource; it as stored.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(self.http.post(format!("{}/{path}", self.base)), body, 201).await
    }

    /// Changes a resource; it as stored.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(self.http.patch(format!("{}/{path}", self.base)), body, 200).await
    }

    /// Sends a bulk request; its results.
    pub(crate) async fn bulk(&self, body: &Value) -> Result<Value> {
        self.send(self.http.post(format!("{}/Bulk", self.base)), body, 200).await
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        body: &Value,
        expected: u16,
    ) -> Result<Value> {
        let request = request.bearer_auth(&self.token).header("content-type", CONTENT_TYPE);
        checked(request.body(body.to_string()).send().await?, expected).await
    }

    /// GET by id.
    pub(crate) async fn get(&self, id: &str) -> Result<Value> {
        self.ask(&format!("Users/{id}")).await
    }

    /// The id of the only user with this name.
    pub(crate) async fn id_of(&self, name: &str) -> Result<String> {
        let page = self.ask(&format!("Users?filter=userName%20eq%20%22{name}%22")).await?;
        ensure!(page.get("totalResults") == Some(&1.into()), "{name}: {page}");
        let user = page.pointer("/Resources/0").context("no resource")?;
        ensure!(text(user, "userName") == Some(name), "another user came back: {user}");
        Ok(text(user, "id").context("no id")?.to_owned())
    }

    /// A page of one.
    pub(crate) async fn list_one(&self) -> Result<Value> {
        self.ask("Users?count=1").await
    }

    /// The answer to a GET.
    pub(crate) async fn ask(&self, path: &str) -> Result<Value> {
        let request = self.http.get(format!("{}/{path}", self.base));
        checked(request.bearer_auth(&self.token).send().await?, 200).await
    }
}

/// An HTTP client that keeps as many connections as it is asked for.
pub(crate) fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?)
}

/// A user of about a kilobyte.
pub(crate) fn person(name: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": name,
        "externalId": format!("hr-{name}"),
        "name": { "givenName": "Ada", "familyName": "Brandt", "formatted": "Ada Brandt" },
        "displayName": "Ada Brandt",
        "title": "Specialist",
        "active": true,
        "emails": [
            { "value": name, "type": "work", "primary": true },
            { "value": format!("home-{name}"), "type": "home" },
        ],
        "phoneNumbers": [{ "value": "+49 30 555 0100", "type": "work" }],
        "addresses": [{ "type": "work", "locality": "Berlin", "country": "DE" }],
        ENTERPRISE: { "employeeNumber": "00042", "department": "Research" },
    })
}

/// An attribute that is a text.
pub(crate) fn text<'a>(resource: &'a Value, attribute: &str) -> Option<&'a str> {
    resource.get(attribute)?.as_str()
}

async fn checked(answer: reqwest::Response, expected: u16) -> Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status == expected, "{status} instead of {expected}: {text}");
    Ok(serde_json::from_str(&text)?)
}
