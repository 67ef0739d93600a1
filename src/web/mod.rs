//! The console: pages, forms, live changes. No decisions: those are the app's.
