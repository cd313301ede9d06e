//! The estate as files: faults with their places, plan, apply, export.

use serde_json::json;

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

const BARE: &str = "[[service_provider]]\nname = \"hr\"\n";

/// Applies a text that must be refused, and returns the complaint.
fn refused(place: &Place, text: &str) -> String {
    let file = place.file("bad.toml", text);
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{text}\n{}", ran.out);
    ran.err.replace(place.path("").to_str().unwrap(), "")
}

#[test]
fn w19_passing_through_needs_targets_and_one_of_them_to_read_from() {
    let place = Place::new();
    let passing = |rest: &str| format!("{BARE}mode = \"provision\"\n{rest}");
    let check = |text: &str, line: usize, expected: &str| {
        let said = refused(&place, text);
        assert!(said.contains(&format!("bad.toml:{line}:")), "{text}\n{said}");
        assert!(said.contains(expected), "{text}\n{said}");
    };
    check(&passing(""), 3, "name one or more `targets`");
    check(&passing("targets = [\"a\", \"b\"]\n"), 3, "name it in `read_from`");
    check(
        &passing("targets = [\"a\", \"b\"]\nread_from = \"c\"\n"),
        5,
        "`read_from` must be one of the `targets`, not \"c\"",
    );
    check(&format!("{BARE}read_from = \"a\"\n"), 3, "what is stored is read here");
    let reading = |rule: &str| {
        let target = "[[target]]\nname = \"a\"\nconnector = \"scim2\"\nurl = \"https://app.example.org/v2\"\n";
        passing(&format!("targets = [\"a\"]\n{target}{rule}\n"))
    };
    check(&reading("users.in_groups = [\"Staff\"]"), 4, "reads the groups of a user");
    check(
        &reading("users.attributes.title = \"manager.userName\""),
        4,
        "reads the manager of a user",
    );
}

#[test]
fn w19_a_service_provider_does_not_begin_or_cease_to_store() {
    let place = Place::new();
    let app =
        "[[target]]\nname = \"app\"\nconnector = \"scim2\"\nurl = \"https://app.example.org/v2\"\n";
    let with = |mode: &str| {
        format!("{BARE}mode = \"{mode}\"\ndelivery = \"blocking\"\ntargets = [\"app\"]\n{app}")
    };
    place.apply(&with("provision"));
    let exported = place.done(&["export"]);
    for line in ["mode = \"provision\"", "delivery = \"blocking\"", "read_from = \"app\""] {
        assert!(exported.contains(line), "{line}\n{exported}");
    }
    place.apply(&exported);
    assert_eq!(place.done(&["export"]), exported);
    let said = refused(&place, &with("store"));
    assert!(said.contains("add a `[[service_provider]]` of another name"), "{said}");
}

