//! `GET /waves`: what the guard holds until a person has spoken.

use sutler_engine::admin;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::query::{COUNT, CURSOR, Parameter, Shape};
use super::schema::page;
use super::wave_get::{schema, told};
use crate::failure::Failure;

const TARGET: Parameter =
    Parameter { name: "target", shape: Shape::Text, description: "Only at this target" };

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        query: &[TARGET, COUNT, CURSOR],
        ..Endpoint::get(
            "/waves",
            "listWaves",
            "What the guard holds together, since too many would leave at once; oldest first",
            || page(schema()),
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let ports = &asked.shared.services.ports;
    let (tenant, target) = (asked.tenant()?, asked.query.text(TARGET.name));
    let (place, count) = (asked.query.place(), asked.query.count());
    let page = admin::waves(ports, tenant, target, place, count).await?;
    Answer::page(&page, told)
}
