# Todos os textos da linha de comandos e da API, em português europeu.
# Uma mensagem «cmd-…» diz o que faz um comando; os seus atributos, o que significa cada argumento.
# Uma mensagem «err-…» diz o que está mal; os seus atributos, porquê (why) e o que fazer (next).

## Ajuda

help-usage = Utilização:
help-commands = Comandos
help-command = COMANDO
help-arguments = Argumentos
help-options = Opções

value-dir = PASTA
value-file = FICHEIRO
value-text = TEXTO
value-code = CÓDIGO
value-codes = CÓDIGO,CÓDIGO…
value-api = ENDEREÇO:PORTA
value-address = MULTIENDEREÇO
value-seat = COMISSÃO=CÓDIGO
value-at = REVISÃO|DATA
value-date = AAAA-MM-DD
value-key-of = CÓDIGO=CHAVE
value-mandate-of = CÓDIGO=IMPRESSÃO
value-name-of = CÓDIGO[:LÍNGUA]=NOME
value-node-key = CHAVE
value-node-key-or-file = CHAVE_OU_FICHEIRO
value-invitation = CONVITE
value-file-or-id = FICHEIRO|ID
value-words = PALAVRAS
value-node = NÓ
value-number = NÚMERO
value-port = PORTA
value-id = ID
value-lang = LÍNGUA
value-audience = AUDIÊNCIA
value-log = DIÁRIO

cmd = Palabre: a rede das administrações aduaneiras, sem servidor central.
    .home = Pasta do nó (predefinição: $PALABRE_HOME, senão ~/.palabre, senão /var/lib/palabre)
    .json = Responder em JSON (nomes estáveis, em inglês)
    .lang = Língua das mensagens: fr, en ou pt (predefinição: LANG, senão o francês)
    .help = Mostrar esta ajuda
    .version = Mostrar a versão

cmd-init = Criar a pasta de um nó, ou juntar-lhe a carta e acreditações.
    .administration = Criar também aqui a chave desta administração (código da carta, por exemplo CI)
    .api = Endereço da interface HTTP, no circuito local (predefinição: 127.0.0.1:8700)
    .listen = Endereço onde os outros nós o alcançam; repetível (predefinição: TCP e QUIC, porta 8710)
    .charter = Carta assinada com que arrancar: a revisão 1, ou todas as revisões num ficheiro
    .mandates = Acreditação de uma administração; repetível

cmd-invite = Fazer um convite: um texto assinado para quem deve juntar-se à rede, válido para uma candidatura.
    .days = Durante quantos dias vale, de 1 a 60 (predefinição: 14)
    .addresses = Onde entregar a candidatura, com /p2p/ no fim; repetível, três no máximo (predefinição: este nó e outros dois)
cmd-join = Criar um novo nó e entregar a sua candidatura; sem convite, entregá-la de novo e dizer o que espera.
    .invitation = O texto que lhe entregaram
    .administration = Código da administração, por exemplo TG
    .new = A administração ainda não tem chave nesta rede: criá-la aqui
    .listed = A administração já tem a sua chave nesta rede
    .name = Nome de uma nova administração (predefinição: o seu código)
    .partner = Junta-se como parceira, e não como membro
    .contact = A quem telefonar para comparar as palavras: um nome e um número
    .addresses = Endereço duradouro do nó, por exemplo /dns4/no.alfandega.example/tcp/8710; repetível
    .label = Nome que a administração dá ao nó (predefinição: o da máquina)
    .api = Endereço da interface HTTP, no circuito local (predefinição: 127.0.0.1:8700)
    .listen = Endereço onde os outros nós o alcançam; repetível (predefinição: TCP e QUIC, porta 8710)
    .output = Escrever a candidatura neste ficheiro em vez de a entregar pela rede
cmd-application = As candidaturas de novos nós.
cmd-application-list = Listar as candidaturas que este nó tem.
cmd-application-show = Mostrar uma candidatura e as palavras a comparar.
    .application = O seu identificador, os primeiros dígitos, ou um ficheiro
cmd-application-approve = Aceitar uma candidatura: fazer e assinar a proposta ou a acreditação de que precisa.
    .application = O seu identificador, os primeiros dígitos, ou um ficheiro
    .words = As seis palavras que o candidato leu ao telefone
cmd-run = Pôr o nó a funcionar, até SIGTERM ou Ctrl-C.

cmd-demo = Toda uma rede nesta máquina, com documentos de exemplo.
    .nodes = Número de nós, de 2 a 24 (predefinição: 5)
    .dir = Pasta da rede, conservada no fim; senão uma pasta provisória
    .port = Primeira porta das interfaces HTTP (predefinição: 8700)

cmd-status = Dizer como está o nó.

cmd-peer = Os outros nós.
cmd-peer-list = Listar os outros nós.
cmd-peer-why = Dizer porque é que um nó está ou não ligado.
    .node = Chave do nó (ou pelo menos os 8 primeiros dígitos), ou código da sua administração

cmd-document = Os documentos que as administrações partilham.
cmd-document-publish = Publicar um ficheiro como documento.
    .file = O ficheiro, 16 MiB no máximo
    .title = O seu título
    .document-lang = A língua do documento: fr, en ou pt
    .audience = Quem o pode ler: public (todos os nós), region, secretariat, commission/ID ou members:CI,SN; sem esta opção: region
    .urgent = Transmiti-lo antes de tudo o resto
cmd-document-revise = Acrescentar uma versão a um documento.
    .id = O documento
    .file = O ficheiro, 16 MiB no máximo
    .title = Um novo título (predefinição: o da versão anterior)
    .document-lang = A língua: fr, en ou pt (predefinição: a da versão anterior)
    .urgent = Transmiti-la antes de tudo o resto
cmd-document-withdraw = Retirar um documento; continua legível, marcado como retirado.
    .id = O documento
    .reason = Porquê, para os seus leitores
cmd-document-list = Listar os documentos.
cmd-document-show = Mostrar um documento e as suas versões.
    .id = O documento: o seu id, ou pelo menos os 8 primeiros dígitos
cmd-document-get = Obter o conteúdo de um documento.
    .id = O documento: o seu id, ou pelo menos os 8 primeiros dígitos
    .version = Esta versão em vez da que está em vigor
    .output = Onde escrevê-lo (predefinição: a saída padrão)

cmd-charter = A carta da região.
cmd-charter-found = Fazer a revisão 1 a partir de um modelo e de chaves; fica por assinar.
    .template = O modelo (predefinição: o da região)
    .keys = A chave de uma administração, CI=64 dígitos hexadecimais; repetível
    .keyholders = Os detentores de chave, em vez dos do modelo
    .threshold = Quantos têm de assinar, em vez do que diz o modelo
    .output = Onde escrever a carta
cmd-charter-propose = Fazer a revisão seguinte a partir de alterações curtas; fica por assinar.
    .admits = Uma administração que entra na carta, com a sua chave, OMA=64 dígitos hexadecimais; repetível
    .names = O seu nome, OMA=NOME em todas as línguas, OMA:fr=NOME numa só; repetível
    .partners = As que entram como parceiras (predefinição: como membros)
    .assessors = Os dois assessores, por exemplo SN,GA
    .leader = O país líder: presidência, secretariado e todas as comissões
    .vice-presidency = A vice-presidência da região
    .hosts = Quem preside a uma comissão, por exemplo solutions=SN; repetível
    .seats = Quem toma um lugar numa comissão, por exemplo solutions=SN; repetível
    .leaves = Quem deixa uma comissão, por exemplo solutions=SN; repetível
    .suspend = As administrações cujos direitos são suspensos
    .restore = As administrações cujos direitos são restabelecidos
    .keys = A nova chave de uma administração, CI=64 dígitos hexadecimais; repetível
    .last-mandates = A última acreditação legítima de uma administração cuja chave foi roubada, SN=primeiros dígitos; repetível
    .remove = As administrações que saem da carta
    .keyholders = Os detentores de chave; o limiar passa a dois terços se o seu número mudar
    .review-by = A data em que a carta deve ser revista, AAAA-MM-DD
    .output = Onde escrever a proposta
