//! Lists follow from the streams: written anew, they are the same.

use crate::server::Folder;
use firstline::{
    app::App,
    case::{Actor, Intake, Move, Requester, Row},
    id::CaseId,
    run::{Audience, Input, Said, Signal},
    store::{Filter, Sqlite, Store},
};
use std::sync::Arc;

fn actor(name: &str, tier: &str) -> Actor {
    Actor { name: name.into(), tier: tier.into(), audience: Audience::Agent }
}

async fn all(app: &App) -> Vec<Row> {
    app.list(&Filter { limit: 1000, ..Filter::default() }).await.expect("it lists")
}

#[test]
fn lists_can_be_rebuilt() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let folder = Folder::new();
        let store = Arc::new(Sqlite::open(folder.path()).await.expect("it opens"));
        let app = App::open(store.clone(), folder.path(), None).await.expect("it opens");
        let (ann, bo) = (actor("ann", "tier-1"), actor("bo", "tier-2"));
        for n in 0..12 {
            let requester = Requester { name: format!("Caller {}", n % 3), contact: None };
            let intake = Intake { requester, channel: None, words: format!("problem {n}") };
            let case = app.open_case(&ann, CaseId::mint(), intake, Some("printer-offline")).await.expect("it opens");
            let run = case.latest_run().expect("it was started").run.id;
            let say = |input| {
                let app = &app;
                let (ann, id) = (&ann, case.id);
                async move { app.say(ann, id, run, &input, None).await.expect("it is taken") }
            };
            match n % 6 {
                0 => drop(say(Input::Say(Said::Answer("stuck".into()))).await),
                1 => drop(say(Input::Signal(Signal::Security)).await),
                2 => drop(app.resolve(&ann, case.id, "it was off", true).await.expect("it is closed")),
                3 => {
                    let to = Move { to: "tier-2".into(), team: Some("hardware".into()), why: "no idea".into() };
                    app.hand_on(&ann, case.id, &to).await.expect("it goes on");
                    app.claim(&bo, case.id, None).await.expect("it is claimed");
                }
                4 => drop(app.rate(&ann, case.id, Some("company"), Some("stopped"), None).await.expect("it is rated")),
                _ => {}
            }
        }
        let before = all(&app).await;
        assert_eq!(before.len(), 12);
        assert!(before.iter().any(|row| row.tier == "tier-3" && row.respond_by.is_some()));
        // The lists are lost: every row says something else.
        for row in &before {
            let wrong = Row { title: "lost".into(), tier: "nowhere".into(), respond_by: None, ..row.clone() };
            store.project(&wrong, &[]).await.expect("it is written");
        }
        assert!(all(&app).await.iter().all(|row| row.title == "lost"));
        assert_eq!(app.rebuild().await.expect("they are written anew"), 12);
        assert_eq!(all(&app).await, before);
        store.close().await;
    });
}
