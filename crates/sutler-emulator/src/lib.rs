//! Targets that behave like the real ones, with their limits and with faults.
