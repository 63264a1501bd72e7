//! Checked big-endian reads and writes, and Kafka's variable-length integers.
//!
//! A [`Reader`] never looks past its slice and never trusts a count: a length is compared with the bytes that
//! are left before anything is allocated for it. Text is decoded as Kafka does, bad UTF-8 replaced and not refused.

use std::borrow::Cow;

use super::types::TopicId;

/// Bytes are not what their format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed at byte {position}: {why}")]
pub struct Malformed {
    /// Index of the first byte of the field that is wrong.
    pub position: usize,
    /// Which check failed.
    pub why: &'static str,
}

/// A cursor over bytes that came from outside.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

macro_rules! fixed_width {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {
        impl Reader<'_> {
            $(
                $(#[$doc])*
                pub fn $name(&mut self) -> Result<$type, Malformed> {
                    self.array().map(<$type>::from_be_bytes)
                }
            )*
        }

        impl Writer {
            $(
                $(#[$doc])*
                pub fn $name(&mut self, value: $type) -> &mut Self {
                    self.bytes.extend_from_slice(&value.to_be_bytes());
                    self
                }
            )*
        }
    };
}

fixed_width! {
    /// One signed byte.
    i8 -> i8;
    /// Two bytes, signed.
    i16 -> i16;
    /// Two bytes, unsigned.
    u16 -> u16;
    /// Four bytes, signed.
    i32 -> i32;
    /// Four bytes, unsigned.
    u32 -> u32;
    /// Eight bytes, signed.
    i64 -> i64;
    /// Eight bytes, unsigned.
    u64 -> u64;
    /// Eight bytes, IEEE 754.
    f64 -> f64;
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bytes left.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// The bytes left, without reading them.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// The next `len` bytes as they are.
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let taken = self.rest().get(..len).ok_or(self.malformed("shorter than its length says"))?;
        self.position += len;
        Ok(taken)
    }

    /// One byte, zero for false and anything else for true.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        Ok(self.i8()? != 0)
    }

    /// Base-128 unsigned, at most five bytes.
    pub fn uvarint(&mut self) -> Result<u32, Malformed> {
        let start = self.position;
        let value = self.base128(5)?;
        u32::try_from(value).map_err(|_| Malformed { position: start, why: "varint overflows 32 bits" })
    }

    /// Zig-zag base-128, at most five bytes.
    pub fn varint(&mut self) -> Result<i32, Malformed> {
        let raw = self.uvarint()?;
        Ok((raw >> 1) as i32 ^ -((raw & 1) as i32))
    }

    /// Zig-zag base-128, at most ten bytes.
    pub fn varlong(&mut self) -> Result<i64, Malformed> {
        let raw = self.base128(10)?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// Sixteen bytes of a topic id.
    pub fn uuid(&mut self) -> Result<TopicId, Malformed> {
        self.array().map(TopicId)
    }

    /// `int16` length, then text; null is refused.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let start = self.position;
        self.nullable_string()?.ok_or(Malformed { position: start, why: "null where text is required" })
    }

    /// `int16` length, then text; length -1 is null.
    pub fn nullable_string(&mut self) -> Result<Option<Cow<'a, str>>, Malformed> {
        // Kafka takes any negative length for null.
        let len = i32::from(self.i16()?).max(-1);
        Ok(self.sized(len)?.map(String::from_utf8_lossy))
    }

    /// Length plus one as a varint, then text; null is refused.
    pub fn compact_string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let start = self.position;
        self.compact_nullable_string()?
            .ok_or(Malformed { position: start, why: "null where text is required" })
    }

    /// Length plus one as a varint, then text; zero is null.
    pub fn compact_nullable_string(&mut self) -> Result<Option<Cow<'a, str>>, Malformed> {
        Ok(self.compact_nullable_bytes()?.map(String::from_utf8_lossy))
    }

    /// `int32` length, then bytes; length -1 is null.
    pub fn nullable_bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let len = self.i32()?;
        self.sized(len)
    }

    /// Length plus one as a varint, then bytes; zero is null.
    pub fn compact_nullable_bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.uvarint()? {
            0 => Ok(None),
            len => self.bytes(len as usize - 1).map(Some),
        }
    }

    /// `int32` count of an array whose elements take at least `element_bytes_min` bytes each; `None` for null.
    pub fn array_len(&mut self, element_bytes_min: usize) -> Result<Option<usize>, Malformed> {
        let start = self.position;
        let count = self.i32()?;
        match usize::try_from(count) {
            Ok(count) => self.bounded(start, count, element_bytes_min).map(Some),
            Err(_) if count == -1 => Ok(None),
            Err(_) => Err(Malformed { position: start, why: "negative count" }),
        }
    }

    /// Count plus one as a varint, bounded as in [`Self::array_len`]; `None` for null.
    pub fn compact_array_len(&mut self, element_bytes_min: usize) -> Result<Option<usize>, Malformed> {
        let start = self.position;
        match self.uvarint()? {
            0 => Ok(None),
            count => self.bounded(start, count as usize - 1, element_bytes_min).map(Some),
        }
    }

    /// Walks a section of tagged fields (KIP-482); those that `each` does not know it ignores.
    pub fn tagged_fields(
        &mut self,
        mut each: impl FnMut(u32, &'a [u8]) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        const FIELD_BYTES_MIN: usize = 2;
        let start = self.position;
        let count = self.uvarint()? as usize;
        let count = self.bounded(start, count, FIELD_BYTES_MIN)?;
        let mut previous = None;
        for _ in 0..count {
            let start = self.position;
            let tag = self.uvarint()?;
            if previous.is_some_and(|previous| previous >= tag) {
                return Err(Malformed { position: start, why: "tags are not in ascending order" });
            }
            previous = Some(tag);
            let len = self.uvarint()? as usize;
            each(tag, self.bytes(len)?)?;
        }
        Ok(())
    }

    /// Skips a section of tagged fields none of which matters here.
    pub fn skip_tagged_fields(&mut self) -> Result<(), Malformed> {
        self.tagged_fields(|_, _| Ok(()))
    }

    /// An error at the current position.
    pub fn malformed(&self, why: &'static str) -> Malformed {
        Malformed { position: self.position, why }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let taken = self.rest().first_chunk::<N>().ok_or(self.malformed("ends within a number"))?;
        self.position += N;
        Ok(*taken)
    }

    fn base128(&mut self, len_max: u32) -> Result<u64, Malformed> {
        let start = self.position;
        let mut value = 0_u64;
        for index in 0..len_max {
            let byte = *self.rest().first().ok_or(self.malformed("ends within a varint"))?;
            self.position += 1;
            // The tenth byte of a 64-bit value holds its last bit alone.
            if index == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed { position: start, why: "varint is too long" })
    }

    fn sized(&mut self, len: i32) -> Result<Option<&'a [u8]>, Malformed> {
        match usize::try_from(len) {
            Ok(len) => self.bytes(len).map(Some),
            Err(_) if len == -1 => Ok(None),
            Err(_) => Err(self.malformed("negative length")),
        }
    }

    fn bounded(&self, start: usize, count: usize, element_bytes_min: usize) -> Result<usize, Malformed> {
        if count > self.remaining() / element_bytes_min.max(1) {
            return Err(Malformed { position: start, why: "count exceeds the bytes that follow" });
        }
        Ok(count)
    }
}

