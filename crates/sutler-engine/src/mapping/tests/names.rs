//! What `compile` refuses.

use super::*;

#[test]
fn a_misspelt_attribute_is_refused_with_the_nearest() {
    use FaultKind::Name;
    refused("user.titel", Name, &["no attribute `titel` in `user`", "did you mean `title`?"]);
    refused("user.name.surname", Name, &["`surname` in `user.name`"]);
    refused("user.enterprise.departement", Name, &["`user.enterprise`", "`department`"]);
    refused("user['urn:example:Badge'].levle", Name, &["`level`"]);
    refused("user['urn:example:Bagde'].level", Name, &["`urn:example:Badge`"]);
    refused("user.emails[0].vaule", Name, &["`value`"]);
    refused("primary(user.emails).vaule", Name, &["`value`"]);
    refused("(user.emails|where('type', 'work')|first).vaule", Name, &["`value`"]);
    refused("user.emails|pluck('vaule')", Name, &["`value`"]);
    refused("where(user.emails, 'typ', 'work')", Name, &["`type`"]);
    refused("(user.phoneNumbers or user.phoneNumbers)[0].vaule", Name, &["`value`"]);
    refused("user.userName.x", Name, &["`user.userName` is a string"]);
    refused("manager.titel", Name, &["`title`"]);
    assert_eq!(of_ann("'a'\n~ user.titel").unwrap_err().line, Some(2));
}

#[test]
fn another_case_is_refused_with_the_right_spelling() {
    use FaultKind::Name;
    refused("user.username", Name, &["heed case", "write `userName`"]);
    refused("user.name.familyname", Name, &["write `familyName`"]);
    refused("user.enterprise.Department", Name, &["write `department`"]);
    refused("user['URN:example:Badge'].level", Name, &["write `urn:example:Badge`"]);
}

#[test]
fn what_is_not_stored_or_secret_is_refused() {
    use FaultKind::Name;
    refused("user.password", Name, &["secret"]);
    refused("user['urn:example:Badge'].pin", Name, &["secret"]);
    refused("user.groups", Name, &["use `groups`"]);
    refused("user.meta.created", Name, &["made by the server"]);
    refused("user.schemas", Name, &["made by the server"]);
    refused("user.enterprise.manager.displayName", Name, &["`manager.displayName`"]);
    refused("manager.id", Name, &["user.enterprise.manager.value"]);
    let of_group = |text| compile(Kind::Group, text).map(|_| None);
    faulty("members", of_group("group.members"), Name, &["members are provisioned by themselves"]);
    faulty("user", of_group("user.userName"), Name, &["use `group`"]);
    faulty("manager", of_group("manager.userName"), Name, &["no `manager`"]);
    assert!(of_group("group.displayName ~ groups|length").is_ok());
}

#[test]
fn names_that_are_no_values_are_refused() {
    use FaultKind::Name;
    refused("user", Name, &["name one attribute", "`user.userName`"]);
    refused("user|string", Name, &["no value by itself"]);
    refused("user.enterprise", Name, &["`user.enterprise` is no value by itself"]);
    refused("user.enterprice.department", Name, &["did you mean `enterprise`?"]);
    refused("user['urn:example:Badge']", Name, &["no value by itself"]);
    refused("manager", Name, &["no value by itself"]);
    refused("target", Name, &["`target.name`"]);
    refused("target.id", Name, &["`target.name`"]);
    refused("user[user.userName]", Name, &["no value by itself"]);
    refused("group.displayName", Name, &["use `user`"]);
    refused("userName", Name, &["did you mean `user.userName`?"]);
    refused("Sales", Name, &["quotes"]);
    refused("lower", Name, &["call it"]);
    refused("loop.index", Name, &["`loop`"]);
}