cmd-charter-history = Mostrar todas as revisões: data, signatários, alterações.
cmd-charter-refound = O último recurso, quando se perderam demasiadas chaves: fazer a revisão 1 de uma nova rede que continua esta e diz porquê; fica por assinar.
    .reason = Porque é que a região funda de novo
    .keys = A nova chave de uma administração, CI=64 dígitos hexadecimais; repetível
    .keyholders = Os detentores de chave, em vez dos anteriores
    .threshold = Quantos têm de assinar (predefinição: como antes, ou dois terços de outros detentores)
    .output = Onde escrever a carta
cmd-charter-prove = Provar, uma vez por ano, que um detentor de chave tem a sua chave: uma declaração assinada com a chave desta pasta, que qualquer nó transporta.
    .file = Uma declaração assinada noutro lado: este nó transporta-a
    .output = Escrever apenas a declaração neste ficheiro, para «palabre charter prove FICHEIRO» junto de um nó
cmd-charter-settle = Fazer o acordo de um litígio: uma revisão que diz o que diz uma das revisões contestadas, e as nomeia todas; falta que a assinem os detentores de chave que não assinaram duas delas.
    .keep = A revisão contestada que fica: a sua impressão, ou pelo menos os 8 primeiros dígitos
    .output = Onde escrever o acordo
cmd-charter-sign = Assinar uma carta com a chave da administração guardada nesta pasta, depois de mostrar o que ela altera.
    .file = O ficheiro da carta, ao qual a assinatura é acrescentada, ou os primeiros dígitos de uma proposta que o nó tem
cmd-charter-show = Mostrar o que diz uma carta, hoje ou numa data passada, e as propostas.
    .file = Um ficheiro de carta (por omissão: o que o nó tem)
    .at = A revisão deste número, ou a que valia nesse dia (AAAA-MM-DD)
    .output = Escrever também todas as revisões, assinaturas e acreditações neste ficheiro, para «palabre init --charter»
cmd-charter-check = Verificar as regras e as assinaturas de uma carta.
    .file = Um ficheiro de carta (predefinição: a deste nó)

cmd-mandate = A acreditação: os nós que agem por uma administração.
cmd-mandate-add = Acreditar mais nós, com a chave da administração guardada nesta pasta.
    .charter = A carta fundadora, para uma primeira acreditação (por omissão: o que o nó tem)
    .node = A chave do nó, 64 dígitos hexadecimais, ou o ficheiro node.public da sua pasta
    .label = O nome que a administração lhe dá
    .addresses = Um endereço duradouro do nó, por exemplo /dns4/no.alfandegas.example/tcp/8710; repetível
    .output = Onde escrever a acreditação (necessário quando o nó não corre)
    .nodes = As chaves dos nós, 64 dígitos hexadecimais cada, ou os ficheiros node.public das suas pastas
cmd-mandate-revoke = Retirar um nó da acreditação: o que escreveu até agora conta, o que se segue é nulo.
    .node = A chave do nó, ou pelo menos os seus 8 primeiros dígitos
    .output = Onde escrever também a acreditação
cmd-mandate-show = Mostrar uma acreditação.
    .file = Um ficheiro de acreditação (por omissão: todas as que o nó tem)
    .charter = A carta que permite verificar a assinatura (predefinição: a deste nó)

cmd-act = Os atos sobre os documentos e os outros objetos.
cmd-act-show = Mostrar um ato: em vigor, nulo e porquê, confirmado por quem.
    .id = O ato: o identificador do seu registo, ou pelo menos os 8 primeiros dígitos
cmd-act-uphold = Confirmar um ato nulo: o que ele diz produz efeito como um ato desta administração, que tem de ter esse direito.
    .id = O ato: o identificador do seu registo, ou pelo menos os 8 primeiros dígitos

cmd-log = Os diários dos nós.
cmd-log-show = Mostrar os diários de um nó, o mais recente primeiro.
    .node = Chave do nó (ou pelo menos os 8 primeiros dígitos), ou código da sua administração
    .log = Só este diário
    .before = Só os registos anteriores a este número
    .limit = Número de registos por diário, 500 no máximo (predefinição: 20)

cmd-archive = Todo o livro-razão num ficheiro, para quem não tem nó.
cmd-archive-export = Escrever um arquivo: carta, acreditações, todos os registos da rede, selado por este nó.
    .all = Tudo o que o nó detém
    .output = O ficheiro a escrever
cmd-verify = Verificar um arquivo, sem rede nem pasta de nó, e dizer o que prova.
    .file = O arquivo
    .network = A rede de que deve ser
cmd-store = O que o nó guarda no disco.
cmd-store-verify = Reler todo o livro-razão e verificar cada registo.
cmd-store-rebuild = Refazer o índice e os registos de estado a partir do livro-razão (nó parado).

## Unidades

size-b = { $number } B
size-kib = { $number } KiB
size-mib = { $number } MiB
size-gib = { $number } GiB
time-seconds = { $number } s
time-minutes = { $number } min
time-hours = { $number } h
time-days = { $number } d

## Cabeçalhos de coluna

col-administration = administração
col-name = nome
col-kind = natureza
col-key = chave
col-node = nó
col-number = número
col-label = nome
col-addresses = endereços
col-signature = assinatura
col-state = estado
col-missing = faltam
col-received = recebida
col-waits = espera
col-id = id
col-title = título
col-lang = língua
col-size = tamanho
col-version = versão
col-clock = relógio
col-file = ficheiro
col-sequence = n.º
col-act = ato
col-effect = efeito
col-entries = registos
col-in-force = em vigor
col-void = nulos
col-waiting = em espera
col-sealed = seladas
col-from = primeiro
col-until = último
col-commission = comissão
col-host = anfitrião
col-members = membros
col-api = interface
col-home = pasta
col-pid = processo

## Carta e acreditações

