//! What a token claims (RFC 7519 §4, RFC 9068 §2.2), held against what its issuer is trusted with.
//!
//! Pure: the time is given.

use serde_json::{Map, Value};
use sutler_model::Time;
use sutler_model::identity_provider::IdentityProvider;

use crate::Rejected;

/// By how much the clocks of two machines may differ, in milliseconds.
const SKEW: i64 = 60_000;
/// The longest time that a token may live, in milliseconds: until it ends, a token that was
/// stolen is as good as its user.
const LONGEST_LIFE: i64 = 24 * 3_600_000;
/// The longest value that can name a user, in bytes.
const LONGEST_NAME: usize = 1_024;

/// The claims of a token that was verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(pub(crate) Map<String, Value>);

impl Claims {
    /// A claim that is a text, with something in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.0, name)
    }
}

/// Checks everything but the signature.
pub(crate) fn check(
    claims: &Map<String, Value>,
    trusted: &IdentityProvider,
    now: Time,
) -> Result<(), Rejected> {
    if text(claims, "iss") != Some(trusted.issuer.as_str()) {
        return Err(Rejected::Issuer);
    }
    check_audience(claims, trusted)?;
    check_times(claims, now)?;
    check_user(claims, trusted)
}

/// `aud` is a text or a list of texts (RFC 7519 §4.1.3).
fn check_audience(claims: &Map<String, Value>, trusted: &IdentityProvider) -> Result<(), Rejected> {
    let named: Option<Vec<&str>> = match claims.get("aud") {
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        Some(Value::String(one)) => Some(vec![one]),
        _ => None,
    };
    let ours = |audience: &str| trusted.audience.iter().any(|ours| ours == audience);
    if named.is_some_and(|named| named.into_iter().any(ours)) {
        Ok(())
    } else {
        Err(Rejected::Audience)
    }
}

fn check_times(claims: &Map<String, Value>, now: Time) -> Result<(), Rejected> {
    let expires = moment(claims, "exp")?.ok_or(Rejected::Claim("exp"))?;
    let issued = moment(claims, "iat")?.ok_or(Rejected::Claim("iat"))?;
    let begins = moment(claims, "nbf")?;
    if now >= expires.plus(SKEW) {
        return Err(Rejected::Expired);
    }
    if [Some(issued), begins].into_iter().flatten().any(|begin| begin > now.plus(SKEW)) {
        return Err(Rejected::NotYet);
    }
    if !(1..=LONGEST_LIFE).contains(&expires.since(issued)) {
        return Err(Rejected::Claim("exp"));
    }
    Ok(())
}

/// A `NumericDate` (RFC 7519 §2): seconds, of which a fraction is dropped.
fn moment(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Time>, Rejected> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let Value::Number(number) = value else {
        return Err(Rejected::Claim(name));
    };
    let written = number.to_string();
    let whole = written.split_once('.').map_or(written.as_str(), |(whole, _)| whole);
    let sensible = !written.contains(['e', 'E']);
    let seconds = whole.parse::<i64>().ok().filter(|seconds| sensible && *seconds >= 0);
    let millis = seconds.and_then(|seconds| seconds.checked_mul(1_000));
    millis.map(|millis| Some(Time(millis))).ok_or(Rejected::Claim(name))
}

/// That there is a user behind it, with a name that can be looked up.
fn check_user(claims: &Map<String, Value>, trusted: &IdentityProvider) -> Result<(), Rejected> {
    let subject = text(claims, "sub").ok_or(Rejected::Claim("sub"))?;
    if text(claims, "client_id") == Some(subject) {
        return Err(Rejected::Application);
    }
    let claim = trusted.user.claim.as_str();
    // An address that the provider has not verified is whatever its user has typed.
    if claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err(Rejected::Claim("email_verified"));
    }
    text(claims, claim).map(drop).ok_or(Rejected::Claim("user"))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = claims.get(name)?.as_str()?;
    let usable =
        !value.is_empty() && value.len() <= LONGEST_NAME && !value.chars().any(char::is_control);
    usable.then_some(value)
}
