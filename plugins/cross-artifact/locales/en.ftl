# Findings of the reasoner itself

cross-missing-scaling =
    .description = The features go into the model unscaled although their sizes differ { $ratio }-fold, and training suffers from it.
    .evidence = The values of '{ $wide }' are of the size of { $large }, those of '{ $narrow }' of { $small }; { $scaler } says that nothing is scaled; { $column } starts at { $loss }, { $times } times the loss of a constant guess.
    .action = Put a StandardScaler (mean 0, deviation 1) in front of the model, fitted on the training rows only and saved with it; then train again with everything else unchanged.
    .rationale = A step that suits '{ $wide }' is far too long or far too short for every other weight, so no learning rate is right. With scaled inputs the first { $column } is near that of guessing. Judge learning rate, clipping and network size only after that.
cross-missing-scaling-broken =
    .description = The features go into the model unscaled although their sizes differ { $ratio }-fold, and the loss is no longer a number.
    .evidence = The values of '{ $wide }' are of the size of { $large }, those of '{ $narrow }' of { $small }; { $scaler } says that nothing is scaled; { $column } is not finite from { $at } on.
    .action = Put a StandardScaler (mean 0, deviation 1) in front of the model, fitted on the training rows only, and train again from new weights; the saved ones are lost.
    .rationale = Inputs of that size make the first outputs, and with them the gradients, overflow before any clipping or lower learning rate can help. A finite first loss near that of guessing shows that it worked.
cross-missing-scaling-symptom =
    .description = The features go into the model unscaled although their sizes differ { $ratio }-fold, which explains why training is unstable or gets stuck.
    .evidence = The values of '{ $wide }' are of the size of { $large }, those of '{ $narrow }' of { $small }; { $scaler } says that nothing is scaled; { $column } shows the trouble.
    .action = Put a StandardScaler (mean 0, deviation 1) in front of the model, fitted on the training rows only and saved with it; then train again with everything else unchanged.
    .rationale = The gradient of a weight grows with its input, so '{ $wide }' dictates every step. If the curve gets smooth and ends lower, scaling was the cause; if not, go on with the findings that are listed under it.
cross-missing-scaling-unseen =
    .description = Training starts at a loss that only large inputs bring about, and nothing scales them.
    .evidence = { $column } starts at { $loss }, { $times } times the loss of a constant guess, with a customary learning rate; { $scaler } says that nothing is scaled.
    .action = Print the mean and standard deviation of every input column as the model receives it; where one is far from 0 and 1, add a StandardScaler fitted on the training rows.
    .rationale = With inputs of unit size the first outputs are of unit size, and so the loss is near that of guessing. It worked when the first { $column } is.
cross-missing-scaling-unsaid =
    .description = Feature sizes differ { $ratio }-fold, and training starts as if nothing had scaled them.
    .evidence = The values of '{ $wide }' are of the size of { $large }, those of '{ $narrow }' of { $small }; { $column } starts at { $loss }, { $times } times the loss of a constant guess, although the learning rate is customary. The parameters name no scaler.
    .action = Check what the model really receives; where the columns are raw, put a StandardScaler fitted on the training rows in front of it, and log it among the parameters.
    .rationale = A high first loss at an ordinary learning rate comes from the size of the inputs. With scaled inputs the first { $column } is near that of guessing.
cross-missing-scaling-unsaid-broken =
    .description = Feature sizes differ { $ratio }-fold, and the loss is no longer a number almost from the start, as if nothing had scaled them.
    .evidence = The values of '{ $wide }' are of the size of { $large }, those of '{ $narrow }' of { $small }; { $column } is not finite from { $at } on, although the learning rate is customary. The parameters name no scaler.
    .action = Check what the model really receives; where the columns are raw, put a StandardScaler fitted on the training rows in front of it, log it among the parameters, and train again from new weights.
    .rationale = Inputs of that size make the first outputs, and with them the gradients, overflow at any usual learning rate. A finite first loss near that of guessing shows that it worked; if it still overflows, look at the learning rate and at clipping.
cross-missing-scaling-guess =
    .description = Training starts at a loss that only large inputs or extreme initial weights bring about.
    .evidence = { $column } starts at { $loss }, { $times } times the loss of a constant guess, with a customary learning rate. Neither the statistics nor the parameters tell how the inputs are scaled.
    .action = Print the mean and standard deviation of every input column as the model receives it; where one is far from 0 and 1, add a StandardScaler fitted on the training rows. If all are near, look at the initialisation.
    .rationale = With inputs of unit size and a usual initialisation the first outputs are of unit size, and so the loss is near that of guessing. It worked when the first { $column } is.

