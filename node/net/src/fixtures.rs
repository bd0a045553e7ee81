//! What the two stream protocols make of given bytes: for tests of other crates, which have no peer to send them.

use futures::io::Cursor;
use palabre_core::id::{ContentHash, NodeKey};
use tokio::sync::mpsc;

use crate::attachment::{self, FetchError};
use crate::counters::NodeMeter;
use crate::event::Event;
use crate::frame::{FrameReader, FrameWriter};

/// The frames that a stream of these bytes brings, and the bytes that they took on it. It ends with the stream or at
/// the first length that no frame has.
pub async fn frames(bytes: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut reader = FrameReader::new(Cursor::new(bytes), None);
    let (mut frames, mut taken) = (Vec::new(), 0);
    while let Ok(Some((frame, length))) = reader.frame().await {
        frames.push(frame);
        taken += length;
    }
    (frames, taken)
}

/// The bytes by which these frames travel; nothing when one of them has a length that no frame has.
pub async fn framed(frames: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = FrameWriter::new(Cursor::new(&mut bytes), None);
    for frame in frames {
        writer.frame(frame).await.ok()?;
    }
    writer.flush().await.ok()?;
    drop(writer);
    Some(bytes)
}

/// What somebody who asks for an attachment of `size` bytes is given when the answer is these bytes.
pub async fn fetched(answer: &[u8], size: u64) -> Result<Vec<u8>, FetchError> {
    let (chunks, mut arriving) = mpsc::channel(1);
    let meter = NodeMeter::default();
    let hash = ContentHash::from_bytes([0; ContentHash::LEN]);
    let receive = async {
        let done = attachment::receive(Cursor::new(answer), Cursor::new(Vec::new()), hash, size, &chunks, &meter).await;
        drop(chunks);
        done
    };
    let gather = async {
        let mut content = Vec::new();
        while let Some(Ok(chunk)) = arriving.recv().await {
            content.extend(chunk);
        }
        content
    };
    let (done, content) = tokio::join!(receive, gather);
    done.map(|()| content)
}

/// What a node that holds `content` under every name answers when it is asked with these bytes.
pub async fn served(question: &[u8], content: &[u8]) -> Vec<u8> {
    let (events, mut asked) = mpsc::channel(1);
    let meter = NodeMeter::default();
    let node = NodeKey::from_bytes([0; NodeKey::LEN]);
    let mut written = Vec::new();
    let answer = async {
        // A question that is cut short is answered with nothing.
        let _ = attachment::answer(Cursor::new(question), Cursor::new(&mut written), node, true, &events, &meter).await;
        drop(events);
    };
    let give = async {
        while let Some(event) = asked.recv().await {
            if let Event::AttachmentAsked { reply, .. } = event {
                // The requester takes all of it, or is gone.
                let _ = reply.have(content.len() as u64).send(content.to_vec()).await;
            }
        }
    };
    tokio::join!(answer, give);
    written
}
