summary-nothing = None of the checks ran, so nothing can be said about them.
summary-healthy = { $ran } checks were read and judged against the size of the data: no leak, drift, duplicate, faulty column or label problem stands out. { $failed ->
        [0] None of them failed.
        [one] One failed its own fixed bound, but not beyond what chance or the nature of the data explains.
       *[other] { $failed } failed their own fixed bounds, but not beyond what chance or the nature of the data explains.
    }
summary-findings = { $ran } checks were read, { $failed } of which failed or warned by their own bounds. Judged against the size of the data, { $findings ->
        [one] one remark remains
       *[other] { $findings } remarks remain
    }, of which { $serious ->
        [0] none
        [one] one
       *[other] { $serious }
    } should change what you do next.
not-examined-dates-why = These checks need a datetime column; none was declared.
not-examined-dates-send = Declare which column holds the date, if the rows have one: datetime_name of the deepchecks Dataset, or --date of deepfix ingest.
not-examined-unusable-dates-why = The dates could not be compared: { $why }.
not-examined-unusable-dates-send = Write the dates of both tables in one column as 2024-12-31 (with a time: 2024-12-31T08:00:00), or as numbers such as seconds since 1970.
not-examined-index-why = These checks need an index column; none was declared.
not-examined-index-send = Declare which column holds the key, if the rows have one: index_name of the deepchecks Dataset, or --index of deepfix ingest; it is then kept out of the features as well.
not-examined-classes-why = These checks need classes, or the probabilities of a classifier.
not-examined-classes-send = Declare label_type as binary or multiclass, and pass a fitted model with predict_proba for the confusion matrix, calibration and ROC.
not-examined-samples-why = These checks gave up, usually because the split has too few rows or a column of mixed types.
not-examined-samples-send = Repair columns that mix text and numbers, and send a larger split.
not-examined-boosting-why = This check needs a boosted model that can predict after each of its stages; for any other model it has nothing to say.
not-examined-boosting-send = Nothing, unless the model is boosted: then pass the fitted booster itself and not a pipeline around it.
not-examined-model-why = These checks need a model that they can call.
not-examined-model-send = Pass the fitted model, trained on exactly the columns of the Dataset.
not-examined-other-why = These checks returned neither a value nor a verdict.
not-examined-other-send = Run them alone and look at the exception that the suite swallowed.
not-examined-own-why = These checks could not judge their data: { $why }.
not-examined-own-send = Give the columns the same type in both tables, and run the checks again.
not-examined-partly-why = A part of what these checks look at was left out: { $why }.
not-examined-partly-send = Nothing is known of what was left out: give its columns the same type in both tables, or raise the limit that the reason names, and run the checks again.
not-examined-comparison = the comparison of the splits
not-examined-comparison-why = Nothing compares training with test data: leaks and drift remain unseen.
not-examined-comparison-send = Send the train_test_validation suite, with a test split.
not-examined-evaluation = the evaluation of the model
not-examined-evaluation-why = No model was evaluated: weak segments and overfitting remain unseen here.
not-examined-evaluation-send = Send the model_evaluation suite, with the fitted model.
not-examined-narrowed-why = These checks found nothing to object to, but were not asked the usual question: { $how }.
not-examined-narrowed-send = Run them again with the default settings, or say why these are right for this data.
narrowed-samples = { $check } looked at { $samples } of { $rows } rows
narrowed-ignored = { $check } left out { $columns }
narrowed-only = { $check } looked at { $columns } only
narrowed-bound = { $check } passes up to { $bound } (usually { $usual })
not-examined-unknown-why = This check is not known; its own verdict is negative.

dataset-class-imbalance =
    .description = The classes are very unequal: '{ $rare }' has { $ratio } of the samples of '{ $frequent }'.
    .evidence = Ratio of the rarest class '{ $rare }' to the most frequent one '{ $frequent }': { $ratio }.
    .action = Weight class '{ $rare }' about { $weight } times in the loss or sample balanced batches, and judge by macro-F1 or recall per class instead of accuracy.
    .rationale = An unweighted loss gains next to nothing from the rare class, so the model learns to ignore it. Recall of '{ $rare }' should rise clearly, with macro-F1.
