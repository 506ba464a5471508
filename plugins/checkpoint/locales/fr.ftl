# Les textes du composant « checkpoint ».

progress = Lecture des poids

summary-healthy = Le fichier { $file } est sain : { $tensors } tenseurs, { $parameters } paramètres, tous finis, le plus grand valant { $largest }. { $config ->
        [yes] Les dimensions concordent avec la configuration, et rien ne paraît ni non entraîné ni mort.
       *[no] Rien ne paraît ni non entraîné ni mort ; il n'y avait pas de configuration à laquelle comparer les dimensions.
    }
summary-partial = La structure de { $file } est saine ({ $tensors } tenseurs, { $parameters } paramètres), mais tous les poids n'ont pas pu être lus ; ceux qui l'ont été ne montrent aucun défaut.
summary-findings = { $findings ->
        [one] Un point ressort
       *[other] { $findings } points ressortent
    } dans { $file } ({ $tensors } tenseurs, { $parameters } paramètres).
summary-foreign = Aucun poids de { $file } n'a pu être examiné. Rien d'autre ne ressort.
summary-foreign-findings = { $findings ->
        [one] Un point ressort
       *[other] { $findings } points ressortent
    } au sujet de { $file } ; ses poids n'ont pas pu être examinés.
summary-document = Aucun poids n'a été envoyé. Le modèle est { $model }, avec { $parameters } hyperparamètres, et rien n'y ressort.
summary-document-findings = Aucun poids n'a été envoyé. { $findings ->
        [one] Un point ressort
       *[other] { $findings } points ressortent
    } au sujet de { $model } et de ses { $parameters } hyperparamètres.

remark-random-state = random_state est nul : fixez-le (à 42, par exemple), pour que deux exécutions soient comparables et qu'un changement de la métrique signifie un changement du modèle.

not-examined-what-configuration = la configuration du modèle
not-examined-what-dead-units = les unités mortes
not-examined-what-types = les tenseurs d'autres types
not-examined-what-weights = les poids
not-examined-no-file-why = La requête ne nomme aucun fichier de checkpoint (path est nul) : il n'y a pas de poids à regarder.
not-examined-no-file-send = Enregistrez les poids avec safetensors.torch.save_model(model, "model.safetensors") sous un dossier que le serveur liste dans [artifacts] roots, et envoyez ce chemin.
not-examined-closed-why = Le serveur n'a pas pu ouvrir { $path } : le fichier n'existe pas, ou ne se trouve sous aucun des dossiers de [artifacts] roots dans deepfix.toml.
not-examined-closed-send = Copiez le fichier sous l'un de ces dossiers, ou ajoutez le sien à roots, puis renvoyez la requête.
not-examined-damaged-why = { $file } est endommagé : les valeurs qu'on y lirait n'auraient aucun sens.
not-examined-damaged-send = Envoyez une copie intacte ; les poids eux-mêmes seront alors examinés aussi.
not-examined-pickle-why = { $file } est un fichier { $format }. Le charger exécuterait le code qu'il désigne, ce qui n'est jamais fait ici.
not-examined-pickle-send = Convertissez-le comme le dit le constat sur son format, et envoyez le chemin du nouveau fichier.
not-examined-format-why = { $file } contient des données { $format }, où aucun tenseur n'a pu être lu.
not-examined-format-send = Exportez les poids en safetensors (un dictionnaire plat de tableaux, safetensors.numpy.save_file) et envoyez ce chemin.
not-examined-part-why = { $file } n'a pas été examiné en entier : { $reason }
not-examined-part-send = Enregistrez les poids avec safetensors (un fichier, ou des parties avec leur index dans un même dossier) ; alors chaque tenseur est examiné.
not-examined-unreadable-why = La lecture de { $file } a échoué : { $reason }
not-examined-unreadable-send = Supprimez la cause indiquée ci-dessus et renvoyez la requête.
not-examined-stopped-why = Après { $bytes } octets et { $read } tenseurs sur { $tensors }, la lecture s'est arrêtée : { $reason }
not-examined-stopped-send = Relevez artifact_bytes et la limite de temps de cet agent dans deepfix.toml au-dessus de la taille du fichier.
not-examined-types-why = { $count ->
        [one] Un tenseur a
       *[other] { $count } tenseurs ont
    } un type compacté ou mis à l'échelle ({ $types }), dont les valeurs brutes ne disent rien sans leurs échelles.
not-examined-types-send = Envoyez le checkpoint d'avant la quantification, en bfloat16 ou en float32.
not-examined-config-why = Il n'y a pas de configuration : les dimensions n'ont pas pu être comparées à ce que le modèle devrait être.
not-examined-config-send = Envoyez config.json dans config : input_dim, hidden_sizes, num_labels et activation suffisent pour un réseau simple.
not-examined-units-why = Une couche a plus de { $most } unités ; elles ne sont pas suivies une à une.
not-examined-units-send = Rien : enregistrez plutôt la part d'unités actives pendant l'entraînement.
not-examined-batch-norm-why = Le réseau contient des normalisations par lot, qui annulent les biais placés devant elles : le fichier seul ne permet de déclarer morte aucune unité.
not-examined-batch-norm-send = Enregistrez, par couche, la part d'activations nulles sur un lot de validation.

fact-file-size = octets du fichier
fact-header-length = longueur annoncée de l'en-tête
fact-missing-bytes = octets manquants à la fin
fact-missing-parts = fichiers manquants
fact-extra-bytes = octets après le dernier tenseur
fact-first-byte = premier octet du fichier
fact-first-bad = { $tensor }, élément { $index }
fact-bad-values = valeurs non finies
fact-gain = { $tensor } : moyenne quadratique fois sqrt(fan-in)
fact-largest = { $tensor } : plus grande valeur absolue
fact-tensor-size = { $tensor } : taille dans le fichier
fact-bias = { $tensor }, premier élément
fact-dead-units = unités mortes de la couche la plus touchée
fact-unit-bias = { $tensor }, unité { $unit }
fact-unit-norm = norme des poids entrants de l'unité { $unit }

