//! What a client asks for when it lists or searches (RFC 7644 §3.4.2 and §3.4.3).
//!
//! Unknown query parameters are passed over (T-R12). What a cursor says is not known here.

use serde_json::{Map, Value};
use sutler_model::dialect::{self, Tolerance};
use sutler_model::filter::{Filter, Literal, Operator, check_sort};
use sutler_model::path::AttributePath;
use sutler_model::query::Sort;
use sutler_model::schema::ResourceType;
use sutler_model::{Invalid, InvalidKind, Leniencies, Store, Uid};

use crate::json::{field, only, require_schema};
use crate::selection::Selection;

/// The URN of the message of `.search`.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What a query can say, as parameters of a URL or as members of a body.
pub(crate) const PARAMETERS: [&str; 9] = [
    "attributes",
    "excludedAttributes",
    "filter",
    "sortBy",
    "sortOrder",
    "startIndex",
    "count",
    "cursor",
    "domain",
];

/// A query, checked for the types it goes over.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Which resources.
    pub filter: Option<Filter>,
    /// In which order.
    pub sort: Option<Sort>,
    /// From which match on, counted from 1 (T-G1).
    pub start_index: usize,
    /// How many at most; 0 asks for the total only.
    pub count: Option<usize>,
    /// Where a walk goes on (RFC 9865); empty begins one, `None` pages by index.
    pub cursor: Option<String>,
    /// In which store; `None` is in all. Clients say so by its `domain`, which is not of the
    /// RFCs.
    pub store: Option<Store>,
    /// Which parts of them.
    pub selection: Selection,
    /// The deviations that were tolerated in it.
    pub tolerated: Leniencies,
}

impl Query {
    /// From the parameters of a URL, decoded.
    pub fn from_parameters(
        parameters: &[(String, String)],
        types: &[&ResourceType],
        allowed: Leniencies,
    ) -> Result<Self, Invalid> {
        let mut tolerance = Tolerance::new(allowed);
        let cursor = parameter(parameters, "cursor")?.map(str::to_owned);
        let index = number(parameters, "startIndex", InvalidKind::Value)?;
        one_method(cursor.is_some(), index.is_some())?;
        let count = number(parameters, "count", count_kind(cursor.is_some()))?;
        Ok(Self {
            filter: filter_of_url(parameter(parameters, "filter")?, types, &mut tolerance)?,
            sort: sort(
                parameter(parameters, "sortBy")?,
                parameter(parameters, "sortOrder")?,
                types,
            )?,
            start_index: start_index(index),
            count: count.map(at_least_zero),
            cursor,
            store: store(parameter(parameters, "domain")?)?,
            selection: Selection::from_parameters(parameters)?,
            tolerated: tolerance.used(),
        })
    }

    /// From the body of a `.search` request.
    pub fn from_search(
        body: &Map<String, Value>,
        types: &[&ResourceType],
        allowed: Leniencies,
    ) -> Result<Self, Invalid> {
        let mut tolerance = Tolerance::new(allowed);
        require_schema(body, SEARCH_REQUEST, &mut tolerance)?;
        let known: Vec<&str> = std::iter::once("schemas").chain(PARAMETERS).collect();
        only(body, &known)?;
        let (attributes, excluded) =
            (names(body, "attributes")?, names(body, "excludedAttributes")?);
        let cursor = cursor(body)?;
        let index = integer(body, "startIndex", InvalidKind::Value)?;
        one_method(cursor.is_some(), index.is_some())?;
        let count = integer(body, "count", count_kind(cursor.is_some()))?;
        Ok(Self {
            filter: filter(text(body, "filter")?, types, &mut tolerance)?,
            sort: sort(text(body, "sortBy")?, text(body, "sortOrder")?, types)?,
            start_index: start_index(index),
            count: count.map(at_least_zero),
            cursor,
            store: store(text(body, "domain")?)?,
            selection: Selection::new(attributes.as_deref(), excluded.as_deref())?,
            tolerated: tolerance.used(),
        })
    }

