//! A request, read whole and taken apart.

use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::HeaderName;
use sutler_model::Kind;

/// A request to a target.
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path below the target's base address, with its leading slash.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What a path below the base address names.
pub(crate) enum Place<'a> {
    /// `/Users`
    Collection(Kind),
    /// `/Users/{id}`
    Account(Kind, &'a str),
    /// Anything else.
    Other(&'a str),
}

impl Request {
    /// What the path names, where users and groups are under these endpoints.
    pub(crate) fn place(&self, endpoints: [&str; 3]) -> Place<'_> {
        let path = self.path.trim_end_matches('/');
        let [users, groups, _] = endpoints;
        for (endpoint, kind) in [(users, Kind::User), (groups, Kind::Group)] {
            match path.strip_prefix('/').and_then(|path| path.strip_prefix(endpoint)) {
                Some("") => return Place::Collection(kind),
                Some(rest) => {
                    if let Some(id) = rest.strip_prefix('/') {
                        return Place::Account(kind, id);
                    }
                }
                None => {}
            }
        }
        Place::Other(path)
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter as a number; `None` if it is absent or none.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name)?.parse().ok()
    }

    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// True if it cannot change anything.
    pub(crate) fn reads(&self) -> bool {
        self.method == "GET"
    }
}
