# Tous les textes de la ligne de commande et de l'API, en français.
# Un message « cmd-… » dit ce que fait une commande ; ses attributs, ce que veut dire chaque argument.
# Un message « err-… » dit ce qui ne va pas ; ses attributs, pourquoi (why) et que faire (next).

## Aide

help-usage = Utilisation :
help-commands = Commandes
help-command = COMMANDE
help-arguments = Arguments
help-options = Options

value-dir = DOSSIER
value-file = FICHIER
value-text = TEXTE
value-code = CODE
value-codes = CODE,CODE…
value-api = ADRESSE:PORT
value-address = MULTIADRESSE
value-seat = COMMISSION=CODE
value-at = RÉVISION|DATE
value-date = AAAA-MM-JJ
value-key-of = CODE=CLÉ
value-mandate-of = CODE=EMPREINTE
value-name-of = CODE[:LANGUE]=NOM
value-node-key = CLÉ
value-node-key-or-file = CLÉ_OU_FICHIER
value-invitation = INVITATION
value-file-or-id = FICHIER|ID
value-words = MOTS
value-node = NŒUD
value-number = NOMBRE
value-port = PORT
value-id = ID
value-lang = LANGUE
value-audience = AUDIENCE
value-log = JOURNAL

cmd = Palabre : le réseau des administrations douanières, sans serveur central.
    .home = Dossier du nœud (défaut : $PALABRE_HOME, sinon ~/.palabre, sinon /var/lib/palabre)
    .json = Répondre en JSON (noms stables, en anglais)
    .lang = Langue des messages : fr, en ou pt (défaut : LANG, sinon le français)
    .help = Afficher cette aide
    .version = Afficher la version

cmd-init = Créer le dossier d'un nœud, ou y ajouter la charte et des accréditations.
    .administration = Créer aussi la clé de cette administration ici (code de la charte, par exemple CI)
    .api = Adresse de l'interface HTTP, sur la boucle locale (défaut : 127.0.0.1:8700)
    .listen = Adresse où les autres nœuds le joignent ; répétable (défaut : TCP et QUIC, port 8710)
    .charter = Charte signée avec laquelle démarrer : la révision 1, ou toutes les révisions en un fichier
    .mandates = Accréditation d'une administration ; répétable

cmd-invite = Faire une invitation : un texte signé pour qui doit rejoindre le réseau, bon pour une candidature.
    .days = Pendant combien de jours elle vaut, de 1 à 60 (défaut : 14)
    .addresses = Où remettre la candidature, avec /p2p/ à la fin ; répétable, trois au plus (défaut : ce nœud et deux autres)
cmd-join = Créer un nouveau nœud et remettre sa candidature ; sans invitation, la remettre encore et dire ce qu'elle attend.
    .invitation = Le texte que l'on vous a remis
    .administration = Code de l'administration, par exemple TG
    .new = L'administration n'a pas encore de clé dans ce réseau : la créer ici
    .listed = L'administration a déjà sa clé dans ce réseau
    .name = Nom d'une nouvelle administration (défaut : son code)
    .partner = Elle rejoint le réseau comme partenaire, et non comme membre
    .contact = Qui appeler pour comparer les mots : un nom et un numéro
    .addresses = Adresse durable du nœud, par exemple /dns4/noeud.douanes.example/tcp/8710 ; répétable
    .label = Nom que l'administration donne au nœud (défaut : celui de la machine)
    .api = Adresse de l'interface HTTP, sur la boucle locale (défaut : 127.0.0.1:8700)
    .listen = Adresse où les autres nœuds le joignent ; répétable (défaut : TCP et QUIC, port 8710)
    .output = Écrire la candidature dans ce fichier au lieu de la remettre par le réseau
cmd-application = Les candidatures de nouveaux nœuds.
cmd-application-list = Lister les candidatures que tient ce nœud.
cmd-application-show = Montrer une candidature et les mots à comparer.
    .application = Son identifiant, ses premiers chiffres, ou un fichier
cmd-application-approve = Accepter une candidature : faire et signer la proposition ou l'accréditation qu'il lui faut.
    .application = Son identifiant, ses premiers chiffres, ou un fichier
    .words = Les six mots que le candidat a lus au téléphone
cmd-run = Faire tourner le nœud, jusqu'à SIGTERM ou Ctrl-C.

cmd-demo = Tout un réseau sur cette machine, avec des documents d'exemple.
    .nodes = Nombre de nœuds, de 2 à 24 (défaut : 5)
    .dir = Dossier du réseau, conservé à la fin ; sinon un dossier provisoire
    .port = Premier port des interfaces HTTP (défaut : 8700)

cmd-status = Dire comment va le nœud.

cmd-peer = Les autres nœuds.
cmd-peer-list = Lister les autres nœuds.
cmd-peer-why = Dire pourquoi un nœud est connecté ou ne l'est pas.
    .node = Clé du nœud (ou ses 8 premiers chiffres au moins), ou code de son administration

cmd-document = Les documents que les administrations partagent.
cmd-document-publish = Publier un fichier comme document.
    .file = Le fichier, 16 Mio au plus
    .title = Son titre
    .document-lang = La langue du document : fr, en ou pt
    .audience = Qui peut le lire : public (tous les nœuds), region, secretariat, commission/ID ou members:CI,SN ; sans cette option : region
    .urgent = Le transmettre avant tout le reste
