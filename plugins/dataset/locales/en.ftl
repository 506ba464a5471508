summary-healthy = The data look sound: { $rows } training and { $test } test rows with { $features } features; no gaps, constant or duplicated columns, impossible values, label problems or shifts between the splits stand out.
summary-healthy-partial = Sizes, unique counts and labels of { $rows } training and { $test } test rows look sound. The artifact holds no feature statistics, so gaps, outliers and drift of its { $features } features could not be judged here.
summary-findings = { $findings ->
        [one] One remark
       *[other] { $findings } remarks
    } on { $rows } training and { $test } test rows with { $features } features.
not-examined-train = the training split
not-examined-train-why = The artifact holds no statistics of the training split.
not-examined-train-send = Send train_statistics.
not-examined-test = the test split
not-examined-test-why = Without statistics of a test split there is nothing to compare the training data with.
not-examined-test-send = Send test_statistics of the data that the model is evaluated on.
not-examined-statistics = statistics of the columns
not-examined-statistics-why = Without means, quartiles and counts, missing values, outliers, drift and copied columns remain invisible.
not-examined-statistics-send = Send feature_statistics: the output of DataFrame.describe(include="all") per split.
not-examined-label = the label
not-examined-label-why = No column could be told to be the label.
not-examined-label-send = Include the label column in the statistics and leave it out of the feature lists.
not-examined-classes = rows per class
not-examined-classes-why = The rows per class are not in the artifact and cannot be derived from the statistics of the label.
not-examined-classes-send = Send a class distribution, or feature_statistics that include the label.
not-examined-colours = colours of the images
not-examined-colours-why = Without colour statistics a difference in lighting, camera or normalisation between the splits remains invisible.
not-examined-colours-send = Send image_color_means and image_color_stds per channel, for both splits.
not-examined-boxes = boxes of the objects
not-examined-boxes-why = Without statistics of the boxes their sizes, empty images and invalid boxes could not be judged.
not-examined-boxes-send = Send object_detection_statistics, for both splits.
not-examined-pixels = pixels per class
not-examined-pixels-why = Without the share of pixels per class, rare and unseen classes of the masks remain invisible.
not-examined-pixels-send = Send pixel_class_ratio, for both splits.
not-examined-lengths = lengths and vocabulary of the texts
not-examined-lengths-why = Without the lengths of the texts and their vocabulary, empty and overlong texts and a change of domain remain invisible.
not-examined-lengths-send = Send text_statistics: character_length, word_count and vocabulary_size, for both splits.
not-examined-labels = statistics of the labels
not-examined-labels-why = Without statistics of the labels, unlabelled samples and unseen classes remain invisible.
not-examined-labels-send = Send label_statistics with the class distribution, for both splits.
not-examined-properties = properties of the texts
not-examined-properties-why = Without properties of the texts (language, sentiment, toxicity) their drift could not be judged.
not-examined-properties-send = Send properties_statistics, for both splits.

dataset-class-imbalance =
    .description = The classes are very unequal: class '{ $rare }' has { $few } training samples, class '{ $frequent }' has { $many }.
    .evidence = Class '{ $rare }' makes up { $share } of the training samples. Always answering '{ $frequent }' would already be right for { $majority } of them.
    .action = Weight class '{ $rare }' about { $weight } times in the loss (class_weight="balanced", or pos_weight), or draw batches with a balanced sampler; and judge by macro-F1, balanced accuracy or recall of '{ $rare }' instead of accuracy. If more rows of '{ $rare }' can be collected, that beats any weighting.
    .rationale = An unweighted loss gains almost nothing from a class with { $few } samples, so the model learns to ignore it while accuracy looks fine. It worked when recall of '{ $rare }' rises clearly and macro-F1 rises with it; keep the split stratified so that the test set holds enough of that class to see this.
