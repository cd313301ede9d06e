//! The emulator as a client sees it.

#[cfg(test)]
mod control;
#[cfg(test)]
mod scim;
#[cfg(test)]
mod support;
