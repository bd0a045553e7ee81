//! A connection's multiplexer with what libp2p leaves open: a bound on streams, a bound on closing, an end of all streams
//! when the connection ends, counted bytes.

use crate::counters::Wire;
use crate::pace::{Gate, Rate};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::Shared;
use futures::io::{AsyncRead, AsyncWrite};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Sleep, sleep};

/// Streams that a peer may hold open on one connection: sync, gossip and ping in each direction, identify, and
/// attachments take about a dozen. With 256 KiB of window each this also bounds what a connection can make us buffer.
pub(crate) const MAX_INBOUND_STREAMS: usize = 32;

/// Streams that a peer may open: attachments take one each. Beyond it they wait.
const STREAMS: Rate = Rate { burst: 256, per_second: 128 };

/// Reads of one stream that find something: a read of sync takes up to 8 KiB, one of ping its 32 bytes. Beyond it the
/// peer waits, as on a slow line.
const READS: Rate = Rate { burst: 4_096, per_second: 2_048 };

/// How long a closing connection may take to say goodbye. A peer that no longer reads would otherwise hold it until
/// TCP gives up, a quarter of an hour later.
const GOODBYE: Duration = Duration::from_secs(5);

/// The peer opened more than [`MAX_INBOUND_STREAMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the peer opened more than {MAX_INBOUND_STREAMS} streams")]
pub(crate) struct TooManyStreams;

/// Whether a connection ended because of [`TooManyStreams`], below what others have wrapped around it.
pub(crate) fn is_too_many_streams(error: &io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    inner.is::<TooManyStreams>() || inner.downcast_ref::<io::Error>().is_some_and(is_too_many_streams)
}

/// A multiplexer that bounds and counts.
pub(crate) struct Bounded<M> {
    inner: M,
    inbound: Arc<AtomicUsize>,
    opens: Gate,
    goodbye: Option<Pin<Box<Sleep>>>,
    /// Dropped with the multiplexer, which ends `lifeline`.
    _until_closed: oneshot::Sender<Infallible>,
    lifeline: Shared<oneshot::Receiver<Infallible>>,
    wire: Option<Arc<Wire>>,
}

impl<M> Bounded<M> {
    /// Wraps `inner`. With `wire`, the bytes of its streams are counted there.
    pub(crate) fn new(inner: M, wire: Option<Arc<Wire>>) -> Self {
        let (until_closed, closed) = oneshot::channel();
        let lifeline = closed.shared();
        let opens = Gate::new(STREAMS);
        Self { inner, inbound: Arc::default(), opens, goodbye: None, _until_closed: until_closed, lifeline, wire }
    }

    fn stream<S>(&self, inner: S, place: Option<Place>) -> BoundedStream<S> {
        BoundedStream {
            inner: Counted::new(inner, self.wire.clone()),
            lifeline: Some(self.lifeline.clone()),
            reads: Gate::new(READS),
            _place: place,
        }
    }
}

impl<M> StreamMuxer for Bounded<M>
where
    M: StreamMuxer + Unpin,
    M::Substream: Unpin,
    M::Error: Send + Sync + 'static,
{
    type Substream = BoundedStream<M::Substream>;
    type Error = io::Error;

    fn poll_inbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Substream, Self::Error>> {
        ready!(self.opens.poll_open(cx));
        let stream = ready!(Pin::new(&mut self.inner).poll_inbound(cx)).map_err(io::Error::other)?;
        if self.inbound.load(Ordering::Relaxed) >= MAX_INBOUND_STREAMS {
            // No program of ours does: the connection ends with this error.
            return Poll::Ready(Err(io::Error::other(TooManyStreams)));
        }
        self.opens.pass();
        let place = Place::take(&self.inbound);
        Poll::Ready(Ok(self.stream(stream, Some(place))))
    }

    fn poll_outbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Substream, Self::Error>> {
        let stream = ready!(Pin::new(&mut self.inner).poll_outbound(cx)).map_err(io::Error::other)?;
        Poll::Ready(Ok(self.stream(stream, None)))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let goodbye = self.goodbye.get_or_insert_with(|| Box::pin(sleep(GOODBYE)));
        if goodbye.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_close(cx).map_err(io::Error::other)
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        Pin::new(&mut self.inner).poll(cx).map_err(io::Error::other)
    }
}

/// One of the [`MAX_INBOUND_STREAMS`] places, given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(places: &Arc<AtomicUsize>) -> Self {
        places.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(places))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream of a [`Bounded`] multiplexer. It ends when the multiplexer is gone; yamux, when it is closed from this side,
/// would leave whoever waits for its streams waiting for ever.
pub(crate) struct BoundedStream<S> {
    inner: Counted<S>,
    lifeline: Option<Shared<oneshot::Receiver<Infallible>>>,
    reads: Gate,
    _place: Option<Place>,
}

impl<S: Unpin> BoundedStream<S> {
    /// What has happened, or the end if nothing can happen any more.
    fn unless_gone<T>(&mut self, cx: &mut Context<'_>, happened: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if happened.is_ready() {
            return happened;
        }
        if let Some(lifeline) = &mut self.lifeline {
            // A sender is never used, only dropped: the only outcome is "canceled".
            let _ = ready!(lifeline.poll_unpin(cx));
            self.lifeline = None;
        }
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was closed")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.reads.poll_open(cx).is_pending() {
            return self.unless_gone(cx, Poll::Pending);
        }
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if read.is_ready() {
            self.reads.pass();
        }
        self.unless_gone(cx, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.unless_gone(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.unless_gone(cx, flushed)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.inner).poll_close(cx);
        self.unless_gone(cx, closed)
    }
}

