summary-healthy = Les données paraissent saines : { $rows } lignes d'entraînement et { $test } de test avec { $features } variables ; ni lacunes, ni colonnes constantes ou copiées, ni valeurs impossibles, ni problème d'étiquettes, ni décalage entre les jeux ne ressortent.
summary-healthy-partial = Les tailles, les nombres de valeurs distinctes et les étiquettes de { $rows } lignes d'entraînement et de { $test } lignes de test paraissent sains. L'artefact ne contient pas de statistiques par variable : lacunes, valeurs aberrantes et dérive de ses { $features } variables n'ont pas pu être jugées ici.
summary-findings = { $findings ->
        [one] Une remarque
       *[other] { $findings } remarques
    } sur { $rows } lignes d'entraînement et { $test } lignes de test avec { $features } variables.
not-examined-train = la partie d'entraînement
not-examined-train-why = L'artefact ne contient aucune statistique du jeu d'entraînement.
not-examined-train-send = Envoyez train_statistics.
not-examined-test = la partie de test
not-examined-test-why = Sans statistiques d'un jeu de test, il n'y a rien à comparer aux données d'entraînement.
not-examined-test-send = Envoyez test_statistics pour les données sur lesquelles le modèle est évalué.
not-examined-statistics = les statistiques des colonnes
not-examined-statistics-why = Sans moyennes, quartiles ni effectifs, les valeurs manquantes, les valeurs aberrantes, la dérive et les colonnes copiées restent invisibles.
not-examined-statistics-send = Envoyez feature_statistics : le résultat de DataFrame.describe(include="all") pour chaque jeu.
not-examined-label = l'étiquette
not-examined-label-why = Aucune colonne n'a pu être reconnue comme l'étiquette.
not-examined-label-send = Incluez la colonne d'étiquette dans les statistiques et laissez-la hors des listes de variables.
not-examined-classes = les lignes par classe
not-examined-classes-why = L'effectif par classe ne figure pas dans l'artefact et ne se déduit pas des statistiques de l'étiquette.
not-examined-classes-send = Envoyez une distribution des classes, ou des feature_statistics qui comprennent l'étiquette.
not-examined-colours = les couleurs des images
not-examined-colours-why = Sans statistiques de couleur, une différence d'éclairage, d'appareil ou de normalisation entre les jeux reste invisible.
not-examined-colours-send = Envoyez image_color_means et image_color_stds par canal, pour les deux jeux.
not-examined-boxes = les boîtes des objets
not-examined-boxes-why = Sans statistiques des cadres, leurs tailles, les images vides et les cadres non valables n'ont pas pu être jugés.
not-examined-boxes-send = Envoyez object_detection_statistics, pour les deux jeux.
not-examined-pixels = les pixels par classe
not-examined-pixels-why = Sans la part des pixels par classe, les classes rares ou inconnues des masques restent invisibles.
not-examined-pixels-send = Envoyez pixel_class_ratio, pour les deux jeux.
not-examined-lengths = les longueurs et le vocabulaire des textes
not-examined-lengths-why = Sans la longueur des textes et leur vocabulaire, les textes vides ou trop longs et un changement de domaine restent invisibles.
not-examined-lengths-send = Envoyez text_statistics : character_length, word_count et vocabulary_size, pour les deux jeux.
not-examined-labels = les statistiques des étiquettes
not-examined-labels-why = Sans statistiques des étiquettes, les exemples sans étiquette et les classes inconnues restent invisibles.
not-examined-labels-send = Envoyez label_statistics avec la distribution des classes, pour les deux jeux.
not-examined-properties = les propriétés des textes
not-examined-properties-why = Sans propriétés des textes (langue, sentiment, toxicité), leur dérive n'a pas pu être jugée.
not-examined-properties-send = Envoyez properties_statistics, pour les deux jeux.

dataset-class-imbalance =
    .description = Les classes sont très inégales : la classe « { $rare } » compte { $few } exemples d'entraînement, la classe « { $frequent } » en compte { $many }.
    .evidence = La classe « { $rare } » représente { $share } des exemples d'entraînement. Répondre toujours « { $frequent } » serait déjà juste pour { $majority } d'entre eux.
    .action = Pondérez la classe « { $rare } » environ { $weight } fois dans la perte (class_weight="balanced" ou pos_weight), ou tirez des lots équilibrés ; et jugez au macro-F1, à l'exactitude équilibrée ou au rappel de « { $rare } » plutôt qu'à l'exactitude. Si l'on peut recueillir davantage de lignes de « { $rare } », cela vaut mieux que toute pondération.
    .rationale = Une perte non pondérée ne gagne presque rien avec une classe de { $few } exemples : le modèle apprend à l'ignorer pendant que l'exactitude reste flatteuse. C'est réussi quand le rappel de « { $rare } » monte nettement et que le macro-F1 suit ; gardez une découpe stratifiée pour que le jeu de test contienne assez de cette classe.
dataset-class-imbalance-bounded =
    .description = Les { $classes } classes de « { $label } » sont très inégales.
    .evidence = Quels que soient les effectifs par classe, le résumé de « { $label } » sur { $rows } lignes d'entraînement laisse à la classe la plus rare au plus { $ratio } de la plus fréquente.
    .action = Comptez les lignes par classe (df['{ $label }'].value_counts()), pondérez les classes rares dans la perte (class_weight="balanced") ou tirez des lots équilibrés, et jugez au macro-F1 ou au rappel par classe plutôt qu'à l'exactitude.
    .rationale = Une perte non pondérée ne gagne presque rien avec une classe rare : le modèle apprend à l'ignorer pendant que l'exactitude reste flatteuse. C'est réussi quand le rappel de la classe la plus rare monte nettement et le macro-F1 avec lui.