kind-member = membro
kind-regional-office = gabinete regional
kind-partner = parceiro
charter-vacant = vaga
charter-founded = Carta escrita em { $file }, rede { $id }.
charter-founded-next = São precisas { $threshold } assinaturas de detentores de chave ({ $keyholders }): «palabre charter sign { $file }» em cada um.
charter-signed = Assinado por { $administration }.
charter-signed-already = Já assinado por { $administration }: nada a fazer.
charter-signed-next = Faltam { $missing }: leve { $file } a outro detentor de chave.
charter-signed-held = Assinaturas que ainda faltam: { $missing }. Os outros detentores de chave assinam com «palabre charter sign» ou «palabre application approve».
charter-signed-enough = A carta está em vigor. Dê-a a cada nó: «palabre init --charter { $file }».
charter-signatures = Assinaturas de detentores de chave: { $signed } de { $needed } necessárias.
charter-signers = Assinaram: { $signers }.
charter-invalid-signatures = { $count ->
    [one] Uma assinatura não é válida e não conta.
   *[other] { $count } assinaturas não são válidas e não contam.
}
charter-invariants-kept = Todas as regras são respeitadas.
charter-checked = Revisão { $revision } da rede { $network }
charter-presidency = Presidência: { $administration }
charter-secretariat = Secretariado: { $administrations }
charter-assessors = Assessores: { $administrations }
charter-vice-presidency = Vice-presidência da região: { $administration }
charter-keyholders = Detentores de chave: { $keyholders }; são precisas { $threshold } assinaturas
charter-key-proved = { "  " }{ $administration } mostrou a sua chave pela última vez em { $at }
charter-key-overdue = { "  " }{ $administration } mostrou a sua chave pela última vez em { $at }: HÁ MAIS DE UM ANO
charter-key-never = { "  " }{ $administration } NUNCA mostrou a sua chave
proof-carried = { $administration } mostrou a sua chave em { $at }; os outros nós recebem-no por si.
proof-made = Declaração de { $administration } de { $at } em { $file }: «palabre charter prove { $file }» junto de qualquer nó.
charter-refounds = FUNDADA DE NOVO depois da rede { $network }, cuja última revisão é { $revision }. Porquê: { $reason }
charter-refounded-next = Cada nó começa numa nova pasta («palabre --home NOVA init --charter FICHEIRO»); as pastas antigas guardam o que foi escrito e ainda se leem.
charter-review-by = A rever até { $date }
charter-adopted = A revisão { $revision } tem todas as suas assinaturas: vale, e os outros nós recebem-na por si.
charter-adopted-file = A revisão { $revision } tem todas as suas assinaturas. Entregue { $file } a um nó: «palabre charter sign { $file }» onde um corre.
charter-before-unknown = A revisão { $before } não é conhecida aqui: só são verificadas as regras próprias desta, e o que ela altera não pode ser mostrado. «palabre charter show FICHEIRO» mostra o que ela diz.
charter-signing = A revisão { $revision } altera assim a revisão { $before }:
charter-signed-another = ATENÇÃO: esta administração já assinou outra revisão { $revision } ({ $hash }). Se ambas forem adotadas, a rede fica em litígio.
charter-not-running = O nó não corre: esta é a carta fundadora desta pasta; pode haver revisões mais recentes.
charter-written = Todas as revisões, assinaturas e acreditações estão em { $file }.
invite-made = Convite válido para uma candidatura, até { $until }. Entregue este texto, inteiro, a quem se deve juntar à rede:
invite-next = Na nova máquina: «palabre join TEXTO». A candidatura é entregue a: { $addresses }

ask-administration = Código da sua administração (por exemplo TG)?
ask-new = { $administration } junta-se a esta rede pela primeira vez (s/n)?
ask-yes-or-no = Responda sim ou não.
ask-name = O seu nome completo?
ask-contact = A quem telefonar para comparar as palavras (nome e número)?
ask-address = Endereço duradouro deste nó (vazio se não tiver)?
ask-words = As seis palavras que o candidato lê ao telefone?

join-made = Candidatura do nó { $node } por { $administration }.
join-file = Está em { $file }: leve-a a quem o convidou («palabre application approve FICHEIRO»).
join-taken = Entregue a { $address }
join-not-taken = Não entregue a { $address }: { $why }
join-words = As suas palavras, para ler quando lhe telefonarem:
join-next = Ponha o nó a funcionar: «palabre --home { $home } run». Arranca por si assim que for admitido.

applications-none = Nenhuma candidatura.
application-head = Candidatura { $id }
application-node = Nó { $node } («{ $label }») de { $administration }
application-newcomer = Nova chave de { $name } ({ $kind }): { $key }
application-addresses = Endereços: { $addresses }
application-contact = Contacto: { $contact }
application-invited = Convidada por { $administration }, até { $until }
application-words = Telefone a { $contact } para um número que já conhece, e peça que lhe leiam estas palavras:
application-waits = Espera: { $waits }
approve-mandated = O nó está na acreditação de { $administration }; arranca por si.

waits-proposal = uma proposta que dê a chave à administração («palabre application approve»)
waits-signatures = a revisão { $revision }: { $signed } de { $threshold } assinaturas; falta(m) { $lacking }, de entre { $missing }
waits-mandate = a acreditação de { $administration }, pela sua chave
waits-restoration = { $administration } está suspensa: uma revisão tem de a restabelecer
waits-nothing = nada: o nó foi admitido

refusal-malformed = o que chegou é ilegível ou não conta
refusal-other-network = o convite é de outra rede
refusal-signature = uma assinatura não é válida
refusal-not-entitled = quem convidou não tem esse direito, ou já não o tem
refusal-expired = o convite expirou
refusal-wrong-code = o código não é o do convite
refusal-used-code = outro nó já usou este convite
refusal-other-key = a carta dá outra chave a esta administração
refusal-no-key = esta administração ainda não tem chave na carta (tente de novo com --new)
refusal-full = a lista de candidaturas está cheia
refusal-busy = o nó não a pode receber agora
charter-dispute = *** LITÍGIO: { $count } revisões adotadas opõem-se. Vale a última revisão incontestada, com o que todas cortam, até um acordo. ***
charter-disputed = Revisão { $revision } contestada { $hash }, assinada por { $signers }:

charter-dispute-next = Para o resolver: «palabre charter settle ID -o FICHEIRO» com a revisão que fica, depois as assinaturas dos detentores de chave que não assinaram duas delas.
settlement-made = Acordo da revisão { $revision } a favor de { $keeps }, em { $file }; ninguém o assinou. Altera:
settlement-made-next = São precisos { $threshold } dos detentores de chave que não assinaram duas delas ({ $counts }): «palabre charter sign { $file }» em cada um.
settlement-twice = Assinaturas que aqui não contam: { $twice } assinaram duas das revisões contestadas.

change-line = { "  " }– { $change }
change-office = { $office }: { $after } (até agora: { $before })
change-host = Comissão { $commission }: { $after } preside (até agora: { $before })
change-seats = Comissão { $commission }, entradas: { $joined }; saídas: { $left }
change-admitted = { $code } entra na carta: { $name } ({ $kind }), chave { $key }
change-removed = { $code } sai da carta
change-suspended = { $code } fica suspensa
change-restored = { $code } deixa de estar suspensa
change-key = { $code } tem a chave { $after } (até agora: { $before })
change-no-key = nenhuma
change-keyholders = Detentores de chave, entradas: { $joined }; saídas: { $left }
change-threshold = Limiar: { $after } assinaturas (até agora: { $before })
change-review-by = A rever até { $after } (até agora: { $before })
change-cut = { $code }: { $logs ->
    [0] nenhum dos seus diários conta sob o que perde
    [one] um diário conta até ao seu fim conhecido; o que se segue é julgado sob esta revisão
   *[other] { $logs } diários contam até ao seu fim conhecido; o que se segue é julgado sob esta revisão
}
change-settles = Resolve um litígio entre { $revisions } revisões
change-other = Outra alteração, no campo «{ $field }»
office-presidency = Presidência
office-secretariat = Secretariado
office-assessor = Assessores
office-vice-presidency = Vice-presidência da região

proposal-made = Revisão { $revision } proposta em { $file }; ninguém a assinou. Altera:
proposal-made-next = Cada detentor de chave lê-a e assina-a: «palabre charter sign { $file }».
proposal-head = Proposta de revisão { $revision } ({ $hash }): { $lacking ->
    [one] falta uma assinatura
   *[other] faltam { $lacking } assinaturas
}
proposal-count = { $by }: são precisas { $threshold }; assinaram { $signed }; não assinaram { $missing }
count-before = Detentores atuais
count-own = Detentores novos
count-all = Detentores de chave

history-head = Revisão { $revision }, { $at }: { $standing }
history-signers = { "  " }{ $hash }, assinada por { $signers }
standing-in-force = em vigor
standing-followed = substituída
standing-disputed = contestada
standing-proposed = proposta

signers-none = ninguém

breach-list = { $line }
    { $rest }
