//! Where in a list the next page begins, and whether a page fits to those before it. Pure.

use serde::{Deserialize, Serialize};
use sutler_model::outcome::{Account, Listing, RefusalKind};

use super::list_response::ListResponse;
use crate::stop::Stop;

/// The longest text of a place, and of a cursor, in bytes.
const LONGEST: usize = 8 * 1_024;

/// Where a page begins, with what is needed to see that the pages fit together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The target's cursor (RFC 9865); `None` is by index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
    /// How many accounts were on the pages before.
    pub(super) seen: u64,
    /// The total that was last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// The id of the first account of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<String>,
}

impl Place {
    /// The first page, by cursor or by index.
    pub(super) fn first(by_cursor: bool) -> Self {
        Self { cursor: by_cursor.then(String::new), seen: 0, total: None, first: None }
    }

    /// Reads what [`Place::text`] wrote.
    pub(super) fn read(text: &str) -> Result<Self, Stop> {
        let place = Some(text).filter(|text| text.len() <= LONGEST);
        place.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| {
            let detail = "the place in the list cannot be read: begin the list again";
            Stop::refused(RefusalKind::Rejected, None, detail.to_owned())
        })
    }

    /// The text that goes round.
    pub(super) fn text(&self) -> Result<String, Stop> {
        let text = serde_json::to_string(self).unwrap_or_default();
        if text.is_empty() || text.len() > LONGEST {
            return Err(refused(RefusalKind::Unsupported, "its cursor is too long"));
        }
        Ok(text)
    }

    /// `startIndex` of this page (RFC 7644 §3.4.2.4: it begins at 1).
    pub(super) fn index(&self) -> u64 {
        self.seen.saturating_add(1)
    }

    /// Where the page after this one begins; `None` if this one is the last. `ids` are those of
    /// the page. An inconsistent page is an error, never the end.
    pub(super) fn after(&self, page: &ListResponse, ids: &[&str]) -> Result<Option<Self>, Stop> {
        self.check(page, ids)?;
        let seen = self.seen.saturating_add(page.shown());
        let next = Self {
            cursor: page.next.clone(),
            seen,
            total: page.total,
            first: ids.first().map(|id| (*id).to_owned()).or_else(|| self.first.clone()),
        };
        match (&self.cursor, &page.next, page.total) {
            (Some(asked), Some(given), _) if asked == given => {
                Err(refused(RefusalKind::Unsupported, "it gives the same cursor again"))
            }
            (Some(_), Some(_), _) => Ok(Some(next)),
            (Some(_), None, Some(total)) if seen < total => Err(self.cut_off(seen, total)),
            (Some(_), None, _) => Ok(None),
            (None, _, Some(total)) if seen >= total => Ok(None),
            (None, _, Some(total)) if ids.is_empty() => Err(self.cut_off(seen, total)),
            // Without a total only an empty page is an end.
            (None, _, None) if ids.is_empty() => Ok(None),
            (None, ..) => Ok(Some(Self { cursor: None, ..next })),
        }
    }

    /// The only page of a target that has no pages.
    pub(super) fn only(
        &self,
        page: &ListResponse,
        accounts: Vec<Account>,
    ) -> Result<Listing, Stop> {
        let shown = page.shown();
        match page.total {
            Some(total) if total > shown => Err(self.cut_off(shown, total)),
            total => Ok(Listing { accounts, next: None, total }),
        }
    }

    fn check(&self, page: &ListResponse, ids: &[&str]) -> Result<(), Stop> {
        if let (Some(before), Some(now)) = (self.total, page.total)
            && now < before
        {
            let what = format!("the list has shrunk from {before} to {now} accounts meanwhile");
            return Err(refused(RefusalKind::Differs, &what));
        }
        let first = ids.first().copied();
        if first.is_some() && first == self.first.as_deref() {
            return Err(refused(RefusalKind::Unsupported, "it shows the same page again"));
        }
        let mut unique: Vec<&str> = ids.to_vec();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() < ids.len() {
            return Err(refused(RefusalKind::Differs, "an account stands twice on a page"));
        }
        match page.start {
            // Some count from 0.
            Some(start) if self.cursor.is_none() && start != self.index() && start > 0 => {
                let what = format!("it begins at {start}, not at {} as asked", self.index());
                Err(refused(RefusalKind::Unsupported, &what))
            }
            _ => Ok(()),
        }
    }

    /// The list ends before its total. On the first page the target cannot go further; later
    /// ones may have lost accounts meanwhile.
    fn cut_off(&self, seen: u64, total: u64) -> Stop {
        let what = format!("it ends after {seen} of {total} accounts");
        let kind = if self.seen == 0 { RefusalKind::Unsupported } else { RefusalKind::Differs };
        refused(kind, &what)
    }
}

