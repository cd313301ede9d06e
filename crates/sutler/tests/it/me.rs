//! Users by the tokens of an identity provider: its estate, its keys in a file, and what the
//! journal says of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sutler_emulator::Emulator;

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

const PROVIDER: &str = r#"
[[identity_provider]]
name = "login"
issuer = "https://login.example.org"
audience = "https://id.example.org"
jwks = "file:keys.json"
user = { claim = "sub", attribute = "userName" }
permissions = ["me:write", "me:read"]
write = ["TITLE", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"]
"#;

/// A key pair: the private key, and the set with the public one.
fn pair() -> (EncodingKey, Value) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let key = EncodingKey::from_ec_der(&pair.serialize_der());
    let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
    (key, json!({"keys": [jwk]}))
}

#[expect(clippy::disallowed_methods, reason = "the server under test has the system's clock too")]
fn token(key: &EncodingKey, subject: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": "https://login.example.org", "aud": "https://id.example.org", "sub": subject,
        "iat": now, "exp": now + 300,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "ES256", "typ": "at+jwt"})), part(&claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, Algorithm::ES256).unwrap();
    format!("{message}.{signature}")
}

/// The usual estate with the provider, and ada at the target.
async fn start(place: &Place, emulator: &Emulator) -> (Server, EncodingKey, String) {
    let (key, keys) = pair();
    place.file("keys.json", keys.to_string());
    place.apply(&format!("{}{PROVIDER}", usual_estate(&emulator.url("app"))));
    let server = Server::start(place).await;
    let (status, made) =
        server.send("POST", "/scim/v2/Users", &place.token("hr"), Some(user("ada"))).await;
    assert_eq!(status, 201, "{made}");
    let app = emulator.target("app").unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;
    (server, key, made["id"].as_str().unwrap().to_owned())
}