breach-none = nenhuma
breach-code-twice = O código { $code } figura duas vezes: um código só serve uma vez.
breach-key-twice = A chave { $key } é de duas administrações: uma chave só serve uma vez.
breach-unknown = { $code } tem uma função, um lugar ou uma chave, e não figura entre as administrações.
breach-presidency = { $count ->
    [0] Ninguém tem a presidência: exerce-a o país líder.
   *[other] { $count } administrações têm a presidência: o país líder exerce-a sozinho.
}
breach-leader-no-member = { $code } tem a presidência sem ser membro.
breach-secretariat = O país líder, { $code }, dirige o secretariado: tem de lá figurar em primeiro lugar.
breach-assessor = { $code } não pode ser assessor: os assessores são membros que não o país líder.
breach-assessor-twice = { $code } é assessor duas vezes.
breach-regional-office = A carta tem { $count } gabinetes regionais: é preciso um, no secretariado.
breach-leader-absent = O país líder tem lugar em todas as comissões, e falta em { $commission }.
breach-host = { $code } é o anfitrião de { $commission } sem ser membro dela.
breach-seat = { $code } não pode ter este lugar em { $commission }: os lugares são de membros, um para cada.
breach-commission-twice = A comissão { $commission } figura duas vezes.
breach-key-missing = { $code } é detentor de chave e não tem chave: acrescente «--key { $code }=…».
breach-keyholder = { $code } não pode ser detentor de chave: membros e gabinete regional, uma vez cada.
breach-threshold = Um limiar de { $threshold } em { $keyholders }: são precisos pelo menos dois terços, e não mais do que todos.
breach-review-by = «{ $date }» não é uma data AAAA-MM-DD.
breach-number = A revisão { $found } não pode seguir a revisão { $before }: exatamente a seguinte, nunca um salto.
breach-previous = Nomeia outra revisão { $before } antes dela: uma proposta segue a revisão para a qual foi feita.
breach-no-cutoff = { $code } perde { $loss }: uma revisão que retira algo traz a lista do que ainda conta.
breach-stranger-cut = Uma lista diz respeito a { $code }, que não estava na revisão anterior.
loss-place = o seu lugar na carta
loss-key = a sua chave
loss-kind = a sua natureza
loss-rights = os seus direitos, por suspensão
loss-office = uma função
loss-seat = um lugar numa comissão

mandate-added = Acreditação de { $administration } escrita em { $file }.
mandate-no-sealing = O nó { $node } não tem aí chave de selagem: só lerá o que é público. Acredite-o com o seu ficheiro node.public para que leia o resto.
mandate-added-next = Dê-a, com a carta, a cada nó da rede: «palabre init --charter … --mandate …».
mandate-none = Nenhuma acreditação.
mandate-handed-in = Acreditação n.º { $number } de { $administration } entregue ao nó; os outros recebem-na por si.
mandate-revoked = O nó { $node } já não age por { $administration }. O que ainda conta:
mandate-end = { "  " }diário { $log }, até ao n.º { $sequence }
mandate-in-force = em vigor
mandate-not-in-force = não em vigor
mandate-unknown = desconhecido (nó parado)
signature-valid = válida
signature-invalid = NÃO VÁLIDA
signature-unchecked = não verificada (sem carta)

## Pasta do nó

init-home = Pasta do nó: { $home }
init-node = Chave do nó: { $node }
init-administration = Chave da administração { $administration }: { $key }
init-network = Rede { $network }, { $mandates ->
    [one] uma acreditação
   *[other] { $mandates } acreditações
}.
init-next-charter = A seguir: troque estas chaves, funde e assine a carta («palabre charter found», «palabre charter sign»), depois «palabre init --charter FICHEIRO --mandate FICHEIRO…».
init-next-mandate = A seguir: nenhuma acreditação nomeia este nó. Assine uma («palabre mandate add»), depois «palabre init --mandate FICHEIRO».
init-next-run = A seguir: «palabre run».

## Nó

status-node = Nó de { $administration }: { $node }
status-network = Rede { $network }, carta na revisão { $revision }
status-mandate-dispute = *** LITÍGIO: { $administration } assinou duas acreditações do mesmo número; vale a anterior até que uma revisão nomeie uma («palabre mandate show»). ***
status-listen = Escuta em { $address }
status-ledger = Livro-razão { $hash }
status-state = Estado ({ $audience }) { $hash }
status-level = Em dia com tudo aquilo de que ouviu falar.
status-behind = { $entries ->
    [one] Um registo ainda é esperado
   *[other] { $entries } registos ainda são esperados
}, há { $since }.
status-paused = A escrita está suspensa: { $obstacle }
obstacle-disk-full = o disco está cheio, ou tem menos espaço do que o nó deixa livre.
obstacle-read-only = a pasta do nó só pode ser lida.
obstacle-folder-missing = uma pasta do nó foi removida, renomeada ou desmontada enquanto ele funcionava.
obstacle-exhausted = o processo já não tem descritores de ficheiros ou memória.
obstacle-disk-failing = o disco comunica erros.
obstacle-not-admitted = o nó ainda não foi admitido.
status-ended-abruptly = Da última vez, o programa não parou normalmente (corte de energia, paragem forçada ou falta de memória). O registo foi verificado neste arranque.
status-descriptors = { $used } descritores de ficheiros em { $limit } estavam em uso, há { $ago }: as ligações esperam enquanto nenhum estiver livre. Aumente o limite (LimitNOFILE no ficheiro do serviço).
status-memory = { $used } de memória em { $limit } estavam em uso, há { $ago }: para além disso, o programa termina e é iniciado de novo. Aumente o limite (MemoryMax no ficheiro do serviço).
status-keyholders = { $overdue } dos { $keyholders } detentores de chave não mostram a sua chave há um ano: «palabre charter prove» em cada um deles («palabre charter show» nomeia-os).
status-keyholders-risk = ATENÇÃO: { $overdue } dos { $keyholders } detentores de chave não mostram a sua chave há um ano, e { $threshold } têm de assinar: mais um, e a carta já não pode ser alterada. «palabre charter prove» em cada um deles; quem perdeu a chave recebe outra («palabre charter propose --key»).
status-peers = Ligado a { $connected } dos { $all } outros nós.

peer-none = Nenhum outro nó é conhecido.
peer-connected = ligado
peer-dialing = a chamar
peer-waiting = nova tentativa prevista
peer-known = conhecido, não necessário
peer-no-address = sem endereço
peer-not-admitted = não admitido

why-node = { $administration } { $node }
why-state = Estado: { $state }
why-address = Endereço: { $address } ({ $source })
why-connected = Ligado a { $address } desde { $since }
why-last-attempt = Última tentativa: { $at }; falhas seguidas: { $failures }
why-last-error = O que foi respondido: { $detail }
why-next-attempt = Próxima tentativa: { $at }
why-missing = { $entries ->
    [one] Mostra um registo que falta aqui.
   *[other] Mostra { $entries } registos que faltam aqui.
}
reason-connected = Está ligado: nada a fazer.
reason-this-node = É este próprio nó.
reason-not-mandated = Nenhuma acreditação em vigor o nomeia: nunca o fez, ou ele foi revogado. Que a sua administração o acredite («palabre mandate add»).
reason-suspended = A sua administração está suspensa pela carta.
reason-mandate-disputed = A sua administração assinou duas acreditações com o mesmo número: nenhuma vale.
reason-no-address = Não se conhece nenhum endereço dele: cabe-lhe chamar, ou acrescente um bloco [[peer]] a node.toml.
reason-enough-connections = Este nó tem as suas ligações; chamará esse quando precisar.
reason-not-tried-yet = Ainda não foi chamado.
reason-unreachable = Nada responde nos seus endereços: nó parado, ligação cortada ou porta fechada. As tentativas continuam.
reason-other-node = Outro nó responde no seu endereço: verifique o endereço ou a chave.
reason-closed-by-peer = Respondeu e fechou: não admite este nó (falta-lhe a nossa acreditação?) ou tem as suas ligações.
reason-paused = Ultrapassou um limite; é deixado de lado por algum tempo.
source-mandate = acreditação
source-configuration = node.toml
source-local-network = rede local
source-peer = dito por ele
source-witness = constatação

