#pragma once

#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "options.hpp"

#include <string>
#include <vector>

namespace sluice {

// One function for each subcommand. Each prints its answer as one JSON object; `main` prints the error.

Result<void> run_api(Options const& options);
Result<void> run_worker(Options const& options);
Result<void> migrate(Options const& options);
Result<void> create_keyring(std::string const& file);
/// Adds a master key to the keyring file. It is not active yet.
Result<void> add_key(Options const& options);
/// Shows what each master key is still used for, and which replicas have it.
Result<void> show_keys(Options const& options);
/// Makes the newest key active, if every replica has it, and wraps every data key with it.
Result<void> rotate_keys(Options const& options);
/// Destroys the data keys of an environment.
Result<void> shred_keys(Options const& options, std::string const& team, std::string const& environment, bool is_meant);
Result<void> create_team(Options const& options, std::string const& name);
Result<void> create_environment(Options const& options, std::string const& team, std::string const& name);
/// Shows how much an environment uses of its quotas, or of the one that `kind` names. Before that sets it to `rows`, a
/// number, or to what the settings say (`default`). Empty texts are left out.
Result<void> environment_quota(Options const& options, std::string const& team, std::string const& environment,
                               std::string const& kind, std::string const& rows);
struct NewToken {
    std::string name;
    std::vector<std::string> scopes; ///< Empty: everything.
    std::string expires_at;          ///< RFC 3339; empty: never.
    bool is_mcp_only = false;
    bool replace = false;
};
Result<void> create_api_token(Options const& options, std::string const& team, std::string const& environment,
                              NewToken const& wanted);
Result<void> list_api_tokens(Options const& options, std::string const& team, std::string const& environment);
/// The token ends at once, on every replica. `token` is its name or id.
Result<void> revoke_api_token(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& token);
Result<void> show_api_token(Options const& options, std::string const& team, std::string const& environment,
                            std::string const& token);
Result<void> show_team(Options const& options, std::string const& team);
/// Deletes a team that has no environments.
Result<void> delete_team(Options const& options, std::string const& team);
Result<void> show_environment(Options const& options, std::string const& team, std::string const& environment);
/// Deletes an environment that has no integrated accounts.
Result<void> delete_environment(Options const& options, std::string const& team, std::string const& environment);
Result<void> show_integration(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& integration);
/// Deletes a team's definition that no environment has installed. `integration` is its name or id.
Result<void> delete_integration(Options const& options, std::string const& team, std::string const& integration);
/// How `call` reaches the API. Empty texts are left out.
struct CallTarget {
    std::string url;     ///< The base URL of the API.
    std::string token;   ///< An API token.
    std::string account; ///< The id of an integrated account.
};
/// Calls a tool of an account over the REST API and prints the answer. `arguments` is a JSON object.
Result<void> call_tool(CallTarget const& target, std::string const& tool, std::string const& arguments);
Result<void> list_teams(Options const& options);
Result<void> list_environments(Options const& options, std::string const& team);
/// The integrations that an environment may install: the built-in ones and those of its team.
Result<void> list_integrations(Options const& options, std::string const& team, std::string const& environment);
/// Makes a user and prints a link with which they sign in once.
Result<void> create_user(Options const& options, std::string const& team, std::string const& email,
                         std::string const& role, std::string const& name);
Result<void> show_user(Options const& options, std::string const& team, std::string const& email);
Result<void> list_users(Options const& options, std::string const& team);
Result<void> remove_user(Options const& options, std::string const& team, std::string const& email);
/// Prints a link with which the user sets a new password and loses the second factor.
Result<void> reset_user(Options const& options, std::string const& team, std::string const& email);
/// Prints a link with which the user signs in once.
Result<void> sign_in_user(Options const& options, std::string const& team, std::string const& email);
Result<void> change_role(Options const& options, std::string const& team, std::string const& email,
                         std::string const& role);
/// Compiles a definition. Shows its tools, or gives its mistakes.
Result<void> check_integration(std::string const& directory);
/// Stores a team's definition, or its next version.
Result<void> publish_integration(Options const& options, std::string const& team, std::string const& directory);

[[nodiscard]] Result<crypto::Keyring> load_keyring(Options const& options);

} // namespace sluice
