//! Creating, changing and deleting accounts.

use http::Method;
use serde_json::{Map, Value, json};
use sutler_model::outcome::{Applied, Operation, RefusalKind};
use sutler_model::{Document, Kind};

use super::account::text;
use super::merge::merged;
use super::outcome::Asked;
use super::patch;
use super::request;
use super::search::name_attribute;
use super::{Answer, Call, Scim2};
use crate::profile::{Change, Deletion};
use crate::stop::Stop;

/// What is to change about an account.
pub(super) struct Changes<'a> {
    pub(super) set: Vec<(String, Value)>,
    pub(super) clear: &'a [String],
}

impl Scim2 {
    /// Does one operation.
    pub(super) async fn operate(&self, operation: &Operation) -> Result<Applied, Stop> {
        match operation {
            Operation::Create { kind, correlation, body, active } => {
                self.create(*kind, correlation.as_deref(), body, *active).await
            }
            // Only what differs is sent, so the version that was last seen is not demanded:
            // somebody else's change of something else is no reason to stop.
            Operation::Update { kind, remote, etag: _, set, clear, active } => {
                let mut set = set.clone();
                // A group is neither active nor inactive (RFC 7643 §4.2).
                let active = active.filter(|_| *kind == Kind::User);
                set.extend(active.map(|active| ("active".to_owned(), json!(active))));
                let changes = Changes { set, clear };
                self.update(*kind, remote, &changes).await
            }
            Operation::Delete { kind, remote } => self.delete(*kind, remote).await,
            Operation::Members { remote, remove, add } => {
                self.change_members(remote, remove, add).await
            }
        }
    }

    async fn create(
        &self,
        kind: Kind,
        correlation: Option<&str>,
        body: &Document,
        active: bool,
    ) -> Result<Applied, Stop> {
        let mut body = request::create(kind, correlation, body, active);
        self.fit(kind, &mut body)?;
        let answer = self
            .call(Call {
                asked: Asked::Create,
                method: Method::POST,
                url: self.collection(kind)?,
                if_match: None,
                body: Some(&body),
            })
            .await?;
        let Some(Value::Object(made)) = answer.body else {
            return Err(senseless("the answer to the create is no account"));
        };
        let remote = text(&made, "id").filter(|id| !id.is_empty());
        let Some(remote) = remote else {
            return Err(senseless("the account that was made has no id"));
        };
        let carried = text(&made, "externalId");
        if carried.is_some() && correlation.is_some() && carried != correlation {
            return Err(senseless("the answer to the create shows another account"));
        }
        Ok(Applied { remote: Some(remote.to_owned()), etag: answer.etag })
    }

    async fn update(
        &self,
        kind: Kind,
        remote: &str,
        changes: &Changes<'_>,
    ) -> Result<Applied, Stop> {
        if changes.set.is_empty() && changes.clear.is_empty() {
            return Ok(Applied::default());
        }
        let changes = &self.fit_changes(kind, changes)?;
        if self.patches(kind).await? {
            match self.patch(kind, remote, changes).await {
                Err(Stop::Refused(refusal))
                    if refusal.kind == RefusalKind::Unsupported
                        && self.profile.change(kind) == Change::Stated =>
                {
                    self.patch_is_unsupported();
                }
                settled => return settled,
            }
        }
        let without_members = kind == Kind::Group && !self.profile.members_in_put();
        let edit = |shown: &Map<String, Value>| {
            let mut whole = merged(kind, shown, &changes.set, changes.clear);
            if let (true, Some(whole)) = (without_members, whole.as_object_mut()) {
                whole.retain(|name, _| !name.eq_ignore_ascii_case("members"));
            }
            whole
        };
        self.put(kind, remote, changes.asked(kind), edit).await
    }

    /// True if accounts of this type are changed by PATCH.
    pub(super) async fn patches(&self, kind: Kind) -> Result<bool, Stop> {
        match self.profile.change(kind) {
            Change::Stated => Ok(self.stated().await?.patch),
            Change::Patch => Ok(true),
            Change::Put => Ok(false),
        }
    }