layout-malformed = l'entrée « { $tensor } » n'a pas de dtype, de shape ou de data_offsets utilisable
layout-duplicate = le nom « { $tensor } » apparaît deux fois
layout-reversed = « { $tensor } » commence à { $begin } et finit avant, à { $end }
layout-size = « { $tensor } » est en { $dtype } { $shape }, soit { $expected } octets, mais sa plage en couvre { $found }
layout-overlap = « { $second } » commence { $bytes } octets à l'intérieur de « { $first } »
layout-gap = { $bytes } octets devant « { $tensor } » (à partir de l'octet de données { $at }) n'appartiennent à aucun tenseur

mismatch-inputs = { $key } vaut { $stated }, mais « { $tensor } » { $shape } prend { $found } entrées
mismatch-outputs = { $key } donne { $stated } sorties, mais « { $tensor } » { $shape } en donne { $found }
mismatch-names = { $key } vaut { $stated }, mais { $names } nomme { $found } étiquettes
mismatch-widths = { $key } vaut { $stated }, mais les couches cachées ont les largeurs { $found } (la première qui diffère est « { $tensor } » { $shape })
mismatch-depth = { $key } vaut { $stated }, soit { $stated_count } couches cachées, mais le fichier en contient { $found_count } : { $found }
mismatch-width = { $key } vaut { $stated }, mais « { $tensor } » { $shape } a { $found }
mismatch-layers = { $key } vaut { $stated }, mais le fichier contient { $found } couches linéaires, la dernière étant « { $tensor } » { $shape }
mismatch-blocks = { $key } vaut { $stated }, mais le fichier contient { $found } blocs avec attention (le dernier tenseur est « { $tensor } » { $shape })
mismatch-vocabulary = { $key } vaut { $stated }, mais « { $tensor } » { $shape } a { $found } lignes
mismatch-bias-missing = { $key } est vrai, mais aucune couche du fichier n'a de biais
mismatch-bias-extra = { $key } est faux, mais le fichier contient des biais, comme « { $tensor } »
mismatch-dtype = { $key } vaut { $stated }, mais la plupart des paramètres sont en { $found }

checkpoint-corrupted-file-empty =
    .description = Le checkpoint { $file } est vide : aucun poids n'a été enregistré.
    .evidence = Le fichier compte { $size } octets.
    .action = Reprenez le checkpoint précédent. Ensuite, écrivez sous un nom temporaire dans le même dossier, videz les tampons, et ne renommez en { $file } qu'une fois l'écriture réussie ; vérifiez d'abord l'espace libre et le quota.
    .rationale = Un fichier vide est ce qui reste quand le processus meurt, ou que le disque est plein, entre l'ouverture et l'écriture. Avec un renommage final, l'ancien checkpoint survit à une telle mort : interrompez une exécution pendant un enregistrement pour le constater.

checkpoint-corrupted-file-short =
    .description = Le checkpoint { $file } s'arrête dans ses 8 premiers octets, avant que la longueur de son en-tête soit complète.
    .evidence = Le fichier compte { $size } octets ; un fichier safetensors d'un seul tenseur en a plus de 70.
    .action = Téléchargez ou enregistrez de nouveau le fichier et comparez sa taille à celle de l'original.
    .rationale = Si peu d'octets ne permettent de rien récupérer. Si une seconde copie a la même taille, la faute revient au programme qui écrit et non au transfert : cherchez dans son journal un disque plein ou un arrêt forcé.

checkpoint-corrupted-file-no-tensors =
    .description = Le checkpoint { $file } est un fichier valide qui ne contient pas un seul tenseur.
    .evidence = { $size } octets, un en-tête sans entrée.
    .action = Regardez ce qui a été passé à save_file : un state_dict vide, une enveloppe qui n'a pas été retirée (model.module, unwrap_model d'accelerate), ou un filtre sur les noms qui ne retenait rien.
    .rationale = Un chargeur non strict accepte ce fichier et garde ses poids aléatoires : le modèle répondrait sans avoir jamais été entraîné. len(state_dict) juste avant l'enregistrement le dit.

checkpoint-corrupted-file-length =
    .description = Le champ de longueur de { $file } est faux : il annonce un en-tête plus long que le fichier entier, si bien qu'aucun chargeur ne trouve les tenseurs.
    .evidence = Les octets 0 à 7 annoncent un en-tête de { $stated } octets, mais il n'en suit que { $available } dans un fichier de { $size }.
    .action = Reprenez { $file } de l'exécution qui l'a écrit, ou téléchargez-le de nouveau, et comparez taille et SHA-256 avec la source avant de le charger.
    .rationale = Les 8 premiers octets situent tout le reste ; s'ils sont abîmés, d'autres peuvent l'être, et seule une somme de contrôle le dira. safe_open doit réussir et lister les tenseurs attendus.

checkpoint-corrupted-file-length-repairable =
    .description = Le champ de longueur de { $file } est faux : il annonce un en-tête de { $stated } octets dans un fichier de { $size }. L'en-tête et les données qui suivent sont complets.
    .evidence = Les octets 0 à 7 disent { $stated }, mais il n'en suit que { $available } en tout. Lu avec une longueur de { $repaired }, l'en-tête est valide et ses tenseurs finissent exactement à la fin du fichier.
    .action = Téléchargez de nouveau le fichier s'il en existe une source. Sinon, écrivez { $repaired } en entier 64 bits petit-boutiste dans les octets 0 à 7 d'une copie, et validez ce modèle avant de l'utiliser.
    .rationale = Seul le champ de longueur contredit le reste : les poids sont probablement intacts. Mais ce qui a changé 8 octets a pu en changer d'autres, et le format n'a pas de somme de contrôle. Le modèle réparé doit retrouver la métrique de validation notée lors de son enregistrement.