    /// The same query over one resource only (T-R7).
    #[must_use]
    pub fn of_one(mut self, id: &Uid) -> Self {
        let path = AttributePath::core("id", None);
        let it = Filter::Compare(path, Operator::Equal, Literal::Text(id.0.clone()));
        self.filter = Some(match self.filter {
            Some(filter) => Filter::And(vec![it, filter]),
            None => it,
        });
        self
    }

    /// How many matches to pass over.
    pub fn offset(&self) -> usize {
        self.start_index.saturating_sub(1)
    }

    /// How many to return: `default` unless asked, never more than `maximum`.
    pub fn limit(&self, default: usize, maximum: usize) -> usize {
        self.count.unwrap_or(default).min(maximum)
    }
}

/// The parameter of that name, in any spelling; twice is refused.
pub fn parameter<'a>(
    parameters: &'a [(String, String)],
    name: &str,
) -> Result<Option<&'a str>, Invalid> {
    let mut found = parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Invalid::value(format!("`{name}` is given twice"))),
        (found, None) => Ok(found.map(|(_, value)| value.as_str())),
    }
}

fn store(domain: Option<&str>) -> Result<Option<Store>, Invalid> {
    domain.map_or(Ok(None), Store::chosen)
}

/// The two ways to page exclude each other (T-K4).
fn one_method(cursor: bool, index: bool) -> Result<(), Invalid> {
    if cursor && index {
        return Err(Invalid::value(
            "`cursor` and `startIndex` exclude each other: page by one of them",
        ));
    }
    Ok(())
}

/// RFC 9865 has a word of its own for a count that is wrong.
fn count_kind(walks: bool) -> InvalidKind {
    if walks { InvalidKind::Count } else { InvalidKind::Value }
}

fn number(
    parameters: &[(String, String)],
    name: &str,
    kind: InvalidKind,
) -> Result<Option<i64>, Invalid> {
    let Some(text) = parameter(parameters, name)? else {
        return Ok(None);
    };
    text.trim().parse().map(Some).map_err(|_| not_whole(name, kind))
}

fn integer(
    body: &Map<String, Value>,
    name: &str,
    kind: InvalidKind,
) -> Result<Option<i64>, Invalid> {
    match field(body, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| not_whole(name, kind)),
    }
}

fn not_whole(name: &str, kind: InvalidKind) -> Invalid {
    Invalid::new(kind, format!("`{name}` must be a whole number"))
}

fn cursor(body: &Map<String, Value>) -> Result<Option<String>, Invalid> {
    match field(body, "cursor")? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(cursor)) => Ok(Some(cursor.clone())),
        Some(_) => Err(Invalid::new(InvalidKind::Cursor, "`cursor` must be a string")),
    }
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Invalid> {
    match field(body, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Invalid::value(format!("`{name}` must be a string"))),
    }
}

fn names<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<Vec<&'a str>>, Invalid> {
    let wrong = || Invalid::value(format!("`{name}` must be a list of strings"));
    match field(body, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(names)) if names.is_empty() => Ok(None),
        Some(Value::Array(names)) => {
            let names: Option<Vec<_>> = names.iter().map(Value::as_str).collect();
            names.ok_or_else(wrong).map(Some)
        }
        Some(_) => Err(wrong()),
    }
}

fn filter(
    text: Option<&str>,
    types: &[&ResourceType],
    tolerance: &mut Tolerance,
) -> Result<Option<Filter>, Invalid> {
    read(text, types, tolerance)?.map(|filter| filter.check(types)).transpose()
}

