"""Prints a fresh RSA key of 2048 bits as PKCS#1 DER in base64: no crate of the tests makes one."""

import base64
import secrets


def is_prime(n):
    """Miller-Rabin: a composite passes once in 2**80 at the most."""
    if any(n % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(40):
        x = pow(secrets.randbelow(n - 3) + 2, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(e):
    while True:
        # The two highest bits, so that the product of two has twice as many; and odd.
        candidate = secrets.randbits(1024) | 3 << 1022 | 1
        if (candidate - 1) % e and is_prime(candidate):
            return candidate


def der(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(size)]) + size + content


def integer(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


e = 65537
q, p = sorted((prime(e), prime(e)))
d = pow(e, -1, (p - 1) * (q - 1))
# RSAPrivateKey of RFC 8017, appendix A.1.2.
numbers = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
print(base64.b64encode(der(0x30, b"".join(map(integer, numbers)))).decode())
