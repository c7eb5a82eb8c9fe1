"""Bearer tokens made by PyJWT, good ones and bad ones, and the keys to them: writes jwt_tokens.h and ../files/jwt.json
beside it.

usage: python3 tests/reference/jwt_tokens.py            (needs pyjwt[crypto], here 2.15.1; keys are drawn anew at each
run)
"""
import base64
import hashlib
import hmac
import json
import os

import jwt
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

HERE = os.path.dirname(os.path.abspath(__file__))
NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://login.example.com/", "weir"
SECRET = "a shared secret of 32 bytes or so"
FAR = 4_102_444_800  # 2100

KEYS = {"rsa-1": rsa.generate_private_key(65537, 2048), "ec-1": ec.generate_private_key(ec.SECP256R1()),
        "ed-1": ed25519.Ed25519PrivateKey.generate()}
OTHER = {"rsa-1": rsa.generate_private_key(65537, 2048), "ec-1": ec.generate_private_key(ec.SECP256R1()),
         "ed-1": ed25519.Ed25519PrivateKey.generate()}
ALGS = {"rsa-1": "RS256", "ec-1": "ES256", "ed-1": "EdDSA"}
MAKERS = {"rsa-1": RSAAlgorithm, "ec-1": ECAlgorithm, "ed-1": OKPAlgorithm}


def jwk(kid, key, **more):
    maker = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "Ed": OKPAlgorithm}
    name = type(key).__name__
    kind = next(v for k, v in maker.items() if k in name)
    out = kind.to_jwk(key, as_dict=True)
    out.pop("key_ops", None)
    return {"kid": kid, **out, **more}


def pem(key):
    return key.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo).decode()


def url64(b):
    return base64.urlsafe_b64encode(b).rstrip(b"=").decode()


def claims(**more):
    out = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": NOW - 60, "exp": NOW + 600, "roles": ["approver"]}
    out.update(more)
    return {k: v for k, v in out.items() if v is not ...}


def token(kid="rsa-1", payload=None, headers=None, keys=KEYS):
    body = json.dumps(payload if payload is not None else claims()).encode() if not isinstance(payload,
                                                                                               bytes) else payload
    heads = {"kid": kid, "typ": "JWT", **(headers or {})}
    heads = {k: v for k, v in heads.items() if v is not ...}
    return jwt.PyJWS().encode(body, keys[kid], algorithm=ALGS[kid], headers=heads)


