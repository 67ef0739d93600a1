//! How the outbox reaches another system.
