"""Members' nodes on this machine: a replica of the contract and a CometBFT validator each, RPC on loopback only."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yitong.ledger.contract.machine import Genesis
from yitong.ledger.encoding import pack

VERSION = "v0.38.25"
SOCKET = "abci.sock"
STOPPED = "stopped"
"""In a node's home: why its replica stopped by itself, until it is started again."""


class NoCometBFT(Exception):
    """The program cometbft is not here; it is built by ``make consortium`` where Go is."""


def program(given: Path | None = None) -> Path:
    """Where cometbft is: the given path, var/consortium/bin, or the search path. Raises NoCometBFT."""
    here = Path("var/consortium/bin/cometbft")
    found = given or (here if here.exists() else None) or shutil.which("cometbft")
    if found is None or not Path(found).exists():
        raise NoCometBFT(f"cometbft {VERSION} is not installed: make consortium builds it where Go is")
    return Path(found).resolve()


@dataclass
class Node:
    """One member's two processes."""

    name: str
    home: Path
    cometbft: Path
    rpc_port: int
    p2p_port: int
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list["subprocess.Popen[bytes]"])

    @property
    def address(self) -> str:
        """The node's RPC address."""
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def validator(self) -> bytes:
        """The node's Ed25519 public key."""
        key = json.loads((self.home / "config" / "priv_validator_key.json").read_text("utf-8"))
        return base64.b64decode(key["pub_key"]["value"])

    def start(self, *, replica: bool = True) -> None:
        """Start the replica (unless somebody else runs it), then the validator, which waits for it."""
        (self.home / STOPPED).unlink(missing_ok=True)
        environment = {**os.environ, "GOMAXPROCS": "2"}
        validator = [str(self.cometbft), "start", "--home", str(self.home), "--log_level", "error"]
        commands = [[sys.executable, "-m", "yitong.ledger.consensus", str(self.home)], validator]
        with (self.home / "log").open("ab") as log:
            for command in commands if replica else commands[1:]:
                self.processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def kill(self) -> None:
        """End both at once, as a power cut would."""
        for process in self.processes:
            process.kill()
        self._wait()

    def stop(self) -> None:
        """End both in order: the validator first."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self._wait()

    def _wait(self) -> None:
        for process in self.processes:
            process.wait()
        self.processes.clear()

    @property
    def running(self) -> bool:
        """Whether both processes run."""
        return bool(self.processes) and all(process.poll() is None for process in self.processes)


def lay_out(
    folder: Path, names: Sequence[str], cometbft: Path, genesis_of: Callable[[list[bytes]], Genesis]
) -> list[Node]:
    """Homes of new nodes under a folder; ``genesis_of`` gets the validators' public keys in the order of the names."""
    ports = _free_ports(2 * len(names))
    nodes = [Node(name, folder / name, cometbft, ports[2 * n], ports[2 * n + 1]) for n, name in enumerate(names)]
    for node in nodes:
        node.home.mkdir(parents=True)
        _run(node, "init")
    genesis = genesis_of([node.validator for node in nodes])
    peers = ",".join(f"{_run(node, 'show-node-id')}@127.0.0.1:{node.p2p_port}" for node in nodes)
    for node in nodes:
        _write_genesis(node, nodes, genesis)
        _write_config(node, peers)
    return nodes


def laid_out(folder: Path, cometbft: Path) -> list[Node]:
    """The nodes whose homes are under a folder already, by name; for looking at them from another process."""
    found: list[Node] = []
    for path in sorted(folder.glob("*/config/config.toml")):
        settings = tomllib.loads(path.read_text("utf-8"))
        rpc, p2p = (int(str(settings[section]["laddr"]).rpartition(":")[2]) for section in ("rpc", "p2p"))
        found.append(Node(path.parents[1].name, path.parents[1], cometbft, rpc, p2p))
    return found


def _run(node: Node, command: str) -> str:
    done = subprocess.run(
        [str(node.cometbft), command, "--home", str(node.home)], capture_output=True, check=True, timeout=120
    )
    return done.stdout.decode().strip()


def _write_genesis(node: Node, nodes: Sequence[Node], genesis: Genesis) -> None:
    path = node.home / "config" / "genesis.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    powers = {one.node: one.power for one in genesis.nodes}
    document["chain_id"] = genesis.chain
    document["genesis_time"] = datetime.fromtimestamp(genesis.at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    document["validators"] = [
        {
            "pub_key": {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(one.validator).decode()},
            "power": str(powers[one.validator]),
            "name": one.name,
        }
        for one in nodes
    ]
    document["app_state"] = base64.b64encode(pack(genesis)).decode()
    path.write_text(json.dumps(document, indent=1), "utf-8")


def _write_config(node: Node, peers: str) -> None:
    """What differs from CometBFT's own defaults. No empty blocks: an idle consortium writes nothing."""
    settings = {
        ("", "proxy_app"): f'"unix://{node.home / SOCKET}"',
        ("", "moniker"): f'"{node.name}"',
        ("rpc", "laddr"): f'"tcp://127.0.0.1:{node.rpc_port}"',
        ("rpc", "pprof_laddr"): '""',
        ("rpc", "max_request_batch_size"): "200",
        ("p2p", "laddr"): f'"tcp://127.0.0.1:{node.p2p_port}"',
        ("p2p", "persistent_peers"): f'"{peers}"',
        ("p2p", "addr_book_strict"): "false",
        ("p2p", "allow_duplicate_ip"): "true",
        ("p2p", "pex"): "false",
        ("mempool", "size"): "20000",
        ("consensus", "create_empty_blocks"): "false",
        ("consensus", "timeout_commit"): '"100ms"',
    }
    path = node.home / "config" / "config.toml"
    section, lines = "", list[str]()
    for line in path.read_text("utf-8").splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line.strip()):
            section = found[1]
        name = line.partition("=")[0].strip()
        given = settings.pop((section, name), None)
        lines.append(line if given is None else f"{name} = {given}")
    if settings:
        raise RuntimeError(f"cometbft {VERSION} does not know {sorted(settings)}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _free_ports(number: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    open_ = [socket.socket() for _ in range(number)]
    try:
        for one in open_:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in open_]
    finally:
        for one in open_:
            one.close()
