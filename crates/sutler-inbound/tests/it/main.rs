//! The HTTP side against a ledger in memory, in this process.

#[cfg(test)]
mod authentication;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod cursors;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod patch;
#[cfg(test)]
mod server;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod users;
#[cfg(test)]
mod walk;
