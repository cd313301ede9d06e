//! Plans of estate files over the admin API: what the wall lets through, and what is done.

use serde_json::{Value, json};

use super::{Answer, administrator, ask};
use crate::harness::{Place, Server, emulator, until, user, usual_estate};

async fn plan(server: &Server, token: &str, root: &str, estate: &str) -> Answer {
    let body = Some(("application/json", json!({"estate": estate}).to_string()));
    ask(server, token, "POST", &format!("{root}/plans"), body, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn scenario_37_a_file_is_planned_applied_and_refused_once_people_have_changed() {
    let emulator = emulator().await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&usual_estate(&url));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let ann = administrator(&place, "ann", "owner", Some("default"));
    let add = async |name: &str| {
        server.send("POST", "/scim/v2/Users", &token, Some(user(name))).await;
        until("all is in sync", async || {
            let status = place.json(&["status", "--json"]);
            let target = &status["targets"][0];
            target["pending"] == 0 && emulator.target("app").unwrap().user(name).is_some()
        })
        .await;
    };
    add("ann").await;
    let next = format!("{}[target.users.attributes]\ntitle = \"'Staff'\"\n", usual_estate(&url));
    let made = plan(&server, &ann, "/api/v1", &next).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["targets"][0]["counts"], json!({"update": 1}));
    assert_eq!(made["estate"]["sweeps"].as_array().unwrap().len(), 1, "{made}");
    let path = |made: &Value| format!("/api/v1/plans/{}", made["id"].as_str().unwrap());
    let pairs = ask(&server, &ann, "GET", &format!("{}/pairs", path(&made)), None, None).await;
    let pair = pairs.json()["items"][0].clone();
    assert_eq!((&pair["name"], &pair["set"]), (&json!("ann"), &json!({"title": "Staff"})));
    let read = ask(&server, &ann, "GET", &path(&made), None, None).await;
    assert!(!read.text.contains("APP_TOKEN"), "the file is not repeated: {}", read.text);

    add("bob").await;
    let apply = async |made: &Value| {
        ask(&server, &ann, "POST", &format!("{}/apply", path(made)), None, None).await
    };
    let refused = apply(&made).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.text.contains("update 1") && refused.text.contains("update 2"), "{refused:?}");
    let again = plan(&server, &ann, "/api/v1", &next).await.json();
    assert_eq!(apply(&again).await.status, 200);
    until("the rule is in force", async || {
        let app = emulator.target("app").unwrap();
        ["ann", "bob"].iter().all(|name| app.user(name).unwrap()["title"] == "Staff")
    })
    .await;
    let audit = ask(&server, &ann, "GET", "/api/v1/audit?act=plan.apply", None, None).await.json();
    assert_eq!(
        (&audit["items"][0]["outcome"], &audit["items"][1]["outcome"]),
        (&json!("done"), &json!("refused"))
    );
    assert!(audit["items"][0]["details"]["changed"].to_string().contains("target app"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cf_4_ss_1_a_plan_of_an_owner_of_one_tenant_obeys_the_wall() {
    let place = Place::new();
    place.apply("[[tenant]]\nname = \"acme\"\n");
    let server = Server::start(&place).await;
    let ann = administrator(&place, "ann", "owner", Some("acme"));
    let root = administrator(&place, "root", "owner", None);
    let own = "/t/acme/api/v1";
    let target = |secret: &str| {
        format!(
            "[[tenant]]\nname = \"acme\"\n[[target]]\ntenant = \"acme\"\nname = \"app\"\nconnector = \"scim2\"\nurl = \"https://app.example.org/scim\"\nauth = {{ bearer = \"{secret}\" }}\n"
        )
    };
    let other = plan(&server, &ann, own, "[[service_provider]]\nname = \"x\"\n").await;
    assert!(other.faults()[0].contains("of the tenant `acme` only"), "{other:?}");
    let hold = target("env:APP_TOKEN");
    let refused = plan(&server, &ann, own, &hold).await;
    assert!(refused.faults()[0].contains("owner of all tenants"), "{refused:?}");
    let relative = plan(&server, &root, own, &target("file:key")).await;
    assert!(relative.faults()[0].contains("no folder here"), "{relative:?}");
    assert_eq!(plan(&server, &ann, own, &target("generate")).await.status, 201);
    // What an owner of all tenants has planned is given by one who may give it.
    let made = plan(&server, &root, own, &hold).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let apply = format!("{own}/plans/{id}/apply");
    let refused = ask(&server, &ann, "POST", &apply, None, None).await;
    assert!(refused.faults()[0].contains("owner of all tenants"), "{refused:?}");
    let audit = ask(&server, &ann, "GET", &format!("{own}/audit?act=plan.apply"), None, None).await;
    assert_eq!(audit.json()["items"][0]["outcome"], "refused");
    assert_eq!(ask(&server, &root, "POST", &apply, None, None).await.status, 200);
    // A plan of the command line may speak of all tenants, and is of none.
    let file = place.file("next.toml", format!("{hold}rate = 5\n"));
    let of_all = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    let id = of_all["plan"]["id"].as_str().unwrap();
    let status = async |root_path: &str| {
        ask(&server, &root, "GET", &format!("{root_path}/plans/{id}"), None, None).await.status
    };
    assert_eq!((status(own).await, status("/api/v1").await), (404, 404));
    assert_eq!(status("/api/v1/installation").await, 200);
}
