//! The engine, tried as a whole: interleaving models on its transitions, and the simulator.

mod lives;
mod models;
mod scenarios;
