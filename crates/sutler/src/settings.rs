//! Settings: `sutler.toml` and `SUTLER_*`, overruled by the command line.
//!
//! What belongs to one process. Service providers and targets are not settings: they are the
//! estate, kept in the store.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use confique::Config;
use sutler_engine::provision::Options;
use sutler_inbound::limits::Surface;
use sutler_model::history::Retention;

use crate::history::{self, History};
use crate::limits::{self, Limits};

/// The settings of a process.
#[derive(Config)]
pub(crate) struct Settings {
    /// The data directory.
    #[config(env = "SUTLER_DATA", default = "sutler-data")]
    pub(crate) data: PathBuf,
    /// Where to listen.
    #[config(env = "SUTLER_LISTEN", default = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How clients reach the server, for `meta.location`: `https://id.example.org`.
    #[config(env = "SUTLER_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// The certificate chain, PEM.
    #[config(env = "SUTLER_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key, PEM.
    #[config(env = "SUTLER_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS: plain HTTP is then allowed on every address.
    #[config(env = "SUTLER_BEHIND_PROXY", default = false)]
    pub(crate) behind_proxy: bool,
    /// No two groups of a tenant have one `displayName`. SCIM itself does not ask for it.
    #[config(env = "SUTLER_UNIQUE_GROUP_NAMES", default = true)]
    pub(crate) unique_group_names: bool,
    /// How many seconds an answer waits for the targets where delivery is blocking, 1 to 60.
    #[config(env = "SUTLER_CONFIRM_SECONDS", default = 20)]
    pub(crate) confirm_seconds: u8,
    /// The limits that differ from the usual ones.
    #[config(default = {})]
    pub(crate) limits: Limits,
    /// How long deliveries are kept, if not as usual.
    #[config(default = {})]
    pub(crate) history: History,
    /// What is logged: a level, or levels for parts.
    #[config(env = "SUTLER_LOG")]
    pub(crate) log: Option<String>,
}

const NAMES: [&str; 11] = [
    "data",
    "listen",
    "base_url",
    "tls_cert",
    "tls_key",
    "behind_proxy",
    "unique_group_names",
    "confirm_seconds",
    "limits",
    "history",
    "log",
];

impl Settings {
    /// What the provisioning path enforces beyond the standard.
    pub(crate) fn rules(&self) -> Options {
        Options {
            unique_group_names: self.unique_group_names,
            confirm_within: i64::from(self.confirm_seconds.clamp(1, 60)) * 1_000,
        }
    }

    /// How long deliveries are kept.
    pub(crate) fn retention(&self) -> Result<Retention> {
        history::retention(&self.history)
    }

    /// The limits of the HTTP side.
    pub(crate) fn surface(&self) -> Result<Surface> {
        limits::surface(&self.limits, |name| std::env::var(name).ok())
    }

    /// Reads the environment and the file: `named` must exist, `sutler.toml` may.
    pub(crate) fn load(named: Option<&Path>) -> Result<Self> {
        let mut builder = Self::builder().env();
        let file = named.unwrap_or_else(|| Path::new("sutler.toml"));
        if named.is_some() || file.exists() {
            refuse_unknown(file)?;
            builder = builder.file(file);
        }
        builder.load().map_err(|error| anyhow::anyhow!("the settings cannot be used: {error}"))
    }
}

/// A misspelt setting would otherwise be passed over in silence.
fn refuse_unknown(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the settings file `{}` cannot be read", file.display()))?;
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("the settings file `{}` is not TOML", file.display()))?;
    match table.keys().find(|key| !NAMES.contains(&key.as_str())) {
        Some(key) => bail!(
            "the settings file `{}` has an unknown key `{key}`; known are {}",
            file.display(),
            NAMES.join(", ")
        ),
        None => Ok(()),
    }
}
