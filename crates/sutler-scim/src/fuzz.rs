//! One function for each reader of foreign bytes. None may panic, whatever it is given.
//!
//! Each also checks what must hold of anything that was understood.

use sutler_model::document::{create, etag};
use sutler_model::patch::apply;
use sutler_model::{Document, Kind};

use crate::etag::Tags;
use crate::query::Query;

/// Filter text: what was read prints to a text that reads the same.
pub fn filter(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    let Ok(filter) = crate::filter::parse(text) else {
        return true;
    };
    let again = crate::filter::parse(&filter.to_string());
    let checked = filter.clone().check(&[Kind::User]);
    if let Ok(checked) = &checked {
        checked.matches(Kind::User, &Document::new());
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
    [Kind::User, Kind::Group].into_iter().all(|kind| {
        let Ok(draft) = create(kind, &body) else {
            return true;
        };
        let mut again = draft.document.clone();
        let urns = sutler_model::document::schemas(kind, &again);
        again.insert("schemas".to_owned(), serde_json::json!(urns));
        create(kind, &again).is_ok_and(|again| again.document == draft.document)
    })
}

/// The body of `.search`: the same query is read from it for every type, as far as it is read;
/// no page is larger than allowed, and no secret is asked for.
pub fn search(bytes: &[u8]) -> bool {
    let Ok(body) = crate::json::object(bytes) else {
        return true;
    };
    [&[Kind::User][..], &[Kind::Group], &[]].into_iter().all(|kinds| {
        let Ok(query) = Query::from_search(&body, kinds) else {
            return true;
        };
        let asks = query.filter.as_ref().is_some_and(|filter| filter.holds_secret(kinds));
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
    let Ok(operations) = crate::patch::parse(&body) else {
        return true;
    };
    let small = serde_json::json!({
        "userName": "ann",
        "emails": [{"value": "a@example.com", "type": "work", "primary": true}],
    });
    let small = small.as_object().cloned().unwrap_or_default();
    let olds = [(Kind::User, Document::new()), (Kind::User, small), (Kind::Group, Document::new())];
    olds.into_iter().all(|(kind, old)| match apply(kind, "1", &old, &operations) {
        Ok(patched) => is_canonical(kind, patched.document),
        Err(_) => true,
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
    create(kind, &again).is_ok_and(|again| again.document == document)
}
