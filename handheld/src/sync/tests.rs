//! Sending over a line that breaks, to a server that forgets, to a server that lies.

use super::*;
use shared::wire::EventV1;
use uuid::Uuid;

fn store_with(entries: u32) -> (tempfile::TempDir, Mutex<Store>) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = crate::store::tests::opened(folder.path());
    for number in 0..entries {
        store.append(1, EventV1::LoggedIn { reader: number.to_string() }).unwrap();
    }
    (folder, Mutex::new(store))
}

/// Carries out every request and loses every third answer.
struct Lossy {
    server: Practice,
    asked: Mutex<u32>,
}

impl Transport for Lossy {
    fn ask(&self, request: &SyncRequest) -> Result<SyncResponse, SyncError> {
        let answer = self.server.ask(request)?;
        let mut asked = lock(&self.asked);
        *asked += 1;
        if asked.is_multiple_of(3) { Err(SyncError::Line("cut".into())) } else { Ok(answer) }
    }
}

#[test]
fn a_log_arrives_whole_however_often_the_line_breaks() {
    let (_folder, store) = store_with(300);
    let lossy = Lossy { server: Practice::new(Uuid::from_u128(1)), asked: Mutex::new(0) };
    let mut tries = 0;
    while run(&lossy, &store, &|_, _| {}).is_err() {
        tries += 1;
        assert!(tries < 20);
    }
    assert!(tries > 1, "the line did break");
    assert_eq!(lock(&store).receipt_through(), 300);
}

#[test]
fn sending_again_sends_nothing() {
    let (_folder, store) = store_with(3);
    let server = Practice::new(Uuid::from_u128(1));
    run(&server, &store, &|_, _| {}).unwrap();
    let told = Mutex::new(Vec::new());
    run(&server, &store, &|through, of| lock(&told).push((through, of))).unwrap();
    assert_eq!(*lock(&told), [(3, 3)]);
}

#[test]
fn a_receipt_for_another_log_is_not_believed() {
    let (_one, ours) = store_with(3);
    let (_two, theirs) = store_with(2);
    lock(&theirs).append(9, EventV1::LoggedIn { reader: "x".into() }).unwrap();
    let server = Practice::new(Uuid::from_u128(1));
    run(&server, &theirs, &|_, _| {}).unwrap();
    let error = run(&server, &ours, &|_, _| {}).unwrap_err();
    assert_eq!(error.code(), "S12");
    assert_eq!(lock(&ours).receipt_through(), 0);
}
