//! By what a list of hits can be narrowed: categories, tags, and the systems that entries are for.

use super::{entry::Entry, folded};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Names that differ in case or accents alone are one; each has a number.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    /// As written where it was seen first.
    shown: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        *self.numbers.entry(folded(name)).or_insert_with(|| {
            self.shown.push(name.to_owned());
            self.shown.len() as u32 - 1
        })
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(&folded(name)).copied()
    }
}

/// What an entry can be narrowed by, as numbers.
#[derive(Debug, Default)]
struct Of {
    category: Option<u32>,
    tags: Box<[u32]>,
    systems: Box<[u32]>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Facets {
    categories: Names,
    tags: Names,
    /// The facts with the names of their values.
    systems: Vec<(String, u32)>,
    values: Names,
    of: Vec<Of>,
}

impl Facets {
    /// Of entries, in their order.
    pub fn new(entries: &[Arc<Entry>]) -> Self {
        let mut out = Self::default();
        for entry in entries {
            let head = &entry.head;
            let category = head.category.as_ref().map(|name| out.categories.number(name));
            let tags = head.tags.iter().map(|name| out.tags.number(name)).collect();
            let mut systems = Vec::new();
            for (fact, values) in &head.applies_to {
                for value in values {
                    let system = (fact.clone(), out.values.number(value));
                    let known = out.systems.iter().position(|known| *known == system);
                    systems.push(known.unwrap_or(out.systems.len()) as u32);
                    if known.is_none() {
                        out.systems.push(system);
                    }
                }
            }
            out.of.push(Of { category, tags, systems: systems.into() });
        }
        out
    }

    /// Which entries a category and a tag leave, by their names; all, if none is said.
    pub fn choice(&self, category: Option<&str>, tag: Option<&str>) -> Choice<'_> {
        let wanted = |names: &Names, name: Option<&str>| name.map(|name| names.find(name));
        let (category, tag) = (wanted(&self.categories, category), wanted(&self.tags, tag));
        let (categories, tags) = (vec![0; self.categories.shown.len()], vec![0; self.tags.shown.len()]);
        Choice { facets: self, category, tag, categories, tags, systems: vec![0; self.systems.len()] }
    }
}

/// What is left of the entries that were found, and how many each further choice would leave.
pub struct Choice<'a> {
    facets: &'a Facets,
    /// The number of its name, if anything has it.
    category: Option<Option<u32>>,
    tag: Option<Option<u32>>,
    categories: Vec<usize>,
    tags: Vec<usize>,
    systems: Vec<usize>,
}

impl Choice<'_> {
    /// Counts an entry; whether it is left.
    pub fn take(&mut self, entry: u32) -> bool {
        let of = &self.facets.of[entry as usize];
        let in_category = self.category.is_none_or(|wanted| wanted.is_some() && wanted == of.category);
        let in_tag = self.tag.is_none_or(|wanted| wanted.is_some_and(|wanted| of.tags.contains(&wanted)));
        if in_tag && let Some(category) = of.category {
            self.categories[category as usize] += 1;
        }
        if in_category {
            of.tags.iter().for_each(|tag| self.tags[*tag as usize] += 1);
        }
        if in_category && in_tag {
            of.systems.iter().for_each(|system| self.systems[*system as usize] += 1);
        }
        in_category && in_tag
    }

    /// How many hits each category has, most first.
    pub fn categories(&self) -> Vec<(String, usize)> {
        sorted(self.facets.categories.shown.iter().zip(&self.categories))
    }

    /// How many hits each tag has, most first.
    pub fn tags(&self) -> Vec<(String, usize)> {
        sorted(self.facets.tags.shown.iter().zip(&self.tags))
    }

    /// By fact, how many hits are for each value.
    pub fn systems(&self) -> BTreeMap<String, Vec<(String, usize)>> {
        let mut facts: BTreeMap<String, Vec<(&String, &usize)>> = BTreeMap::new();
        for ((fact, value), count) in self.facets.systems.iter().zip(&self.systems).filter(|(_, count)| **count > 0) {
            facts.entry(fact.clone()).or_default().push((&self.facets.values.shown[*value as usize], count));
        }
        facts.into_iter().map(|(fact, counts)| (fact, sorted(counts.into_iter()))).collect()
    }
}

/// Most first; what has none is left out.
fn sorted<'a>(counts: impl Iterator<Item = (&'a String, &'a usize)>) -> Vec<(String, usize)> {
    let mut out: Vec<_> = counts.filter(|(_, count)| **count > 0).map(|(name, n)| (name.clone(), *n)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}