dataset-class-imbalance-empty-images =
    .description = La plupart des images d'entraînement ne contiennent aucun objet : { $negative } vides contre { $positive } avec objets.
    .evidence = { $share } des images sont des exemples négatifs.
    .action = Tirez les images pour qu'au moins une sur trois dans un lot contienne un objet, ou retirez une partie des images vides ; ou utilisez une perte focale.
    .rationale = Avec cette proportion, la plupart des mises à jour n'apprennent au détecteur qu'à prédire le fond. Le rappel à précision fixée doit monter une fois les lots équilibrés.
dataset-class-imbalance-pixels =
    .description = La classe « { $rare } » couvre très peu de pixels des images d'entraînement.
    .evidence = { $share } des pixels étiquetés appartiennent à « { $rare } », la plus rare de { $classes } classes.
    .action = Utilisez une perte qui pèse des régions plutôt que des pixels (Dice, Tversky ou entropie croisée focale), tirez des recadrages qui contiennent « { $rare } », et donnez l'intersection sur union par classe.
    .rationale = L'exactitude par pixel ne remarque pas une classe de cette taille, et l'entropie croisée simple à peine. L'intersection sur union de « { $rare } » doit monter nettement, celle des grandes classes rester.
dataset-missing-values =
    .description = { $number ->
        [one] La colonne { $columns } comporte
       *[other] { $number } colonnes comportent
    } des valeurs manquantes ; il manque { $share } des valeurs de « { $worst } ».
    .evidence = « { $worst } » a { $present } valeurs pour { $rows } lignes. Colonnes touchées : { $columns }.
    .action = Cherchez pourquoi { $columns } ont des lacunes avant de les combler. Si elles manquent au hasard, imputez dans la chaîne d'entraînement (médiane, ou modèle ajusté sur le seul jeu d'entraînement) et ajoutez un indicateur de valeur manquante par colonne ; abandonnez une colonne à laquelle il manque plus de la moitié environ de ses valeurs.
    .rationale = Supprimer des lignes jette les autres colonnes, et remplir avec des statistiques de toutes les données fait fuir le jeu de test dans l'entraînement. L'indicateur conserve ce que dit la lacune elle-même. Comparez les scores de validation avec et sans les colonnes imputées : si rien ne change, laissez-les de côté.
dataset-missing-values-target =
    .description = { $share } des lignes n'ont pas d'étiquette : « { $worst } » est ce que le modèle apprend à prédire.
    .evidence = « { $worst } » a { $present } valeurs pour { $rows } lignes.
    .action = Écartez les lignes sans « { $worst } » de l'entraînement et de l'évaluation, ou faites-les étiqueter ; ne comblez jamais une étiquette. Cherchez d'abord quelles lignes ce sont : si une classe ou une source manque d'étiquettes, ce qui reste n'est pas un échantillon fidèle.
    .rationale = Une étiquette inventée est une supposition que le modèle apprend et d'après laquelle il est jugé. Les lignes sans étiquette peuvent encore servir à un préentraînement ou à une méthode semi-supervisée. C'est fait quand « { $worst } » a une valeur dans chaque ligne d'entraînement ou de test.
dataset-missing-values-texts =
    .description = Certains textes sont vides.
    .evidence = Le texte le plus court ({ $split }) n'a aucun caractère.
    .action = Retirez les lignes sans texte, ou cherchez à quelle étape de la préparation elles l'ont perdu.
    .rationale = Un texte vide porte une étiquette mais rien pour l'apprendre : pour le modèle, c'est du bruit. Le nombre de lignes après filtrage dit combien il y en avait.
dataset-missing-values-labels =
    .description = Certains exemples ne portent aucune étiquette.
    .evidence = Le plus petit nombre d'étiquettes d'un exemple ({ $split }) est zéro.
    .action = Comptez les exemples sans étiquette. Si l'absence est une réponse possible, donnez-lui une classe à part ou assurez-vous que la perte accepte une cible vide ; sinon faites-les étiqueter ou retirez-les.
    .rationale = Une perte saute un tel exemple en silence, ou apprend que toutes les classes y sont fausses. Le nombre d'exemples utilisés par époque doit coïncider avec celui des exemples étiquetés.
dataset-constant-feature =
    .description = { $number ->
        [one] La variable { $columns } a
       *[other] Les variables { $columns } ont
    } la même valeur dans toutes les lignes d'entraînement.
    .evidence = Une seule valeur distincte sur { $rows } lignes : { $columns }.
    .action = Retirez { $columns } des variables, après avoir vérifié si la valeur devrait varier : une jointure manquée, un filtre sur cette colonne ou une valeur par défaut jamais remplacée sont les causes habituelles.
    .rationale = Une constante n'apprend rien ; la normaliser divise par zéro, et la première ligne en production qui porte une autre valeur sort de tout ce que le modèle connaît. Les scores ne doivent pas changer sans la colonne ; s'ils changent, le jeu diffère de ce qui a été envoyé ici.
