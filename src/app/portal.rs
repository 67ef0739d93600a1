//! What people do who help themselves: read, follow a playbook, ask for a person, see how their case stands.

use super::{App, Error, Live, Offer};
use crate::{
    account::LinkKey,
    case::{Actor, Case, Intake},
    clock,
    id::CaseId,
    kb::Article,
    language::Language,
    playbook::flow::{Flow, Node, Target},
    run::Audience,
    search::{Kind, Reader},
    store,
};
use jiff::ToSpan;
use std::{collections::HashMap, sync::Arc};

/// What everybody is called who helps themselves.
pub const SELF_SERVICE: &str = "self-service";
/// What was opened so many days ago is popular no more.
const RECENT: i64 = 30;
/// So many of what was opened are looked through for what is popular.
const LOOKED_THROUGH: u32 = 200;

/// An article or a playbook that a reader may open.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Item {
    /// Which of the two.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// For lists.
    pub category: Option<String>,
    /// For lists.
    pub tags: Vec<String>,
}

impl Live {
    /// The article of an id, or of an earlier one, in a language, if the reader may open it.
    pub fn article(&self, reader: Reader, id: &str, language: Language) -> Option<&Article> {
        let article = self.desk.article(id).filter(|article| self.may_read(reader, article))?;
        Some(self.desk.article_in(language, article))
    }

    fn may_read(&self, reader: Reader, article: &Article) -> bool {
        reader == Reader::Staff || self.desk.is_public(article, clock::today())
    }

    /// The playbook of an id, if the reader may start it.
    pub fn offer(&self, reader: Reader, id: &str) -> Option<&Offer> {
        self.offers
            .get(id)
            .filter(|offer| offer.audience.self_service || (reader == Reader::Staff && offer.audience.agent))
    }

    /// Everything that a reader may open, as they read it, guided playbooks first, by title.
    pub fn shelf(&self, reader: Reader, language: Language) -> Vec<Item> {
        let articles = self.desk.articles.values().filter(|article| self.may_read(reader, article));
        let articles = articles.map(|article| self.desk.article_in(language, article));
        let articles = articles.map(|article| Item {
            kind: Kind::Article,
            id: article.id.clone(),
            title: article.title.clone(),
            summary: article.summary.clone(),
            category: article.category.clone(),
            tags: article.tags.iter().map(|tag| tag.value.clone()).collect(),
        });
        let offers = self.offers.keys().filter_map(|id| self.offer(reader, id)).map(|offer| {
            let head = offer.read(&self.desk, language);
            Item {
                kind: Kind::Playbook,
                id: offer.id.clone(),
                title: head.title,
                summary: head.summary,
                category: offer.category.clone(),
                tags: offer.tags.clone(),
            }
        });
        let mut items: Vec<Item> = articles.chain(offers).collect();
        items.sort_by(|a, b| (b.kind, &a.title, &a.id).cmp(&(a.kind, &b.title, &b.id)));
        items
    }
}

impl Offer {
    /// About how many minutes it takes; `None` if its steps do not say.
    pub fn minutes(&self) -> Option<f64> {
        let flow = &self.program.units[0].flow;
        let minutes = expected(flow, flow.start.map(Target::Step)?, &mut HashMap::new());
        (minutes > 0.0).then_some(minutes)
    }
}

/// The mean over all ways, each as likely as its neighbours; a way back counts nothing.
fn expected(flow: &Flow, target: Target, known: &mut HashMap<u32, f64>) -> f64 {
    let node = match target {
        Target::Step(step) => flow.steps[step as usize].entry,
        Target::Node(node) => node,
        Target::Nowhere => return 0.0,
    };
    if let Some(minutes) = known.get(&node) {
        return *minutes;
    }
    known.insert(node, 0.0);
    let here = &flow.nodes[node as usize];
    let mut next: Vec<Target> = here.ways().iter().map(|way| way.target).collect();
    let own = match here {
        Node::Prompt(prompt) => prompt.minutes.unwrap_or_default(),
        Node::Gate(gate) => {
            next.push(Target::Node(gate.offer));
            0.0
        }
        _ => 0.0,
    };
    let count = next.len().max(1) as f64;
    let minutes = own + next.into_iter().map(|target| expected(flow, target, known)).sum::<f64>() / count;
    known.insert(node, minutes);
    minutes
}

impl App {
    /// Whoever helps themselves: nobody in particular, in the lowest tier.
    pub fn anybody(&self) -> Actor {
        let tier = self.live().desk.policy.lowest().to_owned();
        Actor { name: SELF_SERVICE.into(), tier, audience: Audience::SelfService }
    }

    async fn link_key(&self) -> Result<&LinkKey, Error> {
        let read = || async {
            let kept = self.store.secret("case-links", &LinkKey::mint()).await?;
            LinkKey::read(&kept).ok_or_else(|| store::Error::Corrupt("the key of cases' links is none".into()))
        };
        Ok(self.link_key.get_or_try_init(read).await?)
    }

    /// The last part of the address under which whoever opened a case finds it again.
    pub async fn link(&self, case: &Case) -> Result<String, Error> {
        Ok(format!("{}-{}", case.number, self.link_key().await?.sign(case.id)))
    }

    /// The case of a link; `None` for one that we did not give out.
    pub async fn linked(&self, link: &str) -> Result<Option<Arc<Case>>, Error> {
        let Some((number, end)) = link.split_once('-') else { return Ok(None) };
        let Some(id) = self.find(number.parse().unwrap_or_default()).await? else { return Ok(None) };
        if !self.link_key().await?.is_right(id, end) {
            return Ok(None);
        }
        Ok(self.fresh(id).await?.filter(|case| case.opened_by == SELF_SERVICE))
    }

    /// See [`Case::ask_for_person`].
    pub async fn ask_for_person(&self, id: CaseId, words: &str) -> Result<Arc<Case>, Error> {
        self.change(id, &self.anybody(), |case, context| case.ask_for_person(words, context)).await
    }

    /// A case that goes to a person at once. The same form sent twice is one.
    pub async fn ask(&self, id: CaseId, intake: Intake) -> Result<Arc<Case>, Error> {
        let case = self.open_case(&self.anybody(), id, intake, None).await?;
        self.ask_for_person(case.id, "").await
    }

    /// See [`Case::confirm`].
    pub async fn confirm(&self, id: CaseId) -> Result<Arc<Case>, Error> {
        self.change(id, &self.anybody(), |case, _| case.confirm()).await
    }

    /// What was opened most of late, of what the reader may open; at most so many.
    pub async fn popular(&self, reader: Reader, language: Language, most: usize) -> Result<Vec<Item>, Error> {
        let since = clock::today().saturating_sub(RECENT.days());
        let views = self.store.views(since, LOOKED_THROUGH).await?;
        let mut shelf = self.live().shelf(reader, language);
        let taken = views.iter().filter_map(|(kind, id, _)| {
            let is_it = |item: &Item| item.id == *id && (item.kind == Kind::Article) == (kind == "article");
            Some(shelf.swap_remove(shelf.iter().position(is_it)?))
        });
        Ok(taken.take(most).collect())
    }
}
