//! Known outages: what many callers have at once, shown before anybody works on it again.

use super::{App, Error};
use crate::{
    case::{Actor, Denied},
    clock,
    id::IncidentId,
    run::Refused,
    search::{Reader, terms},
    store::Incident,
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// What another process has changed shows after so long.
const FRESH: SignedDuration = SignedDuration::from_secs(3);
/// So many closed ones are listed.
const LISTED: u32 = 100;
/// The longest title, phrase and text.
const LONGEST: (usize, usize, usize) = (200, 200, 20_000);
/// Words of trouble: they say that something does not work, not what.
const TROUBLE: &str = "again anymore available broken cannot crash crashed dead disruption down doesn error errors \
    everybody everyone fail failed failing fails fault gone happen hang hangs help incident issue issues known longer \
    message nobody nothing offline online open opens outage problem problems reach reached reports responding says \
    show shows slow start starts stopped suddenly system today trouble unavailable unable unreachable using won work \
    worked working works wrong";

static SAYS_LITTLE: LazyLock<BTreeSet<String>> = LazyLock::new(|| terms(TROUBLE));
/// Changes are made one after the other, so that none takes another's back.
static CHANGING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The open ones as last read, with when.
#[derive(Debug, Default)]
pub(super) struct Open(Mutex<Option<(Timestamp, Arc<Vec<Incident>>)>>);

impl Open {
    fn known(&self) -> Option<(Timestamp, Arc<Vec<Incident>>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn know(&self, what: Option<(Timestamp, Arc<Vec<Incident>>)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

/// What a person says of an outage.
#[derive(Clone, Debug, Default)]
pub struct Outage {
    /// In a few words.
    pub title: String,
    /// What callers are told, Markdown.
    pub text: String,
    /// What callers say who have it.
    pub phrases: Vec<String>,
    /// Playbooks that it makes useless, by id.
    pub playbooks: Vec<String>,
    /// Whether the portal shows it too.
    pub self_service: bool,
}

impl Outage {
    /// Trimmed, without what is empty; or why it does not do.
    fn tidy(self) -> Result<Self, Error> {
        let trimmed = |text: &str| text.trim().to_owned();
        let phrases = self.phrases.iter().map(|phrase| trimmed(phrase)).filter(|phrase| !phrase.is_empty());
        let tidy = Self { title: trimmed(&self.title), text: trimmed(&self.text), phrases: phrases.collect(), ..self };
        let (title, phrase, text) = LONGEST;
        let why = match &tidy {
            outage if outage.title.is_empty() => "an outage needs a title",
            outage if outage.title.len() > title => "the title is too long; say the rest in the text",
            outage if outage.phrases.iter().any(|known| known.len() > phrase) => "one of the phrases is too long",
            outage if outage.phrases.len() > 50 => "there are more than 50 phrases; keep those that callers use most",
            outage if outage.text.len() > text => "the text is too long",
            _ => return Ok(tidy),
        };
        Err(Denied::Refused(Refused::new(why, Vec::new())).into())
    }
}

impl App {
    /// The open outages that a reader may know of, the latest first. If the store does not answer, those that were
    /// known last: what asks is about something else.
    pub async fn incidents(&self, reader: Reader) -> Vec<Incident> {
        let known = self.open_incidents().await;
        known.iter().filter(|incident| reader == Reader::Staff || incident.self_service).cloned().collect()
    }

    /// The open outages that a reader may know of and that are probably what somebody has: by their words, and by the
    /// playbooks that they would go through. The likeliest first.
    pub async fn incidents_for(&self, reader: Reader, words: &str, playbooks: &[&str]) -> Vec<Incident> {
        let open = self.incidents(reader).await;
        if open.is_empty() {
            return open;
        }
        let words = terms(words);
        let mut found: Vec<(f32, Incident)> = open
            .into_iter()
            .map(|incident| (likeness(&incident, &words, playbooks), incident))
            .filter(|(likeness, _)| *likeness > 0.0)
            .collect();
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        found.into_iter().map(|(_, incident)| incident).collect()
    }

    async fn open_incidents(&self) -> Arc<Vec<Incident>> {
        let (known, now) = (self.incidents.known(), clock::now());
        match known {
            Some((when, open)) if now.duration_since(when) < FRESH => open,
            known => match self.store.incidents(true, u32::MAX).await {
                Ok(open) => {
                    let open = Arc::new(open);
                    self.incidents.know(Some((now, Arc::clone(&open))));
                    open
                }
                Err(error) => {
                    tracing::warn!(%error, "known outages could not be read");
                    known.map(|(_, open)| open).unwrap_or_default()
                }
            },
        }
    }

    /// One, open or closed.
    pub async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, Error> {
        Ok(self.store.incident(id).await?)
    }

    /// Those that are over, the latest first.
    pub async fn closed_incidents(&self) -> Result<Vec<Incident>, Error> {
        Ok(self.store.incidents(false, LISTED).await?)
    }

    /// Makes an outage known. `id` is what the form was given for it: sent twice, it is one.
    pub async fn open_incident(&self, actor: &Actor, id: IncidentId, outage: Outage) -> Result<Incident, Error> {
        let (outage, now) = (outage.tidy()?, clock::now());
        let _changing = CHANGING.lock().await;
        if let Some(known) = self.store.incident(id).await? {
            return Ok(known);
        }
        let incident = Incident {
            id,
            title: outage.title,
            text: outage.text,
            phrases: outage.phrases,
            playbooks: outage.playbooks,
            self_service: outage.self_service,
            opened: now,
            opened_by: actor.name.clone(),
            closed: None,
            closed_by: None,
        };
        self.keep_incident(incident).await
    }

    /// Says it differently; `None` if there is no such outage.
    pub async fn edit_incident(&self, id: IncidentId, outage: Outage) -> Result<Option<Incident>, Error> {
        let outage = outage.tidy()?;
        let _changing = CHANGING.lock().await;
        let Some(known) = self.store.incident(id).await? else { return Ok(None) };
        let incident = Incident {
            title: outage.title,
            text: outage.text,
            phrases: outage.phrases,
            playbooks: outage.playbooks,
            self_service: outage.self_service,
            ..known
        };
        self.keep_incident(incident).await.map(Some)
    }

    /// Says that it is over; `None` if there is no such outage.
    pub async fn close_incident(&self, actor: &Actor, id: IncidentId) -> Result<Option<Incident>, Error> {
        let _changing = CHANGING.lock().await;
        match self.store.incident(id).await? {
            Some(open) if open.closed.is_none() => {
                let closed = Incident { closed: Some(clock::now()), closed_by: Some(actor.name.clone()), ..open };
                self.keep_incident(closed).await.map(Some)
            }
            known => Ok(known),
        }
    }

    async fn keep_incident(&self, incident: Incident) -> Result<Incident, Error> {
        self.store.keep_incident(&incident).await?;
        self.incidents.know(None);
        Ok(incident)
    }
}

/// How likely somebody has it: 0 if nothing speaks for it.
fn likeness(incident: &Incident, words: &BTreeSet<String>, playbooks: &[&str]) -> f32 {
    let by_playbook = match incident.playbooks.iter().any(|id| playbooks.contains(&id.as_str())) {
        true => 0.5,
        false => 0.0,
    };
    let texts = incident.phrases.iter().chain([&incident.title]).map(|text| terms(text));
    let shared = texts.map(|text| {
        let common: Vec<_> = text.intersection(words).collect();
        match common.iter().any(|term| !SAYS_LITTLE.contains(*term)) {
            true => common.len() as f32 / text.len() as f32,
            false => 0.0,
        }
    });
    by_playbook + shared.fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(title: &str, phrases: &[&str]) -> Incident {
        Incident {
            id: IncidentId::mint(),
            title: title.to_owned(),
            text: String::new(),
            phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
            playbooks: vec!["mail-on-phone".to_owned()],
            self_service: false,
            opened: Timestamp::UNIX_EPOCH,
            opened_by: "Ann".to_owned(),
            closed: None,
            closed_by: None,
        }
    }

    #[test]
    fn what_a_caller_says_is_matched_by_words_that_say_something() {
        let mail = incident("Mail is down", &["outlook shows no new messages", "cannot send"]);
        let printer = incident("Printers in building 4 do not work", &[]);
        let asked = |incident: &Incident, words: &str| likeness(incident, &terms(words), &[]);
        assert!(asked(&mail, "my mail does not work") > 0.0);
        assert!(asked(&mail, "outlook says nothing new") > asked(&mail, "outlook"));
        assert_eq!(asked(&mail, "my computer went down and does not work"), 0.0);
        assert_eq!(asked(&printer, "my screen does not work"), 0.0);
        assert!(asked(&printer, "the printers do not work") > 0.0);
        assert_eq!(asked(&mail, ""), 0.0);
        assert!(likeness(&mail, &BTreeSet::new(), &["mail-on-phone"]) > 0.0);
    }
}
