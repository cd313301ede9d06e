//! What the target says it can do (`/ServiceProviderConfig`, RFC 7643 §5): asked for when it
//! is first needed, kept for a while, and not missed if it is absent.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Scim2;
use super::outcome::Asked;
use crate::stop::Stop;

/// How long an answer is believed, in milliseconds.
const KEEP: i64 = 3_600_000;

/// What a target can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// PATCH.
    pub(super) patch: bool,
    /// Filters.
    pub(super) filter: bool,
    /// Lists by cursor (RFC 9865 §4).
    pub(super) cursor: bool,
}

impl Profile {
    /// What is assumed of a target that says nothing: the standard's own wish.
    const ASSUMED: Self = Self { patch: true, filter: true, cursor: false };

    fn read(body: &Value) -> Self {
        let supported = |name: &str| {
            let path = format!("/{name}/supported");
            body.pointer(&path).and_then(Value::as_bool).unwrap_or(true)
        };
        let cursor = body.pointer("/pagination/cursor").and_then(Value::as_bool);
        Self {
            patch: supported("patch"),
            filter: supported("filter"),
            cursor: cursor.unwrap_or(false),
        }
    }
}

/// The profile as last learnt, and until when it is believed.
#[derive(Default)]
pub(super) struct Profiles(Mutex<Option<(Profile, i64)>>);

impl Profiles {
    fn known(&self, now: i64) -> Option<Profile> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.filter(|(_, until)| now < *until).map(|(profile, _)| profile)
    }

    fn keep(&self, profile: Profile, until: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((profile, until));
    }
}

impl Scim2 {
    /// What the target can do. Fails only where the next call would fail too.
    pub(super) async fn profile(&self) -> Result<Profile, Stop> {
        let now = self.clock.boottime();
        if let Some(profile) = self.profiles.known(now) {
            return Ok(profile);
        }
        match self.fetch_profile().await {
            Ok(profile) => {
                self.profiles.keep(profile, now.saturating_add(KEEP));
                Ok(profile)
            }
            Err(Stop::Refused(_)) => {
                self.profiles.keep(Profile::ASSUMED, now.saturating_add(KEEP));
                Ok(Profile::ASSUMED)
            }
            Err(Stop::Unknown { .. }) => Ok(Profile::ASSUMED),
            Err(retry) => Err(retry),
        }
    }

    /// Asks anew.
    pub(super) async fn fetch_profile(&self) -> Result<Profile, Stop> {
        let url = self.url(&["ServiceProviderConfig"])?;
        let answer = self.get(Asked::Collection, url).await?;
        Ok(Profile::read(&answer.body.unwrap_or_default()))
    }

    /// Remembers that the target has refused a PATCH as such, whatever it had said.
    pub(super) fn patch_is_unsupported(&self) {
        let known = self.profiles.known(self.clock.boottime()).unwrap_or(Profile::ASSUMED);
        let profile = Profile { patch: false, ..known };
        let until = self.clock.boottime().saturating_add(KEEP);
        self.profiles.keep(profile, until);
    }
}
