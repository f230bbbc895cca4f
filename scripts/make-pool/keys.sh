#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Make the RSA-2048 and P-384 keys of the SIMULATED hierarchy, once.
#
#   sh scripts/make-pool/keys.sh [output directory]
#
# A key that is already there is never overwritten: the committed keys are the
# reference, and every certificate the simulator issues depends on them.  The
# keys are random, so this script is the one part of the pool that cannot be
# reproduced; it is kept to show where the files came from.
#
# Whatever the script made or found is then checked: PKCS#1 RSAPrivateKey
# (RFC 8017) in DER, two-prime, 2048 bits, e = 65537, internally consistent,
# and no modulus used twice; or ECPrivateKey (RFC 5915) in DER on P-384 with its
# public point, and no point used twice.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/../../src/simulator/pool/keys}

names='
my-number-ca-face my-number-ca-text my-number-ca-mf
my-number-municipality-face my-number-municipality-text my-number-municipality-mf
my-number-session
impostor
jpki-auth-ca jpki-sign-ca
licence-ca licence-signer menkyo-signer
csca-1 document-signer-1 passport-chip
zairyu-ca zairyu-ca-old zairyu-signer
'
ec_names='zairyu-ca2 zairyu-ca2-old zairyu-signer2 impostor2'
for n in 0 1 2 3 4 5 6 7; do
    names="$names my-number-card-face-$n my-number-card-text-$n"
done
for n in 0 1 2 3; do
    names="$names jpki-auth-$n jpki-sign-$n"
done

mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in $names; do
    [ -e "$out/$name.der" ] && continue
    openssl genrsa -traditional -out "$work/key.pem" 2048 2>/dev/null
    openssl rsa -traditional -in "$work/key.pem" -outform DER \
        -out "$work/key.der" 2>/dev/null
    # 0644: these keys are public, and git keeps no other mode anyway.
    install -m 0644 "$work/key.der" "$out/$name.der"
    echo "made $name.der"
done

for name in $ec_names; do
    [ -e "$out/$name.der" ] && continue
    openssl ecparam -name secp384r1 -genkey -noout -outform DER -out "$work/key.der" 2>/dev/null
    install -m 0644 "$work/key.der" "$out/$name.der"
    echo "made $name.der"
done

bad=0
complain() {
    echo "$1: $2" >&2
    bad=1
}

count=0
: > "$work/moduli"
for name in $names; do
    count=$((count + 1))
    file=$out/$name.der
    # 30 82 LL LL  02 01 00  02 82 01 01 00 ...: a SEQUENCE of version 0 and
    # then directly the 257-byte modulus.  A PKCS#8 wrapper would have another
    # SEQUENCE (30 0d 06 09 ...) after the version.
    head=$(od -An -tx1 -N12 "$file" | tr -d ' \n')
    case $head in
        3082????0201000282010100) ;;
        *) complain "$name" "not a two-prime RSA-2048 PKCS#1 key ($head)" ;;
    esac
    length=$(($(wc -c < "$file")))
    inside=$(printf '%d' "0x$(printf '%s' "$head" | cut -c5-8)")
    [ "$length" -eq $((inside + 4)) ] || complain "$name" 'bytes after the key'
    openssl rsa -inform DER -in "$file" -noout -check >/dev/null 2>&1 ||
        complain "$name" 'openssl finds the key inconsistent'
    openssl rsa -inform DER -in "$file" -noout -text 2>/dev/null > "$work/text"
    grep -q '(2048 bit, 2 primes)' "$work/text" ||
        complain "$name" 'not 2048 bits of two primes'
    grep -q '^publicExponent: 65537 ' "$work/text" ||
        complain "$name" 'the public exponent is not 65537'
    openssl rsa -inform DER -in "$file" -noout -modulus 2>/dev/null >> "$work/moduli"
done
unique=$(($(sort -u "$work/moduli" | wc -l)))
[ "$unique" -eq "$count" ] || complain "$out" "$count keys but $unique moduli"
ec_count=0
: > "$work/points"
for name in $ec_names; do
    ec_count=$((ec_count + 1))
    file=$out/$name.der
    # 30 81 A4  02 01 01  04 30: version 1 and directly the 48-byte number.
    head=$(od -An -tx1 -N8 "$file" | tr -d ' \n')
    [ "$head" = 3081a40201010430 ] || complain "$name" "not a P-384 ECPrivateKey ($head)"
    [ "$(($(wc -c < "$file")))" -eq 167 ] || complain "$name" 'bytes after the key'
    openssl ec -inform DER -in "$file" -noout -check >/dev/null 2>&1 ||
        complain "$name" 'openssl finds the key inconsistent'
    openssl ec -inform DER -in "$file" -noout -text 2>/dev/null > "$work/text"
    grep -q '^ASN1 OID: secp384r1' "$work/text" || complain "$name" 'not on P-384'
    openssl ec -inform DER -in "$file" -pubout -outform DER 2>/dev/null |
        openssl dgst -sha256 -r >> "$work/points"
done
unique=$(($(sort -u "$work/points" | wc -l)))
[ "$unique" -eq "$ec_count" ] || complain "$out" "$ec_count P-384 keys but $unique points"
for file in "$out"/*.der; do
    base=$(basename "$file" .der)
    case " $(printf '%s %s' "$names" "$ec_names" | tr '\n' ' ') " in
        *" $base "*) ;;
        *) complain "$base" 'a key this script does not know' ;;
    esac
done

[ "$bad" -eq 0 ] || exit 1
echo "$((count + ec_count)) keys checked"