cross-batch-size-vs-dataset =
    .description = One batch holds most of the table, so the model got { $in_all } updates in all and was still improving when training ended.
    .evidence = { $rows } training rows in batches of { $batch } make { $per_epoch ->
        [one] one update
       *[other] { $per_epoch } updates
    } per epoch; after { $epochs } epochs { $column } still falls, from { $before } ({ $before_at }) to { $end }.
    .action = Set the batch size to { $better }. The same { $epochs } epochs then make { $more } updates.
    .rationale = What a network learns depends on the number of steps, not of epochs, and batches of { $better } out of { $rows } rows still give a good gradient. It worked when { $column } levels off before the end; more epochs at the present batch size would do the same at many times the cost.

cross-num-labels-mismatch =
    .description = The model tells { $outputs } classes apart, the data has { $classes }: this checkpoint was made for other labels.
    .evidence = The checkpoint has { $outputs } outputs; the label takes { $classes } different values.
    .action = Find out which of the two is wrong: load the checkpoint of this experiment (its training run logs the file), or correct the label encoding. If the head was meant to be replaced, create it with { $classes } outputs and train it.
    .rationale = Predictions beyond the known classes cannot be scored, and the indices of the others need not mean the same labels. The shape of the last layer must equal the number of classes, and accuracy on the training rows must be what the training log says.
cross-num-labels-mismatch-regression =
    .description = The model is a classifier with { $outputs } outputs, but the label is a number with { $classes } different values.
    .evidence = The checkpoint has { $outputs } outputs; the label takes { $classes } different values.
    .action = Check that this is the checkpoint of this experiment; a regression needs a head with one output and a squared or absolute error. If classes are wanted, put the label into bins first and say so in the configuration.
    .rationale = Class indices have no meaning on this label. With the right file the number of outputs is one and R² on the training rows is what the training log says.

cross-input-dim-mismatch =
    .description = The model expects { $inputs } inputs, the data offers { $features } numeric features.
    .evidence = Inputs of the checkpoint: { $inputs }; numeric features in the training statistics, none of them categorical: { $features }.
    .action = Compare the list of columns that the preprocessing passes on with that of the training run, in names and order.
    .rationale = Features that are left out or derived on purpose explain such a difference; a changed column list shifts every weight to another feature and gives predictions that look plausible and are wrong.

cross-leakage-perfect-metric-column =
    .description = Validation is nearly perfect because a feature gives the answer away.
    .evidence = { $metric } is { $reached } already at { $at } and reaches { $best }. { $leak }
    .action = { $advice }
    .rationale = The column will not be known when the model is used, so the score is not what you will get. Without it { $metric } should fall to a believable level; that is the baseline for all further work.
cross-leakage-perfect-metric-rows =
    .description = Validation is nearly perfect because the model has seen these rows in training.
    .evidence = { $metric } is { $reached } already at { $at } and reaches { $best }. { $leak }
    .action = { $advice }
    .rationale = Recognised rows are scored as if they were predicted. On a split without shared rows { $metric } should fall to a believable level; that is the baseline for all further work.

cross-imbalance-accuracy-metric =
    .description = The classes are unequal and accuracy is the only metric, so nobody can see whether the rare class is recognised.
    .evidence = { $metric } reaches { $best }; no F1, recall, AUC or balanced accuracy is logged. { $imbalance }
    .action = Log macro-F1 and the recall of the rare class beside { $metric }, and choose the best epoch by macro-F1; then weight the loss (class_weight="balanced") and compare.
    .rationale = Accuracy is mostly that of the frequent class. If macro-F1 is far below { $metric }, the rare class is being ignored, and the weighting has to raise it.
cross-imbalance-accuracy-metric-known =
    .description = The classes are unequal and accuracy is the only metric: { $majority } of it come from the most frequent class alone.
    .evidence = { $metric } reaches { $best }; always answering the most frequent class gives { $majority }. { $imbalance }
    .action = Log macro-F1 and the recall of the rare class beside { $metric }, and choose the best epoch by macro-F1; then weight the loss (class_weight="balanced") and compare.
    .rationale = Only the part above { $majority } says anything about the model. If macro-F1 is far below { $metric }, the rare class is being ignored, and the weighting has to raise it.
cross-imbalance-accuracy-metric-majority =
    .description = The classes are unequal, and the accuracy that was logged is what always answering the most frequent class gives.
    .evidence = { $metric } reaches { $best }; a constant answer gives { $majority }. { $imbalance }
    .action = Log macro-F1 and the recall of the rare class, weight the loss (class_weight="balanced"), and choose the best epoch by macro-F1.
    .rationale = On this evidence the model may have learned nothing, whatever { $metric } says. It worked when the recall of the rare class is clearly above 0 and macro-F1 above that of the constant answer.

