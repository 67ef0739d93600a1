//! What every surface does: load and watch the desk, work on cases, reach other systems, let people in.

pub mod accounts;
mod attachments;
mod cases;
mod counts;
mod data;
mod difference;
pub mod find;
pub mod gaps;
mod images;
mod incidents;
mod learned;
pub mod library;
mod live;
mod load;
mod numbers;
mod portal;
pub mod reply;
mod revision;
pub mod scaffold;
pub mod searches;
mod versions;
mod watch;
mod worker;

pub use attachments::{MAX_ATTACHMENT, copy as copy_attachments};
pub use cases::Changed;
pub use counts::count;
pub use data::{data_folder, local_name};
pub use difference::{Difference, Failing, Place, Runs, Share, Test, Tests, difference};
pub use find::Indexes;
pub use images::Image;
pub use incidents::Outage;
pub use learned::{Trail, prior_in};
pub use live::{Head, Live, Offer};
pub use load::{folder, is_desk, load, load_with_pictures, starter};
pub use portal::{Item, SELF_SERVICE};
pub use revision::{against, load_revision};
pub use versions::{Moved, Rebased, Recalled, Stays};
pub use watch::watch;
pub use worker::{Pace, Worker};

use crate::{
    account::LinkKey,
    case::{Denied, Fault},
    clock,
    playbook::Program,
    store::{self, Store},
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
};
use tokio::sync::{Notify, OnceCell, broadcast};

/// What keeps something from being done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder is none, or no desk.
    #[error("`{0}` is no desk: it has neither `desk.yaml` nor `playbooks/`; name one with --desk")]
    NoDesk(PathBuf),
    /// See `revision::Error`.
    #[error(transparent)]
    Revision(#[from] revision::Error),
    /// The system would not let us read.
    #[error("cannot read `{path}`: {source}")]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system would not let us write.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// See [`store::Error`].
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is kept does not fit together.
    #[error("case {case}: {fault}")]
    Fault {
        /// Which case.
        case: String,
        /// What is wrong.
        fault: Fault,
    },
    /// There is no such case.
    #[error("there is no such case")]
    NoCase,
    /// There is no such playbook, or none that can be run.
    #[error("there is no playbook `{0}` that can be run")]
    NoPlaybook(String),
    /// It cannot be done as it stands.
    #[error("{}", denied(.0))]
    Denied(Denied),
}

