//! `/Roles` and `/v2/Roles`, as the clients of WSO2 Identity Server know them: groups that carry
//! the role extension, in other words.
//!
//! What is read and written is a group, with the permissions for groups; a group that is no
//! role is not found here.

mod answer;
mod asked;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod replace;
mod stream;

use axum::routing::{get, post};
use axum::{Extension, Router};
use sutler_scim::roles::Shape;

use crate::services::Shared;

/// Where WSO2's clients look for SCIM.
const ROOT: &str = "/scim2";

/// The router with the paths of roles, if its SCIM root is one that has them.
pub(crate) fn added(router: Router<Shared>, root: &str) -> Router<Shared> {
    if !root.ends_with(ROOT) {
        return router;
    }
    Shape::ALL.into_iter().fold(router, |router, shape| {
        let path = format!("{root}{}", shape.endpoint());
        let all = get(list::list).post(create::create);
        let search = post(list::search);
        let one = get(get::get).put(replace::replace).patch(patch::patch).delete(delete::delete);
        router
            .route(&path, all.layer(Extension(shape)))
            .route(&format!("{path}/.search"), search.layer(Extension(shape)))
            .route(&format!("{path}/{{id}}"), one.layer(Extension(shape)))
    })
}
