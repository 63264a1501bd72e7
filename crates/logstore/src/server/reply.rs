//! An answer as parts: bytes of its own, buffers of the tail, ranges of files. Nothing is copied together.

use crate::base::bytes::Writer;
use crate::base::types::TopicId;
use crate::io::arena::Buf;
use crate::log::{FileSlice, Slice};

use super::view::TopicKey;

const LENGTH_BYTES: usize = 4;

/// A piece of an answer.
#[derive(Debug)]
pub(crate) enum Part {
    Bytes(Vec<u8>),
    Shared(Buf),
    File(FileSlice),
}

impl Part {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Shared(buf) => buf.len(),
            Self::File(slice) => slice.len(),
        }
    }
}

/// A whole answer, its length in front.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Begins with the length.
    pub(crate) head: Vec<u8>,
    /// What follows, mostly nothing.
    pub(crate) parts: Vec<Part>,
}

impl Answer {
    /// An answer that the control plane wrote, header included.
    pub(crate) fn from_control_plane(bytes: Vec<u8>) -> Self {
        let length = (bytes.len() as u32).to_be_bytes().to_vec();
        Self { head: length, parts: vec![Part::Bytes(bytes)] }
    }
}

/// Writes the fields of one answer, in the way of its version.
#[derive(Debug)]
pub(crate) struct AnswerWriter {
    writer: Writer,
    /// What is finished of it.
    answer: Answer,
    flexible: bool,
}

impl AnswerWriter {
    /// Starts with a header; `flexible` says how strings and arrays are written.
    pub(crate) fn new(correlation_id: i32, flexible: bool) -> Self {
        let mut answer = Self::with_plain_header(correlation_id, flexible);
        answer.tags();
        answer
    }

    /// Starts with a header that never has tagged fields, as `ApiVersions` needs it.
    pub(crate) fn with_plain_header(correlation_id: i32, flexible: bool) -> Self {
        let mut writer = Writer::with_capacity(256);
        writer.u32(0).i32(correlation_id);
        Self { writer, answer: Answer::default(), flexible }
    }

    /// Numbers are written directly.
    pub(crate) fn fixed(&mut self) -> &mut Writer {
        &mut self.writer
    }

    pub(crate) fn string(&mut self, text: &str) {
        if self.flexible {
            self.writer.compact_string(text)
        } else {
            self.writer.string(text)
        };
    }

    pub(crate) fn nullable_string(&mut self, text: Option<&str>) {
        if self.flexible {
            self.writer.compact_nullable_string(text)
        } else {
            self.writer.nullable_string(text)
        };
    }

    pub(crate) fn array_len(&mut self, count: usize) {
        self.nullable_array_len(Some(count));
    }

    pub(crate) fn nullable_array_len(&mut self, count: Option<usize>) {
        if self.flexible {
            self.writer.compact_array_len(count)
        } else {
            self.writer.array_len(count)
        };
    }

    pub(crate) fn uuid(&mut self, id: TopicId) {
        self.writer.uuid(id);
    }

    pub(crate) fn topic(&mut self, key: &TopicKey) {
        match key {
            TopicKey::Name(name) => self.string(name),
            TopicKey::Id(id) => self.uuid(*id),
        }
    }

    /// The end of a structure without tagged fields.
    pub(crate) fn tags(&mut self) {
        self.tagged(&[]);
    }

    /// The end of a structure with tagged fields, in ascending order of tags.
    pub(crate) fn tagged(&mut self, fields: &[(u32, Writer)]) {
        if !self.flexible {
            return;
        }
        self.writer.uvarint(fields.len() as u32);
        for (tag, field) in fields {
            self.writer.uvarint(*tag).uvarint(field.len() as u32).bytes(field.as_slice());
        }
    }

    /// Records: their length, then the slices themselves.
    pub(crate) fn records(&mut self, bytes: usize, slices: Vec<Slice>) {
        if self.flexible {
            self.writer.uvarint(bytes as u32 + 1);
        } else {
            self.writer.i32(bytes as i32);
        }
        if slices.is_empty() {
            return;
        }
        self.end_bytes();
        self.answer.parts.extend(slices.into_iter().map(|slice| match slice {
            Slice::Memory(buf) => Part::Shared(buf),
            Slice::File(file) => Part::File(file),
        }));
    }

    /// The answer with its length filled in.
    pub(crate) fn finish(mut self) -> Answer {
        self.end_bytes();
        let bytes = self.answer.head.len() + self.answer.parts.iter().map(Part::len).sum::<usize>();
        self.answer.head[..LENGTH_BYTES].copy_from_slice(&((bytes - LENGTH_BYTES) as u32).to_be_bytes());
        self.answer
    }

    fn end_bytes(&mut self) {
        if self.writer.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.writer).into_vec();
        if self.answer.head.is_empty() {
            self.answer.head = bytes;
        } else {
            self.answer.parts.push(Part::Bytes(bytes));
        }
    }
}