def by_hand(header, payload, sign):
    """What no library makes any more."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    text = f"{url64(head)}.{url64(json.dumps(payload).encode())}"
    return f"{text}.{url64(sign(text.encode()))}"


def rs256(text):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    return KEYS["rsa-1"].sign(text, padding.PKCS1v15(), hashes.SHA256())


def der_es256(text):
    from cryptography.hazmat.primitives import hashes
    return KEYS["ec-1"].sign(text, ec.ECDSA(hashes.SHA256()))


def mac(secret):
    return lambda text: hmac.new(secret, text, hashlib.sha256).digest()


def changed(text, part):
    """One bit of one part is another one, the text still reads."""
    parts = text.split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4)))
    raw[len(raw) // 2] ^= 1
    parts[part] = url64(bytes(raw))
    return ".".join(parts)


def good_ones():
    """name, keys, token, role, subject"""
    yield "RS256", "jwks", token("rsa-1"), "approver", "anna"
    yield "ES256", "jwks", token("ec-1"), "approver", "anna"
    yield "EdDSA", "jwks", token("ed-1"), "approver", "anna"
    yield "HS256", "secret", jwt.encode(claims(), SECRET, algorithm="HS256"), "approver", "anna"
    yield "HS256 with a kid", "secret", jwt.encode(claims(), SECRET, algorithm="HS256",
                                                   headers={"kid": "x"}), "approver", "anna"
    for kid in KEYS:
        yield f"{ALGS[kid]} by PEM", f"pem {kid}", token(kid), "approver", "anna"
        yield f"{ALGS[kid]} by PEM, without a kid", f"pem {kid}", token(kid, headers={"kid": ...}), "approver", "anna"
    yield "no kid, one key for the algorithm", "jwks", token("ec-1", headers={"kid": ...}), "approver", "anna"
    yield "no typ", "jwks", token(headers={"typ": ...}), "approver", "anna"
    yield "an access token (RFC 9068)", "jwks", token(headers={"typ": "at+jwt"}), "approver", "anna"
    yield "an audience in a list", "jwks", token(payload=claims(aud=["other", "weir"])), "approver", "anna"
    yield "a time with a fraction", "jwks", token(payload=claims(exp=NOW + 0.5)), "approver", "anna"
    yield "expired within the leeway", "jwks", token(payload=claims(exp=NOW - 29)), "approver", "anna"
    yield "not yet, within the leeway", "jwks", token(payload=claims(nbf=NOW + 30, iat=NOW + 30)), "approver", "anna"
    yield "no iat", "jwks", token(payload=claims(iat=...)), "approver", "anna"
    yield "roles as words", "jwks", token(payload=claims(roles="openid viewer operator")), "operator", "anna"
    yield "the highest role", "jwks", token(payload=claims(roles=["viewer", "admin", "ingest"])), "admin", "anna"
    yield "no roles", "jwks", token(payload=claims(roles=...)), "public", "anna"
    yield "roles that are not ours", "jwks", token(payload=claims(roles=["root", 7, None, {"admin": 1},
                                                                         "public"])), "public", "anna"
    yield "roles that are no list", "jwks", token(payload=claims(roles={"admin": True})), "public", "anna"
    yield "places of keys are not looked at", "jwks", token(headers={
        "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u",
        "jwk": jwk("rsa-1", OTHER["rsa-1"].public_key())}), "approver", "anna"
    yield "a subject in other letters", "jwks", token(payload=claims(sub="Äänna|7")), "approver", "Äänna|7"


def bad_ones():
    """name, keys, token, kind of refusal, part of the sentence"""
    good = token()
    head, body, sig = good.split(".")
    no, later, unknown = "DENIED", "CONFLICT", "NOT_FOUND"
    yield "alg none", "jwks", jwt.encode(claims(), None, algorithm="none"), no, "algorithm"
    for alg in ["None", "NONE", "nOnE", "rs256", "RS512", "PS256", "HS512", "ES384", "", 7, None, ["RS256"]]:
        yield f"alg {alg!r}", "jwks", by_hand({"alg": alg, "kid": "rsa-1"}, claims(), rs256), no, "algorithm"
    yield "no alg", "jwks", by_hand({"kid": "rsa-1"}, claims(), rs256), no, "algorithm"
    yield "HS256 with the public key as its secret", "jwks", by_hand(
        {"alg": "HS256", "kid": "rsa-1"}, claims(),
        mac(pem(KEYS["rsa-1"]).encode())), no, "its key is for RS256, not for HS256"
    yield "the same by PEM", "pem rsa-1", by_hand({"alg": "HS256"}, claims(),
                                                  mac(pem(KEYS["rsa-1"]).encode())), unknown, "not known"
    yield "the same with the modulus", "jwks", by_hand({"alg": "HS256", "kid": "rsa-1"}, claims(), mac(
        KEYS["rsa-1"].public_key().public_numbers().n.to_bytes(256, "big"))), no, "its key is for RS256"
    yield "ES256 for an RSA key", "jwks", token("ec-1",
                                                headers={"kid": "rsa-1"}), no, "its key is for RS256, not for ES256"
    yield "RS256 where a secret is shared", "secret", token(), unknown, "not known"
    yield "another secret", "secret", jwt.encode(claims(), SECRET[::-1], algorithm="HS256"), no, "signature"
    yield "the empty secret", "secret", by_hand({"alg": "HS256"}, claims(), mac(b"")), no, "signature"
    for kid in KEYS:
        yield f"{ALGS[kid]}: another key of the same name", "jwks", token(kid, keys=OTHER), no, "signature"
        yield f"{ALGS[kid]}: claims changed", "jwks", token(kid, payload=claims()).replace(
            "." + url64(json.dumps(claims()).encode()) + ".",
            "." + url64(json.dumps(claims(roles=["admin"])).encode()) + "."), no, "signature"
        yield f"{ALGS[kid]}: signature changed", "jwks", changed(token(kid), 2), no, "signature"
        yield f"{ALGS[kid]}: signature cut", "jwks", token(kid)[:-4], no, "signature"
        yield f"{ALGS[kid]}: signature gone", "jwks", token(kid).rsplit(".", 1)[0] + ".", no, "signature"
    yield "ES256: signature in DER", "jwks", by_hand({"alg": "ES256", "kid": "ec-1"}, claims(),
                                                     der_es256), no, "signature"
    yield "ES256: a signature of zeros", "jwks", by_hand({"alg": "ES256", "kid": "ec-1"}, claims(),
                                                         lambda _: bytes(64)), no, "signature"
    yield "another kid", "jwks", token(headers={"kid": "rsa-2"}), unknown, "not known"
    yield "a kid of another case", "jwks", token(headers={"kid": "RSA-1"}), unknown, "not known"
    yield "a kid that is no text", "jwks", by_hand({"alg": "RS256", "kid": 1}, claims(), rs256), no, "kid"
    yield "a kid without end", "jwks", by_hand({"alg": "RS256", "kid": "k" * 300}, claims(), rs256), no, "kid"
    yield "crit", "jwks", by_hand({"alg": "RS256", "kid": "rsa-1", "crit": ["b64"], "b64": False}, claims(),
                                  rs256), no, "crit"
    yield "an id token's typ is JWT, not logout+jwt", "jwks", token(headers={"typ": "logout+jwt"}), no, "typ"
    yield "typ is no text", "jwks", by_hand({"alg": "RS256", "kid": "rsa-1", "typ": 1}, claims(), rs256), no, "typ"
    yield "alg twice", "jwks", by_hand(b'{"alg":"none","alg":"RS256","kid":"rsa-1"}', claims(), rs256), no, "header"
    yield "a header that is a list", "jwks", by_hand(b'["RS256"]', claims(), rs256), no, "header"
    yield "a header that is no JSON", "jwks", by_hand(b'{"alg":"RS256"', claims(), rs256), no, "header"
    yield "a header with a NUL in it", "jwks", by_hand(b'{"alg":"RS256","kid":"rsa-1"}\0', claims(),
                                                       rs256), no, "header"
    yield "a header nested without end", "jwks", by_hand(b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", claims(),
                                                         rs256), no, "header"
    yield "many members", "jwks", by_hand({"alg": "RS256", "kid": "rsa-1", **{f"m{i}": i for i in range(70)}}, claims(),
                                          rs256), no, "header"
    yield "claims that are a list", "jwks", token(payload=b"[1]"), no, "claims"
    yield "claims that are no JSON", "jwks", token(payload=b"\xff\xfe"), no, "claims"
    yield "claims twice", "jwks", token(payload=json.dumps(claims())[:-1].encode() + b',"sub":"root"}'), no, "claims"
    yield "two parts", "jwks", f"{head}.{body}", no, "parts"
    yield "four parts", "jwks", good + ".x", no, "parts"
    yield "five parts, as encrypted ones have", "jwks", good + ".x.y", no, "parts"
    yield "empty parts", "jwks", "..", no, "header"
    yield "no parts", "jwks", "", no, "parts"
    yield "padding", "jwks", f"{head}.{body}.{sig}==", no, "readable signature"
    yield "the other alphabet", "jwks", f"{head}.{body}.{'+' + sig[1:]}", no, "readable signature"
    yield "a line break", "jwks", f"{head}.{body}.{sig[:20]}\n{sig[20:]}", no, "readable signature"
    yield "bits left over", "jwks", f"{head}.{body}.{sig[:-1]}{'B' if sig[-1] != 'B' else 'C'}", no, "readable signature"
    yield "expired", "jwks", token(payload=claims(exp=NOW - 30)), later, "expired"
    yield "expired long ago", "jwks", token(payload=claims(exp=0)), later, "expired"
    yield "no exp", "jwks", token(payload=claims(exp=...)), later, "never expires"
    yield "exp is a text", "jwks", token(payload=claims(exp=str(NOW + 600))), later, "a time"
    yield "exp below zero", "jwks", token(payload=claims(exp=-1)), later, "a time"
    yield "exp without end", "jwks", token(payload=claims(exp=1e300)), later, "a time"
    yield "exp is null", "jwks", token(payload=claims(exp=None)), later, "a time"
    yield "not yet", "jwks", token(payload=claims(nbf=NOW + 31)), later, "nbf"
    yield "nbf is a list", "jwks", token(payload=claims(nbf=[1])), later, "a time"
    yield "of the future", "jwks", token(payload=claims(iat=NOW + 31)), later, "iat"
    yield "another issuer", "jwks", token(payload=claims(iss="https://login.example.com")), later, "issuer"
    yield "no issuer", "jwks", token(payload=claims(iss=...)), later, "issuer"
    yield "an issuer in a list", "jwks", token(payload=claims(iss=[ISSUER])), later, "issuer"
    yield "another audience", "jwks", token(payload=claims(aud="weird")), later, "audience"
    yield "no audience", "jwks", token(payload=claims(aud=...)), later, "audience"
    yield "an empty list of audiences", "jwks", token(payload=claims(aud=[])), later, "audience"
    yield "audiences that are no texts", "jwks", token(payload=claims(aud=[7, None, ["weir"]])), later, "audience"
    yield "no subject", "jwks", token(payload=claims(sub=...)), later, "nobody"
    yield "an empty subject", "jwks", token(payload=claims(sub="")), later, "nobody"
    yield "a subject that is a number", "jwks", token(payload=claims(sub=7)), later, "nobody"
    yield "a subject with a line break", "jwks", token(payload=claims(sub="anna\nroot")), later, "nobody"
    yield "a subject with a NUL", "jwks", token(payload=claims(sub="anna\0")), later, "nobody"
    yield "a subject without end", "jwks", token(payload=claims(sub="a" * 191)), later, "nobody"


def jwks():
    """The three that count, among those that must be passed over."""
    public = {k: v.public_key() for k, v in KEYS.items()}
    return {"keys": [
        {"kty": "oct", "kid": "secret-1", "k": url64(SECRET.encode())},
        jwk("rsa-1", public["rsa-1"], use="sig", alg="RS256"),
        jwk("rsa-enc", OTHER["rsa-1"].public_key(), use="enc"),
        jwk("rsa-pss", OTHER["rsa-1"].public_key(), alg="PS256"),
        jwk("rsa-weak", rsa.generate_private_key(65537, 1024).public_key()),
        {**jwk("rsa-private", OTHER["rsa-1"].public_key()), "d": "AQAB"},
        jwk("ec-1", public["ec-1"], key_ops=["verify"]),
        jwk("ec-384", ec.generate_private_key(ec.SECP384R1()).public_key()),
        {**jwk("ec-off", OTHER["ec-1"].public_key()), "x": url64(bytes(32))},
        jwk("ec-sign", OTHER["ec-1"].public_key(), key_ops=["sign"]),
        jwk("ed-1", public["ed-1"]),
        {"kty": "OKP", "crv": "X25519", "x": url64(bytes(32)), "kid": "x-1"}, {"kty": "new"}, 7, None, [], {}]}


def c_text(s):
    """A C string in pieces of at most 100 columns."""
    out, line = [], ""
    for b in s.encode():
        c = chr(b)
        piece = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}.get(c) or (c if 32 <= b < 127 else f"\\{b:03o}")
        if len(line) + len(piece) > 100:
            out.append(line)
            line = ""
        line += piece
    return "\n      ".join(f'"{p}"' for p in out + [line])


def table(name, rows, columns):
    lines = [f"static const struct {{\n    const char *name, *keys, *token, {columns};\n}} {name}[] = {{"]
    for row in rows:
        texts = ",\n      ".join(c_text(str(v)) for v in row)
        lines.append(f"    {{ {texts} }},")
    return "\n".join(lines + ["};"])


def main():
    public = jwks()
    with open(os.path.join(HERE, "jwt_tokens.h"), "w", encoding="utf-8") as f:
        f.write(f"/* Made by tests/reference/jwt_tokens.py with PyJWT {jwt.__version__}. */\n#ifndef WEIR_TESTS_REFERENCE_JWT_H\n"
                f"#define WEIR_TESTS_REFERENCE_JWT_H\n\n#define JWT_NOW (INT64_C({NOW}) * USEC_SECOND)\n"
                f"#define JWT_ISSUER {c_text(ISSUER)}\n#define JWT_AUDIENCE {c_text(AUDIENCE)}\n"
                f"static const char jwt_secret[] =\n      {c_text(SECRET)};\n"
                f"static const char jwt_set[] =\n      {c_text(json.dumps(public))};\n"
                "static const struct {\n    const char *name, *pem;\n} jwt_pems[] = {\n")
        for kid, key in KEYS.items():
            f.write(f"    {{ \"pem {kid}\",\n      {c_text(pem(key))} }},\n")
        f.write("};\n\n/* good: role, subject; bad: kind of refusal, part of the sentence */\n")
        f.write(table("jwt_good", good_ones(), "*role, *subject") + "\n\n")
        f.write(table("jwt_bad", bad_ones(), "*code, *why") + "\n\n#endif\n")
    live = {alg: {role: token(kid, claims(roles=[role], sub=f"{role} by {alg}", iat=..., exp=FAR))
                  for role in ["ingest", "viewer", "operator", "approver", "admin", "nobody"]}
            for kid, alg in ALGS.items()}
    with open(os.path.join(HERE, "..", "files", "jwt.json"), "w", encoding="utf-8") as f:
        json.dump({"issuer": ISSUER, "audience": AUDIENCE, "jwks": public, "tokens": live,
                   "forged": token(payload=claims(roles=["admin"], iat=..., exp=FAR), keys=OTHER),
                   "other_audience": token(payload=claims(aud="other", roles=["admin"], iat=..., exp=FAR)),
                   "expired": token(payload=claims(roles=["admin"], iat=..., exp=1_700_000_000))}, f, indent=1)
        f.write("\n")
    with open(os.path.join(HERE, "..", "files", "jwks.json"), "w", encoding="utf-8") as f:
        json.dump(public, f, indent=1)
        f.write("\n")


main()
