summary-nothing = Aucun des contrôles n'a pu s'exécuter : on ne peut rien en dire.
summary-healthy = { $ran } contrôles ont été lus et jugés à l'aune de la taille des données : ni fuite, ni dérive, ni doublon, ni colonne défectueuse, ni problème d'étiquettes ne ressort. { $failed ->
        [0] Aucun n'a échoué.
        [one] Un seul dépasse sa propre borne fixe, mais pas au-delà de ce qu'expliquent le hasard ou la nature des données.
       *[other] { $failed } dépassent leur propre borne fixe, mais pas au-delà de ce qu'expliquent le hasard ou la nature des données.
    }
summary-findings = { $ran } contrôles ont été lus, dont { $failed } échouent ou avertissent selon leurs propres bornes. Jugées à l'aune de la taille des données, { $findings ->
        [one] une remarque reste
       *[other] { $findings } remarques restent
    }, dont { $serious ->
        [0] aucune ne devrait
        [one] une devrait
       *[other] { $serious } devraient
    } changer la suite du travail.
not-examined-dates-why = Ces contrôles ont besoin d'une colonne de dates ; aucune n'a été déclarée.
not-examined-dates-send = Déclarez la colonne qui contient la date, si les lignes en ont une : datetime_name du Dataset de deepchecks, ou --date de deepfix ingest.
not-examined-unusable-dates-why = Les dates n'ont pas pu être comparées : { $why }.
not-examined-unusable-dates-send = Écrivez les dates des deux tables dans une même colonne sous la forme 2024-12-31 (avec une heure : 2024-12-31T08:00:00), ou comme des nombres, par exemple des secondes depuis 1970.
not-examined-index-why = Ces contrôles ont besoin d'une colonne d'index ; aucune n'a été déclarée.
not-examined-index-send = Déclarez la colonne qui contient la clé, si les lignes en ont une : index_name du Dataset de deepchecks, ou --index de deepfix ingest ; elle reste alors aussi hors des variables.
not-examined-classes-why = Ces contrôles ont besoin de classes, ou des probabilités d'un classifieur.
not-examined-classes-send = Déclarez label_type comme binary ou multiclass, et passez un modèle ajusté avec predict_proba pour la matrice de confusion, la calibration et la courbe ROC.
not-examined-samples-why = Ces contrôles ont abandonné, le plus souvent parce que le jeu a trop peu de lignes ou une colonne de types mêlés.
not-examined-samples-send = Réparez les colonnes qui mêlent texte et nombres, et envoyez un jeu plus grand.
not-examined-boosting-why = Ce contrôle a besoin d'un modèle boosté qui puisse prédire après chacune de ses étapes ; pour tout autre modèle, il n'a rien à dire.
not-examined-boosting-send = Rien, sauf si le modèle est boosté : passez alors le modèle ajusté lui-même et non un pipeline autour de lui.
not-examined-model-why = Ces contrôles ont besoin d'un modèle qu'ils puissent appeler.
not-examined-model-send = Passez le modèle ajusté, entraîné exactement sur les colonnes du Dataset.
not-examined-other-why = Ces contrôles n'ont rendu ni valeur ni verdict.
not-examined-other-send = Lancez-les seuls et regardez l'exception que la suite a avalée.
not-examined-own-why = Ces contrôles n'ont pas pu juger leurs données : { $why }.
not-examined-own-send = Donnez aux colonnes le même type dans les deux tables, puis relancez les contrôles.
not-examined-partly-why = Une partie de ce que regardent ces contrôles a été laissée de côté : { $why }.
not-examined-partly-send = On ne sait rien de ce qui a été laissé de côté : donnez à ces colonnes le même type dans les deux tables, ou relevez la limite que nomme la raison, puis relancez les contrôles.
not-examined-comparison = la comparaison des deux parties
not-examined-comparison-why = Rien ne compare les données d'entraînement et de test : fuites et dérives restent invisibles.
not-examined-comparison-send = Envoyez la suite train_test_validation, avec un jeu de test.
not-examined-evaluation = l'évaluation du modèle
not-examined-evaluation-why = Aucun modèle n'a été évalué : segments faibles et surapprentissage restent invisibles ici.
not-examined-evaluation-send = Envoyez la suite model_evaluation, avec le modèle ajusté.
not-examined-narrowed-why = Ces contrôles n'ont rien trouvé à redire, mais la question posée n'était pas celle d'usage : { $how }.
not-examined-narrowed-send = Relancez-les avec les réglages par défaut, ou dites pourquoi ceux-ci conviennent à ces données.
narrowed-samples = { $check } n'a vu que { $samples } lignes sur { $rows }
narrowed-ignored = { $check } a laissé de côté { $columns }
narrowed-only = { $check } n'a regardé que { $columns }
narrowed-bound = { $check } accepte jusqu'à { $bound } (d'habitude { $usual })
not-examined-unknown-why = Ce contrôle n'est pas connu ; son propre verdict est négatif.