dataset-missing-values =
    .description = { $number ->
        [one] Column { $columns } has
       *[other] { $number } columns have
    } null values; '{ $worst }' lacks { $share } of its cells.
    .evidence = Nulls in { $columns }; worst in '{ $worst }' with { $share }.
    .action = Find out where the nulls of { $columns } come from. If they are random, impute inside the training pipeline (fitted on the training split only) and add a was-missing flag; if they mean "none", encode that as a value.
    .rationale = Dropping rows wastes the other columns, and imputing before the split leaks the test data. Validation scores with and without the imputed columns tell whether they are worth keeping.
dataset-missing-values-target =
    .description = { $share } of the rows have no label: '{ $worst }' is what the model learns to predict.
    .evidence = Nulls in the label '{ $worst }': { $share }.
    .action = Leave the rows without '{ $worst }' out of training and evaluation, or have them labelled; never fill a label in. Find out first whether one class or one source lacks its labels.
    .rationale = An imputed label is a guess that the model is then taught and judged by. It is done when '{ $worst }' has a value in every row that is trained or tested on.
dataset-missing-values-kinds =
    .description = Column '{ $column }' writes its nulls in { $kinds } different ways.
    .evidence = { $kinds } kinds of null in '{ $column }'.
    .action = Map all of them to one null when reading (na_values=[...]).
    .rationale = An imputer sees only some of them and treats the others as a category. Afterwards the column has one kind of null.
dataset-constant-feature =
    .description = { $number ->
        [one] Feature { $columns } has
       *[other] Features { $columns } have
    } one single value in the training split.
    .evidence = One unique value in { $rows } rows: { $columns }.
    .action = Remove { $columns } from the features, after checking that the value is not the trace of a failed join or a filter.
    .rationale = A constant teaches nothing, and scaling it divides by zero. Scores must not change without it.
dataset-correlated-features =
    .description = { $number ->
        [one] Two features say nearly the same: '{ $a }' and '{ $b }'.
       *[other] { $number } pairs of features say nearly the same, most of all '{ $a }' and '{ $b }'.
    }
    .evidence = Correlation in the training split: { $pairs }.
    .action = Keep the one of '{ $a }' and '{ $b }' that is measured directly or known earliest, and drop the other; treat further pairs the same way, or replace a whole group of them by its first principal component.
    .rationale = At r = { $r } the second column adds almost no information but splits coefficients and importances arbitrarily. The validation score should stay where it is after dropping it; permutation importance of the remaining one rises.
dataset-outliers-rows =
    .description = { $rows } of { $total } rows ({ $split }) stand far away from all others.
    .evidence = { $share } of the rows have an outlier score above 0.7.
    .action = Look at these rows one by one, columns sorted by distance from the median: placeholders and unit errors show at once; real rarities may stay.
    .rationale = The score compares whole rows and cannot tell an error from a rare case. If nothing is wrong with them, a robust scaler is all they need.
dataset-outliers-properties =
    .description = Many items have unusual properties ({ $split }): { $properties }.
    .evidence = { $share } of the items are outliers in '{ $worst }'.
    .action = Sort the items by '{ $worst }' and look at both ends; drop what is empty, corrupt or off-topic.
    .rationale = A few percent of broken items train the model on noise and distort the test score. The share should drop after cleaning.
dataset-mixed-types =
    .description = { $number ->
        [one] Column { $columns } mixes
       *[other] Columns { $columns } mix
    } numbers with text.
    .evidence = { $share } of the cells of '{ $first }' are text such as { $examples }; the rest are numbers.
    .action = Convert { $columns } with pd.to_numeric(..., errors="coerce") after mapping { $examples } on purpose: to a null if they mean unknown, to a number if they are one in another notation.
    .rationale = One text makes the whole column categorical: the numbers lose their order and each new value is unseen. After the conversion the check finds numbers only, and the column has as many nulls as it had texts.
dataset-test-too-small =
    .description = The test split has { $rows } rows: too few to judge a model or to detect drift.
    .evidence = One row changes accuracy by { $step }; 80 % measured here could truly be { $low } to { $high }.
    .action = Use repeated stratified cross-validation over all { $train } + { $rows } rows, or move more rows into the test split.
    .rationale = Early stopping and model choice on so few rows follow chance, and most checks between the splits have no power. The spread between folds should fall below the differences you want to see.
