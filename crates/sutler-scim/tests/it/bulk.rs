//! Bulk requests: section 8 of the SCIM rules, as far as nothing is executed.

use serde_json::{Map, Value, json};
use sutler_model::schema::{ENTERPRISE_USER, GROUP, USER};
use sutler_model::{InvalidKind, Uid, Version};
use sutler_scim::bulk::{
    BULK_REQUEST, BULK_RESPONSE, Limits, Made, Operation, Outcome, Plan, Target, parse, plan,
    response,
};
use sutler_scim::error::Problem;

fn request(operations: Value) -> Map<String, Value> {
    let body = json!({"schemas": [BULK_REQUEST], "Operations": operations});
    body.as_object().cloned().unwrap()
}

fn post(bulk_id: &str, endpoint: &str, data: Value) -> Value {
    json!({"method": "POST", "bulkId": bulk_id, "path": endpoint, "data": data})
}

fn user(bulk_id: &str, manager: Option<&str>) -> Value {
    let mut data = json!({"schemas": [USER], "userName": bulk_id});
    if let Some(manager) = manager {
        data[ENTERPRISE_USER] = json!({"manager": {"value": format!("bulkId:{manager}")}});
    }
    post(bulk_id, "/Users", data)
}

fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> =
        members.iter().map(|id| json!({"value": format!("bulkId:{id}")})).collect();
    let data = json!({"schemas": [GROUP], "displayName": bulk_id, "members": members});
    post(bulk_id, "/Groups", data)
}

fn planned(operations: Value) -> Plan {
    plan(parse(request(operations), &Limits::default()).unwrap())
}

/// The stages as numbers of operations.
fn stages(operations: Value) -> Vec<Vec<Vec<usize>>> {
    let unit = |unit: &sutler_scim::bulk::Unit| unit.steps.iter().map(|s| s.index).collect();
    planned(operations).stages.iter().map(|stage| stage.iter().map(unit).collect()).collect()
}

/// The operations of a plan in the client's order.
fn operations(plan: Plan) -> Vec<Result<Operation, Problem>> {
    let units = plan.stages.into_iter().flatten();
    let mut steps: Vec<_> = units.flat_map(|unit| unit.steps).collect();
    steps.sort_by_key(|step| step.index);
    steps.into_iter().map(|step| step.operation).collect()
}

fn refused(operation: Value) -> (u16, Option<InvalidKind>, String) {
    let mut all = operations(planned(json!([operation])));
    let problem = all.remove(0).expect_err(&operation.to_string());
    (problem.status, problem.kind, problem.detail)
}

fn made(ids: &[(&str, Option<&str>)]) -> Made<'static> {
    let mut made = Made::default();
    for (bulk_id, uid) in ids {
        made.note((*bulk_id).to_owned(), uid.map(|uid| Uid(uid.to_owned())));
    }
    made
}

#[test]
fn the_envelope_is_strict_t_b1() {
    let kind = |body: Value| {
        let refused = parse(body.as_object().cloned().unwrap(), &Limits::default()).unwrap_err();
        (refused.status, refused.kind)
    };
    let syntax = (400, Some(InvalidKind::Syntax));
    assert_eq!(kind(json!({"Operations": [user("a", None)]})), syntax);
    assert_eq!(kind(json!({"schemas": [BULK_REQUEST]})), syntax);
    assert_eq!(kind(json!({"schemas": [BULK_REQUEST], "Operations": []})), syntax);
    assert_eq!(kind(json!({"schemas": [BULK_REQUEST], "Operations": {}})), syntax);
    let mut unknown = Value::Object(request(json!([user("a", None)])));
    unknown["failOnError"] = json!(1);
    assert_eq!(kind(unknown), syntax);
    let spelt = json!({"SCHEMAS": [BULK_REQUEST], "operations": [user("a", None)]});
    assert!(parse(spelt.as_object().cloned().unwrap(), &Limits::default()).is_ok());
}