fn denied(denied: &Denied) -> String {
    match denied {
        Denied::Refused(refused) => refused.why.clone(),
        Denied::Taken { by } => format!("{by} works on this case"),
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// The use cases, over a store and the desk that is in force.
pub struct App {
    store: Arc<dyn Store>,
    live: RwLock<Arc<Live>>,
    /// What kept the desk from being read the last time.
    trouble: Mutex<Option<String>>,
    /// Programs that somebody goes through, or that are in force.
    programs: Mutex<HashMap<String, Weak<Program>>>,
    cases: Mutex<cases::Kept>,
    incidents: incidents::Open,
    changes: broadcast::Sender<Changed>,
    wake: Notify,
    data: PathBuf,
    desk: Option<PathBuf>,
    counts: Mutex<counts::Counts>,
    /// Swapped whole.
    learned: RwLock<Arc<learned::Learned>>,
    passages: numbers::Known,
    /// Read when it is first needed.
    link_key: OnceCell<LinkKey>,
}

impl App {
    /// Over an open store. `data` is the data folder; `desk` the desk's, or none for the starter desk.
    pub async fn open(store: Arc<dyn Store>, data: &Path, desk: Option<&Path>) -> Result<Arc<Self>, Error> {
        let files = match desk {
            Some(folder) => load::files(folder)?,
            None => load::starter_files(),
        };
        let live = bring_in(&store, data, files).await?;
        let (changes, _) = broadcast::channel(1024);
        let app = Self {
            store,
            live: RwLock::new(Arc::new(live)),
            trouble: Mutex::default(),
            programs: Mutex::default(),
            cases: Mutex::default(),
            incidents: incidents::Open::default(),
            changes,
            wake: Notify::new(),
            data: data.to_owned(),
            desk: desk.map(Path::to_owned),
            counts: Mutex::default(),
            learned: RwLock::default(),
            passages: numbers::Known::default(),
            link_key: OnceCell::new(),
        };
        Ok(Arc::new(app))
    }

    /// What is kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The desk that is in force.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The desk's folder; none for the starter desk.
    pub fn desk_folder(&self) -> Option<&Path> {
        self.desk.as_deref()
    }

    /// What kept the desk from being read the last time, if anything did.
    pub fn desk_trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn trouble(&self, what: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// Told when a case, or the desk, has changed in this process. Whoever falls behind misses some, and asks again.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Waits until the outbox may have something new.
    pub async fn outbox_grew(&self) {
        self.wake.notified().await;
    }

    /// Reads the desk again, and what was withdrawn.
    pub(super) async fn read_again(&self) -> Result<(), Error> {
        match &self.desk {
            Some(folder) => watch::reload(self, folder).await,
            None => self.put_in_force(load::starter_files()).await,
        }
    }

    /// Puts a desk's files in force, if they are others than those that are.
    async fn put_in_force(&self, files: load::Files) -> Result<(), Error> {
        self.trouble(None);
        let live = bring_in(&self.store, &self.data, files).await?;
        if live.hash != self.live().hash || live.recalls != self.live().recalls {
            tracing::info!(
                playbooks = live.offers.len(),
                held_back = live.held_back().count(),
                missing = live.missing.len(),
                recalled = live.recalled.len(),
                "the desk has changed"
            );
            let live = Arc::new(live);
            let (before, next) = (self.live(), Arc::clone(&live));
            let warmed = tokio::task::spawn_blocking(move || next.warm_up_after(&before));
            warmed.await.expect("indexing does not panic");
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
            // Nobody listening is fine.
            let _ = self.changes.send(Changed::Desk);
        }
        Ok(())
    }

    /// A program by its hash: one that is in use, or linked again from what is kept.
    async fn program(&self, hash: &str) -> Result<Option<Arc<Program>>, Error> {
        let known = |programs: &HashMap<String, Weak<Program>>| programs.get(hash).and_then(Weak::upgrade);
        if let Some(program) = known(&self.programs.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(program));
        }
        let offered = self
            .live()
            .offers
            .values()
            .find_map(|offer| (offer.program.hash.to_string() == hash).then(|| Arc::clone(&offer.program)));
        let program = match offered {
            Some(program) => program,
            None => {
                let Some(source) = self.store.program(hash).await? else { return Ok(None) };
                let linked = tokio::task::spawn_blocking(move || live::relink(&source));
                let Some((_, program)) = linked.await.expect("linking does not panic") else { return Ok(None) };
                Arc::new(program)
            }
        };
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        programs.retain(|_, program| program.strong_count() > 0);
        programs.insert(hash.to_owned(), Arc::downgrade(&program));
        Ok(Some(program))
    }
}

/// Builds what is in force, and keeps what turned out to be good.
async fn bring_in(store: &Arc<dyn Store>, data: &Path, files: load::Files) -> Result<Live, Error> {
    let hashes = store.good().await?.into_iter().collect();
    let recalls = store.recalls().await?;
    let (kept, runtime) = (Arc::clone(store), tokio::runtime::Handle::current());
    let built = tokio::task::spawn_blocking(move || {
        let mut failure = None;
        let failed = std::cell::RefCell::new(&mut failure);
        let fetch = |hash: &str| match runtime.block_on(kept.program(hash)) {
            Ok(source) => source,
            Err(error) => {
                **failed.borrow_mut() = Some(error);
                None
            }
        };
        let built = Live::build(files, &live::Good { hashes, recalls, fetch: &fetch }, clock::today(), clock::now());
        failure.map_or(Ok(built), Err)
    });
    let (mut live, fresh) = built.await.expect("building a desk does not panic")?;
    live.index_folder = Some(data.join(find::FOLDER));
    if !fresh.is_empty() {
        store.keep_good(&fresh).await?;
    }
    Ok(live)
}
