//! Frames in packets. What is said all the time is one zstd stream per direction of a connection; a backlog is another
//! one, stronger, that lasts as long as the backlog. Signatures travel beside both: nothing makes them smaller, and
//! between texts they would make these larger.

use palabre_proto::v1::sync_frame::Body;
use palabre_proto::v1::sync_packet::Stream;
use palabre_proto::{Message, v1};
use thiserror::Error;

use super::stream::{Compressor, Decompressor, Rest};

/// Largest frame and largest packet in bytes (`docs/design.md` §7).
pub const FRAME_MAX: usize = 256 * 1024;
/// Bytes of a signature.
const SIGNATURE: usize = 64;

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
    /// The signatures beside a frame are not those of its entries.
    #[error("{0} bytes of signatures go along, which is not what the frame's entries need")]
    Signatures(usize),
}

/// The sending end of a direction.
pub struct Packer {
    talk: Compressor,
    backlog: Option<Compressor>,
}

impl Packer {
    /// A packer for a new connection.
    pub fn new() -> Result<Self, CodecError> {
        Ok(Self { talk: Compressor::talk()?, backlog: None })
    }

    /// The packet of a frame. Packets must be unpacked in the order in which they were packed.
    pub fn pack(&mut self, mut body: Body) -> Result<Vec<u8>, CodecError> {
        let signatures = take_signatures(&mut body);
        let plain = encode(body)?;
        let stream = Stream::Talk(self.talk.compress(&plain, Rest::GoesOn)?);
        Ok(v1::SyncPacket { stream: Some(stream), signatures }.encode_to_vec())
    }

    /// The packet of a frame that is part of a backlog: a stronger compressor is kept until [`Packer::end_backlog`].
    pub fn pack_backlog(&mut self, mut body: Body) -> Result<Vec<u8>, CodecError> {
        let signatures = take_signatures(&mut body);
        let plain = encode(body)?;
        let mut compressor = match self.backlog.take() {
            Some(compressor) => compressor,
            None => Compressor::backlog()?,
        };
        let stream = Stream::Backlog(compressor.compress(&plain, Rest::GoesOn)?);
        self.backlog = Some(compressor);
        Ok(v1::SyncPacket { stream: Some(stream), signatures }.encode_to_vec())
    }

    /// The packet that ends the backlog, so that both ends can let go of what they kept for it; none when there is none.
    pub fn end_backlog(&mut self) -> Result<Option<Vec<u8>>, CodecError> {
        let Some(mut compressor) = self.backlog.take() else { return Ok(None) };
        let plain = encode(Body::Delivery(v1::Delivery::default()))?;
        let stream = Stream::Backlog(compressor.compress(&plain, Rest::Ends)?);
        Ok(Some(v1::SyncPacket { stream: Some(stream), signatures: Vec::new() }.encode_to_vec()))
    }

    /// Whether a backlog has begun and not ended.
    #[must_use]
    pub const fn has_backlog(&self) -> bool {
        self.backlog.is_some()
    }
}

/// The receiving end of a direction.
pub struct Unpacker {
    talk: Decompressor,
    backlog: Option<Decompressor>,
}

impl Unpacker {
    /// An unpacker for a new connection.
    pub fn new() -> Result<Self, CodecError> {
        Ok(Self { talk: Decompressor::talk()?, backlog: None })
    }

    /// The frame in a packet. Never grows beyond [`FRAME_MAX`] and its signatures, whatever the packet says.
    pub fn unpack(&mut self, packet: &[u8]) -> Result<Body, CodecError> {
        self.unpack_measured(packet).map(|(body, _)| body)
    }

    /// The same with the bytes that the frame has when it is not compressed.
    pub fn unpack_measured(&mut self, packet: &[u8]) -> Result<(Body, usize), CodecError> {
        let v1::SyncPacket { stream, signatures } = v1::SyncPacket::decode(packet)?;
        let plain = match stream.ok_or(CodecError::Empty)? {
            Stream::Talk(bytes) => self.talk.decompress(&bytes)?.0,
            Stream::Backlog(bytes) => self.unpack_backlog(&bytes)?,
        };
        let mut body = v1::SyncFrame::decode(plain.as_slice())?.body.ok_or(CodecError::Empty)?;
        give_signatures(&mut body, &signatures)?;
        Ok((body, plain.len() + signatures.len()))
    }

    fn unpack_backlog(&mut self, bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
        let mut decompressor = match self.backlog.take() {
            Some(decompressor) => decompressor,
            None => Decompressor::backlog()?,
        };
        let (plain, rest) = decompressor.decompress(bytes)?;
        self.backlog = (rest == Rest::GoesOn).then_some(decompressor);
        Ok(plain)
    }
}

fn encode(body: Body) -> Result<Vec<u8>, CodecError> {
    let plain = v1::SyncFrame { body: Some(body) }.encode_to_vec();
    if plain.len() > FRAME_MAX { Err(CodecError::TooLong) } else { Ok(plain) }
}