dataset-class-imbalance =
    .description = Les classes sont très inégales : « { $rare } » compte { $ratio } des exemples de « { $frequent } ».
    .evidence = Rapport de la classe la plus rare, « { $rare } », à la plus fréquente, « { $frequent } » : { $ratio }.
    .action = Pondérez la classe « { $rare } » environ { $weight } fois dans la perte ou tirez des lots équilibrés, et jugez au macro-F1 ou au rappel par classe plutôt qu'à l'exactitude.
    .rationale = Une perte non pondérée ne gagne presque rien avec la classe rare : le modèle apprend à l'ignorer. Le rappel de « { $rare } » doit monter nettement, et le macro-F1 avec lui.
dataset-missing-values =
    .description = { $number ->
        [one] La colonne { $columns } contient
       *[other] { $number } colonnes contiennent
    } des valeurs nulles ; il manque { $share } des cellules de « { $worst } ».
    .evidence = Valeurs nulles dans { $columns } ; au plus haut dans « { $worst } », avec { $share }.
    .action = Cherchez d'où viennent les valeurs nulles de { $columns }. Si elles sont fortuites, imputez dans la chaîne d'entraînement (ajustée sur le seul jeu d'entraînement) et ajoutez un indicateur ; si elles signifient « aucun », codez cela comme une valeur.
    .rationale = Supprimer les lignes gaspille les autres colonnes, et imputer avant la découpe fait fuir le jeu de test. Les scores de validation avec et sans les colonnes imputées disent si elles valent d'être gardées.
dataset-missing-values-target =
    .description = { $share } des lignes n'ont pas d'étiquette : « { $worst } » est ce que le modèle apprend à prédire.
    .evidence = Valeurs nulles dans l'étiquette « { $worst } » : { $share }.
    .action = Écartez les lignes sans « { $worst } » de l'entraînement et de l'évaluation, ou faites-les étiqueter ; ne comblez jamais une étiquette. Cherchez d'abord si une classe ou une source manque d'étiquettes.
    .rationale = Une étiquette inventée est une supposition que le modèle apprend et d'après laquelle il est jugé. C'est fait quand « { $worst } » a une valeur dans chaque ligne d'entraînement ou de test.
dataset-missing-values-kinds =
    .description = La colonne « { $column } » écrit ses valeurs nulles de { $kinds } façons.
    .evidence = { $kinds } sortes de valeurs nulles dans « { $column } ».
    .action = Ramenez-les toutes à une seule dès la lecture (na_values=[...]).
    .rationale = Un imputeur n'en voit qu'une partie et prend les autres pour une catégorie. Ensuite, la colonne n'a plus qu'une sorte de valeur nulle.
dataset-constant-feature =
    .description = { $number ->
        [one] La variable { $columns } n'a
       *[other] Les variables { $columns } n'ont
    } qu'une seule valeur dans le jeu d'entraînement.
    .evidence = Une valeur distincte sur { $rows } lignes : { $columns }.
    .action = Retirez { $columns } des variables, après avoir vérifié que la valeur n'est pas la trace d'une jointure manquée ou d'un filtre.
    .rationale = Une constante n'apprend rien, et la normaliser divise par zéro. Les scores ne doivent pas changer sans elle.
dataset-correlated-features =
    .description = { $number ->
        [one] Deux variables disent presque la même chose : « { $a } » et « { $b } ».
       *[other] { $number } paires de variables disent presque la même chose, surtout « { $a } » et « { $b } ».
    }
    .evidence = Corrélation dans le jeu d'entraînement : { $pairs }.
    .action = Gardez celle de « { $a } » et « { $b } » qui est mesurée directement ou connue le plus tôt, et abandonnez l'autre ; traitez les autres paires de même, ou remplacez tout un groupe par sa première composante principale.
    .rationale = Avec r = { $r }, la seconde colonne n'ajoute presque aucune information mais partage coefficients et importances de façon arbitraire. Le score de validation doit rester le même après en avoir retiré une ; l'importance par permutation de l'autre monte.
dataset-outliers-rows =
    .description = { $rows } lignes sur { $total } ({ $split }) sont loin de toutes les autres.
    .evidence = { $share } des lignes ont un score d'isolement supérieur à 0,7.
    .action = Regardez ces lignes une à une, colonnes triées par écart à la médiane : valeurs de remplacement et erreurs d'unité sautent aux yeux ; les vraies raretés peuvent rester.
    .rationale = Le score compare des lignes entières et ne distingue pas une erreur d'un cas rare. Si tout y est juste, une normalisation robuste suffit.
dataset-outliers-properties =
    .description = Beaucoup d'éléments ont des propriétés inhabituelles ({ $split }) : { $properties }.
    .evidence = { $share } des éléments sont hors norme pour « { $worst } ».
    .action = Triez les éléments par « { $worst } » et regardez les deux extrémités ; retirez ce qui est vide, corrompu ou hors sujet.
    .rationale = Quelques pour cent d'éléments défectueux entraînent le modèle sur du bruit et faussent le score de test. La part doit baisser après nettoyage.
dataset-mixed-types =
    .description = { $number ->
        [one] La colonne { $columns } mêle
       *[other] Les colonnes { $columns } mêlent
    } nombres et texte.
    .evidence = { $share } des cellules de « { $first } » sont du texte tel que { $examples } ; le reste, des nombres.
    .action = Convertissez { $columns } avec pd.to_numeric(..., errors="coerce") après avoir traduit { $examples } à dessein : en valeur nulle s'ils signifient inconnu, en nombre s'ils en sont un écrit autrement.
    .rationale = Un seul texte rend toute la colonne catégorielle : les nombres perdent leur ordre et chaque valeur nouvelle est inconnue. Après conversion, le contrôle ne trouve que des nombres, et autant de valeurs nulles qu'il y avait de textes.
dataset-test-too-small =
    .description = Le jeu de test a { $rows } lignes : trop peu pour juger un modèle ou déceler une dérive.
    .evidence = Une ligne change l'exactitude de { $step } ; 80 % mesurés ici pourraient valoir en réalité de { $low } à { $high }.
    .action = Passez à la validation croisée stratifiée répétée sur l'ensemble des { $train } + { $rows } lignes, ou versez davantage de lignes dans le jeu de test.
    .rationale = Avec si peu de lignes, l'arrêt anticipé et le choix du modèle suivent le hasard, et la plupart des contrôles entre les jeux sont sans puissance. La dispersion entre plis doit passer sous les différences que vous voulez voir.
dataset-label-noise-conflicts =
    .description = Des lignes aux variables égales portent des étiquettes différentes : une partie des étiquettes d'entraînement est fausse.
    .evidence = { $share } des lignes d'entraînement ({ $rows }) contredisent une jumelle{ $tested ->
        [yes] , contre { $test } dans le jeu de test.
       *[no] .
    }
    .action = Listez les lignes en conflit (samples_indices du contrôle) et tranchez à la main ou à la majorité ; cherchez-en ensuite d'autres par apprentissage confiant (cleanlab) sur des prédictions hors pli.
    .rationale = Seules des jumelles peuvent se contredire visiblement : la vraie part d'étiquettes fausses est plus grande. Après nettoyage, les pertes d'entraînement et de validation doivent baisser toutes deux, et deux lignes aux variables égales n'ont plus d'étiquettes différentes.
