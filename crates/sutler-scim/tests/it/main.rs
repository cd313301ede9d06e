//! The wire and the model together: every rule is tested through the text that a client sends.

#![expect(
    clippy::needless_pass_by_value,
    reason = "cases are tables of values, and read better without a `&` before each"
)]

#[cfg(test)]
mod body;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod patch;
#[cfg(test)]
mod render;
#[cfg(test)]
mod roles;
