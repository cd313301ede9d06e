//! What a target is asked, and what it answered: the values of the connector contract.

use crate::{Document, Kind, Time};

/// An account as a target shows it, in our schema: canonical names, our correlation and the
/// `active` flag taken out of the attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The target's id.
    pub remote: String,
    /// The target's version.
    pub etag: Option<String>,
    /// The correlation that it carries, if any.
    pub correlation: Option<String>,
    /// `active`; `None` if the target does not say.
    pub active: Option<bool>,
    /// The rest.
    pub attributes: Document,
}

/// How to look an account up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// By the target's own id.
    Remote(String),
    /// By our correlation.
    Correlation(String),
    /// By the name it holds: `userName` or `displayName`, as it is written.
    Key(String),
    /// By attributes, each of which equals: paths as in [`Operation::Update`] (`emails.value`,
    /// `name.familyName`), with strings, numbers or booleans. Strings are compared folded, and
    /// of many values one is enough.
    Attributes(Vec<(String, serde_json::Value)>),
}

/// One page of all accounts of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The accounts of this page; groups without their members.
    pub accounts: Vec<Account>,
    /// Where the next page begins: text that only the connector reads. `None` is the end, and
    /// says that the list is complete.
    pub next: Option<String>,
    /// How many there are in all, if the target says so.
    pub total: Option<u64>,
}

/// One operation on one account.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Make the account.
    Create {
        /// User or group.
        kind: Kind,
        /// Our correlation, to be written in the create itself; `None` where accounts are
        /// recognised by their name.
        correlation: Option<String>,
        /// The attributes; references hold the target's ids.
        body: Document,
        /// Enabled or disabled.
        active: bool,
    },
    /// Change what differs.
    Update {
        /// User or group.
        kind: Kind,
        /// The target's id.
        remote: String,
        /// The version that we last saw.
        etag: Option<String>,
        /// Set these paths (`title`, `name.givenName`, `urn:…:User:department`).
        set: Vec<(String, serde_json::Value)>,
        /// Clear these paths.
        clear: Vec<String>,
        /// `active`, if it is to change.
        active: Option<bool>,
    },
    /// Take the account away.
    Delete {
        /// User or group.
        kind: Kind,
        /// The target's id.
        remote: String,
    },
    /// Change the membership of a group: one chunk, removals first.
    Members {
        /// The group's id at the target.
        remote: String,
        /// The members' ids at the target.
        remove: Vec<String>,
        /// The members' ids at the target, with their types.
        add: Vec<(String, Kind)>,
    },
}

/// The result of one call. Three groups: done, definitely not done, unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// Done.
    Done(T),
    /// Not done, and not to be tried again as it stands.
    Refused(Refusal),
    /// Not done; try again, not before `after` if the target said so.
    Retry {
        /// The earliest moment, from `Retry-After`.
        after: Option<Time>,
        /// What kind of trouble.
        trouble: Trouble,
        /// What happened, redacted.
        detail: String,
        /// The HTTP status, if there was one.
        status: Option<u16>,
    },
    /// Bytes were sent and no sensible answer came: look, never send again blindly.
    Unknown {
        /// What happened, redacted.
        detail: String,
        /// The HTTP status, if there was one.
        status: Option<u16>,
        /// The earliest moment, from `Retry-After`.
        after: Option<Time>,
    },
}

/// Why a call that was definitely not done should be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// 429, 503 and their like: the target wants less.
    Throttled,
    /// The target could not be reached, and nothing was sent.
    Unreachable,
    /// 401, 403 or a wrong TLS identity: quarantine the target, do not hammer it.
    Auth,
}

/// A definite refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind.
    pub kind: RefusalKind,
    /// What the target said, redacted, one line.
    pub detail: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
}

/// The kinds of definite refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// 409 on create or rename: the name is taken there. Look before judging.
    Exists,
    /// 404 on a known id: look, absence confirmed closes the link.
    NotFound,
    /// 412: the account has changed there; look.
    Differs,
    /// 400, 413, 422: the target will not have it so.
    Rejected,
    /// 405, 501: the target cannot do it at all.
    Unsupported,
}

/// What an applied operation left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The target's id of the account, if the answer named one.
    pub remote: Option<String>,
    /// Its version, if the answer named one.
    pub etag: Option<String>,
}

/// What a connector can do, as it knows it for this target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// How long a created account may stay invisible to look-ups, in milliseconds.
    pub lag: i64,
    /// How many members one operation may carry.
    pub members_a_call: usize,
}

/// What `check` found out, one line each, for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// True if all is well with it.
    pub ok: bool,
    /// What was looked at: `address`, `credentials`, `profile`.
    pub subject: String,
    /// What was found, and what to do if it is not well.
    pub detail: String,
}
