//! The way of every request to its endpoint: who, where, may they, and what do they say.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use axum::{RequestExt as _, Router};
use http::{HeaderMap, StatusCode, header};
use sutler_engine::admin::{Acting, note_refusal};
use sutler_model::administrator::{AdminToken, Role};
use sutler_model::audit::Act;

use super::authenticate::administrator;
use super::endpoint::{Asked, BodyKind, Endpoint, Sent, acting};
use super::query::Parameters;
use super::scope::{INSTALLATION, OF_TENANT, ROOT, Scope};
use crate::body::{media_type, read};
use crate::failure::Failure;
use crate::request::Sender;
use crate::services::Shared;

/// The longest estate file, as on the command line.
const LONGEST_FILE: usize = 4 * 1024 * 1024;
/// How deep a JSON body may be.
const DEEPEST: usize = 16;

/// The router with all endpoints.
pub(crate) fn added(mut router: Router<Shared>) -> Router<Shared> {
    for endpoint in super::endpoints() {
        let endpoint = Arc::new(endpoint);
        let Ok(filter) = MethodFilter::try_from(endpoint.method.clone()) else { continue };
        let path = &endpoint.path;
        let mut places =
            vec![(format!("{ROOT}{path}"), false), (format!("{OF_TENANT}{ROOT}{path}"), false)];
        if endpoint.installation {
            places.push((format!("{ROOT}{INSTALLATION}{path}"), true));
        }
        for (path, installation) in places {
            let endpoint = Arc::clone(&endpoint);
            let handler = async move |State(shared): State<Shared>, request: Request| {
                serve(&endpoint, installation, shared, request).await
            };
            router = router.route(&path, on(filter, handler));
        }
    }
    router
}

async fn serve(
    endpoint: &Endpoint,
    installation: bool,
    shared: Shared,
    mut request: Request,
) -> Response {
    // Who asks is asked first: nobody else learns what is here.
    let by = match administrator(&shared, request.headers()).await {
        Ok(by) => by,
        Err(failure) => return failure.into_response(),
    };
    let answered = async {
        if let Some(sender) = request.extensions().get::<Sender>() {
            sender.set(&format!("admin/{}", by.name), "-");
        }
        shared.administrators.check(&by.id)?;
        let params = request.extract_parts::<RawPathParams>().await;
        let params = params.map_err(|_| Failure::no_such_path())?;
        let path: BTreeMap<String, String> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let estate = shared.services.ports.estate.current();
        let scope = Scope::of(installation, &path, &estate);
        // What is another tenant's is not there.
        let scope = scope.filter(|scope| scope.lets_in(&by)).ok_or_else(Failure::no_such_path)?;
        if by.role < endpoint.role {
            return Err(forbidden(endpoint, &shared, &by, &scope, &path).await);
        }
        let query = Parameters::read(request.uri().query().unwrap_or_default(), endpoint.query)?;
        let headers = request.headers().clone();
        let body = body(endpoint, &shared, request).await?;
        let entry = endpoint.entry;
        let asked = Asked { shared: shared.clone(), by, scope, path, query, headers, body, entry };
        let answer = (endpoint.run)(asked).await?;
        Ok(answer.with_usual_status(endpoint.answer.0))
    };
    let answered: Result<_, Failure> = answered.await;
    answered.into_response()
}

/// 403 with the role that an endpoint needs.
async fn forbidden(
    endpoint: &Endpoint,
    shared: &Shared,
    by: &AdminToken,
    scope: &Scope,
    path: &BTreeMap<String, String>,
) -> Failure {
    let act = endpoint.act.map(|act| {
        let object = path.get("name").or_else(|| path.get("id"));
        let object = object.map_or_else(|| endpoint.path.as_ref(), String::as_str);
        Acting::act(&acting(by), scope.tenant(), act, object)
    });
    needs(endpoint.role, shared, by, act).await
}

/// 403 with the role that is needed. An act that was not allowed stands in the audit trail.
pub(super) async fn needs(
    role: Role,
    shared: &Shared,
    by: &AdminToken,
    act: Option<Act>,
) -> Failure {
    let (needed, has) = (role.name(), by.role.name());
    let why = format!("this needs the role {needed}, and the token has the role {has}");
    if let Some(act) = act {
        note_refusal(&shared.services.ports, act, &why).await;
    }
    Failure::new(StatusCode::FORBIDDEN, why).with("needed_role", needed.into())
}

async fn body(endpoint: &Endpoint, shared: &Shared, request: Request) -> Result<Sent, Failure> {
    let settings = &shared.services.settings;
    let (limit, medias): (_, &[&str]) = match endpoint.body {
        BodyKind::Nothing => (0, &[]),
        BodyKind::Json(_) => (settings.body_limit, &["application/json"]),
        BodyKind::Toml => {
            (LONGEST_FILE.max(settings.body_limit), &["application/toml", "text/plain"])
        }
    };
    let media = media_type(request.headers());
    let bytes = read(request, limit, settings.body_timeout).await?;
    let empty = bytes.is_empty() && media.is_empty();
    if !medias.is_empty() && !empty && !medias.contains(&media.as_str()) {
        let expected = medias.join("` or `");
        let detail = format!("the body must be `{expected}`: say so in `Content-Type`");
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    match endpoint.body {
        BodyKind::Nothing => Ok(Sent::Nothing),
        BodyKind::Json(_) if bytes.is_empty() => Ok(Sent::Json(serde_json::Map::new())),
        BodyKind::Json(_) => match sutler_model::json::read(&bytes, DEEPEST) {
            Ok(serde_json::Value::Object(map)) => Ok(Sent::Json(map)),
            Ok(_) => Err(bad("the body must be a JSON object")),
            Err(error) => Err(bad(&format!("the body is not JSON that can be used: {error}"))),
        },
        BodyKind::Toml => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Sent::Toml(text.to_owned())),
            Err(_) => Err(bad("the estate file is not UTF-8")),
        },
    }
}

fn bad(detail: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, detail)
}

/// The tags of `If-Match` (RFC 9110 §13.1.1); `None` is any. It must be there: nobody overwrites
/// what they have not seen without saying so.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<Vec<String>>, Failure> {
    let mut values = headers.get_all(header::IF_MATCH).iter().peekable();
    if values.peek().is_none() {
        return Err(Failure::new(
            StatusCode::PRECONDITION_REQUIRED,
            "say which state this is based on: `If-Match` with the `ETag` of the estate as you read it, or `If-Match: *` for whatever it is",
        ));
    }
    let mut tags = Vec::new();
    for value in values {
        let text = value.to_str().map_err(|_| bad("`If-Match` is not text"))?;
        for tag in text.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(None);
            }
            let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let inner = inner.ok_or_else(|| bad("`If-Match` must be `*` or tags in quotes"))?;
            tags.push(inner.split('.').next().unwrap_or_default().to_owned());
        }
    }
    Ok(Some(tags))
}
