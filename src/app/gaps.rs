//! What authors should write next: where runs stopped, what was searched in vain, what did not help, what resolvers say.

use super::{App, Error, Live};
use crate::{
    case::{Verdict, anonymous},
    clock,
    playbook::flow::Node,
    reason::Reason,
    run::Audience,
    search::{Query, Reader, prior},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// So many days are looked back, unless somebody says otherwise.
pub const DAYS: i64 = 30;
/// So many cases and sayings prove an entry.
const EVIDENCE: usize = 10;
/// So many rows of a kind are read.
pub(super) const READ: u32 = 20_000;
/// So many searches that found no answer are tried again.
const TRIED_AGAIN: usize = 100;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Only what concerns this playbook.
    pub playbook: Option<String>,
    /// From this day on.
    pub since: Date,
}

/// What shows that something is lacking. Of two that happened as often, the first weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// Whoever solved a case says which step was missing, wrong or unclear.
    Verdict,
    /// Runs stopped without an ending, or came to an ending that solved nothing.
    Stop,
    /// An article did not help.
    Feedback,
    /// What was opened from a search did not help.
    Misleading,
    /// A search found no answer, and finds none today.
    NoHits,
    /// Nothing was opened that a search found.
    NotOpened,
}

/// Something that is lacking. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What shows it.
    pub lack: Lack,
    /// How often, since the day that was asked for.
    pub count: u64,
    /// With whom: those who help themselves, or staff.
    pub audience: Audience,
    /// The playbook that the step stands in.
    pub playbook: Option<String>,
    /// The step, with its item: `step/item`; none where a verdict names none.
    pub step: Option<String>,
    /// Why it stopped, or the verdict.
    pub reason: Option<String>,
    /// The article that did not help.
    pub article: Option<String>,
    /// What was searched.
    pub words: Option<String>,
    /// Why an article did not help, as often as it was said.
    pub reasons: BTreeMap<String, u64>,
    /// Numbers of cases in which it happened, the latest first, at most ten.
    pub cases: Vec<u64>,
    /// What was said: what solved it, or why an article did not help; the latest first, at most ten.
    pub said: Vec<String>,
}

impl Gap {
    fn new(lack: Lack, audience: Audience) -> Self {
        Self {
            lack,
            count: 0,
            audience,
            playbook: None,
            step: None,
            reason: None,
            article: None,
            words: None,
            reasons: BTreeMap::new(),
            cases: Vec::new(),
            said: Vec::new(),
        }
    }
}

impl Filter {
    /// All playbooks, for as long as is looked back by itself.
    pub fn recent() -> Self {
        Self { playbook: None, since: clock::today().saturating_sub(DAYS.days()) }
    }

    /// When it begins.
    pub fn begin(&self) -> Timestamp {
        self.since.to_zoned(TimeZone::system()).map_or(Timestamp::MIN, |day| day.timestamp())
    }
}

impl App {
    /// What is lacking, the most frequent first.
    pub async fn gaps(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        let mut gaps = self.stops(filter).await?;
        gaps.extend(self.said_of_scripts(filter).await?);
        gaps.extend(self.did_not_help(filter).await?);
        gaps.extend(self.opened_in_vain(filter).await?);
        if filter.playbook.is_none() {
            gaps.extend(self.searched_in_vain(filter).await?);
        }
        gaps.sort_by(|a, b| {
            let rest = |gap: &Gap| {
                let Gap { playbook, step, reason, article, words, .. } = gap.clone();
                (playbook, step, reason, article, words, gap.audience == Audience::Agent)
            };
            b.count.cmp(&a.count).then(a.lack.cmp(&b.lack)).then_with(|| rest(a).cmp(&rest(b)))
        });
        Ok(gaps)
    }

    async fn stops(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        let mut stops: BTreeMap<(String, String, String, bool), Gap> = BTreeMap::new();
        let since = filter.begin();
        for passage in self.passages().await?.iter().rev().flat_map(|case| case.iter()) {
            let program = &*passage.program;
            // A security incident is nothing that a script lacks; nor is what its author withdrew.
            let counts = |reason: &Reason| !matches!(reason, Reason::Security | Reason::Recalled);
            let stops_here = passage.stops.iter().filter(|(_, reason)| counts(reason));
            let mut places: Vec<_> = stops_here.map(|(spot, reason)| (*spot, reason.to_string())).collect();
            let unsolved = passage.escalated.iter().filter(|(_, reason)| reason == "not-resolved");
            places.extend(unsolved.cloned());
            for (spot, reason) in places {
                let playbook = &*program.units[spot.unit as usize].id;
                let wanted = filter.playbook.as_deref().is_none_or(|wanted| wanted == playbook);
                if !wanted || passage.last < since {
                    continue;
                }
                let step = match spot.item(program) {
                    Some(item) => format!("{}/{item}", spot.step(program)),
                    None => spot.step(program).to_owned(),
                };
                let key = (playbook.to_owned(), step, reason, passage.audience == Audience::Agent);
                let gap = stops.entry(key).or_insert_with_key(|(playbook, step, reason, _)| Gap {
                    playbook: Some(playbook.clone()),
                    step: Some(step.clone()),
                    reason: Some(reason.clone()),
                    ..Gap::new(Lack::Stop, passage.audience)
                });
                gap.count += 1;
                if gap.cases.len() < EVIDENCE && gap.cases.last() != Some(&passage.number) {
                    gap.cases.push(passage.number);
                }
            }
        }
        Ok(stops.into_values().collect())
    }

