//! `GET /Intents/{id}`: what has become of a change whose targets had not confirmed it in time.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use sutler_model::IntentId;
use sutler_model::estate::Estate;
use sutler_model::intent::{Intent, IntentState, PairState};

use super::target::Id;
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

/// Only whoever wanted the change is told of it.
pub(crate) async fn get(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    Id(id): Id,
) -> Result<Response, Failure> {
    let ports = &shared.services.ports;
    let found = match id.0.parse() {
        Ok(number) => ports.ledger.intent(IntentId(number)).await?,
        Err(_) => None,
    };
    let ours = |intent: &Intent| {
        let same = intent.tenant == caller.tenant;
        same && caller.service_provider.is_some()
            && intent.service_provider == caller.service_provider
    };
    let Some(intent) = found.filter(ours) else {
        return Err(Failure::new(
            StatusCode::NOT_FOUND,
            "there is no change under this number, or it is no longer kept",
        ));
    };
    let mut response =
        body(&intent, &ports.estate.current(), &place.base).to_string().into_response();
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}

/// The change as it is told: where it stands, and where each target does.
fn body(intent: &Intent, estate: &Estate, base: &str) -> Value {
    let (state, detail) = match &intent.state {
        IntentState::Open => ("open", None),
        IntentState::Committed => ("committed", None),
        IntentState::Settled => ("settled", None),
        IntentState::Void(fault) => ("void", Some(fault.detail.clone())),
    };
    let targets: Vec<Value> = intent
        .pairs
        .iter()
        .map(|(target, said)| {
            let name = estate.target(*target).map(|target| target.name.clone());
            let (state, detail) = match said {
                PairState::Pending => ("pending", None),
                PairState::Confirmed => ("confirmed", None),
                PairState::Refused(fault, _) => ("refused", Some(fault.detail.clone())),
            };
            json!({ "target": name, "state": state, "detail": detail })
        })
        .collect();
    let there = matches!(intent.state, IntentState::Committed | IntentState::Settled);
    let location = (there || !intent.creates)
        .then(|| format!("{base}/{}s/{}", intent.kind.name(), intent.uid));
    json!({
        "id": intent.id.to_string(),
        "state": state,
        "detail": detail,
        "resourceType": intent.kind.name(),
        "location": location,
        "targets": targets,
        "opened": intent.opened.rfc3339(),
        "ended": intent.ended.map(sutler_model::Time::rfc3339),
    })
}

#[cfg(test)]
mod tests {
    use sutler_model::work::Fault;
    use sutler_model::{Kind, Rid, TargetId, TenantId, Time, Uid};

    use super::*;

    fn intent(state: IntentState) -> Intent {
        Intent {
            id: IntentId(7),
            tenant: TenantId::DEFAULT,
            rid: Rid(1),
            uid: Uid("u1".to_owned()),
            kind: Kind::User,
            service_provider: None,
            reason: sutler_model::intent::Reason::Confirm,
            creates: true,
            sealed: vec![],
            state,
            pairs: vec![(TargetId(1), PairState::Confirmed)],
            opened: Time(0),
            ended: None,
        }
    }

    #[test]
    fn a_change_tells_where_its_resource_is_once_there_is_one() {
        let told = |state| body(&intent(state), &Estate::default(), "https://id/scim/v2");
        let committed = told(IntentState::Committed);
        assert_eq!(committed["location"], "https://id/scim/v2/Users/u1");
        assert_eq!((&committed["id"], &committed["state"]), (&json!("7"), &json!("committed")));
        assert_eq!(committed["targets"][0]["state"], "confirmed");
        let detail = "no such department".to_owned();
        let void = Fault { cause: "rejected".to_owned(), detail, status: Some(400) };
        let void = told(IntentState::Void(void));
        assert_eq!(
            (&void["location"], &void["detail"]),
            (&Value::Null, &json!("no such department"))
        );
        assert_eq!(told(IntentState::Open)["location"], Value::Null);
    }
}
