//! Whether a data folder holds everything that was acknowledged, and nothing by halves.

use firstline::{
    case::{Case, Entry, Event, Row},
    desk::Desk,
    id::{CaseId, OutboxId},
    playbook::Program,
    store::{Filter, Sqlite, Standing, Store},
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

/// Everything that is wrong with a data folder.
pub async fn verify(folder: &Path, acknowledged: &[Acknowledged]) -> Result<Found, Vec<String>> {
    let mut wrong = Vec::new();
    let mut found = Found::default();
    if let Err(error) = look(folder, acknowledged, &mut found, &mut wrong).await {
        wrong.push(error.to_string());
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

async fn look(
    folder: &Path,
    acknowledged: &[Acknowledged],
    found: &mut Found,
    wrong: &mut Vec<String>,
) -> Result<(), firstline::store::Error> {
    let store = Sqlite::open(folder).await?;
    let mut rows: HashMap<CaseId, Row> = HashMap::new();
    for row in store.list(&Filter { limit: u32::MAX, ..Filter::default() }).await? {
        rows.insert(row.case, row);
    }
    let mut streams: HashMap<CaseId, Vec<Entry>> = HashMap::new();
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
        let programs = programs(&store, &entries).await?;
        match fold(id, &entries, &programs) {
            Ok(case) if rows.remove(&id) == Some(case.row()) => {}
            Ok(_) => wrong.push(format!("case {id}: the list shows something else than its stream")),
            Err(why) => wrong.push(format!("case {id}: {why}")),
        }
        streams.insert(id, entries);
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
    }
    wrong.extend(standing.keys().map(|id| format!("outbox entry {id}: in a stream, and not in the outbox")));
    found.unacknowledged = found.entries;
    for Acknowledged { case, entries } in acknowledged {
        let kept = streams.get(case).map_or(&[][..], Vec::as_slice);
        for entry in entries {
            match kept.get(entry.seq as usize - 1) {
                Some(kept) if kept == entry => found.unacknowledged = found.unacknowledged.saturating_sub(1),
                Some(_) => wrong.push(format!("case {case}: entry {} is another", entry.seq)),
                None => wrong.push(format!("case {case}: entry {} is lost", entry.seq)),
            }
        }
    }
    store.close().await;
    Ok(())
}

async fn programs(
    store: &dyn Store,
    entries: &[Entry],
) -> Result<HashMap<String, Arc<Program>>, firstline::store::Error> {
    let mut programs = HashMap::new();
    for entry in entries {
        if let Event::RunStarted { program, .. } = &entry.event
            && let Some(source) = store.program(program).await?
        {
            let files = source.files.into_iter().map(|(path, text)| (path, text.into_bytes()));
            if let Some(linked) = Desk::build(files.collect()).program(&source.playbook) {
                programs.insert(program.clone(), Arc::new(linked));
            }
        }
    }
    Ok(programs)
}

fn fold(id: CaseId, entries: &[Entry], programs: &HashMap<String, Arc<Program>>) -> Result<Case, String> {
    let (first, others) = entries.split_first().ok_or("it has no entries")?;
    let mut case = Case::open(id, first).map_err(|fault| fault.to_string())?;
    for entry in others {
        case.apply(entry, &|hash| programs.get(hash).cloned()).map_err(|fault| fault.to_string())?;
    }
    Ok(case)
}