/// A URL is kept in logs and histories: no secret may stand in it (RFC 7644 §7.5.2).
fn filter_of_url(
    text: Option<&str>,
    types: &[&ResourceType],
    tolerance: &mut Tolerance,
) -> Result<Option<Filter>, Invalid> {
    let Some(filter) = read(text, types, tolerance)? else {
        return Ok(None);
    };
    if filter.holds_secret(types) {
        let detail = "`filter` holds a secret, which must not be in a URL";
        return Err(Invalid::new(InvalidKind::Sensitive, detail));
    }
    filter.check(types).map(Some)
}

/// A filter in the standard's words, not yet checked.
fn read(
    text: Option<&str>,
    types: &[&ResourceType],
    tolerance: &mut Tolerance,
) -> Result<Option<Filter>, Invalid> {
    let Some(text) = text else {
        return Ok(None);
    };
    let filter = crate::filter::parse_tolerantly(text, tolerance)?;
    Ok(Some(dialect::filter(types, filter, tolerance)))
}

/// `sortOrder` without `sortBy` changes nothing, but must be one of its words (T-S1).
fn sort(
    by: Option<&str>,
    order: Option<&str>,
    types: &[&ResourceType],
) -> Result<Option<Sort>, Invalid> {
    let descending = match order {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("ascending") => false,
        Some(word) if word.eq_ignore_ascii_case("descending") => true,
        Some(_) => {
            return Err(Invalid::value("`sortOrder` must be `ascending` or `descending`"));
        }
    };
    let Some(by) = by else { return Ok(None) };
    let by = check_sort(&crate::path::parse(by.trim())?, types)?;
    Ok(Some(Sort { by, descending }))
}

fn start_index(given: Option<i64>) -> usize {
    given.map_or(1, at_least_zero).max(1)
}