dataset-class-imbalance-bounded =
    .description = The { $classes } classes of '{ $label }' are very unequal.
    .evidence = Whatever the rows per class are, the summary of '{ $label }' over { $rows } training rows leaves the rarest class at most { $ratio } of the most frequent one.
    .action = Count the rows per class (df['{ $label }'].value_counts()), weight the rare classes in the loss (class_weight="balanced") or draw batches with a balanced sampler, and judge by macro-F1 or recall per class instead of accuracy.
    .rationale = An unweighted loss gains almost nothing from a rare class, so the model learns to ignore it while accuracy looks fine. It worked when recall of the rarest class rises clearly and macro-F1 with it.
dataset-class-imbalance-empty-images =
    .description = Most training images hold no object: { $negative } empty ones beside { $positive } with objects.
    .evidence = { $share } of the images are negative samples.
    .action = Sample the images so that at least one in three of a batch holds an object, or drop part of the empty ones; or use a focal loss.
    .rationale = With this share most updates only teach the detector to predict background. Recall at a fixed precision should rise once the batches are balanced.
dataset-class-imbalance-pixels =
    .description = Class '{ $rare }' covers very few pixels of the training images.
    .evidence = { $share } of all labelled pixels belong to '{ $rare }', the rarest of { $classes } classes.
    .action = Use a loss that weighs regions rather than pixels (Dice, Tversky, or focal cross-entropy), sample crops that contain '{ $rare }', and report intersection over union per class.
    .rationale = Pixel accuracy does not notice a class of this size, and plain cross-entropy hardly does. The intersection over union of '{ $rare }' should rise clearly, that of the large classes stay.
dataset-missing-values =
    .description = { $number ->
        [one] Column { $columns } has
       *[other] { $number } columns have
    } missing values; '{ $worst }' lacks { $share } of its values.
    .evidence = '{ $worst }' has { $present } values for { $rows } rows. Affected: { $columns }.
    .action = Find out why { $columns } have gaps before filling them. If they are missing at random, impute inside the training pipeline (median, or a model-based imputer fitted on the training split only) and add a was-missing flag per column; drop a column that lacks more than about half of its values.
    .rationale = Dropping rows throws away the other columns, and filling with statistics of all data leaks the test split into training. The flag keeps what the gap itself says. Compare validation scores with and without the imputed columns: if nothing changes, leave them out.
dataset-missing-values-target =
    .description = { $share } of the rows have no label: '{ $worst }' is what the model learns to predict.
    .evidence = '{ $worst }' has { $present } values for { $rows } rows.
    .action = Leave the rows without '{ $worst }' out of training and evaluation, or have them labelled; never fill a label in. Find out first which rows they are: if one class or one source lacks its labels, what is left is no fair sample.
    .rationale = An imputed label is a guess that the model is then taught and judged by. Rows without a label can still serve for pretraining or for a semi-supervised method. It is done when '{ $worst }' has a value in every row that is trained or tested on.
dataset-missing-values-texts =
    .description = Some texts are empty.
    .evidence = The shortest text in { $split } has no character.
    .action = Drop the rows without text, or find out at which step of the preparation they lost it.
    .rationale = An empty text carries a label but nothing to learn it from, which the model sees as noise. The number of rows after filtering tells how many there were.
dataset-missing-values-labels =
    .description = Some samples carry no label.
    .evidence = The fewest labels of a sample in { $split } are none.
    .action = Count the samples without a label. If none is a possible answer, give it a class of its own or make sure that the loss takes an empty target; else have them labelled or leave them out.
    .rationale = A loss either skips such a sample in silence or learns that every class is wrong for it. The number of samples used per epoch should agree with the number of labelled ones.
dataset-constant-feature =
    .description = { $number ->
        [one] Feature { $columns } has
       *[other] Features { $columns } have
    } the same value in every training row.
    .evidence = One unique value in { $rows } rows: { $columns }.
    .action = Remove { $columns } from the features, after checking whether the value should vary: a failed join, a filter on that column or a default that was never overwritten are the usual causes.
    .rationale = A constant teaches nothing; scaling it divides by zero, and the first row in production with another value is outside everything the model knows. Scores must not change when the column is gone; if they do, the split differs from what was sent here.