cross-drift-not-overfitting-shift =
    .description = Validation is worse than training because the two splits differ, not because the model memorises.
    .evidence = { $train_name } and { $validation_name } are { $early_train } and { $early_validation } already from { $early_at } on, { $end_train } and { $end_validation } at the end: { $share } of the gap is there early, and validation does not turn round. { $drift }
    .action = Make the split again: shuffled and stratified if the rows are exchangeable, by time or group if the model is to be used on later or other ones. Should the shift be real, weight or collect training rows that look like the test rows.
    .rationale = Dropout, weight decay or a smaller network cost training quality here and leave the gap where it is. After a new split the gap at { $early_at } should be a fraction of the present one; what then remains and grows is overfitting.
cross-drift-not-overfitting-labels =
    .description = Validation is worse than training because it holds classes that training has never shown, not because the model memorises.
    .evidence = { $train_name } and { $validation_name } are { $early_train } and { $early_validation } from { $early_at } on, { $end_train } and { $end_validation } at the end: { $share } of the gap is there early. { $drift }
    .action = Split again with every class in both parts (stratified); where a class is too rare for that, merge it, collect more of it, or take it out of the test set and say so.
    .rationale = No model predicts a label that it has not seen, and the surer it is the dearer these rows make the validation loss. After a stratified split the gap should nearly vanish; regularisation would only hide it.
cross-drift-not-overfitting-spelling =
    .description = Validation is worse than training because it writes classes in another way than training, not because the model memorises.
    .evidence = { $train_name } and { $validation_name } are { $early_train } and { $early_validation } from { $early_at } on, { $end_train } and { $end_validation } at the end: { $share } of the gap is there early. { $drift }
    .action = Write each class in one way in both splits (strip the blanks, one case), then score the saved model once more.
    .rationale = To the score a class in another spelling is one that the model never gives, so each of these rows is a sure error. With one spelling the gap should shrink by their share, without any training anew; regularisation would only hide it.

cross-val-labels-corrupted-metric =
    .description = The labels of the validation rows do not belong to them: the model learns, and is no better than guessing on validation from the first epoch on.
    .evidence = { $train_name } goes from { $first_train } to { $last_train }; { $validation_name } is { $first_validation } at { $first_at } and { $last_validation } at the end, at or below what guessing gives. { $checked }
    .action = Take ten validation rows and compare their labels with the source by hand; then look for the step that reorders features and labels separately (a sort, a join, a reset index, a shuffle of only one of the two) or encodes the labels of the two splits differently.
    .rationale = Overfitting opens a gap slowly; this one is complete from the start, which only labels of other rows explain. With the right labels { $validation_name } should follow { $train_name } within the first epochs, without any training anew: score the saved model once more.
cross-val-labels-corrupted-loss =
    .description = The labels of the validation rows do not belong to them: the training loss falls, the validation loss never gets below that of guessing.
    .evidence = { $train_name } goes from { $first_train } to { $last_train }; { $validation_name } is { $first_validation } at { $first_at } and { $last_validation } at the end. { $checked }
    .action = Take ten validation rows and compare their labels with the source by hand; then look for the step that reorders features and labels separately (a sort, a join, a reset index, a shuffle of only one of the two) or encodes the labels of the two splits differently.
    .rationale = Overfitting opens a gap slowly; this one is complete from the start, which only labels of other rows explain. With the right labels { $validation_name } should fall with { $train_name }: score the saved model once more.
cross-val-labels-corrupted-checks =
    .description = The labels of the test rows seem not to belong to them: what predicts the label in training does not in test, although the features are alike.
    .evidence = { $change }
    .action = Take ten test rows and compare their labels with the source by hand; then look for the step that reorders features and labels separately (a sort, a join, a reset index, a shuffle of only one of the two) or encodes the labels of the two splits differently.
    .rationale = A relation that holds in training and is gone in test, without any drift of the features, comes from the labels far more often than from the world. With the right labels the predictive power of both splits agrees; the training curves would tell for certain.
splits-compared = The features of the two splits were compared and do not differ enough to explain it.
splits-not-compared = Nothing was sent that compares the two splits, so a strong drift remains possible.

cross-healthy =
    .description = Nothing in this experiment calls for a change.
    .evidence = Looked at: { $checked }.
    .action = Keep this run as the baseline and change one thing at a time from here.
    .rationale = None of the rules that apply to these artifacts found more than a remark. What could not be looked at is listed in not_examined.
