//! What sync says, in bytes: real nodes that talk with nothing between them but a counter (`docs/design.md` §7).

mod catching_up;
mod five_peers;
mod live;
mod region;
