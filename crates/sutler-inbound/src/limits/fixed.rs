//! The limits that are as they are, and why.

use sutler_engine::provision::LONGEST_NAME;
use sutler_model::document::{LONGEST_PASSWORD, MOST_VALUES};
use sutler_model::resource::MOST_MEMBERSHIPS;
use sutler_scim::selection::MAXIMUM_NAMES;
use sutler_scim::{filter, json};

use super::Fixed;
use crate::oauth::BODY_LIMIT;
use crate::scim::answer::FEW_MEMBERS;
use crate::serve::{MOST_HEADERS, MOST_STREAMS};

/// In the order of a request's way.
pub static FIXED: &[Fixed] = &[
    Fixed {
        name: "headers",
        what: "headers of a request over HTTP/1.1",
        value: MOST_HEADERS as u64,
        unit: "",
        answer: "431",
        why: "no client sends half as many",
    },
    Fixed {
        name: "streams",
        what: "requests under way on one connection of HTTP/2",
        value: MOST_STREAMS as u64,
        unit: "",
        answer: "wait for their turn at the client",
        why: "who wants more opens a second connection",
    },
    Fixed {
        name: "token body",
        what: "the body of `/oauth2/token`",
        value: BODY_LIMIT as u64,
        unit: "bytes",
        answer: "413",
        why: "it has a handful of short fields",
    },
    Fixed {
        name: "JSON depth",
        what: "objects and lists in each other",
        value: json::MAXIMUM_DEPTH as u64,
        unit: "levels",
        answer: "400 `invalidSyntax`",
        why: "the schemas need six; deeper ones only fill the stack",
    },
    Fixed {
        name: "filter length",
        what: "the text of a filter, and of a path",
        value: filter::MAXIMUM_LENGTH as u64,
        unit: "bytes",
        answer: "400 `invalidFilter`; of a path, `invalidPath`",
        why: "a filter becomes one statement of the store, whose size is bounded",
    },
    Fixed {
        name: "filter terms",
        what: "comparisons in a filter",
        value: filter::MAXIMUM_TERMS as u64,
        unit: "",
        answer: "400 `invalidFilter`",
        why: "a filter becomes one statement of the store, whose size is bounded",
    },
    Fixed {
        name: "filter depth",
        what: "parentheses and brackets in each other",
        value: filter::MAXIMUM_DEPTH as u64,
        unit: "levels",
        answer: "400 `invalidFilter`",
        why: "deeper ones only fill the stack",
    },
    Fixed {
        name: "attributes",
        what: "names in `attributes` or `excludedAttributes`",
        value: MAXIMUM_NAMES as u64,
        unit: "",
        answer: "400 `invalidValue`",
        why: "there are fewer attributes",
    },
    Fixed {
        name: "name length",
        what: "`userName`, and `displayName` of a group",
        value: LONGEST_NAME as u64,
        unit: "bytes",
        answer: "400 `invalidValue`",
        why: "a name is a key of the store's indexes",
    },
    Fixed {
        name: "password length",
        what: "`password`",
        value: LONGEST_PASSWORD as u64,
        unit: "bytes",
        answer: "400 `invalidValue`",
        why: "a longer one is no better guarded, and costs time to hash",
    },
    Fixed {
        name: "values",
        what: "values of one attribute; members of a group are not limited",
        value: MOST_VALUES as u64,
        unit: "",
        answer: "400 `invalidValue`",
        why: "a document is read and written whole",
    },
    Fixed {
        name: "memberships",
        what: "`groups` of a user, where not all are direct",
        value: MOST_MEMBERSHIPS as u64,
        unit: "",
        answer: "the nearest are shown",
        why: "groups of groups could be all groups",
    },
    Fixed {
        name: "members after PATCH",
        what: "`members` in the answer to a PATCH that does not ask for them",
        value: FEW_MEMBERS as u64,
        unit: "",
        answer: "none is shown",
        why: "a PATCH costs what it changes, not what the group holds",
    },
];
