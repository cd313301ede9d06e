//! The admin API of the real server: the estate by file and by entry, the walls of tenants, plans,
//! what is done at targets, and the examples of its page.

mod entries;
mod examples;
mod files;
mod plans;
mod targets;
mod wall;

use serde_json::Value;

use crate::harness::{Place, Server};

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) tag: String,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The messages of its faults.
    pub(super) fn faults(&self) -> Vec<String> {
        assert_eq!(self.status, 422, "{self:?}");
        let body = self.json();
        let faults = body["faults"].as_array().unwrap_or_else(|| panic!("no faults: {body}"));
        faults.iter().map(|fault| fault["message"].as_str().unwrap().to_owned()).collect()
    }
}

/// A token of an administrator, made by the command line.
pub(super) fn administrator(place: &Place, name: &str, role: &str, tenant: Option<&str>) -> String {
    let mut arguments = vec!["admin", "token", "create", "--json", "--name", name, "--role", role];
    match tenant {
        Some(tenant) => arguments.extend(["--tenant", tenant]),
        None => arguments.push("--all-tenants"),
    }
    place.json(&arguments)["token"].as_str().unwrap().to_owned()
}

/// A request; `body` with its media type, `tag` for `If-Match`.
pub(super) async fn ask(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: Option<(&str, String)>,
    tag: Option<&str>,
) -> Answer {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let url = format!("{}{path}", server.url());
    let mut request = server.client().request(method, url).bearer_auth(token);
    if let Some((media, text)) = body {
        request = request.header("content-type", media).body(text);
        if media == "application/toml" {
            request = request.header("accept", "*/*");
        }
    }
    if let Some(tag) = tag {
        request = request.header("if-match", tag);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let tag = answer.headers().get("etag").map_or("", |tag| tag.to_str().unwrap()).to_owned();
    Answer { status, tag, text: answer.text().await.unwrap() }
}

/// An estate file by PUT, whatever is stored.
pub(super) async fn apply(server: &Server, token: &str, root: &str, text: &str) -> Answer {
    let body = Some(("application/toml", text.to_owned()));
    ask(server, token, "PUT", &format!("{root}/estate"), body, Some("*")).await
}
