//! A copy of the data, taken while the server runs, is a data folder itself.

use crate::server::{Folder, Server, firstline};

#[test]
fn a_backup_holds_what_was_there_and_serves() {
    let folder = Folder::new();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    let server = Server::start(&data, None);
    let mut ann = server.visitor();
    let words = "nothing prints since this morning";
    assert_eq!(ann.post("/cases", &[("words", words), ("playbook", "printer-offline")]).status, 303);
    let (boundary, text) = ("mark", "the log of the spooler");
    let file = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"spool.log\"\r\n\
         Content-Type: text/plain\r\n\r\n{text}\r\n--{boundary}--\r\n"
    );
    let mut sender = ann.clone();
    sender.headers.push(("content-type".into(), format!("multipart/form-data; boundary={boundary}")));
    assert_eq!(sender.ask("POST", "/cases/1001/attach", Some(file)).status, 303);

    let backup = |to| firstline(&data, None).arg("backup").arg(to).output().expect("it runs");
    let done = backup(&copy);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // What comes later is not in it, and does not harm it.
    assert_eq!(ann.post("/cases", &[("words", "another")]).status, 303);
    let again = backup(&copy);
    assert!(!again.status.success(), "a folder that holds something is not written over");
    assert!(server.stop());

    let restored = Server::start(&copy, None);
    let mut bob = restored.visitor();
    let page = bob.get("/cases/1001");
    assert_eq!(page.status, 200);
    assert!(page.body.contains(words));
    let link = page.body.split('"').find(|part| part.contains("attachments")).expect("the file has a link");
    assert_eq!(bob.get(&crate::server::unescape(link)).body, text);
    assert_eq!(bob.get("/cases/1002").status, 404);
}
