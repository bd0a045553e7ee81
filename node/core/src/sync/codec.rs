//! Frames in packets: protobuf, compressed as one zstd stream per direction of a connection, so that what repeats
//! between frames (keys, hashes of charter and mandate, words) costs a few bytes.

use palabre_proto::{Message, v1};
use thiserror::Error;
use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};

/// Largest frame and largest packet in bytes (`docs/design.md` §7).
pub const FRAME_MAX: usize = 256 * 1024;
/// zstd's level: measured on acts of 600 bytes, higher ones win a few per cent and cost megabytes for each connection.
const LEVEL: i32 = 6;
/// Window of 512 KiB: what repeats, repeats soon; both sides keep it for each connection.
const WINDOW_LOG: u32 = 19;

/// zstd's table of what has been seen, 2^17 places: measured on a backlog it costs 0.3 % of the bytes, and its default of
/// 2^19 takes 2 MiB more for each connection.
const HASH_LOG: u32 = 17;
/// Room for the plain bytes of a packet at first: most frames are small.
const FIRST_ROOM: usize = 1024;

/// Why a packet makes no frame.
#[derive(Debug, Error)]
pub enum CodecError {
    /// The compressor failed or the stream is damaged.
    #[error("the compressed stream is damaged")]
    Zstd(#[from] std::io::Error),
    /// It would be larger than [`FRAME_MAX`]: a compression bomb, or a program's fault.
    #[error("the frame would have more than {FRAME_MAX} bytes")]
    TooLong,
    /// Not protobuf.
    #[error("the frame is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A frame without content, or of a kind that this version does not know.
    #[error("the frame is empty or of an unknown kind")]
    Empty,
}

/// The sending end of a direction.
pub struct Packer {
    encoder: Encoder<'static>,
}

impl Packer {
    /// A packer for a new connection.
    pub fn new() -> Result<Self, CodecError> {
        let mut encoder = Encoder::new(LEVEL)?;
        encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
        encoder.set_parameter(CParameter::HashLog(HASH_LOG))?;
        Ok(Self { encoder })
    }

    /// The packet of a frame. Packets must be unpacked in the order in which they were packed.
    pub fn pack(&mut self, body: v1::sync_frame::Body) -> Result<Vec<u8>, CodecError> {
        let plain = v1::SyncFrame { body: Some(body) }.encode_to_vec();
        if plain.len() > FRAME_MAX {
            return Err(CodecError::TooLong);
        }
        let mut packet = vec![0; zstd::zstd_safe::compress_bound(plain.len()) + 64];
        let mut input = InBuffer::around(&plain);
        let mut output = OutBuffer::around(packet.as_mut_slice());
        while input.pos() < plain.len() {
            self.encoder.run(&mut input, &mut output)?;
        }
        while self.encoder.flush(&mut output)? != 0 {}
        let len = output.pos();
        packet.truncate(len);
        Ok(packet)
    }
}

/// The receiving end of a direction.
pub struct Unpacker {
    decoder: Decoder<'static>,
}

impl Unpacker {
    /// An unpacker for a new connection.
    pub fn new() -> Result<Self, CodecError> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
        Ok(Self { decoder })
    }

    /// The frame in a packet. Never grows beyond [`FRAME_MAX`], whatever the packet says.
    pub fn unpack(&mut self, packet: &[u8]) -> Result<v1::sync_frame::Body, CodecError> {
        self.unpack_measured(packet).map(|(body, _)| body)
    }

    /// The same with the bytes that the frame has when it is not compressed.
    pub fn unpack_measured(&mut self, packet: &[u8]) -> Result<(v1::sync_frame::Body, usize), CodecError> {
        let mut plain = vec![0; (packet.len() * 4).clamp(FIRST_ROOM, FRAME_MAX + 1)];
        let mut input = InBuffer::around(packet);
        let mut len = 0;
        loop {
            if len == plain.len() {
                // One byte more than allowed: filling it proves that the frame is too long.
                plain.resize((len * 2).min(FRAME_MAX + 1), 0);
            }
            let read = input.pos();
            let mut output = OutBuffer::around_pos(plain.as_mut_slice(), len);
            self.decoder.run(&mut input, &mut output)?;
            let written = output.pos();
            if written > FRAME_MAX {
                return Err(CodecError::TooLong);
            }
            if (input.pos(), written) == (read, len) {
                break;
            }
            len = written;
        }
        let body = v1::SyncFrame::decode(&plain[..len])?.body.ok_or(CodecError::Empty)?;
        Ok((body, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(bytes: u64) -> v1::sync_frame::Body {
        v1::sync_frame::Body::Credit(v1::Credit { bytes })
    }

    #[test]
    fn frames_come_out_as_they_went_in() {
        let (mut packer, mut unpacker) = (Packer::new().unwrap(), Unpacker::new().unwrap());
        for bytes in 0..200 {
            let sent = packer.pack(credit(bytes)).unwrap();
            assert_eq!(unpacker.unpack(&sent).unwrap(), credit(bytes));
        }
    }

    #[test]
    fn what_repeats_costs_little() {
        let mut packer = Packer::new().unwrap();
        let noise: Vec<u8> = (0_u32..30).flat_map(|i| *blake3::hash(&i.to_le_bytes()).as_bytes()).collect();
        let frame = || v1::sync_frame::Body::Rules(v1::Rules { charters: vec![noise.clone()], ..v1::Rules::default() });
        let first = packer.pack(frame()).unwrap().len();
        let second = packer.pack(frame()).unwrap().len();
        assert!(first > noise.len() && second < 40, "{first} then {second} bytes");
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = vec![0_u8; 64 * 1024 * 1024];
        let packet = zstd::stream::encode_all(bomb.as_slice(), 3).unwrap();
        assert!(packet.len() < FRAME_MAX);
        let error = Unpacker::new().unwrap().unpack(&packet).unwrap_err();
        // Either limit may catch it: the window or the length.
        assert!(matches!(error, CodecError::TooLong | CodecError::Zstd(_)), "{error}");
    }

    #[test]
    fn garbage_is_no_frame() {
        for seed in 0_u32..200 {
            let garbage = blake3::hash(&seed.to_le_bytes());
            assert!(Unpacker::new().unwrap().unpack(garbage.as_bytes()).is_err());
        }
    }
}
