//! The store in SQL that every database takes.

use super::{
    Append, Clicked, Error, Feedback, Filter, Incident, Judged, Outgoing, Person, ProgramSource, Recall, RunFilter,
    RunRow, Searched, Session, Standing, Store, Viewed,
    statement::{Done, Statement, Value, count, json, moment, parsed, text, whole},
    writer::Writer,
};
use crate::{
    case::{Entry, Event, Judgement, OutboxEntry, Row},
    id::{CaseId, IncidentId, OutboxId, RunId},
};
use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::{
    AnyConnection, AnyPool, Connection, SqlStr,
    any::{AnyConnectOptions, AnyPoolOptions, AnyRow},
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use std::future::Future;

/// How many connections read.
const READERS: u32 = 4;
/// How many entries one statement writes at most.
const ENTRIES: usize = 8;
/// Versions of the tables. What was released stays as it is.
const MIGRATIONS: [(i64, &str, &str); 6] = [
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "portal", include_str!("migrations/0002_portal.sql")),
    (3, "incidents", include_str!("migrations/0003_incidents.sql")),
    (4, "runs", include_str!("migrations/0004_runs.sql")),
    (5, "verdicts", include_str!("migrations/0005_verdicts.sql")),
    (6, "clicks", include_str!("migrations/0006_clicks.sql")),
];

/// What databases do not agree on.
pub trait Dialect: Clone + Send + Sync + 'static {
    /// Begins a transaction that writes.
    const BEGIN: &'static str;
    /// Locks what a subquery selects, and passes over what somebody else has locked.
    const LOCKED: &'static str;
    /// How to reach it.
    fn options(&self) -> Result<AnyConnectOptions, sqlx::Error>;
    /// A connection that writes.
    fn connect(&self) -> impl Future<Output = Result<AnyConnection, sqlx::Error>> + Send;
    /// Makes a new connection one that reads.
    fn set_up_reader(&self, connection: &mut AnyConnection) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
    /// The last that the writer does.
    fn settle_down(&self, connection: &mut AnyConnection) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
    /// Whether somebody else's lock is the reason.
    fn busy(error: &sqlx::Error) -> bool;
    /// What an error means.
    fn error(&self, error: &sqlx::Error) -> Error;
}

/// See the module.
pub struct Sql<D> {
    dialect: D,
    readers: AnyPool,
    writer: Writer,
}

impl<D: Dialect> Sql<D> {
    pub(super) async fn start(dialect: D) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| dialect.error(&error);
        let mut connection = dialect.connect().await.map_err(failed)?;
        migrate::<D>(&mut connection).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
            MigrateError::VersionMissing(version) if version > MIGRATIONS[MIGRATIONS.len() - 1].0 => {
                Error::Newer(format!("its tables are version {version}"))
            }
            error => Error::Corrupt(error.to_string()),
        })?;
        complete_runs(&mut connection).await.map_err(failed)?;
        let reader = dialect.clone();
        let readers = AnyPoolOptions::new()
            .max_connections(READERS)
            // A file does not go away, and asking costs as much as a read.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let reader = reader.clone();
                Box::pin(async move { reader.set_up_reader(connection).await })
            })
            .connect_lazy_with(dialect.options().map_err(failed)?);
        let writer = Writer::start(dialect.clone(), connection);
        Ok(Self { dialect, readers, writer })
    }

    /// Writes what waits, and lets go of the database.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn read(&self, statement: Statement) -> Result<Vec<AnyRow>, Error> {
        let failed = |error: sqlx::Error| self.dialect.error(&error);
        let mut connection = self.readers.acquire().await.map_err(failed)?;
        Ok(statement.run(&mut connection).await.map_err(failed)?.rows)
    }

    /// The first row.
    async fn one<T>(&self, statement: Statement, of: fn(&AnyRow) -> Result<T, Error>) -> Result<Option<T>, Error> {
        self.read(statement).await?.first().map(of).transpose()
    }

    /// Every row.
    async fn all<T>(&self, statement: Statement, of: fn(&AnyRow) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        self.read(statement).await?.iter().map(of).collect()
    }

    async fn write(&self, statement: Statement) -> Result<Done, Error> {
        self.writer.write(vec![statement]).await
    }
}

