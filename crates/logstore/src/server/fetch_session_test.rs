use super::*;

fn wanted(partition: i32) -> Wanted {
    Wanted::at(TopicKey::Name("t".into()), partition, 0)
}

fn request(id: i32, epoch: i32, partitions: &[i32], forgotten: &[i32]) -> SessionRequest {
    SessionRequest {
        id,
        epoch,
        by_id: false,
        wanted: partitions.iter().copied().map(wanted).collect(),
        forgotten: forgotten.iter().map(|index| (TopicKey::Name("t".into()), *index)).collect(),
    }
}

fn begin(sessions: &Sessions, partitions: i32, now: u64) -> i32 {
    let partitions = (0..partitions).map(|index| (wanted(index), Told::NOTHING)).collect();
    sessions.begin(partitions, false, Duration::from_secs(now))
}

fn open(sessions: &Sessions, request: SessionRequest) -> Result<Vec<i32>, i16> {
    Ok(match sessions.open(request, Duration::ZERO)? {
        Scope::Listed { wanted, .. } => wanted.iter().map(|wanted| wanted.partition).collect(),
        Scope::Session { session, .. } => session.lock().wanted().map(|wanted| wanted.partition).collect(),
    })
}

#[test]
fn requests_list_what_changes() {
    let sessions = Sessions::default();
    let id = begin(&sessions, 3, 0);
    assert!(id > 0);
    assert_eq!(open(&sessions, request(id, 1, &[], &[])), Ok(vec![0, 1, 2]));
    assert_eq!(open(&sessions, request(id, 2, &[7], &[1])), Ok(vec![0, 2, 7]));
    assert_eq!(open(&sessions, request(id, 2, &[], &[])), Err(INVALID_FETCH_SESSION_EPOCH));
    assert_eq!(open(&sessions, request(id + 1, 3, &[], &[])), Err(FETCH_SESSION_ID_NOT_FOUND));
    let by_id = SessionRequest { by_id: true, ..request(id, 3, &[], &[]) };
    assert_eq!(open(&sessions, by_id), Err(FETCH_SESSION_TOPIC_ID_ERROR));
    assert_eq!(open(&sessions, request(id, 3, &[], &[0, 2, 7])), Ok(vec![]));
    assert_eq!(sessions.len(), 0);
}

#[test]
fn a_full_fetch_ends_the_session_it_names() {
    let sessions = Sessions::default();
    let id = begin(&sessions, 1, 0);
    assert_eq!(open(&sessions, request(id, FINAL_EPOCH, &[4], &[])), Ok(vec![4]));
    assert_eq!(sessions.len(), 0);
}

#[test]
fn answers_name_what_is_new_and_rotate_what_gave_data() {
    let mut session = Session::new((0..3).map(|index| (wanted(index), Told::NOTHING)).collect(), false);
    let told = Told { high_watermark: 5, log_start: 0 };
    let quiet = News { told, has_records: false, must_tell: false, is_error: false };
    let key = (TopicKey::Name("t".into()), 0);
    assert!(session.tells(&key, quiet));
    assert!(!session.tells(&key, quiet));
    assert!(session.tells(&key, News { has_records: true, ..quiet }));
    assert_eq!(session.wanted().map(|wanted| wanted.partition).collect::<Vec<_>>(), [1, 2, 0]);
    assert!(session.tells(&key, News { is_error: true, ..quiet }));
    assert!(session.tells(&key, quiet));
    assert!(!session.tells(&key, quiet));
}

#[test]
fn sessions_are_bounded_and_the_stale_give_way() {
    let sessions = Sessions::default();
    for _ in 0..FETCH_SESSIONS_MAX {
        assert_ne!(begin(&sessions, 2, 0), NO_SESSION);
    }
    assert_eq!(begin(&sessions, 5, 60), NO_SESSION);
    assert_ne!(begin(&sessions, 1, 121), NO_SESSION);
    assert_eq!(sessions.len(), FETCH_SESSIONS_MAX);
}

#[test]
fn epochs_wrap_to_one() {
    assert_eq!(next_epoch(i32::MAX), 1);
}

#[test]
fn a_session_keeps_the_name_that_an_id_had() {
    let sessions = Sessions::default();
    let known_as = |name: Option<&str>| {
        let mut wanted = wanted(0);
        wanted.known_as = name.map(Into::into);
        wanted
    };
    let id = sessions.begin(vec![(known_as(Some("t")), Told::NOTHING)], false, Duration::ZERO);
    let again = SessionRequest { wanted: vec![known_as(None)], ..request(id, 1, &[], &[]) };
    let Ok(Scope::Session { session, .. }) = sessions.open(again, Duration::ZERO) else {
        panic!("no session")
    };
    assert_eq!(session.lock().wanted().next().and_then(|wanted| wanted.known_as.as_deref()), Some("t"));
}
