//! Bytes that no client should send: each closes its connection, or is answered, and harms no other.

use std::time::Duration;

use logstore::server::CloseReason;

use crate::harness::{Broker, Client};
use crate::wire::{self, API_VERSIONS, Answer, FETCH, METADATA, PRODUCE, header};

/// A bystander is served before and after.
fn closes(broker: &Broker, reason: CloseReason, act: impl FnOnce(&mut Client)) {
    let mut bystander = broker.connect();
    let served =
        |client: &mut Client| Answer::open(&client.ask(&wire::api_versions(0, 1)), 1, false).fixed.i16();
    assert_eq!(served(&mut bystander), Ok(0));
    let mut hostile = broker.connect();
    act(&mut hostile);
    assert!(hostile.is_closed());
    broker.closed(reason, 1);
    assert_eq!(served(&mut bystander), Ok(0));
}

#[test]
fn lengths_that_are_none() {
    for length in [-1, i32::MIN, i32::MAX, 3, 0, 100 * 1024 * 1024 + 1] {
        let broker = Broker::start();
        closes(&broker, CloseReason::InvalidFrame, |client| {
            client.raw(&length.to_be_bytes());
        });
        assert!(broker.server.stats().arena_bytes_in_use < 1024);
    }
}

#[test]
fn a_frame_that_never_ends_pins_little_and_is_closed() {
    let broker = Broker::with(|options| options.idle = Duration::from_millis(300));
    let mut client = broker.connect();
    client.raw(&(100_i32 << 20).to_be_bytes());
    for _ in 0..20 {
        client.raw(&[0]);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(broker.server.stats().arena_bytes_in_use <= 128 * 1024);
    assert!(client.is_closed());
    broker.closed(CloseReason::Idle, 1);
    crate::harness::eventually(|| broker.server.stats().arena_bytes_in_use == 0);
}

#[test]
fn other_protocols_are_recognised() {
    let broker = Broker::start();
    closes(&broker, CloseReason::HttpOnKafkaPort, |client| {
        client.raw(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    });
    let client_hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    closes(&broker, CloseReason::TlsOnPlainPort, |client| {
        client.raw(&client_hello);
    });
    assert!(broker.refused(CloseReason::HttpOnKafkaPort) && broker.refused(CloseReason::TlsOnPlainPort));
}

#[test]
fn apis_and_versions_that_are_not_served() {
    let unserved =
        [(9999, 0), (-1, 0), (PRODUCE, 2), (PRODUCE, 14), (FETCH, 3), (METADATA, 14), (4, 0), (12, 5)];
    for (key, version) in unserved {
        let broker = Broker::start();
        closes(&broker, CloseReason::Unsupported, |client| {
            client.send(&header(key, version, 1, false).into_vec());
        });
    }
}

#[test]
fn api_versions_answers_every_version() {
    let broker = Broker::start();
    let mut client = broker.connect();
    for version in [99, -1, i16::MAX] {
        let answer = client.ask(&header(API_VERSIONS, version, 3, false).into_vec());
        let mut answer = Answer::open(&answer, 3, false);
        assert_eq!(answer.fixed.i16(), Ok(35));
        assert_eq!(answer.count(), 1);
        assert_eq!(answer.fixed.bytes(6), Ok(&[0, 18, 0, 0, 0, 4][..]));
        assert_eq!(answer.fixed.remaining(), 0);
    }
    for version in 0..=4 {
        let answer = client.ask(&wire::api_versions(version, 3));
        let mut reader = logstore::base::bytes::Reader::new(&answer);
        assert_eq!((reader.i32(), reader.i16()), (Ok(3), Ok(0)));
        let count = if version >= 3 { reader.compact_array_len(7) } else { reader.array_len(6) };
        assert_eq!(count, Ok(Some(6)));
        assert_eq!(reader.bytes(6), Ok(&[0, 0, 0, 0, 0, 13][..]));
    }
    let mut bad_name = header(API_VERSIONS, 3, 4, true);
    bad_name.compact_string("a b").compact_string("1").no_tagged_fields();
    let answer = client.ask(&bad_name.into_vec());
    assert_eq!(answer, [0, 0, 0, 4, 0, 42, 1, 0, 0, 0, 0, 0]);
}

#[test]
fn client_ids() {
    let fixed = |length: i16| [&[0, 18, 0, 0, 0, 0, 0, 1][..], &length.to_be_bytes()].concat();
    let broker = Broker::start();
    closes(&broker, CloseReason::Malformed, |client| client.send(&fixed(100)));
    closes(&broker, CloseReason::Malformed, |client| {
        client.send(&fixed(1)[..8]);
    });
    let mut client = broker.connect();
    for odd in [&b"a\nb"[..], b"\x1b[31m", b"\xff\xfe", "x".repeat(32_767).as_bytes()] {
        let frame = [&fixed(odd.len() as i16)[..], odd].concat();
        assert_eq!(Answer::open(&client.ask(&frame), 1, false).fixed.i16(), Ok(0));
    }
    for none in [-1, -2] {
        let answer = client.ask(&fixed(none));
        assert_eq!(Answer::open(&answer, 1, false).fixed.i16(), Ok(0));
    }
}

#[test]
fn bodies_that_cannot_be_decoded() {
    let metadata = |version: i16, body: &[u8]| {
        let mut frame = header(METADATA, version, 1, version >= 9).into_vec();
        frame.extend_from_slice(body);
        frame
    };
    let many_tags = [&[1, 1, 0, 0, 0xc0, 0x84, 0x3d][..], &[0; 100]].concat();
    let frames = [
        // An array longer than the frame.
        metadata(1, &i32::MAX.to_be_bytes()),
        metadata(1, &(-2_i32).to_be_bytes()),
        // A varint of ten bytes, one that overflows, one that ends early.
        metadata(9, &[0xff; 10]),
        metadata(9, &[0xff, 0xff, 0xff, 0xff, 0x7f]),
        metadata(9, &[0x80]),
        // Tags: beyond the frame, too many, twice, in the wrong order.
        metadata(9, &[1, 1, 0, 0, 1, 5, 100, 0]),
        metadata(9, &many_tags),
        metadata(9, &[1, 1, 0, 0, 2, 1, 0, 1, 0]),
        metadata(9, &[1, 1, 0, 0, 2, 2, 0, 1, 0]),
        // Null where it may not be.
        metadata(0, &(-1_i32).to_be_bytes()),
        header(PRODUCE, 3, 1, false).nullable_string(None).i16(1).i32(0).i32(-1).clone().into_vec(),
        header(FETCH, 4, 1, false).i32(-1).i32(0).i32(0).i32(0).i8(0).i32(-1).clone().into_vec(),
        // An end in the middle.
        header(PRODUCE, 9, 1, true).i8(0).clone().into_vec(),
    ];
    let broker = Broker::start();
    for frame in frames {
        closes(&broker, CloseReason::Malformed, |client| client.send(&frame));
    }
}

#[test]
fn unknown_tags_are_skipped() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let mut frame = header(METADATA, 9, 1, false).into_vec();
    frame.extend([1, 77, 3, 1, 2, 3]);
    frame.extend([1, 1, 0, 0, 2, 5, 1, 9, 6, 0]);
    assert_eq!(Answer::open(&client.ask(&frame), 1, true).fixed.i32(), Ok(0));
}

#[test]
fn requests_cut_at_every_byte_harm_nobody() {
    let broker = Broker::start();
    let records = logstore::batch::build::BatchBuilder::new().value(b"v").build();
    let frame = wire::Produce::of(&records).encode();
    for cut in 8..frame.len() {
        let mut client = broker.connect();
        client.send(&frame[..cut]);
        assert!(client.is_closed(), "cut at {cut}");
    }
    assert_eq!(wire::Produce::of(&records).send(&mut broker.connect()).base_offset, 0);
}
