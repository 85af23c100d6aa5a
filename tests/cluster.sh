#!/bin/sh
# A PostgreSQL cluster of its own, for tests: prints its address on one line, runs until its standard
# input ends, and leaves nothing. So it ends with whoever started it, however that ends.
set -eu

if [ "$(id -u)" = 0 ]; then
	user=postgres
	getent passwd "$user" >/dev/null || user=nobody
	as_user() { runuser -u "$user" -- "$@"; }
else
	user=$(id -un)
	as_user() { "$@"; }
fi

bin=
for folder in /usr/lib/postgresql/*/bin; do
	[ -x "$folder/initdb" ] && bin=$folder
done
if [ -z "$bin" ]; then
	echo "cluster.sh: PostgreSQL is not installed (Debian's package: postgresql-15)" >&2
	exit 1
fi

# not below the clone: another user may not be able to enter that
folder=$(mktemp -d "${TMPDIR:-/tmp}/turnout-cluster-XXXXXX")
started=
finish() {
	trap - EXIT INT TERM HUP
	[ -z "$started" ] || (cd "$folder" && as_user "$bin/pg_ctl" -D "$folder/d" -m immediate -w stop) >/dev/null 2>&1 || :
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
chmod 0700 "$folder"
chown "$user" "$folder"
cd "$folder"
as_user "$bin/initdb" -D "$folder/d" -U app -A trust -N --locale=C.UTF-8 -E UTF8 >"$folder/initdb.log" 2>&1 || {
	cat "$folder/initdb.log" >&2
	exit 1
}
started=yes
as_user "$bin/pg_ctl" -D "$folder/d" -w -l "$folder/d/log" \
	-o "-c listen_addresses='' -c unix_socket_directories=$folder -c max_connections=200 -c shared_buffers=64MB $*" \
	start >/dev/null </dev/null || {
	cat "$folder/d/log" >&2
	exit 1
}
echo "postgresql:///postgres?host=$folder&user=app"
exec >/dev/null
cat >/dev/null
