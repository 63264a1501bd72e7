//! The five codecs a batch can name, decoded with a bound on what comes out.

use std::io::{self, Read, Write};

/// Decompressed records of one batch never take more: a small frame that unpacks to gigabytes is refused.
pub const DECOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Frames of snappy-java: this magic, two version numbers, then blocks with an `int32` length each.
const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const XERIAL_HEADER_BYTES: usize = XERIAL_MAGIC.len() + 8;
/// What snappy-java cuts its input into.
const XERIAL_BLOCK_BYTES: usize = 32 * 1024;
const XERIAL_VERSION: [u8; 8] = [0, 0, 0, 1, 0, 0, 0, 1];

/// How the records of a batch are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Codec {
    /// Not at all.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// Raw blocks in the framing of snappy-java; one bare raw block is understood too.
    Snappy,
    /// The LZ4 frame format.
    Lz4,
    /// RFC 8878.
    Zstd,
}

/// A codec and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressor {
    /// Which.
    pub codec: Codec,
    /// 1 to 9 for gzip, -131072 to 22 for zstd, the default where there is none; snappy and lz4 have one.
    pub level: Option<i32>,
}

/// Bytes that do not decompress.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// They are not in the codec's format.
    #[error("cannot be decompressed: {0}")]
    Malformed(#[from] io::Error),
    /// More would come out than a batch may hold.
    #[error("decompresses to more than {0} bytes")]
    TooLarge(usize),
}

impl From<snap::Error> for CodecError {
    fn from(error: snap::Error) -> Self {
        Self::Malformed(io::Error::other(error))
    }
}

impl Codec {
    /// The codec of attribute bits 0-2; `None` for 5, 6 and 7, which name none.
    pub fn from_bits(bits: i16) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd]
            .get(usize::try_from(bits).ok()?)
            .copied()
    }

    /// Its attribute bits.
    pub fn bits(self) -> i16 {
        self as i16
    }

    /// Decompresses at most `bytes_max` bytes; memory grows with what really comes out.
    pub fn decompress(self, bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, CodecError> {
        match self {
            Self::None if bytes.len() > bytes_max => Err(CodecError::TooLarge(bytes_max)),
            Self::None => Ok(bytes.to_vec()),
            Self::Gzip => read_bounded(flate2::read::MultiGzDecoder::new(bytes), bytes_max),
            Self::Snappy => snappy(bytes, bytes_max),
            Self::Lz4 => read_bounded(lz4_flex::frame::FrameDecoder::new(bytes), bytes_max),
            Self::Zstd => read_bounded(zstd::stream::read::Decoder::with_buffer(bytes)?, bytes_max),
        }
    }

    /// Compresses with the codec's default level.
    pub fn compress(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        Compressor { codec: self, level: None }.compress(bytes)
    }
}

impl Compressor {
    /// Compresses.
    pub fn compress(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self.codec {
            Codec::None => Ok(bytes.to_vec()),
            Codec::Gzip => {
                let level = self.level.and_then(|level| u32::try_from(level).ok());
                let level = level.map_or_else(flate2::Compression::default, flate2::Compression::new);
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Codec::Snappy => {
                let mut framed = [XERIAL_MAGIC, XERIAL_VERSION].concat();
                for block in bytes.chunks(XERIAL_BLOCK_BYTES) {
                    let compressed = snap::raw::Encoder::new().compress_vec(block)?;
                    framed.extend((compressed.len() as u32).to_be_bytes());
                    framed.extend(compressed);
                }
                Ok(framed)
            }
            Codec::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(bytes)?;
                encoder.finish().map_err(io::Error::other)
            }
            Codec::Zstd => {
                zstd::stream::encode_all(bytes, self.level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL))
            }
        }
    }
}

fn read_bounded(decoder: impl Read, bytes_max: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    decoder.take(bytes_max as u64 + 1).read_to_end(&mut out)?;
    if out.len() > bytes_max {
        return Err(CodecError::TooLarge(bytes_max));
    }
    Ok(out)
}

fn snappy(bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    if !bytes.starts_with(&XERIAL_MAGIC) {
        snappy_block(bytes, bytes_max, &mut out)?;
        return Ok(out);
    }
    let cut = || CodecError::Malformed(io::Error::from(io::ErrorKind::UnexpectedEof));
    let mut rest = bytes.get(XERIAL_HEADER_BYTES..).ok_or_else(cut)?;
    while let Some((length, after)) = rest.split_first_chunk() {
        let (block, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(cut)?;
        snappy_block(block, bytes_max, &mut out)?;
        rest = after;
    }
    if rest.is_empty() { Ok(out) } else { Err(cut()) }
}

fn snappy_block(block: &[u8], bytes_max: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    /// Snappy cannot do better: three bytes say "64 again".
    const RATIO_MAX: usize = 64;
    let start = out.len();
    let len = snap::raw::decompress_len(block)?;
    if start + len > bytes_max || len / RATIO_MAX > block.len() {
        return Err(CodecError::TooLarge(bytes_max));
    }
    out.resize(start + len, 0);
    snap::raw::Decoder::new().decompress(block, out.get_mut(start..).unwrap_or_default())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    #[test]
    fn bits_name_codecs() {
        for codec in ALL {
            assert_eq!(Codec::from_bits(codec.bits()), Some(codec));
        }
        assert_eq!(Codec::from_bits(5), None);
    }

    #[test]
    fn what_would_grow_beyond_the_bound_is_refused() {
        let zeros = vec![0; 1 << 20];
        for codec in ALL {
            let compressed = codec.compress(&zeros).unwrap();
            assert!(matches!(codec.decompress(&compressed, zeros.len() - 1), Err(CodecError::TooLarge(_))));
            assert_eq!(codec.decompress(&compressed, zeros.len()).unwrap(), zeros);
        }
    }

    #[test]
    fn a_snappy_block_that_claims_gigabytes_is_refused() {
        let mut framed = [XERIAL_MAGIC, XERIAL_VERSION].concat();
        framed.extend([0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0x07, 0]);
        assert!(Codec::Snappy.decompress(&framed, DECOMPRESSED_BYTES_MAX).is_err());
        framed[19] = 0xff;
        assert!(Codec::Snappy.decompress(&framed, DECOMPRESSED_BYTES_MAX).is_err());
    }

    #[test]
    fn a_bare_snappy_block_is_understood() {
        let raw = snap::raw::Encoder::new().compress_vec(b"abcabcabcabc").unwrap();
        assert_eq!(Codec::Snappy.decompress(&raw, 100).unwrap(), b"abcabcabcabc");
    }

    proptest! {
        #[test]
        fn every_codec_gives_back_what_it_took(bytes: Vec<u8>, repeats in 1_usize..200) {
            let bytes = bytes.repeat(repeats);
            for codec in ALL {
                let compressed = codec.compress(&bytes)?;
                prop_assert_eq!(&codec.decompress(&compressed, bytes.len())?, &bytes);
            }
        }

        #[test]
        fn no_codec_panics(bytes: Vec<u8>) {
            for codec in ALL {
                let _ = codec.decompress(&bytes, 1 << 20);
            }
        }
    }
}