#[test]
fn fail_on_errors_is_a_number_of_at_least_one_t_b4() {
    let with = |value: Value| {
        let mut body = request(json!([user("a", None)]));
        body.insert("failOnErrors".to_owned(), value);
        parse(body, &Limits::default()).map(|r| r.fail_on_errors).map_err(|p| (p.status, p.kind))
    };
    assert_eq!(with(json!(1)), Ok(Some(1)));
    assert_eq!(with(json!(null)), Ok(None));
    for wrong in [json!(0), json!(-1), json!(1.5), json!("1"), json!([])] {
        assert_eq!(with(wrong.clone()), Err((400, Some(InvalidKind::Value))), "{wrong}");
    }
}

#[test]
fn too_many_operations_are_refused_with_the_limits_name_t_b5() {
    let limits = Limits { operations: 2, payload: 1_048_576 };
    let two = json!([user("a", None), user("b", None)]);
    assert!(parse(request(two), &limits).is_ok());
    let three = json!([user("a", None), user("b", None), user("c", None)]);
    let refused = parse(request(three), &limits).unwrap_err();
    assert_eq!((refused.status, refused.kind), (413, None));
    assert!(refused.detail.contains("exceeds the maxOperations (2)"), "{refused:?}");
    assert!(limits.too_long().detail.contains("exceeds the maxPayloadSize (1048576)"));
}

#[test]
fn a_bulk_id_twice_refuses_the_request_t_b1() {
    let twice = json!([user("a", None), user("b", None), group("a", &[])]);
    let refused = parse(request(twice), &Limits::default()).unwrap_err();
    assert_eq!((refused.status, refused.kind), (400, Some(InvalidKind::Value)));
    assert!(refused.detail.contains("operations 1 and 3"), "{refused:?}");
}

#[test]
fn what_is_wrong_with_one_operation_refuses_that_one_t_b1_t_b6() {
    let check = |operation: Value, status: u16, kind: Option<InvalidKind>, names: &str| {
        let (found, found_kind, detail) = refused(operation.clone());
        assert_eq!((found, found_kind), (status, kind), "{operation} {detail}");
        assert!(detail.contains(names), "{operation} {detail}");
    };
    let (value, syntax) = (Some(InvalidKind::Value), Some(InvalidKind::Syntax));
    let data = json!({"userName": "a"});
    check(json!("POST"), 400, syntax, "object");
    check(json!({"path": "/Users", "data": data}), 400, syntax, "`method`");
    check(json!({"method": "POST", "bulkId": "a", "data": data}), 400, syntax, "`path`");
    check(json!({"method": "POST", "path": "/Users", "data": data}), 400, value, "`bulkId`");
    check(post("", "/Users", data.clone()), 400, value, "`bulkId`");
    check(json!({"method": "POST", "path": "/Users", "bulkId": 1}), 400, value, "`bulkId`");
    check(json!({"method": "POST", "path": "/Users", "bulkId": "a"}), 400, syntax, "`data`");
    check(post("a", "/Users", json!("text")), 400, syntax, "`data`");
    check(json!({"method": "PUT", "path": "/Users/1"}), 400, syntax, "`data`");
    check(json!({"method": "PATCH", "path": "/Users/1", "data": null}), 400, syntax, "`data`");
    check(json!({"method": "DELETE", "path": "/Users/1", "version": 1}), 400, value, "`version`");
    check(json!({"method": "DELETE", "path": "/Users/1", "status": "1"}), 400, syntax, "`status`");
    check(json!({"method": "GET", "path": "/Users/1"}), 405, None, "`GET`");
    check(json!({"method": "MOVE", "path": "/Users/1"}), 405, None, "`MOVE`");
    check(post("a", "/Users/1", data.clone()), 405, None, "POST");
    check(json!({"method": "DELETE", "path": "/Users"}), 405, None, "DELETE");
    check(post("a", "/Devices", data.clone()), 404, None, "`path`");
    check(post("a", "/Bulk", data.clone()), 400, value, "another bulk request");
    check(post("a", "/Users/.search", data.clone()), 400, value, "search");
    check(post("a", "Users", data), 400, value, "`/`");
}

