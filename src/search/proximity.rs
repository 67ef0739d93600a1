//! How near to each other an entry has the words that were typed beside each other: ordered and unordered windows, as in
//! sequential dependence (Metzler and Croft 2005), over the best entries alone.

use super::{
    analyzer::STEM,
    query::{Asked, Concept, Part},
    shelf::{FIELDS, Shelf},
};

/// Words that are further from each other have nothing to do with each other.
const FAR: u32 = 6;
/// No more variants of a word are looked for.
const VARIANTS: usize = 4;

/// The points of each of some entries; `rarity` says how rare each concept is.
pub fn points(shelf: &Shelf, asked: &Asked, rarity: &[f32], entries: &[u32]) -> Vec<f32> {
    let weights = shelf.weights();
    let words = asked.concepts.iter().zip(rarity).filter(|(concept, _)| concept.part != Part::Extra);
    let words: Vec<(&Concept, f32)> = words.map(|(concept, rare)| (concept, *rare)).collect();
    let mut out = vec![0.0; entries.len()];
    if weights.pairs == 0.0 || words.len() < 2 {
        return out;
    }
    // By entry and field, of two words beside each other: where the first and where the second stands.
    let places = entries.len() * FIELDS;
    let (mut first, mut second) = (vec![Vec::new(); places], vec![Vec::new(); places]);
    let fields = [1.0, weights.pairs_head, weights.pairs_body];
    stand(shelf, words[0].0, entries, &mut first);
    for pair in words.windows(2) {
        stand(shelf, pair[1].0, entries, &mut second);
        let worth = weights.pairs * pair[0].1.min(pair[1].1);
        for (entry, points) in out.iter_mut().enumerate() {
            let at = entry * FIELDS..(entry + 1) * FIELDS;
            let near = first[at.clone()].iter().zip(&second[at]).zip(fields);
            let near = near.filter_map(|((a, b), field)| Some(field / nearest(a, b)? as f32));
            *points += worth * near.fold(0.0, f32::max);
        }
        std::mem::swap(&mut first, &mut second);
        second.iter_mut().for_each(Vec::clear);
    }
    out
}

/// Where a word stands in some entries, by entry and field.
fn stand(shelf: &Shelf, concept: &Concept, entries: &[u32], out: &mut [Vec<u32>]) {
    let terms = concept.variants.iter().filter(|variant| variant.terms.len() == 1).map(|variant| &variant.terms[0]);
    // Where a word stands, its stem stands.
    let skip = terms.clone().nth(1).is_some_and(|second| second.starts_with(STEM)).into();
    let mut sorted = true;
    for (n, term) in terms.skip(skip).take(VARIANTS).enumerate() {
        sorted &= n == 0;
        shelf.stands(term, entries, |entry, field, positions| out[entry * FIELDS + field].extend_from_slice(positions));
    }
    if !sorted {
        out.iter_mut().for_each(|list| list.sort_unstable());
    }
}

/// How far behind a place of the first list the nearest of the second is; one before it counts as one further.
fn nearest(first: &[u32], second: &[u32]) -> Option<u32> {
    let mut best = None;
    let mut from = 0;
    for at in first {
        while from < second.len() && second[from] + FAR < *at {
            from += 1;
        }
        for other in second[from..].iter().take_while(|other| **other <= at + FAR).filter(|other| *other != at) {
            let distance = if other > at { other - at } else { at - other + 1 };
            best = Some(best.map_or(distance, |best: u32| best.min(distance)));
        }
        if best == Some(1) {
            break;
        }
    }
    best
}
