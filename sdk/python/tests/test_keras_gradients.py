"""The norm of the gradient that Keras' callback records, on JAX."""

from __future__ import annotations

from contextlib import nullcontext

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
    """What makes a callback; nothing is diagnosed."""
    monkeypatch.setattr(Watch, "finish", lambda *_: None)
    from deepfix.integrations.keras import DeepFixCallback

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


def test_the_first_step_of_an_epoch_and_one_of_so_many_is_measured(keras, watching, monkeypatch):
    monkeypatch.setattr("deepfix.integrations._keras_gradients.EVERY", 50)
    X, y = rows(120)
    watch = watching()
    linear(keras, keras.optimizers.SGD(0.0)).fit(X, y, batch_size=1, epochs=2, verbose=0, callbacks=[watch])
    assert [(it["epoch"], it["step"]) for it in watch.watch.record.steps] == [
        (0, 1), (0, 51), (0, 101), (1, 121), (1, 171), (1, 221),
    ]  # fmt: skip


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


def test_gradients_may_be_left_alone(keras, watching):
    X, y = rows()
    model, watch = linear(keras, keras.optimizers.SGD(0.1)), watching(gradients=False)
    seen = []
    looking = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.train_function))
    model.fit(X, y, verbose=0, callbacks=[watch, looking])
    assert seen == [model.train_function]
    assert norms(watch) == []
    assert len(watch.watch.record.epochs) == 1