checkpoint-corrupted-file-header =
    .description = L'en-tête de { $file } n'est pas du JSON valide : noms, dimensions et positions des tenseurs sont perdus.
    .evidence = L'en-tête de { $stated } octets se rompt à l'octet { $at } du fichier : { $reason }. Le fichier compte { $size } octets.
    .action = Remplacez le fichier par une copie intacte : le checkpoint précédent, ou un nouveau téléchargement dont vous comparez le SHA-256. Ne retouchez pas l'en-tête à la main.
    .rationale = Sans en-tête, les données sont une suite de nombres sans étiquette. Si l'octet { $at } tombe sur un bloc rond (4096, 65536), le stockage ou un écrivain parallèle est en cause, et de nouvelles copies prises là répéteraient la faute.

checkpoint-corrupted-file-header-repairable =
    .description = Le champ de longueur de { $file } ne correspond pas à son en-tête : lire { $stated } octets de JSON échoue, alors que l'en-tête est complet.
    .evidence = Avec { $stated } octets, l'en-tête se rompt à l'octet { $at } : { $reason }. Avec { $repaired } octets il est valide, et ses tenseurs finissent exactement à l'octet { $size }, la fin du fichier.
    .action = Téléchargez de nouveau le fichier s'il en existe une source. Sinon, écrivez { $repaired } en entier 64 bits petit-boutiste dans les octets 0 à 7 d'une copie, et validez ce modèle avant de l'utiliser.
    .rationale = Un seul nombre contredit tous les autres : les poids sont probablement intacts, sans que le format ait de quoi le prouver. Le modèle réparé doit retrouver la métrique de validation notée lors de son enregistrement.

checkpoint-corrupted-file-layout =
    .description = L'en-tête de { $file } se contredit : les plages de ses tenseurs ne peuvent pas toutes être justes.
    .evidence = { $total ->
        [one] Une entrée est impossible
       *[other] { $total } entrées sont impossibles
    } : { $problems }. Le fichier compte { $size } octets.
    .action = Écartez ce fichier et enregistrez de nouveau le modèle avec la bibliothèque safetensors depuis un seul processus, ou reprenez le checkpoint précédent. Tout code qui modifie des en-têtes, fusionne des fragments ou élague des tenseurs sur place est à revoir.
    .rationale = Un programme qui écrit calcule les plages d'après les dimensions ; une copie tronquée n'a donc jamais cet aspect : l'en-tête a été modifié, ou deux écrivains se sont mêlés. Un tenseur lu à de telles places contient les nombres d'un autre. Le nouveau fichier est juste quand safe_open liste chaque tenseur avec les dimensions que le code attend.

checkpoint-corrupted-file-truncated =
    .description = Le fichier { $file } s'arrête trop tôt : il manque { $missing } octets à la fin, et avec eux les poids { $count ->
        [one] d'un tenseur
       *[other] de { $count } tenseurs
    }.
    .evidence = L'en-tête demande { $needed } octets, le fichier en a { $size }. Coupés ou perdus : { $lost } ({ $count } sur { $total }).
    .action = Reprenez le checkpoint précédent, ou copiez de nouveau le fichier et vérifiez qu'il compte { $needed } octets. Ensuite, écrivez sous un nom temporaire, fsync, puis renommez, pour qu'un travail interrompu ne laisse plus la moitié d'un fichier.
    .rationale = La moitié d'un fichier est ce que laisse un enregistrement ou un téléchargement interrompu. Les chargeurs la refusent, et compléter { $lost } par des valeurs neuves mettrait des couches aléatoires dans un réseau entraîné. C'est réglé quand le fichier compte { $needed } octets et que safe_open réussit.

checkpoint-corrupted-file-trailing =
    .description = { $file } continue après son dernier tenseur : { $extra } octets n'appartiennent à rien, et les chargeurs refusent le fichier.
    .evidence = Le dernier tenseur finit à l'octet { $end }, le fichier à l'octet { $size }.
    .action = Enregistrez ou téléchargez-le de nouveau. S'il n'existe que cette copie, coupez-en une à l'octet { $end } et validez-la : head -c { $end } { $file } > repare.safetensors.
    .rationale = Des octets en trop viennent d'un fichier plus court écrit sur un plus long, d'un téléchargement repris ou de deux fichiers joints. Dans les deux premiers cas, les données de devant peuvent être mêlées aussi : la copie coupée ne vaut que si elle retrouve la métrique de validation notée.

checkpoint-corrupted-file-html =
    .description = { $file } est une page web, non un modèle : un téléchargement a reçu une erreur ou une page de connexion, et c'est elle qui a été enregistrée.
    .evidence = Le fichier compte { $size } octets et commence par du HTML.
    .action = Ouvrez-le dans un éditeur pour voir ce que le serveur a répondu (connexion, licence à accepter, quota), puis téléchargez de nouveau avec un jeton, et avec curl --fail pour qu'une erreur ne devienne pas un fichier.
    .rationale = Il ne contient aucun poids : rien n'est à récupérer. Le nouveau fichier est juste quand sa taille est celle de la liste et que ses 8 premiers octets sont un petit nombre, non « <!DOCTY ».

checkpoint-corrupted-file-lfs =
    .description = { $file } est un pointeur Git LFS : un texte de trois lignes qui tient lieu des poids, lesquels n'ont jamais été téléchargés.
    .evidence = Le fichier compte { $size } octets et commence par « version https://git-lfs.github.com/spec ».
    .action = Lancez une fois git lfs install, puis git lfs pull dans le dépôt ; en intégration continue, extrayez avec lfs: true.
    .rationale = Le pointeur donne le SHA-256 et la taille du vrai fichier. Après le pull, le fichier a la taille que le pointeur annonce.

checkpoint-corrupted-file-foreign =
    .description = { $file } porte le nom safetensors mais contient des données { $format }. Un chargeur safetensors échoue dessus.
    .evidence = Les premiers octets sont ceux du format { $format } ; le fichier compte { $size } octets.
    .action = Trouvez la ligne qui l'enregistre : c'est d'ordinaire torch.save avec un nom en .safetensors ; utilisez safetensors.torch.save_file. Ce fichier-ci est examiné pour ce qu'il est dès que son nom le dit (.pt) ; la réponse indique alors comment le convertir.
    .rationale = Le nom promet un format qui ne peut exécuter aucun code, et un pickle sous ce nom contourne justement cette promesse. Rien n'en a été exécuté ici. C'est réglé quand safe_open liste les tenseurs.

