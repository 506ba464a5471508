# Constats propres au raisonneur

cross-missing-scaling =
    .description = Les variables entrent dans le modèle sans mise à l'échelle alors que leurs ordres de grandeur diffèrent d'un facteur { $ratio }, et l'entraînement en souffre.
    .evidence = Les valeurs de « { $wide } » sont de l'ordre de { $large }, celles de « { $narrow } » de { $small } ; { $scaler } indique qu'aucune mise à l'échelle n'est faite ; { $column } part de { $loss }, soit { $times } fois la perte d'une réponse constante.
    .action = Placez un StandardScaler (moyenne 0, écart type 1) devant le modèle, ajusté sur les seules lignes d'entraînement et enregistré avec lui ; puis relancez l'entraînement sans rien changer d'autre.
    .rationale = Un pas qui convient à « { $wide } » est beaucoup trop long ou trop court pour tous les autres poids : aucun taux d'apprentissage ne convient. Une fois les entrées réduites, la première valeur de { $column } est proche de celle du hasard. Ne jugez le taux d'apprentissage, l'écrêtage et la taille du réseau qu'ensuite.
cross-missing-scaling-broken =
    .description = Les variables entrent dans le modèle sans mise à l'échelle alors que leurs ordres de grandeur diffèrent d'un facteur { $ratio }, et la perte n'est plus un nombre.
    .evidence = Les valeurs de « { $wide } » sont de l'ordre de { $large }, celles de « { $narrow } » de { $small } ; { $scaler } indique qu'aucune mise à l'échelle n'est faite ; { $column } cesse d'être un nombre fini ({ $at }).
    .action = Placez un StandardScaler (moyenne 0, écart type 1) devant le modèle, ajusté sur les seules lignes d'entraînement, et repartez de poids neufs ; ceux qui ont été enregistrés sont perdus.
    .rationale = Des entrées de cette taille font déborder les premières sorties, et avec elles les gradients, avant que l'écrêtage ou un taux plus faible puissent agir. Une première perte finie, proche de celle du hasard, montre que le problème est résolu.
cross-missing-scaling-symptom =
    .description = Les variables entrent dans le modèle sans mise à l'échelle alors que leurs ordres de grandeur diffèrent d'un facteur { $ratio }, ce qui explique que l'entraînement soit instable ou bloqué.
    .evidence = Les valeurs de « { $wide } » sont de l'ordre de { $large }, celles de « { $narrow } » de { $small } ; { $scaler } indique qu'aucune mise à l'échelle n'est faite ; la difficulté se lit dans { $column }.
    .action = Placez un StandardScaler (moyenne 0, écart type 1) devant le modèle, ajusté sur les seules lignes d'entraînement et enregistré avec lui ; puis relancez l'entraînement sans rien changer d'autre.
    .rationale = Le gradient d'un poids croît avec son entrée : « { $wide } » dicte donc chaque pas. Si la courbe devient régulière et finit plus bas, la cause était là ; sinon, passez aux constats qui lui sont rattachés.
cross-missing-scaling-unseen =
    .description = L'entraînement part d'une perte que seules de grandes valeurs d'entrée peuvent produire, et rien ne les met à l'échelle.
    .evidence = { $column } part de { $loss }, soit { $times } fois la perte d'une réponse constante, avec un taux d'apprentissage usuel ; { $scaler } indique qu'aucune mise à l'échelle n'est faite.
    .action = Affichez la moyenne et l'écart type de chaque colonne telle que le modèle la reçoit ; si l'une est loin de 0 et 1, ajoutez un StandardScaler ajusté sur les lignes d'entraînement.
    .rationale = Avec des entrées réduites, les premières sorties sont de l'ordre de l'unité et la perte est proche de celle du hasard. C'est à la première valeur de { $column } que l'on verra si la correction a réussi.
