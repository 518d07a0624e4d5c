#!/bin/sh
# Makes an authority and a certificate of the database's members for compose.tls.yaml, once. Ten years and one year:
# remove secrets/mongo_certificate.pem, run it again and restart the members one by one before the year is over.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
if [ ! -e secrets/authority.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days 3650 -subj "/CN=newscrawl authority" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout secrets/authority.key -out secrets/authority.pem
fi
if [ ! -e secrets/mongo_certificate.pem ]; then
    printf '%s\n' "subjectAltName=DNS:mongo1,DNS:mongo2,DNS:mongo3,DNS:localhost,IP:127.0.0.1" \
        "extendedKeyUsage=serverAuth,clientAuth" > secrets/extensions
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -subj "/O=newscrawl/CN=mongo" \
        -keyout secrets/mongo.key -out secrets/mongo.csr
    openssl x509 -req -in secrets/mongo.csr -CA secrets/authority.pem -CAkey secrets/authority.key -CAcreateserial \
        -days 365 -sha256 -extfile secrets/extensions -out secrets/mongo.crt
    cat secrets/mongo.crt secrets/mongo.key > secrets/mongo_certificate.pem
    rm secrets/mongo.crt secrets/mongo.key secrets/mongo.csr secrets/extensions
fi
chmod 444 secrets/mongo_certificate.pem secrets/authority.pem
echo "the certificates are in $(pwd)/secrets; keep authority.key elsewhere"