checkpoint-nan-weights-everywhere =
    .description = Les poids enregistrés sont détruits : { $share } de tous les paramètres sont NaN ou infinis. Ce modèle ne peut répondre que NaN.
    .evidence = { $bad } valeurs sur { $total } ne sont pas finies (NaN : { $nan }, infinies : { $infinite }), dans { $tensors } des { $all } tenseurs, dont { $names }. La première dans « { $worst } » est l'élément { $first }.
    .action = Revenez au dernier checkpoint dont les poids sont finis, et reprenez avec un taux d'apprentissage dix fois plus petit et la norme du gradient bornée à 1.0. Arrêtez sur une perte non finie, et refusez d'enregistrer quand torch.isfinite échoue pour un tenseur.
    .rationale = Quand presque tout est NaN, une mise à jour au gradient non fini a traversé toutes les couches : l'entraînement avait divergé avant l'enregistrement, et toutes les époques suivantes étaient perdues. C'est guéri quand grad_norm reste bornée sur les cent premiers pas et que cet examen ne trouve rien.

checkpoint-nan-weights-some =
    .description = { $tensors ->
        [one] Un tenseur du modèle enregistré contient
       *[other] { $tensors } tenseurs du modèle enregistré contiennent
    } des valeurs NaN ou infinies. Toute prédiction qui passe par elles est perdue.
    .evidence = Paramètres touchés : { $bad } sur { $total } (NaN : { $nan }, infinis : { $infinite }){ $tensors ->
        [one] {""}
       *[other] {", "}dans { $names }
    }. Dans « { $worst } », { $most } sur { $elements }, à partir de l'élément { $first }.
    .action = Ne déployez pas ce fichier. Chargez le checkpoint précédent et comparez « { $worst } » dans les deux. Regardez ensuite ce qui a touché les poids entre l'entraînement et l'enregistrement : moyenne ou fusion, conversion de type, masques d'élagage, division par une norme nulle. Exigez torch.isfinite(t).all() pour chaque tenseur avant d'enregistrer.
    .rationale = { $tensors ->
        [one] Un tenseur sur { $all } est touché
       *[other] { $tensors } tenseurs sur { $all } sont touchés
    } et les autres sont sains : l'entraînement lui-même n'a guère divergé, car un NaN dans un gradient aurait atteint tous les paramètres en un pas ou deux. Remplacer ces valeurs par zéro cacherait la faute sans rendre les poids. Un fichier réparé retrouve la métrique de validation de son époque.

checkpoint-nan-weights-half =
    .description = Des poids ont débordé lors de l'enregistrement en float16 : { $infinite } valeurs sont devenues infinies.
    .evidence = { $bad } paramètres sur { $total } sont infinis et aucun n'est NaN ; touchés : { $names }. Dans « { $worst } », { $most } valeurs sur { $elements }, la première étant l'élément { $first }.
    .action = Enregistrez de nouveau les poids float32 en bfloat16 ou en float32. Si float16 est imposé, cherchez ce qui laisse des poids dépasser 65504 (« { $worst } ») : le plus souvent une échelle que la couche suivante peut absorber, ou l'absence de weight decay.
    .rationale = float16 s'arrête à 65504 ; float32 et bfloat16 vont jusqu'à 3e38 : les poids d'origine sont finis et rien n'est à réentraîner. Le nouveau fichier est juste quand cet examen n'y trouve plus aucun tenseur touché.

checkpoint-exploded-weights =
    .description = { $layers ->
        [one] Une couche sur { $of } a
       *[other] { $layers } couches sur { $of } ont
    } des poids bien au-delà de l'échelle à laquelle un réseau calcule encore : les activations y croissent d'autant.
    .evidence = « { $worst } » a un gain (moyenne quadratique fois la racine du nombre d'entrées) de { $gain }, alors que les initialisations donnent 1 à 1,4 et que les couches entraînées dépassent rarement 10 ; son plus grand poids vaut { $largest }. Touchées : { $names }.
    .action = Réentraînez depuis avant cette croissance avec un taux d'apprentissage dix fois plus petit, la norme du gradient bornée à 1.0, des entrées standardisées et un weight decay de 1e-4 à 1e-2. Enregistrez la norme de « { $worst } » à chaque époque.
    .rationale = De tels poids restent après des mises à jour qui ont dépassé leur but : la perte peut sembler plate parce que toutes les sorties saturent. Avec un pas adapté, le gain se fixe sous 10 dans les premières époques ; s'il remonte, les entrées ne sont pas mises à l'échelle.

checkpoint-config-mismatch-shapes =
    .description = La configuration décrit un autre modèle que celui de { $file } : le charger échoue sur les tailles ou, si le chargeur n'est pas strict, laisse des couches à des valeurs aléatoires.
    .evidence = { $count ->
        [one] Un réglage est en désaccord
       *[other] { $count } réglages sont en désaccord
    } : { $list }.
    .action = Cherchez quel côté a raison. Si les poids sont ceux que vous avez évalués, corrigez ces réglages et gardez config.json dans le même dossier et la même étape d'enregistrement que les poids ; si la configuration a raison, ce fichier est celui d'une autre exécution : prenez celui de la bonne.
    .rationale = Les dimensions du fichier sont ce qui a été entraîné ; une configuration se modifie à la main ou reste d'une exécution antérieure. Après la correction, chargez avec strict=True : aucune clé ne doit manquer ni être en trop, et la métrique de validation notée doit revenir.

checkpoint-config-mismatch-inside =
    .description = La configuration se contredit au sujet des étiquettes.
    .evidence = { $list }.
    .action = Tirez les deux de la même liste de classes, celle des données d'entraînement et dans cet ordre, et écrivez-les dans la même étape que les poids.
    .rationale = Qui charge le modèle construit sa tête d'après l'un de ces réglages et nomme ses réponses d'après l'autre : puisqu'ils se contredisent, le chargement échoue ou les prédictions portent de faux noms. Ils s'accordent quand chaque ligne de la matrice de confusion a un nom.

checkpoint-config-mismatch-dtype =
    .description = { $file } et sa configuration diffèrent d'une manière que les chargeurs tolèrent, mais pas partout sans effet.
    .evidence = { $list }.
    .action = Écrivez le réglage que le fichier a vraiment, ou convertissez les poids à l'enregistrement, pour { $count ->
        [one] qu'il s'accorde
       *[other] qu'ils s'accordent
    }.
    .rationale = Un chargeur qui se fie à la configuration convertit en chargeant : la mémoire occupée et les derniers chiffres des prédictions diffèrent alors de ce qui a été évalué. Comparez une fois la métrique de validation dans chaque type ; si elle est la même, cela peut rester.

