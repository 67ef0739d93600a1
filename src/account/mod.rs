//! People who sign in: roles, passwords, lock-out; and those who come with a link instead.

mod link;
mod lockout;
pub mod password;
mod role;

pub use link::LinkKey;
pub use lockout::locked_until;
pub use role::Role;

/// The longest login, in characters.
const MAX_LOGIN: usize = 64;

/// A login as it is kept, in lower case, or what is wrong with it.
pub fn login(text: &str) -> Result<String, String> {
    let login = text.trim().to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || ".-_@".contains(c);
    if login.is_empty() || login.chars().count() > MAX_LOGIN || !login.chars().all(fits) {
        return Err(format!("a login has 1 to {MAX_LOGIN} letters, digits, `.`, `-`, `_` or `@`"));
    }
    Ok(login)
}
