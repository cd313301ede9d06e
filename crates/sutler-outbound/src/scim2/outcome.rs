//! What an answer means: done, definitely not done, or unknown. The one table of it.

use http::header;
use serde_json::Value;
use sutler_model::Time;
use sutler_model::outcome::{RefusalKind, Trouble};

use super::request::ERROR;
use crate::http::{Body, Reply, redact, retry_after};
use crate::profile::{Meaning, Profile};
use crate::stop::Stop;

/// What was asked, as far as the meaning of a status depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Make an account.
    Create,
    /// Change an account, its name too.
    Rename,
    /// Change an account, or a membership.
    Update,
    /// Take one member out of a group.
    RemoveMember,
    /// Take an account away.
    Delete,
    /// Read one account.
    Account,
    /// Read a list, or a discovery document.
    Collection,
}

impl Asked {
    fn names_an_account(self) -> bool {
        !matches!(self, Self::Create | Self::Collection)
    }

    fn sets_a_name(self) -> bool {
        matches!(self, Self::Create | Self::Rename)
    }

    fn wants_a_body(self) -> bool {
        matches!(self, Self::Create | Self::Account | Self::Collection)
    }

    fn reads(self) -> bool {
        matches!(self, Self::Account | Self::Collection)
    }
}

/// The body of a sensible success, or why it is none.
pub(crate) fn judge(
    reply: Reply,
    asked: Asked,
    sent: Option<&Value>,
    now: Time,
    profile: &Profile,
) -> Result<Option<Value>, Stop> {
    if reply.is_success() {
        return success(reply, asked);
    }
    let status = reply.status;
    let detail = describe(&reply, sent);
    if let Some(meaning) = meaning(&reply, profile) {
        let after = reply.header(header::RETRY_AFTER).and_then(|text| retry_after(text, now));
        return Err(meant(meaning, asked, (status, detail), after));
    }
    let refused = |kind| Err(Stop::refused(kind, Some(status), detail.clone()));
    let after = || reply.header(header::RETRY_AFTER).and_then(|text| retry_after(text, now));
    let unique = scim_type(&reply.body) == Some("uniqueness");
    let missing = scim_type(&reply.body) == Some("noTarget");
    match status {
        400 if asked == Asked::RemoveMember && missing => Ok(None),
        300..=399 => {
            let to = reply.location().unwrap_or("nowhere");
            let detail = format!(
                "the target answered {status}, a redirect to `{to}`: redirects are not followed, set the url to where the target is"
            );
            Err(Stop::refused(RefusalKind::Rejected, Some(status), detail))
        }
        401 | 403 => Err(Stop::retry(Trouble::Auth, Some(status), detail)),
        // A page of somebody else's says nothing of the account: no absence is believed.
        404 | 410 if matches!(reply.body, Body::Senseless(_)) => {
            Err(Stop::unknown(Some(status), detail))
        }
        404 | 410 if asked.names_an_account() => refused(RefusalKind::NotFound),
        404 | 410 => Err(Stop::refused(
            RefusalKind::Unsupported,
            Some(status),
            format!("{detail}; the target has no such endpoint: check the url"),
        )),
        405 | 501 => refused(RefusalKind::Unsupported),
        408 | 425 | 429 | 503 => Err(Stop::Retry {
            trouble: Trouble::Throttled,
            detail,
            status: Some(status),
            after: after(),
        }),
        400 | 409 if asked.sets_a_name() && (unique || status == 409) => {
            refused(RefusalKind::Exists)
        }
        409 if !unique => refused(RefusalKind::Differs),
        412 => refused(RefusalKind::Differs),
        400..=499 => refused(RefusalKind::Rejected),
        _ => Err(Stop::Unknown { detail, status: Some(status), after: after() }),
    }
}

/// What the profile makes of an error's text.
fn meaning(reply: &Reply, profile: &Profile) -> Option<Meaning> {
    match &reply.body {
        Body::Json(body) => profile.meaning(reply.status, &body.to_string()),
        Body::Empty | Body::Senseless(_) => None,
    }
}

fn meant(
    meaning: Meaning,
    asked: Asked,
    (status, detail): (u16, String),
    after: Option<Time>,
) -> Stop {
    let refused = |kind| Stop::refused(kind, Some(status), detail.clone());
    match meaning {
        Meaning::Throttled => Stop::Retry {
            trouble: Trouble::Throttled,
            detail: detail.clone(),
            status: Some(status),
            after,
        },
        Meaning::Exists if asked.sets_a_name() => refused(RefusalKind::Exists),
        Meaning::Rejected | Meaning::Exists => refused(RefusalKind::Rejected),
        Meaning::Unsupported => refused(RefusalKind::Unsupported),
        Meaning::Auth => Stop::retry(Trouble::Auth, Some(status), detail.clone()),
    }
}

fn success(reply: Reply, asked: Asked) -> Result<Option<Value>, Stop> {
    let status = reply.status;
    let senseless = |what: &str| {
        let detail = format!("the target answered {status}, which makes no sense: {what}");
        Err(Stop::unknown(Some(status), detail))
    };
    match reply.body {
        _ if status == 202 && !asked.reads() => senseless("accepted, but not done"),
        Body::Senseless(what) => senseless(&what),
        Body::Empty if asked.wants_a_body() => senseless("the answer is empty"),
        Body::Empty => Ok(None),
        Body::Json(body) if is_error(&body) => senseless("there is an error inside"),
        Body::Json(body) if !body.is_object() => senseless("the answer is no object"),
        Body::Json(body) => Ok(Some(body)),
    }
}

/// True for an Error body (RFC 7644 §3.12), and for that of SCIM 1.1.
fn is_error(body: &Value) -> bool {
    let schemas = body.get("schemas").and_then(Value::as_array);
    schemas.is_some_and(|all| all.iter().any(|one| one == ERROR)) || body.get("Errors").is_some()
}

fn scim_type(body: &Body) -> Option<&str> {
    match body {
        Body::Json(body) => body.get("scimType").and_then(Value::as_str),
        _ => None,
    }
}

/// One line: the status, and what the target said of it, redacted.
fn describe(reply: &Reply, sent: Option<&Value>) -> String {
    let status = reply.status;
    let said = match &reply.body {
        Body::Json(body) => body
            .get("detail")
            .or_else(|| body.pointer("/Errors/0/description"))
            .and_then(Value::as_str),
        Body::Senseless(what) => return format!("the target answered {status}: {what}"),
        Body::Empty => None,
    };
    let kind = scim_type(&reply.body)
        .filter(|kind| kind.len() <= 20 && kind.bytes().all(|b| b.is_ascii_alphabetic()))
        .map(|kind| format!(" ({kind})"))
        .unwrap_or_default();
    match said.map(|said| redact(said, sent)) {
        Some(said) if !said.is_empty() => format!("the target answered {status}{kind}: {said}"),
        _ => format!("the target answered {status}{kind}"),
    }
}
