//! Known outages: all of them, and one with the form that changes it.

use crate::{app::Offer, id::IncidentId, store::Incident};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What can be started, by id.
type Offers = BTreeMap<String, Offer>;

/// The list.
#[derive(Clone, Debug, Serialize)]
pub struct Incidents {
    /// Open ones, the latest first.
    pub open: Vec<IncidentView>,
    /// Those that are over, the latest first.
    pub closed: Vec<IncidentView>,
    /// The empty form, with what is called what it opens: sent twice, it is one. None for those who may not.
    pub form: Option<IncidentForm>,
}

/// One outage's page.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentPage {
    /// The outage.
    pub incident: IncidentView,
    /// The form that changes it; none for those who may not, and of one that is over.
    pub form: Option<IncidentForm>,
}

/// An outage as people see it.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentView {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// Markdown.
    pub text: String,
    /// What callers say.
    pub phrases: Vec<String>,
    /// The titles of the playbooks that it makes useless.
    pub playbooks: Vec<String>,
    /// Whether the portal shows it too.
    pub self_service: bool,
    /// Since when.
    pub opened: Timestamp,
    /// Who made it known.
    pub opened_by: String,
    /// When it was over.
    pub closed: Option<Timestamp>,
    /// Who said so.
    pub closed_by: Option<String>,
}

/// What can be put in.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentForm {
    /// The outage's id.
    pub id: IncidentId,
    /// In a few words.
    pub title: String,
    /// Markdown.
    pub text: String,
    /// One on each line.
    pub phrases: String,
    /// Whether the portal shows it too.
    pub self_service: bool,
    /// Ids and titles of what can be started, and whether it is chosen.
    pub playbooks: Vec<(String, String, bool)>,
    /// Whether any is chosen.
    pub some: bool,
}

impl IncidentView {
    /// Of one of the desk's.
    pub fn new(incident: Incident, offers: &Offers) -> Self {
        let title = |id: &String| offers.get(id).map_or_else(|| id.clone(), |offer| offer.title.clone());
        Self {
            id: incident.id.to_string(),
            title: incident.title,
            text: incident.text,
            playbooks: incident.playbooks.iter().map(title).collect(),
            phrases: incident.phrases,
            self_service: incident.self_service,
            opened: incident.opened,
            opened_by: incident.opened_by,
            closed: incident.closed,
            closed_by: incident.closed_by,
        }
    }
}

impl IncidentForm {
    /// With what is known of an outage, or empty.
    pub fn new(known: Option<&Incident>, offers: &Offers) -> Self {
        let chosen = |id: &String| known.is_some_and(|known| known.playbooks.contains(id));
        let mut playbooks: Vec<_> =
            offers.values().map(|offer| (offer.id.clone(), offer.title.clone(), chosen(&offer.id))).collect();
        playbooks.sort_by(|a, b| a.1.cmp(&b.1));
        Self {
            some: playbooks.iter().any(|(_, _, chosen)| *chosen),
            id: known.map_or_else(IncidentId::mint, |known| known.id),
            title: known.map(|known| known.title.clone()).unwrap_or_default(),
            text: known.map(|known| known.text.clone()).unwrap_or_default(),
            phrases: known.map(|known| known.phrases.join("\n")).unwrap_or_default(),
            self_service: known.is_none_or(|known| known.self_service),
            playbooks,
        }
    }
}