dataset-label-noise-conflicts =
    .description = Rows with equal features carry different labels: part of the training labels is wrong.
    .evidence = { $share } of the training rows ({ $rows }) conflict with a twin{ $tested ->
        [yes] , against { $test } in the test split.
       *[no] .
    }
    .action = List the conflicting rows (samples_indices of the check) and settle them by hand or by majority; then look for more with confident learning (cleanlab) on out-of-fold predictions.
    .rationale = Only twins can conflict visibly, so the true share of wrong labels is higher. After cleaning, training and validation loss should both fall, and no two rows of equal features differ in their label.
dataset-label-noise-power =
    .description = The features explain the test labels much better than the training labels: part of the training labels is probably wrong.
    .evidence = Summed over the { $features } best features, the predictive power in training is only { $ratio } of that in the test split; '{ $feature }' scores { $train } against { $test }.
    .action = Check how the training labels came about (annotators, joins, a shuffled column). Find suspects with cleanlab on out-of-fold predictions, correct the worst, and train with label smoothing of 0.1 or early stopping until then.
    .rationale = Noise in the training labels weakens every feature there but not in the clean test split; chance does not weaken all of them at once. The scores of both splits should agree after cleaning.
dataset-duplicates =
    .description = Rows repeat within the { $split } split.
    .evidence = { $share } of the { $rows } rows are copies of another ({ $copies } rows), although the columns allow many more different rows.
    .action = Drop exact copies before splitting (drop_duplicates); if they are real repetitions, keep all copies of a row on one side with a grouped split.
    .rationale = Copies weigh some rows twice, and across a split they make the test score too good. The duplicate share should be near zero afterwards and the test score a little lower and honest.

checks-covariate-drift =
    .description = { $number ->
        [one] Feature { $columns } is
       *[other] { $number } of { $features } features are
    } distributed differently in the test split.
    .evidence = '{ $worst }' has a drift score of { $score }; with { $rows } and { $test } rows chance stays below { $noise } for a single feature. Affected: { $columns }.
    .action = Find out how rows got into the test split. If it was sorted or cut by '{ $worst }', a date or a site, split at random and stratified to measure the model; if production really looks like the test split, train on rows from there or weight the training rows towards it.
    .rationale = The model is asked about regions that it has rarely seen, so the validation gap is a data problem and regularisation will not close it. After the new split the scores should fall below { $noise }, and the gap with them.
checks-covariate-drift-properties =
    .description = { $number ->
        [one] Property { $columns } is
       *[other] { $number } of { $features } properties are
    } distributed differently in the test split.
    .evidence = '{ $worst }' has a drift score of { $score } with { $rows } and { $test } items (chance: { $noise }).
    .action = Compare source and preprocessing of both splits for '{ $worst }'. Unify them, or cover the range of the test items by augmentation.
    .rationale = A difference in '{ $worst }' comes from another camera, source or pipeline, which the model must not be judged by. The score should fall once both splits pass the same steps.
checks-covariate-drift-multivariate =
    .description = A classifier can tell training rows from test rows although no single feature gives the whole reason.
    .evidence = Its AUC is { $auc } (0.5 is chance); it uses { $drivers }.
    .action = Look at the joint distribution of { $drivers } in both splits, and redo the split at random, by group if rows belong together. If one of them is an identifier, leave it out and run the check again.
    .rationale = Combinations of features that training lacks are extrapolation for the model. After a sound split the AUC returns to about 0.5.
checks-covariate-drift-uncompared =
    .description = A classifier tells training rows from test rows, most of all by '{ $driver }', which could not be compared by itself.
    .evidence = Its AUC is { $auc } (0.5 is chance); it uses { $drivers }. { $why }.
    .action = { $flag ->
        [yes] Write true and false of '{ $driver }' in one way in both splits, as True and False or as 1 and 0, and run the checks again.
       *[no] Give '{ $driver }' the same type in both splits, by reading them with the same code, and run the checks again.
    }
    .rationale = A column that is written in another way is another one for the model, and its own drift is unknown until then. Afterwards it has a drift score, and the AUC is that of the data.
