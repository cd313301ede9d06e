//! Looking accounts up. A list is believed only as far as it can be checked here: some
//! targets ignore a filter that they do not know, and answer with everybody.

use serde_json::Value;
use sutler_model::Kind;
use sutler_model::fold::fold;
use sutler_model::outcome::{Account, Query, RefusalKind};

use super::Scim2;
use super::account::{find, parse};
use super::outcome::Asked;
use super::request::{collection, equals};
use crate::http::filtered;
use crate::stop::Stop;

/// More than two are cut off; a few more show that a filter was ignored.
const PAGE: &str = "10";

impl Scim2 {
    /// The accounts that a query finds, two at most.
    pub(super) async fn accounts(&self, kind: Kind, query: &Query) -> Result<Vec<Account>, Stop> {
        match query {
            Query::Remote(id) => Ok(self.account(kind, id).await?.into_iter().collect()),
            Query::Correlation(value) => self.search(kind, "externalId", value).await,
            Query::Key(value) => self.search(kind, name_attribute(kind), value).await,
        }
    }

    async fn account(&self, kind: Kind, id: &str) -> Result<Option<Account>, Stop> {
        let url = self.url(&[collection(kind), id])?;
        let answer = self.get(Asked::Account, filtered(url, without_members(kind))).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(Stop::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => {
                return Ok(None);
            }
            Err(stop) => return Err(stop),
        };
        let shown = answer.body.unwrap_or_default();
        match parse(kind, &shown, answer.etag) {
            Some(account) if account.remote == id => Ok(Some(account)),
            Some(_) => Err(senseless("another account was shown than the one asked for")),
            None => Err(senseless("the account that was shown has no id")),
        }
    }

    async fn search(&self, kind: Kind, attribute: &str, value: &str) -> Result<Vec<Account>, Stop> {
        let filter = equals(attribute, value);
        let mut parameters =
            vec![("filter", filter.as_str()), ("startIndex", "1"), ("count", PAGE)];
        parameters.extend_from_slice(without_members(kind));
        let url = filtered(self.url(&[collection(kind)])?, &parameters);
        let answer = self.get(Asked::Collection, url).await?;
        let list = List::read(&answer.body.unwrap_or_default())?;
        let shown = list.resources.len();
        let accounts: Vec<Account> =
            list.resources.iter().filter_map(|one| parse(kind, one, None)).collect();
        if accounts.len() < shown {
            return Err(senseless("an account that was shown has no id"));
        }
        let mut matching: Vec<Account> =
            accounts.into_iter().filter(|account| carries(account, attribute, value)).collect();
        if matching.is_empty() && list.total > shown {
            return Err(ignored(shown, attribute));
        }
        matching.truncate(2);
        Ok(matching)
    }
}

/// The attribute that is the account's name.
pub(super) fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

fn without_members(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::User => &[],
        Kind::Group => &[("excludedAttributes", "members")],
    }
}

/// True if the account really has the value: the correlation to the letter, a name folded.
fn carries(account: &Account, attribute: &str, value: &str) -> bool {
    if attribute == "externalId" {
        return account.correlation.as_deref() == Some(value);
    }
    let name = account.attributes.get(attribute).and_then(Value::as_str);
    name.is_some_and(|name| fold(name) == fold(value))
}

/// A `ListResponse` (RFC 7644 §3.4.2), in any spelling; some targets leave the total out.
struct List {
    total: usize,
    resources: Vec<Value>,
}

impl List {
    fn read(body: &Value) -> Result<Self, Stop> {
        let map = body.as_object().ok_or_else(|| senseless("there is no list"))?;
        let total = find(map, "totalResults").and_then(Value::as_u64);
        let resources = match find(map, "Resources") {
            Some(Value::Array(resources)) => resources.clone(),
            // Without matches some targets leave the list out (RFC 7644 §3.4.2 allows it).
            None | Some(Value::Null) if total == Some(0) => Vec::new(),
            _ => return Err(senseless("there is no list in the answer")),
        };
        let total = total.and_then(|total| usize::try_from(total).ok());
        Ok(Self { total: total.unwrap_or(resources.len()), resources })
    }
}

fn senseless(what: &str) -> Stop {
    Stop::unknown(Some(200), format!("the target's answer makes no sense: {what}"))
}

fn ignored(shown: usize, attribute: &str) -> Stop {
    if shown == 0 {
        return senseless("it counts matches and shows none");
    }
    let detail =
        format!("the target ignores a filter on `{attribute}`: accounts cannot be looked up there");
    Stop::refused(RefusalKind::Unsupported, Some(200), detail)
}
