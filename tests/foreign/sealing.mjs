// Sealing (section 15 of the page): keys of audiences, sealed payloads, grants.
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { decompress } from 'fzstd';

import { ascii, bigEndian64, hash as contentHash, hashWithContext, hex, join, less, same } from './bytes.mjs';
import { GrantedAudience, KeyGrant } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { check, wordOf } from './verdict.mjs';

const SUITE = 'X-Wing, HKDF-SHA256, ChaCha20-Poly1305';
const PAYLOAD_MAX = 65536;
const WRAPS_MAX = 48;
const NOBODY = '';

/** Where a payload stands, as bytes. */
export const slotBytes = ({ network, author, log, sequence, previous }) =>
  join(network, author, log, bigEndian64(BigInt(sequence)), previous.length === 0 ? new Uint8Array(32) : previous);

export const keyId = (key) => hashWithContext('palabre/audience-key/1', key).slice(0, 16);
export const tagOf = (key, author) => hashWithContext('palabre/audience-tag/1', join(key, author)).slice(0, 16);

/** What may be left of a length. */
export function padded(length) {
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const kept = 31 - Math.clz32(exponent) + 1;
  const unit = 2 ** (exponent - kept);
  return Math.ceil(length / unit) * unit;
}

/** What a sealed payload says in its slot, to the readers of an audience; what a grant says of itself has none. */
export function openPayload(key, audience, slot, sealed) {
  check(sealed.length >= 40, 'key');
  const payloadKey = hashWithContext('palabre/payload/1', join(key, slot));
  const cipher = xchacha20poly1305(payloadKey, sealed.slice(0, 24), join(keyId(key), ascii(audience)));
  const packed = opened(() => cipher.decrypt(sealed.slice(24)));
  check(packed !== undefined, 'key');
  check(packed.length >= 5, 'packing');
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(1);
  check(5 + length <= packed.length && packed.length === padded(5 + length), 'packing');
  check(packed.slice(5 + length).every((byte) => byte === 0), 'packing');
  const body = packed.slice(5, 5 + length);
  if (packed[0] === 0) return body;
  check(packed[0] === 1, 'packing');
  const plain = opened(() => decompress(body));
  check(plain !== undefined && plain.length <= PAYLOAD_MAX, 'packing');
  return plain;
}

function opened(open) {
  try {
    return open();
  } catch {
    return undefined;
  }
}

const CHUNK = 65536;

/** The file in a sealed attachment: STREAM, chunk by chunk. */
export function openFile({ key, hash, size }, sealed) {
  check(sealed.length > 0, 'chunk');
  const parts = [];
  for (let at = 0, counter = 0; at < sealed.length; at += CHUNK + 16, counter += 1) {
    const end = at + CHUNK + 16;
    const nonce = new Uint8Array(24);
    new DataView(nonce.buffer).setUint32(19, counter);
    nonce[23] = end >= sealed.length ? 1 : 0;
    const plain = opened(() => xchacha20poly1305(key, nonce).decrypt(sealed.slice(at, end)));
    check(plain !== undefined, 'chunk');
    parts.push(plain);
  }
  const whole = join(...parts);
  const content = whole.slice(0, Number(size));
  const zeros = whole.slice(Number(size)).every((byte) => byte === 0);
  check(whole.length === padded(Number(size)) && zeros && same(contentHash(content), hash), 'other-file');
  return content;
}

/** X-Wing: the shared secret behind an encapsulated key. */
export function decapsulate(secret, encapsulated) {
  const stretched = shake256(secret, { dkLen: 96 });
  const lattice = ml_kem768.keygen(stretched.slice(0, 64));
  const curve = stretched.slice(64);
  const [first, second] = [encapsulated.slice(0, 1088), encapsulated.slice(1088)];
  const shared = ml_kem768.decapsulate(first, lattice.secretKey);
  const exchanged = x25519.getSharedSecret(curve, second);
  return sha3_256(join(shared, exchanged, second, x25519.getPublicKey(curve), ascii('\\.//^\\')));
}

