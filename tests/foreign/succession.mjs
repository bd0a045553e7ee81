// What a revision may change of the one before (section 14 of the page).
import { hex } from './bytes.mjs';

/** The words of all rules of succession that `next` breaks, sorted. */
export function brokenSuccession(before, next) {
  const words = new Set();
  const listed = new Set(next.cutoffs.map((cutoff) => cutoff.administration));
  if (next.revision !== before.revision + 1n) words.add('number');
  if ([...losers(before, next)].some((code) => !listed.has(code))) words.add('no-cutoff');
  const known = new Set(before.administrations.map((a) => a.code));
  if ([...listed].some((code) => !known.has(code))) words.add('stranger-cut');
  return [...words].sort();
}

/** Who loses something. */
function losers(before, next) {
  const codes = new Set();
  for (const old of before.administrations) if (loses(old, next)) codes.add(old.code);
  for (const { kind, administration } of before.offices) {
    const kept = next.offices.some((office) => office.kind === kind && office.administration === administration);
    if (!kept) codes.add(administration);
  }
  for (const old of before.commissions) {
    const commission = next.commissions.find(({ id }) => id === old.id);
    for (const member of old.members) if (!commission?.members.includes(member)) codes.add(member);
    if (commission?.host !== old.host) codes.add(old.host);
  }
  return codes;
}

/** Whether an administration loses its place, key, kind or rights. */
function loses(old, next) {
  const now = next.administrations.find((a) => a.code === old.code);
  if (now === undefined) return true;
  const key = old.key.length > 0 && hex(now.key) !== hex(old.key);
  return key || now.kind !== old.kind || (now.suspended && !old.suspended);
}