dataset-constant-feature-near =
    .description = { $number ->
        [one] Feature { $columns } is
       *[other] Features { $columns } are
    } almost constant.
    .evidence = At least { $share } of { $rows } training rows hold the same value, so at most { $rare } rows differ.
    .action = Drop { $columns }, or merge the rare values into a flag if they mean something; check first that a join or a default did not wipe out the real values.
    .rationale = A model can only memorise the { $rare } rows that differ. If cross-validated scores stay the same without the column, it was ballast.
dataset-constant-feature-label =
    .description = The label '{ $label }' has the same value in every training row: there is nothing to learn.
    .evidence = One unique value of '{ $label }' in { $rows } rows.
    .action = Check where '{ $label }' comes from: the wrong column, a filter on it, or a join or default that overwrote it are the usual causes. Train once the rows of every class are there.
    .rationale = A model that always gives this one value is right in every row, so every score is perfect and means nothing. It worked when each class that the model must tell apart has rows in both splits.
dataset-id-like-feature =
    .description = { $number ->
        [one] Feature { $columns } looks
       *[other] Features { $columns } look
    } like an identifier: it has another value in practically every row.
    .evidence = '{ $first }' takes { $unique } values in { $rows } training rows.
    .action = Take { $columns } out of the features and keep it as an index for joining and for grouped splits. If it is free text or encodes something (a date, a region prefix), derive that as a feature of its own.
    .rationale = A value that never comes back cannot generalise; trees and wide embeddings memorise the training rows by it instead. Without it the training score may fall a little while the validation score stays or rises.
dataset-correlated-features =
    .description = '{ $b }' appears to be '{ $a }' in other units or with a little noise: the two columns have the same shape{ $moves ->
        [yes] {" "}and move alike between the splits
       *[no] {""}
    }.
    .evidence = { $number ->
        [one] One pair
       *[other] { $number } pairs
    } of columns: { $pairs }. After standardising, the quartiles of '{ $a }' and '{ $b }' differ by at most { $difference } standard deviations{ $moves ->
        [yes] {" "}in both splits
       *[no] {""}
    }.
    .action = Confirm with df[['{ $a }', '{ $b }']].corr(), then keep the one of the two that is measured directly and drop the other.
    .rationale = Two copies share their weight arbitrarily: coefficients and importances become unreadable and linear models unstable, while nothing is gained. The validation score must stay where it is after dropping one; importances add up on the remaining column.
dataset-outliers-sentinel =
    .description = { $number ->
        [one] Column { $columns } holds
       *[other] Columns { $columns } hold
    } a placeholder that is taken for a number: '{ $worst }' reaches { $value }.
    .evidence = Half of the values of '{ $worst }' lie between { $low } and { $high }; { $value } stands { $distance } interquartile ranges away and blows its standard deviation up to { $std }.
    .action = Replace { $value } in { $columns } by a missing value when reading (na_values={ $value }), then impute with the median of the training split and add a was-missing flag.
    .rationale = The placeholder pulls mean and standard deviation, so after scaling all real values are squeezed into a narrow band. Afterwards the standard deviation of '{ $worst }' should be of the size of { $high } - { $low }.
dataset-outliers-repeated =
    .description = { $number ->
        [one] Column { $columns } ends
       *[other] Columns { $columns } end
    } in the same far value in both splits, as a code for something does: '{ $worst }' reaches { $value }.
    .evidence = Half of the values of '{ $worst }' lie between { $low } and { $high }; { $value } stands { $distance } interquartile ranges away, in the training and in the test split.
    .action = Look up what { $value } means in { $columns }: a placeholder (then read it as missing, na_values={ $value }), an upper limit of the instrument, or a default. Impute or flag it; do not leave it among the measurements.
    .rationale = The largest of many measurements hardly ever repeats to the digit in another sample. As a number it pulls mean, scaling and every squared error. Afterwards the standard deviation of '{ $worst }' should be of the size of { $high } - { $low }.
