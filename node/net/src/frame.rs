//! Length-delimited frames on a stream: an unsigned varint, then that many bytes.
//!
//! The length is LEB128, as short as it can be (so one frame has one encoding), from 1 to [`MAX_FRAME`].

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};
use std::future::Future;
use std::io;
use std::time::Duration;
use thiserror::Error;

/// Longest frame (`docs/design.md` §7): what one peer can make another hold in memory for one stream.
pub const MAX_FRAME: usize = 256 * 1024;

/// Bytes of the longest length prefix: `MAX_FRAME` needs 19 bits, 7 to a byte.
const MAX_PREFIX: usize = 3;

/// Small frames are gathered to this size before they are written; larger ones pass by the buffer.
const BUFFER: usize = 8 * 1024;

/// Why a frame could not be read or written.
#[derive(Debug, Error)]
pub(crate) enum FrameError {
    #[error("a frame of {0} bytes is longer than the {MAX_FRAME} allowed")]
    TooLong(usize),
    #[error("a frame's length is no shortest varint above zero")]
    BadLength,
    #[error("the stream ended within a frame")]
    Cut,
    #[error("no byte moved for {0:?}")]
    Stalled(Duration),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs one I/O step, at most for `limit`.
async fn step<T>(limit: Option<Duration>, io: impl Future<Output = io::Result<T>>) -> Result<T, FrameError> {
    match limit {
        None => Ok(io.await?),
        Some(limit) => Ok(tokio::time::timeout(limit, io).await.map_err(|_| FrameError::Stalled(limit))??),
    }
}

/// Reads frames.
pub(crate) struct FrameReader<R> {
    stream: BufReader<R>,
    stall: Option<Duration>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads from `stream`; with `stall`, gives up when no byte comes for that long.
    pub(crate) fn new(stream: R, stall: Option<Duration>) -> Self {
        Self { stream: BufReader::with_capacity(BUFFER, stream), stall }
    }

    /// The next frame and the bytes that it took on the stream, or `None` when the peer has ended the stream.
    pub(crate) async fn frame(&mut self) -> Result<Option<(Vec<u8>, usize)>, FrameError> {
        let Some((length, prefix)) = self.length().await? else { return Ok(None) };
        if length > MAX_FRAME {
            return Err(FrameError::TooLong(length));
        }
        let mut frame = vec![0; length];
        self.exact(&mut frame).await?;
        Ok(Some((frame, prefix + length)))
    }

    /// Fills `bytes`.
    pub(crate) async fn exact(&mut self, bytes: &mut [u8]) -> Result<(), FrameError> {
        let mut filled = 0;
        while filled < bytes.len() {
            match step(self.stall, self.stream.read(&mut bytes[filled..])).await? {
                0 => return Err(FrameError::Cut),
                read => filled += read,
            }
        }
        Ok(())
    }

    async fn length(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        let mut length = 0;
        for position in 0..MAX_PREFIX {
            let mut byte = [0];
            if step(self.stall, self.stream.read(&mut byte)).await? == 0 {
                return if position == 0 { Ok(None) } else { Err(FrameError::Cut) };
            }
            length |= usize::from(byte[0] & 0x7f) << (7 * position);
            if byte[0] & 0x80 == 0 {
                // A last byte of zero adds nothing: length 0, or one with a shorter spelling.
                return if byte[0] == 0 { Err(FrameError::BadLength) } else { Ok(Some((length, position + 1))) };
            }
        }
        Err(FrameError::BadLength)
    }
}

/// Writes frames.
pub(crate) struct FrameWriter<W> {
    stream: BufWriter<W>,
    stall: Option<Duration>,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    /// Writes to `stream`; with `stall`, gives up when no byte is taken for that long.
    pub(crate) fn new(stream: W, stall: Option<Duration>) -> Self {
        Self { stream: BufWriter::with_capacity(BUFFER, stream), stall }
    }

