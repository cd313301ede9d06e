//! Passing through: what a service provider brings goes to its targets, and nothing of it stays.

use serde_json::{Value, json};

use crate::harness::{APP_TOKEN, Place, Server, bytes_below, emulators, until};

const USERS: &str = "/scim/v2/Users";

/// A word that must be in no file.
const SENTINEL: &str = "Zyxwvutsentinel";

fn estate(urls: [&str; 2], more: &str) -> String {
    let target = |name: &str, url: &str| {
        format!(
            r#"
[[target]]
name = "{name}"
connector = "scim2"
url = "{url}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
on_deactivate = "disable"
on_delete = "delete"
lag = "100ms"
"#
        )
    };
    let [app, crm] = urls;
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "provision"
targets = ["app", "crm"]
read_from = "app"
{more}
[[service_provider]]
name = "payroll"
mode = "store"
{}{}"#,
        target("app", app),
        target("crm", crm)
    )
}

fn person(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "externalId": format!("e-{name}"),
        "name": { "givenName": "Ada", "familyName": SENTINEL },
        "emails": [{ "value": format!("{name}@example.com") }],
    })
}

fn patch(operation: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [operation],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn w19_scenario_27_what_is_passed_through_reaches_its_targets_and_stays_nowhere() {
    let emulator = emulators(&["app", "crm"]).await;
    let (app, crm) = (emulator.target("app").unwrap(), emulator.target("crm").unwrap());
    let place = Place::new();
    place.apply(&estate([&emulator.url("app"), &emulator.url("crm")], ""));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    // Nothing is delivered yet: what is desired is kept, and cannot be read.
    emulator.refuse_connections().await;
    let name = format!("{SENTINEL}.ada");
    let (status, ada) = server.send("POST", USERS, &token, Some(person(&name))).await;
    assert_eq!(status, 201, "{ada}");
    assert_eq!(ada["userName"], name);
    let path = format!("{USERS}/{}", ada["id"].as_str().unwrap());
    let (status, read) = server.send("GET", &path, &token, None).await;
    assert_eq!((status, &read["userName"]), (200, &json!(name)), "from what is being delivered");
    place.done(&["plan"]);
    assert_unread(&place);
    emulator.accept_connections().await.unwrap();
    until("both have it", async || app.user(&name).is_some() && crm.user(&name).is_some()).await;
    until("all is confirmed", async || in_sync(&place)).await;
    let (status, again) = server.send("POST", USERS, &token, Some(person(&name))).await;
    assert_eq!((status, &again["scimType"]), (409, &json!("uniqueness")), "{again}");
    // Somebody who stores does not see it, and may have the name.
    let other = place.token("payroll");
    assert_eq!(server.send("GET", &path, &other, None).await.0, 404);
    let (_, all) = server.send("GET", USERS, &other, None).await;
    assert_eq!(all["totalResults"], 0, "{all}");
    let (_, read) = server.send("GET", &path, &token, None).await;
    assert_eq!(read["name"]["familyName"], SENTINEL, "from the target");
    let explained = place.json(&["explain", ada["id"].as_str().unwrap(), "app", "--json"]);
    assert_eq!(explained["clears"], json!([]), "{explained}");
    assert_unread(&place);
    assert_eq!(server.send("DELETE", &path, &token, None).await.0, 204);
    until("both have lost it", async || app.user(&name).is_none() && crm.user(&name).is_none())
        .await;
    assert_eq!(server.send("GET", &path, &token, None).await.0, 404);
    drop(server);
    assert_unread(&place);
}

#[tokio::test(flavor = "multi_thread")]
async fn w19_scenario_28_what_is_passed_through_is_read_from_one_target() {
    let emulator = emulators(&["app", "crm"]).await;
    let (app, crm) = (emulator.target("app").unwrap(), emulator.target("crm").unwrap());
    let place = Place::new();
    place.apply(&estate([&emulator.url("app"), &emulator.url("crm")], ""));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut ids = Vec::new();
    for name in ["ada", "bob", "cleo"] {
        let (_, made) = server.send("POST", USERS, &token, Some(person(name))).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    until("all is confirmed", async || in_sync(&place)).await;
    let path = format!("{USERS}/{}", ids[0]);
    // A filter is answered by digest, in any spelling.
    for filter in ["userName eq \"ADA\"", "externalId eq \"e-ada\""] {
        let query = format!("{USERS}?filter={}", filter.replace(' ', "%20").replace('"', "%22"));
        let (_, found) = server.send("GET", &query, &token, None).await;
        assert_eq!(
            (&found["totalResults"], &found["Resources"][0]["id"]),
            (&json!(1), &json!(ids[0])),
            "{found}"
        );
    }
    let title = format!("{USERS}?filter=title%20eq%20%22x%22");
    assert_eq!(server.send("GET", &title, &token, None).await.0, 501);
    // A list is walked by cursor.
    let (_, page) = server.send("GET", &format!("{USERS}?cursor&count=2"), &token, None).await;
    let mut seen = page["Resources"].as_array().unwrap().clone();
    let next = page["nextCursor"].as_str().unwrap();
    let (_, rest) =
        server.send("GET", &format!("{USERS}?cursor={next}&count=2"), &token, None).await;
    seen.extend(rest["Resources"].as_array().unwrap().clone());
    let mut listed: Vec<&str> = seen.iter().map(|one| one["id"].as_str().unwrap()).collect();
    listed.sort_unstable();
    ids.sort_unstable();
    assert_eq!(listed, ids);
    assert_eq!(server.send("GET", &format!("{USERS}?startIndex=2"), &token, None).await.0, 501);
    // A PATCH changes what it names and leaves the rest.
    let change = patch(&json!({"op": "replace", "path": "title", "value": "Guide"}));
    let (status, changed) = server.send("PATCH", &path, &token, Some(change)).await;
    assert_eq!((status, &changed["title"]), (200, &json!("Guide")), "{changed}");
    for target in [&app, &crm] {
        until("the title is there", async || target.user("ada").unwrap()["title"] == "Guide").await;
        assert_eq!(target.user("ada").unwrap()["name"]["familyName"], SENTINEL);
    }
    until("all is confirmed", async || in_sync(&place)).await;
    let query = format!("{USERS}?filter=externalId%20eq%20%22e-ada%22");
    let (_, found) = server.send("GET", &query, &token, None).await;
    assert_eq!(found["totalResults"], 1, "it is still known by what was not read: {found}");
    // Deactivation needs no read.
    let change = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": false});
    assert_eq!(server.send("PUT", &path, &token, Some(change)).await.0, 200);
    until("it is disabled", async || app.user("ada").unwrap()["active"] == false).await;
    until("all is confirmed", async || in_sync(&place)).await;
    // What alone knows the answer is away.
    emulator.refuse_connections().await;
    let answer = server.client().get(format!("{}{path}", server.url())).bearer_auth(&token);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let change = patch(&json!({"op": "replace", "path": "title", "value": "Clerk"}));
    assert_eq!(server.send("PATCH", &path, &token, Some(change)).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn w19_members_of_what_is_passed_through_come_and_go_one_by_one() {
    let emulator = emulators(&["app", "crm"]).await;
    let app = emulator.target("app").unwrap();
    let place = Place::new();
    place.apply(&estate([&emulator.url("app"), &emulator.url("crm")], ""));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, ada) = server.send("POST", USERS, &token, Some(person("ada"))).await;
    let (_, bob) = server.send("POST", USERS, &token, Some(person("bob"))).await;
    let team = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "team", "members": [{ "value": ada["id"] }],
    });
    let (status, team) = server.send("POST", "/scim/v2/Groups", &token, Some(team)).await;
    assert_eq!(status, 201, "{team}");
    let path = format!("/scim/v2/Groups/{}", team["id"].as_str().unwrap());
    let members = |emulated: Option<Value>| {
        emulated.map_or(0, |group| group["members"].as_array().map_or(0, Vec::len))
    };
    until("one is a member", async || members(app.group("team")) == 1).await;
    let add = patch(&json!({"op": "add", "path": "members", "value": [{ "value": bob["id"] }]}));
    assert_eq!(server.send("PATCH", &path, &token, Some(add)).await.0, 200);
    until("two are members", async || members(app.group("team")) == 2).await;
    let filter = format!("members[value eq \"{}\"]", ada["id"].as_str().unwrap());
    let remove = patch(&json!({"op": "remove", "path": filter}));
    let (status, said) = server.send("PATCH", &path, &token, Some(remove)).await;
    assert_eq!(status, 200, "{said}");
    until("one is left", async || members(app.group("team")) == 1).await;
    assert_eq!(app.group("team").unwrap()["displayName"], "team", "nothing else is touched");
    let replace = patch(&json!({"op": "replace", "path": "members", "value": []}));
    assert_eq!(server.send("PATCH", &path, &token, Some(replace)).await.0, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn w19_scenario_27_where_it_blocks_the_answer_comes_after_both_and_a_refusal_undoes_itself() {
    let emulator = emulators(&["app", "crm"]).await;
    let (app, crm) = (emulator.target("app").unwrap(), emulator.target("crm").unwrap());
    let place = Place::new();
    let blocking = "delivery = \"blocking\"";
    place.apply(&estate([&emulator.url("app"), &emulator.url("crm")], blocking));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (status, ada) = server.send("POST", USERS, &token, Some(person("ada"))).await;
    assert_eq!(status, 201, "{ada}");
    assert!(app.user("ada").is_some() && crm.user("ada").is_some(), "both have confirmed");
    // Somebody else has the name at one of the two.
    let theirs = server.client().post(format!("{}/Users", emulator.url("crm")));
    let theirs = theirs.bearer_auth(APP_TOKEN).header("Content-Type", "application/scim+json");
    let planted = theirs.body(person("bob").to_string()).send().await.unwrap();
    assert_eq!(planted.status(), 201);
    let (status, bob) = server.send("POST", USERS, &token, Some(person("bob"))).await;
    assert_eq!(status, 409, "{bob}");
    assert!(bob["detail"].as_str().unwrap().contains("crm"), "{bob}");
    until("who had accepted it gives it up", async || app.user("bob").is_none()).await;
    assert!(crm.user("bob").is_some(), "what is not ours stays");
    assert_unread(&place);
}

fn in_sync(place: &Place) -> bool {
    let status = place.json(&["status", "--json"]);
    let targets = status["targets"].as_array().unwrap();
    targets.iter().all(|target| target["pending"] == 0 && target["failed"] == 0)
}

/// The sentinel is in no file of the data directory, the write-ahead log included.
fn assert_unread(place: &Place) {
    let bytes = bytes_below(&place.data());
    let word = SENTINEL.to_lowercase();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    assert!(bytes.len() > 10_000 && !text.contains(&word), "what is passed through is in a file");
    assert!(!text.contains(&APP_TOKEN.to_lowercase()));
}
