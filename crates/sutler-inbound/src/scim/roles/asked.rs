//! What every handler of roles is told, and the role that it is about.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use sutler_engine::provision::{Caller, Refusal};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Uid};
use sutler_scim::roles::{Shape, is_role};

use super::super::target::Parameters;
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

/// A request about roles from a caller who is known.
pub(super) struct Asked {
    pub(super) caller: Caller,
    pub(super) shared: Shared,
    pub(super) shape: Shape,
    pub(super) place: Place,
    pub(super) parameters: Parameters,
}

impl FromRequestParts<Shared> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, shared).await?;
        let shape = parts.extensions.get().copied().ok_or_else(Failure::no_such_path)?;
        let place = Place::from_request_parts(parts, shared).await?;
        let parameters = Parameters::from_request_parts(parts, shared).await?;
        Ok(Self { caller, shared: shared.clone(), shape, place, parameters })
    }
}

impl Asked {
    /// The role of this id.
    pub(super) async fn role(&self, id: &Uid) -> Result<Resource, Failure> {
        let provisioner = &self.shared.services.provisioner;
        role(id, provisioner.get(&self.caller, Kind::Group, id).await)
    }

    /// That this id is a role's, for who writes it.
    pub(super) async fn role_to_write(&self, id: &Uid) -> Result<(), Failure> {
        let provisioner = &self.shared.services.provisioner;
        let group = provisioner.get_to_write(&self.caller, Kind::Group, id).await;
        role(id, group).map(drop)
    }

    /// A role with what of its body the caller may see.
    pub(super) fn shown(&self, role: &Resource) -> Resource {
        let mut shown = role.clone();
        self.caller.show(Kind::Group, &mut shown.body);
        shown
    }

    /// The name of the organisation in which a role is valid that does not say where: the
    /// tenant's.
    pub(super) fn organisation(&self) -> Result<String, Failure> {
        let estate = self.shared.services.ports.estate.current();
        let own = estate.tenants.iter().find(|(id, _)| *id == self.caller.tenant);
        own.map(|(_, name)| name.clone()).ok_or_else(Failure::internal)
    }
}

/// The group, if it is a role; a group that is none is as little found as no group.
fn role(id: &Uid, group: Result<Resource, Refusal>) -> Result<Resource, Failure> {
    let missing =
        || Failure::new(StatusCode::NOT_FOUND, format!("there is no Role with the id `{id}`"));
    match group {
        Ok(group) if is_role(&group.body) => Ok(group),
        Ok(_) | Err(Refusal::NotFound { .. }) => Err(missing()),
        Err(refused) => Err(refused.into()),
    }
}