cross-missing-scaling-unsaid =
    .description = Les ordres de grandeur des variables diffèrent d'un facteur { $ratio }, et l'entraînement démarre comme si rien ne les avait mises à l'échelle.
    .evidence = Les valeurs de « { $wide } » sont de l'ordre de { $large }, celles de « { $narrow } » de { $small } ; { $column } part de { $loss }, soit { $times } fois la perte d'une réponse constante, alors que le taux d'apprentissage est usuel. Les paramètres ne mentionnent aucune mise à l'échelle.
    .action = Vérifiez ce que le modèle reçoit réellement ; si les colonnes sont brutes, placez devant lui un StandardScaler ajusté sur les lignes d'entraînement et inscrivez-le parmi les paramètres.
    .rationale = Une première perte élevée avec un taux ordinaire vient de la taille des entrées. Une fois celles-ci réduites, la première valeur de { $column } est proche de celle du hasard.
cross-missing-scaling-unsaid-broken =
    .description = Les ordres de grandeur des variables diffèrent d'un facteur { $ratio }, et la perte cesse presque aussitôt d'être un nombre, comme si rien ne les avait mises à l'échelle.
    .evidence = Les valeurs de « { $wide } » sont de l'ordre de { $large }, celles de « { $narrow } » de { $small } ; { $column } cesse d'être un nombre fini ({ $at }), alors que le taux d'apprentissage est usuel. Les paramètres ne mentionnent aucune mise à l'échelle.
    .action = Vérifiez ce que le modèle reçoit réellement ; si les colonnes sont brutes, placez devant lui un StandardScaler ajusté sur les lignes d'entraînement, inscrivez-le parmi les paramètres et repartez de poids neufs.
    .rationale = Des entrées de cette taille font déborder les premières sorties, et avec elles les gradients, à tout taux d'apprentissage usuel. Une première perte finie, proche de celle du hasard, montre que le problème est résolu ; si elle déborde encore, regardez le taux d'apprentissage et l'écrêtage.
cross-missing-scaling-guess =
    .description = L'entraînement part d'une perte que seules de grandes valeurs d'entrée ou des poids initiaux extrêmes peuvent produire.
    .evidence = { $column } part de { $loss }, soit { $times } fois la perte d'une réponse constante, avec un taux d'apprentissage usuel. Ni les statistiques ni les paramètres ne disent comment les entrées sont mises à l'échelle.
    .action = Affichez la moyenne et l'écart type de chaque colonne telle que le modèle la reçoit ; si l'une est loin de 0 et 1, ajoutez un StandardScaler ajusté sur les lignes d'entraînement. Si toutes en sont proches, regardez l'initialisation.
    .rationale = Avec des entrées réduites et une initialisation usuelle, les premières sorties sont de l'ordre de l'unité et la perte est proche de celle du hasard. C'est à la première valeur de { $column } que l'on verra si la correction a réussi.

cross-batch-size-vs-dataset =
    .description = Un seul lot contient presque toute la table : le modèle n'a reçu que { $in_all } mises à jour et progressait encore à la fin de l'entraînement.
    .evidence = { $rows } lignes d'entraînement par lots de { $batch } donnent { $per_epoch ->
        [one] une mise à jour
       *[other] { $per_epoch } mises à jour
    } par époque ; après { $epochs } époques, { $column } baisse encore, de { $before } ({ $before_at }) à { $end }.
    .action = Fixez la taille de lot à { $better }. Les mêmes { $epochs } époques donneront alors { $more } mises à jour.
    .rationale = Ce qu'un réseau apprend dépend du nombre de pas, non du nombre d'époques, et des lots de { $better } lignes sur { $rows } donnent encore un bon gradient. C'est réussi quand { $column } se stabilise avant la fin ; davantage d'époques avec le lot actuel feraient de même, mais bien plus cher.