    async fn patch(
        &self,
        kind: Kind,
        remote: &str,
        changes: &Changes<'_>,
    ) -> Result<Applied, Stop> {
        let operations = patch::operations(&self.profile, &changes.set, changes.clear);
        let asked = changes.asked(kind);
        let mut last = Applied::default();
        for chunk in operations.chunks(self.profile.operations()) {
            last = self.send_patch(kind, remote, asked, chunk).await?;
        }
        Ok(last)
    }

    /// Sends a PatchOp to an account.
    pub(super) async fn send_patch(
        &self,
        kind: Kind,
        remote: &str,
        asked: Asked,
        operations: &[Value],
    ) -> Result<Applied, Stop> {
        let body = request::patch(operations);
        let answer = self
            .call(Call {
                asked,
                method: Method::PATCH,
                url: self.one(kind, remote)?,
                if_match: None,
                body: Some(&body),
            })
            .await?;
        applied(remote, answer)
    }

    /// Reads an account, edits it and puts it back, if nobody has changed it in between.
    pub(super) async fn put(
        &self,
        kind: Kind,
        remote: &str,
        asked: Asked,
        edit: impl FnOnce(&Map<String, Value>) -> Value,
    ) -> Result<Applied, Stop> {
        let url = self.one(kind, remote)?;
        let shown = self.get(Asked::Account, url.clone()).await.map_err(read_only)?;
        let body = match &shown.body {
            Some(Value::Object(account)) if text(account, "id") == Some(remote) => edit(account),
            _ => {
                return Err(read_only(senseless(
                    "another account was shown than the one asked for",
                )));
            }
        };
        let answer = self
            .call(Call {
                asked,
                method: Method::PUT,
                url,
                if_match: shown.etag.as_deref().filter(|_| self.profile.etag()),
                body: Some(&body),
            })
            .await?;
        applied(remote, answer)
    }

    /// Takes an account away; where users cannot be deleted, they are deactivated.
    async fn delete(&self, kind: Kind, remote: &str) -> Result<Applied, Stop> {
        let done = if kind == Kind::User && self.profile.delete() == Deletion::Deactivate {
            let changes = Changes { set: vec![("active".to_owned(), json!(false))], clear: &[] };
            self.update(kind, remote, &changes).await
        } else {
            let call = Call {
                asked: Asked::Delete,
                method: Method::DELETE,
                url: self.one(kind, remote)?,
                if_match: None,
                body: None,
            };
            self.call(call).await.map(|_| Applied::default())
        };
        match done {
            Err(Stop::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => {
                Ok(Applied::default())
            }
            settled => settled,
        }
    }
}

impl Changes<'_> {
    fn asked(&self, kind: Kind) -> Asked {
        let name = name_attribute(kind);
        if self.set.iter().any(|(path, _)| path.eq_ignore_ascii_case(name)) {
            Asked::Rename
        } else {
            Asked::Update
        }
    }
}

/// What a change left behind; an answer that shows somebody else is none.
fn applied(remote: &str, answer: Answer) -> Result<Applied, Stop> {
    let shown = answer.body.as_ref().and_then(Value::as_object);
    match shown.and_then(|shown| text(shown, "id")) {
        Some(other) if other != remote => {
            Err(senseless("the answer to the change shows another account"))
        }
        _ => Ok(Applied { remote: Some(remote.to_owned()), etag: answer.etag }),
    }
}

/// A read that failed before a write was sent leaves nothing in doubt.
fn read_only(stop: Stop) -> Stop {
    match stop {
        Stop::Unknown { detail, status, after } => Stop::Retry {
            trouble: sutler_model::outcome::Trouble::Throttled,
            detail,
            status,
            after,
        },
        other => other,
    }
}

fn senseless(what: &str) -> Stop {
    Stop::unknown(None, format!("the target's answer makes no sense: {what}"))
}
