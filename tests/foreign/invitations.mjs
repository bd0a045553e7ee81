// Invitations as text (section 11 of the page).
import { hashWithContext, hex, join, same } from './bytes.mjs';
import { Invitation, InvitationText } from './messages.mjs';
import { decode } from './protobuf.mjs';
import { INVITATION, verify } from './signatures.mjs';
import { check } from './verdict.mjs';

const PREFIX = 'palabre1-';

export function judgeInvitation(text) {
  check(Buffer.byteLength(text) <= 4096, 'text-too-long');
  const plain = text.replace(/[ \t\n\f\r]/g, '');
  check(Buffer.byteLength(plain) <= 2048, 'text-too-long');
  check(plain.startsWith(PREFIX), 'prefix');
  const body = plain.slice(PREFIX.length);
  check(/^[A-Za-z0-9_-]*$/.test(body), 'base64url');
  const bytes = new Uint8Array(Buffer.from(body, 'base64url'));
  check(Buffer.from(bytes).toString('base64url') === body, 'base64url');
  const { invitation: exact, signature, code } = decode(InvitationText, bytes);
  check(same(bytes, join(field(1, exact), field(2, signature), field(3, code))), 'encoding');
  check(signature.length === 64, 'signature-length');
  check(code.length === 16, 'field-length');
  const invitation = judgeFields(exact);
  verify(invitation.node, INVITATION, invitation.network, exact, signature);
  const commitment = hashWithContext('palabre/invitation-code/1', join(invitation.network, code)).slice(0, 16);
  check(same(commitment, invitation.commitment), 'commitment');
  return { invitation, code };
}

function judgeFields(exact) {
  const invitation = decode(Invitation, exact);
  const { network, node, addresses, expires, commitment } = invitation;
  const listed = addresses.map((address) => element(3, Buffer.from(address)));
  const time = expires === 0n ? Buffer.alloc(0) : join(varint(0x20n), varint(expires));
  check(same(exact, join(field(1, network), field(2, node), ...listed, time, field(5, commitment))), 'encoding');
  const fits = (address) => /^[\x00-\x7f]{1,384}$/.test(address);
  check(addresses.length >= 1 && addresses.length <= 3 && addresses.every(fits), 'addresses');
  check(network.length === 32 && node.length === 32 && commitment.length === 16, 'field-length');
  return invitation;
}

/** Bytes as the one encoding has them: left out when there are none. */
const field = (number, bytes) => (bytes.length === 0 ? Buffer.alloc(0) : element(number, bytes));
const element = (number, bytes) => join(varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes);

function varint(number) {
  const bytes = [];
  for (let rest = number; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** What a valid invitation says, as the vectors write it. */
export function sayInvitation({ invitation, code }) {
  return {
    network: hex(invitation.network),
    node: hex(invitation.node),
    addresses: invitation.addresses,
    expires: String(invitation.expires),
    commitment: hex(invitation.commitment),
    code: hex(code),
  };
}