cross-num-labels-mismatch =
    .description = Le modèle distingue { $outputs } classes, les données en comptent { $classes } : ce checkpoint a été fait pour d'autres étiquettes.
    .evidence = Le checkpoint a { $outputs } sorties ; l'étiquette prend { $classes } valeurs différentes.
    .action = Déterminez lequel des deux est faux : chargez le checkpoint de cette expérience (son journal d'entraînement nomme le fichier) ou corrigez l'encodage des étiquettes. Si la tête devait être remplacée, créez-la avec { $classes } sorties et entraînez-la.
    .rationale = Une prédiction hors des classes connues ne peut pas être évaluée, et les indices des autres ne désignent pas forcément les mêmes étiquettes. La dernière couche doit avoir autant de sorties qu'il y a de classes, et la justesse sur les lignes d'entraînement doit être celle du journal.
cross-num-labels-mismatch-regression =
    .description = Le modèle est un classifieur à { $outputs } sorties, mais l'étiquette est un nombre qui prend { $classes } valeurs différentes.
    .evidence = Le checkpoint a { $outputs } sorties ; l'étiquette prend { $classes } valeurs différentes.
    .action = Vérifiez qu'il s'agit bien du checkpoint de cette expérience ; une régression demande une tête à une sortie et une erreur quadratique ou absolue. Si ce sont des classes que vous voulez, découpez d'abord l'étiquette en intervalles et indiquez-le dans la configuration.
    .rationale = Des indices de classe n'ont pas de sens pour cette étiquette. Avec le bon fichier, il y a une seule sortie et le R² sur les lignes d'entraînement est celui du journal.

cross-input-dim-mismatch =
    .description = Le modèle attend { $inputs } entrées, les données offrent { $features } variables numériques.
    .evidence = Entrées du checkpoint : { $inputs } ; variables numériques dans les statistiques d'entraînement, sans aucune variable catégorielle : { $features }.
    .action = Comparez la liste des colonnes que le prétraitement transmet avec celle de l'entraînement, noms et ordre compris.
    .rationale = Des variables écartées ou dérivées à dessein expliquent un tel écart ; une liste de colonnes modifiée, elle, attribue chaque poids à une autre variable et donne des prédictions plausibles mais fausses.

cross-leakage-perfect-metric-column =
    .description = La validation est presque parfaite parce qu'une variable livre la réponse.
    .evidence = { $metric } vaut déjà { $reached } tôt dans l'exécution ({ $at }) et atteint { $best }. { $leak }
    .action = { $advice }
    .rationale = Cette colonne ne sera pas connue à l'usage : ce score n'est pas celui que vous obtiendrez. Sans elle, { $metric } doit retomber à un niveau crédible ; c'est la référence pour toute la suite.
cross-leakage-perfect-metric-rows =
    .description = La validation est presque parfaite parce que le modèle a vu ces lignes à l'entraînement.
    .evidence = { $metric } vaut déjà { $reached } tôt dans l'exécution ({ $at }) et atteint { $best }. { $leak }
    .action = { $advice }
    .rationale = Des lignes reconnues sont comptées comme prédites. Sur un découpage sans lignes communes, { $metric } doit retomber à un niveau crédible ; c'est la référence pour toute la suite.

cross-imbalance-accuracy-metric =
    .description = Les classes sont déséquilibrées et la justesse (accuracy) est la seule métrique : personne ne peut voir si la classe rare est reconnue.
    .evidence = { $metric } atteint { $best } ; ni F1, ni rappel, ni AUC, ni justesse équilibrée ne sont enregistrés. { $imbalance }
    .action = Enregistrez le macro-F1 et le rappel de la classe rare à côté de { $metric }, et choisissez la meilleure époque selon le macro-F1 ; pondérez ensuite la perte (class_weight="balanced") et comparez.
    .rationale = La justesse est surtout celle de la classe fréquente. Si le macro-F1 est très inférieur à { $metric }, la classe rare est ignorée, et la pondération doit le faire monter.
cross-imbalance-accuracy-metric-known =
    .description = Les classes sont déséquilibrées et la justesse (accuracy) est la seule métrique : { $majority } viennent de la seule classe la plus fréquente.
    .evidence = { $metric } atteint { $best } ; répondre toujours la classe la plus fréquente donne { $majority }. { $imbalance }
    .action = Enregistrez le macro-F1 et le rappel de la classe rare à côté de { $metric }, et choisissez la meilleure époque selon le macro-F1 ; pondérez ensuite la perte (class_weight="balanced") et comparez.
    .rationale = Seule la part au-dessus de { $majority } dit quelque chose du modèle. Si le macro-F1 est très inférieur à { $metric }, la classe rare est ignorée, et la pondération doit le faire monter.
cross-imbalance-accuracy-metric-majority =
    .description = Les classes sont déséquilibrées, et la justesse (accuracy) enregistrée est celle que donne une réponse constante.
    .evidence = { $metric } atteint { $best } ; répondre toujours la classe la plus fréquente donne { $majority }. { $imbalance }
    .action = Enregistrez le macro-F1 et le rappel de la classe rare, pondérez la perte (class_weight="balanced") et choisissez la meilleure époque selon le macro-F1.
    .rationale = À en juger par ces chiffres, le modèle n'a peut-être rien appris, quoi que dise { $metric }. C'est réussi quand le rappel de la classe rare est nettement supérieur à 0 et le macro-F1 à celui de la réponse constante.

cross-drift-not-overfitting-shift =
    .description = La validation est moins bonne que l'entraînement parce que les deux parties des données diffèrent, non parce que le modèle apprend par cœur.
    .evidence = { $train_name } et { $validation_name } valent déjà { $early_train } et { $early_validation } tôt dans l'exécution ({ $early_at }), puis { $end_train } et { $end_validation } à la fin : { $share } de l'écart est là très tôt, et la validation ne se retourne pas. { $drift }
    .action = Refaites le découpage : mélangé et stratifié si les lignes sont interchangeables, par date ou par groupe si le modèle doit servir sur d'autres lignes ou plus tard. Si le décalage est réel, pondérez ou collectez des lignes d'entraînement qui ressemblent à celles du test.
    .rationale = Dropout, régularisation ou réseau plus petit coûteraient ici de la qualité sans réduire l'écart. Après un nouveau découpage, l'écart constaté ({ $early_at }) doit n'être qu'une fraction de l'actuel ; ce qui reste et grandit sera du surapprentissage.
cross-drift-not-overfitting-labels =
    .description = La validation est moins bonne que l'entraînement parce qu'elle contient des classes que l'entraînement n'a jamais montrées, non parce que le modèle apprend par cœur.
    .evidence = { $train_name } et { $validation_name } valent déjà { $early_train } et { $early_validation } tôt dans l'exécution ({ $early_at }), puis { $end_train } et { $end_validation } à la fin : { $share } de l'écart est là très tôt. { $drift }
    .action = Refaites le découpage avec chaque classe dans les deux parties (stratifié) ; si une classe est trop rare pour cela, fusionnez-la, collectez-en davantage ou retirez-la du test en le disant.
    .rationale = Aucun modèle ne prédit une étiquette qu'il n'a jamais vue, et plus il est sûr de lui, plus ces lignes alourdissent la perte de validation. Après un découpage stratifié, l'écart doit presque disparaître ; une régularisation ne ferait que le masquer.
cross-drift-not-overfitting-spelling =
    .description = La validation est moins bonne que l'entraînement parce qu'elle écrit des classes autrement, non parce que le modèle apprend par cœur.
    .evidence = { $train_name } et { $validation_name } valent déjà { $early_train } et { $early_validation } tôt dans l'exécution ({ $early_at }), puis { $end_train } et { $end_validation } à la fin : { $share } de l'écart est là très tôt. { $drift }
    .action = Écrivez chaque classe d'une seule façon dans les deux parties (sans blancs superflus, une seule casse), puis évaluez de nouveau le modèle enregistré.
    .rationale = Pour le score, une classe écrite autrement est une classe que le modèle ne donne jamais : chacune de ces lignes est une erreur certaine. Avec une seule graphie, l'écart devrait se réduire de leur part, sans nouvel entraînement ; régulariser ne ferait que le cacher.

cross-val-labels-corrupted-metric =
    .description = Les étiquettes de validation n'appartiennent pas à leurs lignes : le modèle apprend, mais ne fait pas mieux que le hasard en validation, dès la première époque.
    .evidence = { $train_name } passe de { $first_train } à { $last_train } ; { $validation_name } vaut { $first_validation } au départ ({ $first_at }) et { $last_validation } à la fin, au plus le niveau du hasard. { $checked }
    .action = Prenez dix lignes de validation et comparez à la main leurs étiquettes avec la source ; cherchez ensuite l'étape qui réordonne séparément variables et étiquettes (tri, jointure, index réinitialisé, mélange d'un seul des deux) ou qui encode différemment les étiquettes des deux parties.
    .rationale = Le surapprentissage ouvre un écart peu à peu ; celui-ci est complet dès le départ, ce que seules les étiquettes d'autres lignes expliquent. Avec les bonnes étiquettes, { $validation_name } doit suivre { $train_name } sans nouvel entraînement : il suffit d'évaluer de nouveau le modèle enregistré.
