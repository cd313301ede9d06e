//! For tests only: harness, fakes, the simulator, conformance suites for stores and connectors.
