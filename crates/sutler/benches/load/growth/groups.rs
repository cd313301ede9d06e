//! Many groups: lists of them, and finding one by its name.

use anyhow::{Context, Result, ensure};
use futures::stream::{self, TryStreamExt as _};
use serde_json::{Value, json};

use super::curve::Growth;
use super::fill;
use super::probe::median;
use crate::GROUP;
use crate::server::{Client, Server, text};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// Groups in one bulk request, and requests at once.
const CHUNK: usize = 500;
const AT_ONCE: usize = 4;

/// The questions, over `counts` groups with one member each.
pub(crate) async fn measure(server: &Server, counts: &[usize], growth: &mut Growth) -> Result<()> {
    let client = server.client()?;
    let before = total(&client.ask("Groups?count=0").await?)?;
    let member = fill::ids(server, 1)?.pop().context("no user is stored")?;
    let mut stored = 0;
    for count in counts {
        let chunks = (stored..*count).step_by(CHUNK).map(|from| from..(from + CHUNK).min(*count));
        stream::iter(chunks.map(Ok))
            .try_for_each_concurrent(AT_ONCE, |chunk| create(&client, &member, chunk))
            .await?;
        stored = *count;
        fill::settled(server).await?;
        ask(&client, before + stored, stored, growth).await?;
    }
    Ok(())
}

fn name(n: usize) -> String {
    format!("Team {n:06}")
}

async fn create(client: &Client, member: &str, range: std::ops::Range<usize>) -> Result<()> {
    let operations: Vec<Value> = range
        .map(|n| {
            let data = json!({
                "schemas": [GROUP], "displayName": name(n), "members": [{"value": member}],
            });
            json!({"method": "POST", "path": "/Groups", "bulkId": name(n), "data": data})
        })
        .collect();
    let body = json!({"schemas": [BULK], "Operations": operations});
    let answer = client.bulk(&body).await?;
    let results = answer.get("Operations").and_then(Value::as_array).context("no results")?;
    let refused = results.iter().find(|one| text(one, "status") != Some("201"));
    ensure!(refused.is_none(), "a group was not created: {refused:?}");
    Ok(())
}

async fn ask(client: &Client, all: usize, stored: usize, growth: &mut Growth) -> Result<()> {
    let page = async |query: String| {
        let answer = client.ask(&format!("Groups?count=100{query}")).await?;
        let found = answer.get("Resources").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(found == 100, "{found} groups on a page of 100");
        ensure!(total(&answer)? == all, "not {all} groups: {}", total(&answer)?);
        Ok(())
    };
    let first = async |_| page("&excludedAttributes=members".to_owned()).await;
    growth.add("first page of 100 groups", "ms", stored, median(first).await?);
    let deep = all - 100;
    let last = async |_| page(format!("&startIndex={deep}")).await;
    growth.add("deep page of 100 groups, with members", "ms", stored, median(last).await?);
    let find = async |n: usize| {
        let name = name((n * 7_919 + 13) % stored);
        let filter = format!("displayName%20eq%20%22{}%22", name.replace(' ', "%20"));
        let answer = client.ask(&format!("Groups?filter={filter}")).await?;
        let found = answer.pointer("/Resources/0").context("no group")?;
        ensure!(text(found, "displayName") == Some(name.as_str()), "another group: {found}");
        Ok(())
    };
    growth.add("displayName eq", "ms", stored, median(find).await?);
    Ok(())
}

fn total(answer: &Value) -> Result<usize> {
    let total = answer.get("totalResults").and_then(Value::as_u64).context("no total")?;
    Ok(usize::try_from(total)?)
}