dataset-constant-feature-near =
    .description = { $number ->
        [one] La variable { $columns } est presque constante.
       *[other] Les variables { $columns } sont presque constantes.
    }
    .evidence = Au moins { $share } des { $rows } lignes d'entraînement portent la même valeur : { $rare } lignes au plus diffèrent.
    .action = Abandonnez { $columns }, ou réunissez les valeurs rares en un indicateur si elles ont un sens ; vérifiez d'abord qu'une jointure ou une valeur par défaut n'a pas effacé les vraies valeurs.
    .rationale = Un modèle ne peut que mémoriser les { $rare } lignes qui diffèrent. Si les scores en validation croisée restent les mêmes sans la colonne, elle n'était que du lest.
dataset-constant-feature-label =
    .description = L'étiquette « { $label } » a la même valeur dans toutes les lignes d'entraînement : il n'y a rien à apprendre.
    .evidence = Une seule valeur distincte de « { $label } » sur { $rows } lignes.
    .action = Vérifiez d'où vient « { $label } » : la mauvaise colonne, un filtre sur elle, une jointure ou une valeur par défaut qui l'a écrasée sont les causes habituelles. Entraînez une fois que les lignes de chaque classe sont là.
    .rationale = Un modèle qui donne toujours cette valeur a raison dans chaque ligne : tous les scores sont parfaits et ne disent rien. C'est réussi quand chaque classe à distinguer a des lignes dans les deux jeux.
dataset-id-like-feature =
    .description = { $number ->
        [one] La variable { $columns } ressemble
       *[other] Les variables { $columns } ressemblent
    } à un identifiant : une valeur différente dans pratiquement chaque ligne.
    .evidence = « { $first } » prend { $unique } valeurs sur { $rows } lignes d'entraînement.
    .action = Sortez { $columns } des variables et gardez-la comme index pour les jointures et les découpes par groupe. Si c'est du texte libre ou un code qui contient une information (date, préfixe de région), extrayez celle-ci comme variable à part.
    .rationale = Une valeur qui ne revient jamais ne peut pas généraliser ; les arbres et les grands plongements s'en servent pour mémoriser les lignes d'entraînement. Sans elle, le score d'entraînement peut baisser un peu tandis que celui de validation reste ou monte.
dataset-correlated-features =
    .description = « { $b } » semble être « { $a } » dans une autre unité ou avec un peu de bruit : les deux colonnes ont la même forme{ $moves ->
        [yes] {" "}et bougent de concert entre les jeux
       *[no] {""}
    }.
    .evidence = { $number ->
        [one] Une paire
       *[other] { $number } paires
    } de colonnes : { $pairs }. Après standardisation, les quartiles de « { $a } » et de « { $b } » diffèrent d'au plus { $difference } écart-type{ $moves ->
        [yes] {" "}dans les deux jeux
       *[no] {""}
    }.
    .action = Confirmez avec df[['{ $a }', '{ $b }']].corr(), puis gardez celle des deux qui est mesurée directement et abandonnez l'autre.
    .rationale = Deux copies se partagent leur poids de façon arbitraire : coefficients et importances deviennent illisibles, les modèles linéaires instables, sans rien y gagner. Le score de validation doit rester le même après en avoir retiré une ; les importances s'additionnent sur la colonne restante.
dataset-outliers-sentinel =
    .description = { $number ->
        [one] La colonne { $columns } contient
       *[other] Les colonnes { $columns } contiennent
    } une valeur de remplacement prise pour un nombre : « { $worst } » atteint { $value }.
    .evidence = La moitié des valeurs de « { $worst } » se trouve entre { $low } et { $high } ; { $value } en est à { $distance } écarts interquartiles et gonfle l'écart-type jusqu'à { $std }.
    .action = Remplacez { $value } dans { $columns } par une valeur manquante dès la lecture (na_values), puis imputez par la médiane du jeu d'entraînement et ajoutez un indicateur de valeur manquante.
    .rationale = Cette valeur entraîne la moyenne et l'écart-type : après normalisation, toutes les vraies valeurs sont écrasées dans une bande étroite. Ensuite, l'écart-type de « { $worst } » doit être de l'ordre de l'intervalle de { $low } à { $high }.
dataset-outliers-repeated =
    .description = { $number ->
        [one] La colonne { $columns } finit
       *[other] Les colonnes { $columns } finissent
    } sur la même valeur lointaine dans les deux jeux, comme le fait un code : « { $worst } » atteint { $value }.
    .evidence = La moitié des valeurs de « { $worst } » se trouve entre { $low } et { $high } ; { $value } en est à { $distance } écarts interquartiles, à l'entraînement comme au test.
    .action = Cherchez ce que { $value } signifie dans { $columns } : une valeur de remplacement (lisez-la alors comme manquante, na_values), une limite de l'instrument ou une valeur par défaut. Imputez-la ou signalez-la par un indicateur ; ne la laissez pas parmi les mesures.
    .rationale = La plus grande de nombreuses mesures ne se répète presque jamais au chiffre près dans un autre échantillon. Prise pour un nombre, elle entraîne la moyenne, la normalisation et toute erreur quadratique. Ensuite, l'écart-type de « { $worst } » doit être de l'ordre de l'intervalle de { $low } à { $high }.
dataset-outliers-scale =
    .description = { $number ->
        [one] La colonne { $columns } contient
       *[other] Les colonnes { $columns } contiennent
    } des valeurs qui ne sont guère des mesures : « { $worst } » atteint { $value } alors que la moitié se trouve entre { $low } et { $high }.
    .evidence = { $value } dans « { $worst } » est à { $distance } écarts interquartiles hors des quartiles, bien au-delà de ce qu'atteint une distribution asymétrique. Son écart-type est de { $std }.
    .action = Listez les lignes aux extrêmes de { $columns } et cherchez une erreur d'unité (grammes pour kilogrammes, centimes pour euros), une virgule déplacée ou un capteur défaillant ; convertissez-les ou retirez-les. Si elles sont réelles, entraînez sur le logarithme ou une transformation par quantiles.
    .rationale = Une poignée de telles valeurs domine la normalisation et toute erreur quadratique. Après réparation, le rapport du maximum au quartile supérieur doit rejoindre celui des autres colonnes, et la perte devenir plus lisse.
