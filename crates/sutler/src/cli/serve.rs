//! `sutler serve`: run the server until it is told to stop. Asks nothing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use super::output::say;
use crate::control::{self, Context, Opened};
use crate::data;
use crate::serve::{self, Door, Stop};
use crate::settings::Settings;

/// How often, and how long apart, the directory is tried while a command has it.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(clap::Args)]
pub(super) struct Serve {
    /// Where to listen [default: 127.0.0.1:8080, or `SUTLER_LISTEN`].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// How clients reach the server, for `meta.location`: `https://id.example.org`.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The certificate chain, PEM.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The private key, PEM.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS: plain HTTP is then allowed on every address.
    #[arg(long)]
    behind_proxy: bool,
}

impl Serve {
    pub(super) async fn run(self, mut settings: Settings) -> Result<ExitCode> {
        self.overrule(&mut settings);
        let stop = Stop::listen()?;
        let door = Door::open(&settings)?;
        let retention = settings.retention()?;
        let url = door.url.clone();
        data::make(&settings.data)?;
        let context = open(&settings).await?;
        let mut running = serve::start(&settings.data, context, door, retention).await?;
        say(&format!("Sutler is ready at {url}"));
        if running.context().ports.estate.current().service_providers.is_empty() {
            next_steps(&settings);
        }
        tokio::select! {
            () = stop.wait() => {}
            failed = running.failed() => return failed.map(|()| ExitCode::FAILURE),
        }
        tracing::info!("stopping");
        running.stop().await?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }

    fn overrule(self, settings: &mut Settings) {
        if let Some(listen) = self.listen {
            settings.listen = listen;
        }
        settings.base_url = self.base_url.or(settings.base_url.take());
        settings.tls_cert = self.tls_cert.or(settings.tls_cert.take());
        settings.tls_key = self.tls_key.or(settings.tls_key.take());
        settings.behind_proxy |= self.behind_proxy;
    }
}

async fn open(settings: &Settings) -> Result<Context> {
    for _ in 0..TRIES {
        if control::is_served(&settings.data).await? {
            break;
        }
        if let Opened::Ours(context) = Context::open(&settings.data, settings.rules()).await? {
            return Ok(*context);
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!(
        "the data directory `{}` belongs to another running process: stop it first, or choose another directory with `--data`",
        settings.data.display()
    )
}

fn next_steps(settings: &Settings) {
    let data = settings.data.display();
    say("There are no service providers yet. Next:");
    say(&format!("  sutler apply --data {data} -f estate.toml"));
    say(&format!("  sutler token create --data {data} --service-provider NAME"));
}