dataset-outliers-scale =
    .description = { $number ->
        [one] Column { $columns } holds
       *[other] Columns { $columns } hold
    } values that hardly are measurements: '{ $worst }' reaches { $value } although half of it lies between { $low } and { $high }.
    .evidence = { $value } in '{ $worst }' is { $distance } interquartile ranges outside the quartiles, far beyond what a skewed distribution reaches. Its standard deviation is { $std }.
    .action = List the rows with the extremes of { $columns } and look for a unit error (grams for kilograms, cents for euros), a shifted decimal point or a corrupt sensor; convert or drop them. If they are real, train on the logarithm or a quantile transform.
    .rationale = A handful of such values dominates the scaler and every squared error. After the repair, maximum over upper quartile should fall to what the other columns show, and the loss should become smoother.
dataset-outliers-boxes =
    .description = Some bounding boxes have no valid { $side }.
    .evidence = The smallest { $side } of a box is { $min }.
    .action = Filter boxes with a { $side } of 1 pixel or less, and swap corners where width or height is negative.
    .rationale = A box without area gives an undefined overlap, and a single one can turn the loss of its batch into NaN. The minimum in the statistics must be positive afterwards.
dataset-outliers-texts =
    .description = A few texts are far longer than the others.
    .evidence = The largest { $measure } is { $max } with a mean of { $mean }: { $distance } standard deviations above it.
    .action = Look at the longest texts, then truncate or split them on purpose, at the length that covers 99 % of the texts.
    .rationale = A tokenizer cuts them silently, and one of them pads its whole batch. Batches become evenly fast once lengths are capped.
dataset-mixed-types =
    .description = { $number ->
        [one] Column { $columns } looks
       *[other] Columns { $columns } look
    } numeric but is treated as categorical{ $written ->
        [yes] : the numbers are written as texts.
       *[no] , so some cells hold text.
    }
    .evidence = The most frequent value of '{ $first }' is { $top }, and it takes { $unique } values as a category.
    .action = { $written ->
        [yes] Read { $columns } as numbers: take away signs and what separates groups of digits (thousands="," of pd.read_csv, or str.replace before pd.to_numeric), and check that no cell becomes missing.
       *[no] Convert { $columns } with pd.to_numeric(..., errors="coerce"), list the cells that become missing, and decide for each text ('?', 'N/A', '1,5') whether it is a gap or a number in another notation.
    }
    .rationale = As categories the numbers lose their order, and unseen values appear in every new split. After the conversion the column belongs to the numerical features{ $written ->
        [yes] .
       *[no] , with as many gaps as there were texts.
    }
dataset-mixed-types-splits =
    .description = { $number ->
        [one] Column { $columns } is
       *[other] Columns { $columns } are
    } { $kind ->
        [flags] true and false in one split, and 1 and 0 in the other.
        [some] numbers in one split; in the other some cells are texts, so that most readers take the whole column for text.
       *[texts] numbers in one split and text in the other: the model is judged on values of another kind than it learned from.
    }
    .evidence = { $texts ->
        [test] In the training split '{ $first }' is numbers with a mean of { $mean }, in the test split { $kind ->
            [some] some cells are text; the most frequent value is '{ $top }'.
            [flags] true and false; the most frequent value is '{ $top }'.
           *[other] text; the most frequent value is '{ $top }'.
        }
       *[train] In the training split { $kind ->
            [some] some cells of '{ $first }' are text, with '{ $top }' as the most frequent value
            [flags] '{ $first }' is true and false, with '{ $top }' as the most frequent value
           *[other] '{ $first }' is text, with '{ $top }' as the most frequent value
        }; in the test split it is numbers with a mean of { $mean }.
    }
    .action = { $kind ->
        [flags] Write true and false in { $columns } in one way in both splits, as True and False or as 1 and 0.
        [some] Convert { $columns } with pd.to_numeric(..., errors="coerce") in both splits, list the cells that become missing, and decide for each text whether it is a gap or a number in another notation.
       *[texts] Write and read { $columns } by the same code in both splits: map words to numbers by one table, take units off, read the rest with pd.to_numeric, and let the pipeline fail where a column changes its type. Then compare the distributions again.
    }
    .rationale = { $kind ->
        [flags] Some programs take the two for the same, and others for categories that training never saw. Afterwards the column has the same two values in both splits.
        [some] One text makes the whole column categorical: the numbers lose their order and each new value is unseen. Afterwards the column is numbers in both splits, with as many gaps as there were texts, and has a drift score.
       *[texts] A text is a category that training never saw, or a gap, so the score says nothing of what '{ $first }' is worth. Afterwards the column has one type in both splits, as many values as before, and a drift score.
    }
