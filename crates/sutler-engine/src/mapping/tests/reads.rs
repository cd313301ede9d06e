//! What an expression reads, whichever branch is taken.

use super::super::Reads;
use super::*;

fn reads(text: &str) -> Reads {
    compile(Kind::User, text).unwrap().reads()
}

#[test]
fn reads_are_found_wherever_they_stand() {
    let nothing = Reads::default();
    let groups = Reads { groups: true, ..nothing };
    let references = Reads { references: true, ..nothing };
    let attempt = Reads { attempt: true, ..nothing };
    for (text, expected) in [
        ("user.userName ~ target.name ~ tenant ~ domain ~ user.enterprise.manager.value", nothing),
        ("wso2_id('{UD,UN}', '_')", nothing),
        ("'groups' ~ 'manager'", nothing),
        ("groups", groups),
        ("'Sales' in groups", groups),
        ("in_group('Sales')", groups),
        ("'Sales'|in_group", groups),
        ("1 if 'x' in groups", groups),
        ("'a' if user.title else groups|first", groups),
        ("user.title|default(groups[0])", groups),
        ("user.title|replace('a', groups|join('b'))", groups),
        ("[{'a': [groups]}]", groups),
        ("user.userName[:groups|length]", groups),
        ("user.emails[groups|length]", groups),
        ("1 < 2 < (groups|length)", groups),
        ("user.title is in(groups)", groups),
        ("not (false and groups)", groups),
        ("manager.displayName", references),
        ("manager.displayName[:3]", references),
        ("manager.name.givenName|lower", references),
        ("manager['userName']", references),
        ("manager.enterprise.department", references),
        ("'x' if manager else 'y'", references),
        ("manager is defined", references),
        ("unique(user.userName)", attempt),
        ("user.userName|lower|unique(20)", attempt),
        ("'a' if user.title else unique('b')", attempt),
        ("unique(manager.userName) if in_group('x')", groups.union(references).union(attempt)),
    ] {
        assert_eq!(reads(text), expected, "{text}");
    }
}