dataset-outliers-boxes =
    .description = Certains cadres englobants n'ont pas de dimension valable ({ $side }).
    .evidence = La plus petite dimension ({ $side }) d'un cadre est { $min }.
    .action = Filtrez les cadres dont cette dimension ({ $side }) vaut 1 pixel ou moins, et permutez les coins quand la largeur ou la hauteur est négative.
    .rationale = Un cadre sans surface donne un recouvrement indéfini, et un seul peut faire passer la perte de son lot à NaN. Le minimum doit être positif ensuite dans les statistiques.
dataset-outliers-texts =
    .description = Quelques textes sont bien plus longs que les autres.
    .evidence = La plus grande valeur ({ $measure }) est { $max } pour une moyenne de { $mean } : { $distance } écarts-types au-dessus.
    .action = Regardez les textes les plus longs, puis tronquez-les ou découpez-les à dessein, à la longueur qui couvre 99 % des textes.
    .rationale = Un découpeur en jetons les coupe sans le dire, et un seul d'entre eux rembourre tout son lot. Les lots prennent un temps égal une fois les longueurs plafonnées.
dataset-mixed-types =
    .description = { $number ->
        [one] La colonne { $columns } paraît numérique mais est traitée
       *[other] Les colonnes { $columns } paraissent numériques mais sont traitées
    } comme catégorie : { $written ->
        [yes] les nombres sont écrits comme des textes.
       *[no] certaines cellules contiennent du texte.
    }
    .evidence = La valeur la plus fréquente de « { $first } » est { $top }, et elle prend { $unique } valeurs comme catégorie.
    .action = { $written ->
        [yes] Lisez { $columns } comme des nombres : retirez les signes et ce qui sépare les groupes de chiffres (thousands="," de pd.read_csv, ou str.replace avant pd.to_numeric), et vérifiez qu'aucune cellule ne devient manquante.
       *[no] Convertissez { $columns } avec pd.to_numeric(..., errors="coerce"), listez les cellules qui deviennent manquantes, et décidez pour chaque texte (« ? », « N/A », « 1,5 ») si c'est une lacune ou un nombre écrit autrement.
    }
    .rationale = En catégories, les nombres perdent leur ordre, et chaque nouveau jeu apporte des valeurs inconnues. Après conversion, la colonne fait partie des variables numériques{ $written ->
        [yes] .
       *[no] , avec autant de lacunes qu'il y avait de textes.
    }
dataset-mixed-types-splits =
    .description = { $number ->
        [one] La colonne { $columns } contient
       *[other] Les colonnes { $columns } contiennent
    } { $kind ->
        [flags] vrai et faux dans un jeu, 1 et 0 dans l'autre.
        [some] des nombres dans un jeu ; dans l'autre, certaines cellules sont des textes, si bien que la plupart des lecteurs prennent toute la colonne pour du texte.
       *[texts] des nombres dans un jeu et du texte dans l'autre : le modèle est jugé sur des valeurs d'une autre nature que celles qu'il a apprises.
    }
    .evidence = { $texts ->
        [test] Dans le jeu d'entraînement, « { $first } » est faite de nombres de moyenne { $mean }, dans le jeu de test { $kind ->
            [some] certaines cellules sont des textes ; la valeur la plus fréquente est « { $top } ».
            [flags] de vrai et de faux ; la valeur la plus fréquente est « { $top } ».
           *[other] de textes ; la valeur la plus fréquente est « { $top } ».
        }
       *[train] Dans le jeu d'entraînement, { $kind ->
            [some] certaines cellules de « { $first } » sont des textes, « { $top } » étant la valeur la plus fréquente
            [flags] « { $first } » est faite de vrai et de faux, « { $top } » étant la valeur la plus fréquente
           *[other] « { $first } » est faite de textes, « { $top } » étant la valeur la plus fréquente
        } ; dans le jeu de test, elle est faite de nombres de moyenne { $mean }.
    }
    .action = { $kind ->
        [flags] Écrivez vrai et faux dans { $columns } d'une seule façon dans les deux jeux, comme True et False ou comme 1 et 0.
        [some] Convertissez { $columns } avec pd.to_numeric(..., errors="coerce") dans les deux jeux, listez les cellules qui deviennent manquantes, et décidez pour chaque texte si c'est une lacune ou un nombre écrit autrement.
       *[texts] Écrivez et lisez { $columns } avec le même code dans les deux jeux : traduisez les mots en nombres par une seule table, retirez les unités, lisez le reste avec pd.to_numeric, et faites échouer le pipeline dès qu'une colonne change de type. Comparez ensuite de nouveau les distributions.
    }
    .rationale = { $kind ->
        [flags] Certains programmes prennent les deux pour la même chose, d'autres pour des catégories que l'entraînement n'a jamais vues. Ensuite, la colonne a les deux mêmes valeurs dans les deux jeux.
        [some] Un seul texte rend toute la colonne catégorielle : les nombres perdent leur ordre et chaque valeur nouvelle est inconnue. Ensuite, la colonne est faite de nombres dans les deux jeux, avec autant de lacunes qu'il y avait de textes, et a un score de dérive.
       *[texts] Un texte est une catégorie que l'entraînement n'a jamais vue, ou une lacune : le score ne dit rien de ce que vaut « { $first } ». Ensuite, la colonne a un seul type dans les deux jeux, autant de valeurs qu'avant et un score de dérive.
    }
