//! Secrets at rest: never in the clear, under a key that only its owner reads.

use std::os::unix::fs::PermissionsExt;

use crate::harness::{APP_TOKEN, Place, Server, bytes_below, emulator, until, user, usual_estate};

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn w30_files_are_closed_to_others_and_hold_no_secret() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    assert_eq!(mode(&place.data()), 0o700);
    assert_eq!(mode(&place.data().join("key")), 0o600);
    let server = Server::start(&place).await;
    assert_eq!(mode(&place.data().join("control.sock")), 0o600);
    let token = place.token("hr");
    assert_eq!(server.stop(), Some(0));
    assert!(!place.data().join("control.sock").exists());

    let bytes = bytes_below(&place.data());
    for secret in [APP_TOKEN, "hr-secret", &token] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "`{secret}` is stored in the clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_at_apply_is_said_and_needed_at_use() {
    let place = Place::new();
    let text = "[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"file:hr.secret\" }\n";
    let file = place.file("estate.toml", text);
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("hr.secret") && ran.err.contains("the server needs it"),
        "{}",
        ran.err
    );
    let server = Server::start(&place).await;
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "").await, 401);
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "later").await, 401);
    place.file("hr.secret", "later");
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "later").await, 200);
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "sooner").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_whose_secret_appears_later_is_served_from_then_on() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")).replace("env:APP_TOKEN", "file:app.token"));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    place.file("app.token", APP_TOKEN);
    let app = emulator.target("app").unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let key = place.data().join("key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = place.run(&["status"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
}

#[test]
fn a_missing_key_is_made_only_for_a_new_store() {
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    place.done(&["status"]);
    let key = place.data().join("key");
    std::fs::remove_file(&key).unwrap();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    assert!(key.exists(), "nothing was stored yet: it is made anew");
    std::fs::rename(&key, place.path("kept")).unwrap();
    for command in ["status", "serve"] {
        let ran = place.run(&[command]);
        assert_eq!(ran.code, 1, "{command}");
        assert!(ran.err.contains("restore it") && !key.exists(), "{command}: {}", ran.err);
    }
    std::fs::rename(place.path("kept"), &key).unwrap();
    place.done(&["status"]);

    // As the message says, for one that is lost.
    std::fs::remove_file(&key).unwrap();
    let said = place.run(&["status"]).err;
    let advice = said.split('`').find(|part| part.contains("urandom")).unwrap();
    let made =
        std::process::Command::new("sh").args(["-c", advice]).current_dir(place.path(".")).status();
    assert!(made.unwrap().success());
    place.done(&["status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_secret_is_shown_once_and_works() {
    let place = Place::new();
    let said = place.apply("[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"generate\" }\n");
    let secret =
        said.lines().find_map(|line| line.split_once("(shown only now): ")).unwrap().1.to_owned();
    let server = Server::start(&place).await;
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", &secret).await, 200);
    let again = place.done(&["apply", "-f", place.path("estate.toml").to_str().unwrap()]);
    assert!(!again.contains("shown only now"), "{again}");
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", &secret).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_from_files_are_found_beside_the_estate_file() {
    let place = Place::new();
    place.file("hr.secret", "from-a-file\n");
    place.apply("[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"file:hr.secret\" }\n");
    let server = Server::start(&place).await;
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "from-a-file").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn r18_a_secret_in_a_file_is_rotated_without_a_restart() {
    let emulator = emulator().await;
    let place = Place::new();
    let file = place.file("app.token", "an-old-token");
    let reference = format!("file:{}", file.display());
    place.apply(&usual_estate(&emulator.url("app")).replace("env:APP_TOKEN", &reference));
    let server = Server::start(&place).await;
    let bad = place.run(&["check", "--target", "app"]);
    assert_eq!(bad.code, 1, "{}", bad.out);
    place.file("app.token", APP_TOKEN);
    let good = place.run(&["check", "--target", "app"]);
    assert_eq!(good.code, 0, "{}", good.out);
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_only_the_server_has_is_found_there() {
    let place = Place::new();
    let server = Server::start_with(&place, &[("HR_SECRET", "of-the-server")]).await;
    let text = "[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"env:HR_SECRET\" }\n";
    let file = place.file("estate.toml", text);
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "of-the-server").await, 200);
}

#[test]
fn a_plan_makes_no_secret() {
    let place = Place::new();
    let file = place.file("estate.toml", "[[service_provider]]\nname = \"hr\"\nbasic = { client_id = \"hr\", client_secret = \"generate\" }\n");
    let report = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(report["generated"], serde_json::json!([]));
}
