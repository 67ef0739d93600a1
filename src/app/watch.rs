//! Watches the desk's folder and puts what changed in force.

use super::{App, load};
use notify_debouncer_full::{DebounceEventResult, new_debouncer, notify::RecursiveMode};
use std::{path::Path, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Git writes files one by one: this much quiet means that it is done.
const QUIET: Duration = Duration::from_millis(300);
/// How often the folder is read without having been told of a change: some file systems do not tell.
const ANYWAY: Duration = Duration::from_secs(30);

/// Watches until the token ends it. Without a folder (the starter desk) there is nothing to watch.
pub async fn watch(app: Arc<App>, stop: CancellationToken) {
    let Some(folder) = app.desk_folder().map(Path::to_owned) else { return };
    let (told, mut changed) = tokio::sync::mpsc::channel(1);
    let mut watcher = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
        let touched = match events {
            Ok(events) => events.iter().any(|event| !event.kind.is_access()),
            Err(_) => true,
        };
        if touched {
            // Full: a reading is due anyway.
            let _ = told.try_send(());
        }
    });
    let watching = match &mut watcher {
        Ok(watcher) => watcher.watch(&folder, RecursiveMode::Recursive).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = watching {
        tracing::warn!(%error, "the desk's folder cannot be watched; it is read every {} s instead", ANYWAY.as_secs());
    }
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changed.recv() => {}
            () = tokio::time::sleep(ANYWAY) => {}
        }
        if let Err(error) = reload(&app, &folder).await {
            tracing::error!(%error, "the desk could not be read again; what was in force stays so");
            app.trouble(Some(error.to_string()));
        }
    }
}

/// Reads until two readings agree, so that no half-written pull is put in force.
pub(super) async fn reload(app: &App, folder: &Path) -> Result<(), super::Error> {
    let mut before = read(folder).await?;
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let again = read(folder).await?;
        if again == before {
            return app.put_in_force(again).await;
        }
        before = again;
    }
}

async fn read(folder: &Path) -> Result<load::Files, super::Error> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || load::files(&folder)).await.expect("reading files does not panic")
}
