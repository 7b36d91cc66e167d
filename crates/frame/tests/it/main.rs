//! Tests of palenque-frame through its public face.

mod columns;
mod exports;
mod large;
mod round_trip;
mod tables;
mod threads;