/// Takes the signatures out of a delivery, one after the other. Of other frames, and when one of them has another length,
/// nothing is taken.
fn take_signatures(body: &mut Body) -> Vec<u8> {
    let Body::Delivery(delivery) = body else { return Vec::new() };
    if delivery.entries.iter().any(|entry| entry.signature.len() != SIGNATURE) {
        return Vec::new();
    }
    delivery.entries.iter_mut().flat_map(|entry| std::mem::take(&mut entry.signature)).collect()
}

/// Puts back what [`take_signatures`] took.
fn give_signatures(body: &mut Body, signatures: &[u8]) -> Result<(), CodecError> {
    let wrong = CodecError::Signatures(signatures.len());
    match body {
        _ if signatures.is_empty() => Ok(()),
        Body::Delivery(delivery) if signatures.len() == delivery.entries.len() * SIGNATURE => {
            for (entry, signature) in delivery.entries.iter_mut().zip(signatures.chunks(SIGNATURE)) {
                entry.signature = signature.to_vec();
            }
            Ok(())
        }
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(bytes: u64) -> Body {
        Body::Credit(v1::Credit { bytes })
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
        let frame = || Body::Rules(v1::Rules { charters: vec![noise.clone()], ..v1::Rules::default() });
        let first = packer.pack(frame()).unwrap().len();
        let second = packer.pack(frame()).unwrap().len();
        assert!(first > noise.len() && second < 40, "{first} then {second} bytes");
    }

    fn delivery(entries: u8) -> Body {
        let entry = |number| v1::DeliveredEntry {
            signature: blake3::hash(&[number]).as_bytes().repeat(2),
            payload: b"what an act says".to_vec(),
            ..v1::DeliveredEntry::default()
        };
        Body::Delivery(v1::Delivery { entries: (0..entries).map(entry).collect(), missing: Vec::new() })
    }

    #[test]
    fn a_backlog_has_a_stream_of_its_own_that_ends_with_it() {
        let (mut packer, mut unpacker) = (Packer::new().unwrap(), Unpacker::new().unwrap());
        assert!(packer.end_backlog().unwrap().is_none());
        for _ in 0..3 {
            for _ in 0..3 {
                let sent = packer.pack_backlog(delivery(40)).unwrap();
                assert_eq!(unpacker.unpack(&sent).unwrap(), delivery(40));
                let between = packer.pack(credit(3)).unwrap();
                assert_eq!(unpacker.unpack(&between).unwrap(), credit(3));
                assert!(packer.has_backlog() && unpacker.backlog.is_some());
            }
            let end = packer.end_backlog().unwrap().unwrap();
            assert_eq!(unpacker.unpack(&end).unwrap(), delivery(0));
            assert!(!packer.has_backlog() && unpacker.backlog.is_none());
        }
    }

    #[test]
    fn signatures_of_another_length_stay_in_their_entries() {
        let mut body = delivery(3);
        let Body::Delivery(delivery) = &mut body else { unreachable!("it is one") };
        delivery.entries[1].signature.pop();
        let packet = Packer::new().unwrap().pack(body.clone()).unwrap();
        assert!(v1::SyncPacket::decode(packet.as_slice()).unwrap().signatures.is_empty());
        assert_eq!(Unpacker::new().unwrap().unpack(&packet).unwrap(), body);
    }

    #[test]
    fn signatures_of_too_few_or_too_many_entries_are_refused() {
        for length in [1, 63, 64, 3 * 64] {
            for body in [delivery(2), credit(1)] {
                let packet = Packer::new().unwrap().pack(body).unwrap();
                let packet = v1::SyncPacket {
                    signatures: vec![7; length],
                    ..v1::SyncPacket::decode(packet.as_slice()).unwrap()
                };
                let error = Unpacker::new().unwrap().unpack(&packet.encode_to_vec()).unwrap_err();
                assert!(matches!(error, CodecError::Signatures(_)), "{error}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = zstd::stream::encode_all(vec![0_u8; 64 * 1024 * 1024].as_slice(), 3).unwrap();
        assert!(bomb.len() < FRAME_MAX);
        for stream in [Stream::Talk(bomb.clone()), Stream::Backlog(bomb)] {
            let packet = v1::SyncPacket { stream: Some(stream), signatures: Vec::new() }.encode_to_vec();
            let error = Unpacker::new().unwrap().unpack(&packet).unwrap_err();
            // Either limit may catch it: the window or the length.
            assert!(matches!(error, CodecError::TooLong | CodecError::Zstd(_)), "{error}");
        }
    }

    #[test]
    fn garbage_is_no_frame() {
        for seed in 0_u32..200 {
            let garbage = blake3::hash(&seed.to_le_bytes());
            assert!(Unpacker::new().unwrap().unpack(garbage.as_bytes()).is_err());
        }
    }
}
