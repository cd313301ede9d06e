//! Roles as answers: which members must be loaded for them, and their headers.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use sutler_engine::provision::Refusal;
use sutler_model::Kind;
use sutler_model::document::etag;
use sutler_model::resource::{Related, Resource};
use sutler_model::schema::ResourceType;
use sutler_scim::roles;
use sutler_scim::selection::Selection;

use super::super::answer::{FEW_MEMBERS, Members, PAGE, json};
use super::asked::Asked;
use super::stream;
use crate::failure::Failure;

/// What a role is rendered with.
pub(super) struct Rendering<'a> {
    pub(super) asked: &'a Asked,
    /// The shape's type: alone, or in a list.
    pub(super) seen: &'static ResourceType,
    pub(super) selection: &'a Selection,
}

impl Rendering<'_> {
    /// A role in JSON, with all its members if they are shown: for a list.
    pub(super) async fn json(&self, role: &Resource) -> Result<Value, Refusal> {
        if !self.shows_members() {
            return Ok(self.whole(role, &[]));
        }
        let members =
            self.asked.shared.services.provisioner.members(role, None, self.shows_names()).await?;
        Ok(self.whole(role, &members))
    }

    /// The answer for one role. One of many members is written page by page.
    pub(super) async fn answer(
        &self,
        status: StatusCode,
        role: &Resource,
        members: Members,
    ) -> Result<Response, Failure> {
        let first = self.first_members(role, members).await?;
        let mut response = if first.len() < PAGE {
            json(status, &self.whole(role, &first))
        } else {
            let body = stream::body(self, role, &self.whole(role, &[]));
            (status, [(header::CONTENT_TYPE, sutler_scim::MEDIA_TYPE)], body).into_response()
        };
        let location = roles::location(self.asked.shape, &self.asked.place.base, &role.uid);
        let headers = response.headers_mut();
        set(headers, header::ETAG, &etag(role.version));
        set(headers, header::LOCATION, &location);
        // RFC 7643 §3.1: `meta.location` is the same as this header.
        set(headers, header::CONTENT_LOCATION, &location);
        Ok(response)
    }

    fn whole(&self, role: &Resource, members: &[Related]) -> Value {
        let shape = (self.asked.shape, self.seen);
        let role = &self.asked.shown(role);
        roles::role(shape, role, members, &self.asked.place.base, self.selection)
    }

    /// The first page of members; nobody, if members are not shown.
    async fn first_members(
        &self,
        role: &Resource,
        members: Members,
    ) -> Result<Vec<Related>, Refusal> {
        let provisioner = &self.asked.shared.services.provisioner;
        match members {
            _ if !self.shows_members() => Ok(Vec::new()),
            Members::All => provisioner.members(role, Some(PAGE), self.shows_names()).await,
            Members::IfFew => {
                let names = self.shows_names();
                let few = provisioner.members_if_few(role, FEW_MEMBERS, names).await?;
                Ok(few.unwrap_or_default())
            }
        }
    }

    fn shows_members(&self) -> bool {
        self.asked.caller.sees(Kind::Group, "members")
            && stream::LISTS.iter().any(|name| self.selection.names(self.seen, name))
    }

    /// What a member is called stands in its own document, which is read only where it is shown.
    pub(super) fn shows_names(&self) -> bool {
        let asked = |name: &&str| self.selection.names_part(self.seen, name, "display");
        self.asked.caller.sees_names_of_members() && stream::LISTS.iter().any(asked)
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
