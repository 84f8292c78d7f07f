"""What every registered kind of network must keep, found by discovery."""

from __future__ import annotations

import dataclasses
import inspect
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import sim.network.generators
from sim.errors import NetworkError
from sim.network import Network, build_network, kinds, parameters_of
from sim.network.registry import find, generator
from sim.parameters import Declared, declaration
from sim.streams import Streams

DRAWN = [kind for kind in kinds() if kind not in ("complete", "lattice", "none", "ring")]
GREEDY = {
    "neighbors": 400,
    "ties_per_newcomer": 400,
    "mean_degree": 400.0,
    "max_degree": 100_000,
    "blocks": 100_000,
    "min_community": 5_000,
}


def assert_sound(network: Network) -> None:
    """Symmetric, sorted, without self-ties or repetitions; strong alike in both directions."""
    assert network.indptr[0] == 0
    assert network.indptr[-1] == len(network.indices) == len(network.strong)
    assert (network.indptr.dtype, network.indices.dtype, network.strong.dtype) == (
        np.int64,
        np.int32,
        np.uint8,
    )
    row = np.repeat(np.arange(network.n), network.degrees())
    neighbor = network.indices.astype(np.int64)
    assert not np.any(row == neighbor)
    assert np.all((neighbor >= 0) & (neighbor < network.n))
    assert np.all(np.diff(row * max(network.n, 1) + neighbor) > 0)
    assert np.all(network.strong <= 1)
    back = np.argsort(neighbor * max(network.n, 1) + row, kind="stable")
    assert np.array_equal(neighbor[back], row)
    assert np.array_equal(row[back], neighbor)
    assert np.array_equal(network.strong[back], network.strong)


def in_bytes(network: Network) -> bytes:
    return network.indptr.tobytes() + network.indices.tobytes() + network.strong.tobytes()


def test_every_file_registers_the_kind_of_its_name() -> None:
    folder = pathlib.Path(sim.network.generators.__path__[0])
    assert kinds() == tuple(sorted(file.stem for file in folder.glob("[!_]*.py")))
    assert len(kinds()) >= 11


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("n", [0, 1, 2, 5, 300])
def test_ties_are_sound(kind: str, n: int) -> None:
    network = build_network(kind, parameters_of(kind)(), n, Streams(3))
    assert network.n == n
    assert_sound(network)


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("n", [0, 1, 2, 5, 31])
def test_asking_for_more_than_there_is_works(kind: str, n: int) -> None:
    group = parameters_of(kind)
    greedy = {name: value for name, value in GREEDY.items() if name in group.model_fields}
    network = build_network(kind, group(**greedy), n, Streams(3))
    assert_sound(network)
    if kind in {"watts_strogatz", "ring", "barabasi_albert", "holme_kim", "erdos_renyi"}:
        assert network.n_ties == n * (n - 1) // 2


@pytest.mark.parametrize("kind", kinds())
def test_one_seed_one_network(kind: str) -> None:
    parameters = parameters_of(kind)()
    first = build_network(kind, parameters, 300, Streams(0))
    assert in_bytes(build_network(kind, parameters, 300, Streams(0))) == in_bytes(first)


@pytest.mark.parametrize("kind", DRAWN)
def test_another_seed_another_network(kind: str) -> None:
    parameters = parameters_of(kind)()
    one, other = (build_network(kind, parameters, 300, Streams(seed)) for seed in (0, 1))
    assert not np.array_equal(one.indices, other.indices)


@pytest.mark.parametrize("kind", kinds())
def test_threads_do_not_matter(kind: str) -> None:
    parameters = parameters_of(kind)()
    alone = [in_bytes(build_network(kind, parameters, 300, Streams(seed))) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(
            lambda seed: in_bytes(build_network(kind, parameters, 300, Streams(seed))), range(4)
        )
        assert list(together) == alone


@pytest.mark.parametrize("kind", kinds())
def test_about_as_many_ties_as_announced(kind: str) -> None:
    parameters = parameters_of(kind)()
    network = build_network(kind, parameters, 2000, Streams(5))
    assert network.n_ties == pytest.approx(find(kind).expect(2000, parameters), rel=0.1)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind != "none"])
def test_too_many_ties_are_refused_before_anything_is_allocated(kind: str) -> None:
    with pytest.raises(NetworkError, match="above the limit of 200,000,000 ties"):
        build_network(kind, parameters_of(kind)(), 2_000_000_000, Streams(1))


@pytest.mark.parametrize("kind", kinds())
def test_every_parameter_says_what_it_is(kind: str) -> None:
    group = parameters_of(kind)
    assert {"strong_share", "homophily"} <= set(group.model_fields)
    for name, field in group.model_fields.items():
        assert field.description
        assert declaration(group, name)["unit"]
    text = inspect.getdoc(sys.modules[find(kind).generate.__module__]) or ""
    assert kind == "none" or "References\n----------" in text


@pytest.mark.parametrize("kind", kinds())
def test_strong_share_is_kept_and_only_adds_strong_ties(kind: str) -> None:
    group = parameters_of(kind)
    n = 2000
    some, more, all_, no = (
        build_network(kind, group(strong_share=share), n, Streams(2)) for share in (0.3, 0.6, 1, 0)
    )
    assert np.array_equal(some.indices, more.indices)
    assert np.all(some.strong <= more.strong)
    assert all_.strong.all()
    assert not no.strong.any()
    for network, share in ((some, 0.3), (more, 0.6)):
        # Binomial; 4.9 standard errors: one false alarm in a million seeds.
        error = 4.9 * np.sqrt(share * (1 - share) * network.n_ties)
        assert abs(network.ties()[2].sum() - share * network.n_ties) <= error


def test_a_misspelt_kind_names_the_closest() -> None:
    with pytest.raises(NetworkError, match=r"no network kind 'wats_strogatz'.*watts_strogatz"):
        parameters_of("wats_strogatz")
    with pytest.raises(NetworkError, match=r"; there is .*lfr"):
        parameters_of("???")


def test_parameters_of_another_kind_are_refused() -> None:
    with pytest.raises(NetworkError, match="must come from parameters_of"):
        build_network("ring", parameters_of("lattice")(), 10, Streams(1))


def test_odd_neighbors_are_refused() -> None:
    for kind in ("ring", "watts_strogatz"):
        with pytest.raises(ValueError, match="multiple of 2"):
            parameters_of(kind)(neighbors=3)


def test_a_kind_is_registered_once() -> None:
    known = find("ring")

    def own(n: int, parameters: object, streams: object) -> None:
        """Another one."""

    with pytest.raises(NetworkError, match=r"generators\.ring has a generator called 'ring'"):
        generator("ring", known.parameters, expect=known.expect)(own)  # type: ignore[arg-type]
    assert find("ring") is known
    # The same once more, as by a cell of a notebook, replaces itself.
    generator("ring", known.parameters, expect=known.expect)(known.generate)
    assert find("ring") == known


def test_parameters_of_a_generator_have_those_of_all() -> None:
    with pytest.raises(NetworkError, match=r"'mine' from sim\.network\.registry"):
        generator("mine", Declared, expect=lambda n, p: n)  # type: ignore[type-var,arg-type]


def test_a_network_is_frozen() -> None:
    network = build_network("ring", parameters_of("ring")(), 5, Streams(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.indices = network.indices  # type: ignore[misc]
