//! Known outages: everybody on staff sees them, a lead opens, changes and closes them.

use super::{
    error::{Answer, Failure, not_found},
    page::incidents::{IncidentForm, IncidentPage, IncidentView, Incidents},
    visit::Visit,
};
use crate::{
    account::Role,
    app::{self, Outage},
    case::Denied,
    id::IncidentId,
    search::Reader,
    store::Incident,
};
use axum::{
    Form,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect},
};

/// A form's fields; a name may come more than once.
type Fields = Vec<(String, String)>;

/// What a form says of an outage.
fn outage(fields: &Fields) -> Outage {
    let all =
        |name: &'static str| fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.clone());
    let one = |name| all(name).next().unwrap_or_default();
    Outage {
        title: one("title"),
        text: one("text").replace("\r\n", "\n"),
        phrases: one("phrases").lines().map(str::to_owned).collect(),
        playbooks: all("playbook").collect(),
        self_service: one("self_service") == "yes",
    }
}

impl Visit {
    async fn incidents_page(&self) -> Result<Incidents, Failure> {
        let live = self.live();
        let views = |all: Vec<Incident>| all.into_iter().map(|one| IncidentView::new(one, &live.offers)).collect();
        Ok(Incidents {
            open: views(self.app().incidents(Reader::Staff).await),
            closed: views(self.app().closed_incidents().await?),
            form: self.may(Role::may_lead).then(|| IncidentForm::new(None, &live.offers)),
        })
    }

    async fn incident(&self, id: IncidentId) -> Result<Incident, Failure> {
        self.app().incident(id).await?.ok_or_else(missing)
    }

    fn incident_page(&self, incident: Incident) -> IncidentPage {
        let live = self.live();
        let may = self.may(Role::may_lead) && incident.closed.is_none();
        let form = may.then(|| IncidentForm::new(Some(&incident), &live.offers));
        IncidentPage { incident: IncidentView::new(incident, &live.offers), form }
    }
}

fn missing() -> Failure {
    not_found("There is no such outage.")
}

/// What was typed, in the form that comes back.
fn typed(form: Option<IncidentForm>, said: Outage) -> Option<IncidentForm> {
    form.map(|form| IncidentForm {
        title: said.title,
        text: said.text,
        phrases: said.phrases.join("\n"),
        self_service: said.self_service,
        some: !said.playbooks.is_empty(),
        playbooks: form
            .playbooks
            .into_iter()
            .map(|(id, title, _)| (id.clone(), title, said.playbooks.contains(&id)))
            .collect(),
        ..form
    })
}

/// `GET /incidents`
pub async fn list(visit: Visit) -> Answer {
    let page = visit.incidents_page().await?;
    Ok(visit.page("incidents.html", "incidents", page).await)
}

/// `POST /incidents`
pub async fn open(visit: Visit, Form(fields): Form<Fields>) -> Answer {
    visit.must(Role::may_lead)?;
    let id = fields.iter().find(|(name, _)| name == "id").and_then(|(_, id)| id.parse().ok());
    let said = outage(&fields);
    match visit.app().open_incident(&visit.actor(), id.unwrap_or_else(IncidentId::mint), said.clone()).await {
        Ok(incident) => Ok(Redirect::to(&format!("/incidents/{}", incident.id)).into_response()),
        Err(app::Error::Denied(Denied::Refused(refused))) => {
            let mut page = visit.incidents_page().await?;
            page.form = typed(page.form, said);
            Ok(visit.refusal(StatusCode::UNPROCESSABLE_ENTITY, "incidents.html", &refused.why, page).await)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /incidents/{id}`
pub async fn show(visit: Visit, Path(id): Path<IncidentId>) -> Answer {
    let page = visit.incident_page(visit.incident(id).await?);
    Ok(visit.page("incident.html", "incidents", page).await)
}

/// `POST /incidents/{id}`
pub async fn edit(visit: Visit, Path(id): Path<IncidentId>, Form(fields): Form<Fields>) -> Answer {
    visit.must(Role::may_lead)?;
    let said = outage(&fields);
    match visit.app().edit_incident(id, said.clone()).await {
        Ok(Some(_)) => Ok(Redirect::to(&format!("/incidents/{id}")).into_response()),
        Ok(None) => Err(missing()),
        Err(app::Error::Denied(Denied::Refused(refused))) => {
            let mut page = visit.incident_page(visit.incident(id).await?);
            page.form = typed(page.form, said);
            Ok(visit.refusal(StatusCode::UNPROCESSABLE_ENTITY, "incident.html", &refused.why, page).await)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /incidents/{id}/close`
pub async fn close(visit: Visit, Path(id): Path<IncidentId>) -> Answer {
    visit.must(Role::may_lead)?;
    match visit.app().close_incident(&visit.actor(), id).await? {
        Some(_) => Ok(Redirect::to("/incidents").into_response()),
        None => Err(missing()),
    }
}
