//! Which entries have a word in any of its forms, and what it counts in each: decoded and merged once, then kept for
//! whoever asks next, as far as there is room.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// So many entries of lists are kept, each in two generations: eight bytes an entry.
const ROOM: usize = 4 << 20;

/// The entries that have something, in order, and what it counts in each.
#[derive(Debug, Default)]
pub struct List {
    /// Numbers on the shelf.
    pub entries: Vec<u32>,
    /// At most 1 + `saturation`.
    pub values: Vec<f32>,
}

impl List {
    /// Each entry with its value.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.entries.iter().copied().zip(self.values.iter().copied())
    }

    /// The value of an entry.
    pub fn value(&self, entry: u32) -> Option<f32> {
        self.entries.binary_search(&entry).ok().map(|at| self.values[at])
    }
}

/// Lists by what they are of. What nobody asked for since half of the room was filled makes way.
#[derive(Debug, Default)]
pub struct Lists(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Box<[u8]>, Arc<List>>,
    old: HashMap<Box<[u8]>, Arc<List>>,
    filled: usize,
}

impl Lists {
    /// The list of a key; made if it is not kept.
    pub fn get(&self, key: &[u8], make: impl FnOnce() -> List) -> Arc<List> {
        if let Some(list) = self.known(key) {
            return list;
        }
        // Made without the lock: at worst twice.
        let list = Arc::new(make());
        self.lock().keep(key, &list);
        list
    }

    fn known(&self, key: &[u8]) -> Option<Arc<List>> {
        let mut kept = self.lock();
        if let Some(list) = kept.young.get(key) {
            return Some(Arc::clone(list));
        }
        let list = kept.old.remove(key)?;
        kept.keep(key, &list);
        Some(list)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn keep(&mut self, key: &[u8], list: &Arc<List>) {
        // A key costs something too.
        self.filled += list.entries.len() + key.len() / 8 + 8;
        if self.filled > ROOM / 2 {
            self.old = std::mem::take(&mut self.young);
            self.filled = 0;
        }
        self.young.insert(key.into(), Arc::clone(list));
    }
}