/// In one transaction, so that of several processes one does it.
async fn migrate<D: Dialect>(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    });
    let mut transaction = connection.begin_with(D::BEGIN).await?;
    Migrator::with_migrations(migrations.into()).run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    Ok(())
}

/// Fills in what the rows of runs lack that an earlier version wrote.
async fn complete_runs(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let started = "SELECT entries.body FROM runs JOIN entries ON entries.case_id = runs.case_id
        WHERE runs.playbook = '' AND entries.body LIKE '%\"event\":\"run_started\"%'";
    for row in Statement::new(started).run(connection).await?.rows {
        let entry: Result<Entry, _> = json(&row, 0);
        if let Ok(Entry { event: Event::RunStarted { run, playbook, program, .. }, .. }) = entry {
            let fill = "UPDATE runs SET playbook = $1, program = $2 WHERE run_id = $3";
            Statement::new(fill).bind(playbook).bind(program).bind(run.to_string()).run(connection).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl<D: Dialect> Store for Sql<D> {
    async fn number(&self) -> Result<u64, Error> {
        let next = "UPDATE counters SET value = value + 1 WHERE name = 'case' RETURNING value";
        let done = self.write(Statement::new(next)).await?;
        count(done.rows.first().ok_or_else(|| Error::Corrupt("it counts no cases".into()))?, 0)
    }

    async fn append(&self, append: Append) -> Result<(), Error> {
        let case = append.case;
        let done = self.writer.write(statements(append)).await?;
        match done.changed {
            0 => Err(Error::Stale { head: self.head(case).await?.unwrap_or(0) }),
            _ => {
                metrics::counter!("firstline_store_appends_total").increment(1);
                Ok(())
            }
        }
    }

    async fn stream(&self, case: CaseId, after: u64) -> Result<Vec<Entry>, Error> {
        let entries = "SELECT body FROM entries WHERE case_id = $1 AND seq > $2 ORDER BY seq";
        self.all(Statement::new(entries).bind(case.to_string()).bind(after), |row| json(row, 0)).await
    }

    async fn head(&self, case: CaseId) -> Result<Option<u64>, Error> {
        let head = "SELECT seq FROM cases WHERE case_id = $1";
        self.one(Statement::new(head).bind(case.to_string()), |row| count(row, 0)).await
    }

    async fn find(&self, number: u64) -> Result<Option<CaseId>, Error> {
        let case = "SELECT case_id FROM cases WHERE number = $1";
        self.one(Statement::new(case).bind(number), |row| parsed(row, 0)).await
    }

    async fn case_of(&self, run: RunId) -> Result<Option<CaseId>, Error> {
        let case = "SELECT case_id FROM runs WHERE run_id = $1";
        self.one(Statement::new(case).bind(run.to_string()), |row| parsed(row, 0)).await
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, Error> {
        let mut rows = Statement::new(
            "SELECT runs.run_id, runs.case_id, cases.number, runs.playbook, runs.program, cases.open
            FROM runs JOIN cases ON cases.case_id = runs.case_id WHERE cases.number > 0",
        );
        for (sql, value) in [(" AND runs.playbook = ", &filter.playbook), (" AND runs.program = ", &filter.program)] {
            if let Some(value) = value {
                rows = rows.and(sql, value.as_str());
            }
        }
        if let Some(open) = filter.open {
            rows = rows.and(" AND cases.open = ", open);
        }
        self.all(rows.end(" ORDER BY cases.number, runs.run_id"), |row| {
            Ok(RunRow {
                run: parsed(row, 0)?,
                case: parsed(row, 1)?,
                number: count(row, 2)?,
                playbook: text(row, 3)?,
                program: text(row, 4)?,
                open: count(row, 5)? != 0,
            })
        })
        .await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Row>, Error> {
        let texts = [
            (" AND tier = ", &filter.tier),
            (" AND team = ", &filter.team),
            (" AND holder = ", &filter.holder),
            (" AND requester_key = ", &filter.requester),
        ];
        let mut rows = Statement::new("SELECT body FROM cases WHERE number > 0");
        for (sql, value) in texts {
            if let Some(value) = value {
                rows = rows.and(sql, value.as_str());
            }
        }
        if let Some(open) = filter.open {
            rows = rows.and(" AND open = ", open);
        }
        self.all(rows.and(" ORDER BY due, opened, number LIMIT ", filter.limit), |row| json(row, 0)).await
    }

    async fn cases(&self) -> Result<Vec<CaseId>, Error> {
        self.all(Statement::new("SELECT case_id FROM cases ORDER BY number"), |row| parsed(row, 0)).await
    }

    async fn heads(&self) -> Result<Vec<(CaseId, u64)>, Error> {
        let heads = "SELECT case_id, seq FROM cases ORDER BY number";
        self.all(Statement::new(heads), |row| Ok((parsed(row, 0)?, count(row, 1)?))).await
    }

    async fn verdicts(&self, since: Timestamp, playbook: Option<&str>, limit: u32) -> Result<Vec<Judged>, Error> {
        let verdicts = "SELECT verdicts.case_id, cases.number, verdicts.body FROM verdicts
            JOIN cases ON cases.case_id = verdicts.case_id WHERE verdicts.at >= $1";
        let mut verdicts = Statement::new(verdicts).bind(since);
        if let Some(playbook) = playbook {
            verdicts = verdicts.and(" AND verdicts.playbook = ", playbook);
        }
        let verdicts = verdicts.and(" ORDER BY verdicts.at DESC, cases.number DESC, verdicts.judge LIMIT ", limit);
        self.all(verdicts, |row| Ok(Judged { case: parsed(row, 0)?, number: count(row, 1)?, judgement: json(row, 2)? }))
            .await
    }

    async fn project(&self, row: &Row, judgements: &[Judgement]) -> Result<(), Error> {
        let case = row.case.to_string();
        let forget = Statement::new("DELETE FROM verdicts WHERE case_id = $1").bind(case.as_str());
        let verdicts = judgements.iter().map(|judgement| judge(&case, judgement));
        self.writer.write([replace(row, row.seq), forget].into_iter().chain(verdicts).collect()).await.map(drop)
    }

    async fn claim(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
        full: &[String],
    ) -> Result<Vec<Outgoing>, Error> {
        let due = "UPDATE outbox SET leased = $1 WHERE outbox_id IN (
            SELECT outbox_id FROM outbox WHERE state = 'due' AND due <= $2 AND (leased IS NULL OR leased <= $2)";
        let due = Statement::new(due).bind(until).bind(now);
        let due = full.iter().fold(due, |due, connector| due.and(" AND connector <> ", connector.as_str()));
        let due = due.and(" ORDER BY due, outbox_id LIMIT ", limit);
        let due = due.end(&format!(" {}) RETURNING body, standing, leased, due", D::LOCKED));
        let done = self.write(due).await?;
        let mut claimed =
            done.rows.iter().map(|row| Ok((whole(row, 3)?, outgoing(row)?))).collect::<Result<Vec<_>, Error>>()?;
        claimed.sort_by_key(|(due, outgoing)| (*due, outgoing.entry.id));
        Ok(claimed.into_iter().map(|(_, outgoing)| outgoing).collect())
    }

    async fn settle(&self, id: OutboxId, standing: &Standing) -> Result<(), Error> {
        self.write(settle(id, standing).end(" AND state = 'due'")).await.map(drop)
    }

    async fn outgoing(&self, id: OutboxId) -> Result<Option<Outgoing>, Error> {
        let entry = "SELECT body, standing, leased FROM outbox WHERE outbox_id = $1";
        self.one(Statement::new(entry).bind(id.to_string()), outgoing).await
    }

    async fn outbox(&self, all: bool, limit: u32) -> Result<Vec<Outgoing>, Error> {
        let entries = if all {
            "SELECT body, standing, leased FROM outbox ORDER BY created, outbox_id LIMIT $1"
        } else {
            "SELECT body, standing, leased FROM outbox WHERE state IN ('due', 'refused')
            ORDER BY created, outbox_id LIMIT $1"
        };
        self.all(Statement::new(entries).bind(limit), outgoing).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        let next = "SELECT MIN(CASE WHEN leased > due THEN leased ELSE due END) FROM outbox WHERE state = 'due'";
        Ok(self.one(Statement::new(next), |row| moment(row, 0)).await?.flatten())
    }

    async fn keep_program(&self, source: &ProgramSource) -> Result<(), Error> {
        self.write(keep(source)).await.map(drop)
    }

    async fn program(&self, hash: &str) -> Result<Option<ProgramSource>, Error> {
        self.one(Statement::new("SELECT body FROM programs WHERE hash = $1").bind(hash), |row| json(row, 0)).await
    }

    async fn keep_good(&self, good: &[(String, ProgramSource)]) -> Result<(), Error> {
        let sql = "INSERT INTO good (name, hash) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash";
        let names =
            good.iter().map(|(name, source)| Statement::new(sql).bind(name.as_str()).bind(source.hash.as_str()));
        let statements: Vec<_> = names.chain(good.iter().map(|(_, source)| keep(source))).collect();
        match statements.is_empty() {
            true => Ok(()),
            false => self.writer.write(statements).await.map(drop),
        }
    }

    async fn good(&self) -> Result<Vec<(String, String)>, Error> {
        self.all(Statement::new("SELECT name, hash FROM good ORDER BY name"), |row| Ok((text(row, 0)?, text(row, 1)?)))
            .await
    }

    async fn keep_recall(&self, recall: &Recall) -> Result<(), Error> {
        let keep = "INSERT INTO recalls (hash, at, body) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
        let keep = Statement::new(keep).bind(recall.program.as_str()).bind(recall.at);
        self.write(keep.bind(encoded(recall))).await.map(drop)
    }

    async fn recalls(&self) -> Result<Vec<Recall>, Error> {
        self.all(Statement::new("SELECT body FROM recalls ORDER BY at DESC, hash"), |row| json(row, 0)).await
    }

    async fn add_person(&self, person: &Person) -> Result<(), Error> {
        let add = "INSERT INTO people (login, body) VALUES ($1, $2) ON CONFLICT (login) DO NOTHING";
        match self.write(Statement::new(add).bind(person.login.as_str()).bind(encoded(person))).await?.changed {
            0 => Err(Error::Exists(person.login.clone())),
            _ => Ok(()),
        }
    }

    async fn update_person(&self, person: &Person) -> Result<(), Error> {
        let update = "UPDATE people SET body = $1 WHERE login = $2";
        self.write(Statement::new(update).bind(encoded(person)).bind(person.login.as_str())).await.map(drop)
    }

    async fn person(&self, login: &str) -> Result<Option<Person>, Error> {
        self.one(Statement::new("SELECT body FROM people WHERE login = $1").bind(login), |row| json(row, 0)).await
    }

    async fn people(&self) -> Result<Vec<Person>, Error> {
        self.all(Statement::new("SELECT body FROM people ORDER BY login"), |row| json(row, 0)).await
    }

    async fn keep_session(&self, session: &Session) -> Result<(), Error> {
        let keep = "INSERT INTO sessions (session_id, data, expires) VALUES ($1, $2, $3)
            ON CONFLICT (session_id) DO UPDATE SET data = excluded.data, expires = excluded.expires";
        let keep = Statement::new(keep).bind(session.id.as_str()).bind(session.data.as_str()).bind(session.expires);
        self.write(keep).await.map(drop)
    }

    async fn session(&self, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let session = "SELECT session_id, data, expires FROM sessions WHERE session_id = $1 AND expires > $2";
        self.one(Statement::new(session).bind(id).bind(now), |row| {
            Ok(Session { id: text(row, 0)?, data: text(row, 1)?, expires: moment(row, 2)?.unwrap_or_default() })
        })
        .await
    }

    async fn end_session(&self, id: &str) -> Result<(), Error> {
        self.write(Statement::new("DELETE FROM sessions WHERE session_id = $1").bind(id)).await.map(drop)
    }

    async fn sweep_sessions(&self, now: Timestamp) -> Result<(), Error> {
        self.write(Statement::new("DELETE FROM sessions WHERE expires <= $1").bind(now)).await.map(drop)
    }

    async fn keep_incident(&self, incident: &Incident) -> Result<(), Error> {
        let keep = "INSERT INTO incidents (incident_id, open, opened, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (incident_id) DO UPDATE SET open = excluded.open, body = excluded.body";
        let keep = Statement::new(keep).bind(incident.id.to_string()).bind(incident.closed.is_none());
        self.write(keep.bind(incident.opened).bind(encoded(incident))).await.map(drop)
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, Error> {
        let incident = "SELECT body FROM incidents WHERE incident_id = $1";
        self.one(Statement::new(incident).bind(id.to_string()), |row| json(row, 0)).await
    }

    async fn incidents(&self, open: bool, limit: u32) -> Result<Vec<Incident>, Error> {
        let incidents = "SELECT body FROM incidents WHERE open = $1 ORDER BY opened DESC, incident_id DESC LIMIT $2";
        self.all(Statement::new(incidents).bind(open).bind(limit), |row| json(row, 0)).await
    }

    async fn count(&self, searches: &[Searched], views: &[Viewed], clicks: &[Clicked]) -> Result<(), Error> {
        let search = "INSERT INTO searches (day, reader, words, times, hits, opened) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (day, reader, words) DO UPDATE SET times = searches.times + excluded.times,
            hits = CASE WHEN excluded.times > 0 THEN excluded.hits ELSE searches.hits END,
            opened = searches.opened + excluded.opened";
        let view = "INSERT INTO views (day, kind, id, times) VALUES ($1, $2, $3, $4)
            ON CONFLICT (day, kind, id) DO UPDATE SET times = views.times + excluded.times";
        let click = "INSERT INTO clicks (day, reader, terms, kind, id, opened, helped, not_helped)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (day, reader, terms, kind, id) DO UPDATE SET opened = clicks.opened + excluded.opened,
            helped = clicks.helped + excluded.helped, not_helped = clicks.not_helped + excluded.not_helped";
        let searches = searches.iter().map(|known| {
            Statement::new(search)
                .bind(known.day.to_string())
                .bind(known.reader.as_str())
                .bind(known.words.as_str())
                .bind(known.times)
                .bind(known.hits)
                .bind(known.opened)
        });
        let views = views.iter().map(|known| {
            let view = Statement::new(view).bind(known.day.to_string());
            view.bind(known.kind.as_str()).bind(known.id.as_str()).bind(known.times)
        });
        let clicks = clicks.iter().map(|known| {
            Statement::new(click)
                .bind(known.day.to_string())
                .bind(known.reader.as_str())
                .bind(known.terms.as_str())
                .bind(known.kind.as_str())
                .bind(known.id.as_str())
                .bind(known.opened)
                .bind(known.helped)
                .bind(known.not_helped)
        });
        let statements: Vec<_> = searches.chain(views).chain(clicks).collect();
        match statements.is_empty() {
            true => Ok(()),
            false => self.writer.write(statements).await.map(drop),
        }
    }

    async fn searches(&self, since: Date, limit: u32) -> Result<Vec<Searched>, Error> {
        let searches = "SELECT day, reader, words, times, hits, opened FROM searches WHERE day >= $1
            ORDER BY times DESC, words, reader, day LIMIT $2";
        self.all(Statement::new(searches).bind(since.to_string()).bind(limit), |row| {
            Ok(Searched {
                day: parsed(row, 0)?,
                reader: text(row, 1)?,
                words: text(row, 2)?,
                times: count(row, 3)?,
                hits: count(row, 4)?,
                opened: count(row, 5)?,
            })
        })
        .await
    }

    async fn views(&self, since: Date, limit: u32) -> Result<Vec<(String, String, u64)>, Error> {
        let views = "SELECT kind, id, CAST(SUM(times) AS BIGINT) FROM views WHERE day >= $1 GROUP BY kind, id
            ORDER BY SUM(times) DESC, id, kind LIMIT $2";
        self.all(Statement::new(views).bind(since.to_string()).bind(limit), |row| {
            Ok((text(row, 0)?, text(row, 1)?, count(row, 2)?))
        })
        .await
    }

    async fn clicks(&self, since: Date, limit: u32) -> Result<Vec<Clicked>, Error> {
        let clicks = "SELECT day, reader, terms, kind, id, opened, helped, not_helped FROM clicks WHERE day >= $1
            ORDER BY day DESC, terms, reader, kind, id LIMIT $2";
        self.all(Statement::new(clicks).bind(since.to_string()).bind(limit), |row| {
            Ok(Clicked {
                day: parsed(row, 0)?,
                reader: text(row, 1)?,
                terms: text(row, 2)?,
                kind: text(row, 3)?,
                id: text(row, 4)?,
                opened: count(row, 5)?,
                helped: count(row, 6)?,
                not_helped: count(row, 7)?,
            })
        })
        .await
    }

    async fn forget_counts(&self, before: Date) -> Result<(), Error> {
        for table in ["searches", "views", "clicks"] {
            let forget = Statement::new(format!("DELETE FROM {table} WHERE day < $1"));
            self.write(forget.bind(before.to_string())).await?;
        }
        Ok(())
    }

    async fn keep_feedback(&self, feedback: &Feedback) -> Result<(), Error> {
        let keep = "INSERT INTO feedback (feedback_id, article, at, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (feedback_id) DO UPDATE SET article = excluded.article, at = excluded.at, body = excluded.body";
        let keep = Statement::new(keep).bind(feedback.id.as_str()).bind(feedback.article.as_str()).bind(feedback.at);
        self.write(keep.bind(encoded(feedback))).await.map(drop)
    }

    async fn feedback(&self, article: Option<&str>, limit: u32) -> Result<Vec<Feedback>, Error> {
        let mut feedback = Statement::new("SELECT body FROM feedback WHERE at > 0");
        if let Some(article) = article {
            feedback = feedback.and(" AND article = ", article);
        }
        self.all(feedback.and(" ORDER BY at DESC, feedback_id LIMIT ", limit), |row| json(row, 0)).await
    }

    async fn secret(&self, name: &str, fresh: &str) -> Result<String, Error> {
        let keep = "INSERT INTO secrets (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value";
        let done = self.write(Statement::new(keep).bind(name).bind(fresh)).await?;
        text(done.rows.first().ok_or_else(|| Error::Corrupt("it keeps no secret".into()))?, 0)
    }

    async fn ping(&self) -> Result<(), Error> {
        self.read(Statement::new("SELECT value FROM counters")).await.map(drop)
    }
}

/// An append's statements. The case's row comes first: it changes only if the stream still ends where it did.
fn statements(append: Append) -> Vec<Statement> {
    let Append { case, after, entries, row, outbox, settle: settled } = append;
    assert!(!entries.is_empty(), "an append has entries");
    assert!(entries.iter().zip(after + 1..).all(|(entry, seq)| entry.seq == seq), "entries are numbered from `after`");
    assert!(row.case == case && row.seq == after + entries.len() as u64, "the row shows the case after its entries");
    let mut out = vec![if after == 0 { insert(&row) } else { replace(&row, after) }];
    let id = case.to_string();
    for chunk in entries.chunks(ENTRIES) {
        let mut insert = Statement::new("INSERT INTO entries (case_id, seq, at, body) VALUES ");
        for (index, entry) in chunk.iter().enumerate() {
            insert = insert
                .and(if index == 0 { "(" } else { "), (" }, id.as_str())
                .and(", ", entry.seq)
                .and(", ", entry.when)
                .and(", ", encoded(entry));
        }
        out.push(insert.end(")"));
    }
    for entry in &entries {
        if let Event::RunStarted { run, playbook, program, .. } = &entry.event {
            let insert = "INSERT INTO runs (run_id, case_id, playbook, program) VALUES ($1, $2, $3, $4)";
            let insert = Statement::new(insert).bind(run.to_string()).bind(id.as_str());
            out.push(insert.bind(playbook.as_str()).bind(program.as_str()));
        }
        if let Event::Rebased { run, program } = &entry.event {
            let update = Statement::new("UPDATE runs SET program = $1 WHERE run_id = $2");
            out.push(update.bind(program.as_str()).bind(run.to_string()));
        }
    }
    let judgements = entries.iter().filter_map(Judgement::of);
    out.extend(judgements.map(|judgement| judge(&id, &judgement)));
    out.extend(outbox.iter().map(send));
    out.extend(settled.iter().map(|(id, standing)| settle(*id, standing)));
    out
}

/// What lists ask and sort by; `$1` to `$8`.
fn shown(statement: Statement, row: &Row) -> Statement {
    statement
        .bind(row.seq)
        .bind(row.state != "resolved")
        .bind(row.tier.as_str())
        .bind(row.team.clone())
        .bind(row.holder.clone())
        .bind(row.requester_key.as_str())
        .bind(row.respond_by.map_or(i64::MAX, |moment| moment.as_millisecond()))
        .bind(encoded(row))
}

fn insert(row: &Row) -> Statement {
    let insert = "INSERT INTO cases
        (seq, open, tier, team, holder, requester_key, due, body, case_id, number, opened)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (case_id) DO NOTHING";
    shown(Statement::new(insert), row).bind(row.case.to_string()).bind(row.number).bind(row.opened)
}

fn replace(row: &Row, after: u64) -> Statement {
    let update = "UPDATE cases SET
        seq = $1, open = $2, tier = $3, team = $4, holder = $5, requester_key = $6, due = $7, body = $8
        WHERE case_id = $9 AND seq = $10";
    shown(Statement::new(update), row).bind(row.case.to_string()).bind(after)
}

fn judge(case: &str, judgement: &Judgement) -> Statement {
    let keep = "INSERT INTO verdicts (case_id, judge, playbook, at, body) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (case_id, judge) DO UPDATE SET playbook = excluded.playbook, at = excluded.at,
        body = excluded.body";
    let keep = Statement::new(keep).bind(case).bind(judgement.by.as_str()).bind(judgement.playbook.as_str());
    keep.bind(judgement.when).bind(encoded(judgement))
}

fn send(entry: &OutboxEntry) -> Statement {
    let insert = "INSERT INTO outbox (outbox_id, case_id, connector, created, body, state, due, standing)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let insert = Statement::new(insert)
        .bind(entry.id.to_string())
        .bind(entry.case.to_string())
        .bind(entry.connector.as_str())
        .bind(entry.created)
        .bind(encoded(entry));
    standing(insert, &Standing::Due { at: entry.created, attempts: 0, said: None })
}

fn settle(id: OutboxId, to: &Standing) -> Statement {
    let update = "UPDATE outbox SET leased = NULL, state = $2, due = $3, standing = $4 WHERE outbox_id = $1";
    standing(Statement::new(update).bind(id.to_string()), to)
}

/// Three values: the state, when it is due, and all of it.
fn standing(statement: Statement, standing: &Standing) -> Statement {
    let (state, due) = match standing {
        Standing::Due { at, .. } => ("due", Some(*at)),
        Standing::Delivered { .. } => ("delivered", None),
        Standing::Refused { .. } => ("refused", None),
    };
    statement.bind(state).bind(due).bind(encoded(standing))
}

/// From its body, its standing and its lease.
fn outgoing(row: &AnyRow) -> Result<Outgoing, Error> {
    let entry: OutboxEntry = json(row, 0)?;
    let number = entry.ticket.envelope.number;
    Ok(Outgoing { entry, number, standing: json(row, 1)?, leased: moment(row, 2)? })
}

fn keep(source: &ProgramSource) -> Statement {
    let insert = "INSERT INTO programs (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    Statement::new(insert).bind(source.hash.as_str()).bind(encoded(source))
}

fn encoded(value: &impl Serialize) -> Value {
    Value::Text(Some(serde_json::to_string(value).expect("our own types are JSON")))
}