log-node = Diários de { $administration } { $node }
log-none = Nada deste nó chegou aqui.
log-head = Diário { $log }, { $sequence ->
    [one] um registo
   *[other] { $sequence } registos
} sem lacunas
log-forked = BIFURCADO a partir do registo { $sequence }: nada tem efeito desde então.
effect-in-force = em vigor
effect-void = nulo
effect-waiting = em espera
effect-forked = bifurcado
effect-sealed = selado para outros

act-head = { $act } { $id }
act-object = Sobre { $id }
act-by = De { $administration } (nó { $node }), { $at }
act-log = Diário { $log }, número { $sequence }
act-effect = Efeito: { $effect }
act-upheld = Confirmado por { $administration }: o que ele diz está em vigor aí ({ $id })
act-upholds = Confirma { $id }
act-upheld-now = Confirmado: o que o ato diz está em vigor por { $id }

void-no-act = não é um ato
void-malformed = o ato está mal formado
void-unknown-kind = esta versão do programa não conhece este tipo de ato
void-wrong-place = o seu lugar não é o que se segue aos atos que nomeia
void-foreign-after = nomeia como anterior um registo de outro objeto
void-broken-after = nomeia como anterior um registo que não é um ato ou está fora do lugar
void-not-mandated = o seu autor não é um nó da acreditação citada
void-revoked = o seu autor já não está acreditado: vem depois do que conta dele
void-cut-in-dispute = revisões ou acreditações que se opõem cortam-no, até serem resolvidas
void-suspended = a sua administração está suspensa
void-not-allowed = a sua administração não tem direito a este ato
void-opener-void = o ato que abriu o objeto é nulo
void-other-kind = o objeto é de outro tipo
void-withdrawn = o seu autor sabia que o objeto tinha sido retirado
void-other-key = o que ele diz não está assinado pela chave que a carta dá à administração
void-not-void = o que ele confirma está em vigor, ou já confirmado
void-not-upholdable = confirma um ato que por sua vez confirma outro
void-other-audience = destina-se a outros leitores que não os do seu objeto ou dos atos deste género
void-outside = a sua administração não faz parte da audiência a que se destina

## Documentos

document-published = Publicado: { $id }
document-revised = Versão acrescentada: { $id }
document-withdrawn = Documento retirado; continua legível.
document-none = Ainda não há documentos.
document-list-next = Obter um documento: «palabre document get ID -o FICHEIRO».
document-got = { $file }: { $size }
document-id = Id: { $id }
document-by = Publicado por { $administration } (nó { $node }), { $at }
document-audience = Audiência: { $audience }
document-state = Estado: { $state }
document-withdrawal = Retirado em { $at }: { $reason }
document-state-published = publicado
document-state-withdrawn = retirado
document-state-incomplete = a caminho
document-state-several = { $count } versões lado a lado
version-stands = em vigor
version-replaced = substituída
version-incomplete = conteúdo a caminho
version-void = nula: { $reason }

## Arquivos

archive-made = { $file }: { $size }, { $records ->
    [one] uma peça
   *[other] { $records } peças
}, relidas e seladas.
archive-next = Para o verificar em qualquer máquina: palabre verify { $file }
verified-whole = O arquivo está inteiro: { $entries ->
    [one] um registo, de assinatura válida
   *[other] { $entries } registos, cada um de assinatura válida
}.
verified-seal = Selado { $by }, em { $at } segundo o seu relógio.
verified-by = pelo nó { $node } de { $administration }
verified-by-unknown = pelo nó { $node }, que a carta do arquivo não admite
verified-network = Rede: { $network }
verified-charter = Carta em vigor: revisão { $revision }.
verified-void = { $count ->
    [one] Um ato é nulo:
   *[other] { $count } atos são nulos:
}
verified-void-act = {"  "}{ $id }  { $administration }  { $act }: { $reason }
verified-void-more = {"  "}… e mais { $count }; «--json» nomeia-os todos.
verified-fork = O diário { $log } de { $author } bifurca no registo { $sequence }: daí em diante nada tem efeito.
verified-ahead = { $count ->
    [one] Um registo segue uma lacuna do seu diário e ainda não tem efeito.
   *[other] { $count } registos seguem uma lacuna do seu diário e ainda não têm efeito.
}
verified-disputed = Há revisões da carta que se contradizem; nenhuma se aplica até serem dirimidas.
verified-proves = Provado: quem assinou o quê, por que ordem dentro de cada diário, e o que vale segundo esta carta. Não provado: as datas, que cada autor escreveu ele próprio, e que o arquivo contenha o que o seu nó não detinha. Compare o identificador da rede com o que a sua administração conhece.

## No disco

store-verified = { $entries ->
    [one] Um registo verificado
   *[other] { $entries } registos verificados
}.
store-damage = { $file }, byte { $offset }: { $entry }
store-mended = { $count ->
    [one] Um lugar danificado: o que lá estava foi reescrito noutro lado.
   *[other] { $count } lugares danificados: o que lá estava foi reescrito noutro lado.
}
store-entry = registo { $sequence } do diário { $log } de { $author }
store-entry-unknown = conteúdo irreconhecível
store-rebuilt = { $records ->
    [one] Índice refeito a partir de um registo.
   *[other] Índice refeito a partir de { $records } registos.
}

## Demonstração

demo-starting = { $count ->
    [one] A arrancar um nó em { $dir }…
   *[other] A arrancar { $count } nós em { $dir }…
}
demo-ready = A rede está pronta: { $count } nós, { $documents ->
    [0] com os documentos que tinha
    [one] um documento publicado
   *[other] { $documents } documentos publicados
}, os mesmos em todo o lado.
demo-try = Para experimentar, noutro terminal:
    { "  " }{ $program } --home { $one } document list
    { "  " }{ $program } --home { $one } document publish FICHEIRO --title "Um título" --lang pt
    { "  " }{ $program } --home { $other } document list
    { "  " }{ $program } --home { $one } peer list
    { "  " }kill -9 { $pid }    (um nó morre; os outros continuam)
    { "  " }{ $program } --home { $other } run    (regressa e recupera)
demo-end = Ctrl-C para tudo. Tudo está descrito em { $record }
demo-child-ended = O nó de { $administration } parou ({ $status }). Para o fazer voltar: «palabre --home { $home } run».
demo-stopping = A parar os nós…
demo-kept = A rede fica em { $dir }: «palabre demo --dir { $dir }» volta a arrancá-la.

## Causas

cause-not-found = não existe
cause-permission = este utilizador não tem permissão
cause-exists = já existe
cause-full = o disco está cheio
cause-read-only = o disco só permite leitura
cause-directory = é uma pasta
cause-address-in-use = o endereço já está ocupado
parameter-missing = falta
parameter-twice = é dado duas vezes
parameter-unknown = não há nenhum com este nome
parameter-zero = é 0
parameter-beyond = ultrapassa { $most }
cause-other = { $detail }

## Erros

err-lang = «{ $lang }» não é uma língua do Palabre.
    .why = As mensagens existem em francês (fr), inglês (en) e português (pt).
    .next = Indique --lang fr, en ou pt.
