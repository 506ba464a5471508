# Lieux et unités.
at-epoch = époque { $number }
at-step = pas { $number }
at-row = ligne { $number }
since-epoch = à partir de l'{ $place }
since-step = à partir du { $place }
since-row = à partir de la { $place }
unit-epoch = { $count ->
    [one] époque
   *[other] époques
}
unit-step = { $count ->
    [one] pas journalisé
   *[other] pas journalisés
}
unit-row = { $count ->
    [one] ligne journalisée
   *[other] lignes journalisées
}

# Résumés.
summary-nothing = La requête ne contient aucun artefact d'entraînement.
summary-no-curves = Aucune métrique au fil du temps n'a pu être lue : le déroulement de l'entraînement n'a pas été examiné, et les paramètres seuls ne prouvent rien.
summary-healthy = Les courbes, sur { $points } { $unit }, sont saines : elles restent finies et se stabilisent, ni trop lentes ni trop agitées, sans signe de surapprentissage, d'arrêt manqué, d'ordre figé des lignes ni de métrique qui contredirait la perte.
summary-short = Seulement { $points } { $unit } : les valeurs sont finies et rien n'y est anormal, mais si peu de points ne permettent de juger aucune tendance.
summary-unseen = Non examiné faute de données : { $what }.
summary-final = Seules des valeurs finales ont été enregistrées. Celles d'entraînement et de validation ont été comparées là où elles peuvent l'être ({ $columns }) et ne sont pas éloignées ; le déroulement de l'entraînement n'a pas été examiné.
summary-final-open = Seules des valeurs finales ont été enregistrées, et aucune de celles qui existent à la fois sur les lignes d'entraînement et de validation ne dit à elle seule si le modèle surapprend : une erreur ou une perte sans échelle ne le dit pas, et les arbres, les plus proches voisins et les machines à noyau répondent bien à leurs lignes d'entraînement par construction. Le déroulement de l'entraînement n'a pas été examiné.
summary-final-findings = Seules des valeurs finales ont été enregistrées. Celles d'entraînement et de validation ont été comparées : { $findings ->
    [one] un constat
   *[other] { $findings } constats
}.
summary-alone = Seules des valeurs finales ont été enregistrées, et aucune à la fois sur les lignes d'entraînement et de validation : il n'y a rien à comparer.
summary-metrics = Aucune perte n'a été journalisée. Parmi les métriques, sur { $points } { $unit }, les dernières valeurs d'entraînement et de validation ont été comparées là où les deux existent : { $findings ->
    [0] rien à signaler
    [one] un constat
   *[other] { $findings } constats
}.
summary-metrics-open = Aucune perte n'a été journalisée, et aucune métrique, sur { $points } { $unit }, ne montre par ses dernières valeurs d'entraînement et de validation si le modèle surapprend.
summary-findings = Les courbes, sur { $points } { $unit }, ont donné { $findings ->
    [one] un constat
   *[other] { $findings } constats
}.
summary-curve = { $column } est passé de { $from } à { $to }.

