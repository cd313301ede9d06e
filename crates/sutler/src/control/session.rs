//! A command's way to the data directory: the server's socket, or the store itself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, bail};

use super::context::{Context, Opened};
use super::execute::execute;
use super::message::{ProbeRequest, Reply, Request};
use super::probe;
use super::socket::{self, Connection};
use crate::data;
use crate::settings::Settings;

/// How often, and how long apart, the directory is tried while another command has it.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// A way to have requests executed.
pub(crate) enum Session {
    /// By the server that has the directory.
    Remote(Connection),
    /// Here.
    Local(Box<Context>),
}

impl Session {
    /// Finds the way. `make` allows a directory that is not there yet.
    pub(crate) async fn open(settings: &Settings, make: bool) -> Result<Self> {
        let path = settings.data.as_path();
        if make {
            data::make(path)?;
        } else {
            data::must_exist(path)?;
        }
        for _ in 0..TRIES {
            if let Some(connection) = socket::connect(path).await? {
                return Ok(Self::Remote(connection));
            }
            if let Opened::Ours(context) = Context::open(path, settings.rules()).await? {
                return Ok(Self::Local(context));
            }
            // A server that is starting or stopping, or a command that is at work.
            tokio::time::sleep(PAUSE).await;
        }
        bail!(
            "the data directory `{}` is in use by another process that does not answer: wait for it or stop it, then try again",
            path.display()
        )
    }

    /// Has a request executed.
    pub(crate) async fn ask(&mut self, request: Request) -> Result<Reply> {
        match self {
            Self::Remote(connection) => connection.ask(&request).await,
            Self::Local(context) => Ok(execute(context, request).await),
        }
    }

    /// Probes, with every step told; `stop` ends it, and it is still awaited.
    pub(crate) async fn probe(
        &mut self,
        wanted: ProbeRequest,
        mut told: impl FnMut(&str),
        stop: impl Future<Output = ()>,
    ) -> Result<Reply> {
        let context = match self {
            Self::Remote(connection) => {
                return connection.follow(&Request::Probe(wanted), told, stop).await;
            }
            Self::Local(context) => context,
        };
        let (watcher, mut listening) = probe::told();
        let mut probing = std::pin::pin!(probe::run(context, wanted, watcher));
        let mut stop = std::pin::pin!(stop);
        let mut going = true;
        loop {
            tokio::select! {
                biased;
                Some(line) = listening.lines.recv() => told(&line),
                reply = &mut probing => {
                    while let Ok(line) = listening.lines.try_recv() {
                        told(&line);
                    }
                    return Ok(reply);
                }
                () = &mut stop, if going => {
                    going = false;
                    listening.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}
