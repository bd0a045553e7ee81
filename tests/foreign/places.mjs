// Whether entries stand in their places (section 8 of the page).
import { hex } from './bytes.mjs';
import { ActEnvelope } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { check, wordOf } from './verdict.mjs';

const BROKEN = ['no-act', 'foreign-after', 'broken-after', 'wrong-place'];

/** The word for the place of `entry`, for a node on which `held` have taken effect; all have payloads. */
export function judgePlace(entry, held) {
  const known = new Map(held.map((one) => [hex(one.id), one]));
  return wordOf(() => judge(entry, known));
}

function judge(entry, known) {
  const { object, after } = envelope(entry);
  let waits = false;
  let place = 0n;
  for (const id of after) {
    const before = known.get(hex(id));
    if (before === undefined) {
      waits = true;
      continue;
    }
    check(objectOf(before) === (object || hex(entry.id)), 'foreign-after');
    check(before.header.place < entry.header.place, 'wrong-place');
    const word = wordOf(() => judge(before, known));
    check(!BROKEN.includes(word), 'broken-after');
    if (word === 'waits') waits = true;
    if (before.header.place >= place) place = before.header.place + 1n;
  }
  if (waits) return 'waits';
  check(entry.header.place === place, 'wrong-place');
  return 'in-place';
}

function envelope({ payload }) {
  const decoded = wordOf(() => decode(ActEnvelope, payload));
  check(decoded !== 'encoding', 'no-act');
  const { object, after } = decoded;
  check(after.length <= 64 && after.every((id) => id.length === 32), 'no-act');
  check(new Set(after.map(hex)).size === after.length, 'no-act');
  check([0, 32].includes(object.length), 'no-act');
  check((object.length === 0) === (after.length === 0), 'no-act');
  return { object: hex(object), after };
}

/** The object that an entry is about: its own id where it opens one, or is no act. */
function objectOf(entry) {
  const decoded = wordOf(() => envelope(entry));
  return (decoded === 'no-act' ? '' : decoded.object) || hex(entry.id);
}
