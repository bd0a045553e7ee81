//! One zstd stream that lasts for many packets, so that what repeats between them costs a few bytes.

use std::io::{Error, ErrorKind};

use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::compress_bound;

use super::codec::{CodecError, FRAME_MAX};

/// What a stream costs and gains, as powers of two where zstd counts in these.
struct Strength {
    level: i32,
    window_log: u32,
    chain_log: u32,
    hash_log: u32,
}

/// What is said all the time: some hundred KiB for each connection. What repeats here are keys, hashes and the frames
/// themselves, and these repeat soon.
const TALK: Strength = Strength { level: 6, window_log: 17, chain_log: 14, hash_log: 15 };

/// A backlog: 8 MiB while it lasts, 6 MB/s. Measured on 2,000 texts of 600 bytes, more memory and the highest level win
/// one per cent, level 15 loses five.
const BACKLOG: Strength = Strength { level: 16, window_log: 20, chain_log: 20, hash_log: 18 };

/// Room for the plain bytes of a packet at first: most frames are small.
const FIRST_ROOM: usize = 1024;

/// What a packet leaves of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Packets follow.
    GoesOn,
    /// It was the last one.
    Ends,
}

/// The sending end.
pub(super) struct Compressor(Encoder<'static>);

impl Compressor {
    /// For what is said all the time.
    pub(super) fn talk() -> Result<Self, CodecError> {
        Self::new(&TALK)
    }

    /// For a backlog.
    pub(super) fn backlog() -> Result<Self, CodecError> {
        Self::new(&BACKLOG)
    }

    fn new(strength: &Strength) -> Result<Self, CodecError> {
        let mut encoder = Encoder::new(strength.level)?;
        encoder.set_parameter(CParameter::WindowLog(strength.window_log))?;
        encoder.set_parameter(CParameter::ChainLog(strength.chain_log))?;
        encoder.set_parameter(CParameter::HashLog(strength.hash_log))?;
        Ok(Self(encoder))
    }

    /// Compresses a frame so that the other end can read it whole.
    pub(super) fn compress(&mut self, plain: &[u8], rest: Rest) -> Result<Vec<u8>, CodecError> {
        let mut packet = vec![0; compress_bound(plain.len()) + 64];
        let mut input = InBuffer::around(plain);
        let mut output = OutBuffer::around(packet.as_mut_slice());
        while input.pos() < plain.len() {
            self.0.run(&mut input, &mut output)?;
        }
        match rest {
            Rest::GoesOn => while self.0.flush(&mut output)? != 0 {},
            Rest::Ends => while self.0.finish(&mut output, false)? != 0 {},
        }
        let len = output.pos();
        packet.truncate(len);
        Ok(packet)
    }
}

/// The receiving end.
pub(super) struct Decompressor(Decoder<'static>);

impl Decompressor {
    /// For what is said all the time.
    pub(super) fn talk() -> Result<Self, CodecError> {
        Self::new(&TALK)
    }

    /// For a backlog.
    pub(super) fn backlog() -> Result<Self, CodecError> {
        Self::new(&BACKLOG)
    }

    fn new(strength: &Strength) -> Result<Self, CodecError> {
        let mut decoder = Decoder::new()?;
        // The sender says what window it uses; a larger one is refused before it is made.
        decoder.set_parameter(DParameter::WindowLogMax(strength.window_log))?;
        Ok(Self(decoder))
    }

    /// The frame in a packet, and whether the stream ends with it. Never grows beyond [`FRAME_MAX`], whatever the packet
    /// says.
    pub(super) fn decompress(&mut self, packet: &[u8]) -> Result<(Vec<u8>, Rest), CodecError> {
        let mut plain = vec![0; (packet.len() * 4).clamp(FIRST_ROOM, FRAME_MAX + 1)];
        let mut input = InBuffer::around(packet);
        let (mut len, mut rest) = (0, Rest::GoesOn);
        while rest == Rest::GoesOn {
            if len == plain.len() {
                // One byte more than allowed: filling it proves that the frame is too long.
                plain.resize((len * 2).min(FRAME_MAX + 1), 0);
            }
            let read = input.pos();
            let mut output = OutBuffer::around_pos(plain.as_mut_slice(), len);
            if self.0.run(&mut input, &mut output)? == 0 {
                rest = Rest::Ends;
            }
            let written = output.pos();
            if written > FRAME_MAX {
                return Err(CodecError::TooLong);
            }
            if (input.pos(), written) == (read, len) {
                break;
            }
            len = written;
        }
        if input.pos() < packet.len() {
            return Err(Error::new(ErrorKind::InvalidData, "bytes after the end of a stream").into());
        }
        plain.truncate(len);
        Ok((plain, rest))
    }
}