dataset-test-too-small =
    .description = Le jeu de test a { $rows } lignes : trop peu pour juger un modèle.
    .evidence = Une seule ligne change l'exactitude de { $step }. Une exactitude de 80 % mesurée ici pourrait valoir en réalité de { $low } à { $high }.
    .action = Évaluez par validation croisée stratifiée répétée sur l'ensemble des { $train } + { $rows } lignes, ou réservez-en au moins { $wanted } au test.
    .rationale = Avec si peu de lignes, la meilleure époque, l'arrêt anticipé et toute comparaison de modèles suivent le hasard. C'est réussi quand la dispersion entre plis ou graines est nettement plus petite que les différences que vous voulez voir.
dataset-small-dataset =
    .description = { $rows ->
        [one] Le jeu d'entraînement est petit : { $rows } ligne
       *[other] Le jeu d'entraînement est petit : { $rows } lignes
    } pour { $features } variables.
    .evidence = { $rows } lignes d'entraînement.
    .action = Préférez un modèle simple ou fortement régularisé, donnez des scores en validation croisée avec leur dispersion, et tenez des écarts de quelques points pour du bruit.
    .rationale = Avec peu de lignes, un grand modèle les mémorise. Une courbe d'apprentissage (50 %, 75 %, 100 % des lignes) qui monte encore dit que davantage de données serait utile.
dataset-duplicates-index =
    .description = Des lignes du jeu d'entraînement ont été copiées : l'index de ligne « { $index } » se répète.
    .evidence = « { $index } » a { $unique } valeurs différentes sur { $rows } lignes : { $copies } lignes ({ $share }) en répètent une autre.
    .action = Supprimez les copies avec drop_duplicates(subset='{ $index }') avant la découpe ; si elles viennent d'un suréchantillonnage, faites-le après la découpe et dans le seul pli d'entraînement.
    .rationale = Les copies comptent certaines lignes deux fois, et celles qui tombent des deux côtés d'une découpe rendent le score de test trop beau. Valeurs d'index distinctes et nombre de lignes doivent coïncider ensuite.
dataset-duplicates-hidden =
    .description = Des lignes du jeu d'entraînement ont été copiées : l'index de ligne « { $index } » se répète, et « { $hiding } », différente dans chaque ligne, cache les copies aux contrôles de doublons.
    .evidence = « { $index } » a { $unique } valeurs différentes sur { $rows } lignes : { $copies } lignes ({ $share }) en répètent une autre ; « { $hiding } » a une valeur propre à chacune.
    .action = Supprimez les copies avec drop_duplicates(subset='{ $index }') avant la découpe, retirez « { $hiding } », et relancez les contrôles de doublons et de recouvrement entraînement-test sur les variables restantes.
    .rationale = Ces contrôles comparent des lignes entières : une seule colonne de valeurs uniques suffit à les faire passer. Si des lignes ont été copiées dans l'entraînement, attendez-vous à la même chose entre entraînement et test : le contrôle de recouvrement sans « { $hiding } » le dira.

checks-covariate-drift-numeric =
    .description = Les données de test ne suivent pas la distribution des données d'entraînement : { $number ->
        [one] { $columns } diffère
       *[other] { $number } variables diffèrent
    } entre les jeux.
    .evidence = La moyenne de « { $worst } » passe de { $before } à { $after }, soit { $shift } écart-type sur { $rows } et { $test } lignes ; le hasard n'en fait pas autant parmi { $features } variables. Variables touchées : { $columns }.
    .action = Vérifiez comment la découpe a été faite. Si elle est triée, coupée dans le temps ou filtrée sur { $columns }, refaites-la au hasard (stratifiée) pour mesurer le modèle, ou gardez-la et tenez l'écart pour le prix du décalage : recueillez ou repondérez alors des lignes d'entraînement qui ressemblent aux données de test.
    .rationale = Un écart de validation sous dérive n'est pas du surapprentissage, et la régularisation ne le comblera pas. Après une découpe au hasard, l'écart doit se réduire ; s'il reste, regardez le modèle.
checks-covariate-drift-quartiles =
    .description = Les données de test ne suivent pas la distribution des données d'entraînement : { $number ->
        [one] { $columns } diffère
       *[other] { $number } variables diffèrent
    } entre les jeux.
    .evidence = La moitié des valeurs de « { $worst } » se trouve entre { $low } et { $high } à l'entraînement, entre { $test_low } et { $test_high } au test sur { $rows } et { $test } lignes ; le hasard n'en fait pas autant parmi { $features } variables. Variables touchées : { $columns }.
    .action = Comparez l'origine de { $columns } dans les deux jeux : une autre unité, un autre instrument, une autre normalisation ou un autre choix des lignes. Faites passer les deux par la même préparation ; si la différence est réelle, refaites la découpe au hasard pour mesurer le modèle, ou entraînez sur des lignes qui ressemblent au test.
    .rationale = Un écart de validation sous dérive n'est pas du surapprentissage, et la régularisation ne le comblera pas. Après réparation, les quartiles des deux jeux doivent s'accorder à quelques pour cent de leur distance.
