//! Lists that go on page by page, and the places in them as text.

use super::Refused;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of what was read: up to `limit`, and one more if there is a next page.
    pub(super) fn cut(mut items: Vec<T>, limit: usize, place: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(place);
        Self { items, next }
    }
}

/// The numbers of which a place is made; `None` if one is none.
pub(super) fn numbers(text: &str) -> Option<Vec<i64>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

/// A place that counts what came before it.
pub(super) fn counted(after: Option<&str>) -> Result<usize, Refused> {
    let Some(text) = after else { return Ok(0) };
    // What the ledger skips is a signed number there.
    let place = text.parse::<u32>().ok().and_then(|place| usize::try_from(place).ok());
    place.ok_or_else(|| no_place(text))
}

/// What is said of a place that is none.
pub(super) fn no_place(text: &str) -> Refused {
    Refused::NoPlace(format!(
        "`{text}` is no place in this list: take the one that the page before has given, or begin without one"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_next_one_only_if_there_is_more() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next.as_deref()), (vec![1, 2], Some("2")));
        let last = Page::cut(vec![1, 2], 2, ToString::to_string);
        assert_eq!((last.items, last.next), (vec![1, 2], None));
    }

    #[test]
    fn a_counted_place_is_a_plain_number() {
        assert_eq!((counted(None), counted(Some("17"))), (Ok(0), Ok(17)));
        for wrong in ["", "-1", "x", "1.5", "99999999999999999999"] {
            assert!(matches!(counted(Some(wrong)), Err(Refused::NoPlace(_))), "{wrong}");
        }
    }
}
