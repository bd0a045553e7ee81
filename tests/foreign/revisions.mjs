// The set of revisions and signatures, and which of them govern (section 14 of the page).
import { hash, hex } from './bytes.mjs';
import { brokenInvariants, readCharterFile } from './charters.mjs';
import { CHARTER, verify } from './signatures.mjs';
import { brokenSuccession } from './succession.mjs';
import { check, wordOf } from './verdict.mjs';

/** Revisions of one number that one key may have proposed. */
const PROPOSALS = 4;

/** Hashes are hexadecimal texts here. */
export class Revisions {
  constructor(genesis) {
    const { exact, charter, signatures } = readCharterFile(genesis);
    this.network = hash(exact);
    this.genesis = hex(this.network);
    this.held = new Map([[this.genesis, revision(exact, charter)]]);
    this.#take(this.genesis, signatures);
    this.#derive();
  }

  /** What becomes of a file that comes; `breached` is told which rules it breaks. */
  join(bytes, breached) {
    const { exact, charter, signatures } = readCharterFile(bytes);
    const id = hex(hash(exact));
    if (this.held.has(id)) return this.#take(id, signatures) ? (this.#derive(), 'joins') : 'held';
    this.#check(charter, breached);
    this.held.set(id, revision(exact, charter));
    this.#take(id, signatures);
    this.#derive();
    if (!this.plausible.has(id)) this.#makeRoom(id);
    return 'joins';
  }

  #check(charter, breached) {
    check(charter.previous.length > 0, 'other-network');
    const previous = hex(charter.previous);
    check(this.plausible.has(previous), 'not-following');
    const none = (words, word) => {
      if (words.length > 0) breached(words);
      check(words.length === 0, word);
    };
    none(brokenInvariants(charter), 'invariants');
    none(brokenSuccession(this.held.get(previous).charter, charter), 'succession');
    const beside = (one) => this.plausible.has(one) && this.held.get(one).previous === previous;
    check(charter.settles.map(hex).every(beside), 'settles');
  }

  /** Takes the signatures under a revision that count; whether any is new or lower. */
  #take(id, signatures) {
    const { exact, charter, previous, keys } = this.held.get(id);
    const judges = [charter, this.held.get(previous)?.charter].filter((judge) => judge !== undefined);
    let taken = false;
    for (const { subject, key, signature } of signatures) {
      const name = hex(key);
      const known = keys.get(name);
      const counts =
        hex(subject) === id &&
        judges.some((judge) => keyholder(judge, name) !== undefined) &&
        (known === undefined || hex(signature) < known) &&
        wordOf(() => verify(key, CHARTER, this.network, exact, signature) ?? 'verified') === 'verified';
      if (counts) keys.set(name, hex(signature));
      taken ||= counts;
    }
    return taken;
  }

  #makeRoom(id) {
    const { keys, charter } = this.held.get(id);
    if (keys.size === 0) this.held.delete(id);
    check(keys.size > 0, 'unsigned');
    const open = [...this.held.entries()]
      .filter(([one, held]) => held.charter.revision === charter.revision && !this.plausible.has(one))
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const fits = ([one, held]) =>
      [...held.keys.keys()].some((key) => {
        const lower = open.filter(([other, rival]) => other < one && rival.keys.has(key));
        return lower.length < PROPOSALS;
      });
    for (const [one] of open.filter((revision) => !fits(revision))) this.held.delete(one);
    check(this.held.has(id), 'crowded');
  }

  /** The codes of a judge's keyholders that have signed. */
  #signers(id, judge) {
    const codes = [...this.held.get(id).keys.keys()].map((key) => keyholder(judge, key));
    return new Set(codes.filter((code) => code !== undefined));
  }

  #derive() {
    const subset = (settles, found) => settles.every((one) => found.has(one));
    const reaches = (id, found) => {
      const { charter, previous, settles } = this.held.get(id);
      const before = this.held.get(previous).charter;
      if (settles.length > 0) return subset(settles, found) && this.#settles(id, settles, before);
      return [before, charter].every((judge) => this.#signers(id, judge).size >= judge.threshold);
    };
    const may = (id, found) => {
      const { settles } = this.held.get(id);
      return settles.length > 0 ? subset(settles, found) : reaches(id, found);
    };
    this.adopted = this.#closed(reaches);
    this.plausible = this.#closed(may);
    this.#drawLine();
  }

  /** The genesis and all that follows by a rule, until nothing more does. */
  #closed(follows) {
    const found = new Set([this.genesis]);
    for (let before = 0; before < found.size; ) {
      before = found.size;
      for (const [id, { previous }] of this.held) {
        if (!found.has(id) && found.has(previous) && follows(id, found)) found.add(id);
      }
    }
    return found;
  }

  #settles(id, settles, before) {
    const settled = (one, other) => this.held.get(one).settles.includes(other);
    const twice = (code) => {
      const signed = settles.filter((one) => this.#signers(one, before).has(code));
      return signed.some((one) => signed.some((other) => one !== other && !settled(one, other) && !settled(other, one)));
    };
    const faithful = before.keyholders.filter((code) => !twice(code));
    const signers = this.#signers(id, before);
    const count = faithful.filter((code) => signers.has(code)).length;
    return faithful.length > 0 && count * 3 >= faithful.length * 2;
  }

  #drawLine() {
    this.line = [this.genesis];
    this.disputed = [];
    for (;;) {
      const next = this.#after(this.line.at(-1));
      const settled = new Set(next.flatMap((id) => this.held.get(id).settles));
      const left = next.filter((id) => !settled.has(id));
      if (left.length === 1) this.line.push(left[0]);
      if (left.length > 1) this.disputed = this.#descendants(this.line.at(-1)).sort();
      if (left.length !== 1) return;
    }
  }

  #after(id) {
    return [...this.adopted].filter((one) => this.held.get(one).previous === id);
  }

  #descendants(id) {
    return this.#after(id).flatMap((one) => [one, ...this.#descendants(one)]);
  }

  charter(id) {
    return this.held.get(id).charter;
  }

  /** What governs something of an administration: `unknown`, `cut-in-dispute`, or a hash. */
  governing(cited, administration, cuts) {
    if (!this.adopted.has(cited)) return 'unknown';
    const cut = (id) => {
      const cutoff = this.charter(id).cutoffs.find((one) => one.administration === administration);
      return cutoff !== undefined && cuts(cutoff);
    };
    if (this.disputed.some(cut)) return 'cut-in-dispute';
    const place = Math.min(Number(this.charter(cited).revision), this.line.length) - 1;
    const later = this.line.slice(place + 1).reverse();
    return later.find(cut) ?? this.line[place];
  }
}

function revision(exact, charter) {
  return { exact, charter, previous: hex(charter.previous), settles: charter.settles.map(hex), keys: new Map() };
}

/** The code of the keyholder with a key. */
function keyholder({ administrations, keyholders }, key) {
  return administrations.find((a) => hex(a.key) === key && keyholders.includes(a.code))?.code;
}