cross-val-labels-corrupted-loss =
    .description = Les étiquettes de validation n'appartiennent pas à leurs lignes : la perte d'entraînement baisse, celle de validation ne descend jamais sous le niveau du hasard.
    .evidence = { $train_name } passe de { $first_train } à { $last_train } ; { $validation_name } vaut { $first_validation } au départ ({ $first_at }) et { $last_validation } à la fin. { $checked }
    .action = Prenez dix lignes de validation et comparez à la main leurs étiquettes avec la source ; cherchez ensuite l'étape qui réordonne séparément variables et étiquettes (tri, jointure, index réinitialisé, mélange d'un seul des deux) ou qui encode différemment les étiquettes des deux parties.
    .rationale = Le surapprentissage ouvre un écart peu à peu ; celui-ci est complet dès le départ, ce que seules les étiquettes d'autres lignes expliquent. Avec les bonnes étiquettes, { $validation_name } doit baisser avec { $train_name } : il suffit d'évaluer de nouveau le modèle enregistré.
cross-val-labels-corrupted-checks =
    .description = Les étiquettes de test ne semblent pas appartenir à leurs lignes : ce qui prédit l'étiquette à l'entraînement ne la prédit pas dans le test, bien que les variables se ressemblent.
    .evidence = { $change }
    .action = Prenez dix lignes de test et comparez à la main leurs étiquettes avec la source ; cherchez ensuite l'étape qui réordonne séparément variables et étiquettes (tri, jointure, index réinitialisé, mélange d'un seul des deux) ou qui encode différemment les étiquettes des deux parties.
    .rationale = Une relation qui vaut à l'entraînement et disparaît dans le test, sans dérive des variables, vient bien plus souvent des étiquettes que du monde réel. Avec les bonnes étiquettes, le pouvoir prédictif concorde entre les deux parties ; les courbes d'entraînement le diraient avec certitude.