dataset-test-too-small =
    .description = The test split has { $rows } rows: too few to judge a model by.
    .evidence = One row changes accuracy by { $step }. An accuracy of 80 % measured here could truly be anywhere from { $low } to { $high }.
    .action = Evaluate by repeated stratified cross-validation over all { $train } + { $rows } rows, or set aside at least { $wanted } of them for testing.
    .rationale = With so few rows the best epoch, early stopping and any comparison of models follow chance. It worked when the spread between folds or seeds is clearly smaller than the differences you want to see.
dataset-small-dataset =
    .description = { $rows ->
        [one] The training split is small: 1 row
       *[other] The training split is small: { $rows } rows
    } for { $features } features.
    .evidence = { $rows } training rows.
    .action = Prefer a strongly regularised or simple model, report cross-validated scores with their spread, and treat differences of a few points as noise.
    .rationale = With few rows large models memorise them. A learning curve (training on 50 %, 75 %, 100 %) that is still rising says that more data would pay.
dataset-duplicates-index =
    .description = Rows of the training split were copied: the row index '{ $index }' repeats.
    .evidence = '{ $index }' has { $unique } different values in { $rows } rows, so { $copies } rows ({ $share }) repeat an earlier one.
    .action = Drop the copies with drop_duplicates(subset='{ $index }') before splitting; if they come from oversampling, oversample after the split and inside the training fold only.
    .rationale = Copies weigh some rows twice, and those that fall on both sides of a split make the test score too good. Unique index values and rows must agree afterwards.
dataset-duplicates-hidden =
    .description = Rows of the training split were copied: the row index '{ $index }' repeats, and '{ $hiding }', which differs in every row, hides the copies from duplicate checks.
    .evidence = '{ $index }' has { $unique } different values in { $rows } rows, so { $copies } rows ({ $share }) repeat an earlier one; '{ $hiding }' has a value of its own in each.
    .action = Drop the copies with drop_duplicates(subset='{ $index }') before splitting, take '{ $hiding }' out, and run the duplicate and train-test overlap checks again on the remaining features.
    .rationale = Row checks compare whole rows, so a single column of unique values makes them pass. If rows were copied within the training split, expect the same between training and test split: the overlap check without '{ $hiding }' tells.

checks-covariate-drift-numeric =
    .description = The test data do not come from the distribution of the training data: { $number ->
        [one] { $columns } differs
       *[other] { $number } features differ
    } between the splits.
    .evidence = The mean of '{ $worst }' goes from { $before } to { $after }, a shift of { $shift } standard deviations over { $rows } and { $test } rows; chance does not do that among { $features } features. Affected: { $columns }.
    .action = Check how the split was made. If it was sorted, cut by time or filtered on { $columns }, redo it at random (stratified) to measure the model, or keep it and treat the gap as the price of the shift: then collect or reweight training rows that look like the test data.
    .rationale = A validation gap under drift is not overfitting, and regularisation will not close it. After a random split the gap should shrink; if it stays, look at the model.
checks-covariate-drift-quartiles =
    .description = The test data do not come from the distribution of the training data: { $number ->
        [one] { $columns } differs
       *[other] { $number } features differ
    } between the splits.
    .evidence = Half of the values of '{ $worst }' lie between { $low } and { $high } in training, between { $test_low } and { $test_high } in the test split over { $rows } and { $test } rows; chance does not do that among { $features } features. Affected: { $columns }.
    .action = Compare how { $columns } came about in both splits: another unit, instrument, normalisation or selection of rows. Put both through the same preparation; if the difference is real, redo the split at random to measure the model, or train on rows that look like the test data.
    .rationale = A validation gap under drift is not overfitting, and regularisation will not close it. After the repair the quartiles of both splits should agree within a few per cent of their distance.
