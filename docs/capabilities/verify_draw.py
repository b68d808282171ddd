#!/usr/bin/env python3
"""Recompute a published draw with nothing but Python's standard library: ``python3 verify_draw.py FILE [RECEIPT]``.

Written from the description in draw.md alone; it shares no code with the platform. RECEIPT is what "my requests" gave
you (one request as JSON with patient_id, salt and leaf): with it the script also says where you stand in the list.
Exit status 0 when everything agrees, 1 with the first difference.
"""

import hashlib
import json
import sys
import uuid


def sm3_by_hand(data):
    """GB/T 32905-2016, for a Python whose OpenSSL has no SM3."""
    mask = 0xFFFFFFFF

    def turn(x, n):
        n %= 32
        return ((x << n) | (x >> (32 - n))) & mask

    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    message = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(message), 64):
        w = [int.from_bytes(message[start + 4 * i : start + 4 * i + 4], "big") for i in range(16)]
        for i in range(16, 68):
            x = w[i - 16] ^ w[i - 9] ^ turn(w[i - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[i - 13], 7) ^ w[i - 6])
        a, b, c, d, e, f, g, h = v
        for i in range(64):
            t = 0x79CC4519 if i < 16 else 0x7A879D8A
            s1 = turn((turn(a, 12) + e + turn(t, i)) & mask, 7)
            s2 = s1 ^ turn(a, 12)
            ff = a ^ b ^ c if i < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if i < 16 else (e & f) | (~e & g)
            t1 = (ff + d + s2 + (w[i] ^ w[i + 4])) & mask
            t2 = (gg + h + s1 + w[i]) & mask
            a, b, c, d = t1, a, turn(b, 9), c
            e, f, g, h = t2 ^ turn(t2, 9) ^ turn(t2, 17), e, turn(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)


def sm3(data):
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        return sm3_by_hand(data)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def require(agrees, what):
    if not agrees:
        sys.exit("DIFFERENCE: " + what)


def tree(leaves):
    """The hash of a Merkle tree as RFC 6962 defines it, by recursion."""
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sm3(b"\x01" + tree(leaves[:k]) + tree(leaves[k:]))


def check_requests(file):
    terms, requests = file["terms"], file["requests"]
    require(sm3(canonical(terms)).hex() == file["terms_digest"], "terms_digest")
    slots = {slot["slot_id"] for slot in terms["slots"]}
    for i, one in enumerate(requests):
        entry = {k: one[k] for k in ("identity", "stratum", "choices")}
        entry["draw"] = terms["draw_id"]
        require(sm3(b"\x00" + canonical(entry)).hex() == one["leaf"], f"leaf of request {i}")
        require(0 < len(one["choices"]) <= terms["choices_max"], f"number of choices of request {i}")
        require(len(set(one["choices"])) == len(one["choices"]), f"repeated choices of request {i}")
        require(set(one["choices"]) <= slots, f"choices of request {i}")
    leaves = [one["leaf"] for one in requests]
    require(leaves == sorted(set(leaves)), "requests are sorted by leaf, none twice")
    require(len({one["identity"] for one in requests}) == len(requests), "one request a person")
    require(tree([bytes.fromhex(leaf) for leaf in leaves]).hex() == file["root"], "root of the requests")


def check_results(file):
    terms = file["terms"]
    seed = bytes.fromhex(file["seed"])
    require(sm3(seed).hex() == terms["commitment"], "the seed is not the one that was committed to")
    require(terms["beacon_source"] is None or file["beacon"], "the public value is missing")
    final = sm3(
        b"\x03"
        + seed
        + bytes.fromhex(file["terms_digest"])
        + bytes.fromhex(file["root"])
        + (file["beacon"] or "").encode()
    )
    room = {slot["slot_id"]: slot["places"] for slot in terms["slots"]}
    entries = [(sm3(final + bytes.fromhex(one["leaf"])).hex(), one) for one in file["requests"]]
    order, rest = [], []
    for turn, stratum in enumerate(terms["strata"]):
        queue = [entry for entry in entries if entry[1]["stratum"] == stratum["code"]]
        if turn == len(terms["strata"]) - 1:
            queue += rest
        won = 0
        for ticket, one in sorted(queue, key=lambda entry: (entry[0], entry[1]["leaf"])):
            free = [choice for choice in one["choices"] if room[choice] > 0]
            full = stratum["places"] is not None and won >= stratum["places"]
            slot = free[0] if free and not full else None
            if slot is None and stratum["places"] is not None:
                rest.append((ticket, one))
                continue
            if slot is not None:
                room[slot] -= 1
                won += 1
            order.append({"rank": len(order) + 1, "leaf": one["leaf"], "turn": turn, "ticket": ticket, "slot_id": slot})
    for i, (said, true) in enumerate(zip(file["results"], order)):
        require(said == true, f"result {i}: published {said}, computed {true}")
    require(len(file["results"]) == len(order), "number of results")
    return order


def check_offers(file, order):
    wanted = {one["leaf"]: one["choices"] for one in file["requests"]}
    due = [(one["leaf"], one["slot_id"]) for one in order if one["slot_id"]]
    offers, offered, passed_on = file["offers"], set(), set()
    require(len(offers) >= len(due), "every winner is offered the place")
    for i, offer in enumerate(offers):
        require(offer["sequence"] == i + 1, f"sequence of offer {i}")
        if i < len(due):
            require((offer["leaf"], offer["slot_id"], offer["after"]) == (*due[i], None), f"offer {i}")
        else:
            after = offer["after"]
            require(after is not None and 1 <= after <= i and after not in passed_on, f"what freed offer {i}")
            freed = offers[after - 1]
            require(freed["slot_id"] == offer["slot_id"], f"slot of offer {i}")
            require(freed["outcome"] in ("lapsed", "declined", "cancelled", "blocked"), f"place of offer {i} was free")
            passed_on.add(after)
            line = [r["leaf"] for r in order if r["leaf"] not in offered and offer["slot_id"] in wanted[r["leaf"]]]
            require(line and line[0] == offer["leaf"], f"offer {i} goes to the next in the order")
        offered.add(offer["leaf"])


def check_receipt(file, receipt):
    mine = sm3(b"\x02" + bytes.fromhex(receipt["salt"]) + uuid.UUID(receipt["patient_id"]).bytes).hex()
    found = [one for one in file["requests"] if one["identity"] == mine]
    require(found, "your request is not in the list")
    require(found[0]["leaf"] == receipt["leaf"], "your request was changed")
    rank = next((one["rank"] for one in file["results"] if one["leaf"] == receipt["leaf"]), None)
    print("your request is in the list" + (f", rank {rank}" if rank else ""))


def main(arguments):
    with open(arguments[0], encoding="utf-8") as handle:
        file = json.load(handle)
    require(file.get("format") == "yitong-draw-1", "format")
    check_requests(file)
    print(f"{len(file['requests'])} requests, root {file['root']}")
    if file.get("seed"):
        check_offers(file, check_results(file))
        print("seed, order, allocation and offers agree")
    else:
        print("not drawn yet: the seed is not revealed")
    if len(arguments) > 1:
        with open(arguments[1], encoding="utf-8") as handle:
            check_receipt(file, json.load(handle))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1:])
