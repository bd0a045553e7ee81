// Charters as files, and those that found a network (section 9 of the page).
import { hash, hex, same } from './bytes.mjs';
import { areEnds } from './ends.mjs';
import { Charter, CharterFile } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { CHARTER, verify } from './signatures.mjs';
import { check, wordOf } from './verdict.mjs';

const MEMBER = 1;
const REGIONAL_OFFICE = 2;
const PARTNER = 3;
const PRESIDENCY = 1;
const SECRETARIAT = 2;
const ASSESSOR = 3;

export const isCode = (text) => /^[A-Z0-9]{2,12}$/.test(text);
const isCommissionId = (text) => /^[a-z-]{2,32}$/.test(text);

/** A file with which a network is to be founded. `breached` is told the broken invariants, if there are any. */
export function judgeCharter(bytes, breached = () => {}) {
  const { exact, charter, signatures } = readCharterFile(bytes);
  check(charter.revision === 1n, 'not-genesis');
  const breaches = brokenInvariants(charter);
  if (breaches.length > 0) breached(breaches);
  check(breaches.length === 0, 'invariants');
  const network = hash(exact);
  const signers = signersOf(charter, exact, network, signatures);
  check(signers.length >= charter.threshold, 'threshold');
  return { network, charter, signers };
}

/** A revision and its signatures, well formed. */
export function readCharterFile(bytes) {
  const { charter: exact, signatures } = decode(CharterFile, bytes);
  check(exact.length <= 196_608, 'charter-too-long');
  const charter = decode(Charter, exact);
  judgeFields(charter);
  for (const { subject, key, signature } of signatures) {
    check(subject.length === 32 && key.length === 32, 'field-length');
    check(signature.length === 64, 'signature-length');
  }
  return { exact, charter, signatures };
}

function judgeFields(charter) {
  const code = (text) => check(isCode(text), 'code');
  check(charter.administrations.length <= 256, 'too-many-administrations');
  check(charter.revision !== 0n, 'revision-zero');
  check((charter.previous.length === 0) === (charter.revision === 1n), 'previous');
  check([0, 32].includes(charter.previous.length), 'field-length');
  for (const administration of charter.administrations) {
    check([MEMBER, REGIONAL_OFFICE, PARTNER].includes(administration.kind), 'kind-unknown');
    check([0, 32].includes(administration.key.length), 'field-length');
    code(administration.code);
  }
  for (const office of charter.offices) {
    check([1, 2, 3, 4].includes(office.kind), 'kind-unknown');
    code(office.administration);
  }
  for (const commission of charter.commissions) {
    check(isCommissionId(commission.id), 'commission-id');
    [commission.host, ...commission.members].forEach(code);
  }
  charter.keyholders.forEach(code);
  judgeLists(charter);
}

/** Checkpoints, cutoffs and what is settled. */
function judgeLists({ checkpoint, mandate_checkpoint, cutoffs, settles }) {
  check(areEnds(checkpoint), 'cutoff');
  for (const { hash, administration } of mandate_checkpoint) {
    check(hash.length === 32, 'field-length');
    check(isCode(administration), 'code');
  }
  cutoffs.forEach(({ administration, mandate, logs }, place) => {
    check([0, 32].includes(mandate.length) && isCode(administration) && areEnds(logs), 'cutoff');
    check(!cutoffs.slice(0, place).some((before) => before.administration === administration), 'cutoff-twice');
  });
  check(settles.every((one) => one.length === 32), 'field-length');
  check(settles.length !== 1 && !hasTwins(settles.map(hex)), 'settles');
}

/** The words of all invariants that a charter breaks, sorted. */
export function brokenInvariants(charter) {
  const words = new Set();
  const breach = (broken, word) => broken && words.add(word);
  const known = new Map();
  for (const a of charter.administrations) if (!known.has(a.code)) known.set(a.code, a);
  const isMember = (code) => known.get(code)?.kind === MEMBER;
  names(charter, known, breach);
  offices(charter, isMember, breach);
  commissions(charter, isMember, breach);
  keyholders(charter, known, breach);
  breach(!isDate(charter.review_by), 'review-by');
  return [...words].sort();
}

const hasTwins = (list) => new Set(list).size < list.length;
const holders = (charter, kind) => charter.offices.filter((o) => o.kind === kind).map((o) => o.administration);

function names(charter, known, breach) {
  breach(hasTwins(charter.administrations.map((a) => a.code)), 'code-twice');
  breach(hasTwins(charter.administrations.map((a) => hex(a.key)).filter((key) => key !== '')), 'key-twice');
  const named = [
    ...charter.offices.map((o) => o.administration),
    ...charter.commissions.flatMap((c) => [c.host, ...c.members]),
    ...charter.keyholders,
  ];
  breach(!named.every((code) => known.has(code)), 'unknown');
}

function offices(charter, isMember, breach) {
  const presidency = holders(charter, PRESIDENCY);
  breach(presidency.length !== 1, 'presidency');
  if (presidency.length !== 1) return;
  const [leader] = presidency;
  breach(!isMember(leader), 'leader-no-member');
  breach(holders(charter, SECRETARIAT)[0] !== leader, 'secretariat');
  const mayAssess = (code) => code !== leader && isMember(code);
  const assessors = holders(charter, ASSESSOR);
  breach(!assessors.every(mayAssess), 'assessor');
  breach(hasTwins(assessors.filter(mayAssess)), 'assessor-twice');
  breach(charter.administrations.filter((a) => a.kind === REGIONAL_OFFICE).length !== 1, 'regional-office');
}

function commissions(charter, isMember, breach) {
  const [leader] = holders(charter, PRESIDENCY);
  breach(hasTwins(charter.commissions.map((c) => c.id)), 'commission-twice');
  for (const { host, members } of charter.commissions) {
    breach(leader !== undefined && !members.includes(leader), 'leader-absent');
    breach(!members.includes(host), 'host');
    breach(hasTwins(members) || !members.every(isMember), 'seat');
  }
}

function keyholders(charter, known, breach) {
  const { keyholders: codes, threshold } = charter;
  const listed = codes.filter((code) => known.has(code));
  breach(hasTwins(listed) || listed.some((code) => known.get(code).kind === PARTNER), 'keyholder');
  breach(listed.some((code) => known.get(code).key.length === 0), 'key-missing');
  const count = codes.length;
  breach(count === 0 || threshold * 3 < count * 2 || threshold > count, 'threshold-out-of-range');
}

function isDate(text) {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return false;
  const [month, day] = [Number(match[2]), Number(match[3])];
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

/** The sorted codes of the keyholders that have signed. */
function signersOf(charter, exact, network, signatures) {
  const signers = new Set();
  for (const { subject, key, signature } of signatures) {
    const signer = charter.administrations.find((a) => same(a.key, key) && charter.keyholders.includes(a.code));
    if (signer === undefined || !same(subject, network)) continue;
    const word = wordOf(() => verify(key, CHARTER, network, exact, signature) ?? 'verified');
    if (word === 'verified') signers.add(signer.code);
  }
  return [...signers].sort();
}

/** What a valid genesis says, as the vectors write it. */
export function sayCharter({ network, charter, signers }) {
  const { fr, en, pt } = charter.name ?? { fr: '', en: '', pt: '' };
  return { network: hex(network), names: { fr, en, pt }, threshold: charter.threshold, signers };
}