checks-covariate-drift-category =
    .description = The test data do not come from the distribution of the training data: { $number ->
        [one] { $columns } differs
       *[other] { $number } features differ
    } between the splits.
    .evidence = The share of '{ $top }' in '{ $worst }' goes from { $before } to { $after } ({ $shift } standard deviations) over { $rows } and { $test } rows; chance does not do that among { $features } features. Affected: { $columns }.
    .action = Check how the split was made. If a group, place or time decides where a row goes, split at random, stratified by '{ $worst }', to measure the model; or keep the split and train on rows weighted towards the test data.
    .rationale = A validation gap under drift is not overfitting, and regularisation will not close it. After a random split the gap should shrink; if it stays, look at the model.
checks-covariate-drift-colours =
    .description = The test images have other colours than the training images.
    .evidence = The mean of channel { $channel } goes from { $before } to { $after }, a shift of { $shift } of its spread.
    .action = Compare camera, lighting and preprocessing of the two sources: a missing normalisation or swapped RGB/BGR channels are the first suspects. If the difference is real, train with colour jitter of that size.
    .rationale = Convolutional features react to brightness and hue. Once both splits pass the same pipeline, the means should agree within a few percent of the spread.
checks-covariate-drift-boxes =
    .description = The objects of the test images differ from those of the training images in { $measure }.
    .evidence = The mean { $measure } goes from { $before } to { $after }, a shift of { $shift } standard deviations.
    .action = Compare image size, zoom and annotation rules of the two sources. Bring both splits to the same resolution, and set the anchor sizes and the scale augmentation so that they cover the test objects.
    .rationale = A detector finds objects of the sizes that it was trained on. Once both splits agree, recall on the test objects should come near that on held-out training images; report it by object size.
checks-covariate-drift-texts =
    .description = Test texts differ in length from training texts.
    .evidence = The mean { $measure } goes from { $before } to { $after }, a shift of { $shift } standard deviations.
    .action = Compare the sources and the preparation of both splits (truncation, markup, language); draw both from the same pool, or train on lengths like those of the test texts.
    .rationale = Length goes with topic and source, and the maximum sequence length was chosen for the training texts. The shift should vanish after a joint random split.
checks-covariate-drift-vocabulary =
    .description = The test texts use a larger vocabulary than the training texts.
    .evidence = { $test } test texts use { $after } different words, { $rows } training texts only { $before }.
    .action = Look at the words that only the test split has: another language, domain, casing or markup. Put both splits through the same cleaning, and add training texts of the missing kind.
    .rationale = A vocabulary grows with the number of texts, so that fewer texts should have fewer words. Words never seen in training are unknown tokens or rare pieces; their share in the test split should fall to a few per cent.
checks-label-drift-classes =
    .description = The class shares differ between training and test split, most for class '{ $worst }'.
    .evidence = Class '{ $worst }' goes from { $before } of { $rows } training rows to { $after } of { $test } test rows; total variation { $variation }.
    .action = Split with stratify=y. If the test shares are those of production, keep them, and correct the model instead: class weights by the ratio of the shares, or adjusted decision thresholds.
    .rationale = A classifier learns the class shares along with the features, so its scores on other shares are biased. After stratification the shares agree to a row; compare macro metrics before and after.
checks-label-drift-pixels =
    .description = The classes cover other shares of the test images than of the training images, most of all '{ $worst }'.
    .evidence = Class '{ $worst }' goes from { $before } to { $after } of the pixels; the shares differ by { $variation } in total.
    .action = Compare scenes, zoom and annotation of the two sources; split by scene at random so that each kind is on both sides, and report intersection over union per class.
    .rationale = A segmentation model learns how much of an image a class covers. After the new split the shares should agree within some per cent, and scores per class become comparable.
checks-label-drift-mean =
    .description = The label '{ $label }' is distributed differently in the test split.
    .evidence = Its mean goes from { $before } to { $after }, a shift of { $shift } standard deviations over { $rows } and { $test } rows.
    .action = Split at random, stratified by quantile bins of '{ $label }'. If the split follows time on purpose, add features that carry the trend, or predict the difference to a recent level.
    .rationale = A regressor answers around the mean of its training labels, so the whole test set is off by the shift. The mean residual on the test split should come back to about zero.
