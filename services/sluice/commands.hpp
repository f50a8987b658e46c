#pragma once

#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "options.hpp"

#include <string>

namespace sluice {

// One function a subcommand. They print their answer as one JSON object; errors go to main.

Result<void> run_api(Options const& options);
Result<void> run_worker(Options const& options);
Result<void> migrate(Options const& options);
Result<void> create_keyring(std::string const& file);
/// Adds a master key to the keyring file, not active yet.
Result<void> add_key(Options const& options);
/// What each master key is still used for, and which replicas have it.
Result<void> show_keys(Options const& options);
/// Makes the newest key active, once every replica has it, and wraps every data key with it.
Result<void> rotate_keys(Options const& options);
/// Destroys the data keys of an environment.
Result<void> shred_keys(Options const& options, std::string const& team, std::string const& environment, bool is_meant);
Result<void> create_team(Options const& options, std::string const& name);
Result<void> create_environment(Options const& options, std::string const& team, std::string const& name);
Result<void> create_api_token(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& name, bool is_mcp_only, bool replace);
/// Compiles a definition and says what is wrong with it, or which tools it gives.
Result<void> check_integration(std::string const& directory);
/// Stores a definition of a team, or its next version.
Result<void> publish_integration(Options const& options, std::string const& team, std::string const& directory);

[[nodiscard]] Result<crypto::Keyring> load_keyring(Options const& options);

} // namespace sluice
