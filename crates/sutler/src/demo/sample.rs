//! The sample directory: invented people in three departments, with managers and groups.
//!
//! Always the same for the same number of people.

use std::fmt::Write;

use super::names::{DEPARTMENTS, FAMILY, GIVEN, GROUPS};

/// How many people one manager has, at most.
const SPAN: usize = 12;

/// Groups of the sample, the departments among them.
pub(super) const GROUP_COUNT: usize = GROUPS.len() + DEPARTMENTS.len();

/// The sample as a CSV file, as `sutler import` reads it.
pub(super) fn csv(people: usize) -> String {
    let mut text = String::from(
        "userName,name.givenName,name.familyName,displayName,emails[type eq \"work\"].value,title,active,\
         urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,\
         urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber,manager,groups\n",
    );
    // The column name holds quotes, so it is quoted itself.
    text = text.replace("emails[type eq \"work\"].value", "\"emails[type eq \"\"work\"\"].value\"");
    for at in 0..people {
        line(&mut text, at);
    }
    text
}

/// An invented person.
struct Person {
    given: &'static str,
    family: &'static str,
    user_name: String,
}

fn person(at: usize) -> Person {
    let given = at % GIVEN.len();
    // A walk through the family names that meets each pair once before it repeats.
    let round = at / GIVEN.len();
    let family = (at * 7 + round * 5) % FAMILY.len();
    let (given, given_key) = GIVEN.get(given).copied().unwrap_or_default();
    let (family, family_key) = FAMILY.get(family).copied().unwrap_or_default();
    // Beyond the number of names, people are told apart by a number.
    let again = if at >= GIVEN.len() { (round + 1).to_string() } else { String::new() };
    Person { given, family, user_name: format!("{given_key}.{family_key}{again}") }
}

fn line(text: &mut String, at: usize) {
    let Person { given, family, user_name } = person(at);
    let (department, titles) = DEPARTMENTS.get(at % DEPARTMENTS.len()).copied().unwrap_or_default();
    let manager = manager(at);
    let is_manager = at < DEPARTMENTS.len() || at % (SPAN * DEPARTMENTS.len()) < DEPARTMENTS.len();
    let title = match at {
        _ if at < DEPARTMENTS.len() => "Head of Department",
        _ if is_manager => "Team Lead",
        _ => titles.get(at / DEPARTMENTS.len() % titles.len()).copied().unwrap_or_default(),
    };
    let manager = manager.map(|at| person(at).user_name).unwrap_or_default();
    let groups = groups(at, department, is_manager);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{user_name},{given},{family},{given} {family},{user_name}@example.org,{title},true,{department},{:05},{manager},{groups}",
        at + 1,
    );
}

/// Heads have none; leads report to the head of their department; everybody else to a lead.
fn manager(at: usize) -> Option<usize> {
    let width = DEPARTMENTS.len();
    let department = at % width;
    if at < width {
        return None;
    }
    let team = at / (SPAN * width) * (SPAN * width) + department;
    Some(if team == at { department } else { team })
}

fn groups(at: usize, department: &str, is_manager: bool) -> String {
    let mut groups = vec!["All Staff", department];
    if is_manager {
        groups.push("Managers");
    }
    let office = GROUPS.get(2 + at / 2 % 4);
    groups.extend(office);
    // The clubs and duties, each with a step of its own, so that they overlap.
    groups.extend(
        GROUPS
            .iter()
            .enumerate()
            .skip(6)
            .filter(|(place, _)| (at + place * 3).is_multiple_of(place + 3))
            .map(|(_, name)| *name),
    );
    groups.join(";")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::import::{Found, Rows};

    #[test]
    fn the_sample_is_an_importable_directory() {
        let text = csv(300);
        let mut rows =
            Rows::open(text.as_bytes(), sutler_model::schema::standard(sutler_model::Kind::User))
                .unwrap();
        let (mut names, mut groups, mut managers) =
            (HashSet::new(), HashSet::new(), HashSet::new());
        while let Some(found) = rows.next() {
            let Found::Row(row) = found else { panic!("{found:?}") };
            assert!(names.insert(row.user_name.clone()), "{} twice", row.user_name);
            groups.extend(row.groups);
            managers.extend(row.manager);
        }
        assert_eq!(names.len(), 300);
        assert_eq!(groups.len(), 25);
        assert_eq!(groups.len(), GROUP_COUNT);
        assert!(managers.len() > 5 && managers.is_subset(&names));
        assert!(!text.is_ascii(), "names of the world are not all ASCII");
    }

    #[test]
    fn user_names_are_unique_in_a_large_sample_too() {
        let names: HashSet<String> = (0..20_000).map(|at| person(at).user_name).collect();
        assert_eq!(names.len(), 20_000);
    }

    #[test]
    fn nobody_is_their_own_manager() {
        assert!((0..1_000).all(|at| manager(at) != Some(at)));
    }
}
