//! People who sign in: roles, passwords, lock-out.
