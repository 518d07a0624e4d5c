#!/bin/sh
# Makes the secrets of compose.yaml, at random, once: files beside it that only you may read.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets sites
chmod 755 sites # site files are no secrets, and the containers read them as another user

made() { # made NAME COMMAND…: the file secrets/NAME from what the command prints, where it is not there yet
    name=$1
    shift
    [ -e "secrets/$name" ] || "$@" > "secrets/$name"
}
word() { openssl rand -hex 24 | tr -d '\n'; }

made mongo_key openssl rand -base64 756
for name in mongo_root_password mongo_password broker_password grafana_password; do
    made "$name" word
done
members=mongo1:27017,mongo2:27017,mongo3:27017
uri="mongodb://newscrawl:$(cat secrets/mongo_password)@$members/?replicaSet=newscrawl&authSource=newscrawl"
made mongo_uri printf '%s' "$uri"
made mongo_uri_tls printf '%s' "$uri&tls=true&tlsCAFile=/run/secrets/authority"
made broker_url printf '%s' "amqp://newscrawl:$(cat secrets/broker_password)@rabbitmq:5672//"
# The users of the containers are others than you: what they read is theirs to read, in a folder that only you enter.
(cd secrets && chmod 444 mongo_* broker_* grafana_*)
echo "the secrets are in $(pwd)/secrets"
