//! What provisioning means: validate, spread, decide, dispatch, sweep.