#[test]
fn methods_are_read_in_any_spelling_and_repeated_in_capitals_t_b1() {
    let plan = planned(json!([{"method": "delete", "path": "/Users/1", "data": null}]));
    assert_eq!(plan.sent[0].method.as_deref(), Some("DELETE"));
    let operation = operations(plan).remove(0).unwrap();
    assert_eq!(operation.target(), Some(&Target::Id(Uid("1".to_owned()))));
}

#[test]
fn every_form_of_a_reference_is_resolved_t_b3() {
    let made = made(&[("q", Some("ID")), ("q \"é\"", Some("ID2"))]);
    let check = |data: Value, expected: Value| {
        let patch = json!({"method": "PATCH", "path": "/Groups/bulkId:q", "data": data});
        let all = json!([patch, user("q", None), user("q \"é\"", None)]);
        let mut operation = operations(planned(all)).remove(0).unwrap();
        operation.resolve(&made).unwrap();
        assert_eq!(operation.target(), Some(&Target::Id(Uid("ID".to_owned()))));
        assert_eq!(Value::Object(operation.data().cloned().unwrap()), expected);
    };
    let of = |operation: Value| json!({"Operations": [operation]});
    let manager = format!("{ENTERPRISE_USER}:manager.value");
    check(json!({"members": [{"value": "bulkId:q"}]}), json!({"members": [{"value": "ID"}]}));
    check(json!({"$ref": "bulkId:q"}), json!({"$ref": "ID"}));
    check(json!({"$ref": "../Users/bulkId:q"}), json!({"$ref": "../Users/ID"}));
    check(
        of(json!({"op": "add", "path": "members", "value": [{"value": "bulkId:q"}]})),
        of(json!({"op": "add", "path": "members", "value": [{"value": "ID"}]})),
    );
    check(
        of(json!({"op": "add", "path": manager, "value": "bulkId:q"})),
        of(json!({"op": "add", "path": manager, "value": "ID"})),
    );
    let address = format!("{ENTERPRISE_USER}:manager.$ref");
    check(
        of(json!({"op": "add", "path": address, "value": "/Users/bulkId:q"})),
        of(json!({"op": "add", "path": address, "value": "/Users/ID"})),
    );
    check(
        of(json!({"op": "add", "value": {(manager.clone()): "bulkId:q"}})),
        of(json!({"op": "add", "value": {(manager.clone()): "ID"}})),
    );
    check(
        of(json!({"op": "remove", "path": "members[value eq \"bulkId:q\" or value eq \"x\"]"})),
        of(json!({"op": "remove", "path": "members[value eq \"ID\" or value eq \"x\"]"})),
    );
    check(
        of(json!({"op": "remove", "path": "members[value eq \"bulkId:q \\\"\\u00e9\\\"\"]"})),
        of(json!({"op": "remove", "path": "members[value eq \"ID2\"]"})),
    );
    // Inside another text it is no reference, and a password is none of our business.
    for same in [
        json!({"title": "see bulkId:q", "password": "bulkId:none"}),
        of(json!({"op": "replace", "path": "Password", "value": "bulkId:none"})),
        of(json!({"op": "replace", "value": {"urn:x:User:password": "bulkId:none"}})),
    ] {
        check(same.clone(), same);
    }
}

#[test]
fn a_reference_to_nothing_is_refused_t_b3() {
    for operation in [
        group("g", &["nobody"]),
        user("u", Some("nobody")),
        json!({"method": "DELETE", "path": "/Users/bulkId:nobody"}),
        json!({"method": "PATCH", "path": "/Groups/1", "data": {"Operations": [
            {"op": "remove", "path": "members[value eq \"bulkId:nobody\"]"}]}}),
    ] {
        let (status, kind, detail) = refused(operation);
        assert_eq!((status, kind), (400, Some(InvalidKind::Value)));
        assert!(detail.contains("`bulkId:nobody`"), "{detail}");
    }
    // Only a POST creates what can be referred to.
    let put =
        json!({"method": "PUT", "bulkId": "p", "path": "/Users/1", "data": {"userName": "p"}});
    let mut all = operations(planned(json!([put, group("g", &["p"])])));
    assert_eq!(all.remove(1).unwrap_err().status, 400);
}