# Indices et conseils communs à plusieurs constats.
advice-lower-rate = Abaisser le taux d'apprentissage de { $now } à { $next }
advice-lower-rate-unknown = Diviser le taux d'apprentissage par dix
advice-raise-rate = Relever le taux d'apprentissage de { $now } à { $next }
advice-raise-rate-unknown = Multiplier le taux d'apprentissage par dix
advice-clip = Limiter la norme du gradient à 1,0.
advice-clip-lower = La limite de { $now } ({ $name }) ne l'a pas empêché : limiter le gradient avant le pas de l'optimiseur, à 1,0 ou moins, et vérifier que cette valeur est bien utilisée.
advice-larger-split = Agrandir le jeu de validation, ou juger par validation croisée, avant de changer quoi que ce soit à l'entraînement
advice-larger-batch = Porter la taille de lot de { $now } à { $next } sans toucher au taux d'apprentissage
advice-decay = et le faire décroître jusqu'à zéro au cours de l'entraînement (cosinus)
advice-decay-rate = faire décroître le taux d'apprentissage au cours de l'entraînement
advice-keep-best = garder les poids de la meilleure époque plutôt que les derniers
advice-dropout = porter le dropout de { $now } à { $next }
advice-dropout-unknown = ajouter un dropout d'environ 0,3
advice-weight-decay = porter la décroissance des poids de { $now } à { $next }
advice-smaller-network = réduire de moitié les couches cachées ({ $sizes })
advice-restrain = une régularisation plus forte (décroissance des poids et dropout pour les réseaux, C plus petit ou alpha plus grand dans scikit-learn), moins de variables ou un modèle plus petit, davantage de lignes d'entraînement
advice-restrain-trees = une profondeur limitée (max_depth), davantage de lignes par feuille (min_samples_leaf, min_child_weight), un arrêt anticipé pour les arbres boostés, davantage de lignes d'entraînement
advice-width = élargir les couches cachées à 16 unités ou plus
advice-less-dropout = ramener le dropout de { $now } à 0,2
advice-less-decay = ramener la décroissance des poids de { $now } à 0,01
clue-lowest = atteint son minimum
clue-lowest-but-single = atteint, à des valeurs isolées près, son minimum
clue-level = , { $level } en moyenne alentour
clue-last-finite = La dernière valeur finie était { $value } ({ $at }).
clue-never-finite = Aucune valeur finie ne précède.
clue-unscaled-input = D'après les paramètres, les variables ne sont pas mises à l'échelle : les premiers gradients sont alors aussi grands que la plus grande colonne brute.
clue-rough-validation = La perte de validation saute de { $noise } d'une époque à l'autre.
clue-shuffle-off = { $name } est désactivé.
clue-shuffle-unknown = Les paramètres ne disent pas si les lignes sont mélangées.
clue-depth = { $count ->
    [one] une couche cachée
   *[other] { $count } couches cachées
}
clue-activation = unités { $activation }
clue-loss-stays = { $column } passe de { $from } à { $to } sur toute la durée de l'entraînement.
clue-class-weights = La perte pondère les classes dans un rapport de { $ratio } ({ $name }) : elle récompense l'abandon de la classe fréquente au profit de la rare, alors que la métrique compte toutes les lignes de la même façon.
clue-class-weights-balanced = La perte pondère les classes selon leur rareté ({ $name }), alors que la métrique compte toutes les lignes de la même façon.
clue-no-class-weights = Aucun poids de classe n'est enregistré : chercher une perte pondérée ou focale, des étiquettes codées différemment pour la perte et pour la métrique, ou une métrique calculée avec un mauvais seuil ou sur une mauvaise colonne.
clue-tiny-split = Le jeu de validation ne compte que { $rows } lignes, à en juger par les paliers de son exactitude : chaque ligne déplace la perte.
clue-batch-and-rate = Des lots de { $batch } avec un taux d'apprentissage de { $rate } font dépendre chaque pas d'une poignée de lignes.
clue-batch = La taille de lot est de { $batch }.
clue-rate = Le taux d'apprentissage est de { $rate }.
clue-constant-rate = le taux d'apprentissage reste à { $rate }
clue-constant-rate-unknown = le taux d'apprentissage reste constant
clue-hidden-sizes = Le réseau a des couches cachées de { $sizes } unités.
advice-chance-raise = multiplier par dix le taux d'apprentissage des premières époques
advice-chance-lower = prendre un taux d'apprentissage de { $next } au lieu de { $now }, car des pas trop longs jettent un réseau là d'où aucun gradient ne le ramène
advice-log-course = Journaliser la prochaine fois les deux valeurs tout au long de l'entraînement : seule leur évolution montre quand l'écart s'ouvre et où s'arrêter.
clue-final-alone = Une seule valeur ne montre aucune évolution : on ne voit pas si l'écart s'est ouvert tard, comme lors d'un surapprentissage, ou s'il était là dès le départ.
clue-final-unnamed = Le nom { $train } ne dit pas de quelles lignes il s'agit : il compte comme entraînement.
clue-final-unit = Sans R², on ne voit pas quelle part de la cible cela représente.
clue-final-design = Un modèle de ce type répond bien à ses lignes d'entraînement par construction : des étiquettes bruitées donnent la même image.
clue-final-opened = Au départ, elles étaient à { $start } l'une de l'autre.
clue-start-alike = alors qu'elle n'était pas plus mauvaise au départ
clue-start-less = contre { $start } fois au départ
clue-stopping-on = L'arrêt anticipé est déclaré actif, mais il a laissé l'entraînement continuer : sa patience est trop longue, ou il surveille une autre métrique.
clue-stopping-off = L'arrêt anticipé est désactivé.
clue-stopping-maybe = Rien ne dit si un arrêt anticipé a terminé l'entraînement en gardant les poids de la meilleure époque ; si oui, tout va bien.
clue-stopping-unknown = Rien n'est enregistré au sujet de l'arrêt anticipé.
clue-ends-both = { $validation } en validation et à { $train } à l'entraînement
clue-ends-validation = { $value } en validation
clue-ends-train = { $value } à l'entraînement
clue-poor-alike = Entraînement et validation sont aussi faibles l'un que l'autre : ni plus de données ni un arrêt plus précoce n'y feront rien, la limite est dans le modèle.
clue-poor-alone = Rien ne montre d'écart entre entraînement et validation : la limite est plus probablement dans le modèle que dans la quantité de données.
clue-width = la couche cachée la plus étroite n'a en moyenne que { $active } unités actives
clue-dropout = le dropout supprime une part de { $dropout } de chaque couche
clue-decay = la décroissance des poids de { $decay } réduit à elle seule chaque poids de { $kept } au cours de l'entraînement