    async fn said_of_scripts(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        let mut gaps: BTreeMap<(String, Option<String>, Verdict, bool), Gap> = BTreeMap::new();
        let judged = self.store.verdicts(filter.begin(), filter.playbook.as_deref(), READ).await?;
        for judged in judged.into_iter().filter(|judged| judged.judgement.verdict.names_a_step()) {
            let said = judged.judgement;
            let case = self.fresh(judged.case).await?;
            let run = case.as_ref().and_then(|case| case.run(said.run));
            let audience = run.map_or(Audience::Agent, |run| match run.by == super::SELF_SERVICE {
                true => Audience::SelfService,
                false => Audience::Agent,
            });
            let key = (said.playbook.clone(), said.step.clone(), said.verdict, audience == Audience::Agent);
            let gap = gaps.entry(key).or_insert_with(|| Gap {
                playbook: Some(said.playbook.clone()),
                step: said.step.clone(),
                reason: Some(said.verdict.name().to_owned()),
                ..Gap::new(Lack::Verdict, audience)
            });
            gap.count += 1;
            if gap.cases.len() < EVIDENCE && !gap.cases.contains(&judged.number) {
                gap.cases.push(judged.number);
            }
            let solved = case.map(|case| anonymous(said.solved.trim(), &case.requester)).unwrap_or_default();
            if gap.said.len() < EVIDENCE && !solved.is_empty() && !gap.said.contains(&solved) {
                gap.said.push(solved);
            }
        }
        Ok(gaps.into_values().collect())
    }

    async fn did_not_help(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        let shown = filter.playbook.as_deref().map(|playbook| shows(&self.live(), playbook));
        let mut gaps: BTreeMap<String, Gap> = BTreeMap::new();
        let since = filter.begin();
        for said in self.store.feedback(None, READ).await? {
            let wanted = shown.as_ref().is_none_or(|shown| shown.contains(&said.article));
            if said.helpful || said.at < since || !wanted {
                continue;
            }
            let gap = gaps.entry(said.article.clone()).or_insert_with(|| Gap {
                article: Some(said.article.clone()),
                ..Gap::new(Lack::Feedback, Audience::SelfService)
            });
            gap.count += 1;
            if let Some(reason) = said.reason {
                *gap.reasons.entry(reason).or_default() += 1;
            }
            let words = anonymous(said.words.trim(), &Default::default());
            if gap.said.len() < EVIDENCE && !words.is_empty() {
                gap.said.push(words);
            }
        }
        Ok(gaps.into_values().collect())
    }

    /// Where more people say that it did not help than that it did.
    async fn opened_in_vain(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        let mut words: BTreeMap<String, String> = BTreeMap::new();
        for row in self.store.searches(filter.since, READ).await? {
            words.entry(prior::key(&row.words)).or_insert(row.words);
        }
        let mut gaps = Vec::new();
        for ((staff, terms), entries) in self.clicked(filter.since).await? {
            let audience = if staff { Audience::Agent } else { Audience::SelfService };
            for entry in entries.into_iter().filter(|entry| entry.not_helped > entry.helped) {
                let is_playbook = entry.kind == "playbook";
                if filter.playbook.as_ref().is_some_and(|wanted| !is_playbook || entry.id != *wanted) {
                    continue;
                }
                let (playbook, article) = if is_playbook { (Some(entry.id), None) } else { (None, Some(entry.id)) };
                let words = words.get(&terms).cloned().unwrap_or_else(|| prior::readable(&terms));
                let words = Some(anonymous(&words, &Default::default()));
                let gap = Gap::new(Lack::Misleading, audience);
                gaps.push(Gap { count: entry.not_helped, playbook, article, words, ..gap });
            }
        }
        Ok(gaps)
    }

    async fn searched_in_vain(&self, filter: &Filter) -> Result<Vec<Gap>, Error> {
        // How often, how often something was opened, the latest day and what was found then.
        let mut searches: BTreeMap<(bool, String), (u64, u64, Date, u64)> = BTreeMap::new();
        for row in self.store.searches(filter.since, READ).await? {
            let known = searches.entry((row.reader == "staff", row.words)).or_insert((0, 0, Date::MIN, 0));
            (known.0, known.1) = (known.0 + row.times, known.1 + row.opened);
            if row.day >= known.2 && row.times > 0 {
                (known.2, known.3) = (row.day, row.hits);
            }
        }
        let mut searches: Vec<_> =
            searches.into_iter().filter(|(_, (times, opened, ..))| *times > 0 && *opened == 0).collect();
        searches.sort_by_key(|(_, (times, ..))| std::cmp::Reverse(*times));
        let (mut gaps, mut tried) = (Vec::new(), 0);
        for ((staff, words), (times, _, _, hits)) in searches {
            let (audience, reader) = match staff {
                true => (Audience::Agent, Reader::Staff),
                false => (Audience::SelfService, Reader::SelfService),
            };
            let lack = match hits {
                0 if tried < TRIED_AGAIN => {
                    tried += 1;
                    let query = Query { words: words.clone(), limit: 1, ..Query::default() };
                    if self.search(reader, query).await.answered {
                        continue;
                    }
                    Lack::NoHits
                }
                0 => Lack::NoHits,
                _ => Lack::NotOpened,
            };
            let words = Some(anonymous(&words, &Default::default()));
            gaps.push(Gap { count: times, words, ..Gap::new(lack, audience) });
        }
        Ok(gaps)
    }
}

/// The articles that a playbook's steps show.
fn shows(live: &Live, playbook: &str) -> BTreeSet<String> {
    let Some(playbook) = live.desk.playbooks.get(playbook) else { return BTreeSet::new() };
    let articles = playbook.flow.nodes.iter().filter_map(|node| match node {
        Node::Prompt(prompt) => Some(&prompt.articles),
        _ => None,
    });
    articles.flatten().filter_map(|article| Some(live.desk.article(&article.value)?.id.clone())).collect()
}
