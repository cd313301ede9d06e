//! A role of many, written page by page: memory does not grow with its members.
//!
//! Users and groups are lists of their own, while members lie in one order: they are walked
//! once for each list. If the store fails half-way the body breaks off, so that no client takes
//! a part for the whole.

use std::io;

use axum::body::Body;
use futures::stream::try_unfold;
use serde_json::Value;
use sutler_model::Rid;
use sutler_model::resource::{Related, Resource};
use sutler_model::schema::ResourceType;
use sutler_scim::roles::{self, Shape};
use sutler_scim::selection::Selection;

use super::super::answer::PAGE;
use super::answer::Rendering;
use crate::services::Shared;

/// The lists that the members of a role are shown in.
pub(super) const LISTS: [&str; 2] = ["users", "groups"];

struct Walk {
    shared: Shared,
    shape: (Shape, &'static ResourceType),
    role: Resource,
    base: String,
    names: bool,
    selection: Selection,
    /// What stands before the next page.
    lead: String,
    /// The lists that are not complete, the one that is being written first.
    lists: Vec<&'static str>,
    /// The last member that was looked at for it.
    after: Option<Rid>,
    /// True if one of it has been written.
    open: bool,
}

/// The body of an answer: `head` is the role without members.
pub(super) fn body(rendering: &Rendering<'_>, role: &Resource, head: &Value) -> Body {
    let text = head.to_string();
    let shown = LISTS.into_iter().filter(|name| rendering.selection.names(rendering.seen, name));
    let walk = Walk {
        shared: rendering.asked.shared.clone(),
        shape: (rendering.asked.shape, rendering.seen),
        role: rendering.asked.shown(role),
        names: rendering.shows_names(),
        base: rendering.asked.place.base.clone(),
        selection: rendering.selection.clone(),
        // There is always something in it: `id` is always returned.
        lead: text.strip_suffix('}').unwrap_or(&text).to_owned(),
        lists: shown.collect(),
        after: None,
        open: false,
    };
    Body::from_stream(try_unfold(Some(walk), Walk::next))
}

impl Walk {
    async fn next(walk: Option<Self>) -> io::Result<Option<(String, Option<Self>)>> {
        let Some(mut walk) = walk else {
            return Ok(None);
        };
        let mut text = std::mem::take(&mut walk.lead);
        let Some(list) = walk.lists.first().copied() else {
            text.push('}');
            return Ok(Some((text, None)));
        };
        let provisioner = &walk.shared.services.provisioner;
        let page = provisioner.members_after(&walk.role, walk.after, PAGE, walk.names).await;
        let page = page.map_err(io::Error::other)?;
        walk.write(list, &page, &mut text);
        Ok(Some((text, Some(walk))))
    }

    fn write(&mut self, list: &str, page: &[Related], text: &mut String) {
        let elements = self.elements(list, page);
        if !elements.is_empty() {
            let name = if self.open { String::new() } else { format!("\"{list}\":[") };
            text.extend([",", &name, &elements]);
            self.open = true;
        }
        self.after = page.last().map(|member| member.rid);
        if page.len() < PAGE {
            text.push_str(if self.open { "]" } else { "" });
            self.lists.remove(0);
            (self.after, self.open) = (None, false);
        }
    }

    /// Those of a page that belong to the list, as the usual rendering has them, without the
    /// brackets around them.
    fn elements(&self, list: &str, page: &[Related]) -> String {
        let whole = roles::role(self.shape, &self.role, page, &self.base, &self.selection);
        let elements = whole.get(list).map(Value::to_string).unwrap_or_default();
        let inner = elements.strip_prefix('[').and_then(|e| e.strip_suffix(']'));
        inner.unwrap_or_default().to_owned()
    }
}