fn refused(kind: RefusalKind, what: &str) -> Stop {
    let advice = match kind {
        RefusalKind::Differs => "begin the list again",
        _ => "its accounts cannot be listed whole",
    };
    Stop::refused(kind, Some(200), format!("the target's list cannot be trusted: {what}; {advice}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn page(body: &Value) -> (ListResponse, Vec<String>) {
        let page = ListResponse::read(body).unwrap();
        let ids = body["Resources"].as_array().unwrap().iter();
        (page, ids.map(|one| one["id"].as_str().unwrap().to_owned()).collect())
    }

    fn after(place: &Place, body: &Value) -> Result<Option<Place>, RefusalKind> {
        let (page, ids) = page(body);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        place.after(&page, &ids).map_err(|stop| match stop {
            Stop::Refused(refusal) => refusal.kind,
            other => panic!("{other:?}"),
        })
    }

    fn list(total: u64, start: u64, ids: &[&str]) -> Value {
        let resources: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"totalResults": total, "startIndex": start, "Resources": resources})
    }

    #[test]
    fn a_list_by_index_ends_at_its_total_and_not_before() {
        let first = Place::first(false);
        let second = after(&first, &list(3, 1, &["a", "b"])).unwrap().unwrap();
        assert_eq!(second.index(), 3);
        assert_eq!(Place::read(&second.text().unwrap()).unwrap(), second);
        assert_eq!(after(&second, &list(3, 3, &["c"])), Ok(None));
        assert!(after(&second, &list(5, 3, &["c"])).unwrap().is_some(), "it may grow");
    }

    #[test]
    fn an_inconsistent_page_is_no_end() {
        let first = Place::first(false);
        let second = after(&first, &list(4, 1, &["a", "b"])).unwrap().unwrap();
        let check = |place: &Place, body: Value, kind| {
            assert_eq!(after(place, &body), Err(kind), "{body}");
        };
        check(&second, list(3, 3, &["c"]), RefusalKind::Differs);
        check(&second, list(4, 3, &[]), RefusalKind::Differs);
        check(&second, list(4, 3, &["c", "c"]), RefusalKind::Differs);
        check(&second, list(4, 3, &["a", "b"]), RefusalKind::Unsupported);
        check(&second, list(4, 5, &["d"]), RefusalKind::Unsupported);
        check(&first, list(4, 1, &[]), RefusalKind::Unsupported);
    }

    #[test]
    fn without_a_total_only_an_empty_page_is_the_end() {
        let body = |ids: &[&str]| {
            let resources: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({ "Resources": resources })
        };
        let second = after(&Place::first(false), &body(&["a"])).unwrap().unwrap();
        assert_eq!(after(&second, &body(&[])), Ok(None));
    }

    #[test]
    fn a_list_by_cursor_ends_where_no_cursor_follows_and_its_total_is_reached() {
        let body = |total: Option<u64>, next: Option<&str>, ids: &[&str]| {
            let mut body = list(0, 1, ids);
            body["totalResults"] = json!(total);
            body["nextCursor"] = json!(next);
            body
        };
        let first = Place::first(true);
        let second = after(&first, &body(None, Some("x"), &["a"])).unwrap().unwrap();
        assert_eq!(second.cursor.as_deref(), Some("x"));
        assert_eq!(after(&second, &body(None, None, &["b"])), Ok(None));
        assert_eq!(after(&second, &body(Some(2), None, &["b"])), Ok(None));
        assert_eq!(after(&second, &body(Some(3), None, &["b"])), Err(RefusalKind::Differs));
        let again = body(None, Some("x"), &["b"]);
        assert_eq!(after(&second, &again), Err(RefusalKind::Unsupported));
        assert_eq!(after(&first, &body(Some(3), None, &["a"])), Err(RefusalKind::Unsupported));
    }

    #[test]
    fn a_place_that_nobody_wrote_is_refused() {
        for text in ["", "x", "{}", "{\"seen\":-1}", &"x".repeat(9_000)] {
            assert!(Place::read(text).is_err());
        }
    }
}