dataset-label-noise-power =
    .description = Les variables expliquent bien mieux les étiquettes de test que celles d'entraînement : une partie de ces dernières est probablement fausse.
    .evidence = Additionné sur les { $features } meilleures variables, le pouvoir prédictif à l'entraînement n'est que { $ratio } fois celui du test ; « { $feature } » atteint { $train } contre { $test }.
    .action = Vérifiez d'où viennent les étiquettes d'entraînement (annotateurs, jointures, colonne mélangée). Repérez les suspectes avec cleanlab sur des prédictions hors pli, corrigez les pires, et d'ici là entraînez avec un lissage d'étiquettes de 0,1 ou un arrêt anticipé.
    .rationale = Le bruit des étiquettes d'entraînement y affaiblit toutes les variables, mais pas dans le jeu de test propre ; le hasard ne les affaiblit pas toutes à la fois. Les scores des deux jeux doivent s'accorder après nettoyage.
dataset-duplicates =
    .description = Des lignes se répètent dans un même jeu ({ $split }).
    .evidence = { $share } des { $rows } lignes sont des copies d'une autre ({ $copies } lignes), alors que les colonnes permettent bien plus de lignes différentes.
    .action = Supprimez les copies exactes avant la découpe (drop_duplicates) ; si ce sont de vraies répétitions, gardez toutes les copies d'une ligne du même côté par une découpe par groupe.
    .rationale = Les copies comptent certaines lignes deux fois, et de part et d'autre d'une découpe elles rendent le score de test trop beau. La part de doublons doit être proche de zéro ensuite, et le score de test un peu plus bas mais honnête.

checks-covariate-drift =
    .description = { $number ->
        [one] La variable { $columns } est distribuée
       *[other] { $number } variables sur { $features } sont distribuées
    } autrement dans le jeu de test.
    .evidence = « { $worst } » a un score de dérive de { $score } ; avec { $rows } et { $test } lignes, le hasard reste sous { $noise } pour une variable seule. Variables touchées : { $columns }.
    .action = Cherchez comment les lignes sont arrivées dans le jeu de test. S'il a été trié ou coupé selon « { $worst } », une date ou un site, découpez au hasard et de façon stratifiée pour mesurer le modèle ; si la production ressemble vraiment au jeu de test, entraînez sur des lignes de là-bas ou pondérez l'entraînement dans ce sens.
    .rationale = On interroge le modèle sur des régions qu'il a rarement vues : l'écart de validation est un problème de données, et la régularisation ne le comblera pas. Après la nouvelle découpe, les scores doivent passer sous { $noise }, et l'écart avec eux.
