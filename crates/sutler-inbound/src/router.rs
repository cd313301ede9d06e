//! Every path that is served.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::failure::Failure;
use crate::place::ROOTS;
use crate::services::{Services, Shared};
use crate::{admin, oauth, openapi, probes, request, scim};

/// The whole HTTP side: SCIM 2.0 and the admin API in every tenant, tokens, health and
/// metrics.
pub fn router(services: Services) -> Router {
    let shared = Shared::new(services);
    let mut router = Router::new()
        .route("/oauth2/token", post(oauth::token))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .route("/api/openapi.json", get(openapi::document));
    for root in ROOTS.iter().flat_map(|root| [(*root).to_owned(), format!("/t/{{tenant}}{root}")]) {
        // The root itself is found with and without a slash at its end.
        router = router.route(&format!("{root}/"), scim::root()).nest(&root, scim::routes(&shared));
        router = scim::roles::added(router, &root);
    }
    admin::added(router)
        .fallback(async || Failure::no_such_path())
        .method_not_allowed_fallback(scim::method_not_allowed)
        .layer(from_fn_with_state(shared.clone(), request::observe))
        .with_state(shared)
}
