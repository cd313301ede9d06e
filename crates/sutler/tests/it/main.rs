//! The executable as its users meet it: command line, files, HTTP on loopback.

mod backup;
mod contract;
mod demo;
mod door;
mod estate;
mod harness;
mod import;
mod secrets;
mod status;
mod tokens;
