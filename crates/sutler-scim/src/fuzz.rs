//! One function for each reader of foreign bytes. None may panic, whatever it is given.
//!
//! Each also checks what must hold of anything that was understood, in every dialect.

use sutler_model::document::{create, etag};
use sutler_model::patch::apply;
use sutler_model::schema::{Schemas, standard};
use sutler_model::{Dialect, Document, Kind, Leniencies, Uid};

use crate::bulk::{Limits, Made, Plan, Request};
use crate::etag::Tags;
use crate::query::Query;
use crate::roles::{Shape, is_role};

/// Filter text: what was read prints to a text that reads the same.
pub fn filter(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    let Ok(filter) = crate::filter::parse(text) else {
        return true;
    };
    let again = crate::filter::parse(&filter.to_string());
    let checked = filter.clone().check(&[standard(Kind::User)]);
    if let Ok(checked) = &checked {
        checked.matches(standard(Kind::User), &Document::new());
    }
    // Escapes can make the printed text longer than the limit.
    again.is_ok_and(|again| again == filter)
        || filter.to_string().len() > crate::filter::MAXIMUM_LENGTH
}

/// Path text: what was read prints to a text that reads the same.
pub fn path(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    match crate::path::parse_patch(text) {
        Ok(path) => crate::path::parse_patch(&path.to_string()).is_ok_and(|again| again == path),
        Err(_) => true,
    }
}

/// A body: what was read is canonical, so that reading it again changes nothing.
pub fn resource(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    let kinds = [Kind::User, Kind::Group].into_iter();
    let readers = kinds.flat_map(|kind| Dialect::ALL.map(|dialect| (kind, dialect.leniencies())));
    readers.into_iter().all(|(kind, allowed)| {
        let Ok(draft) = create(standard(kind), allowed, &body) else {
            return true;
        };
        let mut again = draft.document.clone();
        let urns = sutler_model::document::schemas(kind, &again);
        again.insert("schemas".to_owned(), serde_json::json!(urns));
        create(standard(kind), Leniencies::STRICT, &again)
            .is_ok_and(|again| again.document == draft.document)
    })
}

/// The body of `.search`: the same query is read from it for every type, as far as it is read;
/// no page is larger than allowed, and no secret is asked for.
pub fn search(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    let [user, group] = Schemas::standard_types();
    [&[user][..], &[group], &[user, group]].into_iter().all(|types| {
        let Ok(query) = Query::from_search(&body, types, Leniencies::STRICT) else {
            return true;
        };
        let asks = query.filter.as_ref().is_some_and(|filter| filter.holds_secret(types));
        query.limit(10, 20) <= 20 && query.start_index >= 1 && !asks
    })
}

/// The value of `If-Match`: a tag that was understood is written as it was read.
pub fn tags(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    match Tags::parse(text) {
        Tags::Any => text.trim() == "*",
        Tags::These(versions) => versions.into_iter().all(|version| {
            let tag = etag(version);
            text.contains(tag.trim_start_matches("W/")) && Tags::parse(&tag).matches(version)
        }),
    }
}

/// A PATCH body, applied to empty and to small resources: a second time is either refused or
/// leaves a canonical document.
pub fn patch(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    Dialect::ALL.into_iter().all(|dialect| patched(dialect.leniencies(), &body))
}

fn patched(allowed: Leniencies, body: &Document) -> bool {
    let Ok(parsed) = crate::patch::parse(allowed, body, crate::patch::USUAL_MAXIMUM) else {
        return true;
    };
    let small = serde_json::json!({
        "userName": "ann",
        "emails": [{"value": "a@example.com", "type": "work", "primary": true}],
    });
    let small = small.as_object().cloned().unwrap_or_default();
    let olds = [(Kind::User, Document::new()), (Kind::User, small), (Kind::Group, Document::new())];
    olds.into_iter().all(|(kind, old)| {
        match apply(standard(kind), allowed, "1", &old, &parsed.operations) {
            Ok(patched) => is_canonical(kind, patched.document),
            Err(_) => true,
        }
    })
}