#[test]
fn faults_are_named_with_file_line_and_what_was_expected() {
    let place = Place::new();
    let target =
        "[[target]]\nname = \"app\"\nconnector = \"scim2\"\nurl = \"https://app.example.org/v2\"\n";
    let check = |text: &str, line: usize, expected: &str| {
        let said = refused(&place, text);
        assert!(said.contains(&format!("bad.toml:{line}:")), "{text}\n{said}");
        assert!(said.contains(expected), "{text}\n{said}");
    };
    check(
        "[[service_provider]]\nname = \"hr\"\nmod = \"store\"\n",
        3,
        "unknown key `mod` in [[service_provider]]: did you mean `mode`?",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\ndelivery = \"later\"\n",
        3,
        "\"queued\" or \"blocking\"",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\nmode = \"sometimes\"\n",
        3,
        "\"store-and-provision\" or \"store\"",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\ndialect = \"azure\"\n",
        3,
        "must be \"strict\" or \"entra\" or \"okta\" or \"onelogin\", not \"azure\"",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\ntargets = [\"nowhere\"]\n",
        3,
        "a target `nowhere` that does not exist",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\ntargets = \"app\"\n",
        3,
        "must be a list of strings, not a string",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\npermissions = [\"users:fly\"]\n",
        3,
        "expected some of users:read",
    );
    check("[[service_provider]]\nmode = \"store\"\n", 1, "`name` is missing");
    check("[[service_provider]]\nname = \"h r\"\n", 2, "letters (a to z), digits");
    check(&format!("{BARE}{BARE}"), 4, "declared twice");
    check(
        "[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"hunter2\" }\n",
        3,
        "a secret is not written into the estate file",
    );
    check(
        "[[service_provider]]\nname = \"hr\"\ntenant = \"acme\"\n",
        3,
        "there is no tenant `acme`",
    );
    check(
        &format!(
            "{target}auth = {{ bearer = \"env:A\", basic = {{ username = \"u\", password = \"env:B\" }} }}\n"
        ),
        5,
        "exactly one of",
    );
    check(&format!("{target}timeout = \"soon\"\n"), 5, "a span such as");
    check(&format!("{target}concurrency = 0\n"), 5, "a whole number from 1");
    check(&format!("{target}allow_private_addresses = \"yes\"\n"), 5, "true or false");
    check(&target.replace("scim2", "soap"), 3, "not built yet");
    check(&target.replace("scim2", "carrier-pigeon"), 3, "there is no connector");
    check(&target.replace("https://", "ftp://"), 4, "must begin with `https://`");
    check(&target.replace("https://", "https://user:pw@"), 4, "credentials do not belong into it");
    check("[[service_provider]\nname = 1", 1, "this is not TOML");
    check("[service_provider]\nname = \"hr\"\n", 1, "must be written as [[service_provider]]");
    check("colour = \"blue\"\n", 1, "unknown key `colour` in the estate file");
}

#[test]
fn all_faults_are_listed_and_nothing_is_changed() {
    let place = Place::new();
    place.apply(BARE);
    let said = refused(
        &place,
        "[[service_provider]]\nname = \"hr\"\nmode = \"store\"\nnonsense = 1\ntargets = [\"x\"]\n[[target]]\nname = \"app\"\n",
    );
    for line in [4, 5, 6] {
        assert!(said.contains(&format!("bad.toml:{line}:")), "{said}");
    }
    let exported = place.done(&["export"]);
    assert!(exported.contains("mode = \"store-and-provision\""), "{exported}");
}

#[test]
fn faults_of_reading_and_of_rules_are_listed_together() {
    let place = Place::new();
    let target = "[[target]]\nname = \"app\"\nconnector = \"scim2\"\nurl = \"https://app.example.org\"\nauth = { bearer = \"env:A\" }\n";
    let rules = "[target.users.attributes]\ntitle = \"user.titel\"\nnickName = \"nonsense(\"\n";
    let said = refused(&place, &format!("{BARE}{target}timeout = \"soon\"\n{rules}"));
    let at = BARE.lines().count() + 6;
    for line in [at, at + 2, at + 3] {
        assert!(said.contains(&format!("bad.toml:{line}:")), "{line}: {said}");
    }
    // What is said of a schema that cannot be read would be wrong.
    let schema = "[[schema]]\nid = \"urn:acme:scim:User\"\nname = 7\n";
    let said = refused(&place, &format!("{schema}{target}{rules}"));
    assert!(said.contains("bad.toml:3:") && !said.contains("titel"), "{said}");
}

#[test]
fn what_is_exported_and_applied_again_changes_nothing() {
    let place = Place::new();
    place.apply(&format!(
        "{}\n{}",
        usual_estate("http://127.0.0.1:9/v2"),
        r#"
[[tenant]]
name = "acme"
[[service_provider]]
tenant = "acme"
name = "hr"
mode = "store"
permissions = []
oauth = { client_id = "acme-hr", client_secret = "generate" }
[[target]]
tenant = "acme"
name = "app"
connector = "scim2"
url = "https://app.example.org/scim"
auth = { client_credentials = { token_url = "https://app.example.org/token", client_id = "s", client_secret = "env:HR_SECRET", scope = "all" } }
rate = 10
timeout = 1500
"#
    ));
    let exported = place.done(&["export"]);
    assert!(!exported.contains("hr-secret"), "{exported}");
    let file = place.file("exported.toml", &exported);
    // Without the environment: the references are known, so nothing is asked for again.
    let again = place.run(&["apply", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let report: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    for key in ["added", "changed", "removed", "sweeps", "generated"] {
        assert_eq!(report[key], json!([]), "{key}: {report}");
    }
    assert_eq!(place.done(&["export"]), exported);
    let acme = place.done(&["export", "--tenant", "acme"]);
    assert!(acme.contains("https://app.example.org/scim") && !acme.contains("127.0.0.1"), "{acme}");
}

#[test]
fn a_dialect_is_planned_applied_and_exported() {
    let place = Place::new();
    place.apply(BARE);
    assert!(place.done(&["export"]).contains("dialect = \"strict\""));
    let file = place.file("estate.toml", format!("{BARE}dialect = \"entra\"\n"));
    let file = file.to_str().unwrap();
    let report = place.json(&["plan", "-f", file, "--json"]);
    assert_eq!(report["changed"][0]["entry"], "service provider hr");
    assert_eq!(report["changed"][0]["fields"], json!(["dialect: \"strict\" -> \"entra\""]));
    place.done(&["apply", "-f", file]);
    assert!(place.done(&["export"]).contains("dialect = \"entra\""));
    let again = place.json(&["plan", "-f", file, "--json"]);
    assert_eq!(again["unchanged"], json!(["service provider hr"]));
}

#[test]
fn the_command_dialect_tells_what_is_tolerated() {
    let place = Place::new();
    let entra = place.done(&["dialect", "entra"]);
    assert!(entra.contains("boolean-text") && !entra.contains("unknown-in-put"), "{entra}");
    let all = place.json(&["dialect", "--json"]);
    let names = ["strict", "entra", "okta", "onelogin"];
    for (place, name) in names.into_iter().enumerate() {
        assert_eq!(all["dialects"][place]["name"], name);
    }
    let strict = place.json(&["dialect", "strict", "--json"]);
    assert_eq!(strict, all["dialects"][0]);
    assert_eq!(strict["leniencies"][0]["name"], "operation-case");
    let unknown = place.run(&["dialect", "azure"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.err.contains("expected one of strict, entra, okta, onelogin"),
        "{}",
        unknown.err
    );
}

#[test]
fn plan_tells_what_apply_would_do_and_does_not_do_it() {
    let place = Place::new();
    let usual = usual_estate("http://127.0.0.1:9/v2");
    let file = place.file("estate.toml", &usual);
    let file = file.to_str().unwrap();
    let report = place.json(&["plan", "-f", file, "--json"]);
    assert_eq!(report["added"], json!(["service provider hr", "target app"]));
    assert!(!place.done(&["export"]).contains("[[target]]"));

    place.done(&["apply", "-f", file]);
    place.file("estate.toml", usual.replace("on_delete = \"delete\"", "on_delete = \"keep\""));
    let report = place.json(&["plan", "-f", file, "--json"]);
    assert_eq!(report["unchanged"], json!(["service provider hr"]));
    assert_eq!(report["changed"][0]["entry"], "target app");
    assert_eq!(report["changed"][0]["fields"], json!(["on_delete: \"delete\" -> \"keep\""]));
    assert_eq!(report["sweeps"], json!(["target app"]));
}

#[test]
fn what_the_file_does_not_name_is_removed() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let file = place.file("estate.toml", BARE);
    let removed = place.json(&["apply", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(removed["removed"], json!(["target app"]));
    assert!(!place.done(&["export"]).contains("[[target]]"));
}

#[test]
fn a_file_is_the_whole_estate_of_the_tenants_in_it_and_of_no_other() {
    let place = Place::new();
    let acme =
        "[[tenant]]\nname = \"acme\"\n[[service_provider]]\ntenant = \"acme\"\nname = \"crm\"\n";
    place.apply(&format!("{BARE}{acme}"));
    let check = |text: &str, removed: serde_json::Value| {
        let file = place.file("estate.toml", text);
        let report = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
        assert_eq!(report["removed"], removed, "{text}");
    };
    check("", json!([]));
    check(acme, json!([]));
    check(BARE, json!([]));
    check("[[tenant]]\nname = \"acme\"\n", json!(["service provider crm (tenant acme)"]));
    check("[[service_provider]]\nname = \"other\"\n", json!(["service provider hr"]));
}

#[test]
fn a_client_id_of_another_service_provider_is_refused() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let said = refused(
        &place,
        "[[service_provider]]\nname = \"crm\"\nbasic = { client_id = \"hr\", client_secret = \"generate\" }\n",
    );
    assert!(said.contains("belongs to the service provider `hr`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r18_the_address_of_a_target_with_accounts_changes_only_by_name() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let app = emulator.target("app").unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;

    let moved = usual_estate("http://127.0.0.1:9/v2");
    let said = refused(&place, &moved);
    assert!(said.contains("--moved app"), "{said}");
    let file = place.file("estate.toml", &moved);
    let report = place.json(&["apply", "-f", file.to_str().unwrap(), "--moved", "app", "--json"]);
    assert_eq!(report["changed"][0]["entry"], "target app");
    // And it is not removed while people have accounts there.
    let file = place.file("bare.toml", BARE);
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("still has accounts of ours"), "{}", ran.err);
    assert!(ran.err.contains("--unroute app") && ran.err.contains("--abandon app"), "{}", ran.err);
}

/// A target ends in one of two ways, and a person says which: its accounts go first, or they stay
/// behind, and nobody here knows them any more.
#[tokio::test(flavor = "multi_thread")]
async fn scenario_40_a_target_ends_drained_or_abandoned_by_name() {
    for abandoned in [false, true] {
        let emulator = emulator().await;
        let place = Place::new();
        let usual = usual_estate(&emulator.url("app"));
        place.apply(&usual);
        let server = Server::start(&place).await;
        let token = place.token("hr");
        server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
        let app = emulator.target("app").unwrap();
        until("ada arrives", async || app.user("ada").is_some()).await;

        let bare = place.file("bare.toml", BARE);
        let bare = bare.to_str().unwrap();
        if abandoned {
            place.done(&["apply", "-f", bare, "--abandon", "app"]);
        } else {
            let unrouted = usual.replace("targets = [\"app\"]", "targets = []");
            let unrouted = place.file("estate.toml", unrouted);
            place.done(&["apply", "-f", unrouted.to_str().unwrap(), "--unroute", "app"]);
            until("ada's account goes", async || app.user("ada").is_none()).await;
            until("the target is empty", async || place.run(&["apply", "-f", bare]).code == 0)
                .await;
        }
        let targets = place.json(&["status", "--json"])["targets"].clone();
        assert_eq!(targets.as_array().map(Vec::len), Some(0), "{targets}");
        assert_eq!(app.user("ada").is_some(), abandoned);
        let (status, _) = server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
        assert_eq!(status, 201, "the service provider goes on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r18_accounts_go_with_their_route_only_when_a_person_says_so() {
    let emulator = emulator().await;
    let place = Place::new();
    let usual = usual_estate(&emulator.url("app"));
    place.apply(&usual);
    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let app = emulator.target("app").unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;

    for unrouted in [
        usual.replace("targets = [\"app\"]", "targets = []"),
        usual.replace("mode = \"store-and-provision\"", "mode = \"store\""),
    ] {
        let said = refused(&place, &unrouted);
        assert!(said.contains("--unroute app"), "{said}");
        assert!(app.user("ada").is_some());
    }
    let file = place.file("estate.toml", usual.replace("targets = [\"app\"]", "targets = []"));
    place.done(&["apply", "-f", file.to_str().unwrap(), "--unroute", "app"]);
    until("ada's account goes", async || app.user("ada").is_none()).await;
    let (status, found) = server.send("GET", "/scim/v2/Users", &token, None).await;
    assert_eq!((status, &found["totalResults"]), (200, &json!(1)), "ada herself stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_walls() {
    let place = Place::new();
    place.apply(&format!("{BARE}[[tenant]]\nname = \"acme\"\n[[service_provider]]\ntenant = \"acme\"\nname = \"hr\"\n"));
    let server = Server::start(&place).await;
    let ours = place.token("hr");
    let made =
        place.json(&["token", "create", "--tenant", "acme", "--service-provider", "hr", "--json"]);
    let theirs = made["token"].as_str().unwrap();
    let (status, _) = server.send("POST", "/t/acme/scim/v2/Users", theirs, Some(user("ada"))).await;
    assert_eq!(status, 201);
    let (status, found) = server.send("GET", "/scim/v2/Users", &ours, None).await;
    assert_eq!((status, &found["totalResults"]), (200, &json!(0)));
    let (status, _) = server.send("GET", "/scim/v2/Users", theirs, None).await;
    assert_eq!(status, 401);
    let (status, _) = server.send("GET", "/t/acme/scim/v2/Users", &ours, None).await;
    assert_eq!(status, 401);
}
