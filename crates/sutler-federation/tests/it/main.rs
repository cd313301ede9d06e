//! Tokens that are believed, and many that are not.

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod keyring;
#[cfg(test)]
mod support;
