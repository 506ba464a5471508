# Places and units.
at-epoch = epoch { $number }
at-step = step { $number }
at-row = row { $number }
since-epoch = from { $place } on
since-step = from { $place } on
since-row = from { $place } on
unit-epoch = { $count ->
    [one] epoch
   *[other] epochs
}
unit-step = { $count ->
    [one] logged step
   *[other] logged steps
}
unit-row = { $count ->
    [one] logged row
   *[other] logged rows
}

# Summaries.
summary-nothing = The request carries no training artifact.
summary-no-curves = No metrics over time could be read, so the course of training was not examined; the parameters alone prove nothing.
summary-healthy = The curves over { $points } { $unit } look healthy: they are finite and settle, neither too slow nor too restless, and there is no sign of overfitting, a missed stop, a fixed row order or a metric that contradicts the loss.
summary-short = Only { $points } { $unit } were logged: the values are finite and nothing in them is wrong, but no trend can be judged from so few.
summary-unseen = Not examined for want of data: { $what }.
summary-final = Only final values were recorded. Those of training and validation were compared where they can be ({ $columns }), and they do not lie far apart; the course of training was not examined.
summary-final-open = Only final values were recorded, and none of them on both training and validation rows tells by itself whether the model overfits: an error or loss without its scale does not, and trees, nearest neighbours and kernel machines answer their training rows well by design. The course of training was not examined.
summary-final-findings = Only final values were recorded. Those of training and validation were compared: { $findings ->
    [one] one finding
   *[other] { $findings } findings
}.
summary-alone = Only final values were recorded, and none of them on both training and validation rows: there is nothing to compare.
summary-metrics = No loss was logged. Of the metrics over { $points } { $unit }, the last values of training and validation were compared where both are there: { $findings ->
    [0] nothing stands out
    [one] one finding
   *[other] { $findings } findings
}.
summary-metrics-open = No loss was logged, and no metric over { $points } { $unit } shows by its last values on both training and validation rows whether the model overfits.
summary-findings = The curves over { $points } { $unit } gave { $findings ->
    [one] one finding
   *[other] { $findings } findings
}.
summary-curve = { $column } went from { $from } to { $to }.

