//! Addresses of targets, and of what lies below them.

use std::fmt::Write as _;

use reqwest::Url;

use crate::factory::BuildError;

/// The base address of a target, checked; what follows the path is dropped.
pub(crate) fn base(text: &str) -> Result<Url, BuildError> {
    let mut url = checked(text)?;
    url.set_query(None);
    Ok(url)
}

/// An address as it was set, checked.
pub(crate) fn checked(text: &str) -> Result<Url, BuildError> {
    let wrong = |url: &str, reason| BuildError::Url { url: url.to_owned(), reason };
    let mut url = Url::parse(text).map_err(|_| wrong("…", "it is not an absolute url"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(url.host_str().unwrap_or("…"), "credentials belong into `auth`"));
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(text, "it is neither http nor https"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The address of a segment list below the base; `None` if a segment cannot be one.
pub(crate) fn extend(base: &Url, segments: &[&str]) -> Option<Url> {
    // A segment of dots would climb: the id `..` must not turn into the collection.
    if segments.iter().any(|s| matches!(*s, "" | "." | "..")) {
        return None;
    }
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

/// The address with query parameters, every blank as `%20`: some targets read `+` as itself.
pub(crate) fn filtered(mut url: Url, parameters: &[(&str, &str)]) -> Url {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    url.set_query((!pairs.is_empty()).then(|| pairs.join("&")).as_deref());
    url
}

/// Everything but the unreserved characters of RFC 3986 §2.3 as `%XX`.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_parameters_are_encoded() {
        let base = base("https://x.test/scim/v2/").unwrap();
        let url = extend(&base, &["Users", "a/b ?#é"]).unwrap();
        assert_eq!(url.as_str(), "https://x.test/scim/v2/Users/a%2Fb%20%3F%23%C3%A9");
        let url = filtered(url, &[("filter", "userName eq \"O'Malley+1&x\"")]);
        assert_eq!(url.query(), Some("filter=userName%20eq%20%22O%27Malley%2B1%26x%22"));
    }

    #[test]
    fn an_id_of_dots_never_climbs_to_the_collection() {
        let base = base("https://x.test/v2").unwrap();
        for id in ["..", ".", ""] {
            assert_eq!(extend(&base, &["Users", id]), None);
        }
    }

    #[test]
    fn unusable_addresses_are_refused_without_repeating_secrets() {
        for bad in ["x.test/v2", "ftp://x.test/", "https://user:pass@x.test/"] {
            let error = base(bad).unwrap_err().to_string();
            assert!(!error.contains("pass"), "{error}");
        }
    }
}
