//! Why something was not done. Nothing was changed then.

use std::borrow::Cow;

use sutler_model::access::Unwritable;
use sutler_model::estate::Permission;
use sutler_model::path::AttributePath;
use sutler_model::port::LedgerError;
use sutler_model::work::Fault;
use sutler_model::{IntentId, Invalid, Kind, Store, Version};

use super::NotAllowed;
use crate::Unread;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller lacks a permission.
    #[error("this client lacks the permission {}", named(*.0))]
    Forbidden(Permission),
    /// The caller may not use a store.
    #[error("this client may not use the user store `{}`", .0.name())]
    ForbiddenStore(Store),
    /// The caller may not write an attribute that would have been changed.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The caller may not read an attribute that the answer would tell something of.
    #[error("this client may not read `{0}`")]
    Unreadable(String),
    /// The caller is a user, who may not do this.
    #[error(transparent)]
    Myself(#[from] NotAllowed),
    /// What was sent cannot be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is none in this tenant.
    #[error("there is no {} with the id `{id}`", kind.name())]
    NotFound {
        /// Of which type.
        kind: Kind,
        /// The id that was asked for.
        id: String,
    },
    /// A name that is in use.
    #[error("`{attribute}` is already in use by another {}", kind.name())]
    Taken {
        /// Of which type.
        kind: Kind,
        /// Which name.
        attribute: Cow<'static, str>,
    },
    /// A name that another change, which is not confirmed yet, has reserved.
    #[error("`{attribute}` is reserved by a change of another {} that is not confirmed yet; try again", kind.name())]
    Reserved {
        /// Of which type.
        kind: Kind,
        /// Which name.
        attribute: Cow<'static, str>,
    },
    /// Another change of the resource waits to be confirmed.
    #[error("another change of the resource is not confirmed yet; try again")]
    Intended,
    /// A target that must agree cannot be asked.
    #[error("the target `{target}` {why}; nothing was changed, try again later")]
    Unavailable {
        /// Which.
        target: String,
        /// How it stands.
        why: String,
    },
    /// A target did not agree, or another change was faster: nothing was changed.
    #[error("nothing was changed: {}", declined(target.as_deref(), fault))]
    Declined {
        /// Which, if it was one.
        target: Option<String>,
        /// Why.
        fault: Fault,
        /// It may agree later.
        retryable: bool,
    },
    /// Nobody knows yet whether all targets will agree.
    #[error(
        "the targets have not confirmed this yet, and it may still be done; ask at Intents/{0}"
    )]
    Undecided(IntentId),
    /// It is committed, but targets have not confirmed it.
    #[error("this is committed, and is still on its way to {}", targets.join(", "))]
    Unconfirmed {
        /// Which.
        targets: Vec<String>,
    },
    /// The version that the caller expects is not the one in force.
    #[error("the resource has another version than the one expected")]
    Stale,
    /// Others changed the resource again and again meanwhile.
    #[error("the resource is being changed by others; try again")]
    Contended,
    /// The password could not be hashed.
    #[error("the password could not be processed; try again")]
    Hash,
    /// The target that alone knows the answer cannot be asked now.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It cannot be done for what is not kept here.
    #[error("{0}")]
    Unheld(String),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] LedgerError),
}

impl Refusal {
    pub(super) fn not_found(kind: Kind, id: impl Into<String>) -> Self {
        Self::NotFound { kind, id: id.into() }
    }

    pub(super) fn unwritable(path: &AttributePath) -> Self {
        Self::Unwritable(Unwritable(path.clone()))
    }
}

fn declined(target: Option<&str>, fault: &Fault) -> String {
    match target {
        Some(target) => format!("the target `{target}` says: {}", fault.detail),
        None => fault.detail.clone(),
    }
}

/// The permission, and the wider one that includes it.
fn named(permission: Permission) -> String {
    let wider = permission.wider().map(|wider| format!(", which `{}` includes", wider.name()));
    format!("`{}`{}", permission.name(), wider.unwrap_or_default())
}

/// What a caller demands of the stored version (RFC 7644 §3.14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// That there is one.
    Any,
    /// That it is one of these.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// True if a resource of this version may be changed.
    pub fn holds(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}