# Clues and advice that several findings share.
advice-lower-rate = Lower the learning rate from { $now } to { $next }
advice-lower-rate-unknown = Lower the learning rate to a tenth of its present value
advice-raise-rate = Raise the learning rate from { $now } to { $next }
advice-raise-rate-unknown = Raise the learning rate tenfold
advice-clip = Clip the norm of the gradient to 1.0.
advice-clip-lower = Clipping at { $now } ({ $name }) did not prevent it: clip before the optimiser step, at 1.0 or less, and check that the value is really used.
advice-larger-split = Enlarge the validation split, or judge by cross-validation, before changing anything in training
advice-larger-batch = Raise the batch size from { $now } to { $next } and keep the learning rate
advice-decay = and let it decay to zero over the run (cosine)
advice-decay-rate = let the learning rate decay over the run
advice-keep-best = keep the weights of the best epoch rather than the last
advice-dropout = raise dropout from { $now } to { $next }
advice-dropout-unknown = add dropout of about 0.3
advice-weight-decay = raise weight decay from { $now } to { $next }
advice-smaller-network = halve the hidden layers ({ $sizes })
advice-restrain = stronger regularisation (weight decay and dropout for networks, a smaller C or a larger alpha in scikit-learn), fewer features or a smaller model, more training rows
advice-restrain-trees = a limit to the depth (max_depth), more rows per leaf (min_samples_leaf, min_child_weight), early stopping for boosted trees, more training rows
advice-width = widen the hidden layers to 16 units or more
advice-less-dropout = lower dropout from { $now } to 0.2
advice-less-decay = lower weight decay from { $now } to 0.01
clue-lowest = is lowest
clue-lowest-but-single = is, single values elsewhere aside, lowest
clue-level = , { $level } on average thereabouts
clue-last-finite = The last finite value was { $value } ({ $at }).
clue-never-finite = No finite value came before.
clue-unscaled-input = The parameters say that features are not scaled, which makes the first gradients as large as the largest raw column.
clue-rough-validation = The validation loss jumps by { $noise } between neighbouring epochs.
clue-shuffle-off = { $name } is off.
clue-shuffle-unknown = The parameters do not say whether rows are shuffled.
clue-depth = { $count ->
    [one] one hidden layer
   *[other] { $count } hidden layers
}
clue-activation = { $activation } units
clue-loss-stays = { $column } goes from { $from } to { $to } over the whole run.
clue-class-weights = The loss weighs classes { $ratio } times apart ({ $name }), so it rewards giving up the common class for the rare one, while the metric counts every row alike.
clue-class-weights-balanced = The loss weighs classes by their rarity ({ $name }), while the metric counts every row alike.
clue-no-class-weights = No class weights are recorded: look for a weighted or focal loss, labels encoded differently for loss and metric, or a metric computed at a wrong threshold or on the wrong column.
clue-tiny-split = The validation split has only { $rows } rows by the steps of its accuracy, so single rows move the loss.
clue-batch-and-rate = Batches of { $batch } at a learning rate of { $rate } make each step depend on a handful of rows.
clue-batch = The batch size is { $batch }.
clue-rate = The learning rate is { $rate }.
clue-constant-rate = the learning rate stays at { $rate }
clue-constant-rate-unknown = the learning rate stays constant
clue-hidden-sizes = The network has hidden layers of { $sizes } units.
advice-chance-raise = raise the learning rate tenfold for the first epochs
advice-chance-lower = take a learning rate of { $next } instead of { $now }, since steps that are too long throw a network where no gradient leads back
advice-log-course = Log both values along the run next time: only a course shows when the gap opens, and where to stop.
clue-final-alone = One value tells no course: whether the gap opened late, as overfitting does, or was there from the start does not show.
clue-final-unnamed = The name { $train } does not say of which rows it is: it counts as of training.
clue-final-unit = How much of the target that is does not show without an R².
clue-final-design = A model of this kind answers its training rows well by design, so that noisy labels look the same.
clue-final-opened = At the start they were { $start } apart.
clue-start-alike = yet it was not worse at the start
clue-start-less = against { $start } times at the start
clue-stopping-on = Early stopping is said to be on, but it let the run go on: its patience is too long, or it watches another metric.
clue-stopping-off = Early stopping is off.
clue-stopping-maybe = Nothing tells whether early stopping ended this run and kept the weights of its best epoch; if it did, all is well.
clue-stopping-unknown = Nothing is recorded about early stopping.
clue-ends-both = { $validation } on validation and { $train } on training
clue-ends-validation = { $value } on validation
clue-ends-train = { $value } on training
clue-poor-alike = Training and validation are poor alike, so neither more data nor earlier stopping can help; the limit is in the model.
clue-poor-alone = Nothing shows a gap between training and validation, so the limit is more likely in the model than in the amount of data.
clue-width = the narrowest hidden layer has { $active } active units on average
clue-dropout = dropout removes { $dropout } of each layer
clue-decay = weight decay of { $decay } alone shrinks every weight by { $kept } over the run

# Findings.
training-overfitting =
    .description = The model overfits: after { $best_at } it keeps learning the training rows while it gets worse on the validation rows.
    .evidence = { $validation } { $lowest } at { $best_at } ({ $best }{ $around }) and ends at { $end }, { $rise } higher; meanwhile { $train } falls by another { $fall } to { $train_end }. Validation loss is { $gap } times the training loss at the end, { $start }.{ $clue }
    .action = Use the weights of { $best_at }, not the last ones. For the next run, stop at the best { $validation }; then, one at a time: { $advice }.
    .rationale = What was learnt after { $best_at } is particular to the training rows. It worked when { $validation } stays near { $level } to the end; if it flattens at the same height only later, more rows will help and more regularisation will not.
training-overfitting-final =
    .description = The model most likely overfits: it does far better on its training rows than on others.
    .evidence = { $train } ends at { $train_value } on the training rows, { $validation } at { $validation_value } on others.{ $name }{ $course }{ $note }
    .action = First make sure that the model is to blame: compare the two splits (another source or time, wrong labels) and repeat the score under cross-validation. Then restrain the model, one change at a time: { $advice }.
    .rationale = A model that is so much better on the rows that it has seen has learnt what is particular to them, or the other rows differ. It worked when the next run ends clearly better than { $validation_value } in { $validation }, on the same rows; a gap that shrinks only because { $train } gets worse is no success.{ $next }