checks-covariate-drift-properties =
    .description = { $number ->
        [one] La propriété { $columns } est distribuée
       *[other] { $number } propriétés sur { $features } sont distribuées
    } autrement dans le jeu de test.
    .evidence = « { $worst } » a un score de dérive de { $score } avec { $rows } et { $test } éléments (hasard : { $noise }).
    .action = Comparez la source et le prétraitement des deux jeux pour « { $worst } ». Unifiez-les, ou couvrez l'étendue des éléments de test par augmentation.
    .rationale = Une différence de « { $worst } » vient d'un autre appareil, d'une autre source ou d'une autre chaîne, sur quoi le modèle ne doit pas être jugé. Le score doit baisser une fois les deux jeux passés par les mêmes étapes.
checks-covariate-drift-multivariate =
    .description = Un classifieur distingue les lignes d'entraînement de celles de test, bien qu'aucune variable seule ne l'explique entièrement.
    .evidence = Son AUC est de { $auc } (0,5 est le hasard) ; il se sert de { $drivers }.
    .action = Regardez la distribution conjointe de { $drivers } dans les deux jeux, et refaites la découpe au hasard, par groupe si des lignes vont ensemble. Si l'une d'elles est un identifiant, laissez-la de côté et relancez le contrôle.
    .rationale = Des combinaisons de variables absentes de l'entraînement sont pour le modèle de l'extrapolation. Après une bonne découpe, l'AUC revient vers 0,5.
checks-covariate-drift-uncompared =
    .description = Un classifieur distingue les lignes d'entraînement de celles de test, avant tout par « { $driver } », qui n'a pas pu être comparée en elle-même.
    .evidence = Son AUC est de { $auc } (0,5 : le hasard) ; il utilise { $drivers }. { $why }.
    .action = { $flag ->
        [yes] Écrivez vrai et faux de « { $driver } » d'une seule façon dans les deux jeux, comme True et False ou comme 1 et 0, puis relancez les contrôles.
       *[no] Donnez à « { $driver } » le même type dans les deux jeux, en les lisant avec le même code, puis relancez les contrôles.
    }
    .rationale = Une colonne écrite autrement en est une autre pour le modèle, et sa propre dérive reste inconnue jusque-là. Ensuite elle a un score de dérive, et l'AUC est celle des données.
checks-label-drift =
    .description = Les parts des classes diffèrent entre entraînement et test.
    .evidence = Score de dérive (V de Cramér) de { $score } avec { $rows } et { $test } lignes{ $spelt ->
        [joined] {" "}; une autre orthographe d'une classe comptée comme cette classe, il est de { $joined }.
        [least] {" "}; une autre orthographe d'une classe comptée comme cette classe, il est d'au moins { $joined }.
       *[alike] .
    }
    .action = Découpez avec stratify=y. Si les parts du test sont celles de la production, gardez-les et ajustez les poids de classe ou le seuil de décision selon leur rapport.
    .rationale = Un classifieur apprend aussi les parts des classes et se trouve biaisé sur d'autres. Le score est nul après stratification ; comparez les mesures macro avant et après.
checks-label-drift-numeric =
    .description = L'étiquette est distribuée autrement dans le jeu de test.
    .evidence = Distance de Kolmogorov-Smirnov de { $score } entre { $rows } et { $test } lignes.
    .action = Découpez au hasard, stratifié par classes de quantiles de l'étiquette ; avec une découpe dans le temps, ajoutez des variables qui portent la tendance.
    .rationale = Un régresseur répond dans l'étendue de ses étiquettes d'entraînement. Le résidu moyen du test doit revenir vers zéro.
checks-new-labels =
    .description = { $number ->
        [one] La classe { $classes } apparaît
       *[other] Les classes { $classes } apparaissent
    } dans le jeu de test mais jamais à l'entraînement.
    .evidence = { $samples } des { $test } lignes de test ({ $share }) portent { $respelt ->
        [some] un nom de classe que le modèle n'a jamais vu. Pas nouvelles, mais connues sous une autre orthographe : { $pairs }.
       *[none] une classe que le modèle n'a jamais vue.
    }
    .action = { $respelt ->
        [some] Écrivez d'abord les classes connues d'une seule façon dans les deux jeux (sans blancs superflus, une seule casse) : { $pairs }. Puis découpez
       *[none] Découpez
    } avec stratify=y pour que { $classes } soit des deux côtés, recueillez des lignes d'entraînement pour elle, ou sortez-la de la tâche{ $respelt ->
        [some] .
       *[none] {" "}; vérifiez d'abord l'orthographe des noms de classes.
    }
    .rationale = Chacune de ces lignes est une erreur certaine, et une couche de sortie construite sur les étiquettes d'entraînement n'a pas d'unité pour elle. Le contrôle passe une fois les classes accordées ; alors seulement le rappel de { $classes } peut quitter zéro.
