//! What an emulator is started with.

use std::net::SocketAddr;
use std::sync::Arc;

use sutler_model::port::Clock;

use crate::faults::Faults;
use crate::play::{Habit, Paging, Play, products};

/// What an emulator is started with.
#[derive(Clone)]
pub struct Options {
    /// Where to listen: a loopback address, port 0 for any.
    pub listen: SocketAddr,
    /// The targets, each under `/{name}/v2`.
    pub targets: Vec<TargetOptions>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// One emulated target: its name, its limits and its faults.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub struct TargetOptions {
    /// The first segment of its address.
    pub name: String,
    /// The bearer token that it wants.
    pub token: String,
    /// Ids are drawn from it.
    pub seed: u64,
    /// True if it supports PATCH.
    pub patch: bool,
    /// True if it gives and heeds `ETag`s.
    pub etag: bool,
    /// False if it ignores filters, and lists everything.
    pub filter: bool,
    /// False if a name may be held by many.
    pub unique: bool,
    /// Members that one PATCH or PUT may carry; more are answered 413. 0 is without limit.
    pub max_members: usize,
    /// The longest page of a list.
    pub page: usize,
    /// How a list goes on.
    pub paging: Paging,
    /// How many journal entries it keeps.
    pub journal: usize,
    /// What it is like beyond the standard.
    pub play: Play,
    /// What goes wrong, until it is told otherwise.
    pub faults: Faults,
}

impl TargetOptions {
    /// A well-behaved target.
    pub fn new(name: &str, token: &str) -> Self {
        Self {
            name: name.to_owned(),
            token: token.to_owned(),
            seed: 1,
            patch: true,
            etag: true,
            filter: true,
            unique: true,
            max_members: 0,
            page: 100,
            paging: Paging::Index,
            journal: 100_000,
            play: products::STANDARD,
            faults: Faults::default(),
        }
    }

    /// A target that is like a product, with its limits, its delays and its refusals; `None` if
    /// there is no such product.
    pub fn like(product: &str, name: &str, token: &str) -> Option<Self> {
        let play = Play::named(product)?;
        Some(Self {
            patch: true,
            etag: !play.has(Habit::NoVersions),
            max_members: play.members,
            page: play.page,
            paging: play.paging,
            play,
            faults: Faults { lag: play.lag, ..Faults::default() },
            ..Self::new(name, token)
        })
    }
}

/// Why an emulator could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It would have been reachable from outside.
    #[error("the emulator listens on loopback only, not on `{0}`")]
    NotLoopback(SocketAddr),
    /// The port could not be had.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