training-underfitting =
    .description = The model is too restricted to fit even its training rows.
    .evidence = { $column } ends at { $ends }, which is poor; { $clue }.
    .action = Loosen what holds it back, in this order, one change per run: { $advice }.
    .rationale = { $alike } It worked when the training loss falls clearly below its present level; only when a gap to validation opens is it time to regularise again.
training-underfitting-chance =
    .description = The model has learnt next to nothing: it ends no better than a constant prediction.
    .evidence = { $column } ends at { $ends }, the level of guessing.
    .action = Let the model learn a single batch of 16 rows by heart first. If it cannot, the fault is in the labels, the loss or the data pipeline; if it can, widen the network, or { $rate }.
    .rationale = A network that cannot memorise 16 rows will not learn thousands. Once it does, { $column } must leave the level of guessing within the first epochs of a full run.
training-underfitting-unfinished =
    .description = Training ended while the model was still improving and still poor.
    .evidence = { $column } ends at { $ends }; the loss still fell by { $fall } from the third quarter of the run to the last.
    .action = Train two to three times as long, with early stopping in place to end the run by itself.
    .rationale = A loss that falls to the last epoch says that the number of epochs was the limit. It worked when the validation loss turns flat well before the end.
training-lr-too-high =
    .description = Training diverges: the steps are so large that the model loses what it had learnt.
    .evidence = { $column } reaches { $best } ({ $best_at }), then rises to { $peak } ({ $peak_at }), { $factor } times as much, and ends at { $end }.
    .action = { $rate }, with a linear warm-up over the first 5 % of the steps.{ $clip } Train anew: the present weights are not worth continuing from.
    .rationale = A step beyond the width of the valley lands higher than it began, and repeated ones leave it altogether. It worked when { $column } falls below { $best } and never doubles; if it becomes smooth but slow, go up again by factors of two.
training-lr-too-high-stuck =
    .description = The first steps were so large that the model never recovered: it sits at the level of guessing.
    .evidence = { $column } shoots up to { $peak } ({ $peak_at }) and then stays at { $end }, no better than guessing.
    .action = { $rate }, with a linear warm-up over the first 5 % of the steps.{ $clip } If the inputs are not standardised, do that first.
    .rationale = Huge first steps push the units to where they have no gradient any more, so later steps cannot bring them back. It worked when the first epochs fall steadily from about the level of guessing and go below { $end }.
training-lr-too-high-oscillating =
    .description = The loss oscillates instead of settling: the learning rate is too high for this batch size.
    .evidence = { $column } jumps by { $noise } between neighbouring epochs and the training loss by { $train_noise }; the curve turns at { $turns } of its points.
    .action = { $rate }{ $decay }.{ $clip }
    .rationale = Validation loss is computed on the same rows each time, so its jumps are jumps of the weights. It worked when neighbouring epochs differ by less than 5 % in the second half of the run.
training-lr-too-low =
    .description = The learning rate is too low: the loss falls steadily, but the run ends almost where it began.
    .evidence = { $column } falls from { $from } to { $to } in { $points } { $unit }, { $fall } in all, along a line that does not flatten.
    .action = { $rate }; if unsure, try a few rates a factor of three apart for two epochs each and take the largest that still falls smoothly.
    .rationale = A straight fall means that no minimum is near and each step is simply too short; more epochs would take hundreds of runs like this one. It worked when half of the loss is gone in the first few epochs.
training-lr-too-low-slow =
    .description = The learning rate is too low: the loss falls steadily, but far too slowly to arrive within the run.
    .evidence = { $column } falls from { $from } to { $to } in { $points } { $unit }, { $fall } in all, along a line that does not flatten, and is still far from good.
    .action = { $rate }; if unsure, try a few rates a factor of three apart for two epochs each and take the largest that still falls smoothly.
    .rationale = A straight fall means that no minimum is near: at this rate it takes several runs like this one to come to it, at a higher one a part of a run. It worked when half of the loss is gone in the first few epochs. Keep the rate if it is that of a fine-tune of a model that was trained before.
