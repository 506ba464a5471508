# The texts of the checkpoint component.

progress = Reading the weights

summary-healthy = The file { $file } is sound: { $tensors } tensors with { $parameters } parameters, all finite, the largest { $largest }. { $config ->
        [yes] Shapes agree with the configuration, and nothing looks untrained or dead.
       *[no] Nothing looks untrained or dead; there was no configuration to compare shapes with.
    }
summary-partial = The structure of { $file } is sound ({ $tensors } tensors, { $parameters } parameters), but not all of its weights could be read; what was read shows no fault.
summary-findings = { $findings ->
        [one] One thing stands out
       *[other] { $findings } things stand out
    } in { $file } ({ $tensors } tensors, { $parameters } parameters).
summary-foreign = No weights of { $file } could be examined. Nothing else stands out.
summary-foreign-findings = { $findings ->
        [one] One thing stands out
       *[other] { $findings } things stand out
    } about { $file }; its weights could not be examined.
summary-document = No weights were sent. The model is { $model } with { $parameters } hyper-parameters, and nothing about them stands out.
summary-document-findings = No weights were sent. { $findings ->
        [one] One thing stands out
       *[other] { $findings } things stand out
    } about { $model } and its { $parameters } hyper-parameters.

remark-random-state = random_state is null: set it to a fixed number (42, say), so that two runs can be compared and a change of the metric means a change of the model.

not-examined-what-configuration = the configuration of the model
not-examined-what-dead-units = dead units
not-examined-what-types = tensors of other types
not-examined-what-weights = the weights
not-examined-no-file-why = The request names no checkpoint file (path is null), so there are no weights to look at.
not-examined-no-file-send = Save the weights with safetensors.torch.save_model(model, "model.safetensors") below a folder that the server lists under [artifacts] roots, and send that path.
not-examined-closed-why = The server could not open { $path }: it does not exist, or lies below none of the folders under [artifacts] roots in deepfix.toml.
not-examined-closed-send = Copy the file below one of these folders, or add its folder to roots, and send the request again.
not-examined-damaged-why = { $file } is damaged: values read from it would mean nothing.
not-examined-damaged-send = Send an intact copy; then the weights themselves are examined too.
not-examined-pickle-why = { $file } is a { $format } file. Loading it would run whatever code it names, which is never done here.
not-examined-pickle-send = Convert it as the finding on its format says, and send the path of the new file.
not-examined-format-why = { $file } holds { $format } data, in which no tensor could be read.
not-examined-format-send = Export the weights as safetensors (a flat dictionary of arrays, safetensors.numpy.save_file) and send that path.
not-examined-part-why = Not all of { $file } was examined: { $reason }
not-examined-part-send = Save the weights with safetensors (one file, or parts with their index in one folder); then every tensor is examined.
not-examined-unreadable-why = Reading { $file } failed: { $reason }
not-examined-unreadable-send = Remove the cause named above and send the request again.
not-examined-stopped-why = After { $bytes } bytes and { $read } of { $tensors } tensors reading stopped: { $reason }
not-examined-stopped-send = Raise artifact_bytes and the time limit of this agent in deepfix.toml above the size of the file.
not-examined-types-why = { $count ->
        [one] One tensor has
       *[other] { $count } tensors have
    } a packed or scaled type ({ $types }), whose raw values say nothing without their scales.
not-examined-types-send = Send the checkpoint from before quantisation, in bfloat16 or float32.
not-examined-config-why = There is no configuration: shapes could not be compared with what the model is meant to be.
not-examined-config-send = Send config.json as config: input_dim, hidden_sizes, num_labels and activation are enough for a plain network.
not-examined-units-why = A layer has more than { $most } units; these are not followed one by one.
not-examined-units-send = Nothing: log the share of active units during training instead.
not-examined-batch-norm-why = The network has batch normalisations, which cancel the biases in front of them: from the file alone no unit can be called dead.
not-examined-batch-norm-send = Log the share of zero activations per layer on one validation batch.

fact-file-size = bytes of the file
fact-header-length = stated length of the header
fact-missing-bytes = bytes missing at the end
fact-missing-parts = files that are missing
fact-extra-bytes = bytes after the last tensor
fact-first-byte = first byte of the file
fact-first-bad = { $tensor }, element { $index }
fact-bad-values = values that are not finite
fact-gain = { $tensor }: root mean square times sqrt(fan-in)
fact-largest = { $tensor }: largest magnitude
fact-tensor-size = { $tensor }: size in the file
fact-bias = { $tensor }, first element
fact-dead-units = dead units of the worst layer
fact-unit-bias = { $tensor }, unit { $unit }
fact-unit-norm = length of the incoming weights of unit { $unit }