const HPKE = join(ascii('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3));
const labeled = (label, bytes) => join(ascii('HPKE-v1'), HPKE, ascii(label), bytes);
const labeledExtract = (salt, label, bytes) => extract(sha256, labeled(label, bytes), salt);
const labeledExpand = (secret, label, info, length) =>
  expand(sha256, secret, join(Uint8Array.of(0, length), labeled(label, info)), length);

/** HPKE, base mode, one message: what was wrapped, or nothing. */
function unwrap(secret, { encapsulated, sealed }, info) {
  const none = new Uint8Array(0);
  const context = join(Uint8Array.of(0), labeledExtract(none, 'psk_id_hash', none), labeledExtract(none, 'info_hash', info));
  const schedule = labeledExtract(decapsulate(secret, encapsulated), 'secret', none);
  const key = labeledExpand(schedule, 'key', context, 32);
  const nonce = labeledExpand(schedule, 'base_nonce', context, 12);
  return opened(() => chacha20poly1305(key, nonce).decrypt(sealed));
}

/** What a grant gives to the node with this secret. */
export function openGrant(bytes, secret, slot) {
  const { suite, commitment, about, wraps } = decode(KeyGrant, bytes);
  check(suite === SUITE, 'suite');
  check(wraps.length >= 1 && wraps.length <= WRAPS_MAX, 'wraps');
  check(wraps.every((wrap) => wrap.encapsulated.length === 1120 && wrap.sealed.length === 48), 'length');
  const ascending = (list) => list.slice(1).every((item, before) => less(list[before], item));
  check(ascending(wraps.map((wrap) => wrap.encapsulated)), 'order');
  check(commitment.length === 32, 'length');
  const info = join(ascii('palabre/grant/1'), slot);
  const key = wraps.map((wrap) => unwrap(secret, wrap, info)).find((found) => found !== undefined);
  check(key !== undefined, 'not-for-this-node');
  check(same(hashWithContext('palabre/grant/1', join(key, slot)), commitment), 'commitment');
  const { audience, recipients, answers } = decode(GrantedAudience, openPayload(key, NOBODY, slot, about));
  check(recipients.every((id) => id.length === 16) && [0, 32].includes(answers.length), 'field-length');
  check(ascending(recipients) && recipients.length === wraps.length, 'recipients');
  check(isAudience(audience), 'audience');
  return { key, audience, recipients, answers };
}

function isAudience(word) {
  if (word === 'region' || word === 'secretariat' || /^commission\/[a-z-]{2,32}$/.test(word)) return true;
  if (!word.startsWith('members:')) return false;
  const codes = word.slice('members:'.length).split(',');
  const ascending = codes.slice(1).every((code, before) => codes[before] < code);
  return codes.every((code) => /^[A-Z0-9]{2,12}$/.test(code)) && ascending && codes.length >= 2 && codes.length <= 22;
}

/** One vector of seal.json. */
export function judgeSealed(vector, unhex) {
  const { kind, slot: said } = vector;
  if (kind === 'file') {
    const { key, hash, size } = vector.file;
    const file = { key: unhex(key), hash: unhex(hash), size: BigInt(size) };
    const found = wordOf(() => openFile(file, unhex(vector.sealed)));
    return { verdict: typeof found === 'string' ? found : 'valid' };
  }
  const key = vector.key === undefined ? undefined : unhex(vector.key);
  if (kind === 'key') return { verdict: 'valid', id: hex(keyId(key)), tag: hex(tagOf(key, unhex(vector.of))) };
  if (kind === 'kem') return { verdict: 'valid', shared: hex(decapsulate(unhex(vector.secret), unhex(vector.encapsulated))) };
  const unhexed = ['network', 'author', 'log', 'previous'].map((name) => [name, unhex(said[name])]);
  const slot = slotBytes({ ...Object.fromEntries(unhexed), sequence: said.sequence });
  const judge =
    kind === 'payload'
      ? () => ({ plain: hex(openPayload(key, vector.readers, slot, unhex(vector.sealed))) })
      : () => {
          const granted = openGrant(unhex(vector.grant), unhex(vector.secret), slot);
          const { audience, recipients, answers } = granted;
          return { id: hex(keyId(granted.key)), audience, recipients: recipients.map(hex), answers: hex(answers) };
        };
  const found = wordOf(judge);
  return typeof found === 'string' ? { verdict: found } : { verdict: 'valid', ...found };
}