checks-new-labels-spelling =
    .description = { $number ->
        [one] La classe { $classes } du jeu de test est connue
       *[other] Les classes { $classes } du jeu de test sont connues
    } à l'entraînement sous une autre orthographe : seuls la casse ou les blancs diffèrent, ou un jeu a vrai et faux là où l'autre a 1 et 0.
    .evidence = { $samples } des { $test } lignes de test ({ $share }) portent une orthographe que le modèle n'a jamais vue : { $pairs }.
    .action = Écrivez chaque classe d'une seule façon avant de découper et d'encoder : retirez les blancs, prenez une seule casse, et vrai et faux comme True et False ou comme 1 et 0, pour l'étiquette dans les deux jeux. Aucune ligne d'entraînement n'est à recueillir.
    .rationale = Pour un encodeur, chaque orthographe est une classe à part : chacune de ces lignes compte comme une erreur, quoi que dise le modèle. Ensuite, les deux jeux ont les mêmes classes, et le score est celui du modèle.
checks-new-categories =
    .description = La colonne « { $column } » a dans le jeu de test des catégories absentes de l'entraînement.
    .evidence = { $number } catégories nouvelles dans { $ratio } des lignes de test : { $categories }.
    .action = Encodez « { $column } » avec un encodeur qui connaît une catégorie « autre » (handle_unknown="ignore"), réunissez les catégories rares, et cherchez dans { $categories } des variantes d'orthographe.
    .rationale = Un encodeur ajusté sur l'entraînement échoue ou devine devant des valeurs nouvelles, et la production en apportera d'autres. La part de lignes qui tombent dans « autre » est à surveiller.
checks-new-categories-many =
    .description = La colonne « { $column } » a dans le jeu de test des catégories absentes de l'entraînement, dans bien plus de lignes que le hasard n'en apporte.
    .evidence = { $number } catégories nouvelles dans { $ratio } des lignes de test, alors que le nombre de ses catégories à l'entraînement en explique { $natural } au plus : { $categories }.
    .action = { $grouped ->
        [yes] Si les lignes ont été découpées par « { $column } » à dessein (GroupKFold), gardez cette découpe et retirez « { $column } » des variables (`--index` de deepfix ingest, index_name de deepchecks). Sinon, cherchez si elle est écrite autrement dans le jeu de test.
       *[no] Cherchez d'où viennent les deux jeux : une autre période, un autre site, une autre liste de « { $column } », ou une autre façon de l'écrire. Découpez de sorte que les deux aient les mêmes sources, ou retirez « { $column } », ou réunissez-la en groupes plus larges communs aux deux jeux. Si les lignes ont été découpées par « { $column } » à dessein, gardez cette découpe et retirez la colonne des variables.
    }
    .rationale = Pour ces lignes, « { $column } » n'apprend rien au modèle, et ce qu'il a appris des valeurs connues ne compte pas. { $grouped ->
        [yes] Sans la colonne, le score de test doit rester ou monter.
       *[no] Après une nouvelle découpe, la part de lignes à catégorie inconnue retombe à ce qu'explique l'entraînement ; après une découpe par groupe, le score de test doit rester ou monter sans la colonne.
    }
checks-train-test-leakage =
    .description = Des lignes de test figurent aussi dans le jeu d'entraînement.
    .evidence = { $shared } des { $test } lignes de test ({ $ratio }) sont des copies de lignes d'entraînement ; { $natural } se répéteraient par nature.
    .action = Supprimez les doublons avant la découpe et découpez de nouveau ; gardez du même côté les lignes qui vont ensemble (même personne, même série) par une découpe par groupe. D'ici là, donnez le score sur les lignes non partagées.
    .rationale = Un modèle qui a mémorisé ces lignes les réussit sans effort : le score en dit trop peu sur des données nouvelles. Mesuré sans elles, il baissera ; c'est sur cette valeur qu'il faut bâtir.
checks-train-test-leakage-keys =
    .description = Des clés de l'entraînement reviennent dans le jeu de test.
    .evidence = { $ratio } des lignes de test ont une clé que portent aussi des lignes d'entraînement.
    .action = Découpez par clé (GroupKFold), pour qu'aucune clé ne soit des deux côtés.
    .rationale = Les lignes d'une même clé se ressemblent : le score de test mesure en partie la mémoire. Après la nouvelle découpe, aucune clé n'est des deux côtés, et le score devient celui que verront de nouvelles clés.
checks-train-test-leakage-days =
    .description = Des dates de l'entraînement reviennent dans le jeu de test.
    .evidence = { $ratio } des lignes de test ont une date que portent aussi des lignes d'entraînement.
    .action = Si le modèle doit prédire la suite, découpez par date : entraînez sur les lignes jusqu'à un jour et testez sur celles d'après, avec un intervalle aussi long que l'horizon de prédiction.
    .rationale = Les lignes d'un même jour partagent ce qui s'y est passé : le score de test mesure en partie la mémoire. Après la nouvelle découpe, aucun jour n'est des deux côtés.
