//! Browsers' sessions in the store: a row only for those that hold something.

use crate::{
    clock,
    store::{self, Store},
};
use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::{fmt, sync::Arc};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{
        SameSite,
        time::{Duration, OffsetDateTime},
    },
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The cookie's name.
pub const COOKIE: &str = "firstline";
/// A session without a request ends.
const IDLE: Duration = Duration::hours(12);

/// Our store as the sessions' layer wants it.
#[derive(Clone)]
pub struct Sessions(Arc<dyn Store>);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// The layer that gives every request its session; `secure` cookies travel over https only.
pub fn layer(store: Arc<dyn Store>, secure: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(store))
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// What the store knows a session by.
fn key(id: &Id) -> String {
    Sha256::digest(id.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn backend(error: store::Error) -> Error {
    Error::Backend(error.to_string())
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_second(at.unix_timestamp()).unwrap_or(Timestamp::MAX)
}

#[async_trait]
impl SessionStore for Sessions {
    /// Under an id of ours, never one that a browser brought along.
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = Id::default();
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let session = store::Session { id: key(&record.id), data, expires: timestamp(record.expiry_date) };
        self.0.keep_session(&session).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(session) = self.0.session(&key(id), clock::now()).await.map_err(backend)? else { return Ok(None) };
        let data = serde_json::from_str(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(session.expires.as_second())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.end_session(&key(id)).await.map_err(backend)
    }
}
