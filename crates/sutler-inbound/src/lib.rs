//! HTTP: SCIM 2.0, OAuth 2.0 tokens, the admin API, health and metrics.
//!
//! Reads requests, proves who sends them (users by `sutler-federation`), hands them to the engine's one path and words the
//! answers. Decides nothing about resources and stores nothing itself but access tokens.

pub mod admin;
mod authenticate;
mod body;
mod cursor;
mod events;
mod failure;
pub mod limits;
mod oauth;
mod openapi;
mod password;
mod place;
mod probes;
mod rate;
mod request;
mod router;
mod scim;
mod serve;
mod services;
mod settings;
mod tls;
pub mod token;
mod tolerated;
mod user;
mod verify;

pub use cursor::Cursors;
pub use events::{Sealing, TokenSigner};
pub use password::Argon2;
pub use router::router;
pub use serve::{Peer, ServeOptions, bind, serve};
pub use services::Services;
pub use settings::{Argon2Settings, BulkLimits, Rate, Settings};
pub use tls::tls;
pub use verify::SecretSource;
