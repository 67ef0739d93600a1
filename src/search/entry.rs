//! What one hit stands for: an article with its sections, a playbook with its steps.

use super::document::{Document, Kind};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Arc};

/// See the module.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The article or the playbook itself.
    pub head: Document,
    /// Its sections or steps, in order.
    pub parts: Vec<Document>,
    /// Of all that it says: another text has another.
    pub print: u64,
}

impl Entry {
    /// Whether it is a playbook.
    pub fn is_playbook(&self) -> bool {
        self.head.kind == Kind::Playbook
    }

    /// The head, then the parts.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        std::iter::once(&self.head).chain(&self.parts)
    }
}

/// The entries that a reader may find. Those that are the same for both readers are there once.
pub fn entries(documents: Vec<Document>) -> (Vec<Arc<Entry>>, Vec<Arc<Entry>>) {
    let mut staff: Vec<Entry> = Vec::new();
    let mut known: HashMap<(bool, String), usize> = HashMap::new();
    let mut parts = Vec::new();
    for document in documents {
        let key = (matches!(document.kind, Kind::Playbook | Kind::Step), document.id.clone());
        if matches!(document.kind, Kind::Article | Kind::Playbook) {
            known.entry(key).or_insert_with(|| {
                staff.push(Entry { head: document, parts: Vec::new(), print: 0 });
                staff.len() - 1
            });
        } else {
            parts.push((key, document));
        }
    }
    for (key, document) in parts {
        if let Some(at) = known.get(&key) {
            staff[*at].parts.push(document);
        }
    }
    // In the order of their names: of two that are as good, the first by name is shown first.
    staff.sort_by(|a, b| a.head.id.cmp(&b.head.id));
    let staff: Vec<Arc<Entry>> = staff.into_iter().map(|entry| Arc::new(printed(entry))).collect();
    let open = staff.iter().filter(|entry| entry.head.self_service);
    let open = open.map(|entry| {
        if entry.parts.iter().all(|part| part.self_service) {
            return Arc::clone(entry);
        }
        let mut entry = Entry::clone(entry);
        entry.parts.retain(|part| part.self_service);
        Arc::new(printed(entry))
    });
    let open = open.collect();
    (open, staff)
}

fn printed(mut entry: Entry) -> Entry {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    for document in entry.documents() {
        add(&format!("{:?} {:?} {:?}", document.kind, document.id, document.anchor));
        let texts = [&document.title, &document.heading, &document.summary, &document.body];
        texts.into_iter().chain(document.category.as_ref()).for_each(|text| add(text));
        document.symptoms.iter().chain(&document.tags).chain(&document.elsewhere).for_each(|text| add(text));
    }
    let hash = hasher.finalize();
    entry.print = u64::from_le_bytes(std::array::from_fn(|n| hash[n]));
    entry
}