training-exploding-gradients =
    .description = Training broke down numerically: the loss is not a number any more.
    .evidence = { $column } is NaN or infinite { $since } ({ $count } of { $total } values). { $before }{ $clue }
    .action = { $rate }. { $clip } Then look for the operation that overflows: anomaly detection for one batch names it (torch.autograd.set_detect_anomaly). Discard every checkpoint { $since }.
    .rationale = One NaN in the gradient makes all weights NaN, so whatever was saved { $since } is lost. It worked when { $column } and the norm of the gradient stay finite through the first epoch; if they do not at the lower rate either, the input holds NaN or values far out of scale.
training-exploding-gradients-null =
    .description = Training most likely broke down numerically: the losses have no value while the run went on.
    .evidence = { $column } and the columns beside it are null { $since } ({ $count } rows), although other metrics go on to the end; many loggers write NaN like this.
    .action = { $rate }. { $clip } Log non-finite values as the text "NaN", so that they are not taken for missing ones.{ $clue }
    .rationale = Losses that vanish together from one row on are lost to overflow far more often than to logging. It worked when every row holds a loss again.
training-exploding-gradients-gradient =
    .description = The gradient has become infinite and stays so, although the loss is still a number.
    .evidence = { $column } is NaN or infinite { $since } ({ $count } of { $total } values, all at the end). { $before }{ $clue }
    .action = { $rate }. { $clip } With mixed precision, check that the loss scale falls when steps overflow; if it sits at its minimum, train this model in bfloat16 or float32.
    .rationale = Optimiser steps with an infinite gradient are either skipped, and nothing is learnt, or ruin the weights. It worked when the norm is finite again within a few steps.
training-exploding-gradients-isolated =
    .description = Single values of the training loss are not finite; training recovered from them.
    .evidence = { $column } is NaN or infinite in { $count } of { $total } values, first at { $at }. { $before }{ $clue }
    .action = Find the rows of that batch: an empty batch, a division by zero or the logarithm of zero in the loss, or a corrupt record. { $clip } { $rate } only if it happens again with clean rows.
    .rationale = Since later values are finite the weights survived, so a bad batch is likelier than a bad learning rate. It worked when a full epoch passes without such a value.
training-exploding-gradients-validation =
    .description = The validation loss is not finite although training is.
    .evidence = { $column } is NaN or infinite { $since } ({ $count } of { $total } values). { $before }
    .action = Look for empty cells, extreme values or empty batches in the validation rows, and for the logarithm of a probability of exactly zero.
    .rationale = The weights are finite, so the cause is in the validation rows or in the metric. It worked when the validation loss is finite with unchanged weights.
training-vanishing-gradients =
    .description = The gradient vanishes on its way to the input: the first layers do not learn.
    .evidence = The mean norm is { $first_norm } in { $first } and { $last_norm } in { $last }, a ratio of { $ratio } over { $layers } layers: each layer divides it by about { $per_layer }{ $architecture }. { $loss }
    .action = Use ReLU or GELU in the hidden layers with He initialisation, and add layer or batch normalisation or skip connections between them; or drop layers until three or four are left.
    .rationale = A saturating unit passes on at most a quarter of its gradient, and the factors multiply. It worked when the first layer's norm is within a factor of 100 of the last one's and the loss leaves its plateau in the first epochs.
training-vanishing-gradients-flat =
    .description = Training is stuck at the level of guessing, most likely because the gradient vanishes before it reaches the first layers{ $architecture }.
    .evidence = { $loss } After the first quarter of the run it does not move, although the learning rate is not small.
    .action = Log the norm of the gradient of each layer for one epoch to confirm. Then use ReLU or GELU with He initialisation and normalise between the layers, or drop layers until three or four are left.
    .rationale = Deep stacks of saturating units shrink the gradient at every layer, so only the output layer learns, and all that it can learn is the class frequencies. It worked when the loss falls below its present level within the first epochs.
training-noisy-loss =
    .description = The loss jumps from epoch to epoch instead of settling, so the quality of the final model is a matter of luck.
    .evidence = Neighbouring values of { $column } differ by { $noise }, some { $times } times what is usual: between { $low } ({ $low_at }) and { $high } ({ $high_at }) in the second half of the run.{ $cause }
    .action = { $advice }.
    .rationale = The noise of the steps grows with the learning rate and shrinks with the batch. It worked when neighbouring epochs differ by less than 5 %; repeat the run with another seed to be sure that the best epoch is no accident.
