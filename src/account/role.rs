//! What somebody may do.

use std::{fmt, str::FromStr};

/// A role may all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works on cases.
    Agent,
    /// Sees what the checker says of the desk.
    Author,
    /// Settles what could not be handed over.
    Lead,
    /// Manages people.
    Admin,
}

impl Role {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Author, Self::Lead, Self::Admin];

    /// Sees the desk's health.
    pub fn may_author(self) -> bool {
        self >= Self::Author
    }

    /// Sends again, or drops, what could not be handed over.
    pub fn may_lead(self) -> bool {
        self >= Self::Lead
    }

    /// Manages people and connectors.
    pub fn may_administer(self) -> bool {
        self >= Self::Admin
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent => "agent",
            Self::Author => "author",
            Self::Lead => "lead",
            Self::Admin => "admin",
        })
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.to_string() == text)
            .ok_or_else(|| format!("there is no role `{text}`; there are `agent`, `author`, `lead` and `admin`"))
    }
}
