#include "base/near.hpp"
#include "base/version.hpp"
#include "commands.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

using sluice::Options;
using sluice::Result;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

void print(sluice::Error const& error)
{
    if (error.failures().empty()) {
        std::cerr << "sluice: " << error.public_detail() << '\n';
        return;
    }
    for (auto const& failure : error.failures())
        std::cerr << "sluice: " << failure.path << ' ' << failure.message << '\n';
}

/// Says which word of the command line is no subcommand; empty if each is one.
std::string unknown_word(CLI::App const& app, std::vector<std::string> const& words)
{
    auto const* at = &app;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].starts_with('-')) {
            i += words[i] == "--config" ? 1 : 0;
            continue;
        }
        std::vector<std::string> known;
        std::string listed;
        CLI::App const* next = nullptr;
        for (auto const* sub : at->get_subcommands([](CLI::App const*) { return true; })) {
            known.push_back(sub->get_name());
            listed += (listed.empty() ? "" : ", ") + sub->get_name();
            next = sub->get_name() == words[i] ? sub : next;
        }
        if (known.empty())
            return {}; // What follows are arguments.
        if (next == nullptr)
            return words[i] + " is no subcommand; there are " + listed + sluice::did_you_mean(known, words[i]);
        at = next;
    }
    return {};
}

