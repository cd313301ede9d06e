//! Conditional requests: `If-Match` and `If-None-Match` (RFC 7644 §3.14, RFC 9110 §13.1).

use http::{HeaderMap, HeaderName, HeaderValue, header};
use sutler_engine::provision::Precondition;
use sutler_model::Version;
use sutler_scim::etag::Tags;

/// What `If-Match` demands.
pub(crate) fn if_match(headers: &HeaderMap) -> Option<Precondition> {
    condition(headers, &header::IF_MATCH)
}

/// True if `If-None-Match` names this version: the client has it already.
pub(crate) fn is_known(headers: &HeaderMap, version: Version) -> bool {
    condition(headers, &header::IF_NONE_MATCH).is_some_and(|named| named.holds(version))
}

fn condition(headers: &HeaderMap, name: &HeaderName) -> Option<Precondition> {
    if !headers.contains_key(name) {
        return None;
    }
    // What is no text is no tag of ours, and matches nothing.
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
    Some(demanded(Tags::parse(&values.join(","))))
}

/// What these tags demand.
pub(crate) fn demanded(tags: Tags) -> Precondition {
    match tags {
        Tags::Any => Precondition::Any,
        Tags::These(versions) => Precondition::OneOf(versions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(values: &[&str]) -> Option<Precondition> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, value.parse().unwrap());
        }
        if_match(&headers)
    }

    fn version(body: i64) -> Version {
        Version { body, members: 0 }
    }

    #[test]
    fn tags_of_all_headers_count_t_e2() {
        assert_eq!(parsed(&[]), None);
        assert_eq!(parsed(&["*"]), Some(Precondition::Any));
        for tags in [&["W/\"3\""][..], &["\"3\""], &["\"9\", W/\"3\""], &["\"9\"", "\"3\""]] {
            let parsed = parsed(tags).unwrap();
            assert!(parsed.holds(version(3)), "{tags:?}");
            assert!(!parsed.holds(version(4)), "{tags:?}");
        }
    }

    #[test]
    fn a_tag_that_cannot_be_read_matches_nothing() {
        for tag in ["", "nonsense", "\"\"", "W/\"x\""] {
            assert!(!parsed(&[tag]).unwrap().holds(version(1)), "{tag:?}");
        }
    }
}
