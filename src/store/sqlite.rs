//! SQLite: one file in the data folder, and all that only SQLite knows.

use super::{
    Error,
    sql::{Dialect, Sql},
    statement::{Statement, text, whole},
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, any::AnyConnectOptions, error::DatabaseError};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// A store in a folder.
pub type Sqlite = Sql<Folder>;

/// How safely, and how much, a database in a folder writes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether a commit waits for the disk. Only a test of what is lost without says no.
    pub synced: bool,
    /// The most pages that the file may have, of 4 KiB each; none for as many as there is room.
    pub pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { synced: true, pages: None }
    }
}

/// Where the file lies, and how it is opened.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    settings: Settings,
}

/// How long a connection waits for another process.
const BUSY: i64 = 10_000;
/// How often an opening that another process disturbs is tried.
const OPENINGS: usize = 5;

impl Sqlite {
    /// Opens the database in a folder, and makes either if it is not there.
    pub async fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_with(folder, Settings::default()).await
    }

    /// See [`Settings`].
    pub async fn open_with(folder: &Path, settings: Settings) -> Result<Self, Error> {
        let path = prepare(folder).map_err(|error| match out_of_room(&error) {
            true => Error::Full,
            false => Error::Database(format!("cannot use `{}`: {error}", folder.display())),
        })?;
        Self::start(Folder { path, settings }).await
    }

    /// Whether a folder holds a database.
    pub fn is_in(folder: &Path) -> bool {
        folder.join("firstline.db").is_file()
    }
}

/// Writes a copy of the database in a folder into another folder, as it is at one moment, while others go on with it.
pub async fn backup(folder: &Path, to: &Path) -> Result<(), Error> {
    let failed = |error: io::Error| match out_of_room(&error) {
        true => Error::Full,
        false => Error::Database(format!("cannot write `{}`: {error}", to.display())),
    };
    let missing = || Error::Database(format!("`{}` holds no data", folder.display()));
    let from = Folder { path: folder.canonicalize().map_err(|_| missing())?, settings: Settings::default() };
    if !Sqlite::is_in(&from.path) {
        return Err(missing());
    }
    let copy = to.join("firstline.db");
    let name = copy.to_str().ok_or_else(|| Error::Database("the folder's name is not UTF-8".into()))?;
    let mut connection = from.connect().await.map_err(|error| from.error(&error))?;
    let done = Statement::new("VACUUM INTO $1").bind(name).run(&mut connection).await.map(drop);
    connection.close().await.and(done).map_err(|error| from.error(&error))?;
    let synced = fs::File::open(&copy).and_then(|file| file.sync_all());
    synced.and_then(|()| fs::File::open(to)?.sync_all()).map_err(failed)
}

/// The folder and an empty file, for nobody else's eyes and durable. An existing file is not touched: closing it
/// would drop the locks of a database that this process has open.
fn prepare(folder: &Path) -> io::Result<PathBuf> {
    let mut builder = fs::DirBuilder::new();
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.recursive(true).create(folder)?;
    let folder = folder.canonicalize()?;
    match options.write(true).create_new(true).open(folder.join("firstline.db")) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    #[cfg(unix)]
    for path in [Some(folder.as_path()), folder.parent()].into_iter().flatten() {
        fs::File::open(path)?.sync_all()?;
    }
    Ok(folder)
}

/// Whether a disk or a quota has no more room.
pub fn out_of_room(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl Folder {
    /// Whether a file of a megabyte finds no room.
    fn is_full(&self) -> bool {
        let path = self.path.join(format!("room-{}", std::process::id()));
        let written = fs::File::create(&path).and_then(|mut file| file.write_all(&vec![0; 1 << 20]));
        // It may not even exist.
        let _ = fs::remove_file(&path);
        written.is_err_and(|error| out_of_room(&error))
    }

    /// Sets what a connection has to be like, and reads it back.
    async fn set_up(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let synchronous = if self.settings.synced { 2 } else { 0 };
        let pages = self.settings.pages.map_or_else(String::new, |pages| format!("PRAGMA max_page_count = {pages};"));
        sqlx::raw_sql(AssertSqlSafe(format!(
            "PRAGMA busy_timeout = {BUSY};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = {synchronous};
            PRAGMA fullfsync = ON;
            PRAGMA foreign_keys = ON;
            {pages}"
        )))
        .execute(&mut *connection)
        .await?;
        let read = "SELECT journal_mode, synchronous, fullfsync, foreign_keys, timeout FROM
            pragma_journal_mode, pragma_synchronous, pragma_fullfsync, pragma_foreign_keys, pragma_busy_timeout";
        let done = Statement::new(read).run(connection).await?;
        let row = done.rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let wrong = |error: Error| sqlx::Error::Configuration(error.to_string().into());
        let mode = text(row, 0).map_err(wrong)?;
        let numbers = (1..5).map(|column| whole(row, column)).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        if mode != "wal" || numbers != [Some(synchronous), Some(1), Some(1), Some(BUSY)] {
            let message = format!("the file system does not take the settings for safety: {mode}, {numbers:?}");
            return Err(sqlx::Error::Configuration(message.into()));
        }
        Ok(())
    }
}

impl Dialect for Folder {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const LOCKED: &'static str = "";

    fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let path = self.path.join("firstline.db");
        let path = path.to_str().ok_or_else(|| sqlx::Error::Configuration("the folder's name is not UTF-8".into()))?;
        // Whatever stands in it is part of the name.
        let name: String = path.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("sqlite:{name}?mode=rw").parse()
    }

    async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let options = self.options()?;
        for _ in 1..OPENINGS {
            let mut connection = AnyConnection::connect_with(&options).await?;
            match self.set_up(&mut connection).await {
                Err(error) if Self::busy(&error) => connection.close().await?,
                result => return result.map(|()| connection),
            }
        }
        let mut connection = AnyConnection::connect_with(&options).await?;
        self.set_up(&mut connection).await?;
        Ok(connection)
    }

    async fn set_up_reader(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.set_up(connection).await?;
        sqlx::raw_sql("PRAGMA query_only = ON").execute(connection).await?;
        Ok(())
    }

    async fn settle_down(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        Statement::new("PRAGMA wal_checkpoint(TRUNCATE)").run(connection).await.map(|_| ())
    }

    fn busy(error: &sqlx::Error) -> bool {
        error.as_database_error().is_some_and(|error| code(error) == 5)
    }

    fn error(&self, error: &sqlx::Error) -> Error {
        match error.as_database_error().map(code) {
            Some(13) => Error::Full,
            // Reading and writing fail without a reason: a quota is one that SQLite has no word for.
            Some(10 | 14) if self.is_full() => Error::Full,
            Some(11 | 26) => Error::Corrupt(error.to_string()),
            _ => Error::Database(error.to_string()),
        }
    }
}

/// SQLite's primary result code.
fn code(error: &dyn DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse::<i32>().ok()).map_or(1, |code| code & 0xff)
}