checks-label-drift =
    .description = The class shares differ between training and test split.
    .evidence = Drift score (Cramér's V) { $score } with { $rows } and { $test } rows{ $spelt ->
        [joined] ; where another spelling of a class counts as that class, it is { $joined }.
        [least] ; where another spelling of a class counts as that class, it is at least { $joined }.
       *[alike] .
    }
    .action = Split with stratify=y. If the test shares are those of production, keep them and adjust class weights or the decision threshold by their ratio.
    .rationale = A classifier learns the class shares too and is biased on others. The score is 0 after stratification; compare macro metrics before and after.
checks-label-drift-numeric =
    .description = The label is distributed differently in the test split.
    .evidence = Kolmogorov-Smirnov distance { $score } between { $rows } and { $test } rows.
    .action = Split at random, stratified by quantile bins of the label; with a split by time, add features that carry the trend.
    .rationale = A regressor answers within the range of its training labels. The mean residual of the test split should come back to about zero.
checks-new-labels =
    .description = { $number ->
        [one] Class { $classes } occurs
       *[other] Classes { $classes } occur
    } in the test split but never in training.
    .evidence = { $samples } of { $test } test rows ({ $share }) carry a class { $respelt ->
        [some] name that the model never saw. Not new, but known in another spelling: { $pairs }.
       *[none] that the model never saw.
    }
    .action = { $respelt ->
        [some] First write the known classes in one way in both splits (strip the blanks, take one case): { $pairs }. Then split
       *[none] Split
    } with stratify=y so that { $classes } is on both sides, collect training rows for it, or take it out of the task{ $respelt ->
        [some] .
       *[none] ; check the spelling of class names first.
    }
    .rationale = Each of these rows is a sure error, and an output layer built from the training labels has no unit for it. The check passes once the classes agree; recall of { $classes } can only then leave zero.
checks-new-labels-spelling =
    .description = { $number ->
        [one] Class { $classes } of the test split is
       *[other] Classes { $classes } of the test split are
    } known in training in another spelling: they differ in case or blanks only, or one split has true and false for 1 and 0.
    .evidence = { $samples } of { $test } test rows ({ $share }) carry a spelling that the model never saw: { $pairs }.
    .action = Write each class in one way before splitting and encoding: strip the blanks, take one case, and true and false as True and False or as 1 and 0, for the label in both splits. No training rows need be collected.
    .rationale = To an encoder each spelling is a class of its own, so each of these rows is counted as an error whatever the model says. Afterwards both splits have the same classes, and the score is that of the model.
checks-new-categories =
    .description = Column '{ $column }' has categories in the test split that training lacks.
    .evidence = { $number } new categories in { $ratio } of the test rows: { $categories }.
    .action = Encode '{ $column }' with an encoder that knows an "other" (handle_unknown="ignore"), merge rare categories, and check { $categories } for spelling variants.
    .rationale = An encoder fitted on training rows fails or guesses for new values, and in production there will be more of them. The share of rows that fall into "other" is what to watch.
checks-new-categories-many =
    .description = Column '{ $column }' has categories in the test split that training lacks, in far more rows than chance brings.
    .evidence = { $number } new categories in { $ratio } of the test rows, where the number of its categories in training explains { $natural } at most: { $categories }.
    .action = { $grouped ->
        [yes] If the rows were split by '{ $column }' on purpose (GroupKFold), keep that split and take '{ $column }' out of the features (`--index` of deepfix ingest, index_name of deepchecks). Otherwise find out whether it is written in another way in the test split.
       *[no] Find out where the two splits come from: another period, site or list of '{ $column }', or another way to write it. Split so that both have the same sources, or take '{ $column }' out or join it to coarser groups that both splits share. If the rows were split by '{ $column }' on purpose, keep that split and take the column out of the features.
    }
    .rationale = For these rows the model has nothing to go by in '{ $column }', and what it learnt of the known values does not count. { $grouped ->
        [yes] Without the column the test score should stay or rise.
       *[no] After a new split the share of rows with an unseen category falls to what the training split explains; after a split by group, the test score should stay or rise without the column.
    }
