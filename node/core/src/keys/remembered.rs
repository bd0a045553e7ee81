//! Signatures that were found valid on this thread before, while a simulation runs: its nodes all see the same entries,
//! and each would verify each of them, again and again. A valid signature stays valid, so nothing is skipped by it.
//!
//! Nothing is remembered outside of [`remembering`]: a daemon verifies every signature every time.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    /// Names of the signatures found valid; none while nothing is remembered.
    static VALID: RefCell<Option<HashSet<[u8; 32]>>> = const { RefCell::new(None) };
}

/// Runs something during which the valid signatures seen on this thread are remembered.
pub(crate) fn remembering<T>(run: impl FnOnce() -> T) -> T {
    let before = VALID.replace(Some(HashSet::new()));
    let result = run();
    VALID.set(before);
    result
}

/// Whether valid signatures are remembered now.
pub(super) fn is_wanted() -> bool {
    VALID.with_borrow(Option::is_some)
}

/// What `verify` says of a signature by `key` over `input`; `verify` is not asked again about a valid one while that is
/// remembered.
pub(super) fn once<E>(
    key: &[u8; 32],
    input: &[u8],
    signature: &[u8; 64],
    verify: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    if !is_wanted() {
        return verify();
    }
    // Key and signature have fixed lengths: two different triples have different bytes.
    let name = *blake3::Hasher::new().update(key).update(signature).update(input).finalize().as_bytes();
    if VALID.with_borrow(|valid| valid.as_ref().is_some_and(|valid| valid.contains(&name))) {
        return Ok(());
    }
    verify()?;
    VALID.with_borrow_mut(|valid| valid.as_mut().is_some_and(|valid| valid.insert(name)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these verdicts on one signature were asked for, and the last of them.
    fn asked(verdicts: &[Result<(), u8>]) -> (usize, Result<(), u8>) {
        let (mut asked, mut last) = (0, Ok(()));
        for verdict in verdicts {
            last = once(&[1; 32], b"input", &[2; 64], || {
                asked += 1;
                *verdict
            });
        }
        (asked, last)
    }

    #[test]
    fn only_valid_signatures_are_remembered_and_only_while_it_is_wanted() {
        assert_eq!(asked(&[Ok(()), Err(1)]), (2, Err(1)));
        remembering(|| {
            assert_eq!(asked(&[Err(1), Err(2)]), (2, Err(2)), "an invalid one is verified again");
            assert_eq!(asked(&[Ok(()), Err(3)]), (1, Ok(())));
            assert_eq!(once(&[1; 32], b"another", &[2; 64], || Err(4)), Err(4));
            assert_eq!(once(&[9; 32], b"input", &[2; 64], || Err(5)), Err(5));
            assert_eq!(once(&[1; 32], b"input", &[9; 64], || Err(6)), Err(6));
        });
        assert_eq!(asked(&[Err(7)]), (1, Err(7)));
    }
}
