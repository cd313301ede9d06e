//! `sutler plan` and `sutler apply PLAN`: what would be done, and exactly that.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, in_sync, user, usual_estate};

/// The usual estate with rules for users.
fn estate(url: &str, rules: &str) -> String {
    format!("{}{rules}", usual_estate(url))
}

fn planned(place: &Place, text: &str) -> Value {
    let file = place.file("next.toml", text);
    place.json(&["plan", "-f", file.to_str().unwrap(), "--json"])
}

fn counts(plan: &Value) -> &Value {
    &plan["plan"]["targets"][0]["counts"]
}

async fn people(server: &Server, token: &str, names: &[&str]) {
    for name in names {
        let (status, said) = server.send("POST", "/scim/v2/Users", token, Some(user(name))).await;
        assert_eq!(status, 201, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r18_w22_scenario_37_a_plan_shows_what_rules_would_do_and_applies_exactly_that_or_nothing()
{
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    people(&server, &token, &["ann", "bob", "cy"]).await;
    in_sync(&place, 3).await;

    let rules = "[target.users]\nscope = 'userName ne \"cy\"'\n[target.users.attributes]\ntitle = \"'Staff'\"\n";
    let plan = planned(&place, &estate(&url, rules));
    assert_eq!(counts(&plan), &json!({ "update": 2, "delete": 1 }));
    let about = |name: &str| {
        let pairs = plan["pairs"].as_array().unwrap();
        pairs.iter().find(|pair| pair["name"] == name).cloned().unwrap()
    };
    assert_eq!(about("ann")["set"], json!({ "title": "Staff" }));
    assert_eq!(about("cy")["action"], "delete");
    assert!(
        emulator
            .target("app")
            .unwrap()
            .user("ann")
            .is_some_and(|there| there.get("title").is_none())
    );

    people(&server, &token, &["dee"]).await;
    in_sync(&place, 4).await;
    let id = plan["plan"]["id"].as_str().unwrap();
    let refused = place.run(&["apply", id]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("people or groups have changed"), "{}", refused.err);
    assert!(
        refused.err.contains("update 2") && refused.err.contains("update 3"),
        "{}",
        refused.err
    );

    let plan = planned(&place, &estate(&url, rules));
    let id = plan["plan"]["id"].as_str().unwrap();
    place.done(&["apply", id]);
    in_sync(&place, 3).await;
    assert!(emulator.target("app").unwrap().user("cy").is_none());
    let refused = place.run(&["apply", id]);
    assert!(refused.err.contains("the estate has been changed"), "{}", refused.err);
    let unknown = place.run(&["apply", "plan-000000000000"]);
    assert!(unknown.err.contains("there is no plan"), "{}", unknown.err);
    let same = place.json(&["plan", "--target", "app", "--json"]);
    assert_eq!(counts(&same), &json!({ "nothing": 3 }));
    let told = place.done(&["plan", "--target", "app"]);
    assert!(told.contains("nothing") && told.contains("At app:"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_at_fault_are_told_with_their_places_and_change_nothing() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let rules = "[target.users]\nscope = 'nosuch eq 1'\nmatch = [{ userName = 'user.userName |' }]\n\
                 [target.users.attributes]\nactive = \"true\"\ntitle = { mode = \"once\" }\n";
    let file = place.file("bad.toml", estate(&url, rules));
    let before = place.done(&["export"]);
    for command in ["plan", "apply"] {
        let ran = place.run(&[command, "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1);
        for said in ["nosuch", "either `from` or `value`"] {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
        assert!(ran.err.contains("bad.toml:"), "{}", ran.err);
    }
    let fewer =
        rules.replace("scope = 'nosuch eq 1'\n", "").replace("title = { mode = \"once\" }\n", "");
    let file = place.file("bad.toml", estate(&url, &fewer));
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    for said in ["`active` cannot be mapped", "bad.toml:"] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    assert_eq!(ran.err.matches("bad.toml:").count(), 2, "{}", ran.err);
    assert_eq!(place.done(&["export"]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_exported_as_they_were_written() {
    let emulator = emulator().await;
    let place = Place::new();
    let rules = "on_leave = \"disable\"\ndelete_after = \"30d\"\n\
                 [target.users]\nscope = 'title pr and not (userName sw \"x\")'\nin_groups = [\"Staff\"]\n\
                 only_mapped = true\nmatch = [{ userName = \"user.userName\", title = \"user.title\" }]\n\
                 [target.users.attributes]\nuserName = \"user.userName\"\nnickName = false\n\
                 locale = { value = \"en\" }\ntitle = { from = \"user.title\", mode = \"on_create\", default = \"-\" }\n\
                 [target.groups]\noff = true\n";
    place.apply(&estate(&emulator.url("app"), rules));
    let exported = place.done(&["export"]);
    for line in ["on_leave = \"disable\"", "delete_after = \"30d\"", "\"nickName\" = false"] {
        assert!(exported.contains(line), "{line}: {exported}");
    }
    let again = place.apply(&exported);
    assert!(again.contains("The estate is as the file says."), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_provisioned_on_demand_with_every_step() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    people(&server, &token, &["ann"]).await;
    in_sync(&place, 1).await;
    let told = place.done(&["provision", "ann", "app"]);
    assert!(told.contains("nothing: all is as it should be"), "{told}");
    let refused = place.run(&["provision", "nobody", "app"]);
    assert!(refused.err.contains("no user or group"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_one_target_does_not_change_another() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    let both = |rules: &str| {
        let other =
            usual_estate(&url).split("[[target]]").nth(1).unwrap().replace("\"app\"", "\"crm\"");
        format!("{}{rules}[[target]]{other}{rules}", usual_estate(&url))
    };
    place.apply(&both(""));
    let file = place.file("next.toml", both("[target.users]\nscope = 'title pr'\n"));
    let plan = place.json(&["plan", "-f", file.to_str().unwrap(), "--target", "crm", "--json"]);
    let before = place.done(&["export"]);
    let refused = place.run(&["apply", plan["plan"]["id"].as_str().unwrap()]);
    assert!(refused.err.contains("did not look at `app`"), "{}", refused.err);
    assert_eq!(place.done(&["export"]), before);
}
