//! Protobuf by hand, for what no encoder would write (<https://protobuf.dev/programming-guides/encoding/>).

/// Wire types: the low three bits of a field's key.
pub(crate) const VARINT: u64 = 0;
pub(crate) const FIXED64: u64 = 1;
pub(crate) const BYTES: u64 = 2;
pub(crate) const GROUP: u64 = 3;
pub(crate) const GROUP_END: u64 = 4;
pub(crate) const FIXED32: u64 = 5;

/// A number in as few bytes as it takes.
pub(crate) fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A number in `length` bytes, more than it takes.
pub(crate) fn long_varint(number: u64, length: usize) -> Vec<u8> {
    let mut bytes = varint(number);
    if let Some(last) = bytes.last_mut() {
        *last |= 0x80;
    }
    bytes.resize(length - 1, 0x80);
    bytes.push(0);
    bytes
}

/// The key of a field.
pub(crate) fn key(field: u64, wire_type: u64) -> Vec<u8> {
    varint(field << 3 | wire_type)
}

/// A field with a number.
pub(crate) fn number(field: u64, value: u64) -> Vec<u8> {
    [key(field, VARINT), varint(value)].concat()
}

/// A field with bytes.
pub(crate) fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [key(field, BYTES), varint(value.len() as u64), value.to_vec()].concat()
}

/// A field with a group in it.
pub(crate) fn group(field: u64, inside: &[u8]) -> Vec<u8> {
    [key(field, GROUP), inside.to_vec(), key(field, GROUP_END)].concat()
}

/// So many groups, each in the one before, and `inside` in the last.
pub(crate) fn nested_groups(depth: usize, inside: &[u8]) -> Vec<u8> {
    (0..depth).fold(inside.to_vec(), |inner, _| group(15, &inner))
}

/// The message with an unknown field of zeros behind it that makes it exactly `length` bytes long.
pub(crate) fn padded(message: &[u8], length: usize) -> Vec<u8> {
    let key = key(100, BYTES);
    // The length of the zeros takes between 1 and 5 bytes: one of them fits.
    let room = length - message.len() - key.len();
    let zeros = (1..=5).find_map(|len| Some(room - len).filter(|zeros| varint(*zeros as u64).len() == len));
    let zeros = zeros.unwrap_or_default();
    [message, &key, &varint(zeros as u64), &vec![0; zeros]].concat()
}
