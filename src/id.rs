//! A newtype for each id that the program itself makes.

use std::fmt;

/// A run's id: time-ordered, unguessable enough to be a file name, never a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId(uuid::Uuid);

impl RunId {
    /// A new id, from the clock and the system's randomness.
    pub fn mint() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}