    /// Writes one frame of 1 to [`MAX_FRAME`] bytes and gives the bytes that it takes on the stream. Call
    /// [`flush`](Self::flush) when nothing follows at once.
    pub(crate) async fn frame(&mut self, frame: &[u8]) -> Result<usize, FrameError> {
        if frame.is_empty() {
            return Err(FrameError::BadLength);
        }
        if frame.len() > MAX_FRAME {
            return Err(FrameError::TooLong(frame.len()));
        }
        let mut prefix = [0; MAX_PREFIX];
        let prefix = encode_length(frame.len(), &mut prefix);
        self.all(prefix).await?;
        self.all(frame).await?;
        Ok(prefix.len() + frame.len())
    }

    /// Writes bytes as they are.
    pub(crate) async fn all(&mut self, mut bytes: &[u8]) -> Result<(), FrameError> {
        while !bytes.is_empty() {
            match step(self.stall, self.stream.write(bytes)).await? {
                0 => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                written => bytes = &bytes[written..],
            }
        }
        Ok(())
    }

    /// Sends what is gathered.
    pub(crate) async fn flush(&mut self) -> Result<(), FrameError> {
        step(self.stall, self.stream.flush()).await
    }

    /// Sends what is gathered and ends this direction of the stream.
    pub(crate) async fn close(&mut self) -> Result<(), FrameError> {
        step(self.stall, self.stream.close()).await
    }
}

fn encode_length(length: usize, prefix: &mut [u8; MAX_PREFIX]) -> &[u8] {
    let mut rest = length;
    let mut used = 0;
    for byte in prefix.iter_mut() {
        *byte = rest.to_le_bytes()[0] & 0x7f;
        rest >>= 7;
        used += 1;
        if rest == 0 {
            break;
        }
        *byte |= 0x80;
    }
    &prefix[..used]
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;

    async fn read(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, FrameError> {
        FrameReader::new(Cursor::new(bytes), None).frame().await
    }

    #[tokio::test]
    async fn frames_come_back_as_they_were_written() {
        for length in [1, 127, 128, 16_383, 16_384, MAX_FRAME] {
            let frame = vec![0xa5; length];
            let mut writer = FrameWriter::new(Cursor::new(Vec::new()), None);
            let written = writer.frame(&frame).await.unwrap();
            writer.flush().await.unwrap();
            let bytes = writer.stream.into_inner().into_inner();
            assert_eq!(bytes.len(), written);
            assert_eq!(read(&bytes).await.unwrap(), Some((frame, written)));
        }
    }

    #[tokio::test]
    async fn an_empty_or_oversized_frame_is_not_written() {
        let mut writer = FrameWriter::new(Cursor::new(Vec::new()), None);
        assert!(matches!(writer.frame(&[]).await, Err(FrameError::BadLength)));
        assert!(matches!(writer.frame(&vec![0; MAX_FRAME + 1]).await, Err(FrameError::TooLong(_))));
    }

    #[tokio::test]
    async fn bad_lengths_are_refused_before_anything_is_held() {
        assert!(matches!(read(&[0]).await, Err(FrameError::BadLength)));
        assert!(matches!(read(&[0x81, 0x00, 1]).await, Err(FrameError::BadLength)), "1 has a shorter spelling");
        assert!(matches!(read(&[0x80, 0x80, 0x80, 0x01]).await, Err(FrameError::BadLength)));
        assert!(matches!(read(&[0x81, 0x80, 0x10]).await, Err(FrameError::TooLong(length)) if length == MAX_FRAME + 1));
    }

    #[tokio::test]
    async fn an_end_between_frames_is_an_end_and_within_one_a_cut() {
        assert!(matches!(read(&[]).await, Ok(None)));
        assert!(matches!(read(&[0x80]).await, Err(FrameError::Cut)));
        assert!(matches!(read(&[3, 1, 2]).await, Err(FrameError::Cut)));
    }
}
