//! What is kept of an account whose resource is not: its name, and what was computed once for
//! it, in a form that only this installation can read. Everywhere else they are as they are.

use serde_json::Value;
use sutler_model::history::MASK;
use sutler_model::link::Link;
use sutler_model::port::{Frame, Hiding, LedgerError, Unsealable};
use sutler_model::{Document, Rid};

use crate::Ports;
use crate::intent::intended;
use crate::rules::TargetRules;

/// Under which path the hidden values of a link stand.
const WHOLE: &str = "";

/// The link as it is stored.
pub(crate) fn hide(mut link: Link, hiding: &dyn Hiding) -> Link {
    link.key = link.key.map(|key| hiding.hide(&key));
    if !link.once.values.is_empty() {
        let text = Value::Object(std::mem::take(&mut link.once.values)).to_string();
        link.once.values.insert(WHOLE.to_owned(), hiding.hide(&text).into());
    }
    link
}

/// The link as it is; one that was stored in the clear stays what it is. True if anything was
/// hidden.
pub(crate) fn show(link: &mut Link, hiding: &dyn Hiding) -> bool {
    let key = link.key.as_deref().and_then(|key| hiding.show(key));
    let once = link.once.values.get(WHOLE).and_then(|whole| values(whole, hiding));
    let hidden = key.is_some() || once.is_some();
    link.key = key.or_else(|| link.key.take());
    link.once.values = once.unwrap_or_else(|| std::mem::take(&mut link.once.values));
    hidden
}

/// A name for people: one that was hidden as it is.
pub(crate) fn readable(name: &mut String, hiding: &dyn Hiding) {
    if let Some(shown) = hiding.show(name) {
        *name = shown;
    }
}

fn values(whole: &Value, hiding: &dyn Hiding) -> Option<Document> {
    serde_json::from_str(&hiding.show(whole.as_str()?)?).ok()
}

/// The frames of these pairs, with their links as they are, and what is desired of who is passed
/// through in its place.
pub(crate) async fn frames(
    ports: &Ports,
    rules: &TargetRules,
    rids: &[Rid],
) -> Result<Vec<Frame>, LedgerError> {
    let mut frames = ports.ledger.frames(rules.target.id, rids, rules.reads).await?;
    for frame in &mut frames {
        if let Err(error) = open(frame, ports) {
            tracing::error!(rid = %frame.rid, %error, "what is desired of a resource cannot be read");
        }
    }
    Ok(frames)
}

/// What opening a frame has shown.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Something of the link was hidden.
    pub(crate) hidden: bool,
    /// What the desired state was computed from, if it is not all.
    pub(crate) basis: Option<Document>,
}

/// Shows the link as it is, and puts what is desired in the place of what is stored.
pub(crate) fn open(frame: &mut Frame, ports: &Ports) -> Result<Shown, Unsealable> {
    let hidden = frame.link.as_mut().is_some_and(|link| show(link, &*ports.hiding));
    Ok(Shown { hidden, basis: intended(frame, &*ports.sealer)? })
}

/// A text in which nothing stands that the resource or its account holds: targets repeat what
/// they refuse.
pub(crate) fn hush(text: &str, body: Option<&Document>, link: Option<&Link>) -> String {
    let mut said = Vec::new();
    for value in body.into_iter().flat_map(Document::values) {
        texts(value, &mut said);
    }
    said.extend(link.and_then(|link| link.key.as_deref()));
    // The longest first: a name is a part of an address.
    said.sort_by_key(|text| std::cmp::Reverse(text.len()));
    said.into_iter()
        .filter(|said| said.len() > 1)
        .fold(text.to_owned(), |text, said| masked(&text, said))
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(parts) => parts.values().for_each(|part| texts(part, found)),
        _ => {}
    }
}

/// The text with a mask for each of these, in any spelling.
fn masked(text: &str, said: &str) -> String {
    let (lower, said) = (text.to_ascii_lowercase(), said.to_ascii_lowercase());
    let (mut whole, mut from) = (String::with_capacity(text.len()), 0);
    for (at, found) in lower.match_indices(&said) {
        whole.push_str(text.get(from..at).unwrap_or_default());
        whole.push_str(MASK);
        from = at + found.len();
    }
    whole.push_str(text.get(from..).unwrap_or_default());
    whole
}

#[cfg(test)]
mod tests {
    use sutler_model::{Kind, LinkId, Rid, TargetId};
    use sutler_testkit::PlainHiding;

    use super::*;

    #[test]
    fn w19_what_a_target_repeats_is_masked() {
        let body = serde_json::json!({
            "userName": "Ann", "emails": [{"value": "ann@example.com"}], "title": "é",
        });
        let said = "`ANN` of ann@example.com is taken, says é";
        assert_eq!(hush(said, body.as_object(), None), "`***` of *** is taken, says ***");
        assert_eq!(hush("nothing", body.as_object(), None), "nothing");
    }

    #[test]
    fn w19_what_is_hidden_of_a_link_comes_back_and_what_is_not_stays() {
        let key = Some("ann".to_owned());
        let mut link = Link::creating(LinkId([1; 16]), TargetId(1), Rid(2), Kind::User, key);
        link.once.values.insert("userName".to_owned(), "ann2".into());
        let hidden = hide(link.clone(), &PlainHiding);
        assert_ne!((&hidden.key, &hidden.once), (&link.key, &link.once));
        assert!(!hidden.once.values.contains_key("userName"));
        for stored in [hidden, link.clone()] {
            let mut shown = stored;
            show(&mut shown, &PlainHiding);
            assert_eq!(shown, link);
        }
    }
}