checks-train-test-leakage-overlap =
    .description = Des lignes de test sont datées d'avant les dernières lignes d'entraînement.
    .evidence = { $ratio } des lignes de test précèdent la dernière date du jeu d'entraînement.
    .action = Si le modèle doit prédire la suite, découpez par date : entraînez sur les lignes jusqu'à un jour et testez sur celles d'après. Si le temps ne joue aucun rôle, il n'y a rien à faire.
    .rationale = Un modèle qui a vu des lignes plus tardives connaît la suite, ce qu'il ne peut pas à l'usage. Après une découpe par date, aucune ligne de test ne précède la dernière ligne d'entraînement.
checks-train-test-leakage-past =
    .description = Le jeu de test précède le jeu d'entraînement : le modèle apprend de ce qui est venu après et est jugé sur ce qui est venu avant.
    .evidence = { $before } des lignes de test sont datées d'avant la première ligne d'entraînement.
    .action = Inversez les jeux : entraînez sur les lignes les plus anciennes et testez sur les plus récentes. Si c'était prévu ainsi, regardez si les deux tables ont été échangées, ou les lignes triées de la plus récente à la plus ancienne avant la découpe.
    .rationale = À l'usage, un modèle rencontre ce qui vient après ses données d'entraînement. Un score sur le passé trompe : ce qui a été appris de lignes plus tardives y est déjà connu, et ce qui change avec le temps n'est jamais testé. C'est fait quand la première ligne de test suit la dernière ligne d'entraînement.
checks-label-leakage =
    .description = La variable « { $feature } » prédit à elle seule l'étiquette presque parfaitement, loin devant toutes les autres : elle contient très probablement la réponse.
    .evidence = Pouvoir prédictif de « { $feature } » : { $top } à l'entraînement{ $tested ->
        [yes] {" "}et au moins { $test } dans les deux jeux
       *[no] {""}
    } ; la suivante, « { $second } », atteint { $next }.
    .action = Demandez quand et à partir de quoi « { $feature } » est enregistrée. Si elle suit le résultat ou en est calculée, retirez-la avec tout ce qui en dérive, et réentraînez.
    .rationale = En production, sa valeur n'est pas connue au moment de prédire : les scores ne tiendront pas. Sans elle, attendez-vous à ce qu'ils retombent à ce que permettent « { $second } » et les autres ; si « { $feature } » est vraiment connue d'avance, une règle d'une ligne remplace le modèle.
checks-label-leakage-strong =
    .description = La variable « { $feature } » prédit l'étiquette bien mieux que toute autre : il vaut la peine de demander si elle est connue avant le résultat.
    .evidence = Pouvoir prédictif de « { $feature } » : { $top } à l'entraînement{ $tested ->
        [yes] , au moins { $test } dans les deux jeux
       *[no] {""}
    } ; la suivante, « { $second } », atteint { $next }.
    .action = Vérifiez quand « { $feature } » est enregistrée, et entraînez une fois sans elle pour comparer.
    .rationale = Il existe de forts prédicteurs naturels : ce n'est pas à soi seul une fuite. Si elle est connue d'avance, tout va bien ; sinon, le score sans elle est le score honnête.
checks-label-leakage-identifier =
    .description = L'identifiant « { $feature } » prédit l'étiquette : l'ordre du tableau trahit la réponse.
    .evidence = Pouvoir prédictif de « { $feature } » : { $top }.
    .action = Gardez « { $feature } » hors des variables, mélangez les lignes, et demandez comment le tableau a été recueilli : des lignes triées ou recueillies classe par classe portent l'étiquette dans tout ce qui change avec le temps.
    .rationale = Tout ce qui va de pair avec le numéro de ligne fuit aussi. Après mélange et retrait, le pouvoir prédictif doit être nul.
checks-label-leakage-groups =
    .description = Les lignes d'un même « { $feature } » partagent leur étiquette : le groupe d'une ligne donne la réponse.
    .evidence = Pouvoir prédictif de « { $feature } » : { $top }.
    .action = Gardez « { $feature } » hors des variables et découpez par groupe (GroupKFold), pour qu'aucun groupe ne soit des deux côtés. Si chaque classe vient de ses propres groupes, par exemple un site pour les malades et un autre pour les bien portants, collectez les deux classes dans chacun.
    .rationale = Un modèle qui reconnaît le groupe connaît l'étiquette sans avoir appris ce qui la fait. C'est courant lorsqu'un groupe est une personne avec un seul diagnostic, et sans danger une fois qu'aucun groupe n'est des deux côtés.
checks-train-test-correlation-change =
    .description = Des variables qui expliquent les étiquettes d'entraînement ne disent rien de celles du test.
    .evidence = Sur les { $features } meilleures variables, le pouvoir prédictif à l'entraînement est { $ratio } fois celui du test ; « { $feature } » passe de { $train } à { $test } alors que les variables elles-mêmes ne dérivent pas.
    .action = Vérifiez que les étiquettes de test appartiennent à leurs lignes : un tri ou une jointure qui n'a déplacé que l'un des deux, ou un autre codage des étiquettes. Comparez quelques lignes à la main avec la source.
    .rationale = Aucun changement du modèle n'aide si les étiquettes du test sont mélangées. Après réparation, les scores des deux jeux doivent s'accorder au bruit près.