# Constats.
training-overfitting =
    .description = Le modèle surapprend : passé son meilleur point ({ $best_at }), il continue d'apprendre les lignes d'entraînement tout en se dégradant sur celles de validation.
    .evidence = { $validation } { $lowest } de { $best } ({ $best_at }{ $around }) et finit à { $end }, soit { $rise } plus haut ; dans le même temps, { $train } baisse encore de { $fall } jusqu'à { $train_end }. La perte de validation vaut à la fin { $gap } fois celle d'entraînement, { $start }.{ $clue }
    .action = Utiliser les poids du meilleur point ({ $best_at }) et non les derniers. Au prochain essai, s'arrêter au minimum de { $validation } ; puis, un changement à la fois : { $advice }.
    .rationale = Ce qui a été appris ensuite est propre aux lignes d'entraînement. C'est réussi quand { $validation } reste proche de { $level } jusqu'à la fin ; si elle se stabilise simplement plus tard à la même hauteur, il faut davantage de lignes et non davantage de régularisation.
training-overfitting-final =
    .description = Le modèle surapprend très probablement : il est bien meilleur sur ses lignes d'entraînement que sur d'autres.
    .evidence = { $train } finit à { $train_value } sur les lignes d'entraînement, { $validation } à { $validation_value } sur d'autres.{ $name }{ $course }{ $note }
    .action = S'assurer d'abord que le modèle est en cause : comparer les deux jeux (autre source ou autre époque, étiquettes fausses) et répéter la mesure en validation croisée. Brider ensuite le modèle, un changement à la fois : { $advice }.
    .rationale = Un modèle tellement meilleur sur les lignes qu'il a vues a appris ce qui leur est particulier, ou bien les autres lignes sont différentes. C'est réussi quand le prochain essai finit nettement mieux que { $validation_value } pour { $validation }, sur les mêmes lignes ; un écart qui ne se réduit que parce que { $train } se dégrade n'est pas un succès.{ $next }
training-underfitting =
    .description = Le modèle est trop bridé pour s'ajuster même à ses lignes d'entraînement.
    .evidence = { $column } finit à { $ends }, ce qui est faible ; { $clue }.
    .action = Desserrer ce qui le retient, dans cet ordre et un changement par essai : { $advice }.
    .rationale = { $alike } C'est réussi quand la perte d'entraînement descend nettement sous son niveau actuel ; on ne régularisera de nouveau que lorsqu'un écart avec la validation s'ouvrira.
training-underfitting-chance =
    .description = Le modèle n'a presque rien appris : il finit au niveau d'une prédiction constante.
    .evidence = { $column } finit à { $ends }, soit le niveau du hasard.
    .action = Faire d'abord apprendre par cœur un seul lot de 16 lignes. Si le modèle n'y parvient pas, la faute est dans les étiquettes, la perte ou la chaîne de données ; s'il y parvient, élargir le réseau ou { $rate }.
    .rationale = Un réseau incapable de mémoriser 16 lignes n'en apprendra pas des milliers. Ensuite, { $column } doit quitter le niveau du hasard dès les premières époques d'un essai complet.
