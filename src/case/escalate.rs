//! A case that leaves its tier: where to, with what, and whom to tell.