err-usage = Os argumentos não combinam: { $argument }
    .why = O comando não os entende assim.
    .next = Veja «{ $help }».
err-usage-unknown = Argumento desconhecido: { $argument }
    .why = Este comando não tem nenhum com esse nome.
    .next = Veja «{ $help }».
err-usage-command = Comando desconhecido: { $command }
    .why = O Palabre não tem nenhum comando com esse nome.
    .next = Veja «{ $help }».
err-usage-no-command = Falta um comando.
    .why = O Palabre não sabe o que fazer.
    .next = Veja «{ $help }».
err-usage-missing = Falta: { $argument }
    .why = O comando precisa dele.
    .next = Veja «{ $help }».
err-usage-value = O valor «{ $value }» não serve para { $argument }.
    .why = { $meaning }
    .next = Veja «{ $help }».
err-usage-conflict = { $argument } não combina com { $other }.
    .why = Um exclui o outro.
    .next = Veja «{ $help }».
err-json-output = Com --json, o conteúdo tem de ir para um ficheiro.
    .why = A saída padrão é para o JSON.
    .next = Acrescente -o FICHEIRO, ou retire --json.

err-read = { $file } não pode ser lido.
    .why = Causa: { $cause }.
    .next = Verifique o caminho e as permissões.
err-write = { $file } não pode ser escrito.
    .why = Causa: { $cause }.
    .next = Verifique a pasta, as permissões e o espaço no disco.
err-exists = { $file } já existe.
    .why = Um ficheiro que conta nunca é substituído.
    .next = Escolha outro nome, ou mude esse ficheiro de lugar.
err-random = O sistema não fornece aleatoriedade.
    .why = { $detail }
    .next = Sem aleatoriedade nenhuma chave é segura: verifique a máquina.
err-malformed = { $file } não é o ficheiro esperado.
    .why = { $detail }
    .next = Peça de novo o ficheiro a quem o fez.

err-home-exists = { $home } já é a pasta de um nó.
    .why = Criar outra no seu lugar poderia destruir chaves.
    .next = Escolha outra pasta com --home.
err-no-home = { $home } não é a pasta de um nó.
    .why = Não foi criada por «palabre init».
    .next = Indique a pasta certa com --home, ou crie-a: «palabre init».
err-home-folder = A pasta { $folder } falta.
    .why = Foi removida, ou está num disco que não está montado.
    .next = Monte o disco ou restaure a cópia de segurança; não a recrie vazia.
err-home-locked = A pasta { $home } está ocupada por outro processo ({ $process }).
    .why = Só um processo de cada vez faz funcionar um nó ou altera o que ele guarda.
    .next = Pare primeiro esse nó.
err-secret-open = { $file } tem as permissões { $mode }: outros podem ler o segredo.
    .why = Um segredo é só do seu dono (0600).
    .next = chmod 600 { $file }; se outros o puderam ler, substitua a chave.
err-secret-format = { $file } não contém uma chave.
    .why = É precisa uma linha de 64 dígitos hexadecimais.
    .next = Restaure este ficheiro de uma cópia de segurança.
err-no-administration-key = A chave da administração não está em { $home }.
    .why = Só esta chave pode assinar uma carta ou uma acreditação.
    .next = Indique a pasta onde está (--home), ou crie-a: «palabre init --administration CÓDIGO».
err-settings = { $file }, linha { $line }: definição incorreta.
    .why = «{ $text }»: { $detail }
    .next = Corrija esta linha; o modelo config/node.toml explica cada definição.

err-no-charter = Este nó não tem carta ({ $home }).
    .why = Um nó só pertence a uma rede pela sua carta assinada.
    .next = «palabre init --charter FICHEIRO --mandate FICHEIRO…»
err-not-genesis = { $file } é a revisão { $revision }.
    .why = Uma rede funda-se na revisão 1.
    .next = Use o ficheiro da revisão 1.
err-no-genesis = { $file } não contém a revisão 1.
    .why = Um nó verifica todas as revisões desde a primeira.
    .next = Peça a carta inteira: «palabre charter show --output FICHEIRO» escreve-a, num nó em funcionamento.
err-chain = A revisão { $revision } em { $file } não conta.
    .why = { $detail }
    .next = Peça a carta inteira: «palabre charter show --output FICHEIRO» escreve-a, num nó em funcionamento.
err-invariants = A carta infringe regras.
    .why = { $breaches }
    .next = Corrija o modelo e volte a fazer a carta.
err-threshold = A carta não está em vigor: { $signed } assinaturas de detentores de chave de { $needed } necessárias.
    .why = Assinaram: { $signers }
    .next = Faça-a assinar por outros detentores: «palabre charter sign».
err-no-keyholder = Esta administração não é detentora de chave nesta carta.
    .why = A chave { $key } não é de nenhum detentor.
    .next = Verifique o ficheiro, a pasta (--home) e a chave dada a «charter found».
err-no-revision = Nenhuma revisão incontestada corresponde a isto.
    .why = A última é a revisão { $last }.
    .next = «palabre charter history» mostra todas as revisões e as suas datas.
err-number-adopted = { $file } é uma revisão { $revision }, e outra já está adotada.
    .why = Assinar uma segunda com esse número poria a rede em litígio.
    .next = Refaça a proposta depois da revisão em vigor: «palabre charter propose».
err-revision-foreign = { $file } (revisão { $revision }) segue uma revisão que esta rede não tem.
    .why = As { $last } revisões desta rede são conhecidas: esta é de outra rede.
    .next = Verifique o ficheiro e a pasta (--home).
err-revision-ahead = { $file } é a revisão { $revision }, e a revisão em vigor aqui é a { $last }.
    .why = Uma revisão segue exatamente a anterior, adotada: nunca um salto.
    .next = Faça adotar primeiro a revisão anterior, ou espere que chegue a este nó.
err-succession = { $file } (revisão { $revision }) não pode seguir a revisão anterior.
    .why = { $breaches }
    .next = Refaça a proposta: «palabre charter propose».
err-settles = { $file } (revisão { $revision }) resolve um litígio entre revisões que não estão todas adotadas aqui.
    .why = Um acordo nomeia revisões adotadas do seu número.
    .next = Espere que cheguem a este nó: «palabre charter history».
err-handed-in = O nó não aceita o que lhe é entregue.
    .why = { $detail }
    .next = «palabre charter check FICHEIRO» diz que regra não é respeitada.
err-propose-stranger = { $administration } não está na carta.
    .why = Funções, lugares e chaves cabem às administrações da carta.
    .next = Verifique o código: «palabre charter show».
err-propose-listed = { $administration } já está na carta.
    .why = Entra-se nela uma vez; uma administração que ainda não tem chave recebe uma.
    .next = Para lhe dar uma chave: «palabre charter propose --key { $administration }=CHAVE».
err-propose-commission = Não há comissão { $commission }.
    .why = As comissões são as da carta.
    .next = «palabre charter show» mostra-as.
err-propose-nothing = A carta já diz isso: nada mudaria.
    .why = Uma revisão altera alguma coisa.
    .next = Diga o que deve mudar: «palabre charter propose --help».
err-propose-mandate = «{ $digits }» não é o início de uma única acreditação de { $administration }.
    .why = Uma acreditação nomeia-se por oito dígitos, pelo menos, da sua impressão.
    .next = «palabre mandate show» mostra-as todas.
err-propose-last-mandate = { $administration } não perde nada: a sua acreditação vale tal como está.
    .why = A última acreditação legítima diz-se de quem recebe outra chave ou perde um direito.
    .next = Acrescente «--key { $administration }=CHAVE», ou retire «--last-mandate».