layout-malformed = the entry '{ $tensor }' lacks a usable dtype, shape or data_offsets
layout-duplicate = the name '{ $tensor }' occurs twice
layout-reversed = '{ $tensor }' begins at { $begin } and ends before that, at { $end }
layout-size = '{ $tensor }' is { $dtype } { $shape }, which takes { $expected } bytes, but its range spans { $found }
layout-overlap = '{ $second }' starts { $bytes } bytes inside '{ $first }'
layout-gap = { $bytes } bytes in front of '{ $tensor }' (data byte { $at } on) belong to no tensor

mismatch-inputs = { $key } is { $stated }, but '{ $tensor }' { $shape } takes { $found } inputs
mismatch-outputs = { $key } gives { $stated } outputs, but '{ $tensor }' { $shape } gives { $found }
mismatch-names = { $key } is { $stated }, but { $names } names { $found } labels
mismatch-widths = { $key } is { $stated }, but the hidden layers have widths { $found } (the first that differs is '{ $tensor }' { $shape })
mismatch-depth = { $key } is { $stated }, which makes { $stated_count } hidden layers, but the file holds { $found_count }: { $found }
mismatch-width = { $key } is { $stated }, but '{ $tensor }' { $shape } has { $found }
mismatch-layers = { $key } is { $stated }, but the file holds { $found } linear layers, the last being '{ $tensor }' { $shape }
mismatch-blocks = { $key } is { $stated }, but the file holds { $found } blocks with attention (the last tensor is '{ $tensor }' { $shape })
mismatch-vocabulary = { $key } is { $stated }, but '{ $tensor }' { $shape } has { $found } rows
mismatch-bias-missing = { $key } is true, but no layer in the file has a bias
mismatch-bias-extra = { $key } is false, but the file holds biases such as '{ $tensor }'
mismatch-dtype = { $key } is { $stated }, but most parameters are { $found }

checkpoint-corrupted-file-empty =
    .description = The checkpoint { $file } is empty: no weights were saved.
    .evidence = The file has { $size } bytes.
    .action = Take the checkpoint before this one. Then save to a temporary name in the same folder, flush, and rename it to { $file } only once writing has succeeded; check free space and quota first.
    .rationale = An empty file is what is left when the process dies, or the disk is full, between opening and writing. With a rename at the end the old checkpoint survives such a death: kill a run during a save to see that it does.

checkpoint-corrupted-file-short =
    .description = The checkpoint { $file } breaks off within its first 8 bytes, before the length of its header is complete.
    .evidence = The file has { $size } bytes; a safetensors file with a single tensor has more than 70.
    .action = Fetch or save the file again and compare its size with that of the original.
    .rationale = Nothing can be recovered from so few bytes. If a second copy has the same size, the writer is at fault rather than the transfer: look at its log for a full disk or a kill.