fn at_least_zero(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::schema::standard;
    use sutler_model::{InvalidKind, Kind};

    use super::*;

    fn query(text: &str) -> Result<Query, InvalidKind> {
        let pairs: Vec<(String, String)> = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Query::from_parameters(&pairs, &[standard(Kind::User)], Leniencies::STRICT)
            .map_err(|refused| refused.kind)
    }

    #[test]
    fn paging_is_kind_to_small_numbers_and_strict_to_words_t_g1() {
        let check = |text: &str, offset: usize, limit: usize| {
            let query = query(text).unwrap();
            assert_eq!((query.offset(), query.limit(100, 200)), (offset, limit), "{text}");
        };
        check("", 0, 100);
        check("startIndex=0&count=-3", 0, 0);
        check("startIndex=-5&count=0", 0, 0);
        check("startIndex=11&count=10", 10, 10);
        check("STARTINDEX=11&count=9999", 10, 200);
        for text in ["count=ten", "startIndex=1.5", "count=", "count=99999999999999999999"] {
            assert_eq!(query(text), Err(InvalidKind::Value), "{text}");
        }
        assert_eq!(query("count=1&count=2"), Err(InvalidKind::Value));
    }

    #[test]
    fn a_cursor_is_one_of_two_ways_to_page_t_k4() {
        assert_eq!(query("count=5").unwrap().cursor, None);
        assert_eq!(query("cursor=&count=5").unwrap().cursor.as_deref(), Some(""));
        assert_eq!(query("CURSOR=abc").unwrap().cursor.as_deref(), Some("abc"));
        assert_eq!(query("cursor=&startIndex=1"), Err(InvalidKind::Value));
        assert_eq!(query("cursor=a&cursor=b"), Err(InvalidKind::Value));
    }

    #[test]
    fn the_count_of_a_walk_is_checked_t_k3() {
        assert_eq!(query("cursor=&count=ten"), Err(InvalidKind::Count));
        assert_eq!(query("cursor=&count=-3").unwrap().count, Some(0));
        assert_eq!(query("cursor=&count=9999").unwrap().limit(100, 200), 200);
    }

    #[test]
    fn a_search_request_takes_a_cursor_t_k6() {
        let read = |more: Value| {
            let mut body = json!({"schemas": [SEARCH_REQUEST]});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Query::from_search(
                body.as_object().unwrap(),
                &[standard(Kind::User)],
                Leniencies::STRICT,
            )
            .map_err(|e| e.kind)
        };
        assert_eq!(read(json!({"cursor": ""})).unwrap().cursor.as_deref(), Some(""));
        assert_eq!(read(json!({"cursor": null})).unwrap().cursor, None);
        assert_eq!(read(json!({"cursor": 5})), Err(InvalidKind::Cursor));
        assert_eq!(read(json!({"cursor": "", "startIndex": 1})), Err(InvalidKind::Value));
        assert_eq!(read(json!({"cursor": "", "count": "5"})), Err(InvalidKind::Count));
    }

    #[test]
    fn sorting_is_checked_t_s1() {
        let sort = query("sortBy=NAME.familyname&sortOrder=Descending").unwrap().sort.unwrap();
        assert_eq!((sort.by.to_string().as_str(), sort.descending), ("name.familyName", true));
        let by_value = query("sortBy=emails").unwrap().sort.unwrap();
        assert_eq!(by_value.by.to_string(), "emails.value");
        assert_eq!(query("sortOrder=descending").unwrap().sort, None);
        assert_eq!(query("sortBy=userName&sortOrder=up"), Err(InvalidKind::Value));
        for text in ["sortBy=nothing", "sortBy=name", "sortBy=password", "sortBy=a b", "sortBy="] {
            assert_eq!(query(text), Err(InvalidKind::Path), "{text}");
        }
    }

    #[test]
    fn a_filter_that_makes_no_sense_is_refused_t_f11() {
        for text in ["filter=", "filter=shoeSize eq 1", "filter=userName"] {
            assert_eq!(query(text), Err(InvalidKind::Filter), "{text}");
        }
        assert_eq!(query("attributes=a&excludedAttributes=b"), Err(InvalidKind::Value));
    }

    #[test]
    fn a_filter_with_a_secret_is_no_part_of_a_url_t_f15() {
        for text in [r#"password eq "x""#, r#"not (PassWord sw "x") or id pr"#] {
            assert_eq!(query(&format!("filter={text}")), Err(InvalidKind::Sensitive), "{text}");
            let body = json!({"schemas": [SEARCH_REQUEST], "filter": text});
            let refused = Query::from_search(
                body.as_object().unwrap(),
                &[standard(Kind::User)],
                Leniencies::STRICT,
            );
            assert_eq!(refused.map_err(|e| e.kind), Err(InvalidKind::Filter), "{text}");
        }
        assert_eq!(query("filter=password pr"), Err(InvalidKind::Filter));
    }

    #[test]
    fn a_search_request_is_read_with_its_json_types_t_r7() {
        let read = |body: Value| {
            let body = body.as_object().unwrap();
            Query::from_search(body, &[standard(Kind::User)], Leniencies::STRICT)
                .map_err(|e| e.kind)
        };
        let query = read(json!({
            "schemas": [SEARCH_REQUEST], "attributes": ["userName"], "FILTER": "userName pr",
            "startIndex": 3, "count": 5, "sortBy": "userName", "sortOrder": "ascending",
        }));
        let query = query.unwrap();
        assert_eq!((query.offset(), query.count), (2, Some(5)));
        assert!(query.filter.is_some() && query.sort.is_some() && query.selection.is_given());
        assert_eq!(read(json!({"filter": "userName pr"})), Err(InvalidKind::Syntax));
        assert_eq!(
            read(json!({"schemas": [SEARCH_REQUEST], "count": "5"})),
            Err(InvalidKind::Value)
        );
        assert_eq!(
            read(json!({"schemas": [SEARCH_REQUEST], "cuont": 5})),
            Err(InvalidKind::Syntax)
        );
        assert_eq!(
            read(json!({"schemas": [SEARCH_REQUEST], "attributes": "userName"})),
            Err(InvalidKind::Value)
        );
    }
}
