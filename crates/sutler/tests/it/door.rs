//! Where a server listens, and how it stops.

use serde_json::{Value, json};

use crate::harness::{Place, Server, user};

#[test]
fn plain_http_beyond_this_machine_is_refused_with_what_to_do() {
    let place = Place::new();
    let ran = place.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, 1);
    for way in ["--tls-cert", "--behind-proxy", "127.0.0.1"] {
        assert!(ran.err.contains(way), "{}", ran.err);
    }
    assert!(!place.data().exists());
}

#[test]
fn half_a_tls_setting_and_unknown_settings_are_refused() {
    let place = Place::new();
    let ran = place.run(&["serve", "--tls-cert", "cert.pem", "--listen", "127.0.0.1:0"]);
    assert!(ran.code == 1 && ran.err.contains("--tls-key"), "{}", ran.err);
    place.file("sutler.toml", "lisen = \"127.0.0.1:1\"\n");
    let ran = place.run(&["serve"]);
    assert!(ran.code == 1 && ran.err.contains("unknown key `lisen`"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_the_file_and_are_overruled_by_the_command_line() {
    let place = Place::new();
    place.file("sutler.toml", "listen = \"0.0.0.0:1\"\nbase_url = \"https://id.example.org/\"\n");
    // The server of the harness gives `--listen`; the base URL stays.
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(line, "Sutler is ready at https://id.example.org\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_bulk_requests_are_settings_t_b5() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\nmode = \"store\"\n");
    let token = place.token("hr");
    place.file("sutler.toml", "[limits]\nbulk_payload = 5000\nbulk_operations = 9\n");
    let server = Server::start_with(&place, &[("SUTLER_BULK_OPERATIONS", "2")]).await;
    let config = server.send("GET", "/scim/v2/ServiceProviderConfig", &token, None).await.1;
    assert_eq!(
        config["bulk"],
        json!({"supported": true, "maxOperations": 2, "maxPayloadSize": 5_000})
    );
    let bulk = async |names: &[&str]| {
        let operation = |name: &&str| json!({"method": "POST", "path": "/Users", "bulkId": name, "data": user(name)});
        let operations: Vec<Value> = names.iter().map(operation).collect();
        let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
        let body = json!({"schemas": [schema], "Operations": operations});
        server.send("POST", "/scim/v2/Bulk", &token, Some(body)).await
    };
    assert_eq!(bulk(&["a", "b", "c"]).await.0, 413);
    assert_eq!(bulk(&[&"x".repeat(5_000)]).await.0, 413);
    let (status, answer) = bulk(&["a", "b"]).await;
    assert_eq!((status, &answer["Operations"][1]["status"]), (200, &json!("201")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_a_setting_and_a_wrong_one_stops_the_start() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\nmode = \"store\"\n");
    let token = place.token("hr");
    place.file("sutler.toml", "[limits]\nrate = 1\nrate_burst = 2\n");
    let server = Server::start_with(&place, &[]).await;
    let ask = async || server.send("GET", "/scim/v2/Users", &token, None).await.0;
    assert_eq!((ask().await, ask().await), (200, 200));
    // More than one a second: whatever the machine is doing, one of these is refused.
    let mut refused = false;
    for _ in 0..50 {
        refused = refused || ask().await == 429;
    }
    assert!(refused);
    drop(server);
    place.file("sutler.toml", "[limits]\nrate = 1000001\n");
    let output = place.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("`rate` in `[limits]` is 1000001, but must be from 0 to"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_it_speaks_tls() {
    let place = Place::new();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let cert = place.file("cert.pem", made.cert.pem());
    let key = place.file("key.pem", made.signing_key.serialize_pem());
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key];
    let mut command = place.command(&arguments);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let url = line.trim().strip_prefix("Sutler is ready at https://127.0.0.1:").unwrap();
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    let answer = client.get(format!("https://localhost:{url}/readyz")).send().await;
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(answer.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_are_answered() {
    let place = Place::new();
    let server = Server::start(&place).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = server.client().get(format!("{}{path}", server.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    assert_eq!(server.stop(), Some(0), "told to stop, it stops well");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_may_have_one_name_only_where_the_setting_says_so() {
    for (setting, expected) in [("true", 409), ("false", 201)] {
        let place = Place::new();
        place.apply("[[service_provider]]\nname = \"hr\"\n");
        let server = Server::start_with(&place, &[("SUTLER_UNIQUE_GROUP_NAMES", setting)]).await;
        let token = place.token("hr");
        let group = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff",
        });
        let first = server.send("POST", "/scim/v2/Groups", &token, Some(group.clone())).await;
        assert_eq!(first.0, 201);
        let second = server.send("POST", "/scim/v2/Groups", &token, Some(group)).await;
        assert_eq!(second.0, expected, "unique_group_names = {setting}");
    }
}
