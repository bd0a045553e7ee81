// Chains of revisions and mandates, and what governs by them (section 14 of the page).
import { hash, hex } from './bytes.mjs';
import { judgeEntry } from './entries.mjs';
import { cuts, endOf } from './ends.mjs';
import { readMandate } from './mandates.mjs';
import { Revisions } from './revisions.mjs';
import { MANDATE, verify } from './signatures.mjs';
import { check, wordOf } from './verdict.mjs';

/** Mandates by one key after one mandate. */
const RIVALS = 64;

/** What a node holds. Hashes and keys are hexadecimal texts here. */
export class Governance {
  constructor(genesis) {
    this.revisions = new Revisions(genesis);
    this.mandates = new Map();
  }

  takeCharter(bytes, breached) {
    return wordOf(() => this.revisions.join(bytes, breached));
  }

  takeMandate(bytes) {
    return wordOf(() => this.#join(readMandate(bytes)));
  }

  #join({ exact, mandate, signature }) {
    const id = hex(hash(exact));
    const key = this.#signer(mandate.administration, exact, signature);
    const known = this.mandates.get(id);
    if (known !== undefined) {
      if (known.keys.has(key)) return 'held';
      known.keys.add(key);
      return 'joins';
    }
    const previous = hex(mandate.previous);
    if (previous !== '') {
      const before = this.mandates.get(previous)?.mandate;
      check(before?.administration === mandate.administration, 'not-following');
      check(mandate.number === before.number + 1n, 'number');
    }
    const rivals = [...this.mandates.values()].filter(
      (held) => held.keys.has(key) && held.previous === previous && held.mandate.administration === mandate.administration,
    );
    check(rivals.length < RIVALS || this.#named(mandate.administration).includes(id), 'too-many-mandates');
    this.mandates.set(id, { mandate, previous, keys: new Set([key]) });
    return 'joins';
  }

  /** The key that has signed, of those that revisions give the administration. */
  #signer(code, exact, signature) {
    const { plausible, network } = this.revisions;
    const keys = new Set();
    for (const id of plausible) {
      const key = this.revisions.charter(id).administrations.find((a) => a.code === code)?.key ?? [];
      if (key.length > 0) keys.add(hex(key));
    }
    check(keys.size > 0, 'stranger');
    let word;
    for (const key of keys) {
      word = wordOf(() => verify(Buffer.from(key, 'hex'), MANDATE, network, exact, signature) ?? 'verified');
      if (word === 'verified') return key;
    }
    return check(false, word);
  }

