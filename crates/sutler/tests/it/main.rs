//! The executable as its users meet it: command line, files, HTTP on loopback.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod door;
#[cfg(test)]
mod estate;
#[cfg(test)]
mod events;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod guides;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod history;
#[cfg(test)]
mod import;
#[cfg(test)]
mod me;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod passing;
#[cfg(test)]
mod pause;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod status;
#[cfg(test)]
mod tokens;
#[cfg(test)]
#[path = "../walkthrough/mod.rs"]
mod walkthrough;
