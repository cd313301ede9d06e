//! A fake that hides nothing: tests see what was to be hidden.

use sutler_model::port::Hiding;

/// A fake: the text itself, behind a word that says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainHiding;

impl Hiding for PlainHiding {
    fn digest(&self, text: &str) -> String {
        format!("not digested: {text}")
    }

    fn hide(&self, text: &str) -> String {
        format!("not hidden: {text}")
    }

    fn show(&self, hidden: &str) -> Option<String> {
        hidden.strip_prefix("not hidden: ").map(str::to_owned)
    }
}
