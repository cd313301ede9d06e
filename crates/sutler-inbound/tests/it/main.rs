//! The HTTP side in this process, against a ledger in memory; one race against SQLite.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod authentication;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod cursors;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod events;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod intents;
#[cfg(test)]
mod later;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod me;
#[cfg(test)]
mod nested;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod patch;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod race;
#[cfg(test)]
mod roles;
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
#[cfg(test)]
mod walls;
#[cfg(test)]
mod writes;