training-plateau-no-schedule =
    .description = The loss has stalled at the noise floor of a learning rate that never falls.
    .evidence = { $column } hovers around { $level } since { $since } without getting better, while the validation loss still jumps by { $noise } from epoch to epoch: { $rate }.
    .action = Let the learning rate decay to zero over the run (cosine), or halve it whenever the validation loss has not improved for five epochs.
    .rationale = With a constant rate the weights circle the minimum at a distance set by the rate; a decaying rate lets them in. It worked when the loss drops once more as the rate falls, below { $level }, and the jumps die out.
training-early-stopping-missed =
    .description = Training went on long after its best, and the final weights are worse than those of { $best_at }.
    .evidence = { $column } { $lowest } at { $best_at } ({ $best }{ $around }) and ends at { $end }, { $rise } higher, after { $after } more { $unit } of { $points }. { $said }
    .action = Take the checkpoint of { $best_at }, or retrain with early stopping on { $column }, a patience of { $patience } { $wait }, and the best weights restored at the end.
    .rationale = What came after the best one cost time and made the model worse. It worked when the run ends about { $patience } { $wait } after its best and reports the { $column } of its best.
training-metric-loss-mismatch =
    .description = Loss and metric contradict each other: while the loss improves, { $metric } gets worse.
    .evidence = { $loss } goes from { $loss_from } to { $loss_to }, while { $metric } goes from { $from } to { $to }; their rank correlation is { $correlation } where it should be near -1. { $clue }
    .action = Decide which of the two expresses the goal. If it is { $metric }, train with an unweighted loss; if the rare class matters, keep milder weights (the square root of the present ratio) and watch balanced accuracy, F1 or the area under the precision-recall curve instead.
    .rationale = The optimiser only sees the loss: what the loss does not reward, training gives up. It worked when loss and watched metric improve together from epoch to epoch.
training-metric-loss-mismatch-forbidden =
    .description = Loss and metric contradict each other: with such a loss { $metric } cannot be so low.
    .evidence = { $loss } goes from { $loss_from } to { $loss_to }, while { $metric } goes from { $from } to { $to }. A row that is misclassified costs a cross-entropy at least ln 2 (0.693), so an accuracy of at least { $least } belongs to that loss.
    .action = Compute { $metric } by hand for one batch of training rows: compare labels and predicted classes as they are encoded (numbers or names, from 0 or from 1, after or before a shuffle), the axis of the argmax and the number of rows it is divided by. Correct the metric, then score the same checkpoint again; there is no need to train again.
    .rationale = The optimiser only sees the loss, and that fell: what is wrong is most likely how the metric is computed, or rows and labels that do not belong together there. Choosing a model by such a metric is chance. It worked when the corrected metric of the last checkpoint is at least { $least } on the training rows.
training-no-shuffle =
    .description = The training rows come in the same order in every epoch, and the order matters: the model forgets the first rows while it learns the last.
    .evidence = { $column } follows a saw-tooth: over { $epochs } epochs the place within the epoch explains { $explained } of its variance; of { $places } logged places, number { $worst } has a mean loss of { $worst_loss } and number { $best } of { $best_loss }. { $said }
    .action = Shuffle the training rows anew in every epoch (shuffle=True in the data loader), and keep validation in its order. If rows must stay in order, as in time series, shuffle whole windows.
    .rationale = Sorted rows make each batch one-sided, so every step pulls towards the rows at hand. It worked when the loss within an epoch no longer depends on the place; expect the validation loss to become smoother as well.
training-no-shuffle-declared =
    .description = The training rows are not shuffled; whether that does harm cannot be seen in one value per epoch.
    .evidence = { $said }{ $clue }
    .action = Shuffle the rows anew in every epoch, unless they were shuffled on disk before; log the training loss several times an epoch to see whether it repeats.
    .rationale = An order that follows the label or the time makes batches one-sided. It worked when the validation loss becomes smoother or better with shuffling and nothing else changed.
