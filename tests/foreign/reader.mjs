// Judges the test vectors of format version 1: node reader.mjs ../../proto/vectors
//
// Written from proto/README.md and the .proto files alone, to show that they suffice. Exit code 1 when a vector is
// judged differently, 2 when the vectors cannot be read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { unhex } from './bytes.mjs';
import { judgeCharter, sayCharter } from './charters.mjs';
import { judgeEntry, sayEntry } from './entries.mjs';
import { judgeGovernance } from './governance.mjs';
import { judgeInvitation, sayInvitation } from './invitations.mjs';
import { judgeProof, Node, sayProof } from './logs.mjs';
import { judgeMandate, judgeStanding, sayMandate } from './mandates.mjs';
import { judgePlace } from './places.mjs';
import { judgeSealed } from './sealing.mjs';
import { wordOf } from './verdict.mjs';

/** What a reader finds in one vector: all that the file says beside what it gives. */
const JUDGES = {
  'charters.json': () => (vector) => {
    let breaches;
    const found = judged(
      () => judgeCharter(unhex(vector.file), (words) => (breaches = words)),
      sayCharter,
    );
    return breaches === undefined ? found : { ...found, breaches };
  },
  'entries.json': ({ network }) => (vector) =>
    judged(() => judgeEntry(unhex(vector.entry), unhex(network)), sayEntry),
  'forks.json': ({ network }) => (vector) =>
    judged(() => judgeProof(unhex(vector.proof), unhex(network)), sayProof),
  'governance.json': ({ genesis }) => (vector) => judgeGovernance(unhex(genesis), vector, unhex),
  'invitations.json': () => (vector) => judged(() => judgeInvitation(vector.text), sayInvitation),
  'logs.json': ({ network }) => (vector) => {
    const node = new Node(unhex(network));
    const take = ({ entry, fork }) =>
      entry === undefined ? { fork, verdict: node.takeProof(unhex(fork)) } : { entry, verdict: node.takeEntry(unhex(entry)) };
    return { steps: vector.steps.map(take), frontier: node.frontier() };
  },
  'mandates.json': ({ charter }) => {
    const rules = judgeCharter(unhex(charter));
    return (vector) => {
      if (vector.mandates === undefined) return judged(() => judgeMandate(unhex(vector.mandate), rules), sayMandate);
      const mandates = vector.mandates.map((mandate) => judgeMandate(unhex(mandate), rules));
      return judgeStanding(judgeEntry(unhex(vector.entry), rules.network).header, rules, mandates);
    };
  },
  'places.json': ({ charter }) => {
    const { network } = judgeCharter(unhex(charter));
    const read = (entry) => judgeEntry(unhex(entry), network);
    return ({ held, entry }) => ({ verdict: judgePlace(read(entry), held.map(read)) });
  },
  'seal.json': () => (vector) => judgeSealed(vector, unhex),
};

/** Fields of a vector that are given to the reader, not asked of it. */
const GIVEN = [
  ...['name', 'why', 'text', 'file', 'entry', 'proof', 'held', 'mandate', 'effective'],
  ...['kind', 'key', 'of', 'secret', 'encapsulated', 'slot', 'readers', 'sealed', 'grant'],
];

function judged(judge, say) {
  const result = wordOf(judge);
  return typeof result === 'string' ? { verdict: result } : { verdict: 'valid', ...say(result) };
}

/** Judges one file; the number of vectors judged alike, and a line for each that was not. */
function judgeFile(name, folder) {
  const file = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const judge = JUDGES[name](file);
  const differences = [];
  const vectors = [...file.vectors, ...(file.standings ?? [])];
  for (const vector of vectors) {
    const given = vector.entry === undefined ? GIVEN : [...GIVEN, 'mandates'];
    const said = Object.fromEntries(Object.entries(vector).filter(([field]) => !given.includes(field)));
    const found = judge(vector);
    if (!isDeepStrictEqual(found, said)) differences.push(difference(vector, said, found));
  }
  return { alike: vectors.length - differences.length, differences };
}

function difference({ name, why }, said, found) {
  const brief = (value) => JSON.stringify(value.verdict ?? value.steps?.map((step) => step.verdict));
  const [expected, got] = [brief(said), brief(found)];
  const detail = expected === got ? `it says ${JSON.stringify(found)}` : `${got}, not ${expected}`;
  return `  ${name} (${why}): ${detail}`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder holds the vectors? For example: node reader.mjs ../../proto/vectors');
  process.exit(2);
}
let different = 0;
for (const name of Object.keys(JUDGES)) {
  const { alike, differences } = judgeFile(name, folder);
  console.log(`${name}: ${alike} judged alike, ${differences.length} differently`);
  differences.forEach((line) => console.log(line));
  different += differences.length;
}
process.exit(different === 0 ? 0 : 1);