checkpoint-untrained-zeros =
    .description = Le fichier contient l'initialisation, non un modèle entraîné : aucun biais n'a jamais été mis à jour, et les poids sont répartis comme l'initialisation « { $initialiser } » les laisse.
    .evidence = Les { $values } valeurs des { $biases } tenseurs de biais sont exactement 0, et les poids des { $layers } couches ({ $weights } valeurs : { $names }) ont la dispersion et la forme d'une initialisation.
    .action = Vérifiez ce qui a été enregistré et quand : un modèle reconstruit avant l'enregistrement, un state_dict pris avant fit, un rappel « meilleur checkpoint » déclenché à l'époque 0, ou un optimiseur qui a reçu les paramètres d'une autre instance. Enregistrez ensuite l'instance qui a été évaluée.
    .rationale = Le premier pas de tout optimiseur éloigne un biais de zéro : ces couches n'en ont vu aucun. Si les métriques de l'exécution sont bonnes, c'est le mauvais objet qui a été enregistré ; si elles sont au niveau du hasard, l'entraînement n'a jamais atteint les paramètres. Chargez le nouveau fichier et évaluez-le : il doit retrouver la dernière métrique de validation.

checkpoint-untrained-bound =
    .description = Le fichier contient l'initialisation, non un modèle entraîné : les poids de chaque couche remplissent jusqu'au bord l'intervalle de l'initialisation « { $initialiser } », et aucun n'en est sorti.
    .evidence = Les { $weights } poids ({ $names } ; couches : { $layers }) restent tous dans leur borne, avec la dispersion et la platitude d'une loi uniforme ; { $note } ({ $values } valeurs dans { $biases } tenseurs).
    .action = Comparez à ce fichier un tenseur du modèle entraîné en mémoire : ils différeront. Enregistrez après l'entraînement et depuis l'instance entraînée (model.module ou unwrap_model si elle était enveloppée), et assurez-vous que l'optimiseur a reçu ces paramètres.
    .rationale = Parmi { $weights } poids répartis uniformément, l'entraînement en pousse quelques-uns au-delà du bord dès les premières mises à jour, et arrondit la répartition plate. Ou bien le mauvais objet a été enregistré, si les métriques sont bonnes, ou bien aucune mise à jour ne l'a atteint. Le nouveau fichier doit retrouver la dernière métrique de validation.

checkpoint-untrained-gain =
    .description = Le fichier ressemble à une initialisation mise à l'échelle plutôt qu'à un modèle entraîné : aucun biais n'a été mis à jour, et toutes les couches cachées ont le même gain.
    .evidence = Les { $values } valeurs des { $biases } tenseurs de biais sont exactement 0, et les poids ({ $weights } valeurs dans { $layers } couches : { $names }) suivent une loi normale de gain commun { $gain }, au hasard près.
    .action = Évaluez ce fichier même sur les données de validation. S'il est au niveau du hasard, enregistrez de nouveau depuis l'instance entraînée ; si les biais sont gelés à dessein, ne les mettez pas dans le fichier (bias=False).
    .rationale = L'entraînement ne laisse pas des biais exactement à zéro et ne change pas toutes les couches du même facteur. Des biais nuls gelés sont la seule manière saine d'avoir cet aspect, et l'évaluation tranche en une minute.

checkpoint-untrained-constant =
    .description = Tous les poids du réseau sont nuls : il donne la même réponse à toute entrée et ne peut pas avoir été entraîné.
    .evidence = { $weights } poids dans { $layers ->
        [one] une couche
       *[other] { $layers } couches
    } ({ $names }) sont exactement 0, de même que les { $values } biais ({ $biases } tenseurs).
    .action = Cherchez des zéros là où devraient être des poids : un tampon fraîchement alloué enregistré par erreur, un entraînement fragmenté qui enregistre avant de rassembler les paramètres (ZeRO-3, FSDP), ou une initialisation constante. Enregistrez les poids rassemblés et entraînés.
    .rationale = Avec des poids nuls, toutes les unités d'une couche reçoivent le même gradient : même poursuivre l'entraînement d'ici n'aide pas. Le bon fichier diffère d'une unité à l'autre, et ses prédictions d'une entrée à l'autre.

checkpoint-untrained-adapter =
    .description = L'adaptateur de rang faible est intact : ses secondes matrices sont toutes nulles, si bien que le modèle avec lui égale le modèle sans lui.
    .evidence = { $layers ->
        [one] La seule projection montante est exactement 0
       *[other] Les { $layers } projections montantes sont exactement 0
    } : { $names }.
    .action = Vérifiez que les paramètres de l'adaptateur demandent un gradient et ont été remis à l'optimiseur (print_trainable_parameters dit combien), et que c'est l'adaptateur entraîné qui a été enregistré, non un autre créé pour l'enregistrement.
    .rationale = lora_B part de zéro et la première mise à jour la change : aucun pas ne l'a atteinte. Après un seul pas, sa norme dépasse zéro ; la perte commence alors à différer de celle du modèle de base.