dataset-label-noise =
    .description = The training rows are harder than the validation rows although nothing makes them so: some training labels are probably wrong.
    .evidence = Over the last third of the run { $train } stays at { $train_loss } while { $validation } is at { $validation_loss }; { $metric } is { $validation_metric } on validation against { $train_metric } on training, a difference that no recorded dropout or augmentation accounts for.
    .action = Rank the training rows by their loss under cross-validation and have the worst 5 % checked by hand (cleanlab does the ranking); look for rows with equal features and different labels.
    .rationale = A model cannot predict labels that were assigned at random, so wrong ones keep the training loss up while clean validation labels are predicted well. It worked when training and validation metric draw level after the correction; if the worst rows turn out right, the validation split is merely easier.

# What could not be looked at.
missing-metrics = The course of training
missing-metrics-why = No metrics over time arrived or could be read.
missing-metrics-send = metrics_values with at least epoch, train_loss and val_loss, one row per epoch.
missing-curves = The course of training
missing-curves-why = Only final values were recorded, which show no curve.
missing-curves-send = Loss or metric of both splits per epoch or boosting round; for models without either, scores over growing numbers of training rows.
missing-pair = Overfitting
missing-pair-why = Only final values were recorded, and none of them on both splits.
missing-pair-send = One metric under the names of both splits, such as train_accuracy and val_accuracy.
missing-judged = Overfitting
missing-judged-why = None of the final values of both splits tells by itself: an error or loss without its scale does not, and some models answer their training rows well by design.
missing-judged-send = A score of known range on both splits, such as train_r2 and val_r2, or train_accuracy, val_accuracy and the number of classes.
missing-train = The training loss
missing-train-why = No column was recognised as one, so validation has nothing to be compared with.
missing-train-send = A column train_loss (or loss).
missing-validation = Overfitting and the right moment to stop
missing-validation-why = No validation loss was recognised.
missing-validation-send = A column val_loss (or eval_loss), computed after every epoch.
missing-short = Trends
missing-short-why = Fewer than five points show no course.
missing-short-send = One row per epoch, or several per epoch for short runs.
missing-metric = Whether metric and loss agree
missing-metric-why = No metric beside the loss was recognised.
missing-metric-send = An accuracy, F1, AUC or R² on training and validation rows.
missing-params = Causes
missing-params-why = No training parameters were sent, so that findings cannot name the setting behind them.
missing-params-send = params with learning_rate, batch_size, optimizer, lr_scheduler, shuffle, dropout and weight_decay.
missing-rate = Plateaus under a constant learning rate
missing-rate-why = Neither a learning-rate column nor a scheduler parameter says how the rate develops.
missing-rate-send = A column learning_rate, or the parameter lr_scheduler ("none" if there is none).
missing-layers = Vanishing gradients, layer by layer
missing-layers-why = The norm of the whole gradient hides what happens in the first layers.
missing-layers-send = Columns grad_norm/<layer>, for example one per linear layer.
missing-order = The order of the training rows
missing-order-why = One value per epoch averages over the order.
missing-order-send = The training loss several times an epoch (with the epoch repeated), or the parameter shuffle.

# Names of computed facts.
label-mean = mean { $column }
label-active-units = active units in the narrowest layer
label-late-fall = fall of the loss in the last quarter
label-fall-after-best = fall of the training loss after that point
label-layer-ratio = first over last layer
label-silent-row = first row without a loss
label-hidden-layers = hidden layers
label-hidden-units = hidden units
label-weight-ratio = largest class weight over smallest
label-late-level = level of the second half
label-late-mean = mean loss of the second half
label-final-distance = distance between training and validation
label-points-after = points after the best one
label-correlation = rank correlation of loss and metric
label-fall = relative fall of the loss
label-noise = relative noise between neighbouring epochs
label-train-noise = relative noise of the training loss
label-validation-noise = relative noise of the validation loss
label-rise = rise of the validation loss after its best point
label-spike = rise over the lowest loss before
label-end-gap = validation over training loss at the end
label-late-ratio = validation over training loss, last third
label-sigmas = validation metric above training metric, in standard errors
label-explained = variance explained by the place within the epoch
label-tooth-worst = mean loss at the worst place within the epoch
label-tooth-best = mean loss at the best place within the epoch
label-least-accuracy = least accuracy that the loss allows
label-late-fall-share = fall after the first quarter of the run