  /** The mandates that the line of the charter names, the newest revision's first. */
  #named(code) {
    const of = (id) => {
      const { cutoffs, mandate_checkpoint: heads } = this.revisions.charter(id);
      const cutoff = hex(cutoffs.find((one) => one.administration === code)?.mandate ?? []);
      const head = hex(heads.findLast((one) => one.administration === code)?.hash ?? []);
      return [cutoff, head].filter((one) => one !== '');
    };
    return [...this.revisions.line].reverse().flatMap(of);
  }

  /** Whether `end` is the mandate or comes after it. */
  #leadsTo(id, end) {
    for (let at = end; at !== '' && at !== undefined; at = this.mandates.get(at)?.previous) if (at === id) return true;
    return false;
  }

  #isValid(id) {
    const { mandate, previous, keys } = this.mandates.get(id);
    const { administration: code } = mandate;
    const cut = (cutoff) => !this.#leadsTo(id, hex(cutoff.mandate));
    const by = this.revisions.governing(hex(mandate.charter), code, cut);
    if (by === 'unknown' || by === 'cut-in-dispute') return false;
    const key = this.revisions.charter(by).administrations.find((a) => a.code === code)?.key ?? [];
    if (key.length === 0 || !keys.has(hex(key))) return false;
    const named = [...mandate.nodes.map((node) => hex(node.key)), ...mandate.cutoffs.map((one) => hex(one.node))];
    const before = this.mandates.get(previous)?.mandate.nodes ?? [];
    return before.every((node) => named.includes(hex(node.key)));
  }

  /** The line of an administration, and what is disputed after it. */
  #chain(code) {
    const own = [...this.mandates.keys()].filter((id) => this.mandates.get(id).mandate.administration === code);
    const valid = own.filter((id) => this.#isValid(id));
    const named = this.#named(code);
    const line = [];
    for (;;) {
      const next = valid.filter((id) => this.mandates.get(id).previous === (line.at(-1) ?? ''));
      if (next.length === 0) return { line, disputed: [] };
      const ends = named.map((end) => next.find((id) => this.#leadsTo(id, end)));
      const one = next.length === 1 ? next[0] : ends.find((id) => id !== undefined);
      if (one === undefined) return { line, disputed: next };
      line.push(one);
    }
  }

  /** The standing of an entry's author; `effective` gives the id that has taken effect in a log at a sequence. */
  standing(entry, effective) {
    const cited = this.mandates.get(hex(entry.header.mandate))?.mandate;
    if (cited === undefined) return { verdict: 'waits' };
    const { administration } = cited;
    const cut = ({ logs }) => cuts(endOf(logs, entry), entry, effective);
    const by = this.revisions.governing(hex(entry.header.charter), administration, cut);
    if (by === 'unknown') return { verdict: 'waits' };
    if (by === 'cut-in-dispute') return { verdict: by };
    const { line, disputed } = this.#chain(administration);
    if (line.length === 0) return { verdict: 'waits' };
    const cutBy = (id) => this.#mandateCuts(id, entry, effective);
    if (disputed.some(cutBy)) return { verdict: 'cut-in-dispute' };
    const place = Math.min(Number(cited.number), line.length) - 1;
    const id = line.slice(place + 1).reverse().find(cutBy) ?? line[place];
    const lists = ({ nodes }) => nodes.some((node) => hex(node.key) === hex(entry.header.author));
    if (!lists(this.mandates.get(id).mandate)) {
      const counted = line.includes(hex(entry.header.mandate)) && lists(cited);
      return { verdict: counted ? 'revoked' : 'not-mandated' };
    }
    const found = this.revisions.charter(by).administrations.find((a) => a.code === administration);
    if (found === undefined) return { verdict: 'not-mandated' };
    return found.suspended ? { verdict: 'suspended' } : { verdict: 'acts', administration, by };
  }

  #mandateCuts(id, entry, effective) {
    const cutoff = this.mandates.get(id).mandate.cutoffs.find((one) => hex(one.node) === hex(entry.header.author));
    if (cutoff === undefined) return false;
    const listed = endOf(cutoff.logs, entry);
    const checkpoint = this.#checkpoint(entry);
    const higher = checkpoint !== undefined && (listed === undefined || checkpoint.sequence > listed.sequence);
    return cuts(higher ? checkpoint : listed, entry, effective);
  }

  /** The highest end that the line of the charter has of an entry's log, the newest of equals. */
  #checkpoint(entry) {
    const ends = this.revisions.line.map((id) => endOf(this.revisions.charter(id).checkpoint, entry));
    return ends.reduce((best, end) => (end !== undefined && !(best?.sequence > end.sequence) ? end : best), undefined);
  }

  say() {
    const { line, disputed } = this.revisions;
    const codes = new Set([...this.mandates.values()].map(({ mandate }) => mandate.administration));
    const mandates = {};
    for (const code of codes) {
      const last = this.#chain(code).line.at(-1);
      if (last !== undefined) mandates[code] = last;
    }
    const governs = line.at(-1);
    return { revision: String(this.revisions.charter(governs).revision), governs, disputed, mandates };
  }
}

/** What a reader finds in one vector. */
export function judgeGovernance(genesis, { steps, effective: entries = [], standings }, unhex) {
  const node = new Governance(genesis);
  const take = ({ charter, mandate }) => {
    let breaches;
    const breached = (words) => (breaches = words);
    const verdict = charter === undefined ? node.takeMandate(unhex(mandate)) : node.takeCharter(unhex(charter), breached);
    const given = charter === undefined ? { mandate } : { charter };
    return breaches === undefined ? { ...given, verdict } : { ...given, verdict, breaches };
  };
  const taken = steps.map(take);
  const read = (entry) => judgeEntry(unhex(entry), node.revisions.network);
  const ids = new Map(entries.map(read).map((entry) => [`${entry.logName} ${entry.header.sequence}`, entry.id]));
  const effective = (logName, sequence) => ids.get(`${logName} ${sequence}`);
  const ask = ({ entry }) => ({ entry, ...node.standing(read(entry), effective) });
  const found = { steps: taken, ...node.say() };
  return standings === undefined ? found : { ...found, standings: standings.map(ask) };
}
