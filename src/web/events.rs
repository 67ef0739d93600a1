//! Others' changes, as they happen: only which case is at which entry; the page asks again under its own rights.

use super::{error::Answer, visit::Visit};
use crate::app::Changed;
use axum::{
    extract::Query,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use std::convert::Infallible;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

/// Which case, or all.
#[derive(Deserialize)]
pub struct Of {
    case: Option<u64>,
}

/// What a browser is told.
#[derive(serde::Serialize)]
struct Told {
    case: u64,
    seq: u64,
}

/// `GET /events`: begins with where the case is, so that nothing is missed between the page and this.
pub async fn changes(visit: Visit, Query(of): Query<Of>) -> Answer {
    let changes = BroadcastStream::new(visit.app().changes());
    let first = match of.case {
        Some(number) => Some(Told { case: number, seq: visit.case(number).await?.seq }),
        None => None,
    };
    let later = changes.filter_map(move |changed| async move {
        match changed {
            Ok(Changed::Case { number, seq, .. }) => {
                of.case.is_none_or(|case| case == number).then_some(Told { case: number, seq })
            }
            // No case has this number: whoever follows all of them looks again.
            Ok(Changed::Desk) => of.case.is_none().then_some(Told { case: 0, seq: 0 }),
            // Some were missed: whatever it was, look again.
            Err(BroadcastStreamRecvError::Lagged(_)) => {
                Some(Told { case: of.case.unwrap_or(0), seq: u64::from(u32::MAX) })
            }
        }
    });
    let told = stream::iter(first).chain(later).take_until(visit.console.stop.clone().cancelled_owned());
    let events = told.map(|told| Ok::<_, Infallible>(Event::default().json_data(told).expect("two numbers are JSON")));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}
