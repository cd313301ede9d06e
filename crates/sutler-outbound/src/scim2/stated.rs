//! What the target says it can do (`/ServiceProviderConfig`, RFC 7643 §5): asked for when a
//! profile leaves it to the target and it is needed, kept for a while, and not missed if it is absent.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Scim2;
use super::outcome::Asked;
use crate::stop::Stop;

/// How long an answer is believed, in milliseconds.
const KEEP: i64 = 3_600_000;

/// What a target can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    /// PATCH.
    pub(super) patch: bool,
    /// Filters.
    pub(super) filter: bool,
    /// Lists by cursor (RFC 9865 §4).
    pub(super) cursor: bool,
}

impl Stated {
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

/// What was said last, and until when it is believed.
#[derive(Default)]
pub(super) struct StatedBefore(Mutex<Option<(Stated, i64)>>);

impl StatedBefore {
    fn known(&self, now: i64) -> Option<Stated> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.filter(|(_, until)| now < *until).map(|(stated, _)| stated)
    }

    fn keep(&self, stated: Stated, until: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((stated, until));
    }
}

impl Scim2 {
    /// What the target can do. Fails only where the next call would fail too.
    pub(super) async fn stated(&self) -> Result<Stated, Stop> {
        let now = self.clock.boottime();
        if let Some(stated) = self.stated_before.known(now) {
            return Ok(stated);
        }
        match self.fetch_stated().await {
            Ok(stated) => {
                self.stated_before.keep(stated, now.saturating_add(KEEP));
                Ok(stated)
            }
            Err(Stop::Refused(_)) => {
                self.stated_before.keep(Stated::ASSUMED, now.saturating_add(KEEP));
                Ok(Stated::ASSUMED)
            }
            Err(Stop::Unknown { .. }) => Ok(Stated::ASSUMED),
            Err(retry) => Err(retry),
        }
    }

    /// Asks anew.
    pub(super) async fn fetch_stated(&self) -> Result<Stated, Stop> {
        let url = self.url(&[self.profile.config()])?;
        let answer = self.get(Asked::Collection, url).await?;
        Ok(Stated::read(&answer.body.unwrap_or_default()))
    }

    /// Remembers that the target has refused a PATCH as such, whatever it had said.
    pub(super) fn patch_is_unsupported(&self) {
        let known = self.stated_before.known(self.clock.boottime()).unwrap_or(Stated::ASSUMED);
        let stated = Stated { patch: false, ..known };
        let until = self.clock.boottime().saturating_add(KEEP);
        self.stated_before.keep(stated, until);
    }
}
