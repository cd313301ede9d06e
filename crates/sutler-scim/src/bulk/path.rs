//! The `path` of an operation: relative to the SCIM root, a type or one resource of it.

use sutler_model::schema::Schemas;
use sutler_model::{Invalid, Kind, Uid};

use super::operation::Target;
use super::references::PREFIX;
use crate::error::Problem;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `/Users`
    Type(Kind),
    /// `/Users/{id}`
    One(Kind, Target),
}

/// Reads a path (T-B1, T-B6).
pub(super) fn place(path: &str) -> Result<Place, Problem> {
    let Some(relative) = path.strip_prefix('/') else {
        let detail = "`path` must begin with `/` and be relative to the root, as in `/Users`";
        return Err(Invalid::value(detail).into());
    };
    if relative.contains(['?', '#']) {
        return Err(Invalid::value("`path` takes no parameters in a bulk request").into());
    }
    let segments: Vec<&str> = relative.split('/').collect();
    if segments.contains(&".search") || segments == ["Bulk"] {
        let detail = "a search or another bulk request cannot stand in a bulk request";
        return Err(Invalid::value(detail).into());
    }
    match segments.as_slice() {
        ["Me"] => Err(Problem::new(501, "`/Me` is not supported: name the resource by its id")),
        [endpoint] => kind(endpoint).map(Place::Type).ok_or_else(nothing_there),
        [endpoint, id] if !id.is_empty() => {
            let (kind, id) = kind(endpoint).zip(decoded(id)).ok_or_else(nothing_there)?;
            let target = match id.strip_prefix(PREFIX) {
                Some(bulk_id) => Target::Created(bulk_id.to_owned()),
                None => Target::Id(Uid(id)),
            };
            Ok(Place::One(kind, target))
        }
        _ => Err(nothing_there()),
    }
}

fn kind(endpoint: &str) -> Option<Kind> {
    let named = |known: &str| known.strip_prefix('/') == Some(endpoint);
    Schemas::standard_types().iter().find(|known| named(known.endpoint)).map(|known| known.kind)
}

fn nothing_there() -> Problem {
    Problem::new(404, "there is nothing at this `path`: it must be as `/Users` or `/Groups/{id}`")
}

/// Percent-encoding undone; `None` if it is broken.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_type_or_one_resource_t_b1() {
        let id = |id: &str| Target::Id(Uid(id.to_owned()));
        let created = |id: &str| Target::Created(id.to_owned());
        assert_eq!(place("/Users"), Ok(Place::Type(Kind::User)));
        assert_eq!(place("/Groups/5"), Ok(Place::One(Kind::Group, id("5"))));
        assert_eq!(place("/Users/a%2fb"), Ok(Place::One(Kind::User, id("a/b"))));
        assert_eq!(place("/Users/bulkId:q"), Ok(Place::One(Kind::User, created("q"))));
        assert_eq!(place("/Users/bulkId%3Aq%20r"), Ok(Place::One(Kind::User, created("q r"))));
    }

    #[test]
    fn every_other_path_is_refused_t_b6() {
        let check = |path: &str, status: u16| {
            assert_eq!(place(path).map_err(|problem| problem.status), Err(status), "{path}");
        };
        for path in ["", "Users", "https://id.example/Users", "/Users?count=1", "/Users/1#a"] {
            check(path, 400);
        }
        for path in ["/Bulk", "/.search", "/Users/.search", "/Users/1/.search"] {
            check(path, 400);
        }
        for path in ["/", "/users", "/Devices", "/Users/", "/Users/1/2", "/Users/%f", "/Users/%ff"]
        {
            check(path, 404);
        }
        for path in ["/Schemas", "/Schemas/1", "/Bulk/1", "/ServiceProviderConfig", "/Me/1"] {
            check(path, 404);
        }
        check("/Me", 501);
    }
}
