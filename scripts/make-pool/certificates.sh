#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Make the X.509 certificates of the SIMULATED hierarchy from the pool's keys.
#
#   sh scripts/make-pool/certificates.sh [output directory]
#
# Names, serials, dates and key identifiers are fixed below and the signature
# (RSASSA-PKCS1-v1_5, SHA-256) has no randomness, so the same bytes come out
# each time.  The committed files are the reference all the same.  The private
# keys are public: the certificates prove nothing about any card.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
keys=$here/../../src/simulator/pool/keys
out=${1:-$here/../../certs/simulated/taimen}
first=20200101000000Z
last=20991231235959Z

mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 32 bytes: SHA-256 of the key (RFC 7093, section 2, method 1, but not cut to
# 160 bits), because field B6 of a licence has room for 32.
identifier() {
    openssl rsa -inform DER -in "$keys/$1.der" -RSAPublicKey_out -outform DER 2>/dev/null |
        openssl dgst -sha256 -r | cut -d' ' -f1
}

# name, serial (16 hex digits, all decimal), common name, extensions, issuer
certificate() {
    cat > "$work/ca.cnf" <<CONF
[ca]
default_ca = own
[own]
database = $work/index
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
x509_extensions = own_extensions
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[own_extensions]
$4
subjectKeyIdentifier = $(identifier "$1")
authorityKeyIdentifier = keyid:always
[req]
distinguished_name = name
prompt = no
string_mask = nombstr
[name]
C = JP
O = taimen simulator
OU = SIMULATED, NOT A REAL ISSUER
CN = $3
CONF
    : > "$work/index"
    echo "$2" > "$work/serial"
    openssl rsa -inform DER -in "$keys/$1.der" -out "$work/own.pem" 2>/dev/null
    openssl req -new -config "$work/ca.cnf" -key "$work/own.pem" -out "$work/own.csr"
    if [ "$5" = "$1" ]; then
        openssl ca -batch -notext -preserveDN -config "$work/ca.cnf" -selfsign -keyfile "$work/own.pem" \
            -startdate $first -enddate $last -in "$work/own.csr" -out "$work/$1.pem" 2>"$work/log" ||
            { cat "$work/log" >&2; exit 1; }
    else
        openssl rsa -inform DER -in "$keys/$5.der" -out "$work/issuer.pem" 2>/dev/null
        openssl ca -batch -notext -preserveDN -config "$work/ca.cnf" -cert "$work/$5.pem" \
            -keyfile "$work/issuer.pem" -startdate $first -enddate $last \
            -in "$work/own.csr" -out "$work/$1.pem" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
    fi
    openssl x509 -in "$work/$1.pem" -outform DER -out "$out/$1.der"
    echo "$1.der $(openssl dgst -sha256 -r "$out/$1.der" | cut -d' ' -f1)"
}

authority='basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign'
leaf='basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature'

certificate licence-ca 7000000000000001 'taimen simulated licence CA' "$authority" licence-ca
certificate licence-signer 7000000000000002 'taimen simulated licence signer' "$leaf" licence-ca
certificate menkyo-signer 7000000000000003 'taimen simulated menkyo signer' "$leaf" licence-ca

for leaf in licence-signer menkyo-signer; do
    openssl verify -CAfile "$work/licence-ca.pem" "$work/$leaf.pem" >/dev/null
done