checkpoint-untrained-barely =
    .description = Les poids ont à peine bougé depuis leur initialisation.
    .evidence = La plus grande des { $values } valeurs des { $biases } tenseurs de biais est { $largest }, moins d'un demi pour cent de l'échelle des poids, et les { $layers } couches ({ $weights } poids : { $names }) ont encore la dispersion d'une initialisation.
    .action = Si la perte n'a guère baissé non plus, multipliez le taux d'apprentissage par 10 (puis par 3 autour du meilleur), ou vérifiez que les gradients atteignent les premières couches. S'il s'agit d'un checkpoint des premiers pas, nommez-le ainsi et comparez-le à un plus tardif.
    .rationale = Les biais partent de zéro et croissent d'environ le taux d'apprentissage à chaque pas : ils mesurent donc le chemin parcouru. Après un entraînement utile, ils atteignent au moins quelques pour cent des poids.

checkpoint-dead-units-never =
    .description = { $dead } unités ReLU sur { $of } derrière « { $tensor } » ne peuvent jamais s'activer : { $share } de cette couche est mort, ne reçoit aucun gradient et ne reviendra pas.
    .evidence = Unités { $examples } : par exemple un biais de { $bias } face à des poids entrants de norme { $norm }, là où il faudrait une entrée à six écarts-types. Couches concernées : { $names } ({ $layers } en tout).{ $known ->
        [yes] {""}
       *[no] {" "}La configuration ne nomme pas l'activation ; ReLU est supposée.
    }
    .action = Réentraînez depuis le dernier checkpoint sans unités mortes, ou depuis le début : initialisation de He avec biais nuls, taux d'apprentissage trois à dix fois plus petit avec échauffement, norme du gradient bornée à 1.0 et entrées standardisées. Si des unités meurent encore, prenez leaky ReLU (pente 0.01) ou GELU.
    .rationale = Un grand pas a un jour poussé ces biais si bas que l'unité est éteinte pour toute ligne ; sortie nulle signifie gradient nul, donc aucun pas ultérieur ne la répare. La couche travaille comme si elle avait { $live } unités au lieu de { $of }. Enregistrez la part d'unités nulles sur tout un lot de validation : elle devrait rester sous un dixième.

checkpoint-dead-units-negative =
    .description = { $dead } unités ReLU sur { $of } derrière « { $tensor } » ne peuvent jamais s'activer : { $share } de cette couche est mort, ne reçoit aucun gradient et ne reviendra pas.
    .evidence = Unités { $examples } : la couche d'avant ne sort rien de négatif, et tous les poids entrants d'une telle unité, comme son biais, sont négatifs ou nuls (par exemple un biais de { $bias }, des poids de norme { $norm }). Couches concernées : { $names } ({ $layers } en tout).{ $known ->
        [yes] {""}
       *[no] {" "}La configuration ne nomme pas l'activation ; ReLU est supposée.
    }
    .action = Réentraînez avec un taux d'apprentissage trois à dix fois plus petit, un échauffement et la norme du gradient bornée à 1.0 ; si beaucoup d'unités se perdent dès le début, élargissez la couche ou prenez leaky ReLU (pente 0.01). Pour repartir de ce fichier, tirez de nouveau les lignes de ces unités et mettez leurs biais à zéro.
    .rationale = Une somme de termes tous négatifs reste sous zéro pour toute entrée : l'unité est éteinte par simple arithmétique, quelles que soient les données. La couche travaille comme si elle avait { $live } unités au lieu de { $of }. Des lignes aux poids des deux signes, et une part d'unités nulles sur tout un lot de validation inférieure à un dixième, montrent que cela a réussi.

checkpoint-dead-units-empty =
    .description = { $dead } unités sur { $of } derrière « { $tensor } » ont perdu tous leurs poids entrants : { $share } de cette couche ne dépend plus de l'entrée.
    .evidence = Les unités { $examples } ont des lignes de zéros exacts, alors que rien ne dit que le réseau a été élagué (biais { $bias }, norme des poids { $norm }). Couches concernées : { $names } ({ $layers } en tout).{ $known ->
        [yes] {""}
       *[no] {" "}La configuration ne nomme pas l'activation ; ReLU est supposée.
    }
    .action = Si elles ont été retirées à dessein, dites-le dans la configuration (pruning, avec méthode et taux) et coupez ces lignes. Sinon, regardez les pénalités L1 ou de groupe trop fortes, les masques laissés en place et les poids perdus dans une conversion ; réentraînez ensuite avec une pénalité dix fois plus faible.
    .rationale = Des zéros exacts dans des lignes entières ne viennent pas des seuls pas de gradient : quelque chose les pose. La couche coûte { $of } unités et en utilise { $live }. La réparation se voit à des normes non nulles pour chaque unité.

