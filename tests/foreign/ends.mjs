// Lists of ends: what still counts of logs (section 14 of the page).
import { hex, same } from './bytes.mjs';

const nameOf = ({ author, log }) => hex(author) + hex(log);

/** Whether these heads are such a list. */
export function areEnds(heads) {
  const fits = ({ author, log, sequence, id }) =>
    author.length === 32 && log.length === 8 && sequence !== 0n && id.length === 32;
  return heads.length <= 2_048 && heads.every(fits) && new Set(heads.map(nameOf)).size === heads.length;
}

/** The end of an entry's log in a list, if it has one. */
export const endOf = (heads, { logName }) => heads.find((head) => nameOf(head) === logName);

/** Whether an end cuts an entry; `effective` gives the id that has taken effect in a log at a sequence. */
export function cuts(end, entry, effective) {
  if (end === undefined || entry.header.sequence > end.sequence) return true;
  const there = effective(entry.logName, end.sequence);
  return there !== undefined && !same(there, end.id);
}