checks-covariate-drift-category =
    .description = Les données de test ne suivent pas la distribution des données d'entraînement : { $number ->
        [one] { $columns } diffère
       *[other] { $number } variables diffèrent
    } entre les jeux.
    .evidence = La part de « { $top } » dans « { $worst } » passe de { $before } à { $after } ({ $shift } écart-type) sur { $rows } et { $test } lignes ; le hasard n'en fait pas autant parmi { $features } variables. Variables touchées : { $columns }.
    .action = Vérifiez comment la découpe a été faite. Si un groupe, un lieu ou une date décide du côté où va une ligne, découpez au hasard, stratifié par « { $worst } », pour mesurer le modèle ; ou gardez la découpe et entraînez sur des lignes pondérées vers les données de test.
    .rationale = Un écart de validation sous dérive n'est pas du surapprentissage, et la régularisation ne le comblera pas. Après une découpe au hasard, l'écart doit se réduire ; s'il reste, regardez le modèle.
checks-covariate-drift-colours =
    .description = Les images de test n'ont pas les mêmes couleurs que les images d'entraînement.
    .evidence = La moyenne du canal { $channel } passe de { $before } à { $after }, un décalage de { $shift } fois sa dispersion.
    .action = Comparez l'appareil, l'éclairage et le prétraitement des deux sources : une normalisation oubliée ou des canaux RGB/BGR permutés sont les premiers suspects. Si la différence est réelle, entraînez avec des variations de couleur de cette ampleur.
    .rationale = Les filtres convolutifs réagissent à la luminosité et à la teinte. Une fois les deux jeux passés par la même chaîne, les moyennes doivent s'accorder à quelques pour cent de la dispersion.
checks-covariate-drift-boxes =
    .description = Les objets des images de test diffèrent de ceux des images d'entraînement ({ $measure }).
    .evidence = La moyenne ({ $measure }) passe de { $before } à { $after }, soit { $shift } écart-type.
    .action = Comparez la taille des images, le cadrage et les règles d'annotation des deux sources. Ramenez les deux jeux à la même résolution, et réglez les tailles d'ancres et l'augmentation d'échelle pour couvrir les objets du test.
    .rationale = Un détecteur trouve les objets des tailles sur lesquelles il a été entraîné. Une fois les jeux accordés, le rappel sur le test doit approcher celui d'images d'entraînement mises de côté ; donnez-le par taille d'objet.
checks-covariate-drift-texts =
    .description = Les textes de test n'ont pas la même longueur que ceux d'entraînement.
    .evidence = La moyenne ({ $measure }) passe de { $before } à { $after }, soit { $shift } écart-type.
    .action = Comparez les sources et la préparation des deux jeux (troncature, balisage, langue) ; tirez-les du même ensemble, ou entraînez sur des longueurs proches de celles des textes de test.
    .rationale = La longueur va de pair avec le sujet et la source, et la longueur maximale de séquence a été choisie pour les textes d'entraînement. Le décalage doit disparaître après une découpe commune au hasard.
checks-covariate-drift-vocabulary =
    .description = Les textes de test emploient un vocabulaire plus grand que ceux d'entraînement.
    .evidence = { $test } textes de test emploient { $after } mots différents, { $rows } textes d'entraînement seulement { $before }.
    .action = Regardez les mots propres au jeu de test : autre langue, autre domaine, casse ou balisage. Faites passer les deux jeux par le même nettoyage, et ajoutez à l'entraînement des textes du genre qui manque.
    .rationale = Un vocabulaire croît avec le nombre de textes : moins de textes devraient avoir moins de mots. Un mot jamais vu à l'entraînement est un jeton inconnu ou un assemblage rare ; leur part dans le test doit tomber à quelques pour cent.
checks-label-drift-classes =
    .description = Les parts des classes diffèrent entre entraînement et test, surtout pour la classe « { $worst } ».
    .evidence = La classe « { $worst } » passe de { $before } des { $rows } lignes d'entraînement à { $after } des { $test } lignes de test ; variation totale { $variation }.
    .action = Découpez avec stratify=y. Si les parts du test sont celles de la production, gardez-les et corrigez plutôt le modèle : poids de classe selon le rapport des parts, ou seuils de décision ajustés.
    .rationale = Un classifieur apprend les parts des classes en même temps que les variables : ses scores sont biaisés sur d'autres parts. Après stratification, les parts s'accordent à une ligne près ; comparez les mesures macro avant et après.
checks-label-drift-pixels =
    .description = Les classes couvrent d'autres parts des images de test que des images d'entraînement, surtout « { $worst } ».
    .evidence = La classe « { $worst } » passe de { $before } à { $after } des pixels ; les parts diffèrent de { $variation } au total.
    .action = Comparez les scènes, le cadrage et l'annotation des deux sources ; découpez au hasard par scène pour que chaque genre soit des deux côtés, et donnez l'intersection sur union par classe.
    .rationale = Un modèle de segmentation apprend quelle part d'une image une classe couvre. Après la nouvelle découpe, les parts doivent s'accorder à quelques pour cent, et les scores par classe devenir comparables.
checks-label-drift-mean =
    .description = L'étiquette « { $label } » est distribuée autrement dans le jeu de test.
    .evidence = Sa moyenne passe de { $before } à { $after }, soit { $shift } écart-type sur { $rows } et { $test } lignes.
    .action = Découpez au hasard, stratifié par classes de quantiles de « { $label } ». Si la découpe suit le temps à dessein, ajoutez des variables qui portent la tendance, ou prédisez l'écart à un niveau récent.
    .rationale = Un régresseur répond autour de la moyenne de ses étiquettes d'entraînement : tout le jeu de test est décalé d'autant. Le résidu moyen sur le test doit revenir vers zéro.