splits-compared = Les variables des deux parties ont été comparées et ne diffèrent pas assez pour l'expliquer.
splits-not-compared = Rien de ce qui a été envoyé ne compare les deux parties : une forte dérive reste possible.

cross-healthy =
    .description = Rien dans cette expérience n'appelle de changement.
    .evidence = Éléments examinés : { $checked }.
    .action = Gardez cette exécution comme référence et ne changez désormais qu'une chose à la fois.
    .rationale = Aucune des règles applicables à ces artefacts n'a trouvé plus qu'une remarque. Ce qui n'a pas pu être examiné figure dans not_examined.
cross-poor-unexplained =
    .description = Aucun défaut n'a été trouvé, et pourtant le modèle ne fait guère mieux qu'une réponse constante. Ces artefacts ne disent pas pourquoi.
    .evidence = { $metric } finit à { $end }, là où une réponse constante obtient { $constant }. Éléments examinés : { $checked }.
    .action = Ajustez un modèle à arbres boostés et un modèle linéaire sur la même partition. S'ils ne font pas mieux, les variables disent peu de l'étiquette : cherchez-en de meilleures, ou des étiquettes fausses. Si l'un fait mieux, c'est cet entraînement qui est en cause.
    .rationale = Un mauvais score vient des données ou de l'entraînement, et un second modèle les départage en quelques minutes. Utile à envoyer aussi : les résultats de contrôle des données, les normes de gradient par couche, le taux d'apprentissage par époque et les paramètres du modèle.
