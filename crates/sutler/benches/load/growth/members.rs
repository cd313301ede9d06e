//! Adding and removing one member, in groups of different sizes.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::curve::Growth;
use super::fill;
use super::probe::TIMES;
use crate::server::{Client, Server, text};
use crate::{GROUP, PATCH};

/// How often a group is read whole.
const WHOLE: usize = 5;
const DISPLAY: &str = "?attributes=members.value,members.display";
/// Members in one PATCH: half a megabyte of body.
const CHUNK: usize = 8_000;

/// One curve for adding and one for removing.
pub(crate) async fn measure(server: &Server, sizes: &[usize], growth: &mut Growth) -> Result<()> {
    let client = server.client()?;
    let most = sizes.iter().copied().max().unwrap_or(0);
    let ids = fill::ids(server, most)?;
    let newcomer = new_user(&client).await?;
    for size in sizes {
        let members = ids.get(..*size).context("too few users for that group")?;
        let group = group(&client, members).await?;
        fill::settled(server).await?;
        let add = json!([{"op": "add", "path": "members", "value": [{"value": newcomer}]}]);
        let remove = json!([{"op": "remove", "path": format!("members[value eq \"{newcomer}\"]")}]);
        let mut added = Vec::new();
        let mut removed = Vec::new();
        for _ in 0..TIMES {
            added.push(timed(change(&client, &group, &add)).await?);
            removed.push(timed(change(&client, &group, &remove)).await?);
        }
        growth.add("add a member", "ms", *size, middle(added)?);
        growth.add("remove a member", "ms", *size, middle(removed)?);
        for (name, query) in
            [("a member of a whole group", ""), ("the same with `display`", DISPLAY)]
        {
            let mut read = Vec::new();
            for _ in 0..WHOLE {
                read.push(timed(whole(&client, &group, query, *size)).await?);
            }
            #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
            let each = middle(read)? * 1_000.0 / *size as f64;
            growth.add(name, "µs", *size, each);
        }
    }
    Ok(())
}

/// Reads the group with all its members.
async fn whole(client: &Client, group: &str, query: &str, members: usize) -> Result<()> {
    let answer = client.ask(&format!("Groups/{group}{query}")).await?;
    let found = answer.get("members").and_then(Value::as_array).map_or(0, Vec::len);
    ensure!(found == members, "{found} members of {members}");
    Ok(())
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<f64> {
    let from = tokio::time::Instant::now();
    work.await?;
    Ok(from.elapsed().as_secs_f64() * 1_000.0)
}

fn middle(mut times: Vec<f64>) -> Result<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().context("nothing was measured")
}

async fn new_user(client: &Client) -> Result<String> {
    let user = client.create(&crate::server::person("newcomer@example.com")).await?;
    Ok(text(&user, "id").context("no id")?.to_owned())
}

async fn group(client: &Client, members: &[String]) -> Result<String> {
    let name = format!("Group of {}", members.len());
    let body = json!({"schemas": [GROUP], "displayName": name});
    let group = client.post("Groups", &body).await?;
    let id = text(&group, "id").context("no id")?.to_owned();
    for chunk in members.chunks(CHUNK) {
        let value: Vec<Value> = chunk.iter().map(|id| json!({"value": id})).collect();
        let operations = json!([{"op": "add", "path": "members", "value": value}]);
        change(client, &id, &operations).await?;
    }
    Ok(id)
}

async fn change(client: &Client, group: &str, operations: &Value) -> Result<()> {
    let body = json!({"schemas": [PATCH], "Operations": operations});
    let answer = client.patch(&format!("Groups/{group}"), &body).await?;
    ensure!(text(&answer, "id") == Some(group), "another group came back: {answer}");
    Ok(())
}
