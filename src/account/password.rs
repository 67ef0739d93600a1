//! Passwords, kept as argon2id hashes.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// The shortest password, in characters.
pub const SHORTEST: usize = 10;
/// The longest password, in bytes.
pub const LONGEST: usize = 1024;

/// A hash of nobody's password, for logins that nobody has: verifying takes as long.
pub const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBvZiBub2JvZHlzLg$bm9ib2R5IGtub3dzIHdob3NlIGhhc2ggdGhpcyBpcyE";

/// What keeps a password from being hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct Error(argon2::password_hash::Error);

/// What is wrong with a new password, if anything is.
pub fn check(login: &str, password: &str) -> Result<(), String> {
    if password.chars().count() < SHORTEST {
        return Err(format!("a password has at least {SHORTEST} characters"));
    }
    if password.len() > LONGEST {
        return Err(format!("a password has at most {LONGEST} bytes"));
    }
    if password.to_lowercase() == login.to_lowercase() {
        return Err("the password is the login; take another".to_owned());
    }
    Ok(())
}

/// The hash in PHC form, with a salt of its own: argon2id, 19 MiB, two passes, one lane, as OWASP advises.
pub fn hash(password: &str) -> Result<String, Error> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Error)
}

/// Whether it is the password of a hash; a hash that cannot be read is nobody's.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
