//! The console: pages, forms, live changes. No decisions: those are the app's.

pub mod guard;
pub mod session;
pub mod sign_in;
pub mod who;
