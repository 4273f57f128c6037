# Runs the throw-away PostgreSQL of the tests and ends it when nobody has used it for a while.
# Arguments: the folder, the postgres program. See shared_cluster.rs for the locks.
set -u
folder=$1
cd "$folder" || exit 1

# Nothing here has to outlive the machine's next restart, so nothing waits for the disk.
setpriv --pdeathsig INT -- "$2" -D "$folder/cluster" \
    -c listen_addresses= -c unix_socket_directories="\"$folder\"" -c unix_socket_permissions=0700 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
    -c max_connections=200 -c shared_buffers=128MB -c jit=off -c max_wal_size=4GB \
    >"$folder/log" 2>&1 &
postgres=$!

while kill -0 "$postgres" 2>/dev/null; do
    # Waits until no test process holds it, then gives the next run some time to come.
    flock --exclusive users.lock true
    sleep 20
    exec 8<start.lock
    flock --exclusive 8
    if flock --exclusive --nonblock users.lock true; then
        kill -INT "$postgres"
        wait "$postgres"
        rm -rf cluster
        exit 0
    fi
    exec 8<&-
done
