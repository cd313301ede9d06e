//! The products, each as its documentation has it.

use sutler_model::Kind;

use super::{Bucket, Habit, Paging, Play, Throttle};

const WRITES: &[&str] = &["POST", "PUT", "PATCH", "DELETE"];
const ALL: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
const ANY: &[&str] = &["*"];

/// The standard, with nothing of its own.
pub(crate) const STANDARD: Play = Play {
    name: "generic",
    endpoints: ["Users", "Groups", "ServiceProviderConfig"],
    habits: &[],
    operations: 0,
    members: 0,
    too_many: 413,
    longest: 0,
    filter: 0,
    filters: [ANY, ANY],
    requires: [&[], &[]],
    single: &[],
    forbids: "",
    user_name: 0,
    page: 100,
    paging: Paging::Index,
    lag: 0,
    buckets: &[],
    throttle: Throttle::Plain,
};

const fn bucket(verbs: &'static [&'static str], of: Option<Kind>, limits: [u64; 3]) -> Bucket {
    let [calls, seconds, burst] = limits;
    Bucket { verbs, of, longer_than: 0, calls, seconds, burst }
}

/// Every product that can be played.
pub const PRODUCTS: &[Play] = &[
    STANDARD,
    Play {
        name: "aws",
        habits: &[
            Habit::UsersOnly,
            Habit::NoGroupPut,
            Habit::SingleWithoutPath,
            Habit::OneClause,
            Habit::HidesMembers,
            Habit::NoVersions,
        ],
        operations: 100,
        members: 100,
        too_many: 400,
        filters: [&["userName", "externalId", "id"], &["displayName", "externalId", "id"]],
        requires: [
            &["userName", "displayName", "name.givenName", "name.familyName"],
            &["displayName"],
        ],
        single: &["emails", "phoneNumbers", "addresses"],
        forbids: "<>;:%\t\n\r",
        paging: Paging::CursorOnly,
        lag: 2_000,
        throttle: Throttle::Exception,
        buckets: &[bucket(ALL, None, [1_200, 60, 100])],
        ..STANDARD
    },
    Play {
        name: "entra",
        endpoints: ["users", "groups", "ServiceProviderConfig"],
        habits: &[
            Habit::NoUserPut,
            Habit::NoGroupPut,
            Habit::NoMembersInCreate,
            Habit::OneClause,
            Habit::NoTotals,
            Habit::LowerKeys,
            Habit::NoVersions,
        ],
        members: 20,
        too_many: 400,
        filters: [&["userName", "externalId", "displayName"], &["displayName", "externalId"]],
        paging: Paging::CursorOnly,
        lag: 5_000,
        ..STANDARD
    },
    Play {
        name: "slack",
        habits: &[
            Habit::UsersOnly,
            Habit::Deactivates,
            Habit::OneClause,
            Habit::NoAtInDisplayName,
            Habit::NoVersions,
        ],
        filters: [&["userName", "emails.value"], &["displayName"]],
        requires: [&["userName", "emails"], &["displayName"]],
        user_name: 20,
        buckets: &[
            bucket(WRITES, None, [600, 60, 180]),
            bucket(&["GET"], None, [1_000, 60, 200]),
            bucket(WRITES, Some(Kind::User), [180, 60, 20]),
            bucket(WRITES, Some(Kind::Group), [180, 60, 20]),
        ],
        ..STANDARD
    },
    Play {
        name: "github",
        habits: &[Habit::UsersOnly, Habit::WantsUserAgent, Habit::OneClause, Habit::NoVersions],
        filters: [&["userName", "externalId", "displayName"], &["displayName", "externalId"]],
        requires: [&["userName", "externalId", "emails"], &["displayName", "externalId"]],
        buckets: &[bucket(&["POST"], Some(Kind::User), [1_000, 3_600, 100])],
        ..STANDARD
    },
    Play {
        name: "salesforce",
        endpoints: ["Users", "Groups", "ServiceProviderConfigs"],
        habits: &[Habit::Deactivates, Habit::Lowers],
        filters: [&["userName", "externalId", "emails.value"], &["displayName"]],
        requires: [&["userName", "emails", "entitlements"], &["displayName"]],
        page: 200,
        ..STANDARD
    },
    Play {
        name: "google",
        habits: &[Habit::OneClause, Habit::NoVersions],
        filters: [&["userName", "externalId", "emails.value"], &["displayName", "externalId"]],
        requires: [&["userName", "name.givenName", "name.familyName"], &["displayName"]],
        page: usize::MAX,
        paging: Paging::None,
        lag: 3_000,
        buckets: &[bucket(ALL, None, [2_400, 60, 400])],
        throttle: Throttle::Reason,
        ..STANDARD
    },
    Play {
        name: "keycloak",
        habits: &[
            Habit::UsersOnly,
            Habit::NoMembersInCreate,
            Habit::NoMembersInPut,
            Habit::NoVersions,
        ],
        operations: 100,
        too_many: 400,
        filter: 2_048,
        ..STANDARD
    },
    Play {
        name: "authentik",
        habits: &[Habit::UsersOnly, Habit::NoUserPatch, Habit::NoVersions],
        filters: [&["userName", "externalId", "active", "id"], &["displayName", "externalId"]],
        ..STANDARD
    },
    Play {
        name: "miro",
        habits: &[Habit::UsersOnly, Habit::OneClause, Habit::NoVersions],
        members: 8_000,
        longest: 800_000,
        filters: [&["userName"], &["displayName"]],
        buckets: &[
            bucket(&["GET"], Some(Kind::Group), [5, 30, 5]),
            Bucket { longer_than: 500, ..bucket(&["PATCH"], None, [5, 30, 5]) },
        ],
        ..STANDARD
    },
];