fn title(value: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": value}],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_own_change_is_delivered_and_the_journal_says_whose_it_was() {
    let (emulator, place) = (emulator().await, Place::new());
    let (server, key, ada) = start(&place, &emulator).await;
    let (status, changed) =
        server.send("PATCH", "/scim/v2/Me", &token(&key, "ada"), Some(title("Countess"))).await;
    assert_eq!((status, &changed["title"]), (200, &json!("Countess")), "{changed}");
    let app = emulator.target("app").unwrap();
    until("the title arrives", async || {
        app.user("ada").is_some_and(|user| user.to_string().contains("Countess"))
    })
    .await;
    server.stop();
    let store = rusqlite::Connection::open(place.data().join("sutler.db")).unwrap();
    let one = |sql: &str| store.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let actor = one("SELECT actor FROM journal ORDER BY seq DESC LIMIT 1");
    assert_eq!(actor, format!("login/user:{ada}"));
    assert_eq!(one("SELECT group_concat(name) FROM origin JOIN service_provider ON id = sp"), "hr");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_in_the_estate_or_has_no_keys_lets_nobody_in() {
    let (emulator, place) = (emulator().await, Place::new());
    let (server, key, _) = start(&place, &emulator).await;
    let me = async || server.send("GET", "/scim/v2/Me", &token(&key, "ada"), None).await.0;
    assert_eq!(me().await, 200);
    let usual = usual_estate(&emulator.url("app"));
    let lost = format!("{usual}{}", PROVIDER.replace("keys.json", "lost.json"));
    let file = place.file("estate.toml", &lost);
    let report = place.json(&["apply", "-f", file.to_str().unwrap(), "--json"]);
    assert!(report["warnings"][0].as_str().unwrap().contains("lost.json"), "{report}");
    assert_eq!(me().await, 503);
    place.apply(&format!("{usual}{PROVIDER}"));
    assert_eq!(me().await, 200);
    place.apply(&usual);
    assert_eq!(me().await, 401);
}

#[test]
fn what_is_exported_is_what_was_applied() {
    let place = Place::new();
    let provider = "[[service_provider]]\nname = \"hr\"\n".to_owned() + PROVIDER;
    place.file("keys.json", pair().1.to_string());
    place.apply(&provider);
    let exported = place.done(&["export"]);
    for line in [
        "audience = [\"https://id.example.org\"]",
        "algorithms = [\"RS256\", \"ES256\", \"EdDSA\"]",
        "token_type = \"at+jwt\"",
        "user = { claim = \"sub\", attribute = \"userName\" }",
        "permissions = [\"me:read\", \"me:write\"]",
        "write = [\"title\", \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department\"]",
    ] {
        assert!(exported.contains(line), "{line}\n{exported}");
    }
    let file = place.file("exported.toml", &exported);
    let report = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(report["unchanged"], json!(["service provider hr", "identity provider login"]));
    let file = place.file("without.toml", "[[service_provider]]\nname = \"hr\"\n");
    let report = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(report["removed"], json!(["identity provider login"]));
    // Without a word, users may read, and nothing else.
    let silent: Vec<&str> =
        PROVIDER.lines().filter(|l| !l.starts_with("perm") && !l.starts_with("write")).collect();
    place.apply(&silent.join("\n"));
    let exported = place.done(&["export"]);
    assert!(exported.contains("permissions = [\"me:read\"]") && !exported.contains("\nwrite"));
}

#[test]
fn faults_of_an_identity_provider_are_named() {
    let place = Place::new();
    let check = |from: &str, to: &str, expected: &str| {
        let text = PROVIDER.replace(from, to);
        assert_ne!(text, PROVIDER, "{from}");
        let file = place.file("bad.toml", &text);
        let ran = place.run(&["plan", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{text}\n{}", ran.out);
        assert!(ran.err.contains(expected), "{text}\n{}", ran.err);
    };
    check("audience = \"https://id.example.org\"\n", "", "`audience` is missing");
    check("\"https://id.example.org\"", "[]", "must name at least one");
    check("\"https://id.example.org\"", "[\"a\", \"\"]", "none may be empty");
    check("file:keys.json", "keys.json", "begins with `https://`");
    check("file:keys.json", "https://u:p@login.example.org/keys", "without credentials");
    check(
        "name = \"login\"",
        "name = \"login\"\nalgorithms = [\"HS256\"]",
        "cannot hold \"HS256\"",
    );
    check("name = \"login\"", "name = \"login\"\nalgorithms = [\"none\"]", "cannot hold \"none\"");
    check("name = \"login\"", "name = \"login\"\nalgorithms = []", "at least one");
    check("name = \"login\"", "name = \"login\"\ntoken_type = \"id\"", "\"at+jwt\" or \"JWT\"");
    check("\"userName\"", "\"emails.value\"", "tells users apart");
    check("user = { claim = \"sub\", attribute = \"userName\" }\n", "", "`user` is missing");
    check("me:write", "users:write", "cannot hold \"users:write\"");
    check("\"me:write\", ", "", "one needs the other");
    for (own, expected) in [
        ("userName", "not his to change"),
        ("Active", "not his to change"),
        ("externalId", "not his to change"),
        ("groups", "nobody can write it"),
        ("id", "nobody can write it"),
        ("name.givenName", "the whole attribute"),
        ("shoeSize", "no such attribute"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "not all of it"),
    ] {
        check("\"TITLE\"", &format!("\"{own}\""), expected);
    }
    check("\"TITLE\"", "\"title\", \"TITLE\"", "named twice");
    let twice = PROVIDER.replace("\"login\"", "\"other\"");
    check("\n[[identity_provider]]", &format!("{twice}\n[[identity_provider]]"), "declared twice");
}

#[test]
fn a_token_is_good_in_one_tenant_only_oa_8() {
    let place = Place::new();
    place.file("keys.json", pair().1.to_string());
    place.apply(PROVIDER);
    let acme = "[[tenant]]\nname = \"acme\"\n".to_owned()
        + &PROVIDER.replace("name = \"login\"", "name = \"login\"\ntenant = \"acme\"");
    let refused = |text: &str| {
        let file = place.file("acme.toml", text);
        let ran = place.run(&["plan", "-f", file.to_str().unwrap()]);
        (ran.code, ran.err)
    };
    let (code, said) = refused(&acme);
    assert!(code == 1 && said.contains("good in the tenant `default` already"), "{said}");
    let (code, said) = refused(&format!("{PROVIDER}{acme}"));
    assert!(code == 1 && said.contains("declared twice"), "{said}");
    let (code, said) = refused(&acme.replace("https://id.example.org", "acme"));
    assert_eq!(code, 0, "{said}");
}