/// The mirror of [`Reader`]; grows its vector.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts empty, with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was written so far.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.i8(i8::from(value))
    }

    /// Base-128 unsigned.
    pub fn uvarint(&mut self, value: u32) -> &mut Self {
        self.base128(u64::from(value))
    }

    /// Zig-zag base-128 of 32 bits.
    pub fn varint(&mut self, value: i32) -> &mut Self {
        self.base128(u64::from(((value << 1) ^ (value >> 31)) as u32))
    }

    /// Zig-zag base-128 of 64 bits.
    pub fn varlong(&mut self, value: i64) -> &mut Self {
        self.base128(((value << 1) ^ (value >> 63)) as u64)
    }

    /// Sixteen bytes of a topic id.
    pub fn uuid(&mut self, id: TopicId) -> &mut Self {
        self.bytes(&id.0)
    }

    /// `int16` length, then text.
    pub fn string(&mut self, text: &str) -> &mut Self {
        debug_assert!(i16::try_from(text.len()).is_ok());
        self.i16(text.len() as i16).bytes(text.as_bytes())
    }

    /// `int16` length, then text; -1 for null.
    pub fn nullable_string(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.string(text),
            None => self.i16(-1),
        }
    }

    /// Length plus one as a varint, then text.
    pub fn compact_string(&mut self, text: &str) -> &mut Self {
        self.uvarint(text.len() as u32 + 1).bytes(text.as_bytes())
    }

    /// Length plus one as a varint, then text; zero for null.
    pub fn compact_nullable_string(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.compact_string(text),
            None => self.uvarint(0),
        }
    }

    /// `int32` length, then bytes; -1 for null.
    pub fn nullable_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            Some(bytes) => self.i32(bytes.len() as i32).bytes(bytes),
            None => self.i32(-1),
        }
    }

    /// Length plus one as a varint, then bytes; zero for null.
    pub fn compact_nullable_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            Some(bytes) => self.uvarint(bytes.len() as u32 + 1).bytes(bytes),
            None => self.uvarint(0),
        }
    }

    /// `int32` count; -1 for null.
    pub fn array_len(&mut self, count: Option<usize>) -> &mut Self {
        self.i32(count.map_or(-1, |count| count as i32))
    }

    /// Count plus one as a varint; zero for null.
    pub fn compact_array_len(&mut self, count: Option<usize>) -> &mut Self {
        self.uvarint(count.map_or(0, |count| count as u32 + 1))
    }

    /// An empty section of tagged fields.
    pub fn no_tagged_fields(&mut self) -> &mut Self {
        self.uvarint(0)
    }

    fn base128(&mut self, mut value: u64) -> &mut Self {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
        self
    }
}