training-underfitting-unfinished =
    .description = L'entraînement s'est terminé alors que le modèle, encore médiocre, progressait toujours.
    .evidence = { $column } finit à { $ends } ; la perte baissait encore de { $fall } entre le troisième quart et le dernier.
    .action = Entraîner deux à trois fois plus longtemps, avec un arrêt anticipé qui mettra fin à l'essai de lui-même.
    .rationale = Une perte qui baisse jusqu'à la dernière époque montre que le nombre d'époques était la limite. C'est réussi quand la perte de validation devient plate bien avant la fin.
training-lr-too-high =
    .description = L'entraînement diverge : les pas sont si grands que le modèle perd ce qu'il avait appris.
    .evidence = { $column } atteint { $best } ({ $best_at }), remonte à { $peak } ({ $peak_at }), soit { $factor } fois plus, et finit à { $end }.
    .action = { $rate }, avec une montée linéaire sur les premiers 5 % des pas.{ $clip } Reprendre l'entraînement à zéro : il ne vaut pas la peine de partir des poids actuels.
    .rationale = Un pas plus grand que la vallée arrive plus haut qu'il n'est parti, et plusieurs de suite la quittent tout à fait. C'est réussi quand { $column } descend sous { $best } et ne double jamais ; si la courbe devient lisse mais lente, remonter par facteurs de deux.
training-lr-too-high-stuck =
    .description = Les premiers pas étaient si grands que le modèle ne s'en est pas remis : il reste au niveau du hasard.
    .evidence = { $column } bondit à { $peak } ({ $peak_at }), puis reste à { $end }, sans faire mieux que le hasard.
    .action = { $rate }, avec une montée linéaire sur les premiers 5 % des pas.{ $clip } Si les entrées ne sont pas standardisées, commencer par là.
    .rationale = Des premiers pas énormes poussent les unités là où elles n'ont plus de gradient ; les pas suivants ne peuvent plus les ramener. C'est réussi quand les premières époques baissent régulièrement à partir du niveau du hasard et passent sous { $end }.
training-lr-too-high-oscillating =
    .description = La perte oscille au lieu de se stabiliser : le taux d'apprentissage est trop élevé pour cette taille de lot.
    .evidence = { $column } saute de { $noise } d'une époque à l'autre et la perte d'entraînement de { $train_noise } ; la courbe change de sens à { $turns } de ses points.
    .action = { $rate }{ $decay }.{ $clip }
    .rationale = La perte de validation est toujours calculée sur les mêmes lignes : ses sauts sont ceux des poids. C'est réussi quand deux époques voisines diffèrent de moins de 5 % dans la seconde moitié de l'entraînement.
training-lr-too-low =
    .description = Le taux d'apprentissage est trop faible : la perte baisse régulièrement, mais l'entraînement finit presque où il a commencé.
    .evidence = { $column } passe de { $from } à { $to } en { $points } { $unit }, soit { $fall } en tout, selon une droite qui ne s'infléchit pas.
    .action = { $rate } ; en cas de doute, essayer quelques taux espacés d'un facteur trois pendant deux époques chacun, et garder le plus grand dont la perte baisse encore sans à-coups.
    .rationale = Une baisse rectiligne signifie qu'aucun minimum n'est proche et que chaque pas est simplement trop court ; il faudrait des centaines d'entraînements comme celui-ci. C'est réussi quand la moitié de la perte disparaît dès les premières époques.
training-lr-too-low-slow =
    .description = Le taux d'apprentissage est trop faible : la perte baisse régulièrement, mais bien trop lentement pour aboutir avant la fin.
    .evidence = { $column } passe de { $from } à { $to } en { $points } { $unit }, soit { $fall } en tout, selon une droite qui ne s'infléchit pas, et reste loin d'être bonne.
    .action = { $rate } ; en cas de doute, essayer quelques taux espacés d'un facteur trois pendant deux époques chacun, et garder le plus grand dont la perte baisse encore sans à-coups.
    .rationale = Une baisse rectiligne signifie qu'aucun minimum n'est proche : à ce taux, il faudrait plusieurs entraînements comme celui-ci pour l'atteindre, à un taux plus élevé une partie d'un seul. C'est réussi quand la moitié de la perte disparaît dès les premières époques. Garder ce taux s'il est celui de l'affinage d'un modèle déjà entraîné.