cmd-document-revise = Ajouter une version à un document.
    .id = Le document
    .file = Le fichier, 16 Mio au plus
    .title = Un nouveau titre (défaut : celui de la version d'avant)
    .document-lang = La langue : fr, en ou pt (défaut : celle de la version d'avant)
    .urgent = La transmettre avant tout le reste
cmd-document-withdraw = Retirer un document ; il reste lisible, marqué comme retiré.
    .id = Le document
    .reason = Pourquoi, pour ses lecteurs
cmd-document-list = Lister les documents.
cmd-document-show = Montrer un document et ses versions.
    .id = Le document : son id, ou ses 8 premiers chiffres au moins
cmd-document-get = Obtenir le contenu d'un document.
    .id = Le document : son id, ou ses 8 premiers chiffres au moins
    .version = Cette version plutôt que celle en vigueur
    .output = Où l'écrire (défaut : la sortie standard)

cmd-charter = La charte de la région.
cmd-charter-found = Faire la révision 1 d'un modèle et de clés ; elle reste à signer.
    .template = Le modèle (défaut : celui de la région)
    .keys = La clé d'une administration, CI=64 chiffres hexadécimaux ; répétable
    .keyholders = Les détenteurs de clé, à la place de ceux du modèle
    .threshold = Combien doivent signer, à la place de ce que dit le modèle
    .output = Où écrire la charte
cmd-charter-propose = Faire la révision suivante par de courts changements ; elle reste à signer.
    .admits = Une administration qui entre dans la charte, avec sa clé, OMD=64 chiffres hexadécimaux ; répétable
    .names = Son nom, OMD=NOM dans toutes les langues, OMD:en=NOM dans une seule ; répétable
    .partners = Celles qui entrent comme partenaires (défaut : comme membres)
    .assessors = Les deux assesseurs, par exemple SN,GA
    .leader = Le pays leader : présidence, secrétariat et toutes les commissions
    .vice-presidency = La vice-présidence de la région
    .hosts = Qui préside une commission, par exemple solutions=SN ; répétable
    .seats = Qui prend un siège dans une commission, par exemple solutions=SN ; répétable
    .leaves = Qui quitte une commission, par exemple solutions=SN ; répétable
    .suspend = Les administrations dont les droits sont suspendus
    .restore = Les administrations dont les droits sont rétablis
    .keys = La nouvelle clé d'une administration, CI=64 chiffres hexadécimaux ; répétable
    .last-mandates = La dernière accréditation légitime d'une administration dont la clé fut volée, SN=premiers chiffres ; répétable
    .remove = Les administrations qui quittent la charte
    .keyholders = Les détenteurs de clé ; le seuil est porté à deux tiers si leur nombre change
    .review-by = La date à laquelle la charte est à relire, AAAA-MM-JJ
    .output = Où écrire la proposition
cmd-charter-history = Montrer toutes les révisions : date, signataires, changements.
cmd-charter-refound = Le dernier recours, quand trop de clés sont perdues : faire la révision 1 d'un nouveau réseau qui continue celui-ci et dit pourquoi ; elle reste à signer.
    .reason = Pourquoi la région fonde à nouveau
    .keys = La nouvelle clé d'une administration, CI=64 chiffres hexadécimaux ; répétable
    .keyholders = Les détenteurs de clé, à la place de ceux d'avant
    .threshold = Combien doivent signer (défaut : comme avant, ou deux tiers d'autres détenteurs)
    .output = Où écrire la charte
cmd-charter-prove = Prouver, une fois l'an, qu'un détenteur de clé a sa clé : une déclaration signée avec la clé de ce dossier, que n'importe quel nœud transporte.
    .file = Une déclaration signée ailleurs : ce nœud la transporte
    .output = Écrire seulement la déclaration dans ce fichier, pour « palabre charter prove FICHIER » près d'un nœud
cmd-charter-settle = Faire le règlement d'un litige : une révision qui dit ce que dit l'une des révisions contestées, et les nomme toutes ; il lui reste à être signée par les détenteurs de clé qui n'en ont pas signé deux.
    .keep = La révision contestée qui est gardée : son empreinte, ou ses 8 premiers chiffres au moins
    .output = Où écrire le règlement
cmd-charter-sign = Signer une charte avec la clé de l'administration gardée dans ce dossier, après avoir montré ce qu'elle change.
    .file = Le fichier de la charte, auquel la signature est ajoutée, ou les premiers chiffres d'une proposition que tient le nœud
cmd-charter-show = Montrer ce que dit une charte, aujourd'hui ou à une date passée, et les propositions.
    .file = Un fichier de charte (défaut : ce que tient le nœud)
    .at = La révision de ce numéro, ou celle qui valait ce jour-là (AAAA-MM-JJ)
    .output = Écrire aussi toutes les révisions, signatures et accréditations dans ce fichier, pour « palabre init --charter »
cmd-charter-check = Vérifier les règles et les signatures d'une charte.
    .file = Un fichier de charte (défaut : celle de ce nœud)

cmd-mandate = L'accréditation : les nœuds qui agissent pour une administration.
cmd-mandate-add = Accréditer d'autres nœuds, avec la clé de l'administration gardée dans ce dossier.
    .charter = La charte fondatrice, pour une première accréditation (défaut : ce que tient le nœud)
    .node = La clé du nœud, 64 chiffres hexadécimaux, ou le fichier node.public de son dossier
    .label = Le nom que l'administration lui donne
    .addresses = Une adresse durable du nœud, par exemple /dns4/noeud.douanes.example/tcp/8710 ; répétable
    .output = Où écrire l'accréditation (nécessaire quand le nœud ne tourne pas)
    .nodes = Les clés des nœuds, 64 chiffres hexadécimaux chacune, ou les fichiers node.public de leurs dossiers
cmd-mandate-revoke = Retirer un nœud de l'accréditation : ce qu'il a écrit jusqu'ici compte, la suite est nulle.
    .node = La clé du nœud, ou ses 8 premiers chiffres au moins
    .output = Où écrire aussi l'accréditation
cmd-mandate-show = Montrer une accréditation.
    .file = Un fichier d'accréditation (défaut : toutes celles que tient le nœud)
    .charter = La charte qui permet de vérifier la signature (défaut : celle de ce nœud)

cmd-act = Les actes sur les documents et les autres objets.
cmd-act-show = Montrer un acte : en vigueur, nul et pourquoi, confirmé par qui.
    .id = L'acte : l'identifiant de son écriture, ou ses 8 premiers chiffres au moins
cmd-act-uphold = Confirmer un acte nul : ce qu'il dit prend effet comme un acte de cette administration, qui doit en avoir le droit.
    .id = L'acte : l'identifiant de son écriture, ou ses 8 premiers chiffres au moins

cmd-log = Les journaux des nœuds.
cmd-log-show = Montrer les journaux d'un nœud, le plus récent d'abord.
    .node = Clé du nœud (ou ses 8 premiers chiffres au moins), ou code de son administration
    .log = Ce journal seulement
    .before = Seulement les écritures d'avant ce numéro
    .limit = Nombre d'écritures par journal, 500 au plus (défaut : 20)

cmd-archive = Tout le grand livre en un fichier, pour qui n'a pas de nœud.
cmd-archive-export = Écrire une archive : charte, accréditations, toutes les écritures, scellées par ce nœud.
    .all = Tout ce que le nœud détient
    .output = Le fichier à écrire
cmd-verify = Vérifier une archive, sans réseau ni dossier de nœud, et dire ce qu'elle prouve.
    .file = L'archive
    .network = Le réseau dont elle doit être
cmd-store = Ce que le nœud garde sur le disque.
cmd-store-verify = Relire tout le grand livre et vérifier chaque écriture.
cmd-store-rebuild = Refaire l'index et les registres à partir du grand livre (nœud arrêté).

## Unités

size-b = { $number } o
size-kib = { $number } Kio
size-mib = { $number } Mio
size-gib = { $number } Gio
time-seconds = { $number } s
time-minutes = { $number } min
time-hours = { $number } h
time-days = { $number } j

## Têtes de colonne

col-administration = administration
col-name = nom
col-kind = nature
col-key = clé
col-node = nœud
col-number = numéro
col-label = nom
col-addresses = adresses
col-signature = signature
col-state = état
col-missing = manquent
col-received = reçue
col-waits = attend
col-id = id
col-title = titre
col-lang = langue
col-size = taille
col-version = version
col-clock = horloge
col-file = fichier
col-sequence = n°
col-act = acte
col-effect = effet
col-entries = écritures
col-in-force = en vigueur
col-void = nulles
col-waiting = en attente
col-sealed = scellées
col-from = première
col-until = dernière
col-commission = commission
col-host = hôte
col-members = membres
col-api = interface
col-home = dossier
col-pid = processus

## Charte et accréditations

kind-member = membre
kind-regional-office = bureau régional
kind-partner = partenaire
charter-vacant = vacante
charter-founded = Charte écrite dans { $file }, réseau { $id }.
charter-founded-next = Il faut { $threshold } signatures de détenteurs de clé ({ $keyholders }) : « palabre charter sign { $file } » chez chacun.
charter-signed = Signé pour { $administration }.
charter-signed-already = Déjà signé pour { $administration } : rien à faire.
charter-signed-next = Il en manque { $missing } : portez { $file } à un autre détenteur de clé.
charter-signed-held = Signatures qui manquent encore : { $missing }. Les autres détenteurs de clé signent avec « palabre charter sign » ou « palabre application approve ».
charter-signed-enough = La charte est en vigueur. Donnez-la à chaque nœud : « palabre init --charter { $file } ».
charter-signatures = Signatures de détenteurs de clé : { $signed } sur { $needed } nécessaires.
charter-signers = Ont signé : { $signers }.
charter-invalid-signatures = { $count ->
    [one] Une signature n'est pas valide et ne compte pas.
   *[other] { $count } signatures ne sont pas valides et ne comptent pas.
}
charter-invariants-kept = Toutes les règles sont respectées.
charter-checked = Révision { $revision } du réseau { $network }
charter-presidency = Présidence : { $administration }
charter-secretariat = Secrétariat : { $administrations }
charter-assessors = Assesseurs : { $administrations }
charter-vice-presidency = Vice-présidence de la région : { $administration }
charter-keyholders = Détenteurs de clé : { $keyholders } ; il faut { $threshold } signatures
charter-key-proved = { "  " }{ $administration } a montré sa clé pour la dernière fois le { $at }
charter-key-overdue = { "  " }{ $administration } a montré sa clé pour la dernière fois le { $at } : IL Y A PLUS D'UN AN
charter-key-never = { "  " }{ $administration } n'a JAMAIS montré sa clé
proof-carried = { $administration } a montré sa clé le { $at } ; les autres nœuds le reçoivent d'eux-mêmes.
proof-made = Déclaration de { $administration } du { $at } dans { $file } : « palabre charter prove { $file } » près de n'importe quel nœud.
charter-refounds = FONDÉ À NOUVEAU après le réseau { $network }, dont la dernière révision est { $revision }. Pourquoi : { $reason }
charter-refounded-next = Chaque nœud commence dans un nouveau dossier (« palabre --home NOUVEAU init --charter FICHIER ») ; les anciens dossiers gardent ce qui fut écrit et se lisent encore.
charter-review-by = À relire avant le { $date }
charter-adopted = La révision { $revision } a toutes ses signatures : elle vaut, et les autres nœuds la reçoivent d'eux-mêmes.
charter-adopted-file = La révision { $revision } a toutes ses signatures. Remettez { $file } à un nœud : « palabre charter sign { $file } » là où il tourne.
charter-before-unknown = La révision { $before } n'est pas connue ici : seules les règles propres à celle-ci sont vérifiées, et ce qu'elle change ne peut pas être montré. « palabre charter show FICHIER » montre ce qu'elle dit.
charter-signing = La révision { $revision } change la révision { $before } ainsi :
charter-signed-another = ATTENTION : cette administration a déjà signé une autre révision { $revision } ({ $hash }). Si les deux sont adoptées, le réseau est en litige.
charter-not-running = Le nœud ne tourne pas : c'est la charte fondatrice de ce dossier ; des révisions plus récentes peuvent exister.
charter-written = Toutes les révisions, signatures et accréditations sont dans { $file }.
invite-made = Invitation bonne pour une candidature, jusqu'au { $until }. Remettez ce texte, en entier, à qui doit rejoindre le réseau :
invite-next = Sur la nouvelle machine : « palabre join TEXTE ». La candidature y est remise à : { $addresses }

ask-administration = Code de votre administration (par exemple TG) ?
ask-new = { $administration } rejoint-elle ce réseau pour la première fois (o/n) ?
ask-yes-or-no = Répondez oui ou non.
ask-name = Son nom complet ?
ask-contact = Qui appeler pour comparer les mots (nom et numéro) ?
ask-address = Adresse durable de ce nœud (vide s'il n'en a pas) ?
ask-words = Les six mots que le candidat lit au téléphone ?

join-made = Candidature du nœud { $node } pour { $administration }.
join-file = Elle est dans { $file } : portez-la à qui vous a invité (« palabre application approve FICHIER »).
join-taken = Remise à { $address }
join-not-taken = Non remise à { $address } : { $why }
join-words = Vos mots, à lire au téléphone quand on vous appelle :
join-next = Lancez le nœud : « palabre --home { $home } run ». Il démarre de lui-même dès qu'il est admis.

applications-none = Aucune candidature.
application-head = Candidature { $id }
application-node = Nœud { $node } (« { $label } ») de { $administration }
application-newcomer = Nouvelle clé de { $name } ({ $kind }) : { $key }
application-addresses = Adresses : { $addresses }
application-contact = Contact : { $contact }
application-invited = Invitée par { $administration }, jusqu'au { $until }
application-words = Appelez { $contact } à un numéro que vous connaissez déjà, et faites-vous lire ces mots :
application-waits = Attend : { $waits }
approve-mandated = Le nœud est dans l'accréditation de { $administration } ; il démarre de lui-même.

waits-proposal = une proposition qui donne sa clé à l'administration (« palabre application approve »)
waits-signatures = la révision { $revision } : { $signed } signatures sur { $threshold } ; il en manque { $lacking }, parmi { $missing }
waits-mandate = l'accréditation de { $administration }, par sa clé
waits-restoration = { $administration } est suspendue : une révision doit la rétablir
waits-nothing = rien : le nœud est admis

refusal-malformed = ce qui est arrivé est illisible ou ne compte pas
refusal-other-network = l'invitation est celle d'un autre réseau
refusal-signature = une signature n'est pas valable
refusal-not-entitled = qui a invité n'en a pas le droit, ou ne l'a plus
refusal-expired = l'invitation a expiré
refusal-wrong-code = le code n'est pas celui de l'invitation
refusal-used-code = un autre nœud s'est déjà servi de cette invitation
refusal-other-key = la charte donne une autre clé à cette administration
refusal-no-key = cette administration n'a pas encore de clé dans la charte (reprenez avec --new)
refusal-full = la liste des candidatures est pleine
refusal-busy = le nœud ne peut pas la prendre maintenant
charter-dispute = *** LITIGE : { $count } révisions adoptées s'opposent. La dernière révision incontestée vaut, avec ce que toutes retranchent, jusqu'à un règlement. ***
charter-disputed = Révision { $revision } contestée { $hash }, signée par { $signers } :

charter-dispute-next = Pour le régler : « palabre charter settle ID -o FICHIER » avec la révision à garder, puis les signatures des détenteurs de clé qui n'en ont pas signé deux.
settlement-made = Règlement de la révision { $revision } en faveur de { $keeps }, dans { $file } ; personne ne l'a signé. Il change :
settlement-made-next = Il y faut { $threshold } des détenteurs de clé qui n'en ont pas signé deux ({ $counts }) : « palabre charter sign { $file } » chez chacun.
settlement-twice = Signatures qui ne comptent pas ici : { $twice } ont signé deux des révisions contestées.

change-line = { "  " }– { $change }
change-office = { $office } : { $after } (jusqu'ici : { $before })
change-host = Commission { $commission } : { $after } préside (jusqu'ici : { $before })
change-seats = Commission { $commission }, entrées : { $joined } ; départs : { $left }
change-admitted = { $code } entre dans la charte : { $name } ({ $kind }), clé { $key }
change-removed = { $code } quitte la charte
change-suspended = { $code } est suspendue
change-restored = { $code } n'est plus suspendue
change-key = { $code } a la clé { $after } (jusqu'ici : { $before })
change-no-key = aucune
change-keyholders = Détenteurs de clé, entrées : { $joined } ; départs : { $left }
change-threshold = Seuil : { $after } signatures (jusqu'ici : { $before })
change-review-by = À relire avant le { $after } (jusqu'ici : { $before })
change-cut = { $code } : { $logs ->
    [0] aucun de ses journaux ne compte sous ce qu'elle perd
    [one] un journal compte jusqu'à sa fin connue ; la suite est jugée sous cette révision
   *[other] { $logs } journaux comptent jusqu'à leur fin connue ; la suite est jugée sous cette révision
}
change-settles = Règle un litige entre { $revisions } révisions
change-other = Autre changement, dans le champ « { $field } »
office-presidency = Présidence
office-secretariat = Secrétariat
office-assessor = Assesseurs
office-vice-presidency = Vice-présidence de la région

proposal-made = Révision { $revision } proposée dans { $file } ; personne ne l'a signée. Elle change :
proposal-made-next = Chaque détenteur de clé la lit et la signe : « palabre charter sign { $file } ».
proposal-head = Proposition de révision { $revision } ({ $hash }) : { $lacking ->
    [one] il manque une signature
   *[other] il manque { $lacking } signatures
}
proposal-count = { $by } : il en faut { $threshold } ; ont signé { $signed } ; n'ont pas signé { $missing }
count-before = Détenteurs actuels
count-own = Détenteurs nouveaux
count-all = Détenteurs de clé

history-head = Révision { $revision }, { $at } : { $standing }
history-signers = { "  " }{ $hash }, signée par { $signers }
standing-in-force = en vigueur
standing-followed = remplacée
standing-disputed = contestée
standing-proposed = proposée

signers-none = personne

breach-list = { $line }
    { $rest }
breach-none = aucune
breach-code-twice = Le code { $code } figure deux fois : un code ne sert qu'une fois.
breach-key-twice = La clé { $key } est celle de deux administrations : une clé ne sert qu'une fois.
breach-unknown = { $code } a une fonction, un siège ou une clé, et ne figure pas parmi les administrations.
breach-presidency = { $count ->
    [0] Personne n'a la présidence : le pays leader l'exerce.
   *[other] { $count } administrations ont la présidence : le pays leader l'exerce seul.
}
breach-leader-no-member = { $code } a la présidence sans être membre.
breach-secretariat = Le pays leader, { $code }, dirige le secrétariat : il doit y figurer le premier.
breach-assessor = { $code } ne peut pas être assesseur : les assesseurs sont des membres autres que le pays leader.
breach-assessor-twice = { $code } est assesseur deux fois.
breach-regional-office = La charte compte { $count } bureaux régionaux : il en faut un, au secrétariat.
breach-leader-absent = Le pays leader siège dans toutes les commissions, et manque dans { $commission }.
breach-host = { $code } est l'hôte de { $commission } sans en être membre.
breach-seat = { $code } ne peut pas avoir ce siège dans { $commission } : les sièges sont à des membres, un pour chacun.
breach-commission-twice = La commission { $commission } figure deux fois.
breach-key-missing = { $code } est détenteur de clé et n'a pas de clé : ajoutez « --key { $code }=… ».
breach-keyholder = { $code } ne peut pas être détenteur de clé : membres et bureau régional, une fois chacun.
breach-threshold = Un seuil de { $threshold } sur { $keyholders } : il faut au moins deux tiers, et pas plus que tous.
breach-review-by = « { $date } » n'est pas une date AAAA-MM-JJ.
breach-number = La révision { $found } ne peut pas suivre la révision { $before } : exactement la suivante, jamais un saut.
breach-previous = Elle nomme une autre révision { $before } avant elle : une proposition suit la révision pour laquelle elle est faite.
breach-no-cutoff = { $code } perd { $loss } : une révision qui retire quelque chose porte la liste de ce qui compte encore.
breach-stranger-cut = Une liste concerne { $code }, qui n'était pas dans la révision d'avant.
loss-place = sa place dans la charte
loss-key = sa clé
loss-kind = sa nature
loss-rights = ses droits, par suspension
loss-office = une fonction
loss-seat = un siège dans une commission

mandate-added = Accréditation de { $administration } écrite dans { $file }.
mandate-no-sealing = Le nœud { $node } n'y a pas de clé de scellement : il ne lira que ce qui est public. Accréditez-le avec son fichier node.public pour qu'il lise le reste.
mandate-added-next = Donnez-la, avec la charte, à chaque nœud du réseau : « palabre init --charter … --mandate … ».
mandate-none = Aucune accréditation.
mandate-handed-in = Accréditation n° { $number } de { $administration } remise au nœud ; les autres la reçoivent d'eux-mêmes.
mandate-revoked = Le nœud { $node } n'agit plus pour { $administration }. Ce qui compte encore :
mandate-end = { "  " }journal { $log }, jusqu'au n° { $sequence }
mandate-in-force = en vigueur
mandate-not-in-force = pas en vigueur
mandate-unknown = inconnu (nœud arrêté)
signature-valid = valide
signature-invalid = NON VALIDE
signature-unchecked = non vérifiée (sans charte)

## Dossier du nœud

init-home = Dossier du nœud : { $home }
init-node = Clé du nœud : { $node }
init-administration = Clé de l'administration { $administration } : { $key }
init-network = Réseau { $network }, { $mandates ->
    [one] une accréditation
   *[other] { $mandates } accréditations
}.
init-next-charter = Ensuite : échangez ces clés, fondez et signez la charte (« palabre charter found », « palabre charter sign »), puis « palabre init --charter FICHIER --mandate FICHIER… ».
init-next-mandate = Ensuite : aucune accréditation ne nomme ce nœud. Signez-en une (« palabre mandate add »), puis « palabre init --mandate FICHIER ».
init-next-run = Ensuite : « palabre run ».

## Nœud

status-node = Nœud de { $administration } : { $node }
status-network = Réseau { $network }, charte en révision { $revision }
status-mandate-dispute = *** LITIGE : { $administration } a signé deux accréditations d'un même numéro ; la précédente vaut jusqu'à ce qu'une révision en nomme une (« palabre mandate show »). ***
status-listen = Écoute sur { $address }
status-ledger = Grand livre { $hash }
status-state = État ({ $audience }) { $hash }
status-level = À jour de tout ce dont il a entendu parler.
status-behind = { $entries ->
    [one] Une écriture est encore attendue
   *[other] { $entries } écritures sont encore attendues
}, depuis { $since }.
status-paused = L'écriture est suspendue : { $obstacle }
obstacle-disk-full = le disque est plein, ou il y reste moins de place que le nœud n'en laisse libre.
obstacle-read-only = le dossier du nœud n'est accessible qu'en lecture.
obstacle-folder-missing = un dossier du nœud a été supprimé, renommé ou démonté pendant qu'il tournait.
obstacle-exhausted = le processus n'a plus de descripteurs de fichiers ou de mémoire.
obstacle-disk-failing = le disque signale des erreurs.
obstacle-not-admitted = le nœud n'est pas encore admis.
status-ended-abruptly = La dernière fois, le programme ne s'est pas arrêté normalement (coupure de courant, arrêt forcé ou mémoire épuisée). Le registre a été vérifié à ce démarrage.
status-descriptors = { $used } descripteurs de fichiers sur { $limit } étaient utilisés, il y a { $ago } : les connexions attendent tant qu'aucun n'est libre. Relevez la limite (LimitNOFILE dans le fichier du service).
status-memory = { $used } de mémoire sur { $limit } étaient utilisés, il y a { $ago } : au-delà, le programme s'arrête et est relancé. Relevez la limite (MemoryMax dans le fichier du service).
status-keyholders = { $overdue } des { $keyholders } détenteurs de clé n'ont pas montré leur clé depuis un an : « palabre charter prove » chez chacun d'eux (« palabre charter show » les nomme).
status-keyholders-risk = ATTENTION : { $overdue } des { $keyholders } détenteurs de clé n'ont pas montré leur clé depuis un an, et { $threshold } doivent signer : un de plus, et la charte ne peut plus être changée. « palabre charter prove » chez chacun d'eux ; qui a perdu sa clé en reçoit une autre (« palabre charter propose --key »).
status-peers = Connecté à { $connected } des { $all } autres nœuds.

peer-none = Aucun autre nœud n'est connu.
peer-connected = connecté
peer-dialing = appel en cours
peer-waiting = nouvel essai prévu
peer-known = connu, non nécessaire
peer-no-address = sans adresse
peer-not-admitted = non admis

why-node = { $administration } { $node }
why-state = État : { $state }
why-address = Adresse : { $address } ({ $source })
why-connected = Connecté à { $address } depuis { $since }
why-last-attempt = Dernier essai : { $at } ; échecs de suite : { $failures }
why-last-error = Ce qui a été répondu : { $detail }
why-next-attempt = Prochain essai : { $at }
why-missing = { $entries ->
    [one] Il montre une écriture qui manque ici.
   *[other] Il montre { $entries } écritures qui manquent ici.
}
reason-connected = Il est connecté : rien à faire.
reason-this-node = C'est ce nœud lui-même.
reason-not-mandated = Aucune accréditation en vigueur ne le nomme : aucune ne l'a fait, ou il fut révoqué. Que son administration l'accrédite (« palabre mandate add »).
reason-suspended = Son administration est suspendue par la charte.
reason-mandate-disputed = Son administration a signé deux accréditations de même numéro : aucune ne vaut.
reason-no-address = Aucune adresse de lui n'est connue : c'est à lui d'appeler, ou ajoutez un bloc [[peer]] à node.toml.
reason-enough-connections = Ce nœud a ses connexions ; il appellera celui-ci s'il en a besoin.
reason-not-tried-yet = Il n'a pas encore été appelé.
reason-unreachable = Rien ne répond à ses adresses : nœud arrêté, liaison coupée ou port fermé. L'essai se répète.
reason-other-node = Un autre nœud répond à son adresse : vérifiez l'adresse ou la clé.
reason-closed-by-peer = Il a répondu puis fermé : il n'admet pas ce nœud (lui manque-t-il notre accréditation ?) ou a ses connexions.
reason-paused = Il a dépassé une limite ; il est laissé de côté quelque temps.
source-mandate = accréditation
source-configuration = node.toml
source-local-network = réseau local
source-peer = dite par lui
source-witness = constat

log-node = Journaux de { $administration } { $node }
log-none = Rien de ce nœud n'est arrivé ici.
log-head = Journal { $log }, { $sequence ->
    [one] une écriture
   *[other] { $sequence } écritures
} sans lacune
log-forked = BIFURQUÉ à partir de l'écriture { $sequence } : rien n'y a d'effet depuis.
effect-in-force = en vigueur
effect-void = nul
effect-waiting = en attente
effect-forked = bifurqué
effect-sealed = scellé pour d'autres

act-head = { $act } { $id }
act-object = Sur { $id }
act-by = Par { $administration } (nœud { $node }), { $at }
act-log = Journal { $log }, numéro { $sequence }
act-effect = Effet : { $effect }
act-upheld = Confirmé par { $administration } : ce qu'il dit est en vigueur là ({ $id })
act-upholds = Confirme { $id }
act-upheld-now = Confirmé : ce que dit l'acte est en vigueur par { $id }

void-no-act = ce n'est pas un acte
void-malformed = l'acte est mal formé
void-unknown-kind = cette version du programme ne connaît pas ce genre d'acte
void-wrong-place = sa place n'est pas celle d'après les actes qu'il nomme
void-foreign-after = il nomme comme précédente une écriture d'un autre objet
void-broken-after = il nomme comme précédente une écriture qui n'est pas un acte ou n'est pas à sa place
void-not-mandated = son auteur n'est pas un nœud de l'accréditation citée
void-revoked = son auteur n'est plus accrédité : il l'a écrit après ce qui compte de lui
void-cut-in-dispute = des révisions ou accréditations qui s'opposent le retranchent, jusqu'à leur règlement
void-suspended = son administration est suspendue
void-not-allowed = son administration n'a pas droit à cet acte
void-opener-void = l'acte qui a ouvert l'objet est nul
void-other-kind = l'objet est d'un autre genre
void-withdrawn = son auteur savait que l'objet était retiré
void-other-key = ce qu'il dit n'est pas signé par la clé que la charte donne à l'administration
void-not-void = ce qu'il confirme est en vigueur, ou déjà confirmé
void-not-upholdable = il confirme un acte qui en confirme lui-même un autre
void-other-audience = il s'adresse à d'autres lecteurs que son objet, ou que les actes de ce genre
void-outside = son administration ne fait pas partie de l'audience à laquelle il s'adresse

## Documents

document-published = Publié : { $id }
document-revised = Version ajoutée : { $id }
document-withdrawn = Document retiré ; il reste lisible.
document-none = Aucun document pour l'instant.
document-list-next = Obtenir un document : « palabre document get ID -o FICHIER ».
document-got = { $file } : { $size }
document-id = Id : { $id }
document-by = Publié par { $administration } (nœud { $node }), { $at }
document-audience = Audience : { $audience }
document-state = État : { $state }
document-withdrawal = Retiré le { $at } : { $reason }
document-state-published = publié
document-state-withdrawn = retiré
document-state-incomplete = en chemin
document-state-several = { $count } versions côte à côte
version-stands = en vigueur
version-replaced = remplacée
version-incomplete = contenu en chemin
version-void = nulle : { $reason }

## Archives

archive-made = { $file } : { $size }, { $records ->
    [one] un enregistrement
   *[other] { $records } enregistrements
}, relus et scellés.
archive-next = Pour la vérifier sur n'importe quelle machine : palabre verify { $file }
verified-whole = L'archive est entière : { $entries ->
    [one] une écriture, dont la signature est valable
   *[other] { $entries } écritures, dont chaque signature est valable
}.
verified-seal = Scellée { $by }, le { $at } d'après son horloge.
verified-by = par le nœud { $node } de { $administration }
verified-by-unknown = par le nœud { $node }, que la charte de l'archive n'admet pas
verified-network = Réseau : { $network }
verified-charter = Charte en vigueur : révision { $revision }.
verified-void = { $count ->
    [one] Un acte est nul :
   *[other] { $count } actes sont nuls :
}
verified-void-act = {"  "}{ $id }  { $administration }  { $act } : { $reason }
verified-void-more = {"  "}… et { $count } autres ; « --json » les nomme tous.
verified-fork = Le journal { $log } de { $author } bifurque à l'écriture { $sequence } : à partir de là, rien n'a d'effet.
verified-ahead = { $count ->
    [one] Une écriture suit une lacune de son journal et n'a pas encore d'effet.
   *[other] { $count } écritures suivent une lacune de leur journal et n'ont pas encore d'effet.
}
verified-disputed = Des révisions de la charte se contredisent ; aucune ne s'applique tant qu'elles ne sont pas départagées.
verified-proves = Prouvé : qui a signé quoi, dans quel ordre au sein de chaque journal, et ce qui vaut selon cette charte. Non prouvé : les dates, que chaque auteur a écrites lui-même, et que l'archive contienne ce que son nœud ne détenait pas. Comparez l'identifiant du réseau avec celui que votre administration connaît.

## Sur le disque

store-verified = { $entries ->
    [one] Une écriture vérifiée
   *[other] { $entries } écritures vérifiées
}.
store-damage = { $file }, octet { $offset } : { $entry }
store-mended = { $count ->
    [one] Un endroit abîmé : ce qui y était a été réécrit ailleurs.
   *[other] { $count } endroits abîmés : ce qui y était a été réécrit ailleurs.
}
store-entry = écriture { $sequence } du journal { $log } de { $author }
store-entry-unknown = contenu méconnaissable
store-rebuilt = { $records ->
    [one] Index refait à partir d'un enregistrement.
   *[other] Index refait à partir de { $records } enregistrements.
}

## Démonstration

demo-starting = { $count ->
    [one] Démarrage d'un nœud dans { $dir }…
   *[other] Démarrage de { $count } nœuds dans { $dir }…
}
demo-ready = Le réseau est là : { $count } nœuds, { $documents ->
    [0] avec les documents qu'il avait
    [one] un document publié
   *[other] { $documents } documents publiés
}, partout les mêmes.
demo-try = À essayer, dans un autre terminal :
    { "  " }{ $program } --home { $one } document list
    { "  " }{ $program } --home { $one } document publish FICHIER --title "Un titre" --lang fr
    { "  " }{ $program } --home { $other } document list
    { "  " }{ $program } --home { $one } peer list
    { "  " }kill -9 { $pid }    (un nœud meurt ; les autres continuent)
    { "  " }{ $program } --home { $other } run    (il revient et rattrape)
demo-end = Ctrl-C arrête tout. Tout est décrit dans { $record }
demo-child-ended = Le nœud de { $administration } s'est arrêté ({ $status }). Pour le faire revenir : « palabre --home { $home } run ».
demo-stopping = Arrêt des nœuds…
demo-kept = Le réseau reste dans { $dir } : « palabre demo --dir { $dir } » le redémarre.

## Causes

cause-not-found = il n'existe pas
cause-permission = les droits de cet utilisateur ne suffisent pas
cause-exists = il existe déjà
cause-full = le disque est plein
cause-read-only = le disque est en lecture seule
cause-directory = c'est un dossier
cause-address-in-use = l'adresse est déjà prise
parameter-missing = il manque
parameter-twice = il est donné deux fois
parameter-unknown = il n'y en a pas de ce nom
parameter-zero = il vaut 0
parameter-beyond = il dépasse { $most }
cause-other = { $detail }

## Erreurs

err-lang = « { $lang } » n'est pas une langue de Palabre.
    .why = Les messages existent en français (fr), en anglais (en) et en portugais (pt).
    .next = Donnez --lang fr, en ou pt.
err-usage = Les arguments ne vont pas ensemble : { $argument }
    .why = La commande ne les comprend pas ainsi.
    .next = Voyez « { $help } ».
err-usage-unknown = Argument inconnu : { $argument }
    .why = Cette commande n'en a pas de ce nom.
    .next = Voyez « { $help } ».
err-usage-command = Commande inconnue : { $command }
    .why = Palabre n'a pas de commande de ce nom.
    .next = Voyez « { $help } ».
err-usage-no-command = Il manque une commande.
    .why = Palabre ne sait pas ce qu'il faut faire.
    .next = Voyez « { $help } ».
err-usage-missing = Il manque : { $argument }
    .why = La commande en a besoin.
    .next = Voyez « { $help } ».
err-usage-value = La valeur « { $value } » ne convient pas à { $argument }.
    .why = { $meaning }
    .next = Voyez « { $help } ».
err-usage-conflict = { $argument } ne va pas avec { $other }.
    .why = L'un exclut l'autre.
    .next = Voyez « { $help } ».
err-json-output = Avec --json, le contenu doit aller dans un fichier.
    .why = La sortie standard est pour le JSON.
    .next = Ajoutez -o FICHIER, ou retirez --json.

err-read = { $file } ne peut pas être lu.
    .why = Cause : { $cause }.
    .next = Vérifiez le chemin et les droits.
err-write = { $file } ne peut pas être écrit.
    .why = Cause : { $cause }.
    .next = Vérifiez le dossier, les droits et la place sur le disque.
err-exists = { $file } existe déjà.
    .why = Un fichier qui compte n'est jamais écrasé.
    .next = Choisissez un autre nom, ou déplacez ce fichier.
err-random = Le système ne donne pas d'aléa.
    .why = { $detail }
    .next = Sans aléa, aucune clé n'est sûre : vérifiez la machine.
err-malformed = { $file } n'est pas le fichier attendu.
    .why = { $detail }
    .next = Demandez de nouveau le fichier à celui qui l'a fait.

err-home-exists = { $home } est déjà le dossier d'un nœud.
    .why = En créer un autre à sa place pourrait détruire des clés.
    .next = Choisissez un autre dossier avec --home.
err-no-home = { $home } n'est pas le dossier d'un nœud.
    .why = Il n'a pas été créé par « palabre init ».
    .next = Donnez le bon dossier avec --home, ou créez-le : « palabre init ».
err-home-folder = Le dossier { $folder } manque.
    .why = Il a été supprimé, ou il est sur un disque qui n'est pas monté.
    .next = Remontez le disque ou restaurez la sauvegarde ; ne le recréez pas vide.
err-home-locked = Le dossier { $home } est tenu par un autre processus ({ $process }).
    .why = Un seul processus à la fois fait tourner un nœud ou change ce qu'il garde.
    .next = Arrêtez ce nœud d'abord.
err-secret-open = { $file } a les droits { $mode } : d'autres peuvent lire le secret.
    .why = Un secret n'est qu'à son propriétaire (0600).
    .next = chmod 600 { $file } ; si d'autres ont pu le lire, remplacez la clé.
err-secret-format = { $file } ne contient pas une clé.
    .why = Il y faut une ligne de 64 chiffres hexadécimaux.
    .next = Restaurez ce fichier depuis une sauvegarde.
err-no-administration-key = La clé de l'administration n'est pas dans { $home }.
    .why = Seule cette clé peut signer une charte ou une accréditation.
    .next = Prenez le dossier où elle est (--home), ou créez-la : « palabre init --administration CODE ».
err-settings = { $file }, ligne { $line } : réglage incorrect.
    .why = « { $text } » : { $detail }
    .next = Corrigez cette ligne ; le modèle config/node.toml explique chaque réglage.

err-no-charter = Ce nœud n'a pas de charte ({ $home }).
    .why = Un nœud n'appartient à un réseau que par sa charte signée.
    .next = « palabre init --charter FICHIER --mandate FICHIER… »
err-not-genesis = { $file } est la révision { $revision }.
    .why = Un réseau se fonde sur la révision 1.
    .next = Prenez le fichier de la révision 1.
err-no-genesis = { $file } ne contient pas la révision 1.
    .why = Un nœud vérifie toutes les révisions depuis la première.
    .next = Demandez toute la charte : « palabre charter show --output FICHIER » l'écrit, sur un nœud qui tourne.
err-chain = La révision { $revision } dans { $file } ne compte pas.
    .why = { $detail }
    .next = Demandez toute la charte : « palabre charter show --output FICHIER » l'écrit, sur un nœud qui tourne.
err-invariants = La charte enfreint des règles.
    .why = { $breaches }
    .next = Corrigez le modèle, puis refaites la charte.
err-threshold = La charte n'est pas en vigueur : { $signed } signatures de détenteurs de clé sur { $needed } nécessaires.
    .why = Ont signé : { $signers }
    .next = Faites-la signer par d'autres détenteurs : « palabre charter sign ».
err-no-keyholder = Cette administration n'est pas détentrice de clé dans cette charte.
    .why = La clé { $key } n'est celle d'aucun détenteur.
    .next = Vérifiez le fichier, le dossier (--home) et la clé donnée à « charter found ».
err-no-revision = Aucune révision incontestée ne répond à cela.
    .why = La dernière est la révision { $last }.
    .next = « palabre charter history » montre toutes les révisions et leurs dates.
err-number-adopted = { $file } est une révision { $revision }, et une autre est déjà adoptée.
    .why = En signer une seconde du même numéro mettrait le réseau en litige.
    .next = Refaites la proposition après la révision en vigueur : « palabre charter propose ».
err-revision-foreign = { $file } (révision { $revision }) suit une révision que ce réseau n'a pas.
    .why = Les { $last } révisions de ce réseau sont connues : celle-ci est d'un autre réseau.
    .next = Vérifiez le fichier et le dossier (--home).
err-revision-ahead = { $file } est la révision { $revision }, et la révision en vigueur ici est la { $last }.
    .why = Une révision suit exactement celle d'avant, adoptée : jamais de saut.
    .next = Faites d'abord adopter la révision d'avant, ou attendez qu'elle arrive à ce nœud.
err-succession = { $file } (révision { $revision }) ne peut pas suivre la révision d'avant.
    .why = { $breaches }
    .next = Refaites la proposition : « palabre charter propose ».
err-settles = { $file } (révision { $revision }) règle un litige entre des révisions qui ne sont pas toutes adoptées ici.
    .why = Un règlement nomme des révisions adoptées de son numéro.
    .next = Attendez qu'elles arrivent à ce nœud : « palabre charter history ».
err-handed-in = Le nœud ne prend pas ce qui lui est remis.
    .why = { $detail }
    .next = « palabre charter check FICHIER » dit quelle règle n'est pas respectée.
err-propose-stranger = { $administration } n'est pas dans la charte.
    .why = Fonctions, sièges et clés vont aux administrations de la charte.
    .next = Vérifiez le code : « palabre charter show ».
err-propose-listed = { $administration } est déjà dans la charte.
    .why = On y entre une fois ; une administration qui n'a pas encore de clé en reçoit une.
    .next = Pour lui donner une clé : « palabre charter propose --key { $administration }=CLÉ ».
err-propose-commission = Il n'y a pas de commission { $commission }.
    .why = Les commissions sont celles de la charte.
    .next = « palabre charter show » les montre.
err-propose-nothing = La charte dit déjà cela : rien ne changerait.
    .why = Une révision change quelque chose.
    .next = Dites ce qui doit changer : « palabre charter propose --help ».
err-propose-mandate = « { $digits } » n'est le début d'aucune accréditation de { $administration }, ou de plusieurs.
    .why = Une accréditation se nomme par huit chiffres au moins de son empreinte.
    .next = « palabre mandate show » les montre toutes.
err-propose-last-mandate = { $administration } ne perd rien : son accréditation vaut telle quelle.
    .why = La dernière accréditation légitime se dit de qui reçoit une autre clé, ou perd un droit.
    .next = Ajoutez « --key { $administration }=CLÉ », ou retirez « --last-mandate ».
err-propose-invariants = La charte proposée enfreint des règles.
    .why = { $breaches }
    .next = Ajoutez ce qui manque à « palabre charter propose », par exemple un autre hôte (--host).
err-dispute = Deux révisions adoptées s'opposent : rien d'autre ne peut être proposé.
    .why = Un détenteur de clé a signé deux révisions d'un même numéro.
    .next = Le règlement vient d'abord : « palabre charter settle ».
err-no-dispute = Aucune révision ne s'oppose à une autre : il n'y a rien à régler.
    .why = Chaque révision adoptée suit la précédente.
    .next = Voyez « palabre charter history » ; pour d'autres changements : « palabre charter propose ».
err-not-disputed = { $hash } n'est le début d'aucune révision contestée, ou de plusieurs.
    .why = Un règlement garde l'une des révisions qui s'opposent.
    .next = « palabre charter show » les nomme.
err-signed-both = { $administration } a signé deux des révisions contestées : elle ne signe pas leur règlement.
    .why = Seuls les détenteurs de clé qui n'ont pas signé les deux règlent un litige : { $counts }.
    .next = Portez le fichier chez l'un d'eux.
err-no-administration = La clé { $key } n'est celle d'aucune administration de cette charte.
    .why = Une accréditation est signée par la clé que la charte donne à l'administration.
    .next = Vérifiez le fichier et le dossier (--home).
err-other-network = { $file } est la charte d'un autre réseau.
    .why = Un nœud appartient pour toujours à un réseau : ses journaux sont signés pour lui.
    .next = Prenez un autre dossier pour l'autre réseau (--home).
err-template = Le modèle de charte ne peut pas être lu.
    .why = { $detail }
    .next = Comparez-le à config/charter.toml.
err-template-stranger = Une clé est donnée pour { $code }, que le modèle ne connaît pas.
    .why = Seules les administrations du modèle entrent dans la charte.
    .next = Vérifiez le code, ou ajoutez l'administration au modèle.
err-mandate = L'accréditation ne peut pas être faite.
    .why = { $detail }
    .next = Vérifiez le nœud et ses adresses (8 au plus).
err-mandate-stranger = { $file } est de { $administration }, qui n'a pas de clé dans la charte.
    .why = Sans clé dans la charte, une accréditation ne peut pas être vérifiée.
    .next = Vérifiez que la charte et l'accréditation sont du même réseau.
err-mandate-signature = La signature de { $file } n'est pas celle de { $administration }.
    .why = Le fichier a été changé, ou il est signé pour un autre réseau ou par une autre clé.
    .next = Demandez de nouveau le fichier à { $administration }.
err-mandate-invalid = La signature de l'accréditation de { $administration } n'est pas valide.
    .why = Elle n'est pas de la clé que la charte donne à cette administration.
    .next = N'utilisez pas ce fichier ; redemandez-le à { $administration }.
err-mandate-nowhere = L'accréditation n'irait nulle part.
    .why = Le nœud ne tourne pas, et aucun fichier n'est donné.
    .next = Donnez un fichier (-o), ou démarrez le nœud : « palabre run ».
err-mandate-listed = Le nœud { $node } est déjà accrédité.
    .why = L'accréditation en vigueur le nomme.
    .next = « palabre mandate show » la montre.
err-mandate-unlisted = Aucun nœud accrédité de cette administration ne répond à { $node }.
    .why = L'accréditation en vigueur ne nomme pas un seul nœud dont la clé commence ainsi (8 chiffres au moins).
    .next = « palabre mandate show » les montre.
err-node-card = { $file } n'est pas la fiche d'un nœud.
    .why = { $detail }
    .next = Donnez la clé du nœud (64 chiffres hexadécimaux), ou le fichier node.public de son dossier.
err-not-mandated = Aucune accréditation ne nomme ce nœud ({ $node }).
    .why = Les autres ne laissent entrer que des nœuds accrédités.
    .next = Signez une accréditation (« palabre mandate add »), puis « palabre init --mandate FICHIER ».

err-not-running = Le nœud ne répond pas à { $address }.
    .why = Il ne tourne pas, ou une autre adresse est réglée dans { $home }/node.toml.
    .next = Démarrez-le : « palabre --home { $home } run ».
err-answer = La réponse de { $address } n'est pas celle d'un nœud Palabre.
    .why = { $status }
    .next = Vérifiez ce qui écoute à cette adresse.
err-broken-off = L'échange avec le nœud ({ $address }) s'est interrompu.
    .why = { $detail }
    .next = Regardez le journal du nœud, puis recommencez.
err-internal = Le nœud a échoué.
    .why = { $detail }
    .next = Regardez le journal du nœud.
err-listen = Le nœud ne peut pas écouter sur { $address }.
    .why = { $detail }
    .next = Réglez « listen » dans node.toml, ou arrêtez ce qui occupe cette adresse.
err-address-in-use = L'interface HTTP ne peut pas écouter sur { $address }.
    .why = Cause : { $cause }.
    .next = Réglez une autre adresse dans node.toml (« api = … »), ou arrêtez ce qui l'occupe.

err-no-act = { $id } n'est pas un acte qui compte ou soit nul ici.
    .why = Son journal n'arrive pas encore jusqu'à lui ici, ou son contenu n'est pas arrivé, ou il est endommagé.
    .next = Attendez qu'il arrive ; « palabre log show NŒUD » montre les journaux de son auteur.
err-not-void = L'acte { $id } n'a pas besoin d'être confirmé.
    .why = Il est en vigueur, ou un autre acte le confirme déjà.
    .next = Voyez lequel : « palabre act show { $id } ».
err-not-upholdable = L'acte { $id } ne prend effet avec personne qui le confirme.
    .why = { $reason }
    .next = Refaites la même chose par un acte à vous.
err-act-waits = L'acte { $id } attend.
    .why = Ce sur quoi il s'appuie, ou la révision de la charte ou l'accréditation qu'il cite, n'est pas arrivé ici.
    .next = Réessayez plus tard ; « palabre peer list » dit qui est joignable.
err-object-unknown = Rien ne porte l'id { $id }.
    .why = Ce nœud ne connaît aucune écriture dont l'id commence ainsi.
    .next = Vérifiez l'id (« palabre document list »), ou attendez qu'il arrive.
err-object-ambiguous = Plusieurs objets ont un id qui commence par { $id }.
    .why = Ces chiffres ne suffisent pas à les distinguer.
    .next = Donnez plus de chiffres.
err-object-prefix = « { $id } » n'est pas un id.
    .why = Un id a 64 chiffres hexadécimaux ; 8 au moins suffisent.
    .next = Copiez-le de « palabre document list --json ».
err-no-document = { $id } n'est pas un document.
    .why = Cette écriture n'en ouvre aucun.
    .next = Voyez « palabre document list ».
err-no-version = Le document { $id } n'a pas de version { $version }.
    .why = Cette écriture n'en est pas une version.
    .next = Voyez « palabre document show { $id } ».
err-incomplete = Le contenu de { $id } n'est pas encore arrivé.
    .why = L'écriture est là ; le fichier suit, depuis un nœud qui l'a.
    .next = Réessayez plus tard ; « palabre peer list » dit qui est joignable.
err-field = Un texte de la demande ne convient pas.
    .why = { $detail }
    .next = Corrigez-le, puis recommencez.
err-no-right = La charte ne donne pas ce droit.
    .why = { $reason }
    .next = Demandez à l'administration qui l'a.
err-withdrawn = Le document { $id } est retiré.
    .why = Un document retiré ne change plus.
    .next = Publiez un nouveau document.
err-upload = Le contenu n'est pas arrivé entier.
    .why = { $detail }
    .next = Recommencez l'envoi.
err-too-large = Le contenu est trop grand : { $limit } Mio au plus.
    .why = Chaque nœud le reçoit entier, aussi sur une liaison lente.
    .next = Réduisez le fichier, ou partagez-le en plusieurs documents.
err-paused = Le nœud ne peut pas écrire pour l'instant.
    .why = { $obstacle }
    .next = Remédiez-y (libérez de la place, remontez le disque en écriture, remettez le dossier) : le nœud reprend seul.
err-waiting = Le nœud ne peut pas encore ouvrir son grand livre.
    .why = { $obstacle }
    .next = Remédiez-y (faites de la place, remontez le disque en écriture) : le nœud démarre de lui-même ; rien n'est perdu.
err-not-admitted = Le nœud n'est pas encore admis.
    .why = Sa candidature est remise ; il démarre de lui-même dès qu'elle est acceptée.
    .next = « palabre join », sans invitation, dit ce qui manque encore.
err-unanswered = Une réponse manque : { $question }
    .why = { $option } ne l'a pas dite, et aucune réponse ne convenait. { $detail }
    .next = Recommencez, ou donnez-la par { $option }.
err-may-not-invite = Ce nœud ({ $node }) ne peut pas inviter.
    .why = Seuls invitent les nœuds accrédités des membres et du bureau régional.
    .next = Demandez une invitation à un membre.
err-invite = Ces adresses ne font pas une invitation.
    .why = { $detail }
    .next = Donnez une à trois adresses avec --address, chacune avec /p2p/ à la fin.
err-invitation = Ce texte n'est pas une invitation entière.
    .why = { $detail }
    .next = Copiez-la de nouveau, du premier au dernier caractère.
err-invitation-changed = L'invitation a été modifiée.
    .why = Sa signature n'est pas celle du nœud qu'elle nomme.
    .next = Ne vous en servez pas ; demandez une autre invitation, par une voie sûre.
err-invitation-code = Le code n'est pas celui de l'invitation.
    .why = Il a été changé après la signature.
    .next = Demandez une autre invitation.
err-invitation-expired = L'invitation a expiré.
    .why = Elle valait jusqu'au { $until }, selon l'horloge de cette machine.
    .next = Vérifiez l'horloge, ou demandez une autre invitation.
err-home-other-network = { $home } appartient à un autre réseau que l'invitation.
    .why = Un nœud appartient pour toujours à un réseau : ses journaux sont signés pour lui.
    .next = Prenez un autre dossier (--home).
err-heard-other-network = La charte reçue n'est pas celle du réseau de l'invitation.
    .why = Le nœud qui a répondu n'est pas de ce réseau.
    .next = Prévenez qui vous a invité, et demandez une autre invitation.
err-application = Ces réponses ne font pas une candidature.
    .why = { $detail }
    .next = Corrigez-les et recommencez.
err-join-nothing = Aucune candidature n'est partie de { $home }.
    .why = Sans invitation, « palabre join » remet encore celle qui s'y trouve.
    .next = Donnez l'invitation : « palabre join TEXTE ».
err-application-refused = La candidature est refusée.
    .why = { $why }.
    .next = Demandez une nouvelle invitation, ou corrigez ce qui est dit ici.
err-no-door = La candidature n'a pu être remise nulle part.
    .why = { $doors }
    .next = Vérifiez la liaison et recommencez « palabre join », ou portez-la par fichier : « palabre join TEXTE --output FICHIER ».
err-no-application = Aucune candidature { $id }.
    .why = Ce n'est ni un fichier, ni le début de l'identifiant d'une seule candidature.
    .next = Voyez « palabre application list ».
err-other-words = Les mots ne sont pas ceux de cette candidature.
    .why = La machine qui a été appelée a d'autres clés que celle qui a fait la candidature.
    .next = Faites relire les mots ; s'ils restent autres, n'acceptez pas et prévenez qui a invité.
err-approve-suspended = { $administration } est suspendue.
    .why = Ses nœuds n'ont aucun droit jusqu'à ce qu'une révision la rétablisse.
    .next = « palabre charter propose --restore { $administration } ».
err-approve-more = La révision { $revision } proposée change encore autre chose.
    .why = Accepter une candidature ne signe que l'entrée d'une administration ou sa clé.
    .next = Lisez-la (« palabre charter show »), puis signez-la si elle est juste : « palabre charter sign { $hash } ».
err-not-its-key = La clé de ce dossier n'est pas celle de { $administration }.
    .why = C'est celle de { $own } ; une administration accrédite elle-même ses nœuds.
    .next = Acceptez la candidature là où se trouve la clé de { $administration }.
err-stopping = Le nœud est en train de s'arrêter.
    .why = Il n'accepte plus rien de nouveau.
    .next = Redémarrez-le, puis recommencez.

err-token = Le jeton manque ou n'est pas le bon.
    .why = L'interface n'obéit qu'à qui peut lire le fichier « token » du dossier du nœud.
    .next = Envoyez « Authorization: Bearer JETON ».
err-host = La requête est adressée à { $host }.
    .why = L'interface ne répond qu'à 127.0.0.1, [::1] ou localhost, pour qu'aucune page web ne puisse s'en servir.
    .next = Appelez-la par son adresse de boucle locale.
err-route = Il n'y a rien à { $path }.
    .why = L'interface n'a pas cette adresse.
    .next = Voyez /api/v1/openapi.json.
err-method = { $method } n'est pas possible sur { $path }.
    .why = Cette adresse a d'autres méthodes.
    .next = Voyez /api/v1/openapi.json.
err-parameter = Le paramètre { $name } ne convient pas.
    .why = { $detail }
    .next = Voyez /api/v1/openapi.json.
err-body = Le corps de la requête ne convient pas.
    .why = { $detail }
    .next = Voyez /api/v1/openapi.json.
err-audience = « { $audience } » n'est pas une audience.
    .why = Il y a public, region, secretariat, commission/ suivi de l'identifiant d'une commission, et members: suivi de deux codes ou plus, dans l'ordre de l'alphabet, séparés par des virgules.
    .next = Par exemple --audience region, --audience commission/governance ou --audience members:CI,SN.
err-no-sealing-key = Ce nœud ne peut rien sceller.
    .why = Son accréditation en vigueur ne donne pas la clé de scellement de ce nœud, ou pas celle qu'il a.
    .next = Accréditez-le de nouveau avec elle (« palabre mandate add » et sa clé, sur la machine qui a la clé de l'administration), ou publiez avec --audience public.
err-node-unknown = Aucun nœud connu ne répond au nom « { $node } ».
    .why = Ce n'est ni une clé complète, ni le début d'une clé connue, ni le code d'une administration accréditée.
    .next = Voyez « palabre peer list ».
err-node-ambiguous = « { $node } » désigne plusieurs nœuds.
    .why = Une administration peut en avoir plusieurs, et quelques chiffres peuvent être communs.
    .next = Donnez plus de chiffres de la clé ; voyez « palabre peer list --json ».

err-export = L'archive n'a pas été écrite.
    .why = { $detail }
    .next = Vérifiez la place sur le disque et « palabre store verify », puis recommencez.

err-export-damaged = { $count ->
    [one] L'archive est écrite, mais un endroit du grand livre était illisible.
   *[other] L'archive est écrite, mais { $count } endroits du grand livre étaient illisibles.
}
    .why = Ce qui s'y trouvait manque, sauf si une autre copie en a été enregistrée.
    .next = Laissez le nœud redemander ce qui manque à ses voisins, puis refaites l'archive sous un autre nom.

err-archive = { $file } ne vaut pas comme archive.
    .why = { $detail }
    .next = Demandez-en une autre copie ; ne vous fiez à rien de ce que dit celle-ci.

err-archive-read = { $file } n'a pas pu être vérifié.
    .why = { $detail }
    .next = La faute peut être à cette machine : place dans le dossier temporaire, droits du fichier.

err-archive-network = { $file } est d'un autre réseau.
    .why = L'archive est du réseau { $found } ; demandé : { $expected }.
    .next = Vérifiez l'identifiant, ou demandez l'archive du bon réseau.

err-store-damaged = { $count ->
    [one] Le grand livre est abîmé à un endroit.
   *[other] Le grand livre est abîmé à { $count } endroits.
}
    .why = Ces octets ne sont plus ceux qui ont été écrits : disque fatigué, copie interrompue ou main étrangère.
    .next = Rien d'autre n'est perdu : le nœud redemande ces écritures aux autres. Faites vérifier le disque.
err-store = Ce que le nœud garde ne peut pas être ouvert.
    .why = { $detail }
    .next = Vérifiez le disque ; « palabre store verify » dit ce qui est abîmé.

err-demo-ports = Pas assez de ports libres à partir de { $port }.
    .why = Chaque nœud en prend deux.
    .next = Donnez un autre premier port : « palabre demo --port 20000 ».
err-demo-child = Le nœud de { $administration } s'est arrêté au démarrage.
    .why = { $detail }
    .next = Tout ce qu'il a dit est dans { $log }
err-demo-patience = Le réseau n'est pas complet après { $seconds } s.
    .why = Un nœud ne voit pas les autres, ou n'a pas encore tout reçu.
    .next = Essayez avec moins de nœuds (--nodes), et --dir pour garder les journaux.