checks-train-test-correlation-change-properties =
    .description = Une propriété des éléments est liée à l'étiquette d'une façon qui ne tient pas forcément ailleurs.
    .evidence = « { $check } » : { $info }
    .action = Équilibrez cette propriété entre les classes, par sélection ou augmentation, et regardez les prédictions sur les éléments où elle contredit la classe.
    .rationale = Un modèle prend le chemin le plus facile : la luminosité ou la longueur plutôt que le contenu. Le contrôle doit passer, et le score sur les contre-exemples monter.
checks-inconsistent-strings =
    .description = Des colonnes de texte sont écrites de façon incohérente.
    .evidence = { $number ->
        [one] Un contrôle proteste
       *[other] { $number } contrôles protestent
    } : { $checks }. { $info }
    .action = Normalisez une fois pour toutes la casse, les espaces et les caractères spéciaux, avant la découpe et l'encodage.
    .rationale = Chaque graphie devient une catégorie à part avec moins de lignes. Le nombre de valeurs distinctes doit baisser après normalisation.
checks-weak-segment =
    .description = Le modèle est nettement plus faible sur une partie des données ({ $split }).
    .evidence = Selon deepchecks : « { $info } » Score moyen : { $average }.
    .action = Recueillez davantage de lignes de ce segment ou pondérez-le à l'entraînement, et suivez son score à part.
    .rationale = Une moyenne cache des groupes que le modèle manque. Une recherche trouve toujours un segment plus faible : confirmez-le sur des lignes nouvelles avant d'agir.
checks-weak-class-auc =
    .description = La classe « { $class } » se distingue à peine.
    .evidence = Son AUC dans le jeu de test est de { $auc }.
    .action = Regardez ses confusions, ajoutez des variables qui la séparent, ou réunissez-la avec la classe avec laquelle elle se confond.
    .rationale = Sous 0,7, un score pour cette classe range les lignes à peine mieux que le hasard. C'est son AUC, non l'exactitude globale, qui montre un progrès.
checks-weak-class-missed =
    .description = La classe « { $class } » n'est jamais reconnue.
    .evidence = Aucun de ses { $samples } exemples de test n'est prédit correctement.
    .action = Vérifiez d'abord son étiquette et son nombre de lignes d'entraînement, puis pondérez-la dans la perte.
    .rationale = Une classe sans une seule réussite est le plus souvent absente de l'entraînement, mal orthographiée ou noyée par d'autres. Son rappel doit quitter zéro.
checks-weak-class-scores =
    .description = Certaines classes ont un score bien inférieur aux autres.
    .evidence = « { $check } » : { $info }
    .action = Examinez les pires classes : nombre d'exemples d'entraînement, qualité des étiquettes, taille des objets ; ajoutez ensuite des exemples là où il en manque.
    .rationale = La moyenne sur les classes les cache. Les scores par classe avant et après montrent si cela a aidé.
checks-poor-calibration =
    .description = On ne peut pas se fier aux probabilités prédites.
    .evidence = Score de Brier de la classe « { $class } » dans le jeu de test : { $brier } ; répondre toujours 0,5 donne 0,25.
    .action = Calibrez sur un jeu mis de côté (isotonique ou Platt, température pour les réseaux).
    .rationale = Seuils et coûts reposent sur les probabilités. Le score de Brier doit passer bien sous 0,25 sans que l'exactitude change.
checks-systematic-error =
    .description = Les prédictions penchent d'un côté.
    .evidence = Erreur moyenne de { $mean } pour une RMSE de { $rmse } ({ $ratio }) sur le jeu de test.
    .action = Comparez la distribution de l'étiquette dans les deux jeux ; si elles s'accordent, ajustez une constante sur un jeu mis de côté ou cherchez une transformation de la cible qui n'est pas inversée.
    .rationale = Un décalage constant s'enlève sans coût. L'erreur moyenne doit être proche de zéro, et la RMSE un peu plus petite.
checks-prediction-drift =
    .description = Les prédictions sont distribuées autrement sur l'entraînement et sur le test.
    .evidence = Score de dérive des prédictions : { $score }.
    .action = Voyez si les variables ou l'étiquette dérivent aussi ; si ce n'est pas le cas, cherchez un surapprentissage ou un prétraitement différent des deux jeux.
    .rationale = Les prédictions suivent les variables : leur dérive a une cause là ou dans la chaîne. Les deux scores doivent baisser ensemble.
checks-unused-features =
    .description = Le modèle ne se sert pas de { $number } variables.
    .evidence = Inutilisées bien qu'elles varient : { $columns }.
    .action = Essayez sans { $columns } ; laissez de côté ce qui ne coûte rien au score de validation.
    .rationale = Moins d'entrées, c'est moins de pannes en production. Le score doit rester le même.
checks-slow-inference =
    .description = La prédiction est lente.
    .evidence = { $time } seconde par exemple.
    .action = Prédisez d'abord par lots ; réduisez ensuite le modèle (moins d'arbres, distillation, quantification) si c'est encore trop lent pour son usage.
    .rationale = Le temps ne compte que là où quelqu'un attend. Mesurez avec la taille de lot de la production.