cross-poor-unexplained-remarks =
    .description = Le modèle ne fait guère mieux qu'une réponse constante, et rien de ce qui a été trouvé n'est assez sûr ni assez grave pour en être la cause certaine. Ce qui a été remarqué l'est peut-être : { $remarks }.
    .evidence = { $metric } finit à { $end }, là où une réponse constante obtient { $constant }. Éléments examinés : { $checked }.
    .action = Examinez d'abord les remarques ({ $remarks }). Ajustez en parallèle un modèle à arbres boostés et un modèle linéaire sur la même partition : s'ils ne font pas mieux, les variables disent peu de l'étiquette ; si l'un fait mieux, c'est cet entraînement qui est en cause.
    .rationale = Un mauvais score vient des données ou de l'entraînement, et un second modèle les départage en quelques minutes. Utile à envoyer aussi : les résultats de contrôle des données, les normes de gradient par couche, le taux d'apprentissage par époque et les paramètres du modèle.
cross-not-examined =
    .description = Rien n'a pu être examiné.
    .evidence = { $why }
    .action = Envoyez au moins un artefact : les métriques de l'entraînement en disent le plus, puis les statistiques des données.
    .rationale = Sans artefact, il n'y a rien à juger ; l'absence de constat signifie ici l'absence de réponse, non une expérience saine.
not-examined-none = La requête ne contient ni statistiques, ni contrôle exécuté, ni courbe, ni sauvegarde de modèle qu'un analyseur puisse lire.
not-examined-failed = { $count ->
        [one] Le seul analyseur exécuté a échoué
       *[other] Les { $count } analyseurs exécutés ont tous échoué
    } : { $agents }.

# Compléments aux constats des autres

also-explains = Cela explique aussi : { $effects }.
also-reported = { $agent } constate la même chose : { $evidence }
effect-evidence = { $title } : { $evidence }
external-description = { $agent } signale « { $code } » : { $description }
note-untrained-wrong-file = L'entraînement lui-même s'est bien terminé ({ $column } est passé de { $first } à { $last }) : la faute est donc dans l'enregistrement, d'un autre fichier ou avant l'entraînement.
note-untrained-flat = L'entraînement n'a guère bougé non plus ({ $column } est passé de { $first } à { $last }) : le fichier peut donc être le bon.
note-exploding-scaled = Les entrées sont mises à l'échelle ({ $scaler }) : leur taille n'est pas en cause, restent le taux d'apprentissage et l'écrêtage.
note-exploding-rate = Le taux d'apprentissage est de { $rate }{ $clip ->
        [yes] , bien que les gradients soient écrêtés
       *[no] , et aucun écrêtage des gradients n'est enregistré
    }.
note-unverified = L'un de ses chiffres n'a pas pu être confirmé à partir des artefacts.

at-epoch = époque { $number }
at-step = pas { $number }
at-row = ligne { $number }
severity-high = élevée
severity-medium = moyenne
severity-low = faible

# Sorties structurées