err-propose-invariants = A carta proposta viola regras.
    .why = { $breaches }
    .next = Acrescente o que falta a «palabre charter propose», por exemplo outro anfitrião (--host).
err-dispute = Duas revisões adotadas opõem-se: nada mais pode ser proposto.
    .why = Um detentor de chave assinou duas revisões do mesmo número.
    .next = O acordo vem primeiro: «palabre charter settle».
err-no-dispute = Nenhuma revisão se opõe a outra: não há nada a resolver.
    .why = Cada revisão adotada segue a anterior.
    .next = Veja «palabre charter history»; para outras alterações: «palabre charter propose».
err-not-disputed = { $hash } não é o início de uma única revisão contestada.
    .why = Um acordo fica com uma das revisões que se opõem.
    .next = «palabre charter show» nomeia-as.
err-signed-both = { $administration } assinou duas das revisões contestadas: não assina o seu acordo.
    .why = Só os detentores de chave que não assinaram as duas resolvem um litígio: { $counts }.
    .next = Leve o ficheiro a um deles.
err-no-administration = A chave { $key } não é de nenhuma administração desta carta.
    .why = Uma acreditação é assinada pela chave que a carta dá à administração.
    .next = Verifique o ficheiro e a pasta (--home).
err-other-network = { $file } é a carta de outra rede.
    .why = Um nó pertence para sempre a uma rede: os seus diários são assinados para ela.
    .next = Use outra pasta para a outra rede (--home).
err-template = O modelo de carta não pode ser lido.
    .why = { $detail }
    .next = Compare-o com config/charter.toml.
err-template-stranger = É dada uma chave para { $code }, que o modelo não conhece.
    .why = Só as administrações do modelo entram na carta.
    .next = Verifique o código, ou acrescente a administração ao modelo.
err-mandate = A acreditação não pode ser feita.
    .why = { $detail }
    .next = Verifique o nó e os seus endereços (8 no máximo).
err-mandate-stranger = { $file } é de { $administration }, que não tem chave na carta.
    .why = Sem chave na carta, uma acreditação não pode ser verificada.
    .next = Verifique que a carta e a acreditação são da mesma rede.
err-mandate-signature = A assinatura de { $file } não é de { $administration }.
    .why = O ficheiro foi alterado, ou está assinado para outra rede ou com outra chave.
    .next = Peça de novo o ficheiro a { $administration }.
err-mandate-invalid = A assinatura da acreditação de { $administration } não é válida.
    .why = Não é da chave que a carta dá a esta administração.
    .next = Não use este ficheiro; peça-o de novo a { $administration }.
err-mandate-nowhere = A acreditação não iria para lado nenhum.
    .why = O nó não corre, e nenhum ficheiro é dado.
    .next = Dê um ficheiro (-o), ou arranque o nó: «palabre run».
err-mandate-listed = O nó { $node } já está acreditado.
    .why = A acreditação em vigor nomeia-o.
    .next = «palabre mandate show» mostra-a.
err-mandate-unlisted = Nenhum nó acreditado desta administração corresponde a { $node }.
    .why = A acreditação em vigor não nomeia exatamente um nó cuja chave comece assim (8 dígitos pelo menos).
    .next = «palabre mandate show» mostra-os.
err-node-card = { $file } não diz quem é um nó.
    .why = { $detail }
    .next = Indique a chave do nó (64 dígitos hexadecimais) ou o ficheiro node.public da sua pasta.
err-not-mandated = Nenhuma acreditação nomeia este nó ({ $node }).
    .why = Os outros só deixam entrar nós acreditados.
    .next = Assine uma acreditação («palabre mandate add»), depois «palabre init --mandate FICHEIRO».

err-not-running = O nó não responde em { $address }.
    .why = Não está a funcionar, ou outro endereço está definido em { $home }/node.toml.
    .next = Arranque-o: «palabre --home { $home } run».
err-answer = O que responde em { $address } não é um nó Palabre.
    .why = { $status }
    .next = Verifique o que escuta nesse endereço.
err-broken-off = A troca com o nó ({ $address }) foi interrompida.
    .why = { $detail }
    .next = Veja o registo de execução do nó e recomece.
err-internal = O nó falhou.
    .why = { $detail }
    .next = Veja o registo de execução do nó.
err-listen = O nó não pode escutar em { $address }.
    .why = { $detail }
    .next = Defina «listen» em node.toml, ou pare o que ocupa esse endereço.
err-address-in-use = A interface HTTP não pode escutar em { $address }.
    .why = Causa: { $cause }.
    .next = Defina outro endereço em node.toml («api = …»), ou pare o que o ocupa.

err-no-act = { $id } não é um ato que conte ou seja nulo aqui.
    .why = O seu diário ainda não chega até ele aqui, ou o seu conteúdo não chegou, ou está danificado.
    .next = Espere que chegue; «palabre log show NÓ» mostra os diários do seu autor.
err-not-void = O ato { $id } não precisa de ser confirmado.
    .why = Está em vigor, ou outro ato já o confirma.
    .next = Veja qual: «palabre act show { $id }».
err-not-upholdable = O ato { $id } não produz efeito com ninguém que o confirme.
    .why = { $reason }
    .next = Faça o mesmo de novo por um ato seu.
err-act-waits = O ato { $id } espera.
    .why = Aquilo em que assenta, ou a revisão da carta ou a acreditação que cita, não chegou aqui.
    .next = Tente mais tarde; «palabre peer list» diz quem se alcança.
err-object-unknown = Nada tem o id { $id }.
    .why = Este nó não conhece nenhum registo cujo id comece assim.
    .next = Verifique o id («palabre document list»), ou espere que chegue.
err-object-ambiguous = Vários objetos têm um id que começa por { $id }.
    .why = Estes dígitos não chegam para os distinguir.
    .next = Indique mais dígitos.
err-object-prefix = «{ $id }» não é um id.
    .why = Um id tem 64 dígitos hexadecimais; bastam os 8 primeiros.
    .next = Copie-o de «palabre document list --json».
err-no-document = { $id } não é um documento.
    .why = Este registo não abre nenhum.
    .next = Veja «palabre document list».
err-no-version = O documento { $id } não tem a versão { $version }.
    .why = Este registo não é uma versão dele.
    .next = Veja «palabre document show { $id }».
err-incomplete = O conteúdo de { $id } ainda não chegou.
    .why = O registo está cá; o ficheiro segue, de um nó que o tem.
    .next = Tente mais tarde; «palabre peer list» diz quem se alcança.
err-field = Um texto do pedido não serve.
    .why = { $detail }
    .next = Corrija-o e recomece.
err-no-right = A carta não dá este direito.
    .why = { $reason }
    .next = Peça à administração que o tem.
err-withdrawn = O documento { $id } está retirado.
    .why = Um documento retirado já não muda.
    .next = Publique um novo documento.
err-upload = O conteúdo não chegou inteiro.
    .why = { $detail }
    .next = Envie-o de novo.
err-too-large = O conteúdo é grande de mais: { $limit } MiB no máximo.
    .why = Cada nó recebe-o inteiro, também por uma ligação lenta.
    .next = Reduza o ficheiro, ou divida-o em vários documentos.
err-paused = O nó não pode escrever por agora.
    .why = { $obstacle }
    .next = Resolva-o (liberte espaço, monte o disco de novo para escrita, reponha a pasta): o nó retoma sozinho.
err-waiting = O nó ainda não pode abrir o seu livro-razão.
    .why = { $obstacle }
    .next = Resolva-o (liberte espaço, volte a montar o disco em escrita): o nó arranca por si; nada se perde.