training-overfitting-gap =
    .description = Le modèle connaît ses lignes d'entraînement bien mieux que des lignes nouvelles.
    .evidence = { $metric } : { $train } sur l'entraînement, { $test } sur { $rows } lignes de test, soit un écart de { $gap }.
    .action = Réduisez la capacité ou régularisez : arbres moins profonds et feuilles plus grandes, moins d'itérations de boosting avec arrêt anticipé, pénalité des poids ou dropout ; et réglez par validation croisée.
    .rationale = Un écart bien au-delà de l'erreur d'échantillonnage du test, c'est de la mémoire. Le { $metric } de test doit monter ou rester tandis que celui d'entraînement descend.
training-overfitting-boosting =
    .description = Le boosting a continué après la meilleure itération.
    .evidence = Le score de test était le meilleur ({ $best }) après { $place } des itérations et finit à { $last }, soit une perte de { $decline } du gain.
    .action = Arrêtez-vous là : early_stopping_rounds sur un jeu de validation à part, ou un taux d'apprentissage plus petit avec autant d'itérations.
    .rationale = Les arbres tardifs ajustent ce qui reste, c'est-à-dire du bruit. Le score final doit égaler le meilleur.
training-underfitting =
    .description = Le modèle est à peine meilleur qu'un modèle naïf.
    .evidence = { $metric } vaut { $score } contre { $naive } pour le modèle naïf ; en moyenne sur les classes, cela fait { $gain } de l'amélioration possible.
    .action = Vérifiez d'abord variables et étiquettes (dans le même ordre, normalisées, informatives ?), puis donnez au modèle plus de capacité ou moins de régularisation.
    .rationale = Là où une constante fait aussi bien, rien n'a été appris. Le gain doit dépasser nettement un dixième du possible.

# Labels of facts, and words within texts.
fact-share-of-training-rows-in-conflict = part des lignes d'entraînement en conflit
fact-predictive-power-of = pouvoir prédictif de « { $name } »
fact-summed-predictive-power = somme des pouvoirs prédictifs
fact-drift-score-of = score de dérive de « { $name } »
fact-auc-of-the-classifier-between-splits = AUC du classifieur entre les jeux
fact-importance-of-for-telling-the-splits-apart = importance de « { $name } » pour distinguer les jeux
fact-share-of-duplicate-rows = part des lignes en double
fact-unique-values-of = valeurs distinctes de « { $name } »
fact-gap-of-the-mean = écart de la moyenne de « { $name } »
fact-test-score-of-the-last-iteration = score de test de la dernière itération
fact-best-test-score = meilleur score de test
fact-of-the-model = « { $name } » du modèle
fact-gain-over-the-naive-model = gain sur le modèle naïf
fact-average-score = score moyen
fact-auc-of-class = AUC de la classe { $name }
fact-recognised-samples-of-class = exemples reconnus de la classe { $name }
fact-brier-score-of-class = score de Brier de la classe { $name }
fact-mean-prediction-error = erreur moyenne de prédiction
fact-prediction-drift-score = score de dérive des prédictions
fact-an-unused-feature-of-high-variance = une variable inutilisée de forte variance
fact-seconds-per-sample = secondes par exemple
fact-outlier-score-of-row = score de valeur aberrante de la ligne { $name }
fact-share-of-outliers-in = part des valeurs aberrantes de « { $name } »
fact-share-of-test-rows-that-occur-in-training = part des lignes de test présentes à l'entraînement
fact-share-that-repeats-by-nature = part qui se répète par nature
fact-share-of-test-rows-with-a-date-of-the-training-split = part des lignes de test avec une date de l'entraînement
fact-share-of-test-rows-before-the-last-training-date = part des lignes de test avant la dernière date d'entraînement
fact-share-of-test-rows-before-the-first-training-date = part des lignes de test avant la première date d'entraînement
fact-share-of-test-rows-with-a-key-of-the-training-split = part des lignes de test ayant une clé de l'entraînement
fact-label-drift-score = score de dérive de l'étiquette
fact-label-drift-score-without-spellings = score de dérive de l'étiquette, orthographes réunies
fact-share-of-test-rows-with-a-new-category = part des lignes de test ayant une catégorie nouvelle
fact-samples-of-class = exemples de la classe { $name }
fact-min-max-class-ratio = rapport entre classe rare et fréquente
fact-rows-of-the-test-split = lignes du jeu de test
fact-test-samples-of-classes-unseen-in-training = exemples de test de classes absentes de l'entraînement
fact-test-samples-of-unseen-class = exemples de test de la classe jamais vue { $name }
fact-share-of-text-in = part de texte dans « { $name } »
fact-share-of-in = part de « { $name } » dans « { $other } »
fact-correlation-of-and = corrélation de « { $name } » et « { $other } »
word-train = entraînement
word-test = test
word-both = les deux