#[test]
fn a_reference_to_what_failed_fails_too_t_b3() {
    let mut all = operations(planned(json!([user("u", None), group("g", &["u"])])));
    let mut dependent = all.remove(1).unwrap();
    for made in [made(&[("u", None)]), made(&[])] {
        let refused = dependent.resolve(&made).unwrap_err();
        assert_eq!((refused.status, refused.kind), (409, None));
        assert!(refused.detail.contains("`u`"), "{refused:?}");
    }
}

#[test]
fn a_forward_reference_is_done_later_t_b3() {
    assert_eq!(
        stages(json!([group("g", &["u", "v"]), user("u", Some("v")), user("v", None)])),
        [vec![vec![2]], vec![vec![1]], vec![vec![0]]]
    );
}

#[test]
fn what_is_independent_is_done_at_once() {
    let users: Vec<Value> = (0..1_000).map(|n| user(&n.to_string(), None)).collect();
    assert_eq!(stages(users.into()), [(0..1_000).map(|n| vec![n]).collect::<Vec<_>>()]);
    let mixed = json!([user("u", None), group("g", &["u"]), user("v", None), group("h", &["v"])]);
    assert_eq!(stages(mixed), [[vec![0], vec![2]], [vec![1], vec![3]]]);
}

#[test]
fn what_could_meet_keeps_the_clients_order() {
    let put = |id: &str| {
        let data = json!({"schemas": [USER], "userName": "x"});
        json!({"method": "PUT", "path": format!("/Users/{id}"), "data": data})
    };
    let patch = |path: &str, operation: Value| json!({"method": "PATCH", "path": path, "data": {"Operations": [operation]}});
    let delete = |id: &str| json!({"method": "DELETE", "path": format!("/Users/{id}")});
    let title = |id: &str| {
        patch(&format!("/Users/{id}"), json!({"op": "add", "path": "title", "value": "Dr"}))
    };
    let member = |id: &str| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    let mut named = user("other", None);
    named["data"]["userName"] = json!("ANN");
    let ordered = |two: Value| assert_eq!(stages(two.clone()), [[[0]], [[1]]], "{two}");
    let at_once = |two: Value| assert_eq!(stages(two.clone()), [[[0], [1]]], "{two}");
    // One resource.
    ordered(json!([title("1"), title("1")]));
    ordered(json!([title("1"), delete("1")]));
    at_once(json!([title("1"), title("2")]));
    // One name.
    ordered(json!([user("ann", None), named]));
    // A name that may be set free.
    ordered(json!([delete("1"), user("ann", None)]));
    ordered(json!([put("1"), put("2")]));
    ordered(json!([patch("/Users/1", json!({"op": "add", "value": {"userName": "x"}})), put("2")]));
    at_once(json!([delete("1"), delete("2")]));
    at_once(json!([delete("1"), group("g", &[])]));
    at_once(json!([title("1"), user("ann", None)]));
    // A resource that is referred to.
    ordered(json!([delete("1"), patch("/Groups/9", member("1"))]));
    ordered(json!([patch("/Groups/9", member("../Users/1")), delete("1")]));
    at_once(json!([delete("1"), patch("/Groups/9", member("2"))]));
    // Members that are chosen by their names.
    let chosen = json!({"op": "remove", "path": "members[display eq \"x\"]"});
    ordered(json!([title("1"), patch("/Groups/9", chosen.clone())]));
    ordered(json!([patch("/Groups/9", chosen), title("1")]));
}

#[test]
fn with_fail_on_errors_one_follows_the_other_t_b4() {
    let mut body = request(json!([group("g", &["v"]), user("u", None), user("v", None)]));
    body.insert("failOnErrors".to_owned(), json!(1));
    let plan = plan(parse(body, &Limits::default()).unwrap());
    let order: Vec<Vec<usize>> =
        plan.stages.iter().map(|s| s.iter().map(|u| u.steps[0].index).collect()).collect();
    assert_eq!(order, [[2], [0], [1]]);
}

