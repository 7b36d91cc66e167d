//! The binary as users meet it: what it prints, what it writes, how it ends.

mod architecture;
mod codes;
mod config;
mod convert;
mod determinism;
mod help;
mod io_tables;
mod messages;
mod provenance;
mod sides;
mod stop;
mod support;
mod tables;
