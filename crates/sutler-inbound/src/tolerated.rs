//! What was tolerated in a request: from the handler that read it to the figures and the log
//! line of the middleware.
//!
//! It travels on the response. A request that is refused was not tolerated in anything.

use axum::response::Response;
use sutler_model::Leniencies;

/// What a response says of its request.
#[derive(Clone, Copy, Debug)]
struct Tolerated(Leniencies);

/// The response, with what was tolerated in its request.
pub(crate) fn tolerating(mut response: Response, tolerated: Leniencies) -> Response {
    response.extensions_mut().insert(Tolerated(tolerated));
    response
}

/// What was tolerated in the request of this response.
pub(crate) fn of(response: &Response) -> Leniencies {
    response.extensions().get::<Tolerated>().map_or(Leniencies::NONE, |tolerated| tolerated.0)
}

/// Counts each leniency that a service provider has made use of.
pub(crate) fn count(service_provider: &str, tolerated: Leniencies) {
    for leniency in tolerated.iter() {
        metrics::counter!(
            "sutler_tolerated_total",
            "service_provider" => service_provider.to_owned(),
            "leniency" => leniency.name()
        )
        .increment(1);
    }
}

/// Their names for a log line; `-` if there is none.
pub(crate) fn names(tolerated: Leniencies) -> String {
    let names: Vec<&str> = tolerated.iter().map(sutler_model::Leniency::name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(",") }
}
