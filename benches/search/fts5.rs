//! The same texts in SQLite's full-text index: porter stems, BM25, the title three times.

use super::engines::{Engine, timed};
use firstline::search::evaluation::Text;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::runtime::Runtime;

pub struct Fts5 {
    runtime: Runtime,
    connection: SqliteConnection,
}

impl Fts5 {
    pub fn build(texts: &[Text]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let options: SqliteConnectOptions = "sqlite::memory:".parse().expect("an address");
        let connection = runtime.block_on(async {
            let mut connection = options.connect().await?;
            let table =
                "CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, title, body, tokenize = 'porter unicode61')";
            sqlx::query(table).execute(&mut connection).await?;
            let mut together = connection.begin().await?;
            for text in texts {
                let insert = sqlx::query("INSERT INTO texts VALUES (?, ?, ?)");
                insert.bind(&text.id).bind(&text.title).bind(&text.body).execute(&mut *together).await?;
            }
            together.commit().await?;
            Ok::<_, sqlx::Error>(connection)
        });
        Self { connection: connection.expect("SQLite takes them"), runtime }
    }

    /// Of the whole database, texts included.
    pub fn bytes(&mut self) -> u64 {
        let select = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let bytes = sqlx::query_scalar::<_, i64>(select).fetch_one(&mut self.connection);
        self.runtime.block_on(bytes).expect("SQLite knows") as u64
    }

    /// The first ten.
    fn ranking(&mut self, words: &str) -> Vec<String> {
        let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let any: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
        if any.is_empty() {
            return Vec::new();
        }
        let select = "SELECT id FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, 0.0, 3.0, 1.0) LIMIT 10";
        let rows = sqlx::query(select).bind(any.join(" OR ")).fetch_all(&mut self.connection);
        let rows = self.runtime.block_on(rows).expect("SQLite finds them");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Engine for Fts5 {
    fn ask(&mut self, words: &str) -> (Vec<String>, f64) {
        timed(|| self.ranking(words))
    }
}
