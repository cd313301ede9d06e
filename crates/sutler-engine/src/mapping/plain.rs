//! Expressions that are one attribute and nothing else: those can be read backwards.

use super::node::{Node, What};

/// The path of the attribute of the resource that an expression is: `title`, `name.givenName`,
/// `urn:…:User:department`.
pub(super) fn path(root: &Node) -> Option<String> {
    let What::Attribute(attribute) = &root.what else {
        return part(root);
    };
    if attribute.of_manager {
        return None;
    }
    Some(match &attribute.extension {
        Some(urn) => format!("{urn}:{}", attribute.name),
        None => attribute.name.clone(),
    })
}

/// A part of a complex attribute of the core.
fn part(root: &Node) -> Option<String> {
    let What::Part(whole, name) = &root.what else {
        return None;
    };
    let What::Attribute(whole) = &whole.what else {
        return None;
    };
    let core = !whole.of_manager && whole.extension.is_none();
    core.then(|| format!("{}.{name}", whole.name))
}