checkpoint-corrupted-file-no-tensors =
    .description = The checkpoint { $file } is a valid file without a single tensor in it.
    .evidence = { $size } bytes, a header without entries.
    .action = Look at what was handed to save_file: an empty state_dict, a wrapper that was not unwrapped (model.module, accelerate's unwrap_model), or a filter on names that matched nothing.
    .rationale = A loader that is not strict accepts this file and keeps its random weights, so the model would answer without ever having been trained. len(state_dict) just before saving tells.

checkpoint-corrupted-file-length =
    .description = The length field of { $file } is wrong: it announces a header longer than the whole file, so no loader can find the tensors.
    .evidence = Bytes 0 to 7 state a header of { $stated } bytes, but only { $available } bytes follow in a file of { $size }.
    .action = Restore { $file } from the run that wrote it, or download it again, and compare sizes and SHA-256 with the source before loading.
    .rationale = The first 8 bytes locate everything else; if they are damaged, other bytes may be too, and a checksum is the only way to know. Loading with safe_open must succeed and list the tensors that you expect.

checkpoint-corrupted-file-length-repairable =
    .description = The length field of { $file } is wrong: it announces a header of { $stated } bytes in a file of { $size }. Header and data behind it are complete.
    .evidence = Bytes 0 to 7 say { $stated }, but { $available } bytes follow in all. Read with a length of { $repaired }, the header parses and its tensors end exactly at the end of the file.
    .action = Fetch the file again where there is a source. Where there is none, write { $repaired } as a little-endian 64-bit number into bytes 0 to 7 of a copy, and validate that model before you use it.
    .rationale = Only the length field contradicts the rest, so the weights are probably intact; but what changed 8 bytes may have changed others, and the format has no checksum. The repaired model has to reproduce the validation metric that was logged when it was saved.

checkpoint-corrupted-file-header =
    .description = The header of { $file } is not valid JSON, so names, shapes and positions of the tensors are lost.
    .evidence = The header of { $stated } bytes breaks at byte { $at } of the file: { $reason }. The file has { $size } bytes.
    .action = Replace the file by an intact copy: the previous checkpoint, or a new download with its SHA-256 compared. Do not patch the header by hand.
    .rationale = Without the header, the data are an unlabelled run of numbers. If byte { $at } falls on a round block (4096, 65536) the storage or a parallel writer is the cause, which new copies from there would repeat.

checkpoint-corrupted-file-header-repairable =
    .description = The length field of { $file } does not match its header: reading { $stated } bytes of JSON fails, although the header itself is complete.
    .evidence = With { $stated } bytes the header breaks at byte { $at }: { $reason }. With { $repaired } bytes it parses, and its tensors end exactly at byte { $size }, the end of the file.
    .action = Fetch the file again where there is a source. Where there is none, write { $repaired } as a little-endian 64-bit number into bytes 0 to 7 of a copy, and validate that model before you use it.
    .rationale = One number contradicts all others, so the weights are probably intact; the format has no checksum to prove it. The repaired model has to reproduce the validation metric that was logged when it was saved.

checkpoint-corrupted-file-layout =
    .description = The header of { $file } contradicts itself: the ranges of its tensors cannot all be right.
    .evidence = { $total ->
        [one] One entry is impossible
       *[other] { $total } entries are impossible
    }: { $problems }. The file has { $size } bytes.
    .action = Discard this file and save the model again with the safetensors library from a process of its own, or take the previous checkpoint. Any code that edits headers, merges shards or prunes tensors in place has to be looked at.
    .rationale = A writer computes ranges from shapes, so a truncated copy never looks like this: the header was edited, or two writers mixed. Whichever tensor is read from such ranges holds numbers of another one. A new file is right when safe_open lists every tensor with the shape that the code expects.

checkpoint-corrupted-file-truncated =
    .description = The file { $file } breaks off early: { $missing } bytes are missing at its end, and with them the weights of { $count ->
        [one] one tensor
       *[other] { $count } tensors
    }.
    .evidence = The header calls for { $needed } bytes, the file has { $size }. Cut or lost: { $lost }, { $count } of { $total } tensors.
    .action = Restore the checkpoint before this one, or copy the file again and compare the size with { $needed } bytes. Then write to a temporary name, fsync and rename, so that a killed job cannot leave half a file.
    .rationale = Half a file is what an interrupted save or download leaves. Loaders refuse it, and filling { $lost } with fresh values would put random layers into a trained network. It is solved when the file has { $needed } bytes and safe_open succeeds.

checkpoint-corrupted-file-trailing =
    .description = { $file } goes on after its last tensor: { $extra } bytes belong to nothing, and loaders refuse the file.
    .evidence = The last tensor ends at byte { $end }, the file at byte { $size }.
    .action = Save or download it again. If only this copy exists, cut a copy at byte { $end } and validate it: head -c { $end } { $file } > repaired.safetensors.
    .rationale = Bytes at the end come from a shorter file written over a longer one, a resumed download, or two files joined. In the first two cases the data in front may be mixed as well, so the cut copy counts only once it reproduces the logged validation metric.

checkpoint-corrupted-file-html =
    .description = { $file } is a web page, not a model: a download answered with an error or a login page, and that was saved.
    .evidence = The file has { $size } bytes and begins with HTML.
    .action = Open it in a text editor to see what the server said (login, licence to accept, quota), then download again with a token, and with curl --fail so that errors do not become files.
    .rationale = No weights are in it, so nothing can be recovered. The new file is right when its size is that of the listing and its first 8 bytes are a small number, not "<!DOCTY".

checkpoint-corrupted-file-lfs =
    .description = { $file } is a Git LFS pointer: a text of three lines that stands for the weights, which were never fetched.
    .evidence = The file has { $size } bytes and begins with "version https://git-lfs.github.com/spec".
    .action = Run git lfs install once, then git lfs pull in the repository; in CI, check out with lfs: true.
    .rationale = The pointer names the SHA-256 and the size of the real file. After the pull, the file has the size that the pointer states.

checkpoint-corrupted-file-foreign =
    .description = { $file } is named safetensors but holds { $format } data. A safetensors loader fails on it.
    .evidence = The first bytes are those of { $format }; the file has { $size } bytes.
    .action = Find the line that saves it: torch.save with a .safetensors name is the usual one; use safetensors.torch.save_file. This file is looked at as what it is once its name says so (.pt); the answer then tells how to convert it.
    .rationale = The name promises a format that cannot run code, and a pickle under that name is a way around just this promise. Nothing of it was executed here. It is solved when safe_open lists the tensors.

checkpoint-nan-weights-everywhere =
    .description = The saved weights are destroyed: { $share } of all parameters are NaN or infinite. This model can only answer NaN.
    .evidence = { $bad } of { $total } values ({ $nan } NaN, { $infinite } infinite), in { $tensors } of { $all } tensors, among them { $names }. The first in '{ $worst }' is element { $first }.
    .action = Go back to the last checkpoint whose weights are finite, and resume with a learning rate ten times smaller and the gradient norm clipped at 1.0. Stop on a loss that is not finite, and refuse to save when torch.isfinite fails for any tensor.
    .rationale = When nearly everything is NaN, one update with a gradient that was not finite went through every layer: training diverged before the save, and all later epochs were wasted. It is cured when grad_norm stays bounded over the first hundred steps and this scan finds nothing.

checkpoint-nan-weights-some =
    .description = { $tensors ->
        [one] One tensor of the saved model holds
       *[other] { $tensors } tensors of the saved model hold
    } values that are NaN or infinite. Every prediction that passes through them is lost.
    .evidence = { $bad } of { $total } parameters ({ $nan } NaN, { $infinite } infinite){ $tensors ->
        [one] {""}
       *[other] {" "}in { $names }
    }. In '{ $worst }', { $most } of { $elements } values are affected, the first is element { $first }.
    .action = Do not deploy this file. Load the checkpoint before it, and compare '{ $worst }' in both. Then look at what touched the weights between training and saving: averaging or merging, conversion of types, pruning masks, a division by a zero norm. Assert torch.isfinite(t).all() for every tensor before saving.
    .rationale = { $tensors ->
        [one] One of { $all } tensors is hit
       *[other] { $tensors } of { $all } tensors are hit
    } and the others are sound, so training itself hardly diverged: a NaN in a gradient would have reached every parameter within a step or two. Replacing the values by zero hides the fault without giving back the weights. A repaired file reproduces the validation metric of its epoch.

checkpoint-nan-weights-half =
    .description = Weights overflowed when they were saved in float16: { $infinite } values became infinite.
    .evidence = { $bad } of { $total } parameters are infinite and none is NaN; affected: { $names }. In '{ $worst }', { $most } of { $elements } values, the first is element { $first }.
    .action = Save the float32 weights again as bfloat16 or float32. If float16 is required, find what lets weights exceed 65504 ('{ $worst }'), usually a scale that can be folded into the next layer or missing weight decay.
    .rationale = float16 ends at 65504; float32 and bfloat16 reach 3e38, so the original weights are finite and nothing has to be trained again. The new file is right when this scan finds none of its tensors affected.

checkpoint-exploded-weights =
    .description = { $layers ->
        [one] One of { $of } layers has
       *[other] { $layers } of { $of } layers have
    } weights far beyond the scale at which a network still computes: activations grow by that factor there.
    .evidence = '{ $worst }' has a gain (root mean square times the square root of its inputs) of { $gain }, where initialisers give 1 to 1.4 and trained layers seldom exceed 10; its largest weight is { $largest }. Affected: { $names }.
    .action = Train again from before the growth with a learning rate ten times smaller, the gradient norm clipped at 1.0, standardised inputs, and weight decay of 1e-4 to 1e-2. Log the norm of '{ $worst }' per epoch.
    .rationale = Such weights remain after updates that overshot: the loss may look flat because every output is saturated. With a fitting step size the gain settles below 10 within the first epochs; if it grows again, the inputs are not scaled.

checkpoint-config-mismatch-shapes =
    .description = The configuration describes another model than { $file } holds: loading it fails on sizes or, where the loader is not strict, leaves layers at random values.
    .evidence = { $count ->
        [one] One setting disagrees
       *[other] { $count } settings disagree
    }: { $list }.
    .action = Find out which side is right. If the weights are those you evaluated, correct these settings and keep config.json in the same folder and the same save step as the weights; if the configuration is right, this is the file of another run: fetch that of this one.
    .rationale = Shapes in the file are what was trained; a configuration is edited by hand or left over from an earlier run. After the correction, load with strict=True: it must report neither missing nor unexpected keys, and the logged validation metric must come back.

checkpoint-config-mismatch-inside =
    .description = The configuration contradicts itself about the labels.
    .evidence = { $list }.
    .action = Derive both from the one list of classes that the training data have, in that order, and write them in the same step as the weights.
    .rationale = Whoever loads the model builds its head from one setting and names its answers by the other: as they disagree, loading fails or predictions carry the wrong names. They agree when every row of the confusion matrix has a name.

checkpoint-config-mismatch-dtype =
    .description = { $file } and its configuration differ in a way that loaders tolerate, though not silently everywhere.
    .evidence = { $list }.
    .action = Write the setting that the file really has, or convert the weights on saving, so that { $count ->
        [one] it agrees
       *[other] they agree
    }.
    .rationale = Loaders that trust the configuration convert on loading: memory use and the last digits of predictions then differ from what was evaluated. Compare the validation metric once in each type; if it is the same, this may stay.

checkpoint-untrained-zeros =
    .description = The file holds the initialisation, not a trained model: no bias has ever been updated, and the weights are distributed as the initialiser "{ $initialiser }" leaves them.
    .evidence = All { $values } values of { $biases } bias tensors are exactly 0, and the weights of all { $layers } layers ({ $weights } values: { $names }) have the spread and shape of an initialiser.
    .action = Check what was saved and when: a model built anew before saving, a state_dict taken before fit, a best-checkpoint callback that fired at epoch 0, or an optimiser that was given the parameters of another instance. Then save the instance that was evaluated.
    .rationale = The first step of any optimiser makes a bias differ from zero, so these layers saw none. If the metrics of the run are good, the wrong object was saved; if they stand at chance, training never reached the parameters. Load the new file and evaluate it: it has to reproduce the last validation metric.

checkpoint-untrained-bound =
    .description = The file holds the initialisation, not a trained model: the weights of every layer fill the interval of the initialiser "{ $initialiser }" to its edge, and none has left it.
    .evidence = All { $weights } weights ({ $names }; layers: { $layers }) lie within their bound, with the spread and flatness of a uniform distribution; { $note } ({ $values } values in { $biases } tensors).
    .action = Compare a tensor of the trained model in memory with this file: they will differ. Save after training and from the instance that was trained (model.module or unwrap_model where it was wrapped), and make sure that the optimiser was given these parameters.
    .rationale = Training pushes some of { $weights } evenly spread weights over the edge with the first few updates, and rounds the flat distribution off. Either the wrong object was saved, if the metrics are good, or no update reached it. The new file has to reproduce the last validation metric.

checkpoint-untrained-gain =
    .description = The file looks like a scaled initialisation rather than a trained model: no bias has been updated, and all hidden layers have the same gain.
    .evidence = All { $values } values of { $biases } bias tensors are exactly 0, and the weights ({ $weights } values in { $layers } layers: { $names }) are normal with a common gain of { $gain } within chance.
    .action = Evaluate this very file on the validation data. If it stands at chance, save again from the instance that was trained; if biases are frozen by design, leave them out of the file (bias=False).
    .rationale = Training neither leaves biases at exactly zero nor changes all layers by the same factor. A file with frozen zero biases is the one healthy way to look like this, and evaluation tells the two apart in a minute.

checkpoint-untrained-constant =
    .description = Every weight of the network is zero: it gives the same answer to every input and cannot have been trained.
    .evidence = { $weights } weights in { $layers ->
        [one] one layer
       *[other] { $layers } layers
    } ({ $names }) are exactly 0, and so are all { $values } biases ({ $biases } tensors).
    .action = Look for zeros where weights should be: a freshly allocated buffer saved by mistake, sharded training that saved before gathering the parameters (ZeRO-3, FSDP), or an initialiser set to constant. Save the gathered, trained weights.
    .rationale = With zero weights all units of a layer receive the same gradient, so not even training on from here helps. The right file differs between units, and its predictions differ between inputs.

checkpoint-untrained-adapter =
    .description = The low-rank adapter is untouched: its second matrices are all zero, so that the model with it equals the model without.
    .evidence = { $layers ->
        [one] The only up-projection is exactly 0
       *[other] All { $layers } up-projections are exactly 0
    }: { $names }.
    .action = Check that the adapter's parameters require gradients and were handed to the optimiser (print_trainable_parameters shows how many), and that the trained adapter was saved, not one that was created again for saving.
    .rationale = lora_B starts at zero and the first update changes it, so no step reached it. With one logged step its norm is above zero; the loss then starts to differ from that of the base model.

checkpoint-untrained-barely =
    .description = The weights have hardly moved from their initialisation.
    .evidence = The largest of { $values } values in { $biases } bias tensors is { $largest }, less than half a percent of the weights' scale, and all { $layers } layers ({ $weights } weights: { $names }) still have the spread of an initialiser.
    .action = If the loss hardly fell either, raise the learning rate by a factor of 10 (then of 3 around the best), or check that gradients reach the first layers. If this is a checkpoint of the first steps, name it so and compare with a later one.
    .rationale = Biases start at zero and grow by about the learning rate per step, which makes them a measure of the way travelled. After a useful training they are at least a few percent of the weights.

checkpoint-dead-units-never =
    .description = { $dead } of { $of } ReLU units behind '{ $tensor }' can never fire: { $share } of that layer is dead, gets no gradient and will not come back.
    .evidence = Units { $examples }: for example a bias of { $bias } against incoming weights of length { $norm }, where an input of six standard deviations would be needed. Layers concerned: { $names } ({ $layers } in all).{ $known ->
        [yes] {""}
       *[no] {" "}The configuration does not name the activation; ReLU is assumed.
    }
    .action = Train again from the last checkpoint without dead units, or from the start: He initialisation with zero biases, a learning rate three to ten times smaller with warm-up, the gradient norm clipped at 1.0, and standardised inputs. Where units die again, use leaky ReLU (slope 0.01) or GELU.
    .rationale = A large step once pushed these biases so low that the unit is off for every row; zero output means zero gradient, so no later step repairs it. The layer works as one with { $live } units instead of { $of }. Log the share of units that are zero on a whole validation batch: it should stay below a tenth.

checkpoint-dead-units-negative =
    .description = { $dead } of { $of } ReLU units behind '{ $tensor }' can never fire: { $share } of that layer is dead, gets no gradient and will not come back.
    .evidence = Units { $examples }: the layer before puts out nothing below zero, and all incoming weights and the bias of such a unit are at most zero (for example a bias of { $bias }, weights of length { $norm }). Layers concerned: { $names } ({ $layers } in all).{ $known ->
        [yes] {""}
       *[no] {" "}The configuration does not name the activation; ReLU is assumed.
    }
    .action = Train again with a learning rate three to ten times smaller, warm-up and the gradient norm clipped at 1.0; where many units are lost at the very start, widen the layer or use leaky ReLU (slope 0.01). To go on from this file, draw the rows of these units anew and set their biases to zero.
    .rationale = A sum of terms that are all negative stays below zero for every input: the unit is off by arithmetic, whatever the data. The layer works as one with { $live } units instead of { $of }. Rows with weights of both signs, and a share of units that are zero on a whole validation batch below a tenth, show that it worked.

checkpoint-dead-units-empty =
    .description = { $dead } of { $of } units behind '{ $tensor }' have lost all incoming weights: { $share } of that layer no longer depends on the input.
    .evidence = Units { $examples } have rows of exact zeros although nothing says that the network was pruned (bias { $bias }, length of the weights { $norm }). Layers concerned: { $names } ({ $layers } in all).{ $known ->
        [yes] {""}
       *[no] {" "}The configuration does not name the activation; ReLU is assumed.
    }
    .action = If they were removed on purpose, say so in the configuration (pruning, with method and sparsity) and cut the rows out. If not, look at L1 or group penalties that are too strong, at masks that were left on, and at weights lost in a conversion; then train again with the penalty ten times smaller.
    .rationale = Exact zeros in whole rows do not come from gradient steps alone: something sets them. The layer costs { $of } units and uses { $live }. The repair shows in row norms above zero for every unit.

checkpoint-unsafe-format =
    .description = { $file } is a { $format } file: whoever loads it the usual way runs the code that it names. It was read here without running anything{ $read ->
        [yes] .
       *[no] ; no weights were found in it that could be checked.
    }
    .evidence = { $known ->
        [nothing] Loading it would import nothing as it is; a changed copy may import anything.
        [yes] Loading it would import { $imports ->
            [one] one name, of a known framework.
           *[other] { $imports } names, all of known frameworks.
        }
       *[no] Loading it would import { $imports ->
            [one] one name
           *[other] { $imports } names
        }; of no known framework: { $names }.
    }
    .action = { $how ->
        [state] Convert it once to safetensors, which runs no code. In Python:{ $command }Let production load only the new file.
        [nested] Convert it once to safetensors, which runs no code. In Python:{ $command }Let production load only the new file; what stands beside the weights (optimiser, epoch) is for resuming.
        [refused] Do not expect weights_only=True to load it: that refuses { $refused }. Where you know who wrote it, convert it once on a machine without secrets or network, with these importable:{ $command }Let production load only the new file.
        [module] Save its weights: it holds a whole module, which weights_only=True refuses. Where you know who wrote it, do this once on a machine without secrets or network, with its classes ({ $classes }) defined or importable:{ $command }From then on build the model in code and load these into it.
        [script] Save its weights: it is a program of TorchScript, which torch.load with weights_only=True refuses. Once, where you know who wrote it:{ $command }Then build the model in code and load these into it.
        [learner] Convert it once to skops, which makes only types that are trusted by name. Where you know who wrote it, on a machine without secrets or network and with the versions of the libraries that wrote it:{ $command }Then load it with skops.io.load, and pass on as trusted only types that you know.
        [arrays] Save the arrays again with a plain type (float32, int64) in place of object, and load them with numpy.load(..., allow_pickle=False).
        [parts] Load the model once, where you know who wrote it, and save it again in one go: model.save_pretrained(folder, safe_serialization=True). Let production load only that.
       *[unknown] Load it once, where you know who wrote it, on a machine without secrets or network with the library that wrote it, and save only its tensors: safetensors.torch.save_file takes one flat dictionary of names and tensors, safetensors.numpy.save_file one of arrays.
    }
    .rationale = A pickle is a program; a changed checkpoint on a shared drive is enough to run commands as you. A file without code cannot, and loads faster.{ $cloned ->
        [yes] {" "}clone() and contiguous() are there because safetensors refuses tensors that share memory or do not lie in one piece.
       *[no] {""}
    } The conversion is right when both files give the same predictions on one batch.

checkpoint-unsafe-format-imports =
    .description = { $file } does more than hold weights: loading it would call { $dangerous }.
    .evidence = Read, not run: the pickle in it imports { $imports ->
        [one] { $dangerous } and nothing else.
       *[other] { $imports } names, among them { $dangerous }.
    }
    .action = Do not load { $file }, also not with weights_only=False to have a look. Take the file away from where others load it, find out where it came from, and get the weights from their source, as safetensors.
    .rationale = No framework writes such an import into a model: it is how a changed file runs commands on the machine of whoever opens it. A clean file lists only names of its framework.

checkpoint-unsafe-format-calls =
    .description = { $file } does more than put a model together: loading it would call { $calls }.
    .evidence = Read, not run: the pickle in it calls { $calls }, which frameworks do not use to build what they saved.
    .action = Do not load { $file } before somebody has explained that call. Try torch.load("{ $file }", weights_only=True), which refuses it, and get the weights from their source, as safetensors.
    .rationale = A function that is not made for loading can be turned against whoever loads the file: it runs with arguments that the file chooses. A clean file calls only what builds tensors, arrays and objects of known classes.

checkpoint-unsafe-format-incomplete =
    .description = The pickle in { $file } could not be read to its end ({ $reason }): what loading it would import behind that place is not known.
    .evidence = Read, not run: up to there it imports { $imports ->
        [0] nothing.
        [one] one name, which is not dangerous.
       *[other] { $imports } names, none of them dangerous.
    }
    .action = Load it only with torch.load("{ $file }", weights_only=True), or with skops, and only where you know who wrote it; where it is cut off, copy it again. Save the weights anew as { $stem }.safetensors.
    .rationale = What a checker cannot read, Python may still run: files that stop a checker early are a known way past it. A whole file of usual size is read to its end.

checkpoint-corrupted-file-content =
    .description = { $file } is damaged, or is not what it says ({ $format }): { $reason }.
    .evidence = The file's own description of its content was read ({ $size } bytes in all), and the places that it names.
    .action = Copy the file again and compare sizes; if the original is damaged too, take the checkpoint before it. Save to a temporary name and rename it, so that an interrupted save leaves the old file.
    .rationale = Loaders fail on such a file, or give tensors with other values. It is whole when the framework's own loader reads it and this finding is gone.

checkpoint-corrupted-file-parts =
    .description = The checkpoint { $file } is incomplete: { $count } of its { $total } files { $count ->
        [one] is
       *[other] are
    } not there ({ $missing }).
    .evidence = The description of the model names { $total } files; { $missing } could not be found beside it.
    .action = Fetch the missing files from where the model came from, into the same folder, and compare their sizes with the source. A download that was interrupted is best repeated as a whole.
    .rationale = Without all parts the model cannot be loaded; a loader that is not strict fills the missing layers with random weights instead, and the answers mean nothing. It is whole when every file that the index names is there.

checkpoint-corrupted-file-index =
    .description = Index and files of the checkpoint { $file } contradict each other: { $count } tensors are not where the index says ({ $names }).
    .evidence = The names in `weight_map` were compared with the tensors in each file; they differ in { $names }.
    .action = Save the model again in one go (save_pretrained writes index and parts together) into an empty folder. Parts of different saves in one folder are the usual reason.
    .rationale = A loader goes by the index: it misses what is elsewhere, and may mix weights of two trainings. The repair is right when both lists are equal and the logged validation metric comes back.

checkpoint-unsafe-format-types =
    .description = { $file } holds { $others ->
        [one] a type of no known framework, which skops would make on loading once somebody trusts it
       *[other] { $others } types of no known framework, which skops would make on loading once somebody trusts them
    }: { $names }.
    .evidence = Its schema.json names { $imports ->
        [one] this type alone.
       *[other] { $imports } types and functions in all.
    }
    .action = Read the list with skops.io.get_untrusted_types(file="{ $file }"), and pass on as trusted only what you know, name by name.
    .rationale = skops loads nothing that is not trusted by name; a list that is passed on unread undoes that. Each type should be one of your own project.

checkpoint-unsafe-format-hidden =
    .description = { $file } holds { $pickles ->
        [one] another pickle
       *[other] { $pickles } other pickles
    } beside the one that is loaded: { $hidden }. Everything that loading any of them would import was listed, and nothing dangerous is among it.
    .evidence = Read, not run: together they import { $known ->
        [nothing] nothing.
        [yes] { $imports ->
            [one] one name, of a known framework.
           *[other] { $imports } names, all of known frameworks.
        }
       *[no] { $imports ->
            [one] one name
           *[other] { $imports } names
        }; of no known framework: { $names }.
    }
    .action = Find out what wrote them. Where nobody needs them, save the weights alone{ $command ->
        [none] {" "}as { $stem }.safetensors.
       *[other] . In Python:{ $command }
    }
    .rationale = torch.save writes one pickle. Another one is read by other tools only, which is a way past whoever checks the first. A converted file holds none.

checkpoint-unsafe-format-outside =
    .description = { $file } names files outside its own folder: { $paths }.
    .evidence = Nothing was unpacked or opened. The paths stand in the file: { $paths }.
    .action = Do not unpack it, and do not load it with a tool that follows such paths. Get the model from its source again, or save it anew in an empty folder.
    .rationale = Whoever unpacks such an archive overwrites files elsewhere, and a model with such a path reads other people's files as weights. No framework writes such paths.

checkpoint-unregularised-model-tree =
    .description = The { $model } may grow until it has stored every training row: nothing bounds its depth or the size of its leaves.
    .evidence = max_depth and max_leaf_nodes are null, min_samples_leaf is 1, min_samples_split is 2 and ccp_alpha is 0.
    .action = Try max_depth of 3, 5 and 8 with min_samples_leaf of 5 and 20 in a cross-validated grid, or take ccp_alpha from cost_complexity_pruning_path; a random forest of 300 trees is the usual next step.
    .rationale = A tree that splits to pure leaves is perfect on rows that it has seen and follows every mislabelled one. If the bounded tree's validation score is as good or better while its training score drops below 1, the difference was memory.

checkpoint-unregularised-model-neighbours =
    .description = With one neighbour, the { $model } answers with the nearest training row, noise included.
    .evidence = n_neighbors is 1: the training score is perfect by construction.
    .action = Choose n_neighbors among 5, 11, 21 and 51 by cross-validation, on standardised features.
    .rationale = Averaging over more neighbours trades a little detail for much less noise. The best value is where the validation score peaks; the training score says nothing at 1.

checkpoint-unregularised-model-boosting =
    .description = The { $model } always adds all { $rounds } rounds at a learning rate of { $rate }; nothing stops it once validation no longer gains.
    .evidence = { $key } is { $rounds }, learning_rate is { $rate }, and no early stopping is set.
    .action = Hold out a tenth of the training rows and stop after 20 rounds without gain (n_iter_no_change=20, early_stopping_rounds=20), or lower learning_rate to 0.03 with the same bound.
    .rationale = Boosting fits the remaining noise once the signal is used up. The number of rounds at which it stops is the right one; if that is close to { $rounds }, nothing was lost.

bound-zero-biases = the biases are exactly zero
bound-own-biases = the biases lie within the bound that PyTorch draws them from
bound-no-biases = the layers have no biases, so the edge is the only evidence
