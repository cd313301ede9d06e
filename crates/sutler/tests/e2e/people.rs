//! A directory of generated people and groups, and what a test expects of it.
//!
//! Keeps its own idea of what must be where, apart from what any server says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::compare::{Directory, normal};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const DEPARTMENTS: [&str; 3] = ["Research", "Sales", "Workshop"];
const FIRST: [&str; 12] = [
    "Ada", "Björn", "Chloé", "Dmitri", "Eṣe", "Fatma", "Goro", "Håkon", "Íris", "João", "Keiko",
    "Łucja",
];
const LAST: [&str; 11] = [
    "Abel", "Brandt", "Conti", "Dvořák", "Evers", "Fiala", "Grün", "Horn", "Ivanova", "Jansen",
    "O'Neill",
];

/// A person, as the service provider sends them, without id and references.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) body: Value,
    /// The number of the manager.
    pub(crate) manager: Option<usize>,
}

/// Everything that must be there, by numbers of our own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) people: BTreeMap<usize, Person>,
    /// The name and the members of each group.
    pub(crate) groups: BTreeMap<usize, (String, BTreeSet<usize>)>,
}

/// A person with every kind of attribute.
pub(crate) fn person(number: usize) -> Person {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number % LAST.len()]);
    let name = format!("person{number}@example.com");
    let department = DEPARTMENTS[number % DEPARTMENTS.len()];
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "userName": name,
        "externalId": format!("hr-{number}"),
        "name": { "givenName": first, "familyName": last, "formatted": format!("{first} {last}") },
        "displayName": format!("{first} {last}"),
        "title": format!("Specialist {}", number % 7),
        "preferredLanguage": "en",
        "active": true,
        "emails": [
            { "value": name, "type": "work", "primary": true },
            { "value": format!("home{number}@example.org"), "type": "home" },
        ],
        "phoneNumbers": [{ "value": format!("+49 30 555 {number:04}"), "type": "work" }],
        "addresses": [{ "type": "work", "locality": "Berlin", "country": "DE" }],
        ENTERPRISE: { "employeeNumber": format!("{number:05}"), "department": department },
    });
    // The first three lead the departments; everybody else reports to their department's head.
    let manager = (number >= DEPARTMENTS.len()).then(|| number % DEPARTMENTS.len());
    Person { body, manager }
}

impl Person {
    /// The body to send, given the id of the manager.
    pub(crate) fn to_send(&self, manager: Option<&str>) -> Value {
        let mut body = self.body.clone();
        if let Some(manager) = manager {
            body[ENTERPRISE]["manager"] = json!({ "value": manager });
        }
        body
    }
}

impl Expected {
    /// So many people and groups; a person is a member of one or more groups.
    pub(crate) fn generated(people: usize, groups: usize) -> Self {
        let members =
            |group| (0..people).filter(|p| p % groups == group || p % 50 == group).collect();
        Self {
            people: (0..people).map(|number| (number, person(number))).collect(),
            groups: (0..groups).map(|g| (g, (format!("Group {g}"), members(g)))).collect(),
        }
    }

    /// In the normal form of comparisons.
    pub(crate) fn directory(&self) -> Directory {
        let users = self.people.iter().map(|(number, person)| {
            let manager = person.manager.map(|manager| format!("p{manager}"));
            let mut body = person.to_send(manager.as_deref());
            body["id"] = json!(format!("p{number}"));
            body
        });
        let groups = self.groups.iter().map(|(number, (name, members))| {
            let members: Vec<String> = members.iter().map(|member| format!("p{member}")).collect();
            let mut body = group_body(name, &members);
            body["id"] = json!(format!("g{number}"));
            body
        });
        normal(users.collect(), groups.collect())
    }
}

/// The body of a group, given the ids of its members.
pub(crate) fn group_body(name: &str, members: &[String]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}
