// Mandates, and the standing of an entry's author (section 10 of the page).
import { hash, hex, same } from './bytes.mjs';
import { isCode } from './charters.mjs';
import { areEnds } from './ends.mjs';
import { Mandate, SignedMandate } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { MANDATE, verify } from './signatures.mjs';
import { check } from './verdict.mjs';

/** A mandate under a charter that founds `network`. */
export function judgeMandate(bytes, { charter, network }) {
  const { exact, mandate, signature } = readMandate(bytes);
  const administration = charter.administrations.find((a) => a.code === mandate.administration);
  check(administration !== undefined && administration.key.length > 0, 'stranger');
  verify(administration.key, MANDATE, network, exact, signature);
  return { hash: hash(exact), mandate };
}

/** A mandate and its signature, well formed. */
export function readMandate(bytes) {
  const { mandate: exact, signature } = decode(SignedMandate, bytes);
  check(exact.length <= 65_536, 'mandate-too-long');
  const mandate = decode(Mandate, exact);
  judgeFields(mandate);
  check(signature.length === 64, 'signature-length');
  return { exact, mandate, signature };
}

function judgeFields(mandate) {
  const { nodes } = mandate;
  const fits = ({ addresses, sealing }) => addresses.length <= 8 && sealing.length <= 2;
  check(nodes.length <= 64 && nodes.every(fits), 'too-many');
  check(nodes.every((node) => node.key.length === 32), 'field-length');
  check(new Set(nodes.map((node) => hex(node.key))).size === nodes.length, 'node-twice');
  judgeCutoffs(mandate);
  check(isCode(mandate.administration), 'code');
  check(mandate.number !== 0n, 'number');
  check((mandate.previous.length === 0) === (mandate.number === 1n), 'number');
  check([0, 32].includes(mandate.previous.length), 'field-length');
  check(mandate.charter.length === 32, 'field-length');
}

function judgeCutoffs({ nodes, cutoffs }) {
  const named = new Set(nodes.map((node) => hex(node.key)));
  for (const { node, logs } of cutoffs) {
    check(node.length === 32 && areEnds(logs) && logs.every((end) => same(end.author, node)), 'cutoff');
    check(!named.has(hex(node)), 'node-cut');
    named.add(hex(node));
  }
}

/** What a valid mandate says, as the vectors write it. */
export function sayMandate({ hash, mandate }) {
  return {
    hash: hex(hash),
    administration: mandate.administration,
    number: String(mandate.number),
    previous: hex(mandate.previous),
    charter: hex(mandate.charter),
    nodes: mandate.nodes.map(({ key, label, addresses, delivers }) => ({ key: hex(key), label, addresses, delivers })),
  };
}

/** The standing of an entry's author for a node that holds a charter and these mandates. */
export function judgeStanding(header, { charter, network }, mandates) {
  if (!same(header.charter, network)) return { verdict: 'waits' };
  const cited = mandates.find((held) => same(held.hash, header.mandate));
  if (cited === undefined) return { verdict: 'waits' };
  const { administration, nodes } = cited.mandate;
  const rivals = mandates.filter((held) => held.mandate.administration === administration);
  if (!rivals.every((held) => same(held.hash, cited.hash))) return { verdict: 'waits' };
  if (!nodes.some((node) => same(node.key, header.author))) return { verdict: 'not-mandated' };
  const { suspended } = charter.administrations.find((a) => a.code === administration);
  return suspended ? { verdict: 'suspended' } : { verdict: 'acts', administration };
}
