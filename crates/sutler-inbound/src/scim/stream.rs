//! A group of many, written page by page: memory does not grow with its members.
//!
//! If the store fails half-way the body breaks off, so that no client takes a part for the
//! whole.

use std::io;

use axum::body::Body;
use futures::stream::try_unfold;
use serde_json::Value;
use sutler_engine::provision::Caller;
use sutler_model::resource::{Related, Resource};
use sutler_scim::render::{self, Relations};
use sutler_scim::selection::Selection;

use super::answer::{PAGE, Rendering};
use crate::services::Shared;

struct Walk {
    shared: Shared,
    caller: Caller,
    resource: Resource,
    base: String,
    selection: Selection,
    display: bool,
    /// The page that is written next; `None` when the end has been written.
    page: Option<Vec<Related>>,
    /// What stands before the first page.
    lead: String,
    /// True if a member has been written: a comma stands before the next.
    follows: bool,
}

/// The body of an answer: `head` is the resource without members, `first` a full page of them.
pub(super) fn body(
    rendering: &Rendering<'_>,
    resource: &Resource,
    head: &Value,
    first: Vec<Related>,
) -> Body {
    let text = head.to_string();
    let open = text.strip_suffix('}').unwrap_or(&text);
    let comma = if open.ends_with('{') { "" } else { "," };
    let walk = Walk {
        shared: rendering.shared.clone(),
        caller: rendering.caller.clone(),
        resource: resource.clone(),
        base: rendering.place.base.clone(),
        selection: rendering.selection.clone(),
        display: rendering.shows_display(),
        page: Some(first),
        lead: format!("{open}{comma}\"members\":["),
        follows: false,
    };
    Body::from_stream(try_unfold(walk, Walk::next))
}

impl Walk {
    async fn next(mut self) -> io::Result<Option<(String, Self)>> {
        let Some(page) = self.page.take() else {
            return Ok(None);
        };
        let mut text = std::mem::take(&mut self.lead);
        let elements = self.elements(&page);
        // Nothing may be left of members of which only hidden parts were asked for.
        if !elements.is_empty() {
            if self.follows {
                text.push(',');
            }
            text.push_str(&elements);
            self.follows = true;
        }
        if page.len() == PAGE {
            let after = page.last().map(|member| member.rid);
            let provisioner = &self.shared.services.provisioner;
            let following =
                provisioner.members_after(&self.resource, after, PAGE, self.display).await;
            let following = following.map_err(io::Error::other)?;
            self.page = Some(following).filter(|page| !page.is_empty());
        }
        if self.page.is_none() {
            text.push_str("]}");
        }
        Ok(Some((text, self)))
    }

    /// The elements as the usual rendering has them, without the brackets around them.
    fn elements(&self, page: &[Related]) -> String {
        let relations = Relations { members: Some(page), groups: None };
        let shape = self.caller.schemas.of(self.resource.kind);
        let mut whole =
            render::resource(shape, &self.resource, relations, &self.base, &self.selection);
        if let Value::Object(map) = &mut whole {
            self.caller.show(self.resource.kind, map);
        }
        let members = whole.get("members").map(Value::to_string).unwrap_or_default();
        let inner = members.strip_prefix('[').and_then(|m| m.strip_suffix(']'));
        inner.unwrap_or_default().to_owned()
    }
}