checks-new-labels =
    .description = Le jeu de test contient une classe de « { $label } » absente du jeu d'entraînement.
    .evidence = { $train } classes à l'entraînement, { $test } dans le jeu de test{ $respelt ->
        [some] . Est nouveau : { $classes } ; sont connues sous une autre orthographe : { $pairs }.
       *[none] .
    }
    .action = { $respelt ->
        [some] Écrivez d'abord les classes connues d'une seule façon dans les deux jeux (sans blancs superflus, une seule casse) : { $pairs }. Puis découpez avec stratify=y pour que chaque classe soit des deux côtés ; recueillez des lignes d'entraînement pour { $classes }, ou sortez-la de la tâche et traitez ces lignes ailleurs.
       *[none] Découpez avec stratify=y pour que chaque classe soit des deux côtés ; recueillez des lignes d'entraînement pour la classe absente, ou sortez-la de la tâche et traitez ces lignes ailleurs.
    }
    .rationale = Le modèle ne peut pas prédire une classe qu'il n'a jamais vue : chacune de ces lignes est une erreur certaine, et une couche de sortie construite sur les étiquettes d'entraînement est trop petite. Les classes des deux jeux doivent coïncider.
checks-new-labels-spelling =
    .description = { $number ->
        [one] La classe { $classes } du jeu de test est connue
       *[other] Les classes { $classes } du jeu de test sont connues
    } à l'entraînement sous une autre orthographe : seuls la casse ou les blancs diffèrent, ou un jeu a vrai et faux là où l'autre a 1 et 0.
    .evidence = { $samples } lignes de test portent une orthographe absente de l'entraînement : { $pairs }.
    .action = Écrivez chaque classe d'une seule façon avant de découper et d'encoder : retirez les blancs, prenez une seule casse, et vrai et faux comme True et False ou comme 1 et 0, pour l'étiquette dans les deux jeux. Aucune ligne d'entraînement n'est à recueillir.
    .rationale = Pour un encodeur, chaque orthographe est une classe à part : chacune de ces lignes compte comme une erreur, quoi que dise le modèle. Ensuite, les deux jeux ont les mêmes classes, et le score est celui du modèle.
checks-new-labels-range =
    .description = Le jeu de test contient un code de classe de « { $label } » hors de l'étendue du jeu d'entraînement.
    .evidence = Le jeu d'entraînement s'arrête au code { $known }, le jeu de test au code { $unseen }.
    .action = Découpez avec stratify=y, et ajustez l'encodeur d'étiquettes une seule fois sur les étiquettes des deux jeux.
    .rationale = Les lignes d'une classe inconnue sont des erreurs certaines, et un code hors de la couche de sortie arrête une boucle d'entraînement. Les codes des deux jeux doivent coïncider.
checks-new-labels-amount =
    .description = L'étiquette « { $label } » du jeu de test sort de l'étendue du jeu d'entraînement.
    .evidence = L'entraînement s'arrête à { $known }, le jeu de test à { $unseen }.
    .action = Si « { $label } » est un nombre à prédire, il n'y a rien à faire ; traitez la tâche comme une régression, qui peut répondre des valeurs intermédiaires ou extérieures. Si ses valeurs sont des classes, découpez avec stratify=y et regroupez les rares.
    .rationale = Des entiers si nombreux ou si irréguliers sont plutôt un comptage ou une note que des codes de classes, et le plus grand d'une découpe au hasard tombe souvent du côté du test. Un classifieur ne pourrait jamais répondre { $unseen }, un régresseur le peut : ses résidus aux bords de l'étendue disent avec quelle précision.
checks-new-labels-named =
    .description = { $number ->
        [one] La classe { $classes } apparaît
       *[other] Les classes { $classes } apparaissent
    } dans le jeu de test mais pas dans le jeu d'entraînement.
    .evidence = { $rows } exemples de test ({ $share }) portent { $respelt ->
        [some] un nom de classe jamais appris. Pas nouvelles, mais connues sous une autre orthographe : { $pairs }.
       *[none] une classe jamais apprise.
    }
    .action = { $respelt ->
        [some] Écrivez d'abord les classes connues d'une seule façon dans les deux jeux (sans blancs superflus, une seule casse) : { $pairs }. Puis découpez de façon stratifiée par classe, ou ajoutez des exemples d'entraînement de { $classes }.
       *[none] Découpez de façon stratifiée par classe, ou ajoutez des exemples d'entraînement de { $classes } ; vérifiez d'abord l'orthographe des noms de classes.
    }
    .rationale = Chacun de ces exemples est une erreur certaine. Les noms de classes des deux jeux doivent coïncider ; alors seulement le rappel de { $classes } peut dépasser zéro.
checks-new-labels-pixels =
    .description = { $number ->
        [one] La classe { $classes } apparaît
       *[other] Les classes { $classes } apparaissent
    } dans les masques des images de test mais pas dans ceux d'entraînement.
    .evidence = { $share } des pixels de test appartiennent à une classe jamais apprise.
    .action = Vérifiez d'abord la table des couleurs ou des indices des masques, puis découpez par scène pour que chaque classe soit des deux côtés, ou laissez { $classes } hors de l'évaluation.
    .rationale = Chacun de ces pixels est une erreur certaine. Les indices de classes des deux jeux doivent coïncider ; alors seulement l'intersection sur union de { $classes } peut dépasser zéro.