/// True if a body that says the same is kept in the same form.
fn is_canonical(kind: Kind, mut document: Document) -> bool {
    match kind {
        Kind::User => {
            document.entry("userName").or_insert_with(|| "ann".into());
            document.entry("active").or_insert(true.into());
        }
        Kind::Group => drop(document.entry("displayName").or_insert_with(|| "staff".into())),
    }
    let urns = sutler_model::document::schemas(kind, &document);
    let mut again = document.clone();
    again.insert("schemas".to_owned(), serde_json::json!(urns));
    create(standard(kind), Leniencies::STRICT, &again).is_ok_and(|again| again.document == document)
}

/// The body of a role in each shape: what was read is a group that is a role, or is refused as
/// the body of a group would be.
pub fn role(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    Shape::ALL.into_iter().all(|shape| {
        let Ok(group) = crate::roles::group(shape, &body, Some("default")) else {
            return true;
        };
        match create(standard(Kind::Group), Leniencies::STRICT, &group) {
            Ok(draft) => is_role(&draft.document) && draft.members.is_some(),
            Err(_) => true,
        }
    })
}

/// The PATCH body of a role in each shape: no operation reaches outside of what a role has.
pub fn role_patch(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    let Ok(parsed) = crate::patch::parse(Leniencies::STRICT, &body, crate::patch::USUAL_MAXIMUM)
    else {
        return true;
    };
    let audience = serde_json::json!({"audience": {"type": "organization"}});
    let old = Document::from_iter([(sutler_model::schema::ROLE.to_owned(), audience)]);
    Shape::ALL.into_iter().all(|shape| {
        let Ok(operations) = crate::roles::operations(shape, &parsed.operations) else {
            return true;
        };
        match apply(standard(Kind::Group), Leniencies::STRICT, "1", &old, &operations) {
            Ok(patched) => {
                is_role(&patched.document) && is_canonical(Kind::Group, patched.document)
            }
            Err(_) => true,
        }
    })
}

/// A bulk body: each operation is planned once, and once all is made no reference is left.
pub fn bulk(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    let Ok(request) = crate::bulk::parse(body, &Limits::default()) else {
        return true;
    };
    let made = all_made(&request);
    let Plan { sent, stages, .. } = crate::bulk::plan(request);
    let mut seen = vec![0; sent.len()];
    let resolved = stages.into_iter().flatten().all(|mut unit| {
        let mut steps = unit.steps.iter_mut();
        let steps = steps.all(|step| {
            if let Some(times) = seen.get_mut(step.index) {
                *times += 1;
            }
            let Ok(operation) = &mut step.operation else {
                return true;
            };
            operation.resolve(&made).is_ok() && operation.resolve(&Made::default()).is_ok()
        });
        steps
            && unit.later.iter_mut().all(|later| {
                later.resolve(&made).is_ok() && later.resolve(&Made::default()).is_ok()
            })
    });
    resolved && seen.iter().all(|times| *times == 1)
}

/// What a receiver sends: it gets no more than there may be, and each end has a name.
pub fn poll(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    crate::events::parse(&body).map_or(true, |poll| poll.most <= crate::events::MOST_EVENTS)
}

/// The header `Prefer`: what was understood reads the same when it is written down.
pub fn prefer(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    let read = crate::events::Prefer::parse([text]);
    let wait = read.wait.map(|seconds| format!("wait={seconds}"));
    let word = read.respond_async.then(|| crate::events::RESPOND_ASYNC.to_owned());
    let again: Vec<String> = word.into_iter().chain(wait).collect();
    crate::events::Prefer::parse([again.join(", ").as_str()]) == read
}

fn all_made(request: &Request) -> Made<'static> {
    let mut made = Made::default();
    for id in request.entries.iter().filter_map(|entry| entry.sent.bulk_id.clone()) {
        made.note(id, Some(Uid("0199a000-1234-7fff-bfff-ffffffffffff".to_owned())));
    }
    made
}