training-exploding-gradients =
    .description = L'entraînement s'est effondré numériquement : la perte n'est plus un nombre.
    .evidence = { $column } vaut NaN ou l'infini { $since } et jusqu'à la fin ({ $count } valeurs sur { $total }). { $before }{ $clue }
    .action = { $rate }. { $clip } Chercher ensuite l'opération qui déborde : la détection d'anomalies sur un seul lot la désigne (torch.autograd.set_detect_anomaly). Écarter toutes les sauvegardes { $since }.
    .rationale = Un seul NaN dans le gradient rend tous les poids NaN : tout ce qui a été sauvegardé ensuite est perdu. C'est réussi quand { $column } et la norme du gradient restent finies pendant toute la première époque ; si ce n'est pas le cas même à ce taux, l'entrée contient des NaN ou des valeurs hors d'échelle.
training-exploding-gradients-null =
    .description = L'entraînement s'est très probablement effondré numériquement : les pertes n'ont plus de valeur alors qu'il continuait.
    .evidence = { $column } et les colonnes voisines sont nulles (null) { $since } ({ $count } lignes), alors que d'autres métriques vont jusqu'au bout ; beaucoup de journaux écrivent ainsi les NaN.
    .action = { $rate }. { $clip } Journaliser les valeurs non finies sous la forme du texte « NaN », pour qu'elles ne passent pas pour absentes.{ $clue }
    .rationale = Des pertes qui disparaissent ensemble sont bien plus souvent dues à un débordement qu'à la journalisation. C'est réussi quand chaque ligne contient de nouveau une perte.
training-exploding-gradients-gradient =
    .description = Le gradient est devenu infini et le reste, bien que la perte soit encore un nombre.
    .evidence = { $column } vaut NaN ou l'infini { $since } et jusqu'à la fin ({ $count } valeurs sur { $total }). { $before }{ $clue }
    .action = { $rate }. { $clip } En précision mixte, vérifier que l'échelle de la perte diminue quand un pas déborde ; si elle est à son minimum, entraîner ce modèle en bfloat16 ou en float32.
    .rationale = Les pas dont le gradient est infini sont soit sautés, et rien n'est appris, soit fatals aux poids. C'est réussi quand la norme redevient finie en quelques pas.
training-exploding-gradients-isolated =
    .description = Quelques valeurs isolées de la perte d'entraînement ne sont pas finies ; l'entraînement s'en est remis.
    .evidence = { $column } vaut NaN ou l'infini dans { $count } valeurs sur { $total } (première fois : { $at }). { $before }{ $clue }
    .action = Retrouver les lignes de ce lot : lot vide, division par zéro ou logarithme de zéro dans la perte, enregistrement corrompu. { $clip } { $rate } seulement si cela se reproduit avec des lignes propres.
    .rationale = Puisque les valeurs suivantes sont finies, les poids ont survécu : un mauvais lot est plus probable qu'un mauvais taux. C'est réussi quand une époque entière se passe sans une telle valeur.
training-exploding-gradients-validation =
    .description = La perte de validation n'est pas finie alors que celle d'entraînement l'est.
    .evidence = { $column } vaut NaN ou l'infini { $since } ({ $count } valeurs sur { $total }). { $before }
    .action = Chercher des cellules vides, des valeurs extrêmes ou des lots vides parmi les lignes de validation, ainsi que le logarithme d'une probabilité exactement nulle.
    .rationale = Les poids sont finis : la cause est dans les lignes de validation ou dans la métrique. C'est réussi quand la perte de validation est finie à poids inchangés.
training-vanishing-gradients =
    .description = Le gradient s'évanouit en remontant vers l'entrée : les premières couches n'apprennent pas.
    .evidence = La norme moyenne est de { $first_norm } dans { $first } et de { $last_norm } dans { $last }, un rapport de { $ratio } sur { $layers } couches : chacune la divise par { $per_layer } environ{ $architecture }. { $loss }
    .action = Utiliser ReLU ou GELU dans les couches cachées avec l'initialisation de He, et ajouter entre elles une normalisation (par couche ou par lot) ou des connexions résiduelles ; ou bien retirer des couches jusqu'à trois ou quatre.
    .rationale = Une unité saturante transmet au plus un quart de son gradient, et les facteurs se multiplient. C'est réussi quand la norme de la première couche est à moins d'un facteur 100 de celle de la dernière et que la perte quitte son palier dès les premières époques.
