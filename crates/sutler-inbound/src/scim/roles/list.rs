//! `GET /Roles` and `POST /Roles/.search`: queries, paged by index or by cursor (RFC 9865).

use axum::response::Response;
use http::StatusCode;
use sutler_model::Kind;
use sutler_scim::query::Query;
use sutler_scim::render;
use sutler_scim::roles::group_query;

use super::super::answer::json;
use super::super::list::{binding, seal, start};
use super::answer::Rendering;
use super::asked::Asked;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::tolerated::tolerating;

pub(super) async fn list(asked: Asked) -> Result<Response, Failure> {
    asked.caller.may_read(Kind::Group)?;
    let allowed = asked.caller.dialect.leniencies();
    let types = [asked.shape.listed()];
    let query = Query::from_parameters(&asked.parameters.0, &types, allowed)?;
    found(&asked, query).await
}

pub(super) async fn search(asked: Asked, ScimBody(body): ScimBody) -> Result<Response, Failure> {
    asked.caller.may_read(Kind::Group)?;
    let allowed = asked.caller.dialect.leniencies();
    let query = Query::from_search(&body, &[asked.shape.listed()], allowed)?;
    found(&asked, query).await
}

/// The `ListResponse` for a query in the words of a role.
async fn found(asked: &Asked, query: Query) -> Result<Response, Failure> {
    let query = group_query(query)?;
    let (shared, caller) = (&asked.shared, &asked.caller);
    if let Some(store) = query.store {
        caller.may_use(store)?;
    }
    let settings = &shared.services.settings;
    let limit = query.limit(settings.page_default, settings.page_max);
    let binding = binding(caller, &[Kind::Group], &query);
    let start = start(shared, &query, &binding)?;
    let provisioner = &shared.services.provisioner;
    let found =
        provisioner.search(caller, &[Kind::Group], query.filter, query.sort, start, limit).await?;
    let rendering = Rendering { asked, seen: asked.shape.listed(), selection: &query.selection };
    let mut roles = Vec::with_capacity(found.resources.len());
    for role in &found.resources {
        roles.push(rendering.json(role).await?);
    }
    let page = if query.cursor.is_none() {
        render::list(roles, found.total, query.start_index)
    } else {
        let counted = (query.count, found.total);
        let next = found.next.map(|position| seal(shared, position, counted, &binding));
        render::walked(roles, found.total, next.transpose()?.as_deref())
    };
    Ok(tolerating(json(StatusCode::OK, &page), query.tolerated))
}
