//! Connectors: code that speaks one target protocol, one folder each. And whatever else is fetched
//! over HTTP, such as the keys of identity providers.
//!
//! Every byte that leaves goes through HTTP clients that are built in one place: no redirects,
//! no proxy from the environment, time-outs, a limit on what is read, and no address that the
//! target may not have. Knows neither the engine nor a database, and never repeats a call by
//! itself: the outcome says what happened, the engine decides.

mod auth;
mod document;
mod factory;
mod http;
mod probe;
mod profile;
mod push;
mod scim2;
mod stop;

pub use auth::ResolvedAuth;
pub use document::document;
pub use factory::{BuildError, CONNECTORS, Settings, connector};
pub use probe::{Left, MOST_OBJECTS, PREFIX, ProbeOptions, Probed, Prober, Watcher};
pub use profile::{Defaults, Evidence, PROFILES, Profile, ProfileError, shipped};
pub use push::EventPush;
