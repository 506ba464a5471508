"""The norm of the gradient that Keras' callback records, on JAX."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import NamedTuple

import numpy
import pytest

import deepfix
from deepfix._watch import Budget, Watch


@pytest.fixture
def keras(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    # How much time there is depends on the machine.
    monkeypatch.setattr(Budget, "allows", lambda _: True)
    import keras

    keras.utils.set_random_seed(0)
    return keras


@pytest.fixture
def watching(monkeypatch, keras):
    """What makes a callback; nothing is diagnosed, and no training is too short to be measured."""
    monkeypatch.setattr(Watch, "finish", lambda *_: None)
    from deepfix.integrations.keras import DeepFixCallback

    monkeypatch.setattr("deepfix.integrations._keras_gradients.FEWEST", 0)
    return lambda **more: DeepFixCallback(show=False, **more)


def rows(number: int = 64) -> tuple[numpy.ndarray, numpy.ndarray]:
    X = numpy.random.default_rng(0).normal(size=(number, 3)).astype("float32")
    return X, X @ numpy.array([[1.0], [2.0], [3.0]], dtype="float32")


def linear(keras, optimizer, **more):
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(optimizer, "mse", **more)
    return model


def norms(watch) -> list[float]:
    return [it["grad_norm"] for it in watch.watch.record.steps]


#: Optimizers that are given another gradient than the one that they apply.
OPTIMIZERS = {
    "plain": lambda it: it.SGD(0.0),
    "clipped": lambda it: it.SGD(0.0, global_clipnorm=0.001),
    "scaled": lambda it: it.SGD(0.0, loss_scale_factor=128.0),
    "scaled in turn": lambda it: it.LossScaleOptimizer(it.SGD(0.0)),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("more", [{}, {"run_eagerly": True}, {"jit_compile": False}, {"steps_per_execution": 2}])
def test_the_norm_is_that_of_the_gradient_by_hand(keras, watching, optimizer, more):
    X, y = rows()
    watch = watching()
    model = linear(keras, OPTIMIZERS[optimizer](keras.optimizers), **more)
    model.fit(X, y, batch_size=64, epochs=2, verbose=0, callbacks=[watch])
    # Of the mean of (Xw - y)² at w = 0.
    expected = numpy.linalg.norm(2 * X.T @ -y / len(X))
    assert norms(watch) == pytest.approx([expected] * 2, rel=1e-5)
    assert watch.watch.params["optimizer"] == "sgd"
    assert [it["step"] for it in watch.watch.record.rows()] == sorted(it["step"] for it in watch.watch.record.rows())


def test_the_first_step_of_the_first_epochs_and_one_of_so_many_is_measured(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.EVERY", 50)
    X, y = rows(120)
    watch = watching()
    linear(keras, keras.optimizers.SGD(0.0)).fit(X, y, batch_size=1, epochs=2, verbose=0, callbacks=[watch])
    assert [(it["epoch"], it["step"]) for it in watch.watch.record.steps] == [
        (0, 1), (0, 51), (0, 101), (1, 121), (1, 171), (1, 221),
    ]  # fmt: skip


def test_short_epochs_are_measured_no_more_often_once_there_were_a_few(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.EVERY", 20)
    monkeypatch.setattr("deepfix.integrations._keras_gradients.FIRST_EPOCHS", 3)
    X, y = rows(10)
    watch = watching()
    linear(keras, keras.optimizers.SGD(0.0)).fit(X, y, batch_size=1, epochs=10, verbose=0, callbacks=[watch])
    assert [it["step"] for it in watch.watch.record.steps] == [1, 11, 21, 41, 61, 81]


def test_a_short_training_compiles_no_second_step(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.FEWEST", 41)
    X, y = rows(10)
    traced = []
    for epochs in (4, 5):
        watch, model = watching(), linear(keras, keras.optimizers.SGD(0.01))
        plain = model.train_step
        model.train_step = lambda *args, plain=plain: traced.append(plain) or plain(*args)
        model.fit(X, y, batch_size=1, epochs=epochs, verbose=0, callbacks=[watch])
        assert bool(norms(watch)) == (epochs == 5)
    # Once by the first training, twice by the second.
    assert len(traced) == 3


def test_a_short_training_whose_loss_rises_is_measured_from_then_on(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.FEWEST", 1_000)
    X, y = rows()
    watch = watching()
    linear(keras, keras.optimizers.SGD(2.0)).fit(X, y, batch_size=64, epochs=6, verbose=0, callbacks=[watch])
    assert [it["epoch"] for it in watch.watch.record.steps] == [2, 3, 4, 5]


def test_a_training_of_unknown_length_is_measured_once_it_is_long(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.FEWEST", 21)
    X, y = rows(10)

    class Forgetful(keras.callbacks.Callback):
        """Forgets how many steps an epoch has, as where a generator gives them."""

        def __init__(self, inner) -> None:
            super().__init__()
            self.inner = inner

        def on_train_begin(self, logs=None) -> None:
            self.inner.set_params({**self.params, "steps": None})

    watch = watching()
    model = linear(keras, keras.optimizers.SGD(0.01))
    model.fit(X, y, batch_size=1, epochs=4, verbose=0, callbacks=[Forgetful(watch), watch])
    assert [it["step"] for it in watch.watch.record.steps] == [21, 31]


def test_gradients_that_explode_are_found(monkeypatch, keras):
    from deepfix.integrations.keras import DeepFixCallback

    X, y = rows()
    watch = DeepFixCallback(show=False)
    model = linear(keras, keras.optimizers.SGD(2.0))
    model.fit(X, y, batch_size=64, epochs=30, verbose=0, callbacks=[watch])
    found = norms(watch)
    assert found == sorted(found)
    assert found[-1] > 1000 * found[0]
    result = watch.result()
    # Whichever of them is said to be the other's cause.
    expected = {"training.exploding_gradients", "training.lr_too_high"}
    assert expected & {it.code for it in [*result.conclusions, *result.findings]}


def test_a_model_that_is_saved_while_it_trains_has_nothing_of_it(keras, watching, tmp_path):
    X, y = rows()
    model = linear(keras, keras.optimizers.Adam(0.1))
    saving = keras.callbacks.ModelCheckpoint(str(tmp_path / "{batch:02d}-{epoch}.keras"), save_freq=1)
    model.fit(X, y, batch_size=32, epochs=2, verbose=0, callbacks=[watching(), saving])
    saved = sorted(tmp_path.iterdir())
    assert saved
    again = keras.models.load_model(saved[-1])
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert not any("deepfix" in it.lower() for it in [*vars(model), *vars(model.optimizer)])
    assert "train_step" not in vars(model)
    assert "stateless_apply" not in vars(model.optimizer)
    again.fit(X, y, batch_size=32, verbose=0)


def test_a_training_is_the_same_with_and_without(keras, watching):
    X, y = rows()
    learnt = []
    for callbacks in ([], [watching()]):
        model = linear(keras, keras.optimizers.Adam(0.1))
        history = model.fit(X, y, batch_size=16, epochs=3, shuffle=False, verbose=0, callbacks=callbacks).history
        learnt.append((model.get_weights()[0], history["loss"]))
        assert list(history) == ["loss"]
    assert numpy.allclose(learnt[0][0], learnt[1][0], rtol=1e-5)
    assert learnt[0][1] == pytest.approx(learnt[1][1], rel=1e-5)


def test_keras_has_its_own_function_back_and_a_second_training_compiles_none(keras, watching):
    X, y = rows()
    model = linear(keras, keras.optimizers.SGD(0.0))
    seen = []
    looking = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.train_function))
    model.fit(X, y, verbose=0)
    plain = model.train_function
    for _ in range(2):
        model.fit(X, y, verbose=0, callbacks=[watching(), looking])
        assert model.train_function is plain
    assert seen[0] is seen[1] is not plain


def test_a_training_that_broke_off_leaves_nothing_to_the_next(keras, watching):
    X, y = rows()
    model, watch = linear(keras, keras.optimizers.SGD(0.0)), watching()

    def stop(*_, **__) -> None:
        raise KeyboardInterrupt

    breaking = keras.callbacks.LambdaCallback(on_train_batch_end=stop)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, verbose=0, callbacks=[watch, breaking])
    ours = model.train_function
    model.fit(X, y, verbose=0)
    assert model.train_function is ours.plain
    assert watch.watch.record.steps == []
    model.fit(X, y, batch_size=64, verbose=0, callbacks=[watch])
    assert len(norms(watch)) == 1


def test_a_step_that_cannot_be_measured_trains_on_with_a_warning(keras, watching):
    import jax

    class Branching(keras.Model):
        """Updates within a branch of JAX, from which no value may leave by the side."""

        def __init__(self) -> None:
            super().__init__()
            self.layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")

        def call(self, x):
            return self.layer(x)

        def train_step(self, state, data):
            train_step = super().train_step
            return jax.lax.cond(True, lambda: train_step(state, data), lambda: train_step(state, data))

    X, y = rows()
    learnt = []
    for callbacks in ([], [watching()]):
        model = Branching()
        model.compile(keras.optimizers.SGD(0.01), "mse")
        with pytest.warns(deepfix.DeepFixWarning, match="cannot be measured") if callbacks else nullcontext():
            model.fit(X, y, batch_size=16, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
        learnt.append(model.get_weights()[0])
    assert numpy.allclose(*learnt, rtol=1e-5)


def test_a_measurement_that_fails_is_a_warning_and_no_failed_training(keras, watching, monkeypatch):
    X, y = rows()
    monkeypatch.setattr("deepfix.integrations._keras_norm._norm", lambda *_: 1 / 0)
    model = linear(keras, keras.optimizers.SGD(0.1))
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        model.fit(X, y, verbose=0, callbacks=[watching()])
    assert model.get_weights()[0].any()


METRICS = pytest.mark.parametrize("metrics", [[], ["mae"]])


def trained_alike(keras, watching, make, warning, **more):
    """Trains with and without a callback, and compares what both gave."""
    X, y = rows()
    found = []
    for callbacks in ([], [watching()]):
        model = make()
        expected = callbacks and warning
        with (
            pytest.warns(deepfix.DeepFixWarning, match=warning)
            if expected
            else warnings.catch_warnings(record=True) as seen
        ):
            if not expected:
                warnings.simplefilter("always", deepfix.DeepFixWarning)
            history = model.fit(X, y, batch_size=16, epochs=2, shuffle=False, verbose=0, callbacks=callbacks, **more)
        assert expected or not [it.message for it in seen if it.category is deepfix.DeepFixWarning]
        found.append((model.get_weights()[0], history.history))
    assert list(found[0][1]) == list(found[1][1])
    for name, values in found[0][1].items():
        assert values == pytest.approx(found[1][1][name], rel=1e-5)
    assert numpy.allclose(found[0][0], found[1][0], rtol=1e-5)
    return norms(callbacks[0])


@METRICS
def test_a_model_that_makes_its_own_train_function_is_left_alone(keras, watching, metrics):
    import jax

    class Own(keras.Sequential):
        def make_train_function(self, force=False):
            step = jax.jit(keras.Model.train_step.__get__(self), donate_argnums=0)
            self.train_function = lambda state, batches: step(state, next(batches))

    def make():
        model = Own([keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.compile(keras.optimizers.SGD(0.01), "mse", metrics=metrics)
        return model

    assert trained_alike(keras, watching, make, None) == []


@METRICS
def test_a_train_function_of_the_object_is_left_alone(keras, watching, metrics):
    import jax

    def make():
        model = linear(keras, keras.optimizers.SGD(0.01), metrics=metrics)

        def make_train_function(force=False):
            step = jax.jit(keras.Model.train_step.__get__(model), donate_argnums=0)
            model.train_function = lambda state, batches: step(state, next(batches))

        model.make_train_function = make_train_function
        return model

    assert trained_alike(keras, watching, make, None) == []


@METRICS
@pytest.mark.parametrize("known", [True, False])
def test_a_step_of_nnx_goes_past_ours_and_trains_on(keras, watching, monkeypatch, metrics, known):
    monkeypatch.setattr("keras.src.backend.jax.trainer.is_nnx_enabled", lambda: True)
    monkeypatch.setattr(keras.config, "is_nnx_enabled", lambda: known)

    def make():
        return linear(keras, keras.optimizers.SGD(0.01), metrics=metrics)

    # Where nobody says so, what the step gives does.
    assert trained_alike(keras, watching, make, None if known else "expected a step with its norm") == []


@METRICS
def test_a_step_that_is_looked_up_when_it_is_traced_trains_on(keras, watching, monkeypatch, metrics):
    import jax
    from keras.src.backend.jax.trainer import JAXTrainer

    def late(self, force=False):
        if self.train_function is None or force:
            step = jax.jit(lambda state, data: self.train_step(state, data), donate_argnums=0)
            self.train_function = lambda state, batches: step(state, next(batches))

    monkeypatch.setattr(JAXTrainer, "make_train_function", late)
    make = lambda: linear(keras, keras.optimizers.SGD(0.01), metrics=metrics)  # noqa: E731
    assert trained_alike(keras, watching, make, "expected a step with its norm") == []


def test_batches_that_are_no_iterator_are_left_to_keras(keras):
    """Early versions of Keras 3 hand over a list."""
    from deepfix._watch import Run
    from deepfix.integrations import _keras_gradients, _keras_steps

    model = linear(keras, keras.optimizers.SGD(0.01))
    meter = _keras_gradients.Meter(Run({}))
    meter.expected = meter.due = True
    function = _keras_steps.Traced(model, lambda state, batches: (len(batches), state))
    function.meter = meter
    with pytest.warns(deepfix.DeepFixWarning, match="expected an iterator of batches, found list"):
        assert function("state", ["batch"]) == (1, "state")
    assert model.train_function is function.plain


def test_batches_that_fail_fail_the_training_as_without(keras, watching):
    X, y = rows()

    def batches():
        yield X[:16], y[:16]
        yield X[16:32], y[16:32]
        raise RuntimeError("no more of it")

    for callbacks in ([], [watching()]):
        model = linear(keras, keras.optimizers.SGD(0.01), steps_per_execution=4, run_eagerly=True)
        with pytest.raises(RuntimeError, match="no more of it"):
            model.fit(batches(), epochs=1, steps_per_epoch=4, verbose=0, callbacks=callbacks)


def test_variables_that_an_iterator_gives_reach_the_optimizer(keras):
    from deepfix.integrations import _keras_norm

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_keras_norm, "METHODS", {"jax": "apply"})
        weight = keras.Variable([1.0, 1.0])
        optimizer = keras.optimizers.SGD(1.0)
        optimizer.build([weight])
        for arguments in ({}, {"by name": True}):
            found: list = []
            variables = (it for it in [weight])
            gradients = [keras.ops.array([3.0, 4.0])]
            with _keras_norm.listening(optimizer, found):
                if arguments:
                    optimizer.apply(gradients, trainable_variables=variables)
                else:
                    optimizer.apply(gradients, variables)
            assert [float(it) for it in found] == [5.0]
        assert weight.numpy().tolist() == [-5.0, -7.0]


@pytest.mark.parametrize("indices", [[], [2], [3, 0, 3, 1, 0], [1, 1, 1], [0, 1, 2]])
def test_rows_of_a_sparse_gradient_that_are_the_same_are_summed_first(keras, indices):
    from deepfix.integrations._keras_norm import _norm

    class Slices(NamedTuple):
        values: object
        indices: object

    values = numpy.arange(1, 1 + 2 * len(indices), dtype="float32").reshape(-1, 2)
    dense = numpy.zeros((4, 2), "float32")
    numpy.add.at(dense, indices, values)
    given = Slices(keras.ops.array(values), keras.ops.array(indices, "int32"))
    weight = keras.Variable(dense)
    assert float(_norm(keras.optimizers.SGD(), [given], [weight], None)) == pytest.approx(numpy.linalg.norm(dense))


def test_the_scale_of_an_optimizer_without_variables_yet_is_its_first(keras):
    from deepfix.integrations._keras_norm import scale_of

    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=64.0)
    assert scale_of(optimizer) == 64.0
    optimizer.build([keras.Variable([1.0])])
    assert float(scale_of(optimizer)) == 64.0


def test_a_scale_that_cannot_be_read_fails_no_training(keras, monkeypatch):
    """With PyTorch, which is not needed for that."""
    from types import SimpleNamespace

    from deepfix._watch import Run
    from deepfix.integrations import _keras_gradients, _keras_steps

    run = Run({})
    measured = []

    def scale_of(_):
        measured.append(run.budget.spent)
        raise ValueError("no scale")

    monkeypatch.setattr(_keras_steps, "scale_of", scale_of)
    meter = _keras_gradients.Meter(run)
    meter.expected = True
    model = SimpleNamespace(optimizer=None)
    function = _keras_steps.Kept(model, lambda *batches: ("logs", batches))
    function.meter = meter
    with pytest.warns(deepfix.DeepFixWarning, match="no scale"):
        assert function("batch") == ("logs", ("batch",))
    assert model.train_function is function.plain
    # The time is one of those that are counted.
    assert measured == [0.0]
    assert run.budget.spent > 0.0


def test_gradients_may_be_left_alone(keras, watching):
    X, y = rows()
    model, watch = linear(keras, keras.optimizers.SGD(0.1)), watching(gradients=False)
    seen = []
    looking = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.train_function))
    model.fit(X, y, verbose=0, callbacks=[watch, looking])
    assert seen == [model.train_function]
    assert norms(watch) == []
    assert len(watch.watch.record.epochs) == 1