checks-train-test-leakage =
    .description = Test rows also occur in the training split.
    .evidence = { $shared } of { $test } test rows ({ $ratio }) are copies of training rows; { $natural } would repeat by the nature of the data.
    .action = Drop duplicates before splitting and split again; keep rows that belong together (same person, same series) on one side with a grouped split. Until then report the score on the rows that are not shared.
    .rationale = A model that has memorised those rows gets them right for free, so the score says too little about new data. Measured without them it will fall: that is the value to build on.
checks-train-test-leakage-keys =
    .description = Keys of the training split come back in the test split.
    .evidence = { $ratio } of the test rows have a key that training rows have.
    .action = Split by key (GroupKFold), so that no key lies on both sides.
    .rationale = Rows of one key resemble each other, so the test score partly measures memory. No key lies on both sides after the new split, and the score becomes what new keys will see.
checks-train-test-leakage-days =
    .description = Dates of the training split come back in the test split.
    .evidence = { $ratio } of the test rows have a date that training rows have.
    .action = If the model is to predict what comes later, split by date: train on the rows up to a day, and test on those after it, with a gap as long as the model looks ahead.
    .rationale = Rows of one day share what happened on it, so the test score partly measures memory. No day lies on both sides after the new split.
checks-train-test-leakage-overlap =
    .description = Test rows are dated before the last training rows.
    .evidence = { $ratio } of the test rows lie before the last date of the training split.
    .action = If the model is to predict what comes later, split by date: train on the rows up to a day, and test on those after it. If time plays no part, nothing need be done.
    .rationale = A model that has seen later rows knows how things went on, which it cannot in use. After a split by date no test row lies before the last training row.
checks-train-test-leakage-past =
    .description = The test split lies before the training split: the model learns from what came later and is judged on what came before.
    .evidence = { $before } of the test rows are dated before the first training row.
    .action = Turn the splits round: train on the earlier rows and test on the later ones. If that was the plan, look whether the two tables were swapped or the rows sorted from new to old before they were cut.
    .rationale = In use a model meets what comes after its training data. A score on the past is misleading: what was learnt from later rows is known there already, and what changes over time is never tested. It is done when the first test row lies after the last training row.
checks-label-leakage =
    .description = Feature '{ $feature }' alone predicts the label almost perfectly, far ahead of every other feature: it most likely contains the answer.
    .evidence = Predictive power of '{ $feature }': { $top } in training{ $tested ->
        [yes] {" "}and at least { $test } in both splits
       *[no] {""}
    }; the next best, '{ $second }', reaches { $next }.
    .action = Ask when and from what '{ $feature }' is recorded. If it follows the outcome, or is computed from it, remove it and everything derived from it, and train again.
    .rationale = In production its value is not known when the prediction is due, so the scores will not hold. Without it expect them to drop to what '{ $second }' and the others can do; if '{ $feature }' is truly known in advance, a one-line rule replaces the model.
checks-label-leakage-strong =
    .description = Feature '{ $feature }' predicts the label far better than any other: worth asking whether it is known before the outcome.
    .evidence = Predictive power of '{ $feature }': { $top } in training{ $tested ->
        [yes] , at least { $test } in both splits
       *[no] {""}
    }; the next best, '{ $second }', reaches { $next }.
    .action = Check when '{ $feature }' is recorded, and train once without it for comparison.
    .rationale = Strong natural predictors exist, so this alone is no leak. If it is known in advance, all is well; if not, the score without it is the honest one.
checks-label-leakage-identifier =
    .description = The identifier '{ $feature }' predicts the label, so the order of the table gives the answer away.
    .evidence = Predictive power of '{ $feature }': { $top }.
    .action = Keep '{ $feature }' out of the features, shuffle the rows, and ask how the table was collected: rows sorted by class or collected class by class carry the label in everything that changes over time.
    .rationale = Whatever goes with the row number leaks as well. After shuffling and dropping it the predictive power should be zero.
checks-label-leakage-groups =
    .description = Rows of one '{ $feature }' share their label: which group a row is of tells the answer.
    .evidence = Predictive power of '{ $feature }': { $top }.
    .action = Keep '{ $feature }' out of the features and split by it (GroupKFold), so that no group lies on both sides. If each class comes from groups of its own, such as one site for the sick and one for the healthy, collect both classes in each.
    .rationale = A model that recognises the group knows the label without having learnt what makes it. It is usual where a group is a person with one diagnosis, and harmless there once no group lies on both sides.
