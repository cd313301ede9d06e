//! The guard as a person meets it: `held`, `release`, `reject`, `status`, `explain`.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

const GUARD: &str = "[target.guard]\ndeleted = 0\nscope = 0\n";

fn estate(url: &str) -> String {
    format!("{}{GUARD}", usual_estate(url))
}

fn status(place: &Place, key: &str) -> Value {
    place.json(&["status", "--json"])["targets"][0][key].clone()
}

fn waves(place: &Place) -> Vec<Value> {
    place.json(&["held", "--json"])["waves"].as_array().unwrap().clone()
}

/// Makes people who have accounts, and deletes them here. Gives their ids.
async fn deleted(place: &Place, server: &Server, names: &[&str]) -> Vec<String> {
    let token = place.token("hr");
    let mut ids = Vec::new();
    for name in names {
        let (code, made) = server.send("POST", "/scim/v2/Users", &token, Some(user(name))).await;
        assert_eq!(code, 201, "{made}");
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    until("all have accounts", async || status(place, "in_sync") == names.len()).await;
    for id in &ids {
        let path = format!("/scim/v2/Users/{id}");
        assert_eq!(server.send("DELETE", &path, &token, None).await.0, 204);
    }
    until("all are held", async || status(place, "held") == names.len()).await;
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_what_is_held_is_shown_and_released_by_name_or_whole() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let ids = deleted(&place, &server, &["ann", "bob", "cy"]).await;

    let wave = waves(&place).remove(0);
    assert_eq!(
        (&wave["target"], &wave["state"], &wave["held"]["deleted"]),
        (&json!("app"), &json!("held"), &json!(3))
    );
    let number = wave["wave"].to_string();
    let told = place.done(&["held"]);
    for part in
        ["3 accounts to be deleted", "guard.deleted", "ann", "sutler release", "sutler reject"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = place.done(&["status"]);
    assert!(told.contains("app: 3 held by the guard"), "{told}");
    let told = place.done(&["explain", &ids[0], "app"]);
    assert!(told.contains("held by the guard: the account is deleted"), "{told}");
    assert!(told.contains(&format!("sutler release {number} --only")), "{told}");

    let listed = place.json(&["held", &number, "--json"]);
    assert_eq!(listed["held"].as_array().unwrap().len(), 3);
    assert_eq!(listed["held"][0]["name"], "ann");
    let refused = place.run(&["release", &number, "--only", "nobody"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("holds nobody with the id `nobody`"), "{}", refused.err);

    place.done(&["release", &number, "--only", &ids[1]]);
    until("one is out", async || status(&place, "held") == 2 && status(&place, "pending") == 0)
        .await;
    place.done(&["release", &number]);
    until("all are out", async || status(&place, "held") == 0 && status(&place, "in_sync") == 0)
        .await;
    until("the wave is over", async || waves(&place).is_empty()).await;
    assert!(place.done(&["held"]).contains("The guard holds nothing."));
    let refused = place.run(&["release", &number]);
    assert!(refused.err.contains("sutler held"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_what_is_rejected_stays_at_the_target_and_needs_a_yes() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    deleted(&place, &server, &["ann", "bob"]).await;
    let number = waves(&place).remove(0)["wave"].to_string();
    let refused = place.run(&["reject", &number]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(place.json(&["reject", &number, "--yes", "--json"])["rejected"], 2);
    until("nothing is held", async || status(&place, "held") == 0).await;
    assert_eq!(status(&place, "pending"), 0);
    let leavers = place.json(&["status", "--leavers", "--json"]);
    assert_eq!(leavers["leavers"], json!([]), "they keep their accounts");
    assert_eq!(emulator.target("app").unwrap().counters().users, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_shown_name_the_tenant() {
    let place = Place::new();
    let usual = usual_estate("http://127.0.0.1:9/v2");
    let of_acme = usual.replace("]]\nname", "]]\ntenant = \"acme\"\nname");
    place.apply(&format!("[[tenant]]\nname = \"acme\"\n{of_acme}"));
    let paused = place.done(&["pause", "app", "--tenant", "acme"]);
    assert!(paused.contains("`sutler resume app --tenant acme`"), "{paused}");
    let refused = place.run(&["release", "7", "--tenant", "acme"]);
    assert!(refused.err.contains("no wave 7 in the tenant `acme`"), "{}", refused.err);
    assert!(refused.err.contains("`sutler held --tenant acme`"), "{}", refused.err);
    let refused = place.run(&["reject", "7", "--tenant", "acme"]);
    assert!(refused.err.contains("`sutler held 7 --tenant acme`"), "{}", refused.err);
    let refused = place.run(&["explain", "ann", "app", "--tenant", "acme"]);
    assert!(refused.err.contains("`sutler status --tenant acme --leavers`"), "{}", refused.err);
    assert!(!place.run(&["release", "7"]).err.contains("--tenant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_a_person_orders_one_past_the_guard() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let ids = deleted(&place, &server, &["ann", "bob"]).await;
    place.done(&["provision", &ids[0], "app"]);
    until("only the other is held", async || status(&place, "held") == 1).await;
    let app = emulator.target("app").unwrap();
    until("that one is gone", async || app.user("ann").is_none()).await;
    assert!(app.user("bob").is_some(), "the other waits for a person");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_written_back_as_they_were_and_wrong_ones_are_named() {
    let place = Place::new();
    let with = |guard: &str| format!("{}{guard}", usual_estate("http://127.0.0.1:9/v2"));
    place.apply(&with("[target.guard]\ndisabled = \"10%\"\ndeleted = 50\nremoved = false\n"));
    let told = place.done(&["export"]);
    let written = "guard = { disabled = \"10%\", deleted = 50, removed = false }";
    assert!(told.contains(written), "{told}");
    place.apply(&told);
    let wrong = place.file("wrong.toml", with("[target.guard]\ndeleted = \"lots\"\ndelete = 5\n"));
    let refused = place.run(&["apply", "-f", wrong.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("`deleted` in `[target.guard]` must be a share"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("did you mean `deleted`?"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn r16_an_import_takes_nobody_away_who_is_missing_from_the_file() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let _server = Server::start(&place).await;
    for text in ["userName\nann\nbob\n", "userName\nann\n", "userName\n"] {
        let file = place.file("people.csv", text);
        place.run(&["import", file.to_str().unwrap(), "--service-provider", "hr"]);
    }
    until("both have accounts", async || {
        status(&place, "in_sync") == 2 && status(&place, "pending") == 0
    })
    .await;
}
