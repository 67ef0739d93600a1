//! The one writer: whatever waits becomes one transaction, and is acknowledged after its commit.

use super::{
    Error,
    sql::Dialect,
    statement::{Done, Statement},
};
use sqlx::{AnyConnection, Connection};
use std::slice;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// How many requests become one transaction at most.
const GROUP: usize = 256;
/// How many requests wait before the next one has to.
const QUEUE: usize = 4 * GROUP;
/// How often a transaction is begun before somebody else's is too long.
const BEGINS: usize = 3;

/// See the module.
pub struct Writer {
    queue: mpsc::Sender<Request>,
    closing: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// Statements that are all done, or none; if the first changes nothing, the others are left out.
struct Request {
    statements: Vec<Statement>,
    reply: oneshot::Sender<Result<Done, Error>>,
}

impl Writer {
    /// Starts the writer on a connection of its own.
    pub fn start<D: Dialect>(dialect: D, connection: AnyConnection) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE);
        let closing = CancellationToken::new();
        let work = Work { dialect, connection: Some(connection) };
        let task = tokio::spawn(work.run(requests, closing.clone()));
        Self { queue, closing, task: Mutex::new(Some(task)) }
    }

    /// Writes; what the first statement came to, when all of it is durable.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<Done, Error> {
        let (reply, done) = oneshot::channel();
        let closed = || Error::Database("the store is closed".into());
        self.queue.send(Request { statements, reply }).await.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    /// Takes no more requests, and returns when those that wait are done.
    pub async fn close(&self) {
        self.closing.cancel();
        if let Some(task) = self.task.lock().await.take() {
            // It ends early only where the runtime does.
            let _ = task.await;
        }
    }
}

/// What the writer's task owns.
struct Work<D> {
    dialect: D,
    /// None after a failure that left it in doubt.
    connection: Option<AnyConnection>,
}

/// Where a transaction failed.
enum Failed {
    /// Before anything was written, whatever the requests.
    Begin(sqlx::Error),
    /// In one of the requests, or all together.
    Within(sqlx::Error),
}

impl<D: Dialect> Work<D> {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>, closing: CancellationToken) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            tokio::select! {
                biased;
                () = closing.cancelled(), if !requests.is_closed() => requests.close(),
                count = requests.recv_many(&mut group, GROUP) => match count {
                    0 => break,
                    _ => self.serve(std::mem::take(&mut group)).await,
                },
            }
        }
        if let Some(mut connection) = self.connection.take() {
            // Another process may be reading: then the last one to close does it.
            let _ = self.dialect.settle_down(&mut connection).await;
            let _ = connection.close().await;
        }
    }

    /// All requests in one transaction; if that fails, each in its own, so that none suffers from its neighbours.
    async fn serve(&mut self, group: Vec<Request>) {
        match self.transaction(&group).await {
            Err(Failed::Within(_)) => {
                for request in group {
                    self.alone(request).await;
                }
            }
            result => self.answer(group, result),
        }
    }

    /// Once more if it may be over by then: somebody made room, or the connection is another.
    async fn alone(&mut self, request: Request) {
        let mut result = self.transaction(slice::from_ref(&request)).await;
        if let Err(Failed::Within(error)) = &result
            && !matches!(self.dialect.error(error), Error::Full)
        {
            result = self.transaction(slice::from_ref(&request)).await;
        }
        self.answer(vec![request], result);
    }

    /// Whoever asked may have gone away.
    fn answer(&self, group: Vec<Request>, result: Result<Vec<Done>, Failed>) {
        match result {
            Ok(done) => group.into_iter().zip(done).for_each(|(request, done)| drop(request.reply.send(Ok(done)))),
            Err(Failed::Begin(error) | Failed::Within(error)) => {
                group.into_iter().for_each(|request| drop(request.reply.send(Err(self.dialect.error(&error)))));
            }
        }
    }

    async fn transaction(&mut self, group: &[Request]) -> Result<Vec<Done>, Failed> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.dialect.connect().await.map_err(Failed::Begin)?,
        };
        let result = async {
            begin::<D>(&mut connection).await.map_err(Failed::Begin)?;
            let done = statements(&mut connection, group).await.map_err(Failed::Within)?;
            Statement::new("COMMIT").run(&mut connection).await.map_err(Failed::Within)?;
            tell(group, &done);
            Ok(done)
        }
        .await;
        if result.is_ok() || Statement::new("ROLLBACK").run(&mut connection).await.is_ok() {
            self.connection = Some(connection);
        } else {
            let _ = connection.close().await;
        }
        result
    }
}

async fn begin<D: Dialect>(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for _ in 1..BEGINS {
        match Statement::new(D::BEGIN).run(connection).await {
            Err(error) if D::busy(&error) => {}
            result => return result.map(drop),
        }
    }
    Statement::new(D::BEGIN).run(connection).await.map(drop)
}

async fn statements(connection: &mut AnyConnection, group: &[Request]) -> Result<Vec<Done>, sqlx::Error> {
    let mut out = Vec::with_capacity(group.len());
    for request in group {
        let (first, others) = request.statements.split_first().expect("a request has a statement");
        let done = first.run(connection).await?;
        if done.changed > 0 {
            for statement in others {
                statement.run(connection).await?;
            }
        }
        out.push(done);
    }
    Ok(out)
}

/// Counts a commit, and the bytes of the values that it wrote.
fn tell(group: &[Request], done: &[Done]) {
    let written = group.iter().zip(done).filter(|(_, done)| done.changed > 0);
    let bytes: usize = written.flat_map(|(request, _)| &request.statements).map(Statement::bytes).sum();
    metrics::counter!("firstline_store_commits_total").increment(1);
    metrics::counter!("firstline_store_bytes_total").increment(bytes as u64);
}
