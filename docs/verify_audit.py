#!/usr/bin/env python3
"""Checks an exported log of Accredit without Accredit: python3 verify_audit.py LOG [--checkpoint NOTE --key VKEY]...

LOG is what `accredit audit export` wrote, NOTE a checkpoint that was handed over, VKEY the key that `accredit audit key` shows (get it from
the institution, not from whoever gave you the log). Names the first bad entry and exits with 1; exits with 0 where all holds.
Needs nothing but Python 3.8: hashes are SHA-256, the tree is RFC 6962's, signatures are Ed25519 (RFC 8032), written out below.
"""
import argparse, base64, hashlib, json, sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---------------------------------------------------------------- Ed25519, verification alone: slow, simple, nothing secret is touched
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):  # extended coordinates (X, Y, Z, T)
    A, B = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    C, E = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def decompress(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of Ed25519")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key, text, signature):
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    left, right = times(s, BASE), add(decompress(signature[:32]), times(challenge, decompress(key)))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# ---------------------------------------------------------------- checkpoints and the log
def open_note(note, vkeys):
    """(size, root) of a checkpoint that one of the keys signed."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root, rest = text.split("\n")
    for vkey in vkeys:
        name, key_id, encoded = vkey.split("+", 2)
        key = base64.b64decode(encoded)[1:]
        for line in signatures.splitlines():
            _, signer, encoded = line.split(" ")
            signature = base64.b64decode(encoded)
            if signer == name == origin and signature[:4] == sha256(name.encode(), b"\n\x01", key)[:4] == bytes.fromhex(key_id):
                if signature_holds(key, text.encode(), signature[4:]):
                    return int(size), base64.b64decode(root)
    raise ValueError("no key that was given signed this checkpoint")


def root_of(tree):
    if not tree:
        return sha256()
    root = tree[-1][1]
    for _, left in reversed(tree[:-1]):
        root = sha256(b"\1", left, root)
    return root


def verify(lines, checkpoints):
    """None, or the number of the first bad entry and why it is."""
    ahead, previous, tree, size, vouched = sorted(checkpoints), bytes(32), [], 0, 0
    while True:
        while ahead and ahead[0][0] == size:
            if ahead.pop(0)[1] != root_of(tree):
                return vouched + 1, f"or one after it, up to {size}, was rewritten: the checkpoint of {size} entries has another root"
            vouched = size
        line = next(lines, None)
        if line is None:
            return (size + 1, f"is missing: a checkpoint was signed for {ahead[0][0]} entries") if ahead else None
        size += 1
        try:
            row = json.loads(line)
            text, hashed = row["entry"].encode(), bytes.fromhex(row["hash"])
            found = json.loads(row["entry"])["sequence"]
        except (ValueError, KeyError, TypeError) as why:
            return size, f"cannot be read: {why!r}"
        if found != size:
            return size, f"is not in its place: entry {found} is"
        if sha256(previous, text) != hashed:
            return size, "was changed: its hash is not that of its text after the entry before"
        previous, node = hashed, (1, sha256(b"\0", text))
        while tree and tree[-1][0] == node[0]:
            node = (node[0] * 2, sha256(b"\1", tree.pop()[1], node[1]))
        tree.append(node)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("log")
    arguments.add_argument("--checkpoint", action="append", default=[])
    arguments.add_argument("--key", action="append", default=[])
    given = arguments.parse_args()
    try:
        checkpoints = [open_note(open(file, encoding="utf-8", newline="").read(), given.key) for file in given.checkpoint]
    except ValueError as why:
        sys.exit(f"the checkpoint cannot be used: {why}")
    with open(given.log, encoding="utf-8", errors="surrogateescape") as log:
        bad = verify(iter(log), checkpoints)
    if bad:
        sys.exit(f"entry {bad[0]} {bad[1]}")
    print("the log holds" + ("" if checkpoints else "; without a checkpoint nobody can tell whether entries are missing at its end"))


if __name__ == "__main__":
    main()
