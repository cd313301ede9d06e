//! The audit trail: what leaves a row, and that nobody can change one unnoticed.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, usual_estate};

fn rows(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let all = [&["audit", "--json"], arguments].concat();
    place.json(&all)["rows"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_3_every_order_of_the_command_line_leaves_a_row() {
    let emulator = emulator().await;
    let place = Place::new();
    // Before the first start, and while serving.
    place.apply(&usual_estate(&emulator.url("app")));
    let _server = Server::start(&place).await;
    let made = place.json(&["token", "create", "--service-provider", "hr", "--json"]);
    place.done(&["token", "revoke", made["id"].as_str().unwrap()]);
    let admin = place.json(&[
        "admin",
        "token",
        "create",
        "--role",
        "auditor",
        "--name",
        "eve",
        "--expires",
        "90d",
        "--json",
    ]);
    place.done(&["admin", "token", "revoke", admin["id"].as_str().unwrap()]);
    place.done(&["check", "--target", "app"]);
    place.done(&["retry", "--target", "app"]);
    let people = place.file("people.csv", "userName\nada\nbob\n");
    place.done(&["import", "--service-provider", "hr", people.to_str().unwrap()]);
    let copy = place.path("copy.db");
    place.done(&["backup", copy.to_str().unwrap()]);
    // What was refused is written down too.
    assert_eq!(place.run(&["token", "create", "--service-provider", "crm"]).code, 1);
    assert_eq!(place.run(&["backup", copy.to_str().unwrap()]).code, 1);
    // Looking and planning are no orders, and applying what is there already is none.
    place.done(&["status"]);
    place.apply(&usual_estate(&emulator.url("app")));

    let told: Vec<[String; 4]> = rows(&place, &[])
        .into_iter()
        .rev()
        .map(|row| {
            ["act", "object", "outcome", "via"].map(|key| row[key].as_str().unwrap().to_owned())
        })
        .collect();
    let (csv, copy) = (people.display().to_string(), copy.display().to_string());
    let (token, admin) = (made["id"].as_str().unwrap(), admin["id"].as_str().unwrap());
    let expected = [
        ["estate.apply", "estate", "done", "cli"],
        ["token.create", "hr", "done", "cli"],
        ["token.revoke", token, "done", "cli"],
        ["administrator.create", "eve", "done", "cli"],
        ["administrator.revoke", admin, "done", "cli"],
        ["target.check", "app", "begun", "cli"],
        ["target.retry", "app", "begun", "cli"],
        ["import.start", &csv, "begun", "cli"],
        ["store.backup", &copy, "begun", "cli"],
        ["token.create", "crm", "refused", "cli"],
        ["store.backup", &copy, "refused", "cli"],
    ];
    assert_eq!(told, expected.map(|row| row.map(str::to_owned)));
    let actors: Vec<Value> =
        rows(&place, &[]).into_iter().map(|row| row["actor"].clone()).collect();
    assert!(actors.iter().all(|actor| *actor == actors[0] && *actor != json!("")), "{actors:?}");
}

#[test]
fn rows_say_what_changed_in_the_tenant_that_it_concerns() {
    let place = Place::new();
    let estate = "[[tenant]]\nname = \"acme\"\n[[service_provider]]\nname = \"hr\"\n\
                  [[service_provider]]\ntenant = \"acme\"\nname = \"crm\"\n";
    place.apply(estate);
    place.apply(&format!("{estate}mode = \"store\"\n"));
    let acme = rows(&place, &["--tenant", "acme"]);
    assert_eq!(acme.len(), 2);
    assert_eq!(acme[1]["details"]["added"], json!(["tenant acme", "service provider crm"]));
    let changed = &acme[0]["details"]["changed"][0];
    assert_eq!(changed["entry"], "service provider crm");
    assert!(changed["fields"][0].as_str().unwrap().starts_with("mode: "), "{changed}");
    let default = rows(&place, &["--tenant", "default"]);
    assert_eq!(default.len(), 1);
    assert_eq!(default[0]["details"]["added"], json!(["service provider hr"]));
    assert_eq!(rows(&place, &["--act", "estate.apply", "--limit", "1"]).len(), 1);
    assert_eq!(rows(&place, &["--since", "1h"]).len(), 3);
    assert!(rows(&place, &["--since", "2099-01-01T00:00:00Z"]).is_empty());
    assert!(rows(&place, &["--actor", "nobody-of-this-name"]).is_empty());
    let shown = place.done(&["audit"]);
    assert!(shown.contains("estate.apply") && shown.contains("OUTCOME"), "{shown}");
    assert_eq!(place.run(&["audit", "--since", "yesterday"]).code, 2);
    assert_eq!(place.run(&["audit", "--tenant", "nobody"]).code, 1);
}

/// A store whose trail has five rows, with the installation's chain among them.
fn five_rows() -> Place {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    for name in ["a", "b", "c"] {
        let arguments = ["admin", "token", "create", "--role", "auditor", "--name", name];
        place.done(&arguments);
    }
    place.done(&["admin", "token", "create", "--role", "owner", "--all-tenants", "--name", "root"]);
    assert_eq!(rows(&place, &[]).len(), 5);
    place
}

#[test]
fn lo_4_a_whole_trail_is_verified_and_survives_a_backup() {
    let place = five_rows();
    let verified = place.json(&["audit", "--verify", "--json"]);
    assert_eq!(verified["ok"], true);
    let chains = verified["chains"].as_array().unwrap();
    let told: Vec<_> = chains.iter().map(|chain| (&chain["tenant"], &chain["rows"])).collect();
    assert_eq!(told, [(&json!(null), &json!(1)), (&json!("default"), &json!(4))]);
    let shown = place.done(&["audit", "--verify"]);
    assert!(shown.contains("ok    tenant default: 4 rows, head "), "{shown}");
}

#[test]
fn lo_4_whatever_is_done_to_the_rows_in_the_file_is_found() {
    let swap = "UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; \
                UPDATE audit SET seq = 3 WHERE seq = -1";
    let forged = "INSERT INTO audit SELECT 9, tenant, 5, at, actor, via, act, object, details, \
                  outcome, hash FROM audit WHERE seq = 4";
    for (what, sql, row) in [
        ("changed", "UPDATE audit SET actor = 'somebody' WHERE seq = 2", 2),
        ("its details changed", "UPDATE audit SET details = '{}' WHERE seq = 3", 3),
        ("its time changed", "UPDATE audit SET at = at - 1 WHERE seq = 1", 1),
        ("its outcome changed", "UPDATE audit SET outcome = 'nothing' WHERE seq = 4", 4),
        ("its hash changed", "UPDATE audit SET hash = x'00' WHERE seq = 2", 2),
        ("moved to another chain", "UPDATE audit SET tenant = 0 WHERE seq = 2", 2),
        ("moved to no tenant", "UPDATE audit SET tenant = 77 WHERE seq = 4", 4),
        ("first removed", "DELETE FROM audit WHERE seq = 1", 2),
        ("one removed", "DELETE FROM audit WHERE seq = 3", 4),
        ("last of a chain removed", "DELETE FROM audit WHERE seq = 4", 3),
        ("a whole chain removed", "DELETE FROM audit WHERE tenant = 0", 0),
        ("everything removed", "DELETE FROM audit", 0),
        ("swapped", swap, 2),
        ("inserted", forged, 9),
        ("a head changed", "UPDATE audit_head SET number = 3 WHERE tenant = 1", 4),
        ("a head removed", "DELETE FROM audit_head WHERE tenant = 1", 4),
    ] {
        let place = five_rows();
        let file = Connection::open(place.data().join("sutler.db")).unwrap();
        file.execute_batch(sql).unwrap();
        drop(file);
        let ran = place.run(&["audit", "--verify", "--json"]);
        assert_eq!(ran.code, 1, "{what}: {}{}", ran.out, ran.err);
        let verified: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(verified["ok"], false, "{what}");
        let broken = verified["chains"].as_array().unwrap().iter();
        let places: Vec<i64> = broken.filter_map(|chain| chain["broken"]["seq"].as_i64()).collect();
        assert!(places.contains(&row), "{what}: row {row} in {places:?}");
        let shown = place.run(&["audit", "--verify"]);
        assert_eq!(shown.code, 1, "{what}");
        assert!(shown.out.contains("FAIL"), "{what}: {}", shown.out);
    }
}

#[test]
fn r25_an_order_that_cannot_be_written_down_is_refused() {
    let place = five_rows();
    let file = Connection::open(place.data().join("sutler.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END";
    file.execute_batch(full).unwrap();
    drop(file);
    let estate = place.file("more.toml", "[[service_provider]]\nname = \"crm\"\n");
    let copy = place.path("copy.db");
    for arguments in [
        &["apply", "-f", estate.to_str().unwrap()][..],
        &["token", "create", "--service-provider", "hr"],
        &["admin", "token", "create", "--role", "auditor", "--name", "z"],
        &["backup", copy.to_str().unwrap()],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.out);
    }
    assert!(!place.done(&["export"]).contains("crm") && !copy.exists());
    assert_eq!(place.json(&["token", "list", "--json"])["tokens"], json!([]));
    let administrators = place.json(&["admin", "token", "list", "--json"]);
    assert_eq!(administrators["administrators"].as_array().unwrap().len(), 4);
}
