//! The connectors as the engine sees them: against the emulator, and against servers that
//! answer whatever a test wants.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod check;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod egress;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod members;
#[cfg(test)]
mod outcomes;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod profile_table;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod scim2_server;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tokens;
