//! What a service provider may do with which attributes and stores (threats SC-1, SC-2).

#![expect(
    clippy::needless_pass_by_value,
    reason = "requests are put together from values, and read better without a `&` before each"
)]

mod members;
mod read;
mod stores;
mod verbs;
mod write;

use sutler_model::access::{Access, AttributeAccess, AttributeList};
use sutler_model::estate::{ServiceProvider, TokenKind};
use sutler_testkit::build;

use http::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

/// A request.
#[derive(Clone, Debug)]
struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
}

fn call(method: Method, path: &str, body: Option<Value>) -> Call {
    Call { method, path: path.to_owned(), body }
}

fn get(path: &str) -> Call {
    call(Method::GET, path, None)
}

fn patch(path: &str, operations: Value) -> Call {
    let body = json!({"schemas": [crate::server::PATCH], "Operations": operations});
    call(Method::PATCH, path, Some(body))
}

/// A list of attributes.
fn list(paths: &[&str]) -> AttributeList {
    paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>().into()
}

fn of_users(read: Option<&[&str]>, write: Option<&[&str]>) -> AttributeAccess {
    let users = Access { read: read.map(list), write: write.map(list) };
    AttributeAccess { users, ..AttributeAccess::default() }
}

fn of_groups(read: Option<&[&str]>, write: Option<&[&str]>) -> AttributeAccess {
    let groups = Access { read: read.map(list), write: write.map(list) };
    AttributeAccess { groups, ..AttributeAccess::default() }
}

/// Puts a service provider into the estate; its credential.
async fn client(server: &Server, provider: ServiceProvider) -> String {
    let name = provider.name.clone();
    server.edit(vec![("default", provider)]).await;
    format!("Bearer {}", server.issue(&name, TokenKind::Bearer, None).await)
}

/// One with this access to attributes, and every permission.
async fn restricted(server: &Server, name: &str, attributes: AttributeAccess) -> String {
    client(server, ServiceProvider { attributes, ..build::provider(name, &[]) }).await
}

async fn send(server: &Server, credential: &str, call: &Call) -> Answer {
    let headers = [("authorization", credential)];
    server.call(call.method.clone(), &call.path, call.body.as_ref(), &headers).await
}

/// That it was refused with 403 and the name of what it was about.
#[track_caller]
fn forbidden(answer: &Answer, names: &str) {
    let body = answer.refused(403, None);
    assert!(body["detail"].as_str().unwrap().contains(&format!("`{names}`")), "{names}: {body}");
}
