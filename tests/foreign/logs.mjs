// Logs, fork proofs and the frontier (sections 5 to 7 of the page).
import { ascii, bigEndian64, hash, hashWithContext, hex, join, less, same, unhex } from './bytes.mjs';
import { judge, judgeEntry } from './entries.mjs';
import { ForkProof } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { check, wordOf } from './verdict.mjs';

/** A fork proof. */
export function judgeProof(bytes, network) {
  const { low, high } = decode(ForkProof, bytes);
  check(low !== undefined, 'missing');
  const lowest = judge(low, network);
  check(high !== undefined, 'missing');
  const highest = judge(high, network);
  check(!less(highest.id, lowest.id), 'order');
  check(samePlace(lowest, highest) && !same(lowest.id, highest.id), 'no-conflict');
  return proofOf(lowest, highest);
}

const samePlace = (one, other) => one.logName === other.logName && one.header.sequence === other.header.sequence;

function proofOf(one, other) {
  const [low, high] = less(one.id, other.id) ? [one, other] : [other, one];
  return { low, high, logName: low.logName, sequence: low.header.sequence, hash: hash(join(low.id, high.id)) };
}

export function sayProof({ low, high, sequence, hash }) {
  const { author, log } = low.header;
  return {
    author: hex(author),
    log: hex(log),
    sequence: String(sequence),
    low: hex(low.id),
    high: hex(high.id),
    hash: hex(hash),
  };
}

/** Whether one proof about a log is lower than another. */
function isLower(one, other) {
  if (one.sequence !== other.sequence) return one.sequence < other.sequence;
  return less(join(one.low.id, one.high.id), join(other.low.id, other.high.id));
}

/** What a node holds. Logs are named by the hexadecimal of author and log, which sorts as their bytes do. */
export class Node {
  constructor(network) {
    Object.assign(this, { network, heads: new Map(), proofs: new Map(), held: new Map() });
  }

  takeEntry(bytes) {
    return wordOf(() => this.#place(judgeEntry(bytes, this.network)));
  }

  takeProof(bytes) {
    return wordOf(() => this.#add(judgeProof(bytes, this.network)));
  }

  #entries(logName) {
    if (!this.held.has(logName)) this.held.set(logName, new Map());
    return this.held.get(logName);
  }

  #headSequence(logName) {
    return this.heads.get(logName)?.header.sequence ?? 0n;
  }

  #place(entry) {
    const { logName, header } = entry;
    const entries = this.#entries(logName);
    const proof = this.proofs.get(logName);
    if (proof !== undefined && proof.sequence <= header.sequence) return 'frozen';
    const there = entries.get(header.sequence);
    if (there !== undefined) {
      if (same(there.id, entry.id)) return 'held';
      this.#add(proofOf(there, entry));
      return 'conflict';
    }
    const head = this.heads.get(logName);
    if (header.sequence === this.#headSequence(logName) + 1n) {
      if (head !== undefined && !same(header.previous, head.id)) return 'parted';
      entries.set(header.sequence, entry);
      this.#advance(logName, entry);
      return 'next';
    }
    const waiting = [...entries.keys()].filter((sequence) => sequence > this.#headSequence(logName));
    if (waiting.length >= 64) return 'too-far-ahead';
    entries.set(header.sequence, entry);
    return 'ahead';
  }

  /** Makes `head` the head, and what waits behind it. */
  #advance(logName, head) {
    const entries = this.#entries(logName);
    for (;;) {
      this.heads.set(logName, head);
      const next = entries.get(head.header.sequence + 1n);
      if (next === undefined || !same(next.header.previous, head.id)) return;
      head = next;
    }
  }

  #add(proof) {
    const { logName, sequence } = proof;
    const standing = this.proofs.get(logName);
    if (standing !== undefined && !isLower(proof, standing)) return 'yields';
    this.proofs.set(logName, proof);
    const entries = this.#entries(logName);
    if (this.#headSequence(logName) >= sequence) {
      if (sequence === 1n) this.heads.delete(logName);
      else this.heads.set(logName, entries.get(sequence - 1n));
    }
    for (const later of [...entries.keys()].filter((held) => held >= sequence)) entries.delete(later);
    return 'stands';
  }

  frontier() {
    const inOrder = (map) => [...map.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
    const heads = inOrder(this.heads).map(([, { id, header }]) => ({ id, ...header }));
    const forks = inOrder(this.proofs);
    const bytes = [
      ...heads.map((h) => join(ascii('h'), h.author, h.log, bigEndian64(h.sequence), h.id)),
      ...forks.map(([logName, proof]) => join(ascii('f'), unhex(logName), proof.hash)),
    ];
    return {
      hash: hex(hashWithContext('palabre/frontier/1', join(...bytes))),
      heads: heads.map((h) => ({
        author: hex(h.author),
        log: hex(h.log),
        sequence: String(h.sequence),
        id: hex(h.id),
      })),
      forks: forks.map(([logName, proof]) => ({
        author: logName.slice(0, 64),
        log: logName.slice(64),
        proof: hex(proof.hash),
      })),
    };
  }
}
