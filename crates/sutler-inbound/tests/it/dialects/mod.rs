//! What clients send, in their dialects and against strict, as docs/reference/dialects.md has it.
//!
//! Each sequence runs twice. First all of it in the client's dialect. Then each request is sent
//! by a strict service provider before: where the document says that strict takes it, that was
//! the request; where it says what strict refuses it with, nothing may have changed, and the
//! request follows in the dialect. The resources come out the same.

mod counts;
mod entra;
mod okta;
mod onelogin;
mod refused;

use http::Method;
use serde_json::{Value, json};
use sutler_model::estate::{ServiceProvider, TokenKind};
use sutler_model::{Dialect, Leniency};
use sutler_testkit::build;

use self::counts::Counts;
use crate::server::{Answer, PATCH, Server, USER};

const DOCUMENT: &str = include_str!("../../../../../docs/reference/dialects.md");

/// What strict makes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strict {
    /// The same.
    Accepts,
    /// 400 of this `scimType`.
    Refuses(&'static str),
    /// Something else, which the document words so.
    Differs(&'static str),
}

/// A request of a client.
struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
}

fn call(method: Method, path: &str, body: Option<Value>) -> Call {
    Call { method, path: format!("/scim/v2{path}"), body }
}

fn get(path: &str) -> Call {
    call(Method::GET, path, None)
}

fn post(path: &str, body: Value) -> Call {
    call(Method::POST, path, Some(body))
}

fn put(path: &str, body: Value) -> Call {
    call(Method::PUT, path, Some(body))
}

fn delete(path: &str) -> Call {
    call(Method::DELETE, path, None)
}

fn patch(path: &str, operations: Value) -> Call {
    let mut body = json!({"schemas": [PATCH]});
    body["Operations"] = operations;
    call(Method::PATCH, path, Some(body))
}

/// A query with its filter encoded.
fn query(path: &str, filter: &str, more: &str) -> Call {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.append_pair("filter", filter);
    get(&format!("{path}?{}{more}", encoded.finish()))
}

/// A sequence that is being played.
struct Play {
    server: Server,
    heading: &'static str,
    own: String,
    strict: Option<String>,
    counts: Counts,
    rows: Vec<String>,
}

impl Play {
    async fn start(heading: &'static str, dialect: Dialect, strict_first: bool) -> Self {
        let server = Server::start().await;
        let client = ServiceProvider { dialect, ..build::provider("client", &[]) };
        server.edit(vec![("default", client)]).await;
        let own = server.issue("client", TokenKind::Bearer, None).await;
        let strict = strict_first.then(|| server.token.clone());
        Self { server, heading, own, strict, counts: Counts::start(), rows: Vec::new() }
    }

    async fn send(&mut self, token: &str, call: &Call) -> Answer {
        token.clone_into(&mut self.server.token);
        self.server.call(call.method.clone(), &call.path, call.body.as_ref(), &[]).await
    }

    /// One request, which needs just these leniencies, and what strict makes of it.
    async fn step(
        &mut self,
        title: &str,
        needs: &[Leniency],
        strict: Strict,
        call: Call,
    ) -> Answer {
        self.rows.push(row(title, needs, strict));
        if let Some(token) = self.strict.clone() {
            match strict {
                Strict::Accepts => {
                    let answer = self.send(&token, &call).await;
                    assert!(answer.status.is_success(), "strict, {title}: {answer:?}");
                    return answer;
                }
                Strict::Refuses(kind) => {
                    let before = self.server.committed().await;
                    self.send(&token, &call).await.refused(400, Some(kind));
                    assert_eq!(self.server.committed().await, before, "{title}");
                }
                Strict::Differs(_) => {}
            }
        }
        self.counts.clear();
        let own = self.own.clone();
        let answer = self.send(&own, &call).await;
        assert!(answer.status.is_success(), "{title}: {answer:?}");
        let mut names: Vec<&str> = needs.iter().map(|leniency| leniency.name()).collect();
        names.sort_unstable();
        assert_eq!(self.counts.of("client"), names, "{title}");
        answer
    }