/// Numbers at a fixed place of a slice, `None` where the slice is too short.
pub mod be {
    macro_rules! at_position {
        ($($get:ident, $put:ident: $type:ty;)*) => {$(
            /// Reads the number at `at`.
            pub fn $get(bytes: &[u8], at: usize) -> Option<$type> {
                bytes.get(at..)?.first_chunk().copied().map(<$type>::from_be_bytes)
            }

            /// Writes the number at `at`; `None` where it does not fit.
            pub fn $put(bytes: &mut [u8], at: usize, value: $type) -> Option<()> {
                *bytes.get_mut(at..)?.first_chunk_mut()? = value.to_be_bytes();
                Some(())
            }
        )*};
    }

    at_position! {
        get_i8, put_i8: i8;
        get_i16, put_i16: i16;
        get_i32, put_i32: i32;
        get_u32, put_u32: u32;
        get_i64, put_i64: i64;
        get_u64, put_u64: u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(a: i32, b: i64, c: u32, d: i16, text in ".{0,40}", blob: Vec<u8>) {
            let mut writer = Writer::new();
            writer.varint(a).varlong(b).uvarint(c).i16(d).string(&text).compact_string(&text);
            writer.compact_nullable_bytes(Some(&blob)).compact_nullable_string(None).nullable_bytes(None);
            let bytes = writer.into_vec();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint()?, a);
            prop_assert_eq!(reader.varlong()?, b);
            prop_assert_eq!(reader.uvarint()?, c);
            prop_assert_eq!(reader.i16()?, d);
            prop_assert_eq!(reader.string()?, text.as_str());
            prop_assert_eq!(reader.compact_string()?, text.as_str());
            prop_assert_eq!(reader.compact_nullable_bytes()?, Some(blob.as_slice()));
            prop_assert_eq!(reader.compact_nullable_string()?, None);
            prop_assert_eq!(reader.nullable_bytes()?, None);
            prop_assert_eq!(reader.remaining(), 0);
        }

        #[test]
        fn no_input_reads_past_its_end(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while reader.remaining() > 0 {
                let ok = reader.clone().tagged_fields(|_, _| Ok(())).is_ok()
                    | reader.clone().nullable_string().is_ok()
                    | reader.clone().compact_array_len(3).is_ok()
                    | reader.varlong().is_ok();
                prop_assert!(reader.position() <= bytes.len());
                if !ok { break; }
            }
        }
    }

    #[test]
    fn varints_longer_than_their_type_are_refused() {
        assert!(Reader::new(&[0xff; 10]).varlong().is_err());
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x1f]).uvarint().is_err());
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).uvarint(), Ok(u32::MAX));
        assert_eq!(Reader::new(&[0xff; 9]).varlong().map_err(|error| error.why), Err("ends within a varint"));
    }

    #[test]
    fn counts_are_bounded_by_what_follows() {
        assert!(Reader::new(&[0x7f, 0xff, 0xff, 0xff, 0, 0]).array_len(1).is_err());
        assert_eq!(Reader::new(&[0, 0, 0, 2, 0, 0]).array_len(1), Ok(Some(2)));
        assert!(Reader::new(&[0, 0, 0, 2, 0, 0]).array_len(2).is_err());
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xfe]).array_len(1).is_err());
    }

    #[test]
    fn tags_ascend() {
        assert!(Reader::new(&[2, 1, 0, 1, 0]).skip_tagged_fields().is_err());
        assert!(Reader::new(&[2, 1, 0, 2, 1, 9]).skip_tagged_fields().is_ok());
        assert!(Reader::new(&[1, 1, 5, 0]).skip_tagged_fields().is_err());
    }
}