checks-new-labels =
    .description = The test split contains a class of '{ $label }' that the training split does not have.
    .evidence = { $train } classes in training, { $test } in the test split{ $respelt ->
        [some] . New is { $classes }; known in another spelling are { $pairs }.
       *[none] .
    }
    .action = { $respelt ->
        [some] First write the known classes in one way in both splits (strip blanks, one case): { $pairs }. Then split with stratify=y so that every class is on both sides; collect training rows for { $classes }, or take it out of the task and route such rows elsewhere.
       *[none] Split with stratify=y so that every class is on both sides; collect training rows for the missing class, or take it out of the task and route such rows elsewhere.
    }
    .rationale = The model cannot predict a class that it never saw: each of those rows is a sure error, and an output layer built from the training labels is too small. The class counts of both splits must agree.
checks-new-labels-spelling =
    .description = { $number ->
        [one] Class { $classes } of the test split is
       *[other] Classes { $classes } of the test split are
    } known in training in another spelling: they differ in case or blanks only, or one split has true and false for 1 and 0.
    .evidence = { $samples } test rows carry a spelling that training lacks: { $pairs }.
    .action = Write each class in one way before splitting and encoding: strip the blanks, take one case, and true and false as True and False or as 1 and 0, for the label in both splits. No training rows need be collected.
    .rationale = To an encoder each spelling is a class of its own, so each of these rows is counted as an error whatever the model says. Afterwards both splits have the same classes, and the score is that of the model.
checks-new-labels-range =
    .description = The test split contains a class code of '{ $label }' outside the range of the training split.
    .evidence = The training split ends at code { $known }, the test split at { $unseen }.
    .action = Split with stratify=y, and fit the label encoder once on the labels of both splits.
    .rationale = Rows of an unseen class are sure errors, and a code outside the output layer stops a training loop. The code ranges of both splits must agree.
checks-new-labels-amount =
    .description = The label '{ $label }' of the test split goes beyond the range of the training split.
    .evidence = Training ends at { $known }, the test split at { $unseen }.
    .action = If '{ $label }' is a number to be predicted, nothing need be done; treat the task as a regression, which can answer values between and beyond those seen. If its values are classes, split with stratify=y and join the rare ones.
    .rationale = So many or so unevenly spaced integers are more likely a count or a rating than codes of classes, and the largest of a random split is often on the test side. A classifier could never answer { $unseen }, a regressor can: its residuals at the ends of the range show how well.
checks-new-labels-named =
    .description = { $number ->
        [one] Class { $classes } occurs
       *[other] Classes { $classes } occur
    } in the test split but not in the training split.
    .evidence = { $rows } test samples ({ $share }) carry a class { $respelt ->
        [some] name that was never trained. Not new, but known in another spelling: { $pairs }.
       *[none] that was never trained.
    }
    .action = { $respelt ->
        [some] First write the known classes in one way in both splits (strip blanks, one case): { $pairs }. Then split stratified by class, or add training samples of { $classes }.
       *[none] Split stratified by class, or add training samples of { $classes }; check the spelling of the class names first.
    }
    .rationale = Each of those samples is a sure error. The class names of both splits must agree; recall of { $classes } can only then rise above zero.
checks-new-labels-pixels =
    .description = { $number ->
        [one] Class { $classes } occurs
       *[other] Classes { $classes } occur
    } in the masks of the test images but not in those of the training images.
    .evidence = { $share } of the test pixels belong to a class that was never trained.
    .action = Check the colour or index map of the masks first, then split by scene so that every class is on both sides, or leave { $classes } out of the evaluation.
    .rationale = Each of those pixels is a sure error. The class indices of both splits must agree; the intersection over union of { $classes } can only then rise above zero.
checks-new-labels-number =
    .description = The test split has more classes than the training split.
    .evidence = { $train } classes in training, { $test } in the test split.
    .action = List the class names of both splits, check their spelling, and split stratified by class; collect training samples of the missing classes or route such samples elsewhere.
    .rationale = The model cannot predict a class that it never saw: each of those samples is a sure error. Send the class distribution of both splits, and the next report names the classes.
