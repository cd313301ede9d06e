//! How an asynchronous request ended (RFC 9967 §2.5): the result of a bulk operation, also of
//! a request that was none.

use serde_json::{Map, Value};
use sutler_model::Document;

use crate::error::{Problem, body};

/// The end of a single request.
#[derive(Clone, Copy, Debug)]
pub struct Single<'a> {
    /// Its method.
    pub method: &'a str,
    /// The status of the answer that it would have had.
    pub status: u16,
    /// The absolute address of the resource, where there is one.
    pub location: Option<&'a str>,
    /// The entity tag of the resource, where there is one.
    pub version: Option<&'a str>,
    /// Why it failed, if it did.
    pub problem: Option<&'a Problem>,
}

/// The result of a single request.
pub fn single(single: Single<'_>) -> Document {
    let mut result = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        result.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("method", Some(Value::from(single.method)));
    put("version", single.version.map(Value::from));
    put("location", single.location.map(Value::from));
    put("status", Some(Value::from(single.status.to_string())));
    put("response", single.problem.map(body));
    result
}

/// The path below the SCIM root that a result is about: that of its location, else the one
/// that was asked for, else the root itself.
pub fn operation_path(base: &str, result: &Document, asked: Option<&str>) -> String {
    let location = result.get("location").and_then(Value::as_str);
    let below = location.and_then(|location| location.strip_prefix(base));
    below.or(asked).filter(|path| path.starts_with('/')).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_single_request_ends_like_an_operation_of_a_bulk_request_t_v5() {
        let problem = Problem::new(404, "there is none");
        let failed = single(Single {
            method: "PUT",
            status: 404,
            location: None,
            version: None,
            problem: Some(&problem),
        });
        assert_eq!(
            Value::Object(failed),
            json!({"method": "PUT", "status": "404", "response": body(&problem)})
        );
    }

    #[test]
    fn a_result_is_about_a_path_below_the_root_t_v5() {
        let base = "https://id.example.org/scim/v2";
        let check = |location: Option<&str>, asked: Option<&str>, expected: &str| {
            let mut result = Document::new();
            result.extend(location.map(|location| ("location".to_owned(), location.into())));
            assert_eq!(operation_path(base, &result, asked), expected);
        };
        check(Some("https://id.example.org/scim/v2/Users/1"), Some("/Users"), "/Users/1");
        check(None, Some("/Users"), "/Users");
        check(Some("https://other/Users/1"), None, "/");
        check(None, Some("nonsense"), "/");
    }
}