training-vanishing-gradients-flat =
    .description = L'entraînement reste bloqué au niveau du hasard, très probablement parce que le gradient s'évanouit avant d'atteindre les premières couches{ $architecture }.
    .evidence = { $loss } Après le premier quart de l'entraînement, plus rien ne bouge, alors que le taux d'apprentissage n'est pas petit.
    .action = Journaliser la norme du gradient de chaque couche pendant une époque pour le confirmer. Utiliser ensuite ReLU ou GELU avec l'initialisation de He et normaliser entre les couches, ou retirer des couches jusqu'à trois ou quatre.
    .rationale = Un empilement profond d'unités saturantes réduit le gradient à chaque couche : seule la couche de sortie apprend, et elle ne peut apprendre que les fréquences des classes. C'est réussi quand la perte descend sous son niveau actuel dès les premières époques.
training-noisy-loss =
    .description = La perte saute d'une époque à l'autre au lieu de se stabiliser : la qualité du modèle final tient de la chance.
    .evidence = Les valeurs voisines de { $column } diffèrent de { $noise }, environ { $times } fois plus que d'ordinaire : entre { $low } ({ $low_at }) et { $high } ({ $high_at }) dans la seconde moitié de l'entraînement.{ $cause }
    .action = { $advice }.
    .rationale = Le bruit des pas croît avec le taux d'apprentissage et diminue avec la taille de lot. C'est réussi quand deux époques voisines diffèrent de moins de 5 % ; répéter l'essai avec une autre graine pour s'assurer que la meilleure époque n'est pas un hasard.
training-plateau-no-schedule =
    .description = La perte stagne au plancher de bruit d'un taux d'apprentissage qui ne baisse jamais.
    .evidence = { $column } oscille autour de { $level } sans progresser (depuis : { $since }), tandis que la perte de validation saute encore de { $noise } d'une époque à l'autre : { $rate }.
    .action = Faire décroître le taux d'apprentissage jusqu'à zéro au cours de l'entraînement (cosinus), ou le diviser par deux chaque fois que la perte de validation ne s'est pas améliorée depuis cinq époques.
    .rationale = À taux constant, les poids tournent autour du minimum à une distance fixée par ce taux ; un taux décroissant les laisse entrer. C'est réussi quand la perte descend encore une fois à mesure que le taux baisse, sous { $level }, et que les sauts s'éteignent.
training-early-stopping-missed =
    .description = L'entraînement a continué longtemps après son meilleur point, et les poids finaux sont moins bons que ceux du meilleur point ({ $best_at }).
    .evidence = { $column } { $lowest } de { $best } ({ $best_at }{ $around }) et finit à { $end }, soit { $rise } plus haut, après { $after } { $unit } de plus sur { $points }. { $said }
    .action = Prendre la sauvegarde du meilleur point ({ $best_at }), ou réentraîner avec un arrêt anticipé sur { $column }, une patience de { $patience } { $wait } et la restauration des meilleurs poids à la fin.
    .rationale = Ce qui a suivi le meilleur point a coûté du temps et dégradé le modèle. C'est réussi quand l'entraînement se termine environ { $patience } { $wait } après son meilleur point et rapporte la valeur de { $column } à cet endroit.
training-metric-loss-mismatch =
    .description = La perte et la métrique se contredisent : pendant que la perte s'améliore, { $metric } se dégrade.
    .evidence = { $loss } passe de { $loss_from } à { $loss_to }, tandis que { $metric } passe de { $from } à { $to } ; leur corrélation de rangs est de { $correlation } alors qu'elle devrait être proche de -1. { $clue }
    .action = Décider laquelle des deux exprime le but. Si c'est { $metric }, entraîner avec une perte non pondérée ; si la classe rare importe, garder des poids plus doux (la racine carrée du rapport actuel) et suivre plutôt l'exactitude équilibrée, le F1 ou l'aire sous la courbe précision-rappel.
    .rationale = L'optimiseur ne voit que la perte : ce qu'elle ne récompense pas, l'entraînement l'abandonne. C'est réussi quand la perte et la métrique suivie s'améliorent ensemble d'époque en époque.