int run_command(int argc, char** argv)
{
    // A closed connection must give an error code and not end the process.
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App app{"Sluice lets AI agents and code use your customers' SaaS accounts.\nSettings come from --config and "
                 "from SLUICE_… variables; `sluice config --help` lists them."};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(sluice::version()));
    std::string config_file;
    app.add_option("--config", config_file, "YAML file with settings")->envname("SLUICE_CONFIG");
    Options options;
    app.add_flag("--json", options.wants_json, "print lists as JSON, also on a terminal");

    std::function<Result<void>(Options const&)> run;
    auto const command = [&](CLI::App& parent, std::string const& name, std::string const& text,
                             std::function<Result<void>(Options const&)> body) {
        auto* sub = parent.add_subcommand(name, text);
        sub->callback([&run, body = std::move(body)] { run = body; });
        return sub;
    };
    auto const group = [&](std::string const& name, std::string const& text) {
        auto* sub = app.add_subcommand(name, text);
        sub->require_subcommand(1);
        return sub;
    };

    std::string name;
    std::string team;
    std::string environment;
    std::string path;
    std::string kind;
    std::string rows;
    std::string email;
    std::string role = "developer";
    bool is_meant = false;
    sluice::NewToken token;

    command(app, "api", "Serve the API, the REST proxy and the MCP endpoint", sluice::run_api);
    command(app, "worker", "Run the background jobs", sluice::run_worker);
    command(app, "migrate", "Bring the schema up to date and store the built-in integrations", sluice::migrate);

    auto* keys = group("keys", "Manage the keyring of master keys");
    auto* keys_create = command(*keys, "create", "Write a new keyring; never overwrites one",
                                [&](Options const&) { return sluice::create_keyring(path); });
    keys_create->add_option("file", path, "path of the new file")->required();

    command(*keys, "add", "Add a key to the keyring file; `sluice keys rotate` makes it active", sluice::add_key);
    command(*keys, "status", "Show what each key is still used for, and which replicas have loaded it",
            sluice::show_keys);
    command(*keys, "rotate", "Make the newest key active and wrap every data key with it; can be repeated",
            sluice::rotate_keys);
    auto* keys_shred =
        command(*keys, "shred", "Destroy every credential of an environment for good",
                [&](Options const& all) { return sluice::shred_keys(all, team, environment, is_meant); });
    keys_shred->add_option("--team", team, "name or id of the team")->required();
    keys_shred->add_option("--environment", environment, "name or id of the environment")->required();
    keys_shred->add_flag("--yes", is_meant, "confirm that the credentials are to be destroyed");

    auto* teams = group("team", "Manage teams: organisations that use this Sluice");
    auto* team_create = command(*teams, "create", "Make a team, or show the team with that name",
                                [&](Options const& all) { return sluice::create_team(all, name); });
    team_create->add_option("name", name, "name of the team")->required();

    command(*teams, "list", "Show the teams", sluice::list_teams);
    command(*teams, "show", "Show a team", [&](Options const& all) { return sluice::show_team(all, team); })
        ->add_option("team", team, "name or id of the team")
        ->required();
    command(*teams, "delete", "Delete a team without environments, with its users and integrations",
            [&](Options const& all) { return sluice::delete_team(all, team); })
        ->add_option("team", team, "name or id of the team")
        ->required();

    auto* environments =
        group("environment", "Manage environments, such as production: the tenancy boundaries of a team");
    auto* environment_create =
        command(*environments, "create", "Make an environment, or show the environment with that name",
                [&](Options const& all) { return sluice::create_environment(all, team, name); });
    environment_create->add_option("name", name, "name of the environment")->required();
    environment_create->add_option("--team", team, "name or id of its team")->required();

    auto* environment_list = command(*environments, "list", "Show the environments of a team",
                                     [&](Options const& all) { return sluice::list_environments(all, team); });
    environment_list->add_option("team", team, "name or id of the team")->required();

    auto const environment_command = [&](std::string const& verb, std::string const& text,
                                         std::function<Result<void>(Options const&)> body) {
        auto* sub = command(*environments, verb, text, std::move(body));
        sub->add_option("team", team, "name or id of its team")->required();
        sub->add_option("environment", environment, "name or id of the environment")->required();
        return sub;
    };
    environment_command("show", "Show an environment",
                        [&](Options const& all) { return sluice::show_environment(all, team, environment); });
    environment_command("delete",
                        "Delete an environment without integrated accounts, with its tokens, webhooks and keys",
                        [&](Options const& all) { return sluice::delete_environment(all, team, environment); });

    auto* environment_quota = environment_command(
        "quota", "Show how many rows of each kind an environment has and may have, or set a number",
        [&](Options const& all) { return sluice::environment_quota(all, team, environment, kind, rows); });
    environment_quota->add_option("kind", kind, "only this quota, such as webhooks");
    environment_quota->add_option(
        "rows", rows,
        "how many rows of that kind the environment may have; default: as many as the settings "
        "quotas.… say");

    auto* users = group("user", "Manage users: the people of a team");
    auto const user_command = [&](std::string const& verb, std::string const& text,
                                  std::function<Result<void>(Options const&)> body) {
        auto* sub = command(*users, verb, text, std::move(body));
        sub->add_option("team", team, "name or id of the team")->required();
        sub->add_option("email", email, "e-mail of the user")->required();
        return sub;
    };
    auto* user_create =
        user_command("create", "Make a user, and print a link with which they sign in once",
                     [&](Options const& all) { return sluice::create_user(all, team, email, role, name); });
    user_create->add_option("--role", role, "owner, admin, developer or viewer")->capture_default_str();
    user_create->add_option("--name", name, "name of the user");
    auto* user_list = command(*users, "list", "Show the users of a team",
                              [&](Options const& all) { return sluice::list_users(all, team); });
    user_list->add_option("team", team, "name or id of the team")->required();
    user_command("show", "Show a user", [&](Options const& all) { return sluice::show_user(all, team, email); });
    user_command("remove", "Remove a user; their sessions end at once",
                 [&](Options const& all) { return sluice::remove_user(all, team, email); });
    user_command("reset", "Print a link with which a user sets a new password and loses their second factor",
                 [&](Options const& all) { return sluice::reset_user(all, team, email); });
    user_command("sign-in", "Print a link with which a user signs in once",
                 [&](Options const& all) { return sluice::sign_in_user(all, team, email); });
    auto* user_role = user_command("role", "Give a user another role",
                                   [&](Options const& all) { return sluice::change_role(all, team, email, role); });
    user_role->add_option("role", role, "owner, admin, developer or viewer")->required();

    auto* tokens = group("api-token", "Manage API tokens: developers' secrets for one environment");
    auto const in_environment = [&](CLI::App* sub) {
        sub->add_option("--team", team, "name or id of the team")->required();
        sub->add_option("--environment", environment, "name or id of the environment")->required();
        return sub;
    };
    auto const token_command = [&](std::string const& verb, std::string const& text,
                                   std::function<Result<void>(Options const&)> body) {
        return in_environment(command(*tokens, verb, text, std::move(body)));
    };
    token_command("list", "Show the API tokens of an environment, without their secrets",
                  [&](Options const& all) { return sluice::list_api_tokens(all, team, environment); });
    token_command("show", "Show an API token, without its secret",
                  [&](Options const& all) { return sluice::show_api_token(all, team, environment, name); })
        ->add_option("token", name, "name or id of the token")
        ->required();
    token_command("revoke", "End an API token at once, on every replica",
                  [&](Options const& all) { return sluice::revoke_api_token(all, team, environment, name); })
        ->add_option("token", name, "name or id of the token")
        ->required();
    auto* token_create =
        token_command("create", "Make an API token; its secret is shown once",
                      [&](Options const& all) { return sluice::create_api_token(all, team, environment, token); });
    token_create->add_option("name", token.name, "name of the token")->required();
    token_create->add_option("--scope", token.scopes,
                             "what the token may do: full, read_only, data_plane, no_credentials, or a permission; can "
                             "be repeated (full)");
    token_create->add_option("--expires", token.expires_at, "when it ends, such as 2027-01-31T00:00:00Z (never)");
    token_create->add_flag(
        "--mcp-only", token.is_mcp_only,
        "the token works only as the second factor of MCP servers: it can read, change and approve nothing");
    token_create->add_flag("--replace", token.replace,
                           "give the token with that name a new secret; the old one ends at once");

    auto* integrations = group("integration", "Check and publish integration definitions");
    in_environment(command(*integrations, "list", "Show what an environment may install",
                           [&](Options const& all) { return sluice::list_integrations(all, team, environment); }));
    in_environment(command(*integrations, "show", "Show an integration that an environment may install",
                           [&](Options const& all) { return sluice::show_integration(all, team, environment, name); }))
        ->add_option("integration", name, "name or id of the integration")
        ->required();
    auto* integration_delete = command(*integrations, "delete", "Delete a team's definition that nobody has installed",
                                       [&](Options const& all) { return sluice::delete_integration(all, team, name); });
    integration_delete->add_option("integration", name, "name or id of the integration")->required();
    integration_delete->add_option("--team", team, "name or id of its team")->required();
    auto* check = command(*integrations, "check", "Check a definition: show its mistakes, or the tools that it gives",
                          [&](Options const&) { return sluice::check_integration(path); });
    check->add_option("directory", path, "directory with integration.yaml and the OpenAPI file that it names")
        ->required();
    auto* publish = command(*integrations, "publish", "Store a team's definition, or its next version",
                            [&](Options const& all) { return sluice::publish_integration(all, team, path); });
    publish->add_option("directory", path, "directory with integration.yaml and the OpenAPI file that it names")
        ->required();
    publish->add_option("--team", team, "name or id of its team")->required();

    sluice::CallTarget target;
    std::string tool;
    std::string arguments = "{}";
    auto* call = command(app, "call", "Call a tool of an account over the REST API and print the answer",
                         [&](Options const&) { return sluice::call_tool(target, tool, arguments); });
    call->add_option("tool", tool, "name of the tool, as `GET /integrated-account/{id}/tools` lists it")->required();
    call->add_option("arguments", arguments, "a JSON object")->capture_default_str();
    call->add_option("--url", target.url, "base URL of the API")->envname("BASE");
    call->add_option("--token", target.token, "API token")->envname("TOKEN");
    call->add_option("--account", target.account, "id of the integrated account")->envname("ACCOUNT");

    auto* show = command(app, "config", "Print the settings in use, without secrets", [](Options const& all) {
        std::cout << all.dump();
        return Result<void>{};
    });
    show->footer(options.help());

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        auto const unknown = unknown_word(app, {argv + 1, argv + argc});
        if (error.get_exit_code() != 0 && !unknown.empty()) {
            std::cerr << "sluice: " << unknown << '\n';
            return kUsage;
        }
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    if (auto const loaded = options.load(config_file); !loaded) {
        print(loaded.error());
        return kUsage;
    }
    auto const done = run(options);
    if (!done) {
        print(done.error());
        return kFailed;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run_command(argc, argv);
    } catch (std::exception const& unexpected) {
        std::cerr << "sluice: " << unexpected.what() << '\n';
        return kFailed;
    }
}
