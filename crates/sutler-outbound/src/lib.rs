//! Connectors, one folder each.
