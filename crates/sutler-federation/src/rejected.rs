//! Why a token was not believed: for the log of the operator, never for who sent it.

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Longer than a token may be.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts in base64url, the first two of them JSON objects without a doubled key.
    #[error("the token is not a signed JWT")]
    Malformed,
    /// Its algorithm is not one that this identity provider may use.
    #[error("the algorithm is not one of those that are set for the identity provider")]
    Algorithm,
    /// `typ` is missing or another one.
    #[error("the type in the header is not the one that is set for the identity provider")]
    Type,
    /// The header demands an extension that is not understood (RFC 7515 §4.1.11).
    #[error("the header demands an extension that is not understood")]
    Critical,
    /// `iss` is another one.
    #[error("the issuer is not the identity provider")]
    Issuer,
    /// `aud` is missing, or names somebody else.
    #[error("the token is meant for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYet,
    /// A claim is missing, or of another kind than it must be.
    #[error("the claim `{0}` is missing, or is not what it must be")]
    Claim(&'static str),
    /// It is about an application: there is no user behind it (RFC 9068 §5).
    #[error("the token stands for an application, not for a user")]
    Application,
    /// No key of the identity provider, or more than one, fits the header.
    #[error("the identity provider has no key, or not just one, that fits the token")]
    Key,
    /// The signature is not the key's.
    #[error("the signature is wrong")]
    Signature,
}

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The token is not good.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Whether it is good cannot be told just now.
    #[error("the keys of the identity provider cannot be had just now")]
    Unavailable,
}
