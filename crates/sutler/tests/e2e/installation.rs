//! Sutler as an operator has it: a data directory, an estate, a server, and commands beside it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::process::{Process, free_port};
use crate::trace::Injection;
use crate::wait::until;

const START: Duration = Duration::from_secs(30);

/// A data directory of its own, with the server that runs on it, if one does.
pub(crate) struct Installation {
    folder: TempDir,
    data: PathBuf,
    port: u16,
    secrets: Vec<(String, String)>,
    server: Option<Process>,
}

impl Installation {
    /// An empty data directory. The secrets are put into the environment of every process.
    pub(crate) fn new(secrets: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        Self {
            folder,
            data,
            port: free_port(),
            secrets: secrets
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            server: None,
        }
    }

    /// The same with its data directory there.
    pub(crate) fn on(data: &Path, secrets: &[(&str, &str)]) -> Self {
        let mut installation = Self::new(secrets);
        data.clone_into(&mut installation.data);
        installation
    }

    /// Applies an estate.
    pub(crate) fn apply(&self, estate: &str) {
        let file = self.folder.path().join("estate.toml");
        std::fs::write(&file, estate).unwrap();
        self.run(&["apply"], &["-f", file.to_str().unwrap()]);
    }

    /// A new token of a service provider.
    pub(crate) fn token(&self, service_provider: &str) -> String {
        let answer = self
            .run_json(&["token", "create"], &["--service-provider", service_provider, "--json"]);
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// The line of one target in `sutler status`.
    pub(crate) fn status(&self, target: &str) -> Value {
        let status = self.run_json(&["status"], &["--json"]);
        let targets = status["targets"].as_array().expect("targets");
        let found = targets.iter().find(|line| line["name"] == target);
        found.unwrap_or_else(|| panic!("no target `{target}` in {status}")).clone()
    }

    /// `Err` with the status while something is pending or failed at the target.
    pub(crate) fn settled(&self, target: &str) -> Result<(), String> {
        let status = self.status(target);
        let quiet = status["pending"] == 0 && status["failed"] == 0;
        quiet.then_some(()).ok_or_else(|| status.to_string())
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&mut self) {
        let command = self.serve();
        let mut server = self.begin(command);
        let url = format!("http://{}/readyz", self.listen());
        let http = crate::client::http();
        until("the server is ready", START, || {
            if let Err(ended) = server.check_alive() {
                panic!("{ended}");
            }
            let asking = http.get(&url).send();
            async {
                let answer = asking.await.map_err(|error| error.to_string())?;
                answer.status().is_success().then_some(()).ok_or(answer.status().to_string())
            }
        })
        .await;
        self.server = Some(server);
    }

    /// Starts the server under a tracer that ends it, or disturbs it; it may never be ready.
    pub(crate) fn start_traced(&mut self, injection: Injection) {
        let command = injection.around(&self.serve());
        self.server = Some(self.begin(command));
    }

    /// True if the server has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.server.as_mut().is_none_or(|server| server.check_alive().is_err())
    }

    fn begin(&self, mut command: Command) -> Process {
        Process::start("sutler serve", &mut command, &self.folder.path().join("server.txt"))
    }

    fn serve(&self) -> Command {
        let mut command = self.command();
        command.args(["serve", "--data"]).arg(&self.data).args(["--listen", &self.listen()]);
        command
    }

    fn listen(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.server.take().expect("a running server").kill();
    }

    /// A client of the default tenant.
    pub(crate) fn client(&self, token: &str) -> Client {
        Client::new(&self.url(), token)
    }

    /// The base of the SCIM service.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/scim/v2", self.port)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_sutler")));
        command.envs(self.secrets.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, verbs: &[&str], rest: &[&str]) -> Output {
        let output =
            self.command().args(verbs).arg("--data").arg(&self.data).args(rest).output().unwrap();
        assert!(
            output.status.success(),
            "sutler {verbs:?} {rest:?}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    fn run_json(&self, verbs: &[&str], rest: &[&str]) -> Value {
        let output = self.run(verbs, rest);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{verbs:?}: {error}: {}", String::from_utf8_lossy(&output.stdout))
        })
    }
}

impl Drop for Installation {
    /// What a failed test leaves behind is kept, to be looked at.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            eprintln!("--- kept: {}", self.folder.path().display());
        }
    }
}
