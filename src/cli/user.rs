//! `firstline user`

use super::{Error, Status, output, run::screen};
use crate::{
    account::Role,
    app::{
        self,
        accounts::{self, Newcomer},
    },
    desk::Desk,
    store::Store,
};
use clap::{Args, Subcommand};
use std::{
    fs,
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// Say who may sign in
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add somebody; the first one ends working without sign-in
    Add {
        /// What they sign in with
        login: String,
        /// What colleagues call them [default: the login]
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// What they may do: agent, author, lead or admin
        #[arg(long, default_value_t = Role::Agent)]
        role: Role,
        /// The tier they work in [default: the desk's first with people]
        #[arg(long)]
        tier: Option<String>,
        #[command(flatten)]
        password: Source,
    },
    /// List everybody
    List,
    /// Set another password; ends their sessions
    Password {
        /// Whose
        login: String,
        #[command(flatten)]
        password: Source,
    },
    /// Change what somebody may do; ends their sessions
    Role {
        /// Whose
        login: String,
        /// agent, author, lead or admin
        role: Role,
        /// Another tier to work in
        #[arg(long)]
        tier: Option<String>,
    },
    /// Keep somebody out; ends their sessions
    Disable {
        /// Whom
        login: String,
    },
    /// Let somebody in again
    Enable {
        /// Whom
        login: String,
    },
}

/// Where a password comes from.
#[derive(Debug, Args)]
struct Source {
    /// A file whose first line is the password [default: asked for, or the first line of the input]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub async fn run(
    arguments: &Arguments,
    load: impl FnOnce() -> Result<Desk, app::Error>,
    store: &dyn Store,
) -> Result<Status, Error> {
    match &arguments.what {
        What::Add { login, name, role, tier, password } => {
            let desk = load()?;
            let tier = tier.as_deref().unwrap_or_else(|| desk.policy.first_staffed());
            let newcomer = Newcomer { login, name, role: *role, tier: known(&desk, tier)? };
            let person = accounts::add(store, newcomer, &password.read()?).await?;
            let first = store.people().await.map_err(accounts::Error::from)?.len() == 1;
            anstream::eprintln!("`{}` may sign in as {role}, {tier}", person.login);
            if first {
                if !role.may_administer() {
                    anstream::eprintln!("nobody is an admin yet; `firstline user role LOGIN admin` makes one");
                }
                anstream::eprintln!("from here on everybody signs in, on this computer too");
            }
        }
        What::List => list(store).await?,
        What::Password { login, password } => accounts::set_password(store, login, &password.read()?).await?,
        What::Role { login, role, tier } => {
            let desk = load()?;
            let tier = tier.as_deref().map(|tier| known(&desk, tier)).transpose()?;
            accounts::set_role(store, login, *role, tier).await?;
        }
        What::Disable { login } => accounts::set_disabled(store, login, true).await?,
        What::Enable { login } => accounts::set_disabled(store, login, false).await?,
    }
    Ok(Status::Fine)
}

/// The tier, if the desk has it.
fn known<'a>(desk: &Desk, tier: &'a str) -> Result<&'a str, Error> {
    if desk.policy.tier(tier).is_some() {
        return Ok(tier);
    }
    let tiers: Vec<_> = desk.policy.tiers.iter().map(|tier| format!("`{}`", tier.id.value)).collect();
    Err(Error::Usage(format!("the desk has no tier `{tier}`; there are {}", tiers.join(", "))))
}

async fn list(store: &dyn Store) -> Result<(), Error> {
    let people = store.people().await.map_err(accounts::Error::from)?;
    if people.is_empty() {
        anstream::eprintln!("nobody has an account; add one with `firstline user add NAME --role admin`");
    }
    let widest = people.iter().map(|person| person.login.chars().count()).max().unwrap_or(0);
    let mut out = anstream::stdout();
    for person in people {
        let state = if person.disabled { "  disabled" } else { "" };
        let login = output::paint(output::KEY, format_args!("{:widest$}", person.login));
        writeln!(out, "{login}  {:6}  {}  {}{state}", person.role, person.tier, person.name)?;
    }
    Ok(())
}

impl Source {
    fn read(&self) -> Result<String, Error> {
        match &self.password_file {
            Some(path) => first_line(io::BufReader::new(fs::File::open(path).map_err(|why| unreadable(path, &why))?)),
            None if io::stdin().is_terminal() => asked(),
            None => first_line(io::stdin().lock()),
        }
    }
}

fn unreadable(path: &Path, why: &io::Error) -> Error {
    Error::Usage(format!("cannot read `{}`: {why}", path.display()))
}

fn first_line(mut input: impl BufRead) -> Result<String, Error> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn asked() -> Result<String, Error> {
    let password = screen::secret("password: ")?;
    match screen::secret("once more: ")? == password {
        true => Ok(password),
        false => Err(Error::Usage("these were two different passwords; nothing was changed".into())),
    }
}
