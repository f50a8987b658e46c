#pragma once

#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "options.hpp"

#include <string>

namespace sluice {

// One function a subcommand. They print their answer as one JSON object; errors go to main.

Result<void> run_api(Options const& options);
Result<void> run_worker(Options const& options);
Result<void> run_simulator(Options const& options);
Result<void> migrate(Options const& options);
Result<void> create_keyring(std::string const& file);
Result<void> create_team(Options const& options, std::string const& name);
Result<void> create_environment(Options const& options, std::string const& team, std::string const& name);
Result<void> create_api_token(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& name, bool replace);
/// Compiles a definition and says what is wrong with it, or which tools it gives.
Result<void> check_integration(std::string const& directory);
/// Stores a definition of a team, or its next version.
Result<void> publish_integration(Options const& options, std::string const& team, std::string const& directory);

[[nodiscard]] Result<crypto::Keyring> load_keyring(Options const& options);

} // namespace sluice