training-metric-loss-mismatch-forbidden =
    .description = La perte et la métrique se contredisent : avec une telle perte, { $metric } ne peut pas être si basse.
    .evidence = { $loss } passe de { $loss_from } à { $loss_to }, tandis que { $metric } passe de { $from } à { $to }. Une ligne mal classée coûte au moins ln 2 (0,693) à une entropie croisée : à cette perte correspond une exactitude d'au moins { $least }.
    .action = Calculer { $metric } à la main pour un lot de lignes d'entraînement : comparer le codage des étiquettes et des classes prédites (nombres ou noms, à partir de 0 ou de 1, avant ou après un mélange), l'axe de l'argmax et le nombre de lignes du dénominateur. Corriger la métrique, puis évaluer de nouveau le même point de contrôle ; inutile de réentraîner.
    .rationale = L'optimiseur ne voit que la perte, et elle a baissé : ce qui est faux est très probablement le calcul de la métrique, ou des lignes et des étiquettes qui n'y vont pas ensemble. Choisir un modèle d'après une telle métrique relève du hasard. C'est réussi quand la métrique corrigée du dernier point de contrôle vaut au moins { $least } sur les lignes d'entraînement.
training-no-shuffle =
    .description = Les lignes d'entraînement viennent dans le même ordre à chaque époque, et cet ordre compte : le modèle oublie les premières pendant qu'il apprend les dernières.
    .evidence = { $column } dessine une dent de scie : sur { $epochs } époques, la place dans l'époque explique { $explained } de sa variance ; sur { $places } places journalisées, la perte moyenne est de { $worst_loss } à la place { $worst } et de { $best_loss } à la place { $best }. { $said }
    .action = Mélanger de nouveau les lignes d'entraînement à chaque époque (shuffle=True dans le chargeur de données) et laisser la validation dans son ordre. Si l'ordre doit être conservé, comme pour des séries temporelles, mélanger des fenêtres entières.
    .rationale = Des lignes triées rendent chaque lot partial : chaque pas tire vers les lignes du moment. C'est réussi quand la perte au sein d'une époque ne dépend plus de la place ; la perte de validation devrait elle aussi devenir plus lisse.
training-no-shuffle-declared =
    .description = Les lignes d'entraînement ne sont pas mélangées ; une seule valeur par époque ne montre pas si cela nuit.
    .evidence = { $said }{ $clue }
    .action = Mélanger de nouveau les lignes à chaque époque, sauf si elles l'ont été une fois pour toutes sur le disque ; journaliser la perte d'entraînement plusieurs fois par époque pour voir si elle se répète.
    .rationale = Un ordre qui suit l'étiquette ou le temps rend les lots partiaux. C'est réussi quand la perte de validation devient plus lisse ou meilleure avec le mélange, toutes choses égales par ailleurs.
dataset-label-noise =
    .description = Les lignes d'entraînement sont plus difficiles que celles de validation sans que rien ne les rende telles : des étiquettes d'entraînement sont probablement fausses.
    .evidence = Sur le dernier tiers, { $train } reste à { $train_loss } alors que { $validation } est à { $validation_loss } ; { $metric } vaut { $validation_metric } en validation contre { $train_metric } à l'entraînement, un écart qu'aucun dropout ni aucune augmentation enregistrés n'expliquent.
    .action = Classer les lignes d'entraînement selon leur perte en validation croisée et faire vérifier à la main les 5 % les plus mauvaises (cleanlab fait ce classement) ; chercher les lignes aux variables égales mais aux étiquettes différentes.
    .rationale = Un modèle ne peut pas prédire des étiquettes attribuées au hasard : les fausses maintiennent la perte d'entraînement en haut, alors que les étiquettes propres de la validation sont bien prédites. C'est réussi quand les deux métriques se rejoignent après correction ; si les plus mauvaises lignes se révèlent justes, le jeu de validation est simplement plus facile.

