//! `GET /estate`: as JSON, or as the file that `apply` reads (RFC 9110 §12.5.1).

use http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::estate_file::estate_tag;
use super::schema::entry;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        installation: true,
        ..Endpoint::get(
            "/estate",
            "getEstate",
            "What is configured, as JSON or (`Accept: application/toml`) as the estate file",
            schema,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let exported = asked.shared.services.estate.export(asked.scope.tenant()).await?;
    let tag = estate_tag(&exported.text);
    if wants_file(&asked) {
        return Ok(Answer::toml(exported.text).with_tag(&format!("{tag}.toml")));
    }
    Ok(Answer::json(&exported.document)?.with_tag(&tag))
}

/// True if the file is asked for before JSON is.
fn wants_file(asked: &Asked) -> bool {
    let accept = asked.headers.get_all(header::ACCEPT).iter();
    let medias = accept.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    let essence = |media: &str| media.split(';').next().unwrap_or_default().trim().to_lowercase();
    let known = |media: &String| {
        matches!(
            media.as_str(),
            "application/toml" | "text/plain" | "application/json" | "application/*" | "*/*"
        )
    };
    let first = medias.map(essence).find(known);
    first.is_some_and(|media| matches!(media.as_str(), "application/toml" | "text/plain"))
}

fn schema() -> Value {
    json!({
        "type": "object",
        "description": "The tables of the estate file, each a list of entries",
        "additionalProperties": {"type": "array", "items": entry()},
    })
}