area = { $title } (gravité { $severity })
ruled-overfitting-drift = L'écart entre entraînement et validation est là très tôt et les deux parties diffèrent : la dérive l'explique, l'apprentissage par cœur non.
ruled-overfitting-labels = La validation est au niveau du hasard dès la première époque, avant que rien n'ait pu être appris par cœur : ce sont ses étiquettes qui sont fausses.
ruled-scaling-scaler = Les ordres de grandeur bruts diffèrent d'un facteur { $ratio } (« { $wide } » et « { $narrow } »), mais { $scaler } indique { $value }.
ruled-scaling-trees = Les ordres de grandeur bruts diffèrent d'un facteur { $ratio } (« { $wide } » et « { $narrow } »), mais l'échelle est indifférente à des arbres.
ruled-scaling-healthy = Les ordres de grandeur bruts diffèrent d'un facteur { $ratio } (« { $wide } » et « { $narrow } »), mais l'entraînement n'en porte aucune trace.
ruled-batch = Il n'y a que { $per_epoch ->
        [one] une mise à jour
       *[other] { $per_epoch } mises à jour
    } par époque, mais { $in_all } en tout, et la perte s'est stabilisée ou la validation ne baisse plus.
ruled-label-noise-leak = Une validation meilleure que l'entraînement ferait penser à des étiquettes fausses à l'entraînement, mais une fuite entre les deux parties l'explique.
ruled-label-noise-drift = Une validation meilleure que l'entraînement ferait penser à des étiquettes fausses à l'entraînement, mais les deux parties diffèrent, et les lignes de test sont peut-être les plus faciles.
ruled-label-noise-tiny = Une validation meilleure que l'entraînement ferait penser à des étiquettes fausses à l'entraînement, mais la partie de test est trop petite pour en juger.
ruled-label-noise-dropout = La validation est meilleure que l'entraînement, ce qui est normal : le dropout ({ $dropout }) n'agit qu'à l'entraînement.

kind-dataset = les statistiques des données
kind-deepchecks = les contrôles des données et du modèle
kind-checkpoint = le checkpoint
kind-training = l'entraînement
missing-dataset-why = Aucune statistique des données n'a été envoyée.
missing-dataset-send = Les statistiques des parties d'entraînement et de test (effectif, moyenne, écart type, quartiles, valeurs distinctes par colonne, étiquette comprise).
missing-deepchecks-why = Aucun résultat de contrôle n'a été envoyé : doublons entre les deux parties, étiquettes contradictoires et segments faibles restent invisibles.
missing-deepchecks-send = Les résultats d'une suite d'intégrité et d'une suite entraînement-test, et d'une suite de modèle s'il y en a un.
missing-checkpoint-why = Aucun checkpoint n'a été envoyé.
missing-checkpoint-send = Le chemin du modèle enregistré (safetensors) et son config.json.
missing-training-why = Aucune métrique d'entraînement n'a été envoyée.
missing-training-send = Pertes et métriques par époque, à l'entraînement et en validation, avec les paramètres.
gap-scales = la mise à l'échelle des entrées
gap-scales-why = Les statistiques ne donnent pas d'écarts types et les paramètres ne mentionnent aucune mise à l'échelle.
gap-scales-send = feature_statistics de la partie d'entraînement, ou feature_scaling parmi les paramètres.
gap-updates = la taille de lot face au nombre de lignes
gap-updates-why = Le nombre de lignes, la taille de lot ou le nombre d'époques sont inconnus.
gap-updates-send = Le nombre de lignes d'entraînement, et batch_size parmi les paramètres.
gap-outputs = les sorties du modèle face aux classes
gap-outputs-why = Le nombre de sorties du modèle ou celui des classes est inconnu.
gap-outputs-send = num_labels dans la configuration du modèle ou un fichier safetensors lisible, et l'étiquette parmi les colonnes des statistiques.
agent-skipped = Il n'a pas été exécuté : { $reason }
agent-skipped-send = Les artefacts qu'il lit.
failure-not-found = introuvable : « { $message } »
failure-invalid = invalide : « { $message } »
failure-denied = refusé : « { $message } »
failure-budget-exceeded = budget dépassé : « { $message } »
failure-timed-out = délai dépassé : « { $message } »
failure-unavailable = indisponible : « { $message } »
failure-internal = erreur interne : « { $message } »
agent-failed = Il a échoué : { $reason }
agent-failed-send = La même requête encore une fois ; s'il échoue de nouveau, le message ci-dessus à l'exploitant.
constraint-failed = { $agent } a échoué ({ $reason }) ; ce qu'il examine reste inconnu.
constraint-gap = { $what } : { $why }
constraint-unverified = { $count ->
        [one] Un constat repose
       *[other] { $count } constats reposent
    } sur des chiffres qui n'ont pas pu être confirmés à partir des artefacts.