cross-poor-unexplained =
    .description = No fault was found, and yet the model is hardly better than a constant answer. Why, these artifacts do not tell.
    .evidence = { $metric } ends at { $end }, where a constant answer has { $constant }. Looked at: { $checked }.
    .action = Fit a boosted tree and a linear model on the same split. If they are no better, the features say little about the label: look for better ones or for wrong labels. If one is, this training is at fault.
    .rationale = A poor score comes from the data or from the training, and a second model tells the two apart within minutes. Worth sending as well: check results of the data, per-layer gradient norms, the learning rate per epoch and the parameters of the model.
cross-poor-unexplained-remarks =
    .description = The model is hardly better than a constant answer, and nothing that was found is certain or grave enough to be why. What was remarked may be: { $remarks }.
    .evidence = { $metric } ends at { $end }, where a constant answer has { $constant }. Looked at: { $checked }.
    .action = Look into the remarks first ({ $remarks }). Fit a boosted tree and a linear model on the same split beside it: if they are no better, the features say little about the label; if one is, this training is at fault.
    .rationale = A poor score comes from the data or from the training, and a second model tells the two apart within minutes. Worth sending as well: check results of the data, per-layer gradient norms, the learning rate per epoch and the parameters of the model.
cross-not-examined =
    .description = Nothing could be examined.
    .evidence = { $why }
    .action = Send at least one artifact: the metrics of the training run say most, then the statistics of the data.
    .rationale = Without artifacts there is nothing to judge; no finding here means no answer, not a healthy experiment.
not-examined-none = The request holds no statistics, no check that ran, no curve and no checkpoint that an analyzer could read.
not-examined-failed = { $count ->
        [one] The only analyzer that ran failed
       *[other] All { $count } analyzers that ran failed
    }: { $agents }.

# Additions to the findings of others

also-explains = It also explains: { $effects }.
also-reported = { $agent } reports the same: { $evidence }
effect-evidence = { $title }: { $evidence }
external-description = { $agent } reports '{ $code }': { $description }
note-untrained-wrong-file = Training itself ended well ({ $column } fell from { $first } to { $last }), so the fault lies in saving: another file was written, or before training.
note-untrained-flat = Training hardly moved either ({ $column } went from { $first } to { $last }), so the file may well be the right one.
note-exploding-scaled = The inputs are scaled ({ $scaler }), so the cause is not their size: learning rate and clipping are what is left.
note-exploding-rate = The learning rate is { $rate }{ $clip ->
        [yes] , although gradients are clipped
       *[no] , and no gradient clipping is recorded
    }.
note-unverified = One of its numbers could not be confirmed from the artifacts.

at-epoch = epoch { $number }
at-step = step { $number }
at-row = row { $number }
severity-high = high
severity-medium = medium
severity-low = low

# Structured outputs

area = { $title } ({ $severity })
ruled-overfitting-drift = The gap between training and validation is there from early on and the splits differ: drift explains it, memorising does not.
ruled-overfitting-labels = Validation is at the level of guessing from the first epoch on, before anything can be memorised: its labels are wrong.
ruled-scaling-scaler = Raw feature sizes differ { $ratio }-fold ('{ $wide }' and '{ $narrow }'), but { $scaler } is recorded as { $value }.
ruled-scaling-trees = Raw feature sizes differ { $ratio }-fold ('{ $wide }' and '{ $narrow }'), but trees do not care about scale.
ruled-scaling-healthy = Raw feature sizes differ { $ratio }-fold ('{ $wide }' and '{ $narrow }'), but training shows no trace of it.
ruled-batch = Only { $per_epoch ->
        [one] one update
       *[other] { $per_epoch } updates
    } per epoch, but { $in_all } in all, and the loss has levelled off or validation has stopped falling.
ruled-label-noise-leak = Validation better than training would suggest noise in the training labels, but a leak between the splits explains it.
ruled-label-noise-drift = Validation better than training would suggest noise in the training labels, but the splits differ, and the test rows may be the easier ones.
ruled-label-noise-tiny = Validation better than training would suggest noise in the training labels, but the test split is too small to tell.
ruled-label-noise-dropout = Validation is better than training, which is normal: dropout ({ $dropout }) is active in training only.

