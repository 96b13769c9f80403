"""Verify who signed an image, scan it, decide: check.py IMAGE KEY DATABASE."""

import sys

import sealift


def main(image: str, key: str, database: str) -> int:
    try:
        proved = sealift.verify_image(image, key=key, insecure_ignore_tlog=True)
    except sealift.VerificationError as error:
        print(f"not verified ({error.check}): {error}")
        return 1
    print(f"{proved.digest} is signed by the key {proved.signatures[0].key_fingerprint}")
    gate = sealift.Gate(key=key, insecure_ignore_tlog=True, fail_on=["CRITICAL"], allow_incomplete=True)
    decision = gate.admit(image, database=database)
    print(decision.text, end="")
    return 0 if decision else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