#[test]
fn two_groups_that_hold_each_other_are_one_unit_t_b3() {
    let mut plan = planned(json!([group("a", &["b", "c"]), group("b", &["a"]), user("c", None)]));
    assert_eq!(plan.stages.len(), 2);
    let mut unit = plan.stages.remove(1).remove(0);
    let order: Vec<usize> = unit.steps.iter().map(|step| step.index).collect();
    assert_eq!(order, [0, 1]);
    let first = unit.steps[0].operation.as_ref().unwrap().data().unwrap();
    assert_eq!(first["members"], json!([{"value": "bulkId:c"}]));
    let second = unit.steps[1].operation.as_ref().unwrap().data().unwrap();
    assert_eq!(second["members"], json!([{"value": "bulkId:a"}]));
    let later = &mut unit.later[0];
    later.resolve(&made(&[("b", Some("B"))])).unwrap();
    assert_eq!((unit.later.len(), unit.later[0].index), (1, 0));
    let added = &unit.later[0].operations[0];
    assert_eq!(added.path.as_ref().unwrap().to_string(), "members");
    assert_eq!(added.value, Some(json!([{"value": "B"}])));
}

#[test]
fn a_manager_who_manages_back_is_added_afterwards_t_b3() {
    let mut plan = planned(json!([user("a", Some("b")), user("b", Some("a"))]));
    let unit = plan.stages.remove(0).remove(0);
    let first = unit.steps[0].operation.as_ref().unwrap().data().unwrap();
    assert_eq!(first[ENTERPRISE_USER], json!({}));
    let added = &unit.later[0].operations[0];
    assert_eq!(added.path.as_ref().unwrap().to_string(), format!("{ENTERPRISE_USER}:manager"));
    assert_eq!(added.value, Some(json!({"value": "bulkId:b"})));
}

#[test]
fn a_circle_that_cannot_wait_is_a_conflict_t_b3() {
    let named = |id: &str, other: &str| {
        post(id, "/Users", json!({"schemas": [USER], "userName": format!("bulkId:{other}")}))
    };
    let all = json!([named("a", "b"), named("b", "a"), group("g", &["a"]), user("u", None)]);
    let all = operations(planned(all));
    for refused in &all[..2] {
        let refused = refused.as_ref().unwrap_err();
        assert_eq!((refused.status, refused.kind), (409, None));
        assert!(refused.detail.contains("`a`, `b`"), "{refused:?}");
    }
    assert!(all[2].is_ok() && all[3].is_ok());
}

#[test]
fn results_say_all_that_they_must_t_b2() {
    let base = "https://id.example/scim/v2";
    let plan = planned(json!([
        user("a", None),
        user("b", None),
        {"method": "PUT", "path": "/Users/1", "data": {}},
        {"method": "DELETE", "path": "/Users/2"},
        {"method": "DELETE", "path": "/Users/3"},
    ]));
    let done = |status, uid: &str, version| {
        Some(Outcome::Done { status, location: format!("{base}/Users/{uid}"), version })
    };
    let failed =
        |status| Some(Outcome::Failed { problem: Problem::new(status, "no"), location: None });
    let version = Some(Version { body: 1, members: 0 });
    let outcomes = [done(201, "7", version), failed(409), failed(404), done(204, "2", None), None];
    let answer = response(base, &plan.sent, &outcomes);
    let error = |status: &str| json!({"schemas": [sutler_scim::error::ERROR], "status": status, "detail": "no"});
    assert_eq!(
        answer,
        json!({"schemas": [BULK_RESPONSE], "Operations": [
            {"method": "POST", "bulkId": "a", "version": "W/\"1\"", "status": "201",
                "location": format!("{base}/Users/7")},
            {"method": "POST", "bulkId": "b", "status": "409", "response": error("409")},
            {"method": "PUT", "status": "404", "location": format!("{base}/Users/1"),
                "response": error("404")},
            {"method": "DELETE", "status": "204", "location": format!("{base}/Users/2")},
        ]})
    );
}
