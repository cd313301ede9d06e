//! Requests that make no sense: each must get its precise 4xx, quickly.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

use crate::figures::{Figure, Figures};
use crate::server::{self, Client, Server};

/// What a request is, and the status and the `scimType` that it must get.
struct Case {
    name: &'static str,
    path: String,
    body: Option<String>,
    status: u16,
    scim_type: Option<&'static str>,
}

/// Sends each; the slowest answer is the figure.
pub(crate) async fn measure(server: &Server, figures: &mut Figures) -> Result<()> {
    let client = server.client()?;
    let mut slowest = Duration::ZERO;
    for case in cases() {
        let from = Instant::now();
        case.check(&client).await?;
        slowest = slowest.max(from.elapsed());
    }
    let slowest = slowest.as_secs_f64() * 1_000.0;
    figures.push(Figure::plain("slowest answer to bad input (promise: 50)", slowest, "ms"));
    Ok(())
}

fn cases() -> Vec<Case> {
    let post = |name, body: String, scim_type| Case {
        name,
        path: "Users".to_owned(),
        body: Some(body),
        status: 400,
        scim_type: Some(scim_type),
    };
    let get =
        |name, path: String, status, scim_type| Case { name, path, body: None, status, scim_type };
    let parentheses =
        |depth| format!("Users?filter={}title%20pr{}", "(".repeat(depth), ")".repeat(depth));
    vec![
        post("broken JSON", "{\"userName\": ".to_owned(), "invalidSyntax"),
        post("nested lists", "[".repeat(100_000), "invalidSyntax"),
        post(
            "a wrong type",
            server::person("x").to_string().replace("\"Specialist\"", "7"),
            "invalidValue",
        ),
        get(
            "an unknown filter attribute",
            "Users?filter=shoe%20eq%20%221%22".to_owned(),
            400,
            Some("invalidFilter"),
        ),
        get("nested parentheses", parentheses(20_000), 400, Some("invalidFilter")),
        get("an unknown id", "Users/00000000-0000-0000-0000-000000000000".to_owned(), 404, None),
    ]
}

impl Case {
    async fn check(&self, client: &Client) -> Result<()> {
        let url = format!("{}/{}", client.base, self.path);
        let request = match &self.body {
            None => client.http.get(url),
            Some(body) => client
                .http
                .post(url)
                .header("content-type", "application/scim+json")
                .body(body.clone()),
        };
        let answer = request.bearer_auth(&client.token).send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        // A target in the request line may be refused for its length alone (RFC 9110 §15.5.15).
        let too_long = status == 414 && self.path.len() > 8_000;
        ensure!(too_long || status == self.status, "{}: {status} {text}", self.name);
        if let (false, Some(scim_type)) = (too_long, self.scim_type) {
            let error: serde_json::Value = serde_json::from_str(&text)?;
            ensure!(server::text(&error, "scimType") == Some(scim_type), "{}: {text}", self.name);
        }
        Ok(())
    }
}