kind-dataset = data statistics
kind-deepchecks = data and model checks
kind-checkpoint = the checkpoint
kind-training = the training run
missing-dataset-why = No statistics of the data were sent.
missing-dataset-send = Statistics of the training and the test split (count, mean, standard deviation, quartiles, unique values per column, label included).
missing-deepchecks-why = No check results were sent, so that duplicates between the splits, conflicting labels and weak segments stay unseen.
missing-deepchecks-send = The results of a data-integrity and a train-test suite, and of a model suite where there is a model.
missing-checkpoint-why = No checkpoint was sent.
missing-checkpoint-send = The path of the saved model (safetensors) and its config.json.
missing-training-why = No metrics of the training run were sent.
missing-training-send = Losses and metrics per epoch on training and validation, with the training parameters.
gap-scales = scaling of the inputs
gap-scales-why = The statistics have no standard deviations, and the parameters name no scaler.
gap-scales-send = feature_statistics of the training split, or feature_scaling among the parameters.
gap-updates = batch size against data size
gap-updates-why = Rows, batch size or epochs are unknown.
gap-updates-send = The number of training rows, and batch_size among the parameters.
gap-outputs = outputs against classes
gap-outputs-why = The number of the model's outputs or that of the classes is unknown.
gap-outputs-send = num_labels in the model's configuration or a readable safetensors file, and the label among the columns of the statistics.
agent-skipped = It was not run: { $reason }
agent-skipped-send = The artifacts that it reads.
failure-not-found = not found: { $message }
failure-invalid = invalid: { $message }
failure-denied = denied: { $message }
failure-budget-exceeded = budget exceeded: { $message }
failure-timed-out = timed out: { $message }
failure-unavailable = unavailable: { $message }
failure-internal = internal error: { $message }
agent-failed = It failed: { $reason }
agent-failed-send = The same request again; if it fails again, the message above for the operator.
constraint-failed = { $agent } failed ({ $reason }); what it looks at is unknown.
constraint-gap = { $what }: { $why }
constraint-unverified = { $count ->
        [one] One finding rests
       *[other] { $count } findings rest
    } on numbers that could not be confirmed from the artifacts.

checked-dataset = { $rows } training and { $test } test rows with { $features ->
        [one] one feature
       *[other] { $features } features
    }
checked-dataset-train = { $rows } training rows with { $features ->
        [one] one feature
       *[other] { $features } features
    }
checked-dataset-plain = the data statistics
checked-deepchecks = { $count ->
        [one] one data or model check
       *[other] { $count } data and model checks
    }
checked-training = { $points ->
        [one] one point
       *[other] { $points } points
    } of the training curves ({ $column } from { $first } to { $last })
checked-training-final = final values of training and validation ({ $column } { $last })
checked-training-plain = the training parameters
checked-checkpoint = the checkpoint file ({ $tensors } tensors)
checked-checkpoint-plain = the model's configuration

# The summary

summary-first = Fix first: { $title } (severity { $severity }, confidence { $confidence }).
summary-explains = What follows from it and needs no remedy of its own yet: { $effects }.
summary-action = { $action }
summary-tell = How to tell that it worked: { $tell }
summary-next = After that: { $titles }.
summary-remarks = { $count ->
        [one] One remark of low severity can wait
       *[other] { $count } remarks of low severity can wait
    }.
summary-ruled-out = Not the cause, although it may look so: { $titles }.
summary-healthy = Nothing in this experiment calls for a change. Looked at: { $checked }.
summary-poor = No fault was found, but the model is hardly better than a constant answer, for a reason that the artifacts do not show. Compare it with a boosted tree on the same split first. Looked at: { $checked }.
summary-poor-remarks = The model is hardly better than a constant answer, and no serious fault was found that explains it. Look into what was remarked first: { $remarks }. Looked at: { $checked }.
summary-not-examined = Nothing could be examined: { $why }
summary-gaps = Not looked at, for want of artifacts: { $kinds }.
summary-failed = { $agents } failed, so this diagnosis is incomplete.

# Labels of facts

fact-early-gap-as-a-share-of-the-late-one = early gap as a share of the late one
fact-inputs-in-the-configuration = inputs in the configuration
fact-inputs-of-the-first-layer = inputs of the first layer
fact-metric-at-the-end = metric at the end
fact-metric-of-a-constant-answer = metric of a constant answer
fact-numeric-features-in-the-data = numeric features in the data
fact-outputs-in-the-configuration = outputs in the configuration
fact-outputs-of-the-last-layer = outputs of the last layer
fact-ratio-of-feature-scales = ratio of feature scales
fact-root-mean-square-of = root mean square of '{ $name }'
fact-rows-of = rows of '{ $name }'
fact-share-of-the-most-frequent-class = share of the most frequent class
fact-std-of = std of '{ $name }'
fact-training-rows = training rows
fact-updates-in-all = updates in all
fact-updates-per-epoch = updates per epoch
