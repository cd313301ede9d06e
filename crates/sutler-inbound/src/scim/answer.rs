//! Resources as answers: what must be loaded for them, and their headers.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use sutler_engine::provision::{Caller, Refusal};
use sutler_model::Kind;
use sutler_model::document::etag;
use sutler_model::resource::{Membership, Related, Resource};
use sutler_scim::render::{self, Relations};
use sutler_scim::selection::Selection;

use super::stream;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

/// How many members are read at once.
pub(super) const PAGE: usize = 1_000;
/// How many members an answer to PATCH holds unless they are asked for.
pub(crate) const FEW_MEMBERS: usize = 100;

/// Which members of a group are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Members {
    /// All, if the selection names them.
    All,
    /// All if they are few, else none: adding one member to a group of a million does not
    /// read a million.
    IfFew,
}

/// What a resource is rendered with.
pub(crate) struct Rendering<'a> {
    pub(crate) shared: &'a Shared,
    /// Who sees it.
    pub(crate) caller: &'a Caller,
    pub(crate) place: &'a Place,
    pub(crate) selection: &'a Selection,
    pub(crate) members: Members,
}

impl Rendering<'_> {
    /// A resource in JSON, with what the selection asks for.
    pub(crate) async fn json(&self, resource: &Resource) -> Result<Value, Refusal> {
        let members = self.members(resource).await?;
        let groups = self.groups(resource).await?;
        Ok(self.whole(resource, members.as_deref(), groups.as_deref()))
    }

    /// The answer for one resource. A group of many is written page by page.
    pub(crate) async fn answer(
        &self,
        status: StatusCode,
        resource: &Resource,
    ) -> Result<Response, Failure> {
        let members = self.first_members(resource).await?;
        let many = members.as_ref().is_some_and(|page| page.len() >= PAGE);
        let mut response = match members {
            Some(first) if many => {
                let body = self.whole(resource, None, None);
                scim((status, stream::body(self, resource, &body, first)).into_response())
            }
            members => {
                let groups = self.groups(resource).await?;
                json(status, &self.whole(resource, members.as_deref(), groups.as_deref()))
            }
        };
        identify(&mut response, self.place, resource);
        Ok(response)
    }

    fn whole(
        &self,
        resource: &Resource,
        members: Option<&[Related]>,
        groups: Option<&[Membership]>,
    ) -> Value {
        let relations = Relations { members, groups };
        let shape = self.caller.schemas.of(resource.kind);
        let mut whole =
            render::resource(shape, resource, relations, &self.place.base, self.selection);
        if let Value::Object(map) = &mut whole {
            self.caller.show(resource.kind, map);
        }
        whole
    }

    /// All members, for a list.
    async fn members(&self, resource: &Resource) -> Result<Option<Vec<Related>>, Refusal> {
        if !self.shows_members(resource) {
            return Ok(None);
        }
        let provisioner = &self.shared.services.provisioner;
        provisioner.members(resource, None, self.shows_display()).await.map(Some)
    }

    /// The first page of members, if members are shown.
    async fn first_members(&self, resource: &Resource) -> Result<Option<Vec<Related>>, Refusal> {
        if !self.shows_members(resource) {
            return Ok(None);
        }
        let provisioner = &self.shared.services.provisioner;
        let display = self.shows_display();
        match self.members {
            Members::All => provisioner.members(resource, Some(PAGE), display).await.map(Some),
            Members::IfFew => provisioner.members_if_few(resource, FEW_MEMBERS, display).await,
        }
    }

    fn shows_members(&self, resource: &Resource) -> bool {
        resource.kind == Kind::Group && self.shows(resource, "members")
    }

    fn shows(&self, resource: &Resource, attribute: &str) -> bool {
        self.selection.names(self.caller.schemas.of(resource.kind), attribute)
            && self.caller.sees(resource.kind, attribute)
    }

    /// What a member is called stands in its own document, which is read only where it is shown.
    pub(super) fn shows_display(&self) -> bool {
        self.caller.sees_names_of_members()
            && self.selection.names_part(self.caller.schemas.of(Kind::Group), "members", "display")
    }

    async fn groups(&self, resource: &Resource) -> Result<Option<Vec<Membership>>, Refusal> {
        let may = self.caller.may_read(Kind::Group).is_ok();
        if !may || !self.shows(resource, "groups") {
            return Ok(None);
        }
        let provisioner = &self.shared.services.provisioner;
        let mut groups = provisioner.memberships(resource.rid).await?;
        if !self.caller.sees_names_of_groups() {
            for membership in &mut groups {
                membership.group.display = None;
            }
        }
        Ok(Some(groups))
    }
}

/// The answer to a change whose result nobody wants to see.
pub(crate) fn no_content(place: &Place, resource: &Resource) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    identify(&mut response, place, resource);
    response
}

/// Which resource it is, and in which version.
fn identify(response: &mut Response, place: &Place, resource: &Resource) {
    let location = render::location(&place.base, resource.kind, &resource.uid);
    let headers = response.headers_mut();
    set(headers, header::ETAG, &etag(resource.version));
    set(headers, header::LOCATION, &location);
    // RFC 7643 §3.1: `meta.location` is the same as this header.
    set(headers, header::CONTENT_LOCATION, &location);
}

/// A JSON answer of the SCIM media type.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    scim((status, body.to_string()).into_response())
}

fn scim(mut response: Response) -> Response {
    set(response.headers_mut(), header::CONTENT_TYPE, sutler_scim::MEDIA_TYPE);
    response
}

/// The answer to a GET whose resource the client has already.
pub(crate) fn not_modified(resource: &Resource) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    set(response.headers_mut(), header::ETAG, &etag(resource.version));
    response
}

fn set(headers: &mut http::HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