err-not-admitted = O nó ainda não foi admitido.
    .why = A sua candidatura foi entregue; arranca por si assim que for aceite.
    .next = «palabre join», sem convite, diz o que ainda falta.
err-unanswered = Falta uma resposta: { $question }
    .why = { $option } não a disse, e nenhuma resposta servia. { $detail }
    .next = Tente de novo, ou dê-a com { $option }.
err-may-not-invite = Este nó ({ $node }) não pode convidar.
    .why = Só convidam os nós acreditados dos membros e do gabinete regional.
    .next = Peça um convite a um membro.
err-invite = Estes endereços não fazem um convite.
    .why = { $detail }
    .next = Dê um a três endereços com --address, cada um com /p2p/ no fim.
err-invitation = Este texto não é um convite inteiro.
    .why = { $detail }
    .next = Copie-o de novo, do primeiro ao último carácter.
err-invitation-changed = O convite foi alterado.
    .why = A sua assinatura não é a do nó que ele nomeia.
    .next = Não o use; peça outro convite, por uma via segura.
err-invitation-code = O código não é o do convite.
    .why = Foi alterado depois da assinatura.
    .next = Peça outro convite.
err-invitation-expired = O convite expirou.
    .why = Valia até { $until }, pelo relógio desta máquina.
    .next = Verifique o relógio, ou peça outro convite.
err-home-other-network = { $home } pertence a uma rede diferente da do convite.
    .why = Um nó pertence para sempre a uma rede: os seus diários são assinados para ela.
    .next = Use outra pasta (--home).
err-heard-other-network = A carta recebida não é a da rede do convite.
    .why = O nó que respondeu não é desta rede.
    .next = Avise quem o convidou, e peça outro convite.
err-application = Estas respostas não fazem uma candidatura.
    .why = { $detail }
    .next = Corrija-as e tente de novo.
err-join-nothing = Nenhuma candidatura partiu de { $home }.
    .why = Sem convite, «palabre join» entrega de novo a que lá está.
    .next = Dê o convite: «palabre join TEXTO».
err-application-refused = A candidatura foi recusada.
    .why = { $why }.
    .next = Peça um novo convite, ou corrija o que aqui se diz.
err-no-door = A candidatura não pôde ser entregue em lado nenhum.
    .why = { $doors }
    .next = Verifique a ligação e repita «palabre join», ou leve-a em ficheiro: «palabre join TEXTO --output FICHEIRO».
err-no-application = Nenhuma candidatura { $id }.
    .why = Não é um ficheiro, nem o início do identificador de uma só candidatura.
    .next = Veja «palabre application list».
err-other-words = As palavras não são as desta candidatura.
    .why = A máquina a que se telefonou tem outras chaves que a que se candidatou.
    .next = Peça que leiam de novo; se continuarem diferentes, não aceite, e avise quem convidou.
err-approve-suspended = { $administration } está suspensa.
    .why = Os seus nós não têm direitos até que uma revisão a restabeleça.
    .next = «palabre charter propose --restore { $administration }».
err-approve-more = A revisão { $revision } proposta altera ainda outra coisa.
    .why = Aceitar uma candidatura só assina a entrada de uma administração ou a sua chave.
    .next = Leia-a («palabre charter show») e assine-a se estiver certa: «palabre charter sign { $hash }».
err-not-its-key = A chave desta pasta não é a de { $administration }.
    .why = É a de { $own }; uma administração acredita ela própria os seus nós.
    .next = Aceite a candidatura onde está a chave de { $administration }.
err-stopping = O nó está a parar.
    .why = Já não aceita nada de novo.
    .next = Arranque-o outra vez e recomece.

err-token = A senha falta ou não é a certa.
    .why = A interface só obedece a quem pode ler o ficheiro «token» da pasta do nó.
    .next = Envie «Authorization: Bearer SENHA».
err-host = O pedido é dirigido a { $host }.
    .why = A interface só responde a 127.0.0.1, [::1] ou localhost, para que nenhuma página web a possa usar.
    .next = Chame-a pelo seu endereço local.
err-route = Não há nada em { $path }.
    .why = A interface não tem este endereço.
    .next = Veja /api/v1/openapi.json.
err-method = { $method } não é possível em { $path }.
    .why = Este endereço tem outros métodos.
    .next = Veja /api/v1/openapi.json.
err-parameter = O parâmetro { $name } não serve.
    .why = { $detail }
    .next = Veja /api/v1/openapi.json.
err-body = O corpo do pedido não serve.
    .why = { $detail }
    .next = Veja /api/v1/openapi.json.
err-audience = «{ $audience }» não é uma audiência.
    .why = Existem public, region, secretariat, commission/ seguido do identificador de uma comissão, e members: seguido de dois ou mais códigos por ordem alfabética, separados por vírgulas.
    .next = Por exemplo --audience region, --audience commission/governance ou --audience members:CI,SN.
err-no-sealing-key = Este nó não pode selar nada.
    .why = A acreditação em vigor não indica a chave de selagem deste nó, ou não a que ele tem.
    .next = Acredite-o de novo com ela («palabre mandate add» e a sua chave, na máquina que tem a chave da administração), ou publique com --audience public.
err-node-unknown = Nenhum nó conhecido responde pelo nome «{ $node }».
    .why = Não é uma chave inteira, nem o início de uma conhecida, nem o código de uma administração acreditada.
    .next = Veja «palabre peer list».
err-node-ambiguous = «{ $node }» designa vários nós.
    .why = Uma administração pode ter vários, e alguns dígitos podem ser comuns.
    .next = Indique mais dígitos da chave; veja «palabre peer list --json».

err-export = O arquivo não foi escrito.
    .why = { $detail }
    .next = Verifique o espaço em disco e «palabre store verify», e tente de novo.

err-export-damaged = { $count ->
    [one] O arquivo está escrito, mas um lugar do livro-razão estava ilegível.
   *[other] O arquivo está escrito, mas { $count } lugares do livro-razão estavam ilegíveis.
}
    .why = O que lá estava falta, salvo se outra cópia tiver sido registada.
    .next = Deixe o nó pedir aos vizinhos o que falta e refaça o arquivo com outro nome.

err-archive = { $file } não vale como arquivo.
    .why = { $detail }
    .next = Peça outra cópia; não confie em nada do que esta diz.

err-archive-read = Não foi possível verificar { $file }.
    .why = { $detail }
    .next = A falha pode ser desta máquina: espaço na pasta temporária, direitos do ficheiro.

err-archive-network = { $file } é de outra rede.
    .why = O arquivo é da rede { $found }; pedida: { $expected }.
    .next = Verifique o identificador, ou peça o arquivo da rede certa.

err-store-damaged = { $count ->
    [one] O livro-razão está danificado num lugar.
   *[other] O livro-razão está danificado em { $count } lugares.
}
    .why = Estes bytes já não são os que foram escritos: disco cansado, cópia interrompida ou mão estranha.
    .next = Nada mais se perdeu: o nó pede de novo estes registos aos outros. Mande verificar o disco.
err-store = O que o nó guarda não pode ser aberto.
    .why = { $detail }
    .next = Verifique o disco; «palabre store verify» diz o que está danificado.

err-demo-ports = Não há portas livres suficientes a partir de { $port }.
    .why = Cada nó ocupa duas.
    .next = Indique outra primeira porta: «palabre demo --port 20000».
err-demo-child = O nó de { $administration } parou ao arrancar.
    .why = { $detail }
    .next = Tudo o que disse está em { $log }
err-demo-patience = A rede não está completa ao fim de { $seconds } s.
    .why = Um nó não vê os outros, ou ainda não recebeu tudo.
    .next = Experimente com menos nós (--nodes), e --dir para guardar os diários de execução.
