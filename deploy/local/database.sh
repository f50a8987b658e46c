# For `up`: an existing PostgreSQL server instead of a private one. Sourced; uses common.sh, sets the three URLs.
# shellcheck shell=bash disable=SC2154

# role_url ROLE: the administrator's server and parameters, with another user and the database sluice.
role_url() {
    local rest=${admin_url#*://} parameters='' server
    [[ $rest != *\?* ]] || parameters="?${rest#*\?}"
    server=${rest%%[/?]*}
    printf 'postgresql://%s:%s@%s/sluice%s' "$1" "$password" "${server##*@}" "$parameters"
}

roles_log_in() {
    local url
    for url in "$owner_url" "$app_url" "$worker_url"; do
        sql "$url" -c '' 2>"$state/psql.log" || return 1
    done
}
psql_error() { grep -m1 -oE '(FATAL|ERROR): .*' "$state/psql.log" || head -n 1 "$state/psql.log"; }

# Adds the roles and the database where they are missing; never changes a role that exists.
use_existing_server() {
    local password version file=deploy/local/roles.sql name=SLUICE_DATABASE_URL
    [[ $admin_url =~ ^postgres(ql)?:// && ! $admin_url =~ [?\&](user|password|dbname|host)= ]] ||
        fail "$name must look like postgresql://user:password@host:port/postgres"
    password=$(secret_file "$state/database-password")
    owner_url=$(role_url sluice_owner) app_url=$(role_url sluice_app) worker_url=$(role_url sluice_worker)
    ! roles_log_in || return 0
    version=$(sql "$admin_url" -c 'SHOW server_version_num' 2>"$state/psql.log") || fail "$name: $(psql_error)"
    ((version >= 150000)) || fail "$name: Sluice needs PostgreSQL 15 or newer, this server is older"
    { printf "\\set password '%s'\n" "$password" && cat "$root/$file"; } | sql "$admin_url" >"$state/psql.log" 2>&1 ||
        fail "$name: this user may not create the roles ($(psql_error)). Let an administrator of the server run:" \
            "psql -v password=$password -f $file URL_OF_THE_SERVER; then start again"
    roles_log_in || fail "$name: the roles are there but cannot log in ($(psql_error)). pg_hba.conf must allow passwords," \
        "and an administrator must run, for sluice_owner, sluice_app and sluice_worker: ALTER ROLE … PASSWORD '$password'"
}
