//! Whether a data folder holds everything that was acknowledged, and nothing by halves.

use firstline::{
    case::{Case, Entry, Event, Row},
    desk::Desk,
    id::{CaseId, OutboxId, RunId},
    playbook::Program,
    run,
    store::{Filter, Outgoing, Sqlite, Standing, Store},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

/// An append that a program was told is durable: a line of JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The case.
    pub case: CaseId,
    /// What was appended.
    pub entries: Vec<Entry>,
}

/// What is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    pub cases: usize,
    pub entries: usize,
    pub outbox: usize,
    /// Entries that nobody was told of.
    pub unacknowledged: usize,
}

/// All that a data folder holds.
#[derive(Default)]
pub struct Kept {
    pub found: Found,
    pub streams: HashMap<CaseId, Stream>,
    pub outbox: Vec<Outgoing>,
}

/// A case's entries, and what they come to.
pub struct Stream {
    pub entries: Vec<Entry>,
    pub number: u64,
    /// What was said to its runs: which, at which position, and what; in order.
    pub said: Said,
}

/// Everything that is wrong with a data folder.
pub async fn verify(folder: &Path, acknowledged: &[Acknowledged]) -> Result<Found, Vec<String>> {
    let Kept { mut found, streams, .. } = read(folder).await?;
    let mut wrong = Vec::new();
    found.unacknowledged = found.entries;
    for Acknowledged { case, entries } in acknowledged {
        let kept = streams.get(case).map_or(&[][..], |stream| &stream.entries);
        for entry in entries {
            match kept.get(entry.seq as usize - 1) {
                Some(kept) if kept == entry => found.unacknowledged = found.unacknowledged.saturating_sub(1),
                Some(_) => wrong.push(format!("case {case}: entry {} is another", entry.seq)),
                None => wrong.push(format!("case {case}: entry {} is lost", entry.seq)),
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Reads a data folder; everything in it that contradicts itself.
pub async fn read(folder: &Path) -> Result<Kept, Vec<String>> {
    let mut wrong = Vec::new();
    let mut kept = Kept::default();
    if let Err(error) = look(folder, &mut kept, &mut wrong).await {
        wrong.push(error.to_string());
    }
    if wrong.is_empty() { Ok(kept) } else { Err(wrong) }
}

async fn look(folder: &Path, kept: &mut Kept, wrong: &mut Vec<String>) -> Result<(), firstline::store::Error> {
    let store = Sqlite::open(folder).await?;
    let found = &mut kept.found;
    let mut programs = HashMap::new();
    let mut rows: HashMap<CaseId, Row> = HashMap::new();
    for row in store.list(&Filter { limit: u32::MAX, ..Filter::default() }).await? {
        rows.insert(row.case, row);
    }
    let mut standing: BTreeMap<OutboxId, &str> = BTreeMap::new();
    for id in store.cases().await? {
        let entries = store.stream(id, 0).await?;
        found.cases += 1;
        found.entries += entries.len();
        if entries.iter().zip(1..).any(|(entry, seq)| entry.seq != seq) {
            wrong.push(format!("case {id}: a gap in {:?}", entries.iter().map(|entry| entry.seq).collect::<Vec<_>>()));
        }
        for entry in &entries {
            match &entry.event {
                Event::Escalated { escalation } => {
                    standing.extend(escalation.outbox.iter().map(|(id, _)| (*id, "due")))
                }
                Event::Retried { outbox, .. } => drop(standing.insert(*outbox, "due")),
                Event::Delivered { outbox, .. } => drop(standing.insert(*outbox, "delivered")),
                Event::NotDelivered { outbox, .. } => drop(standing.insert(*outbox, "refused")),
                _ => {}
            }
        }
        link(&store, &entries, &mut programs).await?;
        let row = rows.remove(&id);
        match fold(id, &entries, &programs) {
            Ok((case, said)) => {
                if row != Some(case.row()) {
                    wrong.push(format!("case {id}: the list shows something else than its stream"));
                }
                kept.streams.insert(id, Stream { entries, number: case.number, said });
            }
            Err(why) => wrong.push(format!("case {id}: {why}")),
        }
    }
    wrong.extend(rows.keys().map(|id| format!("case {id}: in the list, and without a stream")));
    for outgoing in store.outbox(true, u32::MAX).await? {
        found.outbox += 1;
        let id = outgoing.entry.id;
        let is = match outgoing.standing {
            Standing::Due { .. } => "due",
            Standing::Delivered { .. } => "delivered",
            Standing::Refused { .. } => "refused",
        };
        match standing.remove(&id) {
            // A test of a connector belongs to no escalation.
            None if outgoing.entry.escalation.is_none() => {}
            Some(says) if says == is => {}
            says => wrong.push(format!("outbox entry {id}: it is {is}, and the streams say {says:?}")),
        }
        kept.outbox.push(outgoing);
    }
    wrong.extend(standing.keys().map(|id| format!("outbox entry {id}: in a stream, and not in the outbox")));
    store.close().await;
    Ok(())
}

/// Links the programs that entries start, unless they are known.
async fn link(
    store: &dyn Store,
    entries: &[Entry],
    programs: &mut HashMap<String, Arc<Program>>,
) -> Result<(), firstline::store::Error> {
    for entry in entries {
        if let Event::RunStarted { program, .. } = &entry.event
            && !programs.contains_key(program)
            && let Some(source) = store.program(program).await?
        {
            let files = source.files.into_iter().map(|(path, text)| (path, text.into_bytes()));
            if let Some(linked) = Desk::build(files.collect()).program(&source.playbook) {
                programs.insert(program.clone(), Arc::new(linked));
            }
        }
    }
    Ok(())
}

type Said = Vec<(RunId, String, run::Event)>;

fn fold(id: CaseId, entries: &[Entry], programs: &HashMap<String, Arc<Program>>) -> Result<(Case, Said), String> {
    let (first, others) = entries.split_first().ok_or("it has no entries")?;
    let mut case = Case::open(id, first).map_err(|fault| fault.to_string())?;
    let mut said = Vec::new();
    for entry in others {
        if let Event::Went { run, what } = &entry.event
            && let Some(known) = case.run(*run)
        {
            said.push((*run, known.run.position(), what.clone()));
        }
        case.apply(entry, &|hash| programs.get(hash).cloned()).map_err(|fault| fault.to_string())?;
    }
    Ok((case, said))
}
