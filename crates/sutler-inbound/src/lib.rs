//! HTTP: SCIM 2.0, OAuth 2.0 tokens, health and metrics.