checks-train-test-correlation-change =
    .description = Features that explain the training labels say nothing about the test labels.
    .evidence = Over the { $features } best features the predictive power in training is { $ratio } times that in the test split; '{ $feature }' falls from { $train } to { $test } although the features themselves do not drift.
    .action = Check that the test labels belong to their rows: a sort or merge that moved only one of them, or another label encoding. Compare a few rows by hand with the source.
    .rationale = No change of the model can help if the labels of the test split are mixed up. After the repair the scores of both splits should agree within their noise.
checks-train-test-correlation-change-properties =
    .description = A property of the items is tied to the label in a way that need not hold elsewhere.
    .evidence = '{ $check }': { $info }
    .action = Balance that property over the classes, by selection or augmentation, and look at predictions on items where it goes against the class.
    .rationale = Models take the easiest way: brightness or length instead of content. The check should pass, and the score on counter-examples should rise.
checks-inconsistent-strings =
    .description = Text columns are written inconsistently.
    .evidence = { $number ->
        [one] One check objects
       *[other] { $number } checks object
    }: { $checks }. { $info }
    .action = Normalise case, blanks and special characters once, before splitting and encoding.
    .rationale = Each spelling becomes a category of its own with fewer rows. The number of unique values should fall after normalising.
checks-weak-segment =
    .description = The model is clearly weaker on part of the data ({ $split }).
    .evidence = { $info } Average score: { $average }.
    .action = Collect more rows from that segment or weight it in training, and track its score separately.
    .rationale = An average hides groups that the model fails. A search always finds some weakest segment, so confirm it on fresh rows before acting.
checks-weak-class-auc =
    .description = Class '{ $class }' is hardly told apart.
    .evidence = Its AUC in the test split is { $auc }.
    .action = Look at its confusions, add features that separate it, or merge it with the class that it is confused with.
    .rationale = Below 0.7 a score for this class orders rows little better than chance. Its AUC, not overall accuracy, shows whether it improves.
checks-weak-class-missed =
    .description = Class '{ $class }' is never recognised.
    .evidence = None of its { $samples } test samples is predicted correctly.
    .action = Check its label and number of training rows first, then weight it in the loss.
    .rationale = A class without a single hit is usually missing from training, misspelt or drowned by others. Its recall must leave zero.
checks-weak-class-scores =
    .description = Some classes score far below the others.
    .evidence = '{ $check }': { $info }
    .action = Inspect the worst classes: number of training samples, label quality, size of the objects; then add samples where they lack.
    .rationale = The mean over classes hides them. Scores per class before and after show whether it helped.
checks-poor-calibration =
    .description = The predicted probabilities cannot be trusted.
    .evidence = Brier score of class '{ $class }' in the test split: { $brier }; always answering 0.5 gives 0.25.
    .action = Calibrate on a held-out split (isotonic or Platt scaling, temperature scaling for networks).
    .rationale = Thresholds and costs rest on probabilities. The Brier score should fall well below 0.25 without accuracy changing.
checks-systematic-error =
    .description = The predictions are off to one side.
    .evidence = Mean error { $mean } with an RMSE of { $rmse } ({ $ratio }) on the test split.
    .action = Compare the label's distribution in both splits; if they agree, fit an intercept on a held-out split or check a target transform that is not inverted.
    .rationale = A constant offset costs nothing to remove. The mean error should be near zero, and the RMSE a little smaller.
checks-prediction-drift =
    .description = The predictions are distributed differently on training and test rows.
    .evidence = Prediction drift score { $score }.
    .action = See whether features or label drift too; if neither does, look for overfitting or for different preprocessing of the two splits.
    .rationale = Predictions follow the features, so their drift has a cause there or in the pipeline. Both scores should fall together.
checks-unused-features =
    .description = The model makes no use of { $number } features.
    .evidence = Unused although they vary: { $columns }.
    .action = Try without { $columns }; keep what does not cost validation score.
    .rationale = Fewer inputs mean less to break in production. The score should stay the same.
