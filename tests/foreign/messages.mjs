// The messages of palabre/v1/*.proto that the reader needs.
import { type } from './protobuf.mjs';

const AttachmentRef = type(`
  1 bytes hash
  2 uint64 size`);

export const Header = type(
  `
  1 bytes author
  2 bytes log
  3 uint64 sequence
  4 bytes previous
  5 uint64 clock
  6 uint64 place
  7 bytes charter
  8 bytes mandate
  9 enum priority
  10 bytes tag
  11 bytes payload_hash
  12 uint32 payload_size
  13 repeated AttachmentRef attachments`,
  { AttachmentRef },
);

export const Entry = type(`
  1 bytes header
  2 bytes signature
  3 optional bytes payload`);

const SignedHeader = type(`
  1 bytes header
  2 bytes signature`);

export const ForkProof = type(
  `
  1 SignedHeader low
  2 SignedHeader high`,
  { SignedHeader },
);

export const ActEnvelope = type(`
  1 bytes object
  2 repeated bytes after`);

const Names = type(`
  1 string fr
  2 string en
  3 string pt`);

const Administration = type(
  `
  1 string code
  2 enum kind
  3 Names names
  4 repeated string languages
  5 bytes key
  6 string capital
  7 sint32 latitude
  8 sint32 longitude
  9 bool suspended`,
  { Names },
);

const Office = type(`
  1 enum kind
  2 string administration`);

const Commission = type(
  `
  1 string id
  2 Names names
  3 string host
  4 repeated string members`,
  { Names },
);

const Allowance = type(`
  1 uint64 entries
  2 uint64 bytes
  3 uint64 urgent`);

const Head = type(`
  1 bytes author
  2 bytes log
  3 uint64 sequence
  4 bytes id`);

const MandateHead = type(`
  1 string administration
  2 uint64 number
  3 bytes hash`);

const Cutoff = type(
  `
  1 string administration
  2 bytes mandate
  3 repeated Head logs`,
  { Head },
);

export const Charter = type(
  `
  1 uint64 revision
  2 bytes previous
  3 Names name
  4 uint64 written
  5 string review_by
  6 repeated Administration administrations
  7 repeated Office offices
  8 repeated Commission commissions
  9 repeated string keyholders
  10 uint32 threshold
  11 Allowance allowance
  12 repeated Head checkpoint
  13 repeated MandateHead mandate_checkpoint
  14 repeated Cutoff cutoffs
  15 repeated bytes settles`,
  { Names, Administration, Office, Commission, Allowance, Head, MandateHead, Cutoff },
);

const Signature = type(`
  1 bytes subject
  2 bytes key
  3 bytes signature`);

export const CharterFile = type(
  `
  1 bytes charter
  2 repeated Signature signatures`,
  { Signature },
);

const SealingKey = type(`
  1 string suite
  2 bytes key`);

const MandatedNode = type(
  `
  1 bytes key
  2 string label
  3 repeated string addresses
  4 repeated SealingKey sealing
  5 bool delivers`,
  { SealingKey },
);

const NodeCutoff = type(
  `
  1 bytes node
  2 repeated Head logs`,
  { Head },
);

export const Mandate = type(
  `
  1 string administration
  2 uint64 number
  3 bytes previous
  4 bytes charter
  5 uint64 written
  6 repeated MandatedNode nodes
  7 repeated NodeCutoff cutoffs`,
  { MandatedNode, NodeCutoff },
);

export const SignedMandate = type(`
  1 bytes mandate
  2 bytes signature`);

export const Invitation = type(`
  1 bytes network
  2 bytes node
  3 repeated string addresses
  4 uint64 expires
  5 bytes commitment`);

export const InvitationText = type(`
  1 bytes invitation
  2 bytes signature
  3 bytes code`);

const Wrap = type(`
  1 bytes encapsulated
  2 bytes sealed`);

export const KeyGrant = type(
  `
  1 string suite
  2 bytes commitment
  3 bytes about
  4 repeated Wrap wraps`,
  { Wrap },
);

export const GrantedAudience = type(`
  1 string audience
  2 repeated bytes recipients
  3 bytes answers`);
