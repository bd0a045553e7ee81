//! Several messages in one input: each behind its length, 16 bits, little-endian.

/// The messages in `input`. A length beyond the end takes what there is, so that every input is some sequence.
pub(crate) fn split(mut input: &[u8]) -> Vec<&[u8]> {
    let mut chunks = Vec::new();
    while let Some((length, rest)) = input.split_first_chunk::<2>() {
        let (chunk, after) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        chunks.push(chunk);
        input = after;
    }
    chunks
}

/// The input in which these messages are. One beyond 64 KiB is cut there.
pub(crate) fn join<C: AsRef<[u8]>>(chunks: impl IntoIterator<Item = C>) -> Vec<u8> {
    let mut input = Vec::new();
    for chunk in chunks {
        let chunk = chunk.as_ref();
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        input.extend_from_slice(&length.to_le_bytes());
        input.extend_from_slice(&chunk[..usize::from(length)]);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_out_as_they_went_in() {
        let chunks: [&[u8]; 3] = [b"one", b"", b"three"];
        assert_eq!(split(&join(chunks)), chunks);
        assert_eq!(split(&[200, 0, 1, 2]), [&[1, 2][..]], "a length beyond the end takes what there is");
    }
}
