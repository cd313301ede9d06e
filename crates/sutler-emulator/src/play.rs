//! What a product is like beyond the standard: what it refuses, how it lists, how often it may be
//! called. Written from the products' documentation, apart from the connector's own profiles.

pub(crate) mod products;

use sutler_model::Kind;

pub use products::PRODUCTS;

/// A product that a target can be played as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Play {
    /// Its name.
    pub name: &'static str,
    /// The endpoints of users and groups, and of what it tells of itself.
    pub(crate) endpoints: [&'static str; 3],
    /// What it does and does not.
    pub(crate) habits: &'static [Habit],
    /// Operations of one PATCH; 0 is without limit.
    pub(crate) operations: usize,
    /// Members of one request; 0 is without limit.
    pub(crate) members: usize,
    /// The status for too many of either.
    pub(crate) too_many: u16,
    /// The longest body, in bytes; 0 is without limit.
    pub(crate) longest: usize,
    /// The longest filter, in characters; 0 is without limit.
    pub(crate) filter: usize,
    /// What users and groups can be filtered by; `*` is anything.
    pub(crate) filters: [&'static [&'static str]; 2],
    /// What users and groups must have.
    pub(crate) requires: [&'static [&'static str]; 2],
    /// Attributes that have one value at most.
    pub(crate) single: &'static [&'static str],
    /// Characters that names must not hold.
    pub(crate) forbids: &'static str,
    /// The longest user name, in characters; 0 is without limit.
    pub(crate) user_name: usize,
    /// The longest page.
    pub(crate) page: usize,
    /// How a list goes on.
    pub(crate) paging: Paging,
    /// Milliseconds from a create until searches show the account.
    pub(crate) lag: u64,
    /// How often it may be called.
    pub(crate) buckets: &'static [Bucket],
    /// How it words a refusal for calls that are too many.
    pub(crate) throttle: Throttle,
}

/// How a list goes on after its first page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paging {
    /// By `startIndex`.
    #[default]
    Index,
    /// By `cursor` too (RFC 9865).
    Cursor,
    /// By `cursor` alone: `startIndex` is not heeded.
    CursorOnly,
    /// Not at all: everything is on the first page.
    None,
}

/// What a product does, or does not, where others differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// It has no PATCH for users.
    NoUserPatch,
    /// It has no PUT for users.
    NoUserPut,
    /// It has no PUT for groups.
    NoGroupPut,
    /// A group is created without members.
    NoMembersInCreate,
    /// A group is put without members, and keeps those that it has.
    NoMembersInPut,
    /// An operation without a path sets one attribute.
    SingleWithoutPath,
    /// A filter has one clause.
    OneClause,
    /// A DELETE of a user deactivates.
    Deactivates,
    /// User names are written in lower case.
    Lowers,
    /// A group is no member of a group.
    UsersOnly,
    /// Groups are shown without members.
    HidesMembers,
    /// Lists do not tell their total.
    NoTotals,
    /// The list is under `resources`.
    LowerKeys,
    /// Requests without `User-Agent` are refused.
    WantsUserAgent,
    /// `displayName` holds no `@`.
    NoAtInDisplayName,
    /// There are no versions.
    NoVersions,
}

/// How a call that is one too many is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Throttle {
    /// 429 with `Retry-After`.
    Plain,
    /// 429 with `ThrottlingException`.
    Exception,
    /// 403 with a reason inside.
    Reason,
}

/// So many calls in so many seconds, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) verbs: &'static [&'static str],
    pub(crate) of: Option<Kind>,
    pub(crate) longer_than: usize,
    pub(crate) calls: u64,
    pub(crate) seconds: u64,
    pub(crate) burst: u64,
}

/// The level of a bucket and when it was measured.
pub(crate) type Level = (u64, i64);

impl Play {
    /// The product with this name.
    pub fn named(name: &str) -> Option<Self> {
        PRODUCTS.iter().find(|play| play.name == name).copied()
    }

    pub(crate) fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }
}

impl Bucket {
    /// True if there is room for one more at a moment, which is then taken; else the seconds
    /// until there is. A full bucket is empty again after `burst * seconds / calls`.
    pub(crate) fn take(&self, level: &mut Level, now: i64) -> Result<(), u64> {
        let passed = u64::try_from(now.saturating_sub(level.1)).unwrap_or(0);
        let one = self.seconds * 1_000;
        let filled = level.0.saturating_sub(passed.saturating_mul(self.calls));
        let over = (filled + one).saturating_sub(one * self.burst);
        if over > 0 {
            return Err(over.div_ceil(self.calls).div_ceil(1_000));
        }
        *level = (filled + one, now);
        Ok(())
    }

    pub(crate) fn counts(&self, method: &str, kind: Option<Kind>, length: usize) -> bool {
        self.verbs.contains(&method)
            && self.of.is_none_or(|of| Some(of) == kind)
            && (self.longer_than == 0 || length > self.longer_than)
    }
}