checked-dataset = { $rows } lignes d'entraînement et { $test } lignes de test avec { $features ->
        [one] une variable
       *[other] { $features } variables
    }
checked-dataset-train = { $rows } lignes d'entraînement avec { $features ->
        [one] une variable
       *[other] { $features } variables
    }
checked-dataset-plain = les statistiques des données
checked-deepchecks = { $count ->
        [one] un contrôle des données ou du modèle
       *[other] { $count } contrôles des données et du modèle
    }
checked-training = { $points ->
        [one] un point
       *[other] { $points } points
    } des courbes d'entraînement ({ $column } de { $first } à { $last })
checked-training-final = des valeurs finales d'entraînement et de validation ({ $column } { $last })
checked-training-plain = les paramètres d'entraînement
checked-checkpoint = le fichier du checkpoint ({ $tensors } tenseurs)
checked-checkpoint-plain = la configuration du modèle

# Le résumé

summary-first = À traiter d'abord : { $title } (gravité { $severity }, confiance { $confidence }).
summary-explains = Ce qui en découle et ne demande pas encore de remède propre : { $effects }.
summary-action = { $action }
summary-tell = Pour savoir si c'est réussi : { $tell }
summary-next = Ensuite : { $titles }.
summary-remarks = { $count ->
        [one] Une remarque de gravité faible peut attendre
       *[other] { $count } remarques de gravité faible peuvent attendre
    }.
summary-ruled-out = Hors de cause malgré les apparences : { $titles }.
summary-healthy = Rien dans cette expérience n'appelle de changement. Éléments examinés : { $checked }.
summary-poor = Aucun défaut n'a été trouvé, mais le modèle ne fait guère mieux qu'une réponse constante, pour une raison que les artefacts ne montrent pas. Comparez-le d'abord à un modèle à arbres boostés sur la même partition. Éléments examinés : { $checked }.
summary-poor-remarks = Le modèle ne fait guère mieux qu'une réponse constante, et aucun défaut sérieux trouvé ne l'explique. Examinez d'abord ce qui a été remarqué : { $remarks }. Éléments examinés : { $checked }.
summary-not-examined = Rien n'a pu être examiné : { $why }
summary-gaps = Non examiné, faute d'artefacts : { $kinds }.
summary-failed = Échec de { $agents } : ce diagnostic est incomplet.

# Libellés des faits

fact-early-gap-as-a-share-of-the-late-one = écart initial rapporté à l'écart final
fact-inputs-in-the-configuration = entrées selon la configuration
fact-inputs-of-the-first-layer = entrées de la première couche
fact-metric-at-the-end = métrique à la fin
fact-metric-of-a-constant-answer = métrique d'une réponse constante
fact-numeric-features-in-the-data = variables numériques des données
fact-outputs-in-the-configuration = sorties selon la configuration
fact-outputs-of-the-last-layer = sorties de la dernière couche
fact-ratio-of-feature-scales = rapport des ordres de grandeur
fact-root-mean-square-of = moyenne quadratique de « { $name } »
fact-rows-of = lignes de « { $name } »
fact-share-of-the-most-frequent-class = part de la classe la plus fréquente
fact-std-of = écart-type de « { $name } »
fact-training-rows = lignes d'entraînement
fact-updates-in-all = mises à jour en tout
fact-updates-per-epoch = mises à jour par époque