checks-label-leakage =
    .description = Feature '{ $feature }' mirrors the label '{ $label }': it is the label in other units with a little noise.
    .evidence = After standardising, the quartiles of '{ $feature }' and '{ $label }' differ by at most { $difference } standard deviations, and their means and spreads move alike from the training to the test split.
    .action = Find out when '{ $feature }' is recorded. If that is after, or because of, the outcome '{ $label }', remove it and train again.
    .rationale = A feature made from the answer gives near-perfect scores that vanish in production, where it is not known yet. Expect the score to drop to what the other features can do: that is the honest number.

# Labels of facts, and words within texts.
fact-25-of = 25% of '{ $name }'
fact-75-of = 75% of '{ $name }'
fact-mean-of = mean of '{ $name }'
fact-std-of = std of '{ $name }'
fact-min-of = min of '{ $name }'
fact-max-of = max of '{ $name }'
fact-freq-of = freq of '{ $name }'
fact-unique-values-of = unique values of '{ $name }'
fact-cells-present-in = cells present in '{ $name }'
fact-rows = rows
fact-distance-of-the-distributions-of = distance of the distributions of '{ $name }'
fact-shift-of-in-standard-deviations = shift of '{ $name }' in standard deviations
fact-largest-difference-of-standardised-quartiles = largest difference of standardised quartiles
fact-share-of-other-values-in = share of other values in '{ $name }'
fact-most-frequent-value-of = most frequent value of '{ $name }'
fact-vocabulary = vocabulary
fact-ratio-of-the-vocabularies = ratio of the vocabularies
fact-classes-in-the-training-split = classes in the training split
fact-classes-in-the-test-split = classes in the test split
fact-fewest-labels-of-a-sample = fewest labels of a sample
fact-fewest-characters-of-a-text = fewest characters of a text
fact-shift-in-standard-deviations = shift in standard deviations
fact-rows-of-the-test-split = rows of the test split
fact-rows-of-the-training-split = rows of the training split
fact-largest-possible-min-max-class-ratio = largest possible min/max class ratio
fact-mean-of-label = mean of label '{ $name }'
fact-std-of-label = std of label '{ $name }'
fact-rows-of-the-most-frequent-class-of-label = rows of the most frequent class of label '{ $name }'
fact-samples-of-class = samples of class { $name }
fact-rows-of-class = rows of class { $name }
fact-min-max-class-ratio = min/max class ratio
fact-mean-of-channel = mean of channel { $name }
fact-images-without-objects = images without objects
fact-images-with-objects = images with objects
fact-total-variation-distance = total variation distance
fact-extreme-class-code-in-the-training-split = extreme class code in the training split
fact-extreme-class-code-in-the-test-split = extreme class code in the test split
fact-test-samples-of-unseen-class = test samples of unseen class { $name }
fact-p-value = p-value
fact-mean-of-the-label = mean of the label
fact-pixels-of-class = pixels of class { $name }
fact-mean-box-area = mean box area
fact-largest-box-area = largest box area
fact-mean-box-width = mean box width
fact-largest-box-width = largest box width
fact-mean-box-height = mean box height
fact-largest-box-height = largest box height
fact-mean-boxes-per-image = mean boxes per image
fact-largest-boxes-per-image = largest boxes per image
fact-mean-word-count = mean word count
fact-largest-word-count = largest word count
fact-mean-character-length = mean character length
fact-largest-character-length = largest character length
fact-minimum-of-box-width-stats = minimum of box width stats
fact-minimum-of-box-height-stats = minimum of box height stats
fact-minimum-of-box-area-stats = minimum of box area stats
word-train = train
word-test = test
word-both = both
word-train-statistics = train_statistics
word-test-statistics = test_statistics
word-box-area = box area
word-box-width = box width
word-box-height = box height
word-boxes-per-image = boxes per image
word-word-count = word count
word-character-length = character length
word-width = width
word-height = height
word-area = area
word-other = other
fact-rows-of-the-other-class = rows of the other class
