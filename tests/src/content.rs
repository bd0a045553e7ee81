//! Contents of documents, made on the spot.

/// Bytes in no order that compression could find, the same for the same seed, different for every other.
pub fn noise(seed: &str, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(seed.as_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// A short text in French that names its seed.
pub fn text(seed: &str) -> Vec<u8> {
    format!("# Note de service {seed}\n\nL'échange des données de transit reprend dès que la liaison est rétablie.\n")
        .into_bytes()
}

/// Files of odd kinds: what administrations really send. A node carries bytes; it neither reads nor mends them.
pub fn oddities() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("empty.txt", Vec::new()),
        ("one byte.bin", vec![0]),
        ("broken.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog\nthen the line was cut".to_vec()),
        ("bom.csv", b"\xef\xbb\xbfcode;libell\xc3\xa9\r\n01;Tabac\r\n".to_vec()),
        ("latin1.txt", b"D\xe9claration en d\xe9tail, r\xe9gime 4000".to_vec()),
        ("utf16.txt", "Relatório".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("zeros.bin", vec![0; 100_000]),
        ("just below a chunk.bin", noise("below", 64 * 1024 - 1)),
        ("a chunk.bin", noise("chunk", 64 * 1024)),
        ("beyond a frame.bin", noise("frame", 256 * 1024 + 1)),
        ("archive.zip", [b"PK\x03\x04".to_vec(), noise("zip", 30_000)].concat()),
        ("Décision n° 12 — « été » 关.txt", text("12")),
    ]
}
