// Protobuf, as section 2 of the page decodes it. Whatever breaks a rule is `encoding`.
import { check } from './verdict.mjs';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** Rule 7. */
const DEPTH_LIMIT = 100;

/** A part of some bytes, read from its beginning. */
class Cursor {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  get done() {
    return this.at === this.end;
  }

  /** Rule 2. */
  varint() {
    let number = 0n;
    for (let index = 0; index < 10; index++) {
      check(this.at < this.end, 'encoding');
      const byte = this.bytes[this.at++];
      check(index < 9 || byte <= 1, 'encoding');
      number |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return number;
    }
    return check(false, 'encoding');
  }

  /** Rule 3. */
  key() {
    const key = this.varint();
    check(key < 1n << 32n, 'encoding');
    const [field, wireType] = [Number(key >> 3n), Number(key & 7n)];
    check(field > 0 && wireType <= FIXED32, 'encoding');
    return { field, wireType };
  }

  /** The next `length` bytes, to be read on their own. */
  part(length) {
    check(length <= BigInt(this.end - this.at), 'encoding');
    const start = this.at;
    this.at += Number(length);
    return new Cursor(this.bytes, start, this.at);
  }

  get rest() {
    return this.bytes.slice(this.at, this.end);
  }
}

/** Rules 4, 6 and 7: a field that the message does not know. */
function skip(cursor, { field, wireType }, depth) {
  check(depth < DEPTH_LIMIT, 'encoding');
  switch (wireType) {
    case VARINT:
      cursor.varint();
      break;
    case FIXED64:
      cursor.part(8n);
      break;
    case FIXED32:
      cursor.part(4n);
      break;
    case BYTES:
      cursor.part(cursor.varint());
      break;
    case GROUP:
      for (;;) {
        const inner = cursor.key();
        if (inner.wireType === GROUP_END) {
          check(inner.field === field, 'encoding');
          break;
        }
        skip(cursor, inner, depth + 1);
      }
      break;
    default:
      check(false, 'encoding');
  }
}

/** Rules 5, 8 and 9: wire type, default and reader of each type that is no message. */
const SCALARS = {
  uint64: { wireType: VARINT, empty: 0n, read: (cursor) => cursor.varint() },
  uint32: { wireType: VARINT, empty: 0, read: (cursor) => Number(BigInt.asUintN(32, cursor.varint())) },
  enum: { wireType: VARINT, empty: 0, read: (cursor) => Number(BigInt.asIntN(32, cursor.varint())) },
  sint32: { wireType: VARINT, empty: 0, read: (cursor) => zigzag(Number(BigInt.asUintN(32, cursor.varint()))) },
  bool: { wireType: VARINT, empty: false, read: (cursor) => cursor.varint() !== 0n },
  bytes: { wireType: BYTES, empty: new Uint8Array(), read: (cursor) => cursor.part(cursor.varint()).rest },
  string: { wireType: BYTES, empty: '', read: (cursor) => text(cursor.part(cursor.varint()).rest) },
};

const zigzag = (number) => (number >>> 1) ^ -(number & 1);

function text(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return check(false, 'encoding');
  }
}

/**
 * A message type, from lines such as `2 bytes log`, `13 repeated AttachmentRef attachments` or `3 optional bytes
 * payload`; other message types are given by name.
 */
export function type(lines, messages = {}) {
  const fields = new Map();
  for (const line of lines.trim().split('\n')) {
    const [number, ...words] = line.trim().split(/\s+/);
    const label = ['repeated', 'optional'].includes(words[0]) ? words.shift() : undefined;
    const [kind, name] = words;
    fields.set(Number(number), { name, label, scalar: SCALARS[kind], message: messages[kind] });
  }
  return fields;
}

/** Decodes a message. A message field that is not there, or an optional one, is `undefined`. */
export function decode(fields, bytes) {
  return merge(fields, blank(fields), new Cursor(bytes), 0);
}

function blank(fields) {
  const value = {};
  for (const { name, label, scalar } of fields.values()) {
    value[name] = label === 'repeated' ? [] : label === 'optional' ? undefined : scalar?.empty;
  }
  return value;
}

function merge(fields, value, cursor, depth) {
  while (!cursor.done) {
    const key = cursor.key();
    const field = fields.get(key.field);
    if (field === undefined) skip(cursor, key, depth);
    else take(field, value, cursor, key, depth);
  }
  return value;
}

/** Rules 5, 10 and 11. */
function take({ name, label, scalar, message }, value, cursor, { wireType }, depth) {
  check(wireType === (scalar ? scalar.wireType : BYTES), 'encoding');
  if (scalar) {
    const read = scalar.read(cursor);
    if (label === 'repeated') value[name].push(read);
    else value[name] = read;
    return;
  }
  check(depth < DEPTH_LIMIT, 'encoding');
  const part = cursor.part(cursor.varint());
  if (label === 'repeated') value[name].push(merge(message, blank(message), part, depth + 1));
  else value[name] = merge(message, value[name] ?? blank(message), part, depth + 1);
}
