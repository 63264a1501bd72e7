//! What a request may cost: what it costs today (a debug build, one request at a time to a broker at rest), and half of
//! one more. Where a change makes it cheaper, the bound comes down with it.

/// For one request.
pub(crate) struct Bounds {
    pub(crate) what: &'static str,
    pub(crate) allocations: f64,
    /// A read of the request, the answer, a wait: three. A produce that is answered after another thread was done has the
    /// wake-up and one more wait.
    pub(crate) socket_calls: f64,
    /// A durable produce is a write to the write-ahead log and a sync. What moves from there to segments is many
    /// requests in one write. A produce that is not waited for is a write to the segment.
    pub(crate) disk_calls: f64,
    /// Requests are read to where all connections of a worker have theirs read to, and copied once to a place of their
    /// own; what does not fit there is read to its place, which grows. The rest, about 11,000 bytes, is what a debug
    /// build moves of structures that an optimizing one leaves where they are; a durable produce has the head of its group
    /// besides, 344 bytes that are put together from pieces, and is copied with its group to where the disk takes it from:
    /// the system copies nothing then. A fetch copies no records.
    pub(crate) copied: f64,
    /// Records go to the write-ahead log and later, those of many requests together, to a segment; a hundred bytes go to
    /// the log with what the page holds that they end.
    pub(crate) written: f64,
}

/// How many pieces a large request arrives in is for the kernel to say; each may cost an allocation, too.
const PIECES: f64 = f64::INFINITY;

/// Topic and bytes of the only record.
pub(crate) const PRODUCES: &[(&str, usize, Bounds)] = &[
    (
        "relaxed",
        100,
        Bounds {
            what: "produce of 100 B, written",
            allocations: 10.5,
            socket_calls: 3.5,
            disk_calls: 1.5,
            copied: 16_000.0,
            written: 171.0,
        },
    ),
    (
        "relaxed",
        16_384,
        Bounds {
            what: "produce of 16 KiB, written",
            allocations: 10.5,
            socket_calls: PIECES,
            disk_calls: 1.5,
            copied: 35_000.0,
            written: 16_600.0,
        },
    ),
    (
        "relaxed",
        1_000_000,
        Bounds {
            what: "produce of 1 MB, written",
            allocations: 20.0,
            socket_calls: PIECES,
            disk_calls: 1.5,
            copied: 600_000.0,
            written: 1_001_000.0,
        },
    ),
    (
        "durable",
        100,
        Bounds {
            what: "produce of 100 B, durable",
            allocations: 11.5,
            socket_calls: 5.5,
            disk_calls: 2.5,
            copied: 28_000.0,
            written: 2_900.0,
        },
    ),
    (
        "durable",
        16_384,
        Bounds {
            what: "produce of 16 KiB, durable",
            allocations: 10.5,
            socket_calls: PIECES,
            disk_calls: 2.5,
            copied: 60_000.0,
            written: 36_000.0,
        },
    ),
    (
        "durable",
        1_000_000,
        Bounds {
            what: "produce of 1 MB, durable",
            allocations: 20.0,
            socket_calls: PIECES,
            disk_calls: 3.5,
            copied: 1_600_000.0,
            written: 2_400_000.0,
        },
    ),
];

/// Bytes of the only record that is read, and whether it is the last.
pub(crate) const FETCHES: &[(usize, bool, Bounds)] = &[
    (
        100,
        true,
        Bounds {
            what: "fetch of 100 B at the tail",
            allocations: 9.5,
            socket_calls: 3.5,
            disk_calls: 0.0,
            copied: 13_000.0,
            written: 0.0,
        },
    ),
    (
        16_384,
        true,
        Bounds {
            what: "fetch of 16 KiB at the tail",
            allocations: 9.5,
            socket_calls: 3.5,
            disk_calls: 0.0,
            copied: 13_000.0,
            written: 0.0,
        },
    ),
    (
        1_000_000,
        true,
        Bounds {
            what: "fetch of 1 MB at the tail",
            allocations: 9.5,
            socket_calls: PIECES,
            disk_calls: 0.0,
            copied: 13_000.0,
            written: 0.0,
        },
    ),
    // Looked up in an index, then looked for from the batch on that it names; by another thread where the system cannot tell
    // that it lies in memory.
    (
        100,
        false,
        Bounds {
            what: "fetch of 100 B from a file",
            allocations: 11.5,
            socket_calls: 5.5,
            disk_calls: 6.5,
            copied: 22_000.0,
            written: 0.0,
        },
    ),
];
