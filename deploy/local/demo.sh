# For `up`: a team, an environment, an API token, a connected Gorgias account and its MCP URL, each made only once.
# Sourced; uses common.sh.
# shellcheck shell=bash disable=SC2154

first_call='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_all_gorgias_tickets","arguments":{"limit":2}}}'

demo_app=sluice-demo # the OAuth app that the simulator knows
owner_email=owner@demo.example

# What the last start left, or nothing.
remember() {
    { read -r api_token && read -r account && read -r mcp_url; } < <(
        jq -r '.api_token, .integrated_account_id, .mcp_url' "$state/dev.json" 2>/dev/null
    ) || api_token='' account='' mcp_url=''
    mcp_url=$public_url/mcp/${mcp_url##*/} # the port, or the public URL, may be another one
}

# request METHOD URL [JSON]: prints the status, leaves the answer in a file. Secrets stay out of the process list.
request() {
    : >"$state/answer"
    curl -sS --max-time 20 -X "$1" -o "$state/answer" -w '%{http_code}' --data-binary @<(printf '%s' "${3:-}") --config <(
        printf 'url = "%s"\nheader = "Content-Type: application/json"\n' "$2"
        printf 'header = "Authorization: Bearer %s"\n' "$api_token"
    ) 2>>"$state/answer" || true
}

# api METHOD PATH [JSON]: prints the answer, which must be a success.
api() {
    local status
    status=$(request "$1" "$base_url$2" "${3:-}")
    [[ $status == 2* ]] || fail "$1 $2 answered $status: $(head -c 400 "$state/answer")"
    cat "$state/answer"
}

make_token() {
    local create=(api-token create local --team demo --environment development)
    [[ -z $api_token || $(request GET "$base_url/integration?name=gorgias") != 200 ]] || return 0
    export SLUICE_DATABASE_URL=$app_url SLUICE_KEYRING_FILE=$state/keyring.json
    cli team create demo >/dev/null
    cli environment create development --team demo >/dev/null
    api_token=$(cli "${create[@]}" | jq -r '.token // empty')
    # There is one, but its secret was shown only then.
    [[ -n $api_token ]] || api_token=$(cli "${create[@]}" --replace | jq -r .token)
    unset SLUICE_DATABASE_URL SLUICE_KEYRING_FILE
}

# A link with which the first owner of the team signs in once; a new one at each start.
make_owner() {
    export SLUICE_DATABASE_URL=$app_url SLUICE_KEYRING_FILE=$state/keyring.json SLUICE_PUBLIC_URL=$public_url
    sign_in_url=$(cli user create demo "$owner_email" --role owner --name Owner 2>/dev/null | jq -r .link) ||
        sign_in_url=$(cli user sign-in demo "$owner_email" | jq -r .link)
    unset SLUICE_DATABASE_URL SLUICE_KEYRING_FILE SLUICE_PUBLIC_URL
}

# The account that the dashboard offers to try (`demo.file`).
write_offer() {
    (umask 077 && jq -n --arg base "$simulator_url/{{context.subdomain}}" --arg id "$demo_app" \
        --rawfile secret "$state/demo-app-secret" --rawfile key "$state/demo-api-key" '{
            integration: "gorgias", tenant_id: "demo", authentication_method: "api_key",
            override: {base_url: $base, credentials: {oauth2: {client_id: $id, client_secret: ($secret | rtrimstr("\n"))}}},
            context: {subdomain: "acme", email: "agent@acme.example", api_key: ($key | rtrimstr("\n"))}}' >"$state/demo.json.new")
    mv "$state/demo.json.new" "$state/demo.json"
}

# Prints the id of Gorgias in the environment, at the simulator's address.
install_gorgias() {
    local integration override installed
    integration=$(api GET '/integration?name=gorgias' | jq -r '.result[0].id')
    override=$(jq -c .override "$state/demo.json")
    installed=$(api POST /environment-integration "{\"integration_id\":\"$integration\",\"override\":$override}")
    api PATCH "/environment-integration/$(jq -r .id <<<"$installed")" "{\"override\":$override}" | jq -r .id
}

# connect_account INSTALLED: sets `account`. One that this checkout does not remember has another key.
connect_account() {
    account=$(api GET '/integrated-account?tenant_id=demo' | jq -r --arg id "$account" '.result[].id | select(. == $id)')
    [[ -n $account ]] || account=$(api POST /integrated-account "$(jq -c --arg installed "$1" '
        {tenant_id, authentication_method, context, environment_integration_id: $installed}' "$state/demo.json")" | jq -r .id)
}

# At the address of this machine: what makes the public URL reach it may not run yet.
local_mcp_url() { printf '%s/mcp/%s' "$base_url" "${mcp_url##*/}"; }

call_works() {
    [[ $(request POST "$(local_mcp_url)" "$first_call") == 200 ]] &&
        jq -e '.result and (.result.isError | not)' "$state/answer" >/dev/null 2>&1
}

create_demo() {
    local installed
    step demo
    remember
    make_token
    make_owner
    if ! call_works; then
        installed=$(install_gorgias)
        connect_account "$installed"
        [[ $(request POST "$(local_mcp_url)" "$first_call") == 200 ]] ||
            mcp_url=$(api POST "/integrated-account/$account/mcp" '{"name":"Demo","config":{}}' | jq -r .url)
        call_works || fail "the first tool call failed: $(head -c 400 "$state/answer")"
    fi
    rm -f "$state/answer"
    (umask 077 && printf '%s\n' "$base_url" "$api_token" "$account" "$mcp_url" "$simulator_url" "$app_url" "$allow" "$management_url" "$public_url" "$worker_management_url" "$clock" | jq -Rn '
        [inputs] | {base_url: .[0], api_token: .[1], integrated_account_id: .[2], mcp_url: .[3], simulator_url: .[4],
        database_url: .[5], allow: .[6], management_url: .[7], public_url: .[8], worker_url: .[9]} +
        if .[10] == "" then {} else {clock_file: .[10]} end' >"$state/dev.json.new")
    mv "$state/dev.json.new" "$state/dev.json"
    finish "a connected Gorgias account, and an MCP URL for it"
}

report() {
    cat <<EOF

Sluice runs, $(since "$started") s after the start. $stop_with stops it.

  base URL   $base_url$([[ $public_url == "$base_url" ]] || printf '\n  public URL %s' "$public_url")
  API token  $api_token
  MCP URL    $mcp_url
  simulator  $simulator_url (a stand-in for Gorgias)
  sign in    ${sign_in_url/sign-in#/sign-in?return=/dashboard#}
             (once, as $owner_email, the owner of the team demo)

The first tool call, ready to paste:

  curl -s $mcp_url \\
    -H 'Content-Type: application/json' \\
    -d '$first_call'

In this shell, \$BASE, \$TOKEN, \$ACCOUNT and \$MCP_URL of the README, and \`sluice\` on the PATH:

  eval "\$($(up_command --env))"

For an MCP client:

  {"mcpServers": {"gorgias": {"type": "http", "url": "$mcp_url"}}}

For scripts: $(shown "$state")/dev.json. Logs: $(shown "$state")/{api,worker,simulator,postgres}.log
EOF
}
