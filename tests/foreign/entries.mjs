// Entries, judged alone (section 4 of the page).
import { hash, hex, same } from './bytes.mjs';
import { Entry, Header } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { ENTRY, verify } from './signatures.mjs';
import { check } from './verdict.mjs';

/** An entry from the bytes of its envelope. */
export const judgeEntry = (bytes, network) => judge(decode(Entry, bytes), network);

/** An entry from its parts: `{ header, signature, payload }`. */
export function judge({ header: bytes, signature, payload }, network) {
  check(bytes.length <= 2048, 'header-too-long');
  const header = decode(Header, bytes);
  judgeFields(header);
  if (payload !== undefined) {
    check(payload.length === header.payload_size, 'payload-size');
    check(same(hash(payload), header.payload_hash), 'payload-hash');
  }
  verify(header.author, ENTRY, network, bytes, signature);
  return { id: hash(bytes), header, payload, logName: hex(header.author) + hex(header.log) };
}

function judgeFields(header) {
  const has = (field, ...lengths) => check(lengths.includes(header[field].length), 'field-length');
  check(header.sequence !== 0n, 'sequence-zero');
  check(header.previous.length > 0 || header.sequence === 1n, 'previous-missing');
  has('previous', 0, 32);
  check(header.payload_size <= 65_536, 'payload-too-long');
  has('author', 32);
  has('log', 8);
  has('charter', 32);
  has('mandate', 32);
  check([0, 1].includes(header.priority), 'priority-unknown');
  has('tag', 0, 16);
  has('payload_hash', 32);
  check(header.attachments.length <= 32, 'too-many-attachments');
  for (const attachment of header.attachments) check(attachment.hash.length === 32, 'field-length');
}

/** What a valid entry says, as the vectors write it. */
export function sayEntry({ id, header }) {
  const said = {};
  for (const [name, value] of Object.entries(header)) {
    if (value instanceof Uint8Array) said[name] = hex(value);
    else if (typeof value === 'bigint') said[name] = String(value);
    else said[name] = value;
  }
  said.priority = ['routine', 'urgent'][header.priority];
  said.attachments = header.attachments.map((a) => ({ hash: hex(a.hash), size: String(a.size) }));
  return { id: hex(id), header: said };
}
