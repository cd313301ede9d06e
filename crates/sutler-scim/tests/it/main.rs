//! The wire and the model together: every rule is tested through the text that a client sends.

mod body;
mod discovery;
mod filter;
mod fuzz;
mod naive;
mod patch;
mod render;