checkpoint-unsafe-format =
    .description = { $file } est un fichier { $format } : qui le charge de la manière habituelle exécute le code qu'il désigne. Il a été lu ici sans rien exécuter{ $read ->
        [yes] .
       *[no] {" "}; aucun poids qui pût être vérifié n'y a été trouvé.
    }
    .evidence = { $known ->
        [nothing] Tel quel, son chargement n'importerait rien ; une copie modifiée peut tout importer.
        [yes] Son chargement importerait { $imports ->
            [one] un nom, d'un cadre connu.
           *[other] { $imports } noms, tous de cadres connus.
        }
       *[no] Son chargement importerait { $imports ->
            [one] un nom
           *[other] { $imports } noms
        } ; d'aucun cadre connu : { $names }.
    }
    .action = { $how ->
        [state] Convertissez-le une fois en safetensors, qui n'exécute aucun code. En Python :{ $command }Que la production ne charge que le nouveau fichier.
        [nested] Convertissez-le une fois en safetensors, qui n'exécute aucun code. En Python :{ $command }Que la production ne charge que le nouveau fichier ; ce qui accompagne les poids (optimiseur, époque) sert à reprendre l'entraînement.
        [refused] Ne comptez pas sur weights_only=True, qui refuse { $refused }. Si vous savez qui l'a écrit, convertissez-le une fois sur une machine sans secrets ni réseau, où ces noms s'importent :{ $command }Que la production ne charge que le nouveau fichier.
        [module] Enregistrez ses poids : il contient un module entier, que weights_only=True refuse. Si vous savez qui l'a écrit, faites ceci une fois sur une machine sans secrets ni réseau, ses classes ({ $classes }) étant définies ou importables :{ $command }Construisez ensuite le modèle dans le code et chargez-y ces poids.
        [script] Enregistrez ses poids : c'est un programme TorchScript, que torch.load refuse avec weights_only=True. Une fois, si vous savez qui l'a écrit :{ $command }Construisez ensuite le modèle dans le code et chargez-y ces poids.
        [learner] Convertissez-le une fois en skops, qui ne fabrique que des types déclarés de confiance. Si vous savez qui l'a écrit, sur une machine sans secrets ni réseau et avec les versions des bibliothèques qui l'ont écrit :{ $command }Chargez-le ensuite avec skops.io.load, et ne déclarez de confiance que des types que vous connaissez.
        [arrays] Enregistrez les tableaux à nouveau avec un type simple (float32, int64) au lieu de object, et chargez-les avec numpy.load(..., allow_pickle=False).
        [parts] Chargez le modèle une fois, si vous savez qui l'a écrit, et enregistrez-le à nouveau d'un seul coup : model.save_pretrained(folder, safe_serialization=True). Que la production ne charge que lui.
       *[unknown] Chargez-le une fois, si vous savez qui l'a écrit, sur une machine sans secrets ni réseau avec la bibliothèque qui l'a écrit, et n'enregistrez que ses tenseurs : safetensors.torch.save_file prend un dictionnaire plat de noms et de tenseurs, safetensors.numpy.save_file un de tableaux.
    }
    .rationale = Un pickle est un programme ; un checkpoint modifié sur un disque partagé suffit à lancer des commandes en votre nom. Un fichier sans code ne le peut pas, et il se charge plus vite.{ $cloned ->
        [yes] {" "}clone() et contiguous() sont là parce que safetensors refuse les tenseurs qui partagent leur mémoire ou ne sont pas d'un seul tenant.
       *[no] {""}
    } La conversion est juste quand les deux fichiers donnent les mêmes prédictions sur un lot.

checkpoint-unsafe-format-imports =
    .description = { $file } fait plus que contenir des poids : le charger appellerait { $dangerous }.
    .evidence = Lu, non exécuté : le pickle qu'il contient importe { $imports ->
        [one] { $dangerous } et rien d'autre.
       *[other] { $imports } noms, dont { $dangerous }.
    }
    .action = Ne chargez pas { $file }, même pour voir. Retirez-le de l'endroit où d'autres le chargent, cherchez d'où il vient, et reprenez les poids à leur source, en safetensors.
    .rationale = Aucun cadre n'écrit un tel import dans un modèle : c'est ainsi qu'un fichier modifié lance des commandes sur la machine de qui l'ouvre. Un fichier sain ne liste que des noms de son cadre.

checkpoint-unsafe-format-calls =
    .description = { $file } fait plus que reconstituer un modèle : son chargement appellerait { $calls }.
    .evidence = Lu sans être exécuté : le pickle qu'il contient appelle { $calls }, que les bibliothèques n'utilisent pas pour reconstruire ce qu'elles ont enregistré.
    .action = Ne chargez pas { $file } avant que quelqu'un ait expliqué cet appel. Essayez torch.load("{ $file }", weights_only=True), qui le refuse, et reprenez les poids à leur source, en safetensors.
    .rationale = Une fonction qui n'est pas faite pour le chargement peut être retournée contre celui qui charge le fichier : elle reçoit des arguments choisis par le fichier. Un fichier sain n'appelle que ce qui construit des tenseurs, des tableaux et des objets de classes connues.

checkpoint-unsafe-format-incomplete =
    .description = Le pickle de { $file } n'a pas pu être lu jusqu'à sa fin ({ $reason }) : ce que son chargement importerait au-delà n'est pas connu.
    .evidence = Lu sans être exécuté : { $imports ->
        [0] jusque-là il n'importe rien.
        [one] jusque-là il importe un nom, qui n'est pas dangereux.
       *[other] jusque-là il importe { $imports } noms, dont aucun n'est dangereux.
    }
    .action = Chargez-le seulement avec torch.load("{ $file }", weights_only=True), ou avec skops, et seulement si vous savez qui l'a écrit ; s'il est tronqué, recopiez-le. Enregistrez les poids à nouveau dans { $stem }.safetensors.
    .rationale = Ce qu'un vérificateur ne sait pas lire, Python peut tout de même l'exécuter : arrêter tôt un vérificateur est une façon connue de le contourner. Un fichier entier de taille courante est lu jusqu'à sa fin.

checkpoint-corrupted-file-content =
    .description = { $file } est endommagé, ou n'est pas ce qu'il annonce ({ $format }) : { $reason }.
    .evidence = La description que le fichier donne de son contenu a été lue ({ $size } octets en tout), ainsi que les emplacements qu'elle désigne.
    .action = Recopiez le fichier et comparez les tailles ; si l'original est endommagé aussi, prenez le checkpoint précédent. Enregistrez sous un nom temporaire puis renommez, pour qu'un enregistrement interrompu laisse l'ancien fichier.
    .rationale = Les chargeurs échouent sur un tel fichier, ou donnent des tenseurs aux valeurs différentes. Il est entier quand le chargeur du cadre le lit et que ce constat a disparu.

checkpoint-corrupted-file-parts =
    .description = Le checkpoint { $file } est incomplet : { $count ->
        [one] un de ses { $total } fichiers manque
       *[other] { $count } de ses { $total } fichiers manquent
    } ({ $missing }).
    .evidence = La description du modèle désigne { $total } fichiers ; { $missing } n'ont pas été trouvés à côté d'elle.
    .action = Reprenez les fichiers manquants là d'où vient le modèle, dans le même dossier, et comparez leurs tailles avec la source. Un téléchargement interrompu se refait de préférence en entier.
    .rationale = Sans toutes ses parties, le modèle ne se charge pas ; un chargeur qui n'est pas strict remplit les couches manquantes de poids aléatoires, et les réponses ne veulent rien dire. Il est entier quand chaque fichier désigné par l'index est là.