checks-new-labels-number =
    .description = Le jeu de test a plus de classes que le jeu d'entraînement.
    .evidence = { $train } classes à l'entraînement, { $test } dans le jeu de test.
    .action = Listez les noms de classes des deux jeux, vérifiez leur orthographe, et découpez de façon stratifiée par classe ; recueillez des exemples d'entraînement des classes absentes, ou traitez ces exemples ailleurs.
    .rationale = Le modèle ne peut pas prédire une classe qu'il n'a jamais vue : chacun de ces exemples est une erreur certaine. Envoyez la distribution des classes des deux jeux, et le prochain rapport nommera les classes.
checks-label-leakage =
    .description = La variable « { $feature } » reflète l'étiquette « { $label } » : c'est l'étiquette dans une autre unité, avec un peu de bruit.
    .evidence = Après standardisation, les quartiles de « { $feature } » et de « { $label } » diffèrent d'au plus { $difference } écart-type, et leurs moyennes et dispersions bougent de concert de l'entraînement au test.
    .action = Cherchez à quel moment « { $feature } » est enregistrée. Si c'est après le résultat « { $label } » ou à cause de lui, retirez-la et réentraînez.
    .rationale = Une variable faite à partir de la réponse donne des scores presque parfaits qui s'évanouissent en production, où elle n'est pas encore connue. Attendez-vous à ce que le score retombe à ce que permettent les autres variables : c'est le chiffre honnête.

# Labels of facts, and words within texts.
fact-25-of = 25 % de « { $name } »
fact-75-of = 75 % de « { $name } »
fact-mean-of = moyenne de « { $name } »
fact-std-of = écart-type de « { $name } »
fact-min-of = minimum de « { $name } »
fact-max-of = maximum de « { $name } »
fact-freq-of = lignes de la valeur la plus fréquente de « { $name } »
fact-unique-values-of = valeurs distinctes de « { $name } »
fact-cells-present-in = cellules remplies de « { $name } »
fact-rows = lignes
fact-distance-of-the-distributions-of = distance des distributions de « { $name } »
fact-shift-of-in-standard-deviations = décalage de « { $name } » en écarts-types
fact-largest-difference-of-standardised-quartiles = plus grande différence des quartiles standardisés
fact-share-of-other-values-in = part des autres valeurs dans « { $name } »
fact-most-frequent-value-of = valeur la plus fréquente de « { $name } »
fact-vocabulary = vocabulaire
fact-ratio-of-the-vocabularies = rapport des vocabulaires
fact-classes-in-the-training-split = classes du jeu d'entraînement
fact-classes-in-the-test-split = classes du jeu de test
fact-fewest-labels-of-a-sample = plus petit nombre d'étiquettes d'un exemple
fact-fewest-characters-of-a-text = plus petit nombre de caractères d'un texte
fact-shift-in-standard-deviations = décalage en écarts-types
fact-rows-of-the-test-split = lignes du jeu de test
fact-rows-of-the-training-split = lignes du jeu d'entraînement
fact-largest-possible-min-max-class-ratio = plus grand rapport possible entre classe rare et fréquente
fact-mean-of-label = moyenne de l'étiquette « { $name } »
fact-std-of-label = écart-type de l'étiquette « { $name } »
fact-rows-of-the-most-frequent-class-of-label = lignes de la classe la plus fréquente de l'étiquette « { $name } »
fact-samples-of-class = exemples de la classe { $name }
fact-rows-of-class = lignes de la classe { $name }
fact-min-max-class-ratio = rapport entre classe rare et fréquente
fact-mean-of-channel = moyenne du canal { $name }
fact-images-without-objects = images sans objet
fact-images-with-objects = images avec objets
fact-total-variation-distance = distance en variation totale
fact-extreme-class-code-in-the-training-split = code de classe extrême du jeu d'entraînement
fact-extreme-class-code-in-the-test-split = code de classe extrême du jeu de test
fact-test-samples-of-unseen-class = exemples de test de la classe jamais vue { $name }
fact-p-value = valeur p
fact-mean-of-the-label = moyenne de l'étiquette
fact-pixels-of-class = pixels de la classe { $name }
fact-mean-box-area = moyenne (aire des cadres)
fact-largest-box-area = plus grande valeur (aire des cadres)
fact-mean-box-width = moyenne (largeur des cadres)
fact-largest-box-width = plus grande valeur (largeur des cadres)
fact-mean-box-height = moyenne (hauteur des cadres)
fact-largest-box-height = plus grande valeur (hauteur des cadres)
fact-mean-boxes-per-image = moyenne (cadres par image)
fact-largest-boxes-per-image = plus grande valeur (cadres par image)
fact-mean-word-count = moyenne (nombre de mots)
fact-largest-word-count = plus grande valeur (nombre de mots)
fact-mean-character-length = moyenne (nombre de caractères)
fact-largest-character-length = plus grande valeur (nombre de caractères)
fact-minimum-of-box-width-stats = plus petite largeur des cadres
fact-minimum-of-box-height-stats = plus petite hauteur des cadres
fact-minimum-of-box-area-stats = plus petite aire des cadres
word-train = entraînement
word-test = test
word-both = les deux
word-train-statistics = entraînement
word-test-statistics = test
word-box-area = aire des cadres
word-box-width = largeur des cadres
word-box-height = hauteur des cadres
word-boxes-per-image = cadres par image
word-word-count = nombre de mots
word-character-length = nombre de caractères
word-width = largeur
word-height = hauteur
word-area = aire
word-other = autre
fact-rows-of-the-other-class = lignes de l'autre classe