    /// The resource as the client sees it.
    async fn seen(&mut self, path: &str) -> Value {
        let own = self.own.clone();
        self.send(&own, &get(path)).await.json()
    }

    /// That the document says of each request what was just seen.
    fn finish(self) {
        let heading = format!("### {}\n", self.heading);
        let section = DOCUMENT.split_once(&heading).map_or("", |(_, rest)| rest);
        let section = section.split("\n#").next().unwrap_or_default();
        let written: Vec<&str> =
            section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert_eq!(written, self.rows, "{}:\n{}", self.heading, self.rows.join("\n"));
    }
}

fn row(title: &str, needs: &[Leniency], strict: Strict) -> String {
    let needs: Vec<String> = needs.iter().map(|l| format!("`{}`", l.name())).collect();
    let needs = if needs.is_empty() { "none".to_owned() } else { needs.join(", ") };
    let strict = match strict {
        Strict::Accepts => "accepted".to_owned(),
        Strict::Refuses(kind) => format!("400 {kind}"),
        Strict::Differs(how) => how.to_owned(),
    };
    format!("| {title} | {needs} | {strict} |")
}

#[tokio::test]
async fn a_count_names_the_tenant_unless_it_is_the_default_one() {
    let mut server = Server::start().await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    server.token = server.issue("crm", TokenKind::Bearer, None).await;
    let counts = Counts::start();
    let mixed = query("/Users", "emails[type eq \"work\"].value pr", "");
    let answer = server.get(&format!("/t/acme{}", mixed.path)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(counts.of("acme/crm"), ["value-path-filter"]);
}

#[tokio::test]
async fn the_operations_of_a_bulk_request_are_read_in_the_dialect_t_b7() {
    let mut server = Server::start().await;
    let client = ServiceProvider { dialect: Dialect::Entra, ..build::provider("client", &[]) };
    server.edit(vec![("default", client)]).await;
    let own = server.issue("client", TokenKind::Bearer, None).await;
    let create = |name: &str| {
        let data = json!({"schemas": [USER], "userName": name, "active": "False"});
        json!({"method": "POST", "path": "/Users", "bulkId": name, "data": data})
    };
    let change = json!({"method": "PATCH", "path": "/Users/bulkId:ann", "data": {
        "schemas": [PATCH],
        "Operations": [{"op": "replace", "path": "active", "value": "True"}],
    }});
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [create("ann"), create("bob"), change],
    });
    let statuses = |answer: &Answer| -> Vec<String> {
        let results = answer.json()["Operations"].as_array().unwrap().clone();
        results.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
    };
    let strict = server.post("/scim/v2/Bulk", &body).await;
    assert_eq!(statuses(&strict), ["400", "400", "409"]);
    server.token = own;
    let counts = Counts::start();
    let answer = server.post("/scim/v2/Bulk", &body).await;
    assert_eq!(statuses(&answer), ["201", "201", "200"]);
    assert_eq!(counts.of("client"), [Leniency::BooleanText.name()]);
}

#[test]
fn the_document_has_the_table_of_the_model() {
    let mut rows = vec![
        "| leniency | what it changes | otherwise | strict | entra | okta | onelogin |".to_owned(),
    ];
    rows.push("|---|---|---|---|---|---|---|".to_owned());
    for leniency in Leniency::ALL {
        let marks = Dialect::ALL
            .map(|dialect| if dialect.leniencies().has(leniency) { "yes" } else { "" })
            .join(" | ");
        rows.push(format!(
            "| `{}` | {} | {} | {marks} |",
            leniency.name(),
            leniency.change(),
            leniency.otherwise()
        ));
    }
    let table = rows.join("\n");
    assert!(DOCUMENT.contains(&table), "docs/reference/dialects.md should have\n{table}");
}
