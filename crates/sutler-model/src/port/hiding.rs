//! The port to the keys under which what is not to be stored in the clear is kept.

/// Hides texts under keys of the installation: who has the store alone can neither read them nor
/// try them out. The same text always comes out the same, so that equals still meet.
pub trait Hiding: Send + Sync {
    /// A digest, printable, from which nobody can get the text back.
    fn digest(&self, text: &str) -> String;

    /// The text in a form that [`Hiding::show`] opens, printable.
    fn hide(&self, text: &str) -> String;

    /// What was hidden. `None` of anything else.
    fn show(&self, hidden: &str) -> Option<String>;
}
