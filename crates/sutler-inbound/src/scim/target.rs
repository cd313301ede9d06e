//! What a request is about: the type in its path, the id, the query's parameters.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use sutler_model::{Kind, Uid};

use crate::failure::Failure;
use crate::services::Shared;

/// The resource type that the path names.
pub(crate) struct Endpoint(pub(crate) Kind);

impl FromRequestParts<Shared> for Endpoint {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Failure> {
        match parts.uri.path().split('/').nth(1) {
            Some("Users") => Ok(Self(Kind::User)),
            Some("Groups") => Ok(Self(Kind::Group)),
            _ => Err(Failure::no_such_path()),
        }
    }
}

/// The id in the path.
pub(crate) struct Id(pub(crate) Uid);

impl FromRequestParts<Shared> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let parameters = RawPathParams::from_request_parts(parts, shared)
            .await
            .map_err(|_| Failure::no_such_path())?;
        let id = parameters.iter().find(|(name, _)| *name == "id");
        id.map(|(_, id)| Self(Uid(id.to_owned()))).ok_or_else(Failure::no_such_path)
    }
}

/// The parameters of the query, decoded. Those that are not known are ignored (T-R12).
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

impl Parameters {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }
}

impl FromRequestParts<Shared> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
