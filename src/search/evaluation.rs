//! How good a ranking is, against judged queries.

use std::collections::HashMap;

/// Means over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Normalised discounted cumulative gain of the first ten.
    pub ndcg: f64,
    /// One over the place of the first relevant among ten.
    pub mrr: f64,
    /// The share of the relevant that is among the first ten.
    pub recall: f64,
}

/// Judges one ranking by what is relevant and how much.
pub fn judge(ranking: &[String], relevant: &HashMap<String, f64>) -> Quality {
    let discount = |place: usize| (place as f64 + 2.0).log2();
    let gain = |id: &String| relevant.get(id).copied().unwrap_or_default();
    let top = || ranking.iter().take(10).enumerate();
    let mut ideal: Vec<f64> = relevant.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best: f64 = ideal.iter().take(10).enumerate().map(|(place, gain)| gain / discount(place)).sum();
    let reached: f64 = top().map(|(place, id)| gain(id) / discount(place)).sum();
    let first = top().find(|(_, id)| gain(id) > 0.0).map_or(0.0, |(place, _)| 1.0 / (place as f64 + 1.0));
    let wanted = relevant.values().filter(|gain| **gain > 0.0).count();
    let found = top().filter(|(_, id)| gain(id) > 0.0).count();
    if best == 0.0 {
        return Quality::default();
    }
    Quality { ndcg: reached / best, mrr: first, recall: found as f64 / wanted as f64 }
}

impl Quality {
    /// The mean of several.
    pub fn mean(all: &[Self]) -> Self {
        let mean = |part: fn(&Self) -> f64| all.iter().map(part).sum::<f64>() / all.len().max(1) as f64;
        Self { ndcg: mean(|q| q.ndcg), mrr: mean(|q| q.mrr), recall: mean(|q| q.recall) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_is_judged_by_its_first_ten() {
        let relevant = HashMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 1.0)]);
        let ranking = ["x", "a"].map(str::to_owned);
        let quality = judge(&ranking, &relevant);
        let ideal = 1.0 + 1.0 / 3f64.log2();
        assert!((quality.ndcg - 1.0 / 3f64.log2() / ideal).abs() < 1e-9);
        assert_eq!((quality.mrr, quality.recall), (0.5, 0.5));
        assert_eq!(judge(&[], &relevant), Quality::default());
    }
}
