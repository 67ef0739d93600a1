//! What every surface does: load the desk.

mod load;

pub use load::{Error, load, starter};
