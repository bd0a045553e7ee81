# All texts of the command line and the API, in English.
# A message "cmd-…" says what a command does; its attributes, what each argument means.
# A message "err-…" says what is wrong; its attributes, why, and what to do next.

## Help

help-usage = Usage:
help-commands = Commands
help-command = COMMAND
help-arguments = Arguments
help-options = Options

value-dir = DIR
value-file = FILE
value-text = TEXT
value-code = CODE
value-codes = CODE,CODE…
value-api = ADDRESS:PORT
value-address = MULTIADDRESS
value-seat = COMMISSION=CODE
value-at = REVISION|DATE
value-date = YYYY-MM-DD
value-key-of = CODE=KEY
value-mandate-of = CODE=HASH
value-name-of = CODE[:LANGUAGE]=NAME
value-node-key = KEY
value-node-key-or-file = KEY_OR_FILE
value-invitation = INVITATION
value-file-or-id = FILE|ID
value-words = WORDS
value-node = NODE
value-number = NUMBER
value-port = PORT
value-id = ID
value-lang = LANGUAGE
value-audience = AUDIENCE
value-log = LOG

cmd = Palabre: the network of customs administrations, without a central server.
    .home = Home of the node (default: $PALABRE_HOME, else ~/.palabre, else /var/lib/palabre)
    .json = Answer in JSON (stable names)
    .lang = Language of the messages: fr, en or pt (default: LANG, else French)
    .help = Show this help
    .version = Show the version

cmd-init = Make the home of a node, or add the charter and mandates to it.
    .administration = Also make the key of this administration here (code in the charter, for example CI)
    .api = Address of the HTTP API, on loopback (default: 127.0.0.1:8700)
    .listen = Address where other nodes reach it; repeatable (default: TCP and QUIC, port 8710)
    .charter = Signed charter to start with: revision 1, or all revisions in one file
    .mandates = Mandate of an administration; repeatable

cmd-invite = Make an invitation: a signed text for somebody who is to join, good for one application.
    .days = For how many days it holds, from 1 to 60 (default: 14)
    .addresses = Where to hand the application in, with /p2p/ at its end; repeatable, at most three (default: this node and two others)
