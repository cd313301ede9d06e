//! People from CSV files.

use serde_json::{Value, json};

use crate::harness::{Place, Server};

const ESTATE: &str = "[[service_provider]]\nname = \"hr\"\n";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn import(place: &Place, text: impl AsRef<[u8]>) -> (i32, Value, String) {
    let file = place.file("people.csv", text);
    let ran = place.run(&["import", file.to_str().unwrap(), "--service-provider", "hr", "--json"]);
    let report = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    (ran.code, report, ran.err)
}

async fn one(server: &Server, token: &str, kind: &str, filter: &str) -> Value {
    let filter = filter.replace(' ', "%20").replace('"', "%22");
    let (status, found) =
        server.send("GET", &format!("/scim/v2/{kind}?filter={filter}"), token, None).await;
    assert_eq!((status, &found["totalResults"]), (200, &json!(1)), "{found}");
    found["Resources"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_created_and_updated_by_user_name_and_never_deleted() {
    let place = Place::new();
    place.apply(ESTATE);
    let (code, report, err) = import(
        &place,
        "userName,name.familyName,\"emails[type eq \"\"work\"\"].value\",active,manager,groups\n\
         ann,Éclair,ann@example.org,true,zoe,Sales;Berlin\n\
         zoe,Zett,zoe@example.org,true,,Sales\n",
    );
    assert_eq!(code, 0, "{report}{err}");
    assert_eq!(
        report,
        json!({ "created": 2, "updated": 0, "unchanged": 0, "failed": 0, "faults": [] })
    );

    // While serving, the other way to the same function.
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let zoe = one(&server, &token, "Users", "userName eq \"zoe\"").await;
    let ann = one(&server, &token, "Users", "userName eq \"ann\"").await;
    assert_eq!(ann["name"]["familyName"], "Éclair");
    assert_eq!(ann["emails"][0]["type"], "work");
    assert_eq!(
        ann[ENTERPRISE]["manager"]["value"], zoe["id"],
        "the manager stands below in the file"
    );
    let sales = one(&server, &token, "Groups", "displayName eq \"Sales\"").await;
    assert_eq!(sales["members"].as_array().unwrap().len(), 2);

    let (code, report, err) =
        import(&place, "userName,title,active\nANN,Boss,\nzoe,,true\nnew,,\n");
    assert_eq!(code, 0, "{report}{err}");
    assert_eq!(
        (&report["created"], &report["updated"], &report["unchanged"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let again = one(&server, &token, "Users", "title eq \"Boss\"").await;
    assert_eq!(again["id"], ann["id"]);
    assert_eq!(again["emails"], ann["emails"], "a column that is not there changes nothing");
}

#[test]
fn w29_every_faulty_line_is_named_and_the_others_are_taken() {
    let place = Place::new();
    place.apply(ESTATE);
    let (code, report, _) = import(&place, b"userName,active,manager\nann,true,\nbob,perhaps,\n\xff\xfe,true,\ncarol,true,nobody\ndora\n,true,\n".as_slice());
    assert_eq!(code, 1);
    assert_eq!(report["created"], 2, "{report}");
    let lines: Vec<u64> = report["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [3, 4, 5, 6, 7], "{report}");
    assert!(
        report["faults"][2]["message"].as_str().unwrap().contains("no user `nobody`"),
        "{report}"
    );
}

#[test]
fn a_header_that_is_not_understood_changes_nothing() {
    let place = Place::new();
    place.apply(ESTATE);
    let check = |header: &str, expected: &str| {
        let (code, _, err) = import(&place, format!("{header}\nann,x\n"));
        assert_eq!(code, 1, "{header}");
        assert!(err.contains(expected), "{header}: {err}");
    };
    check("userName,shoeSize", "`shoeSize` is not an attribute of a user");
    check("title,active", "no column `userName`");
    check("userName,userName", "there twice");
    check("userName,meta.created", "Sutler sets itself");
    check("userName,emails", "name one of them");
    check("userName,groups,name.givenName,groups", "there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn w29_an_empty_or_cut_file_is_not_everybody_leaving() {
    let place = Place::new();
    place.apply(ESTATE);
    assert_eq!(import(&place, "userName,title\nann,x\nbob,y\n").0, 0);
    assert_eq!(import(&place, "userName,title\n").0, 0);
    assert_eq!(import(&place, "").0, 1);
    assert_eq!(import(&place, "userName,title\nan").0, 1);
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, found) =
        server.send("GET", "/scim/v2/Users?filter=active%20eq%20true", &token, None).await;
    assert_eq!(found["totalResults"], 2);
}

#[test]
fn a_service_provider_is_required_and_must_exist() {
    let place = Place::new();
    place.apply(ESTATE);
    let file = place.file("people.csv", "userName\nann\n");
    let file = file.to_str().unwrap();
    assert_eq!(place.run(&["import", file]).code, 2);
    let ran = place.run(&["import", file, "--service-provider", "crm"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("there is no service provider `crm`"), "{}", ran.err);
}
