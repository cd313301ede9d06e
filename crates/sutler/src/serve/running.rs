//! A server that runs: its HTTP surface, its outbound loops, its control socket, its upkeep.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sutler_engine::outbound::{self, Outbound};
use sutler_engine::push::{self, Pushing};
use sutler_inbound::{ServeOptions, Services, TokenSigner};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::door::Door;
use super::metrics::Metrics;
use crate::control::{self, Context, store_error};
use crate::data::control_socket;
use crate::keys::FetchedKeys;
use crate::receivers::Receivers;
use crate::secrets::{Elsewhere, RandomSealer};

/// How often expired tokens and results are dropped.
const EXPIRED_EVERY: Duration = Duration::from_hours(1);

/// A running server. Dropping it without `stop` ends it as a crash would.
pub(crate) struct Running {
    context: Context,
    outbound: Outbound,
    pushing: Pushing,
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
    let signer = Arc::new(signer(&context, &door.url));
    let receivers = Arc::new(Receivers::new(&context));
    let pushing = push::start(context.ports.clone(), signer.clone(), receivers);
    let http = tokio::spawn(http(&context, door, signer, &metrics, shutdown));
    let beside = vec![
        control::listen(directory, context.clone())?,
        tokio::spawn(metrics.upkeep()),
        tokio::spawn(drop_expired(context.clone())),
    ];
    Ok(Running {
        context,
        outbound,
        pushing,
        http,
        shut: Some(shut),
        beside,
        socket: control_socket(directory),
    })
}

/// Signs events under the address by which the server is reached.
fn signer(context: &Context, origin: &str) -> TokenSigner {
    let ports = &context.ports;
    let random = Arc::clone(&ports.random);
    let sealing = RandomSealer { sealer: Arc::clone(&context.sealer), random };
    let random = Arc::clone(&ports.random);
    TokenSigner::new(Arc::clone(&ports.ledger), random, Arc::new(sealing), origin)
}

fn http(
    context: &Context,
    door: Door,
    events: Arc<TokenSigner>,
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
        events,
        settings,
        metrics: metrics.renderer(),
    });
    let options = ServeOptions { tls: door.tls, ..door.surface.options };
    sutler_inbound::serve(door.listener, router, options, async {
        let _ = shutdown.await;
    })
}

async fn drop_expired(context: Context) {
    loop {
        let (ledger, now) = (&context.ports.ledger, context.ports.clock.now());
        if let Err(error) = ledger.expire_tokens(now).await {
            tracing::warn!(%error, "expired tokens could not be dropped");
        }
        if let Err(error) = ledger.expire_completions(now).await {
            tracing::warn!(%error, "expired results could not be dropped");
        }
        tokio::time::sleep(EXPIRED_EVERY).await;
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
        self.pushing.stop();
        // Before the runtime ends under them: what they made is taken away.
        self.context.probes.end().await;
        let ((), http) = tokio::join!(self.outbound.stop(), self.http);
        for task in self.beside {
            task.abort();
        }
        let _ = std::fs::remove_file(&self.socket);
        http.context("the HTTP server ended")?.context("the HTTP server failed")
    }
}
