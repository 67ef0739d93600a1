//! A statement with its values, as data: it can be run again after a rollback.

use super::Error;
use futures_util::TryStreamExt;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Either, Executor, Row, any::AnyRow};
use std::borrow::Cow;

/// See the module. `$1` is the first value.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

/// What may stand in a column.
#[derive(Clone, Debug)]
pub enum Value {
    Text(Option<String>),
    Whole(Option<i64>),
}

/// What a statement came to.
pub struct Done {
    /// How many rows it wrote.
    pub changed: u64,
    /// What it returned.
    pub rows: Vec<AnyRow>,
}

impl Statement {
    /// One without values yet.
    pub fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    /// The next value.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// More text, and the value that it ends in.
    pub fn and(mut self, sql: &str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        let count = self.values.len();
        self.sql.to_mut().push_str(&format!("{sql}${count}"));
        self
    }

    /// The last of its text.
    pub fn end(mut self, sql: &str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// How large its values are.
    pub fn bytes(&self) -> usize {
        let bytes = |value: &Value| match value {
            Value::Text(text) => text.as_ref().map_or(0, String::len),
            Value::Whole(number) => number.map_or(0, |_| size_of::<i64>()),
        };
        self.values.iter().map(bytes).sum()
    }

    /// Runs it.
    pub async fn run(&self, connection: &mut AnyConnection) -> Result<Done, sqlx::Error> {
        let mut query = sqlx::query::<Any>(AssertSqlSafe(self.sql.clone()));
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Whole(number) => query.bind(*number),
            };
        }
        let mut done = Done { changed: 0, rows: Vec::new() };
        let mut steps = connection.fetch_many(query);
        while let Some(step) = steps.try_next().await? {
            match step {
                Either::Left(result) => done.changed += result.rows_affected(),
                Either::Right(row) => done.rows.push(row),
            }
        }
        Ok(done)
    }
}

macro_rules! value {
    ($($kind:ident $from:ty, $value:ident => $to:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$kind($to)
            }
        })*
    };
}

value! {
    Text &str, text => Some(text.into());
    Text String, text => Some(text);
    Text Option<String>, text => text;
    Whole i64, number => Some(number);
    Whole Option<i64>, number => number;
    Whole bool, yes => Some(yes.into());
    Whole u32, number => Some(number.into());
    Whole u64, number => Some(number.try_into().expect("nothing is counted that far"));
    Whole Timestamp, moment => Some(moment.as_millisecond());
    Whole Option<Timestamp>, moment => moment.map(|moment| moment.as_millisecond());
}

/// The text in a column.
pub fn text(row: &AnyRow, column: usize) -> Result<String, Error> {
    row.try_get(column).map_err(unreadable)
}

/// The number in a column.
pub fn whole(row: &AnyRow, column: usize) -> Result<Option<i64>, Error> {
    row.try_get(column).map_err(unreadable)
}

/// The moment in a column.
pub fn moment(row: &AnyRow, column: usize) -> Result<Option<Timestamp>, Error> {
    whole(row, column)?.map(|number| Timestamp::from_millisecond(number).map_err(unreadable)).transpose()
}

/// The number in a column, counted from nothing.
pub fn count(row: &AnyRow, column: usize) -> Result<u64, Error> {
    u64::try_from(whole(row, column)?.unwrap_or_default()).map_err(unreadable)
}

/// What the text in a column is read as.
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(row: &AnyRow, column: usize) -> Result<T, Error> {
    text(row, column)?.parse().map_err(unreadable)
}

/// The value whose JSON stands in a column.
pub fn json<T: DeserializeOwned>(row: &AnyRow, column: usize) -> Result<T, Error> {
    serde_json::from_str(&text(row, column)?).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}