#[test]
fn functions_are_known_and_given_what_they_take() {
    use FaultKind::{Argument, Name};
    refused("user.userName|lwoer", Name, &["did you mean `lower`?"]);
    refused("slgu('x')", Name, &["did you mean `slug`?"]);
    refused("range(10**9)", Name, &["no loops"]);
    refused("user.emails|selectattr('type', 'equalto', 'work')", Name, &["where("]);
    refused("user.emails|map(attribute='value')", Name, &["pluck("]);
    refused("user.userName.upper()", Name, &["upper(…)"]);
    refused("lower()", Argument, &["0 arguments", "`lower(text)`"]);
    refused("replace('a', 'b')", Argument, &["2 arguments"]);
    refused("lower('a', 'b')", Argument, &["2 arguments"]);
    refused("default(user.title, otherwise='x')", Argument, &["in order, without names"]);
    refused("lower(*['a'])", Argument, &["in order"]);
    refused("'a' is divisibleby(3)", Name, &["`is divisibleby`"]);
    refused("'a' is defined('x')", Argument, &["nothing after it"]);
    refused("'a' is startingwith", Argument, &["one value"]);
    refused("regex_replace('a', user.userName, 'x')", Argument, &["argument 2", "in quotes"]);
    refused("wso2_id('{UD,XX}', '_')", Argument, &["UD, UN, TD and IDP"]);
    refused("slug('x', 'fr')", Argument, &["`de`"]);
    refused("user.userName[::2]", Argument, &["`[a:b:c]`"]);
    refused("{user.userName: 1}", Argument, &["in quotes"]);
    refused("{'a': 1, 'a': 2}", Argument, &["twice"]);
    refused("user.emails.value", FaultKind::Type, &["is a list", "primary(user.emails).value"]);
}

#[test]
fn a_template_is_no_expression() {
    use FaultKind::Syntax;
    refused("{{ user.title }}", Syntax, &["`{{` belongs to a template"]);
    refused("Dear {{ user.title }}", Syntax, &["`{{`"]);
    refused("{% if user.title %}x{% endif %}", Syntax, &["`{%`"]);
    refused("{# note #}", Syntax, &["`{#`"]);
    refused("", Syntax, &["cannot be read"]);
    refused("user.", Syntax, &["cannot be read"]);
    refused("user.title ~", Syntax, &["cannot be read"]);
    refused("'a' 'b' )", Syntax, &["cannot be read"]);
    refused("'open", Syntax, &["cannot be read"]);
    refused("regex_replace('a', '(', 'x')", Syntax, &["the pattern cannot be read"]);
    refused("date_format('2026-01-31', '%!')", Syntax, &["the form `%!`"]);
}

#[test]
fn expressions_are_equal_by_text_and_kind() {
    let (one, other) =
        (compile(Kind::User, "groups").unwrap(), compile(Kind::User, "groups").unwrap());
    assert_eq!(one, other);
    assert_ne!(one, compile(Kind::Group, "groups").unwrap());
    assert_ne!(one, compile(Kind::User, "groups ").unwrap());
    assert_eq!(one.text(), "groups");
    assert_eq!(format!("{one:?}"), "Expression(User, \"groups\")");
}

#[test]
fn an_expression_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(expression: &T) -> T {
        expression.clone()
    }
    let one = compile(Kind::User, "groups").unwrap();
    assert_eq!(shared(&one), one);
}

#[test]
fn what_the_schema_says_is_no_text_or_no_list_is_refused_where_one_is_taken() {
    use FaultKind::Type;
    let check = |text: &str, words: &[&str]| {
        faulty(text, compile(Kind::User, text).map(|_| None), Type, words);
    };
    check("user.emails|lower", &["`user.emails` is a list", "`lower` takes a text"]);
    check("slug(user.name)", &["`user.name` has parts"]);
    check("primary(user.emails)|upper", &["`user.emails` has parts"]);
    check("user.userName|join(',')", &["`user.userName` is one value", "`join` takes a list"]);
    check("primary(user.userName)", &["takes a list"]);
    assert!(compile(Kind::User, "user['urn:example:Badge'].level|pad(3)").is_ok());
    assert!(compile(Kind::User, "user['urn:example:Badge'].floors|sort|join").is_ok());
}
