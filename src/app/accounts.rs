//! Signing in, and the people who may.

use crate::{
    account::{self, Role, password},
    store::{self, Person, Store},
};
use jiff::Timestamp;
use tokio::sync::{Mutex, Semaphore};

/// At most so many passwords are hashed at once: each takes 19 MiB and most of a core.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Failures are counted one after the other, or guesses made at once would count as one.
static COUNTING: Mutex<()> = Mutex::const_new(());

/// Why somebody is not let in. A page says the same of both.
#[derive(Debug, thiserror::Error)]
pub enum SignIn {
    /// No such login, another password, or turned off.
    #[error("the login or the password is wrong")]
    Wrong,
    /// Too many failures.
    #[error("too many attempts; locked until {until}")]
    Locked {
        /// Tried again then.
        until: Timestamp,
    },
    /// It could not be found out.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What keeps a change of accounts from being made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The login or the password does not do.
    #[error("{0}")]
    Refused(String),
    /// Nobody has this login.
    #[error("there is no user `{0}`; `firstline user list` names them")]
    Unknown(String),
    /// The system has no randomness, or no memory.
    #[error(transparent)]
    Password(#[from] password::Error),
    /// The store does not do it.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<store::Error> for SignIn {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct Newcomer<'a> {
    /// What they sign in with.
    pub login: &'a str,
    /// What colleagues call them; the login if empty.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// Where they work.
    pub tier: &'a str,
}

/// Whether anybody has an account.
pub async fn any(store: &dyn Store) -> Result<bool, store::Error> {
    Ok(!store.people().await?.is_empty())
}

/// Lets somebody in, or counts the failure. An unknown login takes as long as a known one.
pub async fn sign_in(store: &dyn Store, login: &str, password: &str, now: Timestamp) -> Result<Person, SignIn> {
    let seen = match account::login(login) {
        Ok(login) => store.person(&login).await?,
        Err(_) => None,
    };
    let right = matches(password, seen.as_ref().map(|person| person.password.clone())).await;
    let Some(seen) = seen else { return Err(SignIn::Wrong) };

    let _counting = COUNTING.lock().await;
    let Some(mut person) = store.person(&seen.login).await? else { return Err(SignIn::Wrong) };
    if let Some(until) = person.locked_until.filter(|until| *until > now) {
        return Err(SignIn::Locked { until });
    }
    if !right || person.disabled || person.generation != seen.generation {
        person.failures = person.failures.saturating_add(1);
        person.locked_until = account::locked_until(person.failures, now);
        store.update_person(&person).await?;
        return Err(SignIn::Wrong);
    }
    if person.failures > 0 || person.locked_until.is_some() {
        (person.failures, person.locked_until) = (0, None);
        store.update_person(&person).await?;
    }
    Ok(person)
}

/// Adds somebody.
pub async fn add(store: &dyn Store, newcomer: Newcomer<'_>, password: &str) -> Result<Person, Error> {
    let login = account::login(newcomer.login).map_err(Error::Refused)?;
    let name = newcomer.name.trim();
    let person = Person {
        name: if name.is_empty() { login.clone() } else { name.to_owned() },
        role: newcomer.role.to_string(),
        tier: newcomer.tier.to_owned(),
        password: hashed(&login, password).await?,
        failures: 0,
        locked_until: None,
        disabled: false,
        generation: 0,
        login,
    };
    store.add_person(&person).await?;
    Ok(person)
}

/// Sets another password: unlocks, and ends all sessions.
pub async fn set_password(store: &dyn Store, login: &str, password: &str) -> Result<(), Error> {
    let hash = hashed(&known(store, login).await?.login, password).await?;
    change(store, login, |person| {
        person.password = hash;
        (person.failures, person.locked_until) = (0, None);
    })
    .await
}

/// Turns somebody off or on again; both end all sessions.
pub async fn set_disabled(store: &dyn Store, login: &str, disabled: bool) -> Result<(), Error> {
    change(store, login, |person| person.disabled = disabled).await
}

/// Changes what somebody may do, and where they work if that is said; ends all sessions.
pub async fn set_role(store: &dyn Store, login: &str, role: Role, tier: Option<&str>) -> Result<(), Error> {
    change(store, login, |person| {
        person.role = role.to_string();
        if let Some(tier) = tier {
            person.tier = tier.to_owned();
        }
    })
    .await
}

async fn change(store: &dyn Store, login: &str, change: impl FnOnce(&mut Person)) -> Result<(), Error> {
    let _counting = COUNTING.lock().await;
    let mut person = known(store, login).await?;
    change(&mut person);
    person.generation = person.generation.wrapping_add(1);
    Ok(store.update_person(&person).await?)
}

async fn known(store: &dyn Store, login: &str) -> Result<Person, Error> {
    let login = account::login(login).map_err(Error::Refused)?;
    store.person(&login).await?.ok_or(Error::Unknown(login))
}

async fn hashed(login: &str, password: &str) -> Result<String, Error> {
    password::check(login, password).map_err(Error::Refused)?;
    let password = password.to_owned();
    Ok(aside(move || password::hash(&password)).await?)
}

/// Whether it is the password of the hash; without one, as long as that would take, and no.
async fn matches(password: &str, hash: Option<String>) -> bool {
    if password.len() > password::LONGEST {
        return false;
    }
    let password = password.to_owned();
    aside(move || password::verify(&password, hash.as_deref().unwrap_or(password::NOBODYS))).await
}

/// Hashing, where it holds nobody up.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let permit = HASHING.acquire().await.expect("the semaphore is never closed");
    let work = move || {
        // Held by the work: whoever waits for it may have gone.
        let _permit = permit;
        work()
    };
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}