/// Bytes that pass, counted: a socket or a stream.
pub(crate) struct Counted<S> {
    inner: S,
    wire: Option<Arc<Wire>>,
}

impl<S> Counted<S> {
    pub(crate) fn new(inner: S, wire: Option<Arc<Wire>>) -> Self {
        Self { inner, wire }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        if let Some(wire) = &self.wire {
            wire.received.fetch_add(read as u64, Ordering::Relaxed);
        }
        Poll::Ready(Ok(read))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        if let Some(wire) = &self.wire {
            wire.sent.fetch_add(written as u64, Ordering::Relaxed);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::poll_fn;
    use futures::{AsyncReadExt, StreamExt};
    use libp2p::Transport;
    use libp2p::core::muxing::StreamMuxerExt;
    use libp2p::core::transport::{DialOpts, ListenerId, PortUse, TransportEvent};
    use libp2p::core::upgrade::Version;
    use libp2p::core::{Endpoint, muxing::StreamMuxerBox};
    use libp2p::identity::Keypair;
    use libp2p::{noise, tcp, yamux};

    /// The two ends of one TCP connection.
    async fn two_ends() -> (StreamMuxerBox, StreamMuxerBox) {
        let mut transport = tcp::tokio::Transport::default()
            // Lazily, the far end would wait for the first stream.
            .upgrade(Version::V1)
            .authenticate(noise::Config::new(&Keypair::generate_ed25519()).unwrap())
            .multiplex(yamux::Config::default())
            .map(|(_, muxer), _| StreamMuxerBox::new(Bounded::new(muxer, None)))
            .boxed();
        transport.listen_on(ListenerId::next(), "/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
        let address = transport.select_next_some().await.into_new_address().unwrap();
        let dialing = DialOpts { role: Endpoint::Dialer, port_use: PortUse::New };
        let dialed = tokio::spawn(transport.dial(address, dialing).unwrap());
        let TransportEvent::Incoming { upgrade, .. } = transport.select_next_some().await else {
            panic!("the dial did not arrive")
        };
        let accepted = upgrade.await.unwrap();
        (dialed.await.unwrap().unwrap(), accepted)
    }

    #[tokio::test]
    async fn closing_ends_streams_that_somebody_waits_for() {
        let (mut near, _far) = two_ends().await;
        let mut stream = poll_fn(|cx| near.poll_outbound_unpin(cx)).await.unwrap();
        let reading = tokio::spawn(async move { stream.read(&mut [0; 1]).await });
        // The reader waits before the connection is closed under it.
        tokio::task::yield_now().await;
        near.close().await.unwrap();
        let end = tokio::time::timeout(Duration::from_mins(1), reading).await.expect("it waits for ever").unwrap();
        assert!(matches!(&end, Ok(0) | Err(_)), "{end:?}");
    }

    #[tokio::test]
    async fn a_peer_that_reads_nothing_cannot_hold_a_closing_connection() {
        let (mut near, _far) = two_ends().await;
        let mut streams = Vec::new();
        // Windows of 256 KiB on this many streams are more than the sockets' buffers hold. The far end takes nothing.
        for _ in 0..64 {
            streams.push(poll_fn(|cx| near.poll_outbound_unpin(cx)).await.unwrap());
        }
        let chunk = vec![0; 16 * 1024];
        let filling = poll_fn(|cx| {
            for stream in &mut streams {
                while Pin::new(&mut *stream).poll_write(cx, &chunk).is_ready() {}
            }
            near.poll_unpin(cx)
        });
        assert!(tokio::time::timeout(Duration::from_secs(1), filling).await.is_err(), "the connection ended");
        tokio::time::timeout(Duration::from_mins(1), near.close()).await.expect("it is held").unwrap();
    }

    #[tokio::test]
    async fn a_peer_that_opens_more_streams_than_allowed_loses_its_connection() {
        let (mut near, mut far) = two_ends().await;
        let (mut opened, mut accepted) = (Vec::new(), Vec::new());
        let ends = poll_fn(|cx| {
            while opened.len() < 2 * MAX_INBOUND_STREAMS
                && let Poll::Ready(Ok(stream)) = near.poll_outbound_unpin(cx)
            {
                opened.push((stream, false));
            }
            for (stream, written) in opened.iter_mut().filter(|(_, written)| !written) {
                *written = Pin::new(stream).poll_write(cx, &[1]).is_ready();
            }
            while let Poll::Ready(stream) = far.poll_inbound_unpin(cx) {
                match stream {
                    Ok(stream) => accepted.push(stream),
                    Err(error) => return Poll::Ready(error),
                }
            }
            assert!(near.poll_unpin(cx).is_pending() && far.poll_unpin(cx).is_pending(), "a connection ended");
            Poll::Pending
        });
        let error = tokio::time::timeout(Duration::from_mins(1), ends).await.expect("it goes on");
        assert!(is_too_many_streams(&error), "{error}");
        assert_eq!(accepted.len(), MAX_INBOUND_STREAMS);
    }
}
