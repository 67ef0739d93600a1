//! The least that SQLite can do for the same: a table of entries, one statement a commit, nothing around it.

use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::{
    fmt::Write,
    path::Path,
    time::{Duration, Instant},
};

/// What is written: the figures of a serving process.
#[derive(Clone, Copy)]
pub struct Work {
    pub commits: u64,
    pub rows: u64,
    pub bytes: u64,
}

/// The cases that rows belong to by turns.
const CASES: u64 = 64;

/// Does it, in a new database in a folder, as safely as the store does.
pub async fn write(folder: &Path, work: Work) -> Duration {
    sqlx::any::install_default_drivers();
    let path = folder.join("bare.db");
    let address = format!("sqlite:{}?mode=rwc", path.display());
    let mut connection = AnyConnection::connect(&address).await.expect("it connects");
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE entries (
            case_id TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (case_id, seq)
        )";
    sqlx::raw_sql(set_up).execute(&mut connection).await.expect("it makes a table");
    let cases: Vec<String> = (0..CASES).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    let other = cases[0].len() + 2 * size_of::<i64>();
    let body = "x".repeat((work.bytes / work.rows) as usize - other);
    let start = Instant::now();
    let mut row = 0;
    for commit in 1..=work.commits {
        let until = work.rows * commit / work.commits;
        if until == row {
            continue;
        }
        let mut sql = String::from("INSERT INTO entries VALUES ");
        for n in 0..until - row {
            let comma = if n == 0 { "" } else { ", " };
            let first = 4 * n + 1;
            write!(sql, "{comma}(${first}, ${}, ${}, ${})", first + 1, first + 2, first + 3).expect("a text takes all");
        }
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        while row < until {
            let (case, seq) = (&cases[(row % CASES) as usize], (row / CASES) as i64);
            insert = insert.bind(case).bind(seq).bind(start.elapsed().as_millis() as i64).bind(&body);
            row += 1;
        }
        // Alone, it is a transaction of its own.
        insert.execute(&mut connection).await.expect("it writes");
    }
    let took = start.elapsed();
    connection.close().await.expect("it closes");
    took
}
