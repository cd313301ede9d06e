//! Every example of the page about the admin API does what it says.

use std::path::Path;

use serde_json::Value;

use super::administrator;
use crate::harness::{Place, Server, emulator, user, usual_estate};

/// The examples: the lines of the blocks that are for a shell.
fn examples() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/admin-api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks.filter_map(|block| block.strip_prefix("sh\n")).flat_map(str::lines);
    lines.map(str::to_owned).collect()
}

/// The words of a line as a shell takes them apart.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// What curl would send.
fn request(server: &Server, place: &Place, words: &[String]) -> reqwest::RequestBuilder {
    let (mut method, mut url, mut body) = (None, String::new(), None);
    let mut headers = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-s" => {}
            "-X" => method = rest.next().cloned(),
            "-H" => headers.push(rest.next().unwrap().split_once(": ").unwrap()),
            "-d" => body = rest.next().cloned(),
            "--data-binary" => {
                let file = rest.next().unwrap().strip_prefix('@').unwrap();
                body = Some(std::fs::read_to_string(place.path(file)).unwrap());
            }
            other => url = other.to_owned(),
        }
    }
    let usual = if body.is_some() { "POST" } else { "GET" };
    let method = method.unwrap_or_else(|| usual.to_owned());
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = server.client().request(method, url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(body.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_page_work_as_they_stand() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = administrator(&place, "the-page", "owner", None);
    let examples = examples();
    assert!(examples.len() > 15, "{examples:?}");
    let (_, ada) =
        server.send("POST", "/scim/v2/Users", &place.token("hr"), Some(user("ada"))).await;
    assert_eq!(ada["userName"], "ada");
    let mut id = String::new();
    for example in examples {
        let line = example.replace("$SUTLER", server.url()).replace("$TOKEN", &token);
        let line = line.replace("$ID", &id);
        let words = words(&line);
        match words[0].as_str() {
            "sutler" => {
                let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                place.done(&arguments);
            }
            "curl" => {
                let answer = request(&server, &place, &words[1..]).send().await.unwrap();
                let status = answer.status();
                let text = answer.text().await.unwrap();
                assert!(status.is_success(), "{example}: {status} {text}");
                let answer: Value = serde_json::from_str(&text).unwrap_or_default();
                if let Some(made) = answer["id"].as_str() {
                    made.clone_into(&mut id);
                }
            }
            other => panic!("`{other}` is no command of an example"),
        }
    }
}