checks-slow-inference =
    .description = Predicting takes long.
    .evidence = { $time } seconds per sample.
    .action = Predict in batches first; then reduce the model (fewer trees, distillation, quantisation) if that is still too slow for its use.
    .rationale = The time matters only where someone waits for it. Measure with the batch size of production.
training-overfitting-gap =
    .description = The model knows its training rows much better than new ones.
    .evidence = { $metric }: { $train } on the training rows, { $test } on { $rows } test rows, a gap of { $gap }.
    .action = Reduce capacity or regularise: shallower trees and larger leaves, fewer boosting rounds with early stopping, weight decay or dropout; and tune by cross-validation.
    .rationale = A gap far beyond the sampling error of the test split is memory. The test { $metric } should rise or stay while the training one comes down.
training-overfitting-boosting =
    .description = Boosting went on after the best iteration.
    .evidence = The test score was best ({ $best }) after { $place } of the iterations and ends at { $last }, a loss of { $decline } of the gain.
    .action = Stop there: early_stopping_rounds on a validation split of its own, or a smaller learning rate with as many rounds.
    .rationale = Later trees fit what is left, which is noise. The final score should equal the best one.
training-underfitting =
    .description = The model is hardly better than a naive one.
    .evidence = { $metric } is { $score } against { $naive } of the naive model; averaged over the classes it makes up { $gain } of the possible improvement.
    .action = Check features and labels first (are they in the same order, scaled, informative?), then give the model more capacity or less regularisation.
    .rationale = Where a constant answer does as well, nothing was learned. The gain should clearly exceed a tenth of what is possible.

# Labels of facts, and words within texts.
fact-share-of-training-rows-in-conflict = share of training rows in conflict
fact-predictive-power-of = predictive power of '{ $name }'
fact-summed-predictive-power = summed predictive power
fact-drift-score-of = drift score of '{ $name }'
fact-auc-of-the-classifier-between-splits = AUC of the classifier between splits
fact-importance-of-for-telling-the-splits-apart = importance of '{ $name }' for telling the splits apart
fact-share-of-duplicate-rows = share of duplicate rows
fact-unique-values-of = unique values of '{ $name }'
fact-gap-of-the-mean = gap of the mean '{ $name }'
fact-test-score-of-the-last-iteration = test score of the last iteration
fact-best-test-score = best test score
fact-of-the-model = '{ $name }' of the model
fact-gain-over-the-naive-model = gain over the naive model
fact-average-score = average score
fact-auc-of-class = AUC of class { $name }
fact-recognised-samples-of-class = recognised samples of class { $name }
fact-brier-score-of-class = Brier score of class { $name }
fact-mean-prediction-error = mean prediction error
fact-prediction-drift-score = prediction drift score
fact-an-unused-feature-of-high-variance = an unused feature of high variance
fact-seconds-per-sample = seconds per sample
fact-outlier-score-of-row = outlier score of row { $name }
fact-share-of-outliers-in = share of outliers in '{ $name }'
fact-share-of-test-rows-that-occur-in-training = share of test rows that occur in training
fact-share-that-repeats-by-nature = share that repeats by nature
fact-share-of-test-rows-with-a-date-of-the-training-split = share of test rows with a date of the training split
fact-share-of-test-rows-before-the-last-training-date = share of test rows before the last training date
fact-share-of-test-rows-before-the-first-training-date = share of test rows before the first training date
fact-share-of-test-rows-with-a-key-of-the-training-split = share of test rows with a key of the training split
fact-label-drift-score = label drift score
fact-label-drift-score-without-spellings = label drift score without spellings
fact-share-of-test-rows-with-a-new-category = share of test rows with a new category
fact-samples-of-class = samples of class { $name }
fact-min-max-class-ratio = min/max class ratio
fact-rows-of-the-test-split = rows of the test split
fact-test-samples-of-classes-unseen-in-training = test samples of classes unseen in training
fact-test-samples-of-unseen-class = test samples of unseen class { $name }
fact-share-of-text-in = share of text in '{ $name }'
fact-share-of-in = share of '{ $name }' in '{ $other }'
fact-correlation-of-and = correlation of '{ $name }' and '{ $other }'
word-train = train
word-test = test
word-both = both