# Ce qui n'a pas pu être examiné.
missing-metrics = Le déroulement de l'entraînement
missing-metrics-why = Aucune métrique au fil du temps n'est arrivée ou n'a pu être lue.
missing-metrics-send = metrics_values avec au moins « epoch », « train_loss » et « val_loss », une ligne par époque.
missing-curves = Le déroulement de l'entraînement
missing-curves-why = Seules des valeurs finales ont été enregistrées, qui ne montrent aucune courbe.
missing-curves-send = Perte ou métrique des deux jeux par époque ou par tour de boosting ; pour les modèles qui n'en ont pas, des mesures sur des nombres croissants de lignes d'entraînement.
missing-pair = Le surapprentissage
missing-pair-why = Seules des valeurs finales ont été enregistrées, et aucune sur les deux jeux.
missing-pair-send = Une métrique sous les noms des deux jeux, par exemple train_accuracy et val_accuracy.
missing-judged = Le surapprentissage
missing-judged-why = Aucune des valeurs finales des deux jeux n'est concluante à elle seule : une erreur ou une perte sans échelle ne l'est pas, et certains modèles répondent bien à leurs lignes d'entraînement par construction.
missing-judged-send = Un score d'étendue connue sur les deux jeux, par exemple train_r2 et val_r2, ou train_accuracy, val_accuracy et le nombre de classes.
missing-train = La perte d'entraînement
missing-train-why = Aucune colonne n'a été reconnue comme telle : la validation n'a rien à quoi se comparer.
missing-train-send = Une colonne train_loss (ou loss).
missing-validation = Le surapprentissage et le bon moment pour s'arrêter
missing-validation-why = Aucune perte de validation n'a été reconnue.
missing-validation-send = Une colonne val_loss (ou eval_loss), calculée après chaque époque.
missing-short = Les tendances
missing-short-why = Moins de cinq points ne montrent aucune évolution.
missing-short-send = Une ligne par époque, ou plusieurs par époque pour les entraînements courts.
missing-metric = L'accord entre la métrique et la perte
missing-metric-why = Aucune métrique autre que la perte n'a été reconnue.
missing-metric-send = Une exactitude, un F1, une AUC ou un R² sur les lignes d'entraînement et de validation.
missing-params = Les causes
missing-params-why = Aucun paramètre d'entraînement n'a été envoyé : les constats ne peuvent pas nommer le réglage en cause.
missing-params-send = params avec learning_rate, batch_size, optimizer, lr_scheduler, shuffle, dropout et weight_decay.
missing-rate = Les paliers sous un taux d'apprentissage constant
missing-rate-why = Ni une colonne de taux d'apprentissage ni un paramètre de programme ne disent comment le taux évolue.
missing-rate-send = Une colonne learning_rate, ou le paramètre lr_scheduler (« none » s'il n'y en a pas).
missing-layers = Les gradients évanescents, couche par couche
missing-layers-why = La norme du gradient entier cache ce qui se passe dans les premières couches.
missing-layers-send = Des colonnes grad_norm/<couche>, par exemple une par couche linéaire.
missing-order = L'ordre des lignes d'entraînement
missing-order-why = Une seule valeur par époque fait la moyenne sur cet ordre.
missing-order-send = La perte d'entraînement plusieurs fois par époque (l'époque étant répétée), ou le paramètre shuffle.

# Noms des faits calculés.
label-mean = moyenne de { $column }
label-active-units = unités actives de la couche la plus étroite
label-late-fall = baisse de la perte dans le dernier quart
label-fall-after-best = baisse de la perte d'entraînement après ce point
label-layer-ratio = première couche sur la dernière
label-silent-row = première ligne sans perte
label-hidden-layers = couches cachées
label-hidden-units = unités cachées
label-weight-ratio = plus grand poids de classe sur le plus petit
label-late-level = niveau de la seconde moitié
label-late-mean = perte moyenne de la seconde moitié
label-final-distance = écart entre entraînement et validation
label-points-after = points après le meilleur
label-correlation = corrélation de rangs entre perte et métrique
label-fall = baisse relative de la perte
label-noise = bruit relatif entre époques voisines
label-train-noise = bruit relatif de la perte d'entraînement
label-validation-noise = bruit relatif de la perte de validation
label-rise = hausse de la perte de validation après son meilleur point
label-spike = hausse par rapport à la plus basse perte précédente
label-end-gap = perte de validation sur perte d'entraînement à la fin
label-late-ratio = perte de validation sur perte d'entraînement, dernier tiers
label-sigmas = écart des métriques, en erreurs types
label-explained = variance expliquée par la place dans l'époque
label-tooth-worst = perte moyenne à la pire place dans l'époque
label-tooth-best = perte moyenne à la meilleure place dans l'époque
label-least-accuracy = exactitude minimale que la perte permet
label-late-fall-share = baisse après le premier quart de l'entraînement
