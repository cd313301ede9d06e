//! End-to-end suites: the real binary and real peers, as processes on loopback.
//!
//! Every process runs in the foreground, with a private folder and a private port, and is
//! killed when its handle is dropped. Nothing here sleeps for a fixed time and hopes: what is
//! awaited is a condition, with a deadline.
//!
//! `make test` installs the counterparts. A missing one fails the suite that needs it.

#[cfg(test)]
mod client;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod guides;
#[cfg(test)]
mod installation;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod people;
#[cfg(test)]
mod process;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod scim2_server;
#[cfg(test)]
mod setting;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod wait;
#[cfg(test)]
#[path = "../walkthrough/mod.rs"]
mod walkthrough;
