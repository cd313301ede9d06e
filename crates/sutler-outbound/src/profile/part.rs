//! The parts of a profile: users, groups, PATCH, lists, look-ups.

use serde::Deserialize;
use sutler_model::Kind;
use sutler_model::nesting::Nesting;

use super::rule::Rule;
use super::value::{Count, Name};

/// How an account is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// As the target says of itself: by PATCH, or by PUT where it has no PATCH.
    #[default]
    Stated,
    /// By PATCH (RFC 7644 §3.5.2), never by PUT.
    Patch,
    /// Read, merged and put back (RFC 7644 §3.5.1).
    Put,
}

/// What a DELETE does to a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Deletion {
    /// The user is gone.
    #[default]
    Delete,
    /// There is no deletion: the user is deactivated, by a change.
    Deactivate,
}

/// What becomes of the case of a user's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Case {
    /// It is kept, and names that differ in case are one.
    #[default]
    Folded,
    /// It is kept, and names that differ in case are two.
    Exact,
    /// The target writes names in lower case; so they are sent that way.
    Lowered,
}

/// How the operations of a PatchOp are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Style {
    /// Each with its path.
    #[default]
    Path,
    /// One replace without a path, with all that is to be set.
    Pathless,
    /// A replace without a path for each attribute.
    Single,
}

/// How `true` and `false` are written in a PatchOp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Booleans {
    /// As booleans.
    #[default]
    Boolean,
    /// As the texts `True` and `False`.
    Text,
}

/// How a list goes on after its first page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Paging {
    /// By cursor where the target says that it can (RFC 9865 §4), else by index.
    #[default]
    Stated,
    /// By `startIndex` (RFC 7644 §3.4.2.4).
    Index,
    /// By `cursor` (RFC 9865 §2).
    Cursor,
    /// Not at all: the first page is all there is.
    None,
}

/// Users.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Users {
    pub(super) endpoint: Option<Name>,
    pub(super) change: Change,
    pub(super) delete: Deletion,
    pub(super) active: bool,
    pub(super) case: Case,
    pub(super) rule: Vec<Rule>,
}

impl Default for Users {
    fn default() -> Self {
        Self {
            endpoint: None,
            change: Change::default(),
            delete: Deletion::default(),
            active: true,
            case: Case::default(),
            rule: Vec::new(),
        }
    }
}

/// Groups.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Groups {
    pub(super) endpoint: Option<Name>,
    pub(super) change: Change,
    pub(super) members_a_call: Count<10_000>,
    pub(super) members_in_create: bool,
    pub(super) members_in_put: bool,
    pub(super) nesting: Nesting,
    pub(super) rule: Vec<Rule>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            endpoint: None,
            change: Change::default(),
            members_a_call: Count::of(100),
            members_in_create: true,
            members_in_put: true,
            nesting: Nesting::default(),
            rule: Vec::new(),
        }
    }
}

/// PATCH.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Patch {
    pub(super) operations: Count<10_000>,
    pub(super) style: Style,
    pub(super) value_paths: bool,
    pub(super) booleans: Booleans,
}

impl Default for Patch {
    fn default() -> Self {
        Self {
            operations: Count::of(1_000),
            style: Style::default(),
            value_paths: true,
            booleans: Booleans::default(),
        }
    }
}

/// Lists.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Listing {
    pub(super) paging: Paging,
    pub(super) page: Count<10_000>,
    pub(super) total: bool,
}

impl Default for Listing {
    fn default() -> Self {
        Self { paging: Paging::default(), page: Count::of(100), total: false }
    }
}

/// Look-ups.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Lookup {
    pub(super) users: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) combine: bool,
}

impl Default for Lookup {
    fn default() -> Self {
        let any = || vec!["*".to_owned()];
        Self { users: any(), groups: any(), combine: true }
    }
}

impl Lookup {
    pub(super) fn has(&self, kind: Kind, path: &str) -> bool {
        let known = match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        };
        known.iter().any(|one| one == "*" || one.eq_ignore_ascii_case(path))
    }
}

pub(super) fn is_true() -> bool {
    true
}
