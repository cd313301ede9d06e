//! A page of accounts as a target answers it (RFC 7644 §3.4.2, RFC 9865 §2).

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::outcome::Account;

use super::account::{find, parse};
use crate::stop::Stop;

/// A `ListResponse`, in any spelling; some targets leave the total out.
pub(super) struct ListResponse {
    /// `totalResults`, if it was there.
    pub(super) total: Option<u64>,
    /// `startIndex`, if it was there.
    pub(super) start: Option<u64>,
    /// `nextCursor`, if it was there and not empty.
    pub(super) next: Option<String>,
    resources: Vec<Value>,
}

impl ListResponse {
    pub(super) fn read(body: &Value) -> Result<Self, Stop> {
        let map = body.as_object().ok_or_else(|| senseless("there is no list"))?;
        let total = number(map, "totalResults");
        let resources = match find(map, "Resources") {
            Some(Value::Array(resources)) => resources.clone(),
            // Without matches some targets leave the list out (RFC 7644 §3.4.2 allows it).
            None | Some(Value::Null) if total == Some(0) => Vec::new(),
            _ => return Err(senseless("there is no list in the answer")),
        };
        let next = find(map, "nextCursor").and_then(Value::as_str);
        let next = next.filter(|next| !next.is_empty()).map(str::to_owned);
        Ok(Self { total, start: number(map, "startIndex"), next, resources })
    }

    /// How many resources are in it.
    pub(super) fn shown(&self) -> u64 {
        u64::try_from(self.resources.len()).unwrap_or(u64::MAX)
    }

    /// The resources as accounts, every one of them.
    pub(super) fn accounts(&self, kind: Kind) -> Result<Vec<Account>, Stop> {
        let accounts = self.resources.iter().map(|one| parse(kind, one, None));
        accounts.collect::<Option<_>>().ok_or_else(|| senseless("an account has no id"))
    }
}

fn number(map: &Map<String, Value>, name: &str) -> Option<u64> {
    find(map, name).and_then(Value::as_u64)
}

pub(super) fn senseless(what: &str) -> Stop {
    Stop::unknown(Some(200), format!("the target's answer makes no sense: {what}"))
}
