// Bytes: notation of the vectors, order, hashes.
import { blake3 } from '@noble/hashes/blake3.js';

export const ascii = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const join = (...parts) => new Uint8Array(Buffer.concat(parts));
export const same = (one, other) => Buffer.compare(one, other) === 0;
export const less = (one, other) => Buffer.compare(one, other) < 0;

/** Hexadecimal, in which `(00*512)` stands for 512 times the byte 00. */
export function unhex(text) {
  const plain = text.replace(/\(([0-9a-f]{2})\*(\d+)\)/g, (_, byte, times) => byte.repeat(Number(times)));
  if (!/^([0-9a-f]{2})*$/.test(plain)) throw new Error(`not hexadecimal: ${text.slice(0, 40)}`);
  return new Uint8Array(Buffer.from(plain, 'hex'));
}

/** 64 bits, big-endian. */
export function bigEndian64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(number);
  return bytes;
}

/** A number from little-endian bytes. */
export const littleEndian = (bytes) => BigInt(`0x${hex(Uint8Array.from(bytes).reverse()) || '0'}`);

export const hash = (bytes) => blake3(bytes);
export const hashWithContext = (context, bytes) => blake3(bytes, { context: ascii(context) });