checkpoint-corrupted-file-index =
    .description = L'index et les fichiers du checkpoint { $file } se contredisent : { $count } tenseurs ne sont pas là où l'index le dit ({ $names }).
    .evidence = Les noms de `weight_map` ont été comparés aux tenseurs de chaque fichier ; ils diffèrent pour { $names }.
    .action = Enregistrez le modèle à nouveau d'un seul coup (save_pretrained écrit l'index et les parties ensemble) dans un dossier vide. Des parties de deux enregistrements dans un même dossier en sont la cause habituelle.
    .rationale = Un chargeur suit l'index : il ne trouve pas ce qui est ailleurs, et peut mêler les poids de deux entraînements. La réparation est juste quand les deux listes sont égales et que la métrique de validation revient.

checkpoint-unsafe-format-types =
    .description = { $file } contient { $others ->
        [one] un type d'aucun cadre connu, que skops fabriquerait au chargement dès que quelqu'un lui fait confiance
       *[other] { $others } types d'aucun cadre connu, que skops fabriquerait au chargement dès que quelqu'un leur fait confiance
    } : { $names }.
    .evidence = Son schema.json désigne { $imports ->
        [one] ce seul type.
       *[other] { $imports } types et fonctions en tout.
    }
    .action = Lisez la liste avec skops.io.get_untrusted_types(file="{ $file }"), et ne déclarez de confiance que ce que vous connaissez, nom par nom.
    .rationale = skops ne charge rien qui ne soit déclaré de confiance par son nom ; une liste transmise sans être lue annule cela. Chaque type devrait être l'un des vôtres.

checkpoint-unsafe-format-hidden =
    .description = { $file } contient { $pickles ->
        [one] un autre pickle
       *[other] { $pickles } autres pickles
    } à côté de celui qui est chargé : { $hidden }. Tout ce que leur chargement importerait a été listé, et rien de dangereux n'y figure.
    .evidence = Lus, non exécutés : { $known ->
        [nothing] ensemble ils n'importent rien.
        [yes] ensemble ils importent { $imports ->
            [one] un nom, d'un cadre connu.
           *[other] { $imports } noms, tous de cadres connus.
        }
       *[no] ensemble ils importent { $imports ->
            [one] un nom
           *[other] { $imports } noms
        } ; d'aucun cadre connu : { $names }.
    }
    .action = Cherchez ce qui les a écrits. Si personne n'en a besoin, enregistrez les poids seuls{ $command ->
        [none] {" "}dans { $stem }.safetensors.
       *[other] . En Python :{ $command }
    }
    .rationale = torch.save écrit un seul pickle. Un autre n'est lu que par d'autres outils, ce qui contourne qui vérifie le premier. Un fichier converti n'en contient aucun.

checkpoint-unsafe-format-outside =
    .description = { $file } désigne des fichiers hors de son propre dossier : { $paths }.
    .evidence = Rien n'a été extrait ni ouvert. Les chemins sont dans le fichier : { $paths }.
    .action = Ne l'extrayez pas, et ne le chargez pas avec un outil qui suit de tels chemins. Reprenez le modèle à sa source, ou enregistrez-le à nouveau dans un dossier vide.
    .rationale = Qui extrait une telle archive écrase des fichiers ailleurs, et un modèle avec un tel chemin lit les fichiers d'autrui comme des poids. Aucun cadre n'écrit de tels chemins.

checkpoint-unregularised-model-tree =
    .description = Le modèle { $model } peut croître jusqu'à mémoriser chaque ligne d'entraînement : rien ne borne sa profondeur ni la taille de ses feuilles.
    .evidence = max_depth et max_leaf_nodes sont nuls, min_samples_leaf vaut 1, min_samples_split vaut 2 et ccp_alpha vaut 0.
    .action = Essayez max_depth à 3, 5 et 8 avec min_samples_leaf à 5 et 20 dans une grille en validation croisée, ou tirez ccp_alpha de cost_complexity_pruning_path ; une forêt aléatoire de 300 arbres est l'étape suivante habituelle.
    .rationale = Un arbre qui divise jusqu'aux feuilles pures est parfait sur les lignes déjà vues et suit chacune de celles qui sont mal étiquetées. Si le score de validation de l'arbre borné est aussi bon ou meilleur alors que son score d'entraînement passe sous 1, la différence était de la mémoire.

checkpoint-unregularised-model-neighbours =
    .description = Avec un seul voisin, { $model } répond par la ligne d'entraînement la plus proche, bruit compris.
    .evidence = n_neighbors vaut 1 : le score d'entraînement est parfait par construction.
    .action = Choisissez n_neighbors parmi 5, 11, 21 et 51 par validation croisée, sur des variables standardisées.
    .rationale = Moyenner plus de voisins échange un peu de détail contre beaucoup moins de bruit. La meilleure valeur est celle où le score de validation culmine ; à 1, le score d'entraînement ne dit rien.

checkpoint-unregularised-model-boosting =
    .description = { $model } ajoute toujours ses { $rounds } itérations à un taux d'apprentissage de { $rate } ; rien ne l'arrête quand la validation ne gagne plus.
    .evidence = { $key } vaut { $rounds }, learning_rate vaut { $rate }, et aucun arrêt anticipé n'est réglé.
    .action = Réservez un dixième des lignes d'entraînement et arrêtez après 20 itérations sans gain (n_iter_no_change=20, early_stopping_rounds=20), ou baissez learning_rate à 0.03 avec la même borne.
    .rationale = Le boosting apprend le bruit restant une fois le signal épuisé. Le nombre d'itérations auquel il s'arrête est le bon ; s'il est proche de { $rounds }, rien n'était perdu.

bound-zero-biases = les biais sont exactement nuls
bound-own-biases = les biais restent dans la borne où PyTorch les tire
bound-no-biases = les couches n'ont pas de biais, si bien que le bord est la seule preuve