cmd-join = Make a new node and hand its application in; without an invitation, hand it in again and say what it waits for.
    .invitation = The text that you were given
    .administration = Code of the administration, for example TG
    .new = The administration has no key in this network yet: make it here
    .listed = The administration has its key in this network already
    .name = Name of a new administration (default: its code)
    .partner = It joins as a partner, not as a member
    .contact = Whom to call to compare the words: a name and a number
    .addresses = Lasting address of the node, for example /dns4/node.customs.example/tcp/8710; repeatable
    .label = What the administration calls the node (default: the machine's name)
    .api = Address of the HTTP API, on loopback (default: 127.0.0.1:8700)
    .listen = Address where other nodes reach it; repeatable (default: TCP and QUIC, port 8710)
    .output = Write the application to this file instead of handing it in over the network
cmd-application = The applications of new nodes.
cmd-application-list = List the applications that this node holds.
cmd-application-show = Show an application and the words to be compared.
    .application = Its id, the first digits of it, or a file
cmd-application-approve = Accept an application: make and sign the proposal or the mandate that it needs.
    .application = Its id, the first digits of it, or a file
    .words = The six words that the applicant has read out on the telephone
cmd-run = Run the node, until SIGTERM or Ctrl-C.

cmd-demo = A whole network on this machine, with sample documents.
    .nodes = How many nodes, from 2 to 24 (default: 5)
    .dir = Folder of the network, kept at the end; else a temporary one
    .port = First port of the HTTP APIs (default: 8700)

cmd-status = Say how the node is.

cmd-peer = The other nodes.
cmd-peer-list = List the other nodes.
cmd-peer-why = Say why a node is connected or is not.
    .node = Key of the node (or at least its first 8 digits), or code of its administration

cmd-document = The documents that administrations share.
cmd-document-publish = Publish a file as a document.
    .file = The file, at most 16 MiB
    .title = Its title
    .document-lang = The language of the document: fr, en or pt
    .audience = Who can read it: public (every node), region, secretariat, commission/ID or members:CI,SN; without this option: region
    .urgent = Send it before everything else
cmd-document-revise = Add a version to a document.
    .id = The document
    .file = The file, at most 16 MiB
    .title = A new title (default: that of the version before)
    .document-lang = The language: fr, en or pt (default: that of the version before)
    .urgent = Send it before everything else
cmd-document-withdraw = Withdraw a document; it stays readable, marked as withdrawn.
    .id = The document
    .reason = Why, for its readers
cmd-document-list = List the documents.
cmd-document-show = Show a document and its versions.
    .id = The document: its id, or at least its first 8 digits
cmd-document-get = Get the content of a document.
    .id = The document: its id, or at least its first 8 digits
    .version = This version, not the one that stands
    .output = Where to write it (default: the standard output)

cmd-charter = The region's charter.
cmd-charter-found = Make revision 1 from a template and keys; it has yet to be signed.
    .template = The template (default: the region's own)
    .keys = The key of an administration, CI=64 hexadecimal digits; repeatable
    .keyholders = The keyholders, in place of the template's
    .threshold = How many must sign, in place of what the template says
    .output = Where to write the charter
cmd-charter-propose = Make the next revision from short changes; it has yet to be signed.
    .admits = An administration that enters the charter, with its key, WCO=64 hexadecimal digits; repeatable
    .names = Its name, WCO=NAME in all languages, WCO:fr=NAME in one; repeatable
    .partners = Those that enter as partners (default: as members)
    .assessors = The two assessors, for example SN,GA
    .leader = The leader: presidency, secretariat and every commission
    .vice-presidency = The vice-presidency of the region
    .hosts = Who presides a commission, for example solutions=SN; repeatable
    .seats = Who takes a seat in a commission, for example solutions=SN; repeatable
    .leaves = Who leaves a commission, for example solutions=SN; repeatable
    .suspend = Administrations whose rights are suspended
    .restore = Administrations whose rights are restored
    .keys = The new key of an administration, CI=64 hexadecimal digits; repeatable
    .last-mandates = The last rightful mandate of an administration whose key was stolen, SN=first digits; repeatable
    .remove = Administrations that leave the charter
    .keyholders = The keyholders; the threshold becomes two thirds when their number changes
    .review-by = When the charter is to be reviewed, YYYY-MM-DD
    .output = Where to write the proposal
cmd-charter-history = Show all revisions: date, signers, changes.
cmd-charter-refound = The last resort, when too many keys are lost: make revision 1 of a new network that goes on from this one and says why; it has yet to be signed.
    .reason = Why the region founds anew
    .keys = The new key of an administration, CI=64 hexadecimal digits; repeatable
    .keyholders = The keyholders, in place of those before
    .threshold = How many must sign (default: as before, or two thirds of other keyholders)
    .output = Where to write the charter
cmd-charter-prove = Prove, once a year, that a keyholder has its key: a statement signed with the key in this home, which any node carries.
    .file = A statement that was signed elsewhere: this node carries it
    .output = Only write the statement to this file, for "palabre charter prove FILE" at a node
cmd-charter-settle = Make the settlement of a dispute: a revision that says what one of the disputed ones says, and names them all; it has yet to be signed by the keyholders who did not sign two of them.
    .keep = The disputed revision that is kept: its hash, or at least its first 8 digits
    .output = Where to write the settlement
cmd-charter-sign = Sign a charter with the administration's key in this home, after showing what it changes.
    .file = The charter file, to which the signature is added, or the first digits of a proposal that the node holds
cmd-charter-show = Show what a charter says, now or at a past date, and the proposals.
    .file = A charter file (default: what the node holds)
    .at = The revision of this number, or the one that governed on this day (YYYY-MM-DD)
    .output = Also write all revisions, signatures and mandates to this file, for "palabre init --charter"
cmd-charter-check = Check the rules and the signatures of a charter.
    .file = A charter file (default: this node's)

cmd-mandate = The mandate: the nodes that act for an administration.
cmd-mandate-add = Mandate further nodes, with the administration's key in this home.
    .charter = The founding charter, for a first mandate (default: what the node holds)
    .node = The node's key, 64 hexadecimal digits, or the file node.public of its home
    .label = What the administration calls it
    .addresses = A lasting address of the node, for example /dns4/node.customs.example/tcp/8710; repeatable
    .output = Where to write the mandate (needed when the node does not run)
    .nodes = The keys of the nodes, 64 hexadecimal digits each, or the files node.public of their homes
cmd-mandate-revoke = Take a node off the mandate: what it wrote until now counts, what follows is void.
    .node = The key of the node, or its first 8 digits or more
    .output = Where to write the mandate too
cmd-mandate-show = Show a mandate.
    .file = A mandate file (default: all that the node holds)
    .charter = The charter against which the signature is checked (default: this node's)

cmd-act = The acts on documents and other objects.
cmd-act-show = Show an act: in force, void and why, upheld by whom.
    .id = The act: the id of its entry, or at least its first 8 digits
cmd-act-uphold = Uphold a void act: what it says takes effect as an act of this administration, which must have the right to it.
    .id = The act: the id of its entry, or at least its first 8 digits

cmd-log = The logs of the nodes.
cmd-log-show = Show the logs of a node, newest first.
    .node = Key of the node (or at least its first 8 digits), or code of its administration
    .log = This log only
    .before = Only entries before this number
    .limit = How many entries of each log, at most 500 (default: 20)

cmd-archive = The whole ledger in one file, for whoever has no node.
cmd-archive-export = Write an archive: charter, mandates, all entries, sealed by this node.
    .all = Everything that the node holds
    .output = The file to write
cmd-verify = Check an archive, without a network or a node's home, and say what it proves.
    .file = The archive
    .network = The network that it must be of
cmd-store = What the node keeps on disk.
cmd-store-verify = Read the whole ledger again and verify every entry.
cmd-store-rebuild = Make the index and the registers again from the ledger (node stopped).

## Units

size-b = { $number } B
size-kib = { $number } KiB
size-mib = { $number } MiB
size-gib = { $number } GiB
time-seconds = { $number } s
time-minutes = { $number } min
time-hours = { $number } h
time-days = { $number } d

## Column heads

col-administration = administration
col-name = name
col-kind = kind
col-key = key
col-node = node
col-number = number
col-label = label
col-addresses = addresses
col-signature = signature
col-state = state
col-missing = missing
col-received = received
col-waits = waits for
col-id = id
col-title = title
col-lang = language
col-size = size
col-version = version
col-clock = clock
col-file = file
col-sequence = no.
col-act = act
col-effect = effect
col-entries = entries
col-in-force = in force
col-void = void
col-waiting = waiting
col-sealed = sealed
col-from = first
col-until = last
col-commission = commission
col-host = host
col-members = members
col-api = API
col-home = home
col-pid = process

## Charter and mandates

kind-member = member
kind-regional-office = regional office
kind-partner = partner
charter-vacant = vacant
charter-founded = Charter written to { $file }, network { $id }.
charter-founded-next = It needs { $threshold } signatures of keyholders ({ $keyholders }): "palabre charter sign { $file }" at each.
charter-signed = Signed for { $administration }.
charter-signed-already = Signed already for { $administration }: nothing to do.
charter-signed-next = { $missing } more needed: take { $file } to another keyholder.
charter-signed-held = Signatures still missing: { $missing }. The other keyholders sign with "palabre charter sign" or "palabre application approve".
charter-signed-enough = The charter is in force. Give it to every node: "palabre init --charter { $file }".
charter-signatures = Signatures of keyholders: { $signed } of { $needed } needed.
charter-signers = Signed by: { $signers }.
charter-invalid-signatures = { $count ->
    [one] One signature is not valid and does not count.
   *[other] { $count } signatures are not valid and do not count.
}
charter-invariants-kept = All rules are kept.
charter-checked = Revision { $revision } of network { $network }
charter-presidency = Presidency: { $administration }
charter-secretariat = Secretariat: { $administrations }
charter-assessors = Assessors: { $administrations }
charter-vice-presidency = Vice-presidency of the region: { $administration }
charter-keyholders = Keyholders: { $keyholders }; { $threshold } signatures needed
charter-key-proved = { "  " }{ $administration } last showed its key on { $at }
charter-key-overdue = { "  " }{ $administration } last showed its key on { $at }: MORE THAN A YEAR AGO
charter-key-never = { "  " }{ $administration } has NEVER shown its key
proof-carried = { $administration } has shown its key on { $at }; the other nodes receive it by themselves.
proof-made = Statement of { $administration } of { $at } in { $file }: "palabre charter prove { $file }" at any node.
charter-refounds = FOUNDED ANEW after network { $network }, whose last revision is { $revision }. Why: { $reason }
charter-refounded-next = Each node starts in a new home ("palabre --home NEW init --charter FILE"); the old homes keep what was written and can still be read.
charter-review-by = To be reviewed by { $date }
charter-adopted = Revision { $revision } has all its signatures: it governs, and the other nodes receive it by themselves.
charter-adopted-file = Revision { $revision } has all its signatures. Hand { $file } to a node: "palabre charter sign { $file }" where one runs.
charter-before-unknown = Revision { $before } is not known here: only this one's own rules are checked, and what it changes cannot be shown. "palabre charter show FILE" shows what it says.
charter-signing = Revision { $revision } changes revision { $before } so:
charter-signed-another = BEWARE: this administration has signed another revision { $revision } already ({ $hash }). If both are adopted, the network is in dispute.
charter-not-running = The node does not run: this is the founding charter of this home; there may be later revisions.
charter-written = All revisions, signatures and mandates are in { $file }.
invite-made = Invitation good for one application, until { $until }. Hand this text, whole, to whom is to join:
invite-next = On the new machine: "palabre join TEXT". There the application is handed in to: { $addresses }

ask-administration = Code of your administration (for example TG)?
ask-new = Does { $administration } join this network for the first time (y/n)?
ask-yes-or-no = Answer yes or no.
ask-name = Its full name?
ask-contact = Whom to call to compare the words (name and number)?
ask-address = Lasting address of this node (empty if it has none)?
ask-words = The six words that the applicant reads out on the telephone?

join-made = Application of node { $node } for { $administration }.
join-file = It is in { $file }: carry it to whom has invited you ("palabre application approve FILE").
join-taken = Handed in to { $address }
join-not-taken = Not handed in to { $address }: { $why }
join-words = Your words, to be read out when you are called:
join-next = Run the node: "palabre --home { $home } run". It starts by itself as soon as it is admitted.

applications-none = No application.
application-head = Application { $id }
application-node = Node { $node } ("{ $label }") of { $administration }
application-newcomer = New key of { $name } ({ $kind }): { $key }
application-addresses = Addresses: { $addresses }
application-contact = Contact: { $contact }
application-invited = Invited by { $administration }, until { $until }
application-words = Call { $contact } on a number that you know already, and have these words read out:
application-waits = Waits for: { $waits }
approve-mandated = The node is in the mandate of { $administration }; it starts by itself.

waits-proposal = a proposal that gives the administration its key ("palabre application approve")
waits-signatures = revision { $revision }: { $signed } of { $threshold } signatures; { $lacking } more of { $missing } would do
waits-mandate = the mandate of { $administration }, by its key
waits-restoration = { $administration } is suspended: a revision must restore it
waits-nothing = nothing: the node is admitted

refusal-malformed = what came cannot be read or does not count
refusal-other-network = the invitation is for another network
refusal-signature = a signature is not valid
refusal-not-entitled = who invited may not invite, or not any more
refusal-expired = the invitation has expired
refusal-wrong-code = the code is not that of the invitation
refusal-used-code = another node has used this invitation
refusal-other-key = the charter gives this administration another key
refusal-no-key = this administration has no key in the charter yet (try again with --new)
refusal-full = the list of applications is full
refusal-busy = the node cannot take it now
charter-dispute = *** DISPUTE: { $count } adopted revisions stand against one another. The last undisputed revision governs, with the cutoffs of all of them, until a settlement. ***
charter-disputed = Disputed revision { $revision } { $hash }, signed by { $signers }:

charter-dispute-next = To settle it: "palabre charter settle ID -o FILE" with the revision that is to be kept, then the signatures of the keyholders who did not sign two of them.
settlement-made = Settlement of revision { $revision } in favour of { $keeps }, in { $file }; nobody has signed it. It changes:
settlement-made-next = It needs { $threshold } of the keyholders who did not sign two of them ({ $counts }): "palabre charter sign { $file }" at each.
settlement-twice = Signatures that do not count here: { $twice } signed two of the disputed revisions.

change-line = { "  " }– { $change }
change-office = { $office }: { $after } (until now: { $before })
change-host = Commission { $commission }: { $after } presides (until now: { $before })
change-seats = Commission { $commission }, joining: { $joined }; leaving: { $left }
change-admitted = { $code } enters the charter: { $name } ({ $kind }), key { $key }
change-removed = { $code } leaves the charter
change-suspended = { $code } is suspended
change-restored = { $code } is not suspended any more
change-key = { $code } has the key { $after } (until now: { $before })
change-no-key = none
change-keyholders = Keyholders, joining: { $joined }; leaving: { $left }
change-threshold = Threshold: { $after } signatures (until now: { $before })
change-review-by = To be reviewed by { $after } (until now: { $before })
change-cut = { $code }: { $logs ->
    [0] none of its logs counts under what it loses
    [one] one log counts up to its known end; what follows is judged under this revision
   *[other] { $logs } logs count up to their known ends; what follows is judged under this revision
}
change-settles = Settles a dispute among { $revisions } revisions
change-other = Another change, in the field "{ $field }"
office-presidency = Presidency
office-secretariat = Secretariat
office-assessor = Assessors
office-vice-presidency = Vice-presidency of the region

proposal-made = Revision { $revision } proposed in { $file }; nobody has signed it. It changes:
proposal-made-next = Each keyholder reads and signs it: "palabre charter sign { $file }".
proposal-head = Proposal of revision { $revision } ({ $hash }): { $lacking ->
    [one] one signature is missing
   *[other] { $lacking } signatures are missing
}
proposal-count = { $by }: { $threshold } needed; signed: { $signed }; not signed: { $missing }
count-before = Present keyholders
count-own = New keyholders
count-all = Keyholders

history-head = Revision { $revision }, { $at }: { $standing }
history-signers = { "  " }{ $hash }, signed by { $signers }
standing-in-force = in force
standing-followed = followed by a later one
standing-disputed = disputed
standing-proposed = proposed

signers-none = nobody

breach-list = { $line }
    { $rest }
breach-none = none
breach-code-twice = The code { $code } stands twice: no code twice.
breach-key-twice = The key { $key } is that of two administrations: no key twice.
breach-unknown = { $code } holds an office, a seat or a key, and is not among the administrations.
breach-presidency = { $count ->
    [0] Nobody holds the presidency: the leader does.
   *[other] { $count } administrations hold the presidency: the leader holds it alone.
}
breach-leader-no-member = { $code } holds the presidency and is no member.
breach-secretariat = The leader, { $code }, leads the secretariat: it must be named there first.
breach-assessor = { $code } cannot be an assessor: assessors are members other than the leader.
breach-assessor-twice = { $code } is an assessor twice.
breach-regional-office = The charter lists { $count } regional offices: it takes one, in the secretariat.
breach-leader-absent = The leader sits in all commissions, and is missing in { $commission }.
breach-host = { $code } hosts { $commission } and is not among its members.
breach-seat = { $code } cannot have this seat in { $commission }: seats are for members, one each.
breach-commission-twice = The commission { $commission } stands twice.
breach-key-missing = { $code } is a keyholder and has no key: add "--key { $code }=…".
breach-keyholder = { $code } cannot be a keyholder: members and the regional office, once each.
breach-threshold = A threshold of { $threshold } of { $keyholders }: it takes at least two thirds, and at most all.
breach-review-by = "{ $date }" is not a date YYYY-MM-DD.
breach-number = Revision { $found } cannot follow revision { $before }: exactly the next one, never a jump.
breach-previous = It names another revision { $before } before it: a proposal follows the revision that it was made for.
breach-no-cutoff = { $code } loses { $loss }: a revision that takes something away carries a list of what still counts.
breach-stranger-cut = A list is about { $code }, which was not in the revision before.
loss-place = its place in the charter
loss-key = its key
loss-kind = its kind
loss-rights = its rights by suspension
loss-office = an office
loss-seat = a seat in a commission

mandate-added = Mandate of { $administration } written to { $file }.
mandate-no-sealing = The node { $node } has no sealing key there: it will read only what is public. Mandate it with its file node.public, and it reads the rest.
mandate-added-next = Give it, with the charter, to every node of the network: "palabre init --charter … --mandate …".
mandate-none = No mandate.
mandate-handed-in = Mandate number { $number } of { $administration } handed to the node; the others receive it by themselves.
mandate-revoked = The node { $node } does not act for { $administration } any more. What still counts:
mandate-end = { "  " }log { $log }, up to number { $sequence }
mandate-in-force = in force
mandate-not-in-force = not in force
mandate-unknown = unknown (node not running)
signature-valid = valid
signature-invalid = NOT VALID
signature-unchecked = not checked (no charter)

## Home of the node

init-home = Home of the node: { $home }
init-node = Key of the node: { $node }
init-administration = Key of the administration { $administration }: { $key }
init-network = Network { $network }, { $mandates ->
    [one] one mandate
   *[other] { $mandates } mandates
}.
init-next-charter = Next: exchange these keys, found and sign the charter ("palabre charter found", "palabre charter sign"), then "palabre init --charter FILE --mandate FILE…".
init-next-mandate = Next: no mandate names this node. Sign one ("palabre mandate add"), then "palabre init --mandate FILE".
init-next-run = Next: "palabre run".

## Node

status-node = Node of { $administration }: { $node }
status-network = Network { $network }, charter revision { $revision }
status-mandate-dispute = *** DISPUTE: { $administration } has signed two mandates of one number; the one before governs until a revision names one ("palabre mandate show"). ***
status-listen = Listens on { $address }
status-ledger = Ledger { $hash }
status-state = State ({ $audience }) { $hash }
status-level = Up to date with all that it has heard of.
status-behind = { $entries ->
    [one] One entry is still expected
   *[other] { $entries } entries are still expected
}, for { $since }.
status-paused = Writing is paused: { $obstacle }
obstacle-disk-full = the disk is full, or has less room left than the node keeps free.
obstacle-read-only = the folder of the node can only be read.
obstacle-folder-missing = a folder of the node was removed, renamed or unmounted while it was running.
obstacle-exhausted = the process has no file descriptors or memory left.
obstacle-disk-failing = the disk reports errors.
obstacle-not-admitted = the node is not admitted yet.
status-ended-abruptly = The program did not stop in good order last time (power cut, kill, or no memory left). The ledger was checked at this start.
status-descriptors = { $used } of { $limit } file descriptors were in use, { $ago } ago: connections wait while none is free. Raise the limit (LimitNOFILE in the service's file).
status-memory = { $used } of { $limit } of memory were in use, { $ago } ago: beyond it the program ends and is started again. Raise the limit (MemoryMax in the service's file).
status-keyholders = { $overdue } of { $keyholders } keyholders have not shown their key for a year: "palabre charter prove" at each of them ("palabre charter show" names them).
status-keyholders-risk = BEWARE: { $overdue } of { $keyholders } keyholders have not shown their key for a year, and { $threshold } must sign: one more, and the charter cannot be changed any more. "palabre charter prove" at each of them; who has lost its key gets a new one ("palabre charter propose --key").
status-peers = Connected to { $connected } of the { $all } other nodes.

peer-none = No other node is known.
peer-connected = connected
peer-dialing = calling
peer-waiting = will try again
peer-known = known, not needed
peer-no-address = no address
peer-not-admitted = not admitted

why-node = { $administration } { $node }
why-state = State: { $state }
why-address = Address: { $address } ({ $source })
why-connected = Connected to { $address } since { $since }
why-last-attempt = Last attempt: { $at }; failures in a row: { $failures }
why-last-error = What came back: { $detail }
why-next-attempt = Next attempt: { $at }
why-missing = { $entries ->
    [one] It shows one entry that is missing here.
   *[other] It shows { $entries } entries that are missing here.
}
reason-connected = It is connected: nothing to do.
reason-this-node = This is the node itself.
reason-not-mandated = No mandate in force names it: none ever did, or it was revoked. Let its administration mandate it ("palabre mandate add").
reason-suspended = Its administration is suspended by the charter.
reason-mandate-disputed = Its administration has signed two mandates of one number: neither counts.
reason-no-address = No address of it is known: it has to call, or add a [[peer]] block to node.toml.
reason-enough-connections = This node has its connections; it will call that one when it needs it.
reason-not-tried-yet = It has not been called yet.
reason-unreachable = Nothing answers at its addresses: node stopped, link down or port closed. The attempts go on.
reason-other-node = Another node answers at its address: check the address or the key.
reason-closed-by-peer = It answered and closed: it does not admit this node (does it lack our mandate?) or has its connections.
reason-paused = It broke a limit; it is left alone for a while.
source-mandate = mandate
source-configuration = node.toml
source-local-network = local network
source-peer = said by itself
source-witness = witness

log-node = Logs of { $administration } { $node }
log-none = Nothing of this node has come here.
log-head = Log { $log }, { $sequence ->
    [one] one entry
   *[other] { $sequence } entries
} without a gap
log-forked = FORKED from entry { $sequence } on: nothing has effect there since.
effect-in-force = in force
effect-void = void
effect-waiting = waiting
effect-forked = forked
effect-sealed = sealed for others

act-head = { $act } { $id }
act-object = On { $id }
act-by = By { $administration } (node { $node }), { $at }
act-log = Log { $log }, number { $sequence }
act-effect = Effect: { $effect }
act-upheld = Upheld by { $administration }: what it says is in force there ({ $id })
act-upholds = Upholds { $id }
act-upheld-now = Upheld: what the act says is in force by { $id }

void-no-act = it is no act
void-malformed = the act is malformed
void-unknown-kind = this version of the program does not know this kind of act
void-wrong-place = its place is not the one after the acts that it names
void-foreign-after = it names as being before it an entry of another object
void-broken-after = it names as being before it an entry that is no act or is out of place
void-not-mandated = its author is not a node of the mandate that it cites
void-revoked = its author is revoked: it comes after what counts of it
void-cut-in-dispute = revisions or mandates that stand against one another cut it off, until they are settled
void-suspended = its administration is suspended
void-not-allowed = its administration has no right to this act
void-opener-void = the act that opened the object is void
void-other-kind = the object is of another kind
void-withdrawn = its author knew that the object had been withdrawn
void-other-key = what it says is not signed by the key that the charter gives the administration
void-not-void = what it upholds is in force, or upheld already
void-not-upholdable = it upholds an act that itself upholds another
void-other-audience = it is for other readers than its object, or than acts of its kind
void-outside = its administration is not in the audience that it writes to

## Documents

document-published = Published: { $id }
document-revised = Version added: { $id }
document-withdrawn = Document withdrawn; it stays readable.
document-none = No documents yet.
document-list-next = To get a document: "palabre document get ID -o FILE".
document-got = { $file }: { $size }
document-id = Id: { $id }
document-by = Published by { $administration } (node { $node }), { $at }
document-audience = Audience: { $audience }
document-state = State: { $state }
document-withdrawal = Withdrawn at { $at }: { $reason }
document-state-published = published
document-state-withdrawn = withdrawn
document-state-incomplete = on its way
document-state-several = { $count } versions side by side
version-stands = stands
version-replaced = replaced
version-incomplete = content on its way
version-void = void: { $reason }

## Archives

archive-made = { $file }: { $size }, { $records ->
    [one] one record
   *[other] { $records } records
}, read again and sealed.
archive-next = To check it on any machine: palabre verify { $file }
verified-whole = The archive is whole: { $entries ->
    [one] one entry, its signature valid
   *[other] { $entries } entries, each signature valid
}.
verified-seal = Sealed { $by }, on { $at } by its clock.
verified-by = by node { $node } of { $administration }
verified-by-unknown = by node { $node }, which the charter of the archive does not admit
verified-network = Network: { $network }
verified-charter = Charter in force: revision { $revision }.
verified-void = { $count ->
    [one] One act is void:
   *[other] { $count } acts are void:
}
verified-void-act = {"  "}{ $id }  { $administration }  { $act }: { $reason }
verified-void-more = {"  "}… and { $count } more; "--json" names all.
verified-fork = Log { $log } of { $author } is forked at entry { $sequence }: nothing of it has effect from there on.
verified-ahead = { $count ->
    [one] One entry follows a gap in its log and has no effect yet.
   *[other] { $count } entries follow a gap in their log and have no effect yet.
}
verified-disputed = Revisions of the charter contradict each other; none of them governs until they are settled.
verified-proves = Proven: who signed what, in which order within each log, and what counts under this charter. Not proven: dates, which each author wrote himself, and that the archive holds what its node did not hold. Compare the network's identifier with the one that your administration knows.

## On disk

store-verified = { $entries ->
    [one] One entry verified
   *[other] { $entries } entries verified
}.
store-damage = { $file }, byte { $offset }: { $entry }
store-mended = { $count ->
    [one] One damaged place: what was in it has been written again elsewhere.
   *[other] { $count } damaged places: what was in them has been written again elsewhere.
}
store-entry = entry { $sequence } of log { $log } of { $author }
store-entry-unknown = its content cannot be made out
store-rebuilt = { $records ->
    [one] Index made again from one record.
   *[other] Index made again from { $records } records.
}

## Demo

demo-starting = { $count ->
    [one] Starting one node in { $dir }…
   *[other] Starting { $count } nodes in { $dir }…
}
demo-ready = The network is up: { $count } nodes, { $documents ->
    [0] with the documents that it had
    [one] one document published
   *[other] { $documents } documents published
}, the same everywhere.
demo-try = To try, in another terminal:
    { "  " }{ $program } --home { $one } document list
    { "  " }{ $program } --home { $one } document publish FILE --title "A title" --lang en
    { "  " }{ $program } --home { $other } document list
    { "  " }{ $program } --home { $one } peer list
    { "  " }kill -9 { $pid }    (a node dies; the others go on)
    { "  " }{ $program } --home { $other } run    (it comes back and catches up)
demo-end = Ctrl-C stops everything. All is described in { $record }
demo-child-ended = The node of { $administration } has ended ({ $status }). To bring it back: "palabre --home { $home } run".
demo-stopping = Stopping the nodes…
demo-kept = The network stays in { $dir }: "palabre demo --dir { $dir }" starts it again.

## Causes

cause-not-found = it does not exist
cause-permission = this user has not the right
cause-exists = it exists already
cause-full = the disk is full
cause-read-only = the disk is read-only
cause-directory = it is a folder
cause-address-in-use = the address is taken
parameter-missing = it is missing
parameter-twice = it is given twice
parameter-unknown = there is none of this name
parameter-zero = it is 0
parameter-beyond = it is more than { $most }
cause-other = { $detail }

## Errors

err-lang = "{ $lang }" is no language of Palabre.
    .why = Messages exist in French (fr), English (en) and Portuguese (pt).
    .next = Give --lang fr, en or pt.
err-usage = The arguments do not go together: { $argument }
    .why = The command does not understand them so.
    .next = See "{ $help }".
err-usage-unknown = Unknown argument: { $argument }
    .why = This command has none of that name.
    .next = See "{ $help }".
err-usage-command = Unknown command: { $command }
    .why = Palabre has no command of that name.
    .next = See "{ $help }".
err-usage-no-command = A command is missing.
    .why = Palabre does not know what to do.
    .next = See "{ $help }".
err-usage-missing = Missing: { $argument }
    .why = The command needs it.
    .next = See "{ $help }".
err-usage-value = The value "{ $value }" does not fit { $argument }.
    .why = { $meaning }
    .next = See "{ $help }".
err-usage-conflict = { $argument } does not go with { $other }.
    .why = One excludes the other.
    .next = See "{ $help }".
err-json-output = With --json, the content must go into a file.
    .why = The standard output is for the JSON.
    .next = Add -o FILE, or leave out --json.

err-read = { $file } cannot be read.
    .why = Cause: { $cause }.
    .next = Check the path and the permissions.
err-write = { $file } cannot be written.
    .why = Cause: { $cause }.
    .next = Check the folder, the permissions and the room on the disk.
err-exists = { $file } exists already.
    .why = A file that matters is never overwritten.
    .next = Choose another name, or move that file away.
err-random = The system gives no randomness.
    .why = { $detail }
    .next = Without randomness no key is safe: check the machine.
err-malformed = { $file } is not the file that is expected.
    .why = { $detail }
    .next = Ask whoever made the file for it again.

err-home-exists = { $home } is the home of a node already.
    .why = Making another in its place could destroy keys.
    .next = Choose another folder with --home.
err-no-home = { $home } is not the home of a node.
    .why = It was not made by "palabre init".
    .next = Name the right folder with --home, or make it: "palabre init".
err-home-folder = The folder { $folder } is missing.
    .why = It was removed, or it is on a disk that is not mounted.
    .next = Mount the disk or restore the backup; do not make it anew, empty.
err-home-locked = The home { $home } is held by another process ({ $process }).
    .why = Only one process at a time runs a node or changes what it keeps.
    .next = Stop that node first.
err-secret-open = { $file } has mode { $mode }: others can read the secret.
    .why = A secret is for its owner alone (0600).
    .next = chmod 600 { $file }; if others may have read it, replace the key.
err-secret-format = { $file } does not hold a key.
    .why = It takes one line of 64 hexadecimal digits.
    .next = Restore this file from a backup.
err-no-administration-key = The administration's key is not in { $home }.
    .why = Only this key can sign a charter or a mandate.
    .next = Name the home where it is (--home), or make it: "palabre init --administration CODE".
err-settings = { $file }, line { $line }: wrong setting.
    .why = "{ $text }": { $detail }
    .next = Correct this line; the template config/node.toml explains every setting.

err-no-charter = This node has no charter ({ $home }).
    .why = A node belongs to a network only by its signed charter.
    .next = "palabre init --charter FILE --mandate FILE…"
err-not-genesis = { $file } is revision { $revision }.
    .why = A network is founded on revision 1.
    .next = Take the file of revision 1.
err-no-genesis = { $file } does not contain revision 1.
    .why = A node checks every revision from the first.
    .next = Ask for the whole charter: "palabre charter show --output FILE" writes it, on a running node.
err-chain = Revision { $revision } in { $file } does not count.
    .why = { $detail }
    .next = Ask for the whole charter: "palabre charter show --output FILE" writes it, on a running node.
err-invariants = The charter breaks rules.
    .why = { $breaches }
    .next = Correct the template, then make the charter again.
err-threshold = The charter is not in force: { $signed } signatures of keyholders of { $needed } needed.
    .why = Signed by: { $signers }
    .next = Have further keyholders sign it: "palabre charter sign".
err-no-keyholder = This administration is no keyholder in this charter.
    .why = The key { $key } is that of no keyholder.
    .next = Check the file, the home (--home) and the key given to "charter found".
err-no-revision = No undisputed revision answers to this.
    .why = The last one is revision { $last }.
    .next = "palabre charter history" shows all revisions and their dates.
err-number-adopted = { $file } is a revision { $revision }, and another is adopted already.
    .why = Signing a second one of that number would put the network into dispute.
    .next = Make the proposal again after the revision in force: "palabre charter propose".
err-revision-foreign = { $file } (revision { $revision }) follows a revision that this network does not have.
    .why = The { $last } revisions of this network are known: this one is of another network.
    .next = Check the file and the home (--home).
err-revision-ahead = { $file } is revision { $revision }, and the revision in force here is { $last }.
    .why = A revision follows exactly the one before it, adopted: never a jump.
    .next = Have the revision before adopted first, or wait until it reaches this node.
err-succession = { $file } (revision { $revision }) cannot follow the revision before.
    .why = { $breaches }
    .next = Make the proposal again: "palabre charter propose".
err-settles = { $file } (revision { $revision }) settles among revisions that are not all adopted here.
    .why = A settlement names adopted revisions of its number.
    .next = Wait until they reach this node: "palabre charter history".
err-handed-in = The node does not take what it was handed.
    .why = { $detail }
    .next = "palabre charter check FILE" says which rule is not kept.
err-propose-stranger = { $administration } is not in the charter.
    .why = Offices, seats and keys go to administrations of the charter.
    .next = Check the code: "palabre charter show".
err-propose-listed = { $administration } is in the charter already.
    .why = One enters it once; an administration that has no key yet is given one.
    .next = To give it a key: "palabre charter propose --key { $administration }=KEY".
err-propose-commission = There is no commission { $commission }.
    .why = The commissions are those of the charter.
    .next = "palabre charter show" shows them.
err-propose-nothing = The charter says so already: nothing would change.
    .why = A revision changes something.
    .next = Say what is to change: "palabre charter propose --help".
err-propose-mandate = "{ $digits }" is not the beginning of a single mandate of { $administration }.
    .why = A mandate is named by at least eight digits of its hash.
    .next = "palabre mandate show" shows them all.
err-propose-last-mandate = { $administration } loses nothing: its mandate counts as it is.
    .why = A last rightful mandate is said of whoever gets another key, or loses a right.
    .next = Add "--key { $administration }=KEY", or leave out "--last-mandate".
err-propose-invariants = The proposed charter breaks rules.
    .why = { $breaches }
    .next = Add what is missing to "palabre charter propose", for example another host (--host).
err-dispute = Two adopted revisions stand against one another: nothing else can be proposed.
    .why = A keyholder has signed two revisions of one number.
    .next = The settlement comes first: "palabre charter settle".
err-no-dispute = No two revisions stand against one another: nothing is to be settled.
    .why = Every adopted revision follows the one before.
    .next = See "palabre charter history"; other changes: "palabre charter propose".
err-not-disputed = { $hash } is not the beginning of a single disputed revision.
    .why = A settlement keeps one of the revisions that stand against one another.
    .next = "palabre charter show" names them.
err-signed-both = { $administration } has signed two of the disputed revisions: it does not sign their settlement.
    .why = Only the keyholders who did not sign both settle a dispute: { $counts }.
    .next = Take the file to one of them.
err-no-administration = The key { $key } is that of no administration in this charter.
    .why = A mandate is signed by the key that the charter gives the administration.
    .next = Check the file and the home (--home).
err-other-network = { $file } is the charter of another network.
    .why = A node belongs to one network for ever: its logs are signed for it.
    .next = Take another home for the other network (--home).
err-template = The charter template cannot be read.
    .why = { $detail }
    .next = Compare it with config/charter.toml.
err-template-stranger = A key is given for { $code }, which the template does not list.
    .why = Only administrations of the template enter the charter.
    .next = Check the code, or add the administration to the template.
err-mandate = The mandate cannot be made.
    .why = { $detail }
    .next = Check the node and its addresses (at most 8).
err-mandate-stranger = { $file } is by { $administration }, which has no key in the charter.
    .why = Without a key in the charter a mandate cannot be verified.
    .next = Check that the charter and the mandate are of one network.
err-mandate-signature = The signature of { $file } is not by { $administration }.
    .why = The file was changed, or it is signed for another network or with another key.
    .next = Ask { $administration } for the file again.
err-mandate-invalid = The signature of the mandate of { $administration } is not valid.
    .why = It is not by the key that the charter gives this administration.
    .next = Do not use this file; ask { $administration } for it again.
err-mandate-nowhere = The mandate would go nowhere.
    .why = The node does not run, and no file is given.
    .next = Give a file (-o), or start the node: "palabre run".
err-mandate-listed = The node { $node } is mandated already.
    .why = The mandate in force names it.
    .next = "palabre mandate show" shows it.
err-mandate-unlisted = No single mandated node of this administration answers to { $node }.
    .why = The mandate in force does not name exactly one node whose key begins so (8 digits or more).
    .next = "palabre mandate show" shows them.
err-node-card = { $file } does not say who a node is.
    .why = { $detail }
    .next = Give the node's key (64 hexadecimal digits), or the file node.public of its home.
err-not-mandated = No mandate names this node ({ $node }).
    .why = The others let in only nodes under a mandate.
    .next = Sign a mandate ("palabre mandate add"), then "palabre init --mandate FILE".

err-not-running = The node does not answer at { $address }.
    .why = It is not running, or another address is set in { $home }/node.toml.
    .next = Start it: "palabre --home { $home } run".
err-answer = What answers at { $address } is no Palabre node.
    .why = { $status }
    .next = Check what listens at this address.
err-broken-off = The exchange with the node ({ $address }) broke off.
    .why = { $detail }
    .next = Look into the node's log, then try again.
err-internal = The node failed.
    .why = { $detail }
    .next = Look into the node's log.
err-listen = The node cannot listen on { $address }.
    .why = { $detail }
    .next = Set "listen" in node.toml, or stop what holds this address.
err-address-in-use = The HTTP API cannot listen on { $address }.
    .why = Cause: { $cause }.
    .next = Set another address in node.toml ("api = …"), or stop what holds it.

err-no-act = { $id } is no act that counts or is void here.
    .why = Its log does not reach it here yet, or its content has not come, or is damaged.
    .next = Wait until it arrives; "palabre log show NODE" shows the logs of its author.
err-not-void = The act { $id } needs nobody to uphold it.
    .why = It is in force, or another act upholds it already.
    .next = See which: "palabre act show { $id }".
err-not-upholdable = The act { $id } takes effect with nobody who upholds it.
    .why = { $reason }
    .next = Do the same anew in an act of your own.
err-act-waits = The act { $id } waits.
    .why = What it builds on, or the charter revision or mandate that it cites, has not come here.
    .next = Try again later; "palabre peer list" says who can be reached.
err-object-unknown = Nothing has the id { $id }.
    .why = This node knows no entry whose id begins so.
    .next = Check the id ("palabre document list"), or wait until it arrives.
err-object-ambiguous = Several objects have an id that begins with { $id }.
    .why = These digits do not tell them apart.
    .next = Give more digits.
err-object-prefix = "{ $id }" is no id.
    .why = An id has 64 hexadecimal digits; the first 8 or more will do.
    .next = Copy it from "palabre document list --json".
err-no-document = { $id } is no document.
    .why = This entry opens none.
    .next = See "palabre document list".
err-no-version = The document { $id } has no version { $version }.
    .why = This entry is not a version of it.
    .next = See "palabre document show { $id }".
err-incomplete = The content of { $id } has not arrived yet.
    .why = The entry is here; the file follows, from a node that has it.
    .next = Try again later; "palabre peer list" says who can be reached.
err-field = A text of the request does not fit.
    .why = { $detail }
    .next = Correct it, then try again.
err-no-right = The charter does not give this right.
    .why = { $reason }
    .next = Ask the administration that has it.
err-withdrawn = The document { $id } is withdrawn.
    .why = A withdrawn document does not change any more.
    .next = Publish a new document.
err-upload = The content did not come whole.
    .why = { $detail }
    .next = Send it again.
err-too-large = The content is too large: at most { $limit } MiB.
    .why = Every node receives it whole, on slow links too.
    .next = Make the file smaller, or split it into several documents.
err-paused = The node cannot write for now.
    .why = { $obstacle }
    .next = Mend it (make room, mount the disk writable again, put the folder back): the node goes on by itself.
err-waiting = The node cannot open its ledger yet.
    .why = { $obstacle }
    .next = Mend it (make room, mount the disk writable again): the node starts by itself; nothing is lost.
err-not-admitted = The node is not admitted yet.
    .why = Its application is handed in; it starts by itself as soon as that is accepted.
    .next = "palabre join", without an invitation, says what is still missing.
err-unanswered = An answer is missing: { $question }
    .why = { $option } did not say it, and no answer fitted. { $detail }
    .next = Try again, or give it with { $option }.
err-may-not-invite = This node ({ $node }) may not invite.
    .why = Only nodes under a mandate of members and of the regional office invite.
    .next = Ask a member for an invitation.
err-invite = These addresses make no invitation.
    .why = { $detail }
    .next = Give one to three addresses with --address, each with /p2p/ at its end.
err-invitation = This text is no whole invitation.
    .why = { $detail }
    .next = Copy it again, from the first character to the last.
err-invitation-changed = The invitation was changed.
    .why = Its signature is not that of the node that it names.
    .next = Do not use it; ask for another one, by a way that you trust.
err-invitation-code = The code is not that of the invitation.
    .why = It was changed after the signature.
    .next = Ask for another invitation.
err-invitation-expired = The invitation has expired.
    .why = It held until { $until }, by the clock of this machine.
    .next = Check the clock, or ask for another invitation.
err-home-other-network = { $home } belongs to another network than the invitation.
    .why = A node belongs to one network for ever: its logs are signed for it.
    .next = Take another home (--home).
err-heard-other-network = The charter that came is not that of the invitation's network.
    .why = The node that answered is not of this network.
    .next = Tell whom has invited you, and ask for another invitation.
err-application = These answers make no application.
    .why = { $detail }
    .next = Put them right and try again.
err-join-nothing = No application was made from { $home }.
    .why = Without an invitation, "palabre join" hands in again the one that is there.
    .next = Give the invitation: "palabre join TEXT".
err-application-refused = The application is refused.
    .why = { $why }.
    .next = Ask for a new invitation, or put right what is said here.
err-no-door = The application could not be handed in anywhere.
    .why = { $doors }
    .next = Check the link and try "palabre join" again, or carry it as a file: "palabre join TEXT --output FILE".
err-no-application = No application { $id }.
    .why = It is neither a file nor the beginning of the id of a single application.
    .next = See "palabre application list".
err-other-words = The words are not those of this application.
    .why = The machine that was called has other keys than the one that applied.
    .next = Have the words read again; if they stay others, do not approve, and tell whom has invited.
err-approve-suspended = { $administration } is suspended.
    .why = Its nodes have no rights until a revision restores it.
    .next = "palabre charter propose --restore { $administration }".
err-approve-more = The proposed revision { $revision } changes something else too.
    .why = Approving an application signs the entry of an administration or its key, and nothing else.
    .next = Read it ("palabre charter show"), then sign it if it is right: "palabre charter sign { $hash }".
err-not-its-key = The key in this home is not that of { $administration }.
    .why = It is that of { $own }; an administration mandates its nodes itself.
    .next = Approve the application where the key of { $administration } is.
err-stopping = The node is stopping.
    .why = It accepts nothing new.
    .next = Start it again, then try again.

err-token = The token is missing or wrong.
    .why = The API obeys only who can read the file "token" in the node's home.
    .next = Send "Authorization: Bearer TOKEN".
err-host = The request is addressed to { $host }.
    .why = The API answers only to 127.0.0.1, [::1] or localhost, so that no web page can use it.
    .next = Call it by its loopback address.
err-route = There is nothing at { $path }.
    .why = The API has no such address.
    .next = See /api/v1/openapi.json.
err-method = { $method } is not possible on { $path }.
    .why = This address has other methods.
    .next = See /api/v1/openapi.json.
err-parameter = The parameter { $name } does not fit.
    .why = { $detail }
    .next = See /api/v1/openapi.json.
err-body = The body of the request does not fit.
    .why = { $detail }
    .next = See /api/v1/openapi.json.
err-audience = "{ $audience }" is no audience.
    .why = There are public, region, secretariat, commission/ and the id of a commission, and members: and two or more codes in the order of the alphabet, between commas.
    .next = For example --audience region, --audience commission/governance or --audience members:CI,SN.
err-no-sealing-key = This node can seal nothing.
    .why = The mandate in force does not list a sealing key of this node, or not the one that it has.
    .next = Mandate it again with it ("palabre mandate add" and its key, on the machine that has the administration's key), or publish with --audience public.
err-node-unknown = No known node answers to the name "{ $node }".
    .why = It is neither a whole key, nor the beginning of a known one, nor the code of an administration with a mandate.
    .next = See "palabre peer list".
err-node-ambiguous = "{ $node }" names several nodes.
    .why = An administration may have several, and some digits may be common.
    .next = Give more digits of the key; see "palabre peer list --json".

err-export = The archive was not written.
    .why = { $detail }
    .next = Check the space on the disk and "palabre store verify", then try again.

err-export-damaged = { $count ->
    [one] The archive is written, but one place of the ledger could not be read.
   *[other] The archive is written, but { $count } places of the ledger could not be read.
}
    .why = What was there is missing, unless another copy of it was recorded.
    .next = Let the node ask its neighbours for what is missing, then make the archive again under another name.

err-archive = { $file } does not count as an archive.
    .why = { $detail }
    .next = Ask for another copy; trust nothing that this one says.

err-archive-read = { $file } could not be checked.
    .why = { $detail }
    .next = The fault may be this machine's: space in the temporary folder, rights of the file.

err-archive-network = { $file } is of another network.
    .why = The archive is of network { $found }; asked for: { $expected }.
    .next = Check the identifier, or ask for the archive of the right network.

err-store-damaged = { $count ->
    [one] The ledger is damaged at one place.
   *[other] The ledger is damaged at { $count } places.
}
    .why = These bytes are not those that were written: a tired disk, a copy cut short, or a strange hand.
    .next = Nothing else is lost: the node asks the others for these entries again. Have the disk checked.
err-store = What the node keeps cannot be opened.
    .why = { $detail }
    .next = Check the disk; "palabre store verify" says what is damaged.

err-demo-ports = Not enough free ports from { $port } on.
    .why = Every node takes two.
    .next = Give another first port: "palabre demo --port 20000".
err-demo-child = The node of { $administration } ended while it started.
    .why = { $detail }
    .next = All that it said is in { $log }
err-demo-patience = The network is not whole after { $seconds } s.
    .why = A node does not see the others, or has not received everything yet.
    .next = Try fewer nodes (--nodes), and --dir to keep the logs.
