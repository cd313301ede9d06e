//! All accounts of a type, a page at a time: by cursor where the target offers it
//! (RFC 9865), else by index (RFC 7644 §3.4.2.4).

use sutler_model::Kind;
use sutler_model::outcome::{Listing, RefusalKind, Trouble};

use super::Scim2;
use super::list_response::{ListResponse, senseless};
use super::outcome::Asked;
use super::place::Place;
use super::search::without_members;
use crate::http::filtered;
use crate::profile::Paging;
use crate::stop::Stop;

impl Scim2 {
    /// One page of all accounts. Nothing is sent that could change anything, so nothing is ever
    /// in doubt: what did not come is asked for again.
    pub(super) async fn page(&self, kind: Kind, from: Option<&str>) -> Result<Listing, Stop> {
        let place = match from {
            Some(text) => Place::read(text)?,
            None => Place::first(self.lists_by_cursor().await?),
        };
        self.fetch_page(kind, &place).await.map_err(|stop| again(stop, &place))
    }

    async fn lists_by_cursor(&self) -> Result<bool, Stop> {
        match self.profile.paging() {
            Paging::Stated => Ok(self.stated().await?.cursor),
            Paging::Cursor => Ok(true),
            Paging::Index | Paging::None => Ok(false),
        }
    }

    async fn fetch_page(&self, kind: Kind, place: &Place) -> Result<Listing, Stop> {
        let index = place.index().to_string();
        let begin = match &place.cursor {
            Some(cursor) => ("cursor", cursor.as_str()),
            None => ("startIndex", index.as_str()),
        };
        let count = self.profile.page().to_string();
        let mut parameters = match self.profile.paging() {
            Paging::None => Vec::new(),
            _ => vec![begin, ("count", count.as_str())],
        };
        parameters.extend_from_slice(without_members(kind));
        let url = filtered(self.collection(kind)?, &parameters);
        let answer = self.get(Asked::Collection, url).await?;
        let page = ListResponse::read(&answer.body.unwrap_or_default())?;
        let accounts = page.accounts(kind)?;
        let ids: Vec<&str> = accounts.iter().map(|account| account.remote.as_str()).collect();
        if page.total.is_none() && self.profile.tells_totals() {
            return Err(senseless("the list does not tell its total"));
        }
        if self.profile.paging() == Paging::None {
            return place.only(&page, accounts);
        }
        let next = place.after(&page, &ids)?.map(|next| next.text()).transpose()?;
        Ok(Listing { accounts, next, total: page.total })
    }
}

/// A page that did not come is asked for again; one whose cursor the target no longer knows
/// (RFC 9865 §2.3: `invalidCursor`, `expiredCursor`) belongs to a list that is to be begun again.
fn again(stop: Stop, place: &Place) -> Stop {
    match stop {
        Stop::Unknown { detail, status, after } => {
            Stop::Retry { trouble: Trouble::Throttled, detail, status, after }
        }
        Stop::Refused(refusal)
            if refusal.kind == RefusalKind::Rejected
                && place.cursor.as_ref().is_some_and(|cursor| !cursor.is_empty()) =>
        {
            let detail = format!("{}; begin the list again", refusal.detail);
            Stop::refused(RefusalKind::Differs, refusal.status, detail)
        }
        other => other,
    }
}
