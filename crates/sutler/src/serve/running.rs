//! A server that runs: its HTTP surface, its outbound loops, its control socket, its upkeep.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sutler_engine::outbound::{self, Outbound};
use sutler_inbound::{ServeOptions, Services};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::door::Door;
use super::metrics::Metrics;
use crate::control::{self, Context, store_error};
use crate::data::control_socket;
use crate::keys::FetchedKeys;
use crate::secrets::Elsewhere;

/// How often expired tokens are dropped.
const TOKENS_EVERY: Duration = Duration::from_hours(1);

/// A running server. Dropping it without `stop` ends it as a crash would.
pub(crate) struct Running {
    context: Context,
    outbound: Outbound,
    http: JoinHandle<std::io::Result<()>>,
    shut: Option<oneshot::Sender<()>>,
    beside: Vec<JoinHandle<()>>,
    socket: PathBuf,
}

/// Starts everything over an open data directory.
pub(crate) async fn start(directory: &Path, context: Context, door: Door) -> Result<Running> {
    let metrics = Metrics::install()?;
    let options = outbound::Options { single_node: true };
    let outbound = outbound::start(context.ports.clone(), options)
        .await
        .map_err(|error| store_error(&error))?;
    let (shut, shutdown) = oneshot::channel::<()>();
    let http = tokio::spawn(http(&context, door, &metrics, shutdown));
    let beside = vec![
        control::listen(directory, context.clone())?,
        tokio::spawn(metrics.upkeep()),
        tokio::spawn(drop_expired_tokens(context.clone())),
    ];
    Ok(Running {
        context,
        outbound,
        http,
        shut: Some(shut),
        beside,
        socket: control_socket(directory),
    })
}

fn http(
    context: &Context,
    door: Door,
    metrics: &Metrics,
    shutdown: oneshot::Receiver<()>,
) -> impl Future<Output = std::io::Result<()>> + use<> {
    let settings = sutler_inbound::Settings {
        base_url: door.base_url,
        behind_proxy: door.behind_proxy,
        ..door.surface.settings
    };
    let router = sutler_inbound::router(Services {
        ports: context.ports.clone(),
        provisioner: context.provisioner.clone(),
        argon2: context.argon2.clone(),
        secrets: Arc::new(Elsewhere),
        keys: Arc::new(FetchedKeys::default()),
        cursors: context.cursors.clone(),
        settings,
        metrics: metrics.renderer(),
    });
    let options = ServeOptions { tls: door.tls, ..door.surface.options };
    sutler_inbound::serve(door.listener, router, options, async {
        let _ = shutdown.await;
    })
}

async fn drop_expired_tokens(context: Context) {
    loop {
        if let Err(error) = context.ports.ledger.expire_tokens(context.ports.clock.now()).await {
            tracing::warn!(%error, "expired tokens could not be dropped");
        }
        tokio::time::sleep(TOKENS_EVERY).await;
    }
}

impl Running {
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Waits until the HTTP surface ends by itself, which it does on a fault only.
    pub(crate) async fn failed(&mut self) -> Result<()> {
        (&mut self.http).await.context("the HTTP server ended")?.context("the HTTP server failed")
    }

    /// Stops: no new work is begun, what is under way may end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        if let Some(shut) = self.shut.take() {
            let _ = shut.send(());
        }
        let ((), http) = tokio::join!(self.outbound.stop(), self.http);
        for task in self.beside {
            task.abort();
        }
        let _ = std::fs::remove_file(&self.socket);
        http.context("the HTTP server ended")?.context("the HTTP server failed")
    }
}
