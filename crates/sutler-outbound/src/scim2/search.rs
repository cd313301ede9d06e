//! Looking accounts up. A list is believed only as far as it can be checked here: some
//! targets ignore a filter that they do not know, and answer with everybody.

use serde_json::{Value, json};
use sutler_model::Kind;
use sutler_model::outcome::{Account, Query, RefusalKind};
use sutler_model::path::AttributePath;

use super::Scim2;
use super::account::parse;
use super::list_response::{ListResponse, senseless};
use super::matches::carries;
use super::outcome::Asked;
use super::request::equals;
use crate::http::filtered;
use crate::profile::{Case, Paging};
use crate::stop::Stop;

/// More than two are cut off; a few more show that a filter was ignored.
const PAGE: &str = "10";
/// The same as a number.
const FULL: u64 = 10;

impl Scim2 {
    /// The accounts that a query finds, two at most.
    pub(super) async fn accounts(&self, kind: Kind, query: &Query) -> Result<Vec<Account>, Stop> {
        match query {
            Query::Remote(id) => Ok(self.account(kind, id).await?.into_iter().collect()),
            Query::Correlation(value) => {
                self.search(kind, &[("externalId".to_owned(), json!(value))]).await
            }
            Query::Key(value) => {
                self.search(kind, &[(name_attribute(kind).to_owned(), json!(value))]).await
            }
            Query::Attributes(wanted) => self.search(kind, wanted).await,
        }
    }

    async fn account(&self, kind: Kind, id: &str) -> Result<Option<Account>, Stop> {
        let url = self.one(kind, id)?;
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

    async fn search(&self, kind: Kind, wanted: &[(String, Value)]) -> Result<Vec<Account>, Stop> {
        let asked = self.findable(kind, wanted)?;
        let filter = filter(&asked)?;
        let mut parameters = vec![("filter", filter.as_str())];
        match self.profile.paging() {
            Paging::Stated | Paging::Index => {
                parameters.extend([("startIndex", "1"), ("count", PAGE)]);
            }
            Paging::Cursor => parameters.push(("count", PAGE)),
            Paging::None => {}
        }
        parameters.extend_from_slice(without_members(kind));
        let url = filtered(self.collection(kind)?, &parameters);
        let answer = self.get(Asked::Collection, url).await?;
        let list = ListResponse::read(&answer.body.unwrap_or_default())?;
        let mut matching = list.accounts(kind)?;
        let exact = kind == Kind::User && self.profile.case() == Case::Exact;
        matching.retain(|account| carries(account, wanted, exact));
        let shown = list.shown();
        if matching.is_empty() && list.total.is_some_and(|total| total > shown) {
            return Err(ignored(shown, wanted));
        }
        // Part of the demand was sent: who is sought may stand on a further page.
        let more = list.next.is_some() || list.total.is_none_or(|total| total > shown);
        if asked.len() < wanted.len() && matching.len() < 2 && more && shown >= FULL {
            return Err(too_many(&asked));
        }
        matching.truncate(2);
        Ok(matching)
    }

    /// What of a demand the target can filter by; the rest is compared here.
    fn findable(
        &self,
        kind: Kind,
        wanted: &[(String, Value)],
    ) -> Result<Vec<(String, Value)>, Stop> {
        let found = wanted.iter().filter(|(path, _)| self.profile.filters(kind, path));
        let most = if self.profile.combines() { usize::MAX } else { 1 };
        let found: Vec<(String, Value)> = found.take(most).cloned().collect();
        if found.is_empty() && !wanted.is_empty() {
            let paths: Vec<String> = wanted.iter().map(|(path, _)| format!("`{path}`")).collect();
            let detail = format!(
                "the profile `{}` says that the target cannot find accounts by {}",
                self.profile.name(),
                paths.join(" and ")
            );
            return Err(Stop::refused(RefusalKind::Unsupported, None, detail));
        }
        Ok(found)
    }
}

/// Every attribute equals; without any, everybody would be found.
fn filter(wanted: &[(String, Value)]) -> Result<String, Stop> {
    let unfit = |what: String| Stop::refused(RefusalKind::Rejected, None, what);
    let clause = |(path, value): &(String, Value)| match value {
        Value::String(_) | Value::Bool(_) | Value::Number(_)
            if path.parse::<AttributePath>().is_ok() =>
        {
            Ok(equals(path, value))
        }
        _ => Err(unfit(format!("`{path}` cannot be looked up by: it needs a path and one value"))),
    };
    let clauses: Vec<String> = wanted.iter().map(clause).collect::<Result<_, _>>()?;
    if clauses.is_empty() {
        return Err(unfit("there is no attribute to look accounts up by".to_owned()));
    }
    Ok(clauses.join(" and "))
}

/// The attribute that is the account's name.
pub(super) fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

pub(super) fn without_members(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::User => &[],
        Kind::Group => &[("excludedAttributes", "members")],
    }
}

fn ignored(shown: u64, wanted: &[(String, Value)]) -> Stop {
    if shown == 0 {
        return senseless("it counts matches and shows none");
    }
    let paths: Vec<String> = wanted.iter().map(|(path, _)| format!("`{path}`")).collect();
    let detail = format!(
        "the target ignores a filter on {}: accounts cannot be looked up there",
        paths.join(" and ")
    );
    Stop::refused(RefusalKind::Unsupported, Some(200), detail)
}

fn too_many(asked: &[(String, Value)]) -> Stop {
    let paths: Vec<String> = asked.iter().map(|(path, _)| format!("`{path}`")).collect();
    let detail = format!(
        "more accounts than a page share their {}, and the target cannot find them by more at once",
        paths.join(" and ")
    );
    Stop::refused(RefusalKind::Unsupported, Some(200), detail)
}
