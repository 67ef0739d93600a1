//! The console: pages, forms, live changes. No decisions: those are the app's.

pub mod assets;
pub mod guard;
pub mod page;
pub mod session;
pub mod sign_in;
pub mod view;
pub mod who;
