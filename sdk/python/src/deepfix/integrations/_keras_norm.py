"""The norm of what an optimizer of Keras is given, within a step of JAX or TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from .._watch import warn

#: The norm where none was measured.
NONE = -1.0
#: What the optimizer is given gradients by, within a compiled step.
METHODS = {"jax": "stateless_apply", "tensorflow": "apply"}


@contextmanager
def listening(optimizer: Any, found: list[Any]) -> Iterator[None]:
    """Adds to `found` the norm of what the optimizer is given, whose attributes are afterwards as they were."""
    name = METHODS[keras.backend.backend()]
    plain, kept = getattr(optimizer, name), vars(optimizer).get(name)

    def apply(*args: Any, **kwargs: Any) -> Any:
        if name == "apply":
            args, kwargs = _listed(1, "trainable_variables", args, kwargs)
        try:
            if name == "apply":
                given = _argument(0, "grads", args, kwargs)
                variables, state = _argument(1, "trainable_variables", args, kwargs), None
            else:
                given = _argument(1, "grads", args, kwargs)
                variables, state = None, _argument(0, "optimizer_variables", args, kwargs)
            if not found and any(it is not None for it in given):
                found.append(_norm(optimizer, given, variables, state))
        except Exception as error:
            warn("the norm of the gradient", error)
        return plain(*args, **kwargs)

    vars(optimizer)[name] = apply
    try:
        yield
    finally:
        del vars(optimizer)[name]
        if kept is not None:
            vars(optimizer)[name] = kept


def _argument(place: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return args[place] if len(args) > place else kwargs.get(name)


def _listed(place: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], Any]:
    """The arguments with a list for one that may be an iterator, which gives what it has but once."""
    found = _argument(place, name, args, kwargs)
    if not isinstance(found, Iterator):
        return args, kwargs
    if len(args) > place:
        return (*args[:place], list(found), *args[place + 1 :]), kwargs
    return args, {**kwargs, name: list(found)}


def _norm(optimizer: Any, gradients: Any, variables: Any, state: Any) -> Any:
    """sqrt(sum of squares) over all gradients."""
    ops = keras.ops
    if variables is None:
        variables = optimizer._trainable_variables
    squares = [
        ops.sum(ops.square(ops.cast(_values(it), "float32")))
        for it, variable in zip(gradients, variables, strict=True)
        if it is not None and not is_its_gradient(variable)
    ]
    norm, scale = ops.sqrt(sum(squares)), scale_of(optimizer, state)
    return norm if scale is None else norm / ops.cast(scale, "float32")


def _values(gradient: Any) -> Any:
    """The numbers of a gradient. That of an embedding in TensorFlow, `IndexedSlices`, has a row for each time that a
    row of the weights was looked up: those of the same are summed, which takes the memory of what was looked up and
    not that of all weights."""
    if not hasattr(gradient, "values") or not hasattr(gradient, "indices"):
        return gradient
    ops = keras.ops
    order = ops.argsort(gradient.indices)
    ordered = ops.take(gradient.indices, order)
    differs = ordered != ops.concatenate([ordered[-1:], ordered[:-1]])
    # From 0 or from 1, as the first is like the last or not.
    place = ops.cumsum(ops.cast(differs, "int32"))
    rows = ops.take(gradient.values, order, axis=0)
    return ops.segment_sum(rows, place, num_segments=ops.shape(ordered)[0] + 1)


def nothing() -> Any:
    """What stands for no norm."""
    return keras.ops.convert_to_tensor(NONE, "float32")


def scale_of(optimizer: Any, state: Any = None) -> Any:
    """What the loss was multiplied by, against underflow; None where it was not."""
    dynamic = getattr(optimizer, "dynamic_scale", None)
    if dynamic is None:
        # Without a variable yet, in the first step that TensorFlow does not compile, it is what that will begin with.
        return getattr(optimizer, "initial_scale", getattr(optimizer, "loss_scale_factor", None))
    return _value(dynamic, optimizer, state)


def _value(variable: Any, optimizer: Any, state: Any) -> Any:
    """The value of a variable of the optimizer, which JAX has beside it."""
    if state is None:
        return keras.ops.convert_to_tensor(variable)
    return next(value for its, value in zip(optimizer.variables, state, strict=True) if its is variable)


def is_its_gradient(variable: Any) -> bool:
    """Whether what is called a gradient is the variable's next value, as of the scales of float8."""
    return bool(getattr(variable, "overwrite_with_gradient", False))


def is_gone(state: Any) -> bool:
    """Whether a step of JAX that failed has taken its state with it."""
    import jax

    return any(it.is_deleted() for it in jax.tree_util.tree_leaves(state) if isinstance(it, jax.Array))


def is_of_this_graph(norm: Any) -> bool:
    """Whether a tensor may leave the step of TensorFlow that is traced: that of a branch or a loop may not."""
    import tensorflow

    if tensorflow.executing_eagerly():
        # What a function of the step's own traced is a tensor of that function's graph.
        return getattr(norm, "graph", None) is None
    return getattr(norm, "graph", None) is tensorflow.compat.v1.get_default_graph()
