//! Loops: the only place where threads run and where speed decides how the code looks.

pub(crate) mod adjacency;
pub(crate) mod bfs;
pub(crate) mod brandes;
pub(crate) mod chunks;
pub mod coefficients;
pub(crate) mod components;
pub(crate) mod dijkstra;
pub mod distance;
pub mod fixed_point;
pub(crate) mod inverse;
pub(crate) mod krylov;
pub(crate) mod laplacian;
pub mod leontief;
pub mod ordered_sum;
pub(crate) mod path_count;
pub(crate) mod percolation;
pub(crate) mod productivity;
pub(crate) mod ratio;
pub(crate) mod rows;
pub(crate) mod stationary;
pub(crate) mod sums;
pub mod threads;
pub(crate) mod triangles;
