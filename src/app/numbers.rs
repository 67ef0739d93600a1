//! What became of runs: each case is read once, and again when it has gone on.

use super::{App, Error};
use crate::{
    case::{
        self, Passage,
        numbers::{Filter, PlaybookNumbers, numbers},
    },
    clock,
    id::CaseId,
};
use std::{collections::HashMap, sync::Arc};

/// The runs of each case, and the entry that they are known after. Whoever asks first reads; others wait for that.
pub(super) type Known = tokio::sync::Mutex<HashMap<CaseId, (u64, Arc<[Passage]>)>>;

impl App {
    /// What became of runs; playbooks by id.
    pub async fn numbers(&self, filter: &Filter) -> Result<Vec<PlaybookNumbers>, Error> {
        let passages = self.passages().await?;
        let counted = passages.iter().flat_map(|case| case.iter()).filter(|passage| filter.takes(passage));
        Ok(numbers(counted, clock::now()))
    }

    /// The runs of all cases, by the cases' numbers. A case that cannot be read is left out.
    pub(super) async fn passages(&self) -> Result<Vec<Arc<[Passage]>>, Error> {
        let mut known = self.passages.lock().await;
        let heads = self.store.heads().await?;
        let mut out = Vec::with_capacity(heads.len());
        for (id, seq) in heads {
            if let Some((_, passages)) = known.get(&id).filter(|(at, _)| *at == seq) {
                out.push(Arc::clone(passages));
                continue;
            }
            let entries = self.store.stream(id, 0).await?;
            let programs = self.programs_of(&entries).await?;
            let read = case::passages(id, &entries, &|hash| programs.get(hash).cloned());
            let passages: Arc<[Passage]> = read.map_or_else(
                |_| {
                    tracing::warn!(case = %id, "its runs are not counted: they cannot be read");
                    Arc::default()
                },
                Arc::from,
            );
            known.insert(id, (entries.last().map_or(seq, |entry| entry.seq), Arc::clone(&passages)));
            out.push(passages);
        }
        Ok(out)
    }
}
