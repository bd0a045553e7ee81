// Strict Ed25519, step by step (section 3 of the page). Of the library only the arithmetic of points is used.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';

import { ascii, join, littleEndian } from './bytes.mjs';
import { check } from './verdict.mjs';

const { Point } = ed25519;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;
const D = Point.CURVE().d;

export const ENTRY = ascii('palabre/entry/1');
export const CHARTER = ascii('palabre/charter/1');
export const MANDATE = ascii('palabre/mandate/1');
export const INVITATION = ascii('palabre/invitation/1');

/** Throws a verdict unless `signature` is by `key` over prefix ‖ network ‖ bytes. */
export function verify(key, prefix, network, bytes, signature) {
  check(signature.length === 64, 'signature-length');
  const [encodedR, encodedS] = [signature.slice(0, 32), signature.slice(32)];
  const A = decodePoint(key);
  check(A !== undefined, 'key');
  const S = littleEndian(encodedS);
  check(S < L, 'signature');
  const R = decodePoint(encodedR);
  check(R !== undefined, 'signature');
  check(!isSmall(A) && !isSmall(R), 'signature');
  const k = littleEndian(sha512(join(encodedR, key, prefix, network, bytes))) % L;
  check(times(Point.BASE, S).equals(R.add(times(A, k))), 'signature');
}

/** The point that 32 bytes encode in the one canonical way, if they do. */
function decodePoint(bytes) {
  const encoded = littleEndian(bytes);
  const [sign, y] = [encoded >> 255n, encoded & (2n ** 255n - 1n)];
  if (y >= P) return undefined;
  const square = y ** 2n % P;
  const x = root(modulo((square - 1n) * invert(D * square + 1n)));
  if (x === undefined || (x === 0n && sign === 1n)) return undefined;
  return Point.fromAffine({ x: (x & 1n) === sign ? x : P - x, y });
}

/** A square root modulo p = 5 modulo 8, if there is one. */
function root(square) {
  const candidate = power(square, (P + 3n) / 8n);
  const turned = (candidate * power(2n, (P - 1n) / 4n)) % P;
  return [candidate, turned].find((x) => x ** 2n % P === square);
}

const modulo = (number) => ((number % P) + P) % P;
const invert = (number) => power(modulo(number), P - 2n);

function power(base, exponent) {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = square ** 2n % P) {
    if (rest & 1n) result = (result * square) % P;
  }
  return result;
}

const isSmall = (point) => times(point, 8n).equals(Point.ZERO);

/** Double and add: unlike the library's, it takes 0 and points of any order. */
function times(point, number) {
  let sum = Point.ZERO;
  for (let double = point, rest = number; rest > 0n; rest >>= 1n, double = double.double()) {
    if (rest & 1n) sum = sum.add(double);
  }
  return sum;
}
