//! Finds out what a target takes, with throw-away objects, and writes it down as a profile.
//!
//! Everything that it makes it takes away again, also after a failure or when it is told to stop;
//! what could not be taken away is named. It asks nobody's leave: that is the caller's.

mod found;
mod groups;
mod lists;
mod session;
mod users;

use std::sync::Arc;

use sutler_model::Document;
use sutler_model::Kind;
use sutler_model::estate::Target;
use sutler_model::port::{Clock, Random, Runtime};

use crate::auth::ResolvedAuth;
use crate::factory::{BuildError, Settings};
use crate::profile::Profile;
use crate::scim2::Scim2;
use session::Session;

/// Calls of one probe, at most.
pub(crate) const MOST_CALLS: u32 = 400;
/// How long a probe may take before it is ended, in milliseconds.
pub(crate) const LONGEST: i64 = 15 * 60_000;
/// Users and groups that a probe makes, at most.
pub const MOST_OBJECTS: usize = 4;
/// What the names of everything that a probe makes begin with.
pub const PREFIX: &str = "sutler-probe-";

/// What a probe needs to be told.
#[derive(Clone, Debug, Default)]
pub struct ProbeOptions {
    /// What users must have beyond the usual.
    pub user_attributes: Document,
    /// The domain of user names, where they are e-mail addresses.
    pub domain: Option<String>,
}

/// Who follows a probe.
pub trait Watcher: Send + Sync {
    /// One line about what was done.
    fn tell(&self, line: &str);
    /// True if it is to end; everything is taken away then, too.
    fn stops(&self) -> bool;
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The profile, as a file with its evidence; `None` if it did not come that far.
    pub profile: Option<String>,
    /// Why it did not, if so.
    pub failure: Option<String>,
    /// What could not be taken away.
    pub left: Vec<Left>,
}

/// An object that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// User or group.
    pub kind: Kind,
    /// Its id at the target, or its name where the id is not known.
    pub id: String,
    /// Why.
    pub why: String,
}

/// Probes one target.
pub struct Prober {
    scim: Scim2,
    name: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    runtime: Arc<dyn Runtime>,
}

impl Prober {
    /// A probe of this target, with its credentials and its address rules. What its profile
    /// says is not heeded but for its headers: it is what is to be found out.
    pub fn new(
        target: &Target,
        auth: ResolvedAuth,
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Self, BuildError> {
        let known = Profile::of(target.profile.as_deref())?;
        let target = Target { profile: None, ..target.clone() };
        let scim = Scim2::new(&target, auth, settings, Arc::clone(&clock))?;
        let scim = scim.with_headers_of(&known);
        Ok(Self { scim, name: target.name, clock, random, runtime })
    }

    /// Explores, and takes away what it made. To be awaited to its end: who drops it leaves
    /// objects behind.
    pub async fn run(&self, options: &ProbeOptions, watcher: &dyn Watcher) -> Probed {
        let mut session = Session::new(self, options, watcher);
        let failure = session.explore().await.err();
        let left = session.clean().await;
        let profile = failure.is_none().then(|| session.found.profile(&self.name));
        Probed { profile, failure, left }
    }
}
