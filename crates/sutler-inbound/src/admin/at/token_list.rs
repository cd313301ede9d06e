//! `GET /service-providers/{name}/tokens`: without their values, which nobody has.

use serde_json::{Value, json};
use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::schema::{list, moment, object, text};
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get(
        "/service-providers/{name}/tokens",
        "listTokens",
        "The bearer tokens of a service provider",
        schema,
        |asked| Box::pin(run(asked)),
    )
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let tokens = admin::tokens(ports, asked.tenant()?, Some(asked.part("name")?)).await?;
    Answer::list(&tokens)
}

fn schema() -> Value {
    list(object(json!({
        "id": text(),
        "service_provider": text(),
        "created": text(),
        "expires": moment(),
    })))
}
