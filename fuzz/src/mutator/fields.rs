//! Changes that keep an input protobuf: bytes changed at random mostly break a length, and what lies behind it is then
//! never read.

use super::Dice;

/// One field on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    number: u64,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Number(u64),
    Bytes(Vec<u8>),
    Fixed { wire: u64, bytes: Vec<u8> },
}

/// Deepest message that is looked into: more than any of the formats has.
const DEPTH_MAX: usize = 8;
/// Most times that a field is repeated at once: beyond what most limits allow.
const REPEATED_MAX: usize = 70;

/// The input with one of its fields changed, at any depth; nothing when it is no protobuf.
pub(super) fn change(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    change_within(input, dice, 0)
}

fn change_within(input: &[u8], dice: &mut Dice, depth: usize) -> Option<Vec<u8>> {
    let mut fields = parse(input).filter(|fields| !fields.is_empty())?;
    let at = dice.below(fields.len());
    let within = match &fields[at].value {
        Value::Bytes(bytes) if depth < DEPTH_MAX && dice.below(4) > 0 => change_within(bytes, dice, depth + 1),
        _ => None,
    };
    match within {
        Some(bytes) => fields[at].value = Value::Bytes(bytes),
        None => change_field(&mut fields, at, dice),
    }
    Some(encode(&fields))
}

fn change_field(fields: &mut Vec<Field>, at: usize, dice: &mut Dice) {
    match dice.below(10) {
        0 => drop(fields.remove(at)),
        1 => fields.insert(at, fields[at].clone()),
        2 => {
            let many = vec![fields[at].clone(); dice.below(REPEATED_MAX)];
            fields.splice(at..at, many);
        }
        3 => {
            let to = dice.below(fields.len());
            fields.swap(at, to);
        }
        4 => fields[at].number = 1 + dice.number() % 20,
        5 => fields.push(Field { number: 1 + dice.number() % 20, value: Value::Number(dice.number()) }),
        _ => change_value(&mut fields[at].value, dice),
    }
}

fn change_value(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Number(number) => {
            *number = match dice.below(3) {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                _ => dice.number(),
            }
        }
        Value::Bytes(bytes) => match dice.below(4) {
            0 => bytes.clear(),
            1 => bytes.truncate(bytes.len().saturating_sub(1)),
            2 => bytes.push(0),
            _ => {
                let at = dice.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        },
        Value::Fixed { bytes, .. } => bytes.reverse(),
    }
}

fn parse(mut input: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        let key = varint(&mut input)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut input)?),
            2 => {
                let length = usize::try_from(varint(&mut input)?).ok()?;
                Value::Bytes(take(&mut input, length)?)
            }
            wire @ 1 => Value::Fixed { wire, bytes: take(&mut input, 8)? },
            wire @ 5 => Value::Fixed { wire, bytes: take(&mut input, 4)? },
            _ => return None,
        };
        let number = key >> 3;
        if number == 0 {
            return None;
        }
        fields.push(Field { number, value });
    }
    Some(fields)
}

fn encode(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for Field { number, value } in fields {
        match value {
            Value::Number(value) => {
                put_varint(number << 3, &mut out);
                put_varint(*value, &mut out);
            }
            Value::Bytes(bytes) => {
                put_varint(number << 3 | 2, &mut out);
                put_varint(bytes.len() as u64, &mut out);
                out.extend_from_slice(bytes);
            }
            Value::Fixed { wire, bytes } => {
                put_varint(number << 3 | wire, &mut out);
                out.extend_from_slice(bytes);
            }
        }
    }
    out
}

fn take(input: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (taken, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(taken.to_vec())
}

fn varint(input: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TARGETS;

    #[test]
    fn real_messages_are_read_and_written_alike() {
        for target in TARGETS.iter().filter(|target| ["header", "entry", "record"].contains(&target.name)) {
            for seed in (target.seeds)() {
                if let Some(fields) = parse(&seed) {
                    assert_eq!(parse(&encode(&fields)), Some(fields));
                }
            }
        }
    }

    #[test]
    fn what_is_no_protobuf_is_left_to_others() {
        assert_eq!(parse(&[0x0a, 5, 1]), None);
        assert_eq!(parse(&[0x00, 1]), None);
    }
}
